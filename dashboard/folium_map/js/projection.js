/**
 * Web Mercator (EPSG:3857) on a world that is 1 wide and 1 high, north-west at (0, 0).
 */

/** Side of a map tile in CSS pixels. */
export const TILE_SIZE = 256;

/** Latitude at which the square world ends. */
const LAST_LATITUDE = 85.0511287798066;

/** @param {number} longitude degrees @returns {number} 0 at 180° W, 1 at 180° E */
export function worldX(longitude) {
  return longitude / 360 + 0.5;
}

/** @param {number} latitude degrees; beyond the last latitude it is that one @returns {number} */
export function worldY(latitude) {
  const kept = Math.max(-LAST_LATITUDE, Math.min(LAST_LATITUDE, latitude));
  const sine = Math.sin((kept * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/** @param {number} zoom @returns {number} width of the world in CSS pixels */
export function worldSize(zoom) {
  return TILE_SIZE * 2 ** zoom;
}
