/** Distances and areas on the sphere, by the Earth's mean radius (IUGG): within 0.6 % of the ellipsoid. */

export const EARTH_RADIUS_KM = 6371.0088;
const RADIAN = Math.PI / 180;

/** @typedef {{lat: number, lng: number}} Point degrees; longitudes may run past ±180 */

/** Along the great circle (haversine formula). @param {Point} a @param {Point} b @returns {number} km */
export function distanceKm(a, b) {
  const half = (degrees) => Math.sin((degrees * RADIAN) / 2) ** 2;
  const h = half(b.lat - a.lat) + Math.cos(a.lat * RADIAN) * Math.cos(b.lat * RADIAN) * half(b.lng - a.lng);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Along a line from point to point. @param {Point[]} points @returns {number} km */
export function lengthKm(points) {
  return points.slice(1).reduce((sum, point, k) => sum + distanceKm(points[k], point), 0);
}

/**
 * Inside a ring of at least three points whose sides follow the map's lines (Chamberlain and
 * Duquette, "Some algorithms for polygons on a sphere", 2007); 0 of fewer.
 *
 * @param {Point[]} points not closed
 * @returns {number} square km
 */
export function areaKm2(points) {
  if (points.length < 3) return 0;
  let sum = 0;
  points.forEach(({ lat, lng }, k) => {
    const next = points[(k + 1) % points.length];
    sum += (next.lng - lng) * RADIAN * (2 + Math.sin(lat * RADIAN) + Math.sin(next.lat * RADIAN));
  });
  return Math.abs((sum * EARTH_RADIUS_KM ** 2) / 2);
}

/** Three figures, with commas: "12.4", "1,230". */
function three(/** @type {number} */ value) {
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 2 });
}

/** @param {number} km @returns {string} "850 m", "12.4 km" */
export function lengthWords(km) {
  return km < 1 ? `${three(km * 1000)} m` : `${three(km)} km`;
}

/** @param {number} km2 @returns {string} "8,500 m²", "12.4 km²" */
export function areaWords(km2) {
  return km2 < 0.1 ? `${three(km2 * 1e6)} m²` : `${three(km2)} km²`;
}

/**
 * A latitude and a longitude as one types them, with as many decimals as the zoom shows.
 *
 * @param {Point} point @param {number} zoom
 */
export function pointWords({ lat, lng }, zoom) {
  const decimals = Math.max(1, Math.min(6, Math.ceil(zoom / 3)));
  const longitude = ((((lng + 180) % 360) + 360) % 360) - 180;
  return `${lat.toFixed(decimals)}, ${longitude.toFixed(decimals)}`;
}
