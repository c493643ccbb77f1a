/** Low, best and high of killed and of injured, as sums and minima need them. */

/** Bits of a row. Those of injured are those of killed, four to the left. */
export const FLAG = Object.freeze({
  KNOWN: 1, // some figure is known
  OPEN: 2, // some figure is known, but no upper bound
  CLOSED: 4, // an upper bound is known
  POINT: 8, // best or low is known: what a minimum is held against
  OFF_MAP: 256,
  COARSE: 512, // the day is not exact
});
export const FLAG_COUNT = 1024;
export const INJURED_SHIFT = 4;

/**
 * @typedef {object} Figures
 * @property {Uint8Array|Uint16Array|Uint32Array} low what the row adds to the sum of lows
 * @property {Uint8Array|Uint16Array|Uint32Array} best likewise of best figures
 * @property {Uint8Array|Uint16Array|Uint32Array} high likewise of highs
 * @property {Uint8Array} bits of `FLAG`, unshifted
 * @property {boolean} none true where no row has any figure
 */

/** A sum takes a missing low from best and a missing best from low; a lone high counts from 0. */
export function decodeFigures(columns, stem) {
  const known = columns[`${stem}_known`];
  const n = known.length;
  const raw = columns[stem];
  const below = columns[`${stem}_low`];
  const above = columns[`${stem}_high`];
  const most = mostOf(raw);
  const low = arrayFor(most + Math.ceil(mostOf(below) / 2), n);
  const best = arrayFor(most, n);
  const high = arrayFor(most + Math.ceil(mostOf(above) / 2), n);
  const bits = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const mask = known[i];
    if (mask === 0) continue;
    const reference = raw[i];
    const point = mask & 3;
    low[i] = mask & 1 ? reference - unzigzag(below[i]) : mask & 2 ? reference : 0;
    best[i] = point ? reference : 0;
    high[i] = mask & 4 ? reference + unzigzag(above[i]) : 0;
    bits[i] = FLAG.KNOWN | (mask & 4 ? FLAG.CLOSED : FLAG.OPEN) | (point ? FLAG.POINT : 0);
  }
  return { low, best, high, bits, none: mostOf(known) === 0 };
}

/** The smallest array that holds whole numbers up to `most`. @returns {Uint8Array|Uint16Array|Uint32Array} */
export function arrayFor(/** @type {number} */ most, /** @type {number} */ n) {
  if (most < 256) return new Uint8Array(n);
  return most < 65_536 ? new Uint16Array(n) : new Uint32Array(n);
}

function mostOf(/** @type {Uint8Array|Uint16Array|Uint32Array} */ values) {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > most) most = values[i];
  return most;
}

function unzigzag(code) {
  return code & 1 ? -(code + 1) / 2 : code / 2;
}
