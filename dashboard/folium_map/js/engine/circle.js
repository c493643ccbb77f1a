/**
 * A circle on the ground as the polygon that filters know, and back.
 *
 * A filter, a link and a query hold corners, so that page and store agree on every incident; a
 * ring of corners that all lie as far from their middle is told as the circle it was.
 */

import { turned } from "./antimeridian.js";
import { EARTH_RADIUS_KM, distanceKm } from "./measure.js";

/** With so many, the sides run at most 0.1 % of the radius inside the circle. */
export const CORNERS = 72;
export const LEAST_KM = 0.05;
export const MOST_KM = 1500;
const RADIAN = Math.PI / 180;
/** How unequal the distances of a circle's corners may be: links round to 0.1 m. */
const UNEVEN = 2e-4;
const UNEVEN_KM = 0.0005;

/** @typedef {{lat: number, lng: number}} Point degrees */

/**
 * The corners of a circle, clockwise from north.
 *
 * @param {Point} centre @param {number} km
 * @returns {[number, number][]|null} longitude, latitude, in steps of a millionth; null where the
 *     radius is not between `LEAST_KM` and `MOST_KM`, or the circle holds a pole, where corners in
 *     degrees make another shape; across the antimeridian the longitudes go on past 180
 */
export function circleCorners(centre, km) {
  if (!(km >= LEAST_KM && km <= MOST_KM)) return null;
  const reach = km / EARTH_RADIUS_KM / RADIAN;
  if (Math.abs(centre.lat) + reach >= 90) return null;
  return turned(Array.from({ length: CORNERS }, (_, k) => corner(centre, km, (k * 2 * Math.PI) / CORNERS)));
}

/** The point at a distance and a bearing along the great circle. */
function corner({ lat, lng }, km, bearing) {
  const angle = km / EARTH_RADIUS_KM;
  const [sin, cos] = [Math.sin(lat * RADIAN), Math.cos(lat * RADIAN)];
  const sinLat = sin * Math.cos(angle) + cos * Math.sin(angle) * Math.cos(bearing);
  const east = Math.atan2(Math.sin(bearing) * Math.sin(angle) * cos, Math.cos(angle) - sin * sinLat);
  return [rounded(lng + east / RADIAN), rounded(Math.asin(sinLat) / RADIAN)];
}

const rounded = (degrees) => Math.round(degrees * 1e6) / 1e6;

/**
 * The circle that corners were made of.
 *
 * @param {[number, number][]|null|undefined} corners longitude, latitude
 * @returns {{lat: number, lng: number, km: number}|null} null for any other polygon
 */
export function circleOf(corners) {
  if (corners?.length !== CORNERS) return null;
  const centre = middleOf(corners);
  const distances = corners.map(([lng, lat]) => distanceKm(centre, { lat, lng }));
  const km = distances.reduce((sum, one) => sum + one, 0) / CORNERS;
  const allowed = Math.max(UNEVEN * km, UNEVEN_KM);
  return distances.every((one) => Math.abs(one - km) <= allowed) ? { ...centre, km } : null;
}

/** Where all corners together point to, on the sphere. */
function middleOf(corners) {
  const [x, y, z] = [0, 1, 2].map((axis) => corners.reduce((sum, [lng, lat]) => sum + towards(lng, lat)[axis], 0));
  return { lat: Math.atan2(z, Math.hypot(x, y)) / RADIAN, lng: Math.atan2(y, x) / RADIAN };
}

function towards(lng, lat) {
  const cos = Math.cos(lat * RADIAN);
  return [cos * Math.cos(lng * RADIAN), cos * Math.sin(lng * RADIAN), Math.sin(lat * RADIAN)];
}
