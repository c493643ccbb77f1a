/** Classes of a legend in numbers: thresholds that a person can say, the same for every frame. */

import { grouped } from "./sentence.js";

/** Thresholds from the finest to the coarsest; six classes are the most one can tell by colour. */
const LADDERS = [
  [1, 2, 3, 4, 5, 6],
  [1, 2, 5, 10, 20, 50],
  [1, 3, 10, 30, 100, 300],
  [1, 5, 20, 100, 500, 2000],
  [1, 10, 100, 1000, 10_000, 100_000],
];
/** What the last class of each ladder may reach before the next ladder is taken. */
const REACH = [6, 99, 999, 9999, Infinity];

/**
 * The least value of each class, for values up to `most`.
 *
 * @param {number} most the largest value there is
 * @returns {number[]} rising, from 1; empty where there is nothing to class
 */
export function thresholds(most) {
  const ladder = LADDERS[REACH.findIndex((reach) => most <= reach)] ?? LADDERS[LADDERS.length - 1];
  return ladder.filter((least) => least <= most);
}

/**
 * The class of a value: the last whose least it reaches; -1 below the first.
 *
 * @param {number[]} least @param {number} value
 */
export function classOf(least, value) {
  let found = -1;
  while (found + 1 < least.length && value >= least[found + 1]) found++;
  return found;
}

/** What each class holds, in words: "1–2", "300 or more". @param {number[]} least @returns {string[]} */
export function classWords(least) {
  return least.map((from, k) => {
    if (k + 1 === least.length) return `${grouped(from)} or more`;
    const to = least[k + 1] - 1;
    return from === to ? grouped(from) : `${grouped(from)}–${grouped(to)}`;
  });
}
