/**
 * Corners of polygons that cross the 180th meridian: their longitudes go on past 180.
 */

/**
 * The same polygon with its westernmost corner between -180 and 180, as `geodata.filters` keeps it.
 *
 * @param {[number, number][]} corners longitude, latitude
 * @returns {[number, number][]} longitudes from -180 to less than 540, if it goes around Earth once
 */
export function turned(corners) {
  const west = Math.min(...corners.map(([x]) => x));
  if (Math.abs(west) <= 180) return corners;
  const turn = 360 * Math.floor((west + 180) / 360);
  return corners.map(([x, y]) => [Math.round((x - turn) * 1e6) / 1e6, y]);
}

/** @param {[number, number][]} corners as `turned` gives them @returns {boolean} */
export function crossesAntimeridian(corners) {
  return corners.some(([x]) => x > 180);
}
