/** Where the incidents of one point are laid around it, so that each can be hit. */

/** More than so many would not fit around a point on a phone; they are listed. */
export const MOST_FANNED = 12;
/** Least pixels between the middles of two neighbours: a finger's width and a gap. */
const APART = 46;
/** Least pixels from the point, so that its own circle stays free. */
const LEAST_RADIUS = 52;

/**
 * Places on a circle around a point, the first on top, then clockwise; two stand side by side.
 *
 * @param {number} count at least 2
 * @returns {{radius: number, at: {x: number, y: number}[]}} CSS pixels from the point, y downwards
 */
export function seats(count) {
  const radius = Math.max(LEAST_RADIUS, APART / (2 * Math.sin(Math.PI / count)));
  const first = count === 2 ? Math.PI : -Math.PI / 2;
  const at = Array.from({ length: count }, (_, k) => {
    const angle = first + (k * 2 * Math.PI) / count;
    return { x: Math.cos(angle) * radius, y: Math.sin(angle) * radius };
  });
  return { radius, at };
}

/**
 * Which of several a key leads to from one of them; null for a key that leads nowhere.
 *
 * @param {string} key as `KeyboardEvent.key` @param {number} from @param {number} count
 */
export function stepTo(key, from, count) {
  const steps = {
    ArrowRight: from + 1, ArrowDown: from + 1, ArrowLeft: from - 1, ArrowUp: from - 1, Home: 0, End: -1,
  };
  return Object.hasOwn(steps, key) ? (steps[key] + count) % count : null;
}
