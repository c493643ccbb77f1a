/**
 * Leaflet for modules, and for the scripts that folium writes, which expect a global `L`.
 *
 * A page that already has Leaflet keeps it: two copies would not know each other's layers. A
 * module's namespace cannot be written to and plug-ins add to `L`, so the global is a copy of it.
 */
globalThis.L ??= { ...(await import("../leaflet/leaflet-src.esm.js")) };

/** @type {any} Leaflet 1.9.4 */
export const L = globalThis.L;
