/**
 * The ways of drawing incidents, and how a link names them.
 *
 * A link's `layer` is a way's code, with `-killed` where it counts people instead of incidents;
 * `weapons` is incidents in the colours of weapons. Without it, incidents by event type show.
 */

/**
 * @typedef {object} Drawing
 * @property {"incidents"|"heat"|"hexagons"|"provinces"|"countries"} how
 * @property {"incidents"|"killed"} per what is counted
 * @property {"event_type"|"weapon_group"} colourBy what symbols are coloured by
 */

/** Codes and names, in the order in which they are offered. */
export const WAYS = Object.freeze([
  ["incidents", "Incidents"],
  ["heat", "Heat"],
  ["hexagons", "Hexagons"],
  ["provinces", "Provinces"],
  ["countries", "Countries"],
]);
const KILLED = "-killed";
const CODES = new Set(WAYS.map(([code]) => code));

/** @param {string|null|undefined} text of a link @returns {Drawing} what it names, else incidents */
export function readDrawing(text) {
  const given = text ?? "";
  if (given === "weapons") return { how: "incidents", per: "incidents", colourBy: "weapon_group" };
  const killed = given.endsWith(KILLED);
  const how = killed ? given.slice(0, -KILLED.length) : given;
  const known = CODES.has(how) && how !== "incidents";
  return {
    how: /** @type {Drawing["how"]} */ (known ? how : "incidents"),
    per: known && killed ? "killed" : "incidents",
    colourBy: "event_type",
  };
}

/** @param {Drawing} drawing @returns {string|null} for a link; null where it need not say */
export function writeDrawing({ how, per, colourBy }) {
  if (how === "incidents") return colourBy === "weapon_group" ? "weapons" : null;
  return per === "killed" ? how + KILLED : how;
}
