/** Days, weeks, months, quarters and years as numbers of days since 1970-01-01. */

const DAY = 86_400_000;

/** @typedef {"day"|"week"|"month"|"quarter"|"year"} Unit */

/** From the finest to the coarsest, with the days that one has on average. @type {[Unit, number][]} */
export const UNITS = [
  ["day", 1], ["week", 7], ["month", 30.44], ["quarter", 91.31], ["year", 365.24],
];

const MONTHS = { month: 1, quarter: 3, year: 12 };

/** @param {number} day @returns {{year: number, month: number, day: number}} month from 0 */
function civil(day) {
  const date = new Date(day * DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate() };
}

/** @returns {number} month from 0, overflowing into years as needed */
export function dayNumber(/** @type {number} */ year, /** @type {number} */ month, day = 1) {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return Math.round(date.getTime() / DAY);
}

/** First day of the unit that a day lies in; weeks begin on Monday. @param {Unit} unit */
export function floorDay(/** @type {number} */ day, unit) {
  if (unit === "day") return day;
  if (unit === "week") return day - ((((day + 3) % 7) + 7) % 7); // 1970-01-01 was a Thursday
  const { year, month } = civil(day);
  return dayNumber(year, month - (month % MONTHS[unit]));
}

/**
 * The same day some units later (or earlier); the end of a shorter month where there is no such
 * day.
 *
 * @param {number} day @param {Unit} unit @param {number} [count]
 */
export function addUnits(day, unit, count = 1) {
  if (unit === "day") return day + count;
  if (unit === "week") return day + 7 * count;
  const { year, month, day: dayOfMonth } = civil(day);
  const first = dayNumber(year, month + MONTHS[unit] * count);
  const after = civil(first);
  const length = dayNumber(after.year, after.month + 1) - first;
  return first + Math.min(dayOfMonth, length) - 1;
}

/**
 * Where bins begin that cover [from, to], plus the day after the last.
 *
 * @param {number} from @param {number} to inclusive @param {Unit} unit
 * @returns {number[]}
 */
export function binEdges(from, to, unit) {
  const edges = [floorDay(from, unit)];
  while (edges[edges.length - 1] <= to) edges.push(addUnits(edges[edges.length - 1], unit));
  return edges;
}

/**
 * The finest unit whose bins are at least so many pixels wide.
 *
 * @param {number} days shown @param {number} width in pixels @param {number} [least]
 * @returns {Unit}
 */
export function finestUnit(days, width, least = 4) {
  const fits = UNITS.find(([, length]) => (width * length) / days >= least);
  return (fits ?? UNITS[UNITS.length - 1])[0];
}

const NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * Ticks with labels that have room.
 *
 * @param {number} from @param {number} to inclusive @param {number} width in pixels
 * @returns {{day: number, label: string, major: boolean}[]} major ones begin a year
 */
export function ticks(from, to, width) {
  const perDay = width / (to - from + 1);
  const [unit, every] = tickStep(perDay);
  const out = [];
  for (let day = floorDay(from, unit === "day" ? "month" : unit); day <= to; ) {
    const { year, month, day: dayOfMonth } = civil(day);
    const number = unit === "year" ? year : unit === "month" ? month : dayOfMonth - 1;
    if (day >= from && number % every === 0 && !(unit === "day" && dayOfMonth > 28)) {
      const major = month === 0 && dayOfMonth === 1;
      out.push({ day, label: tickLabel(unit, year, month, dayOfMonth), major });
    }
    day = addUnits(day, unit);
  }
  return out;
}

/** @returns {[Unit, number]} a unit, and every how many of it */
function tickStep(/** @type {number} */ perDay) {
  for (const [unit, every, days, room] of /** @type {[Unit, number, number, number][]} */ ([
    ["day", 1, 1, 26], ["day", 7, 7, 30], ["month", 1, 30, 34], ["month", 3, 91, 34],
    ["year", 1, 365, 36], ["year", 2, 730, 36], ["year", 5, 1826, 36],
  ])) {
    if (perDay * days >= room) return [unit, every];
  }
  return ["year", 10];
}

function tickLabel(unit, year, month, day) {
  if (month === 0 && day === 1) return String(year);
  if (unit === "year") return String(year);
  return day === 1 || unit === "month" ? NAMES[month] : String(day);
}
