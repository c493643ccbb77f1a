/** Keeps what unfolds over the map within it. */

/** Of the controls that unfold under this name one is open at a time. */
export const MAP_TOOLS = "cm-map-tools";

/**
 * Gives a control in the map's upper left its height to the map's lower edge, as `--cm-room`.
 *
 * @param {HTMLElement} root a `details` @param {any} map Leaflet's
 * @returns {() => void} ends it
 */
export function keepInside(root, map) {
  const fit = () => {
    const below = map.getContainer().querySelector(".leaflet-bottom.leaflet-left")?.offsetHeight ?? 0;
    root.style.setProperty("--cm-room", `${map.getSize().y - root.offsetTop - Math.max(below, 12)}px`);
  };
  root.addEventListener("toggle", fit);
  map.on("resize", fit);
  return () => map.off("resize", fit);
}
