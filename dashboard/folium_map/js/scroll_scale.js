/**
 * A scroll bar for lists that are taller than any element may be.
 *
 * Browsers cap the height of an element (Firefox near 17.9 million CSS pixels), and 2.5 million
 * rows of 72 pixels are 180 million. Near both ends one pixel of the bar is one pixel of the
 * list, so that the first and the last rows are reached exactly; between them the bar is
 * compressed, a drag of the bar travels far, and a turn of the wheel still moves by its pixels.
 */

/** Tallest scroll area that is asked of a browser, CSS pixels. */
export const TALLEST = 8_000_000;
/** Length at each end in which bar and list agree, CSS pixels. */
const PLAIN_END = 1_000_000;

export class ScrollScale {
  #bar = 0;

  /**
   * @param {number} content  height of all rows, CSS pixels
   * @param {number} port  height of the window on them
   */
  constructor(content = 0, port = 0) {
    this.top = 0;
    this.resize(content, port);
  }

  /** Take new heights; the place in the list is kept as far as it still exists. */
  resize(content, port) {
    this.content = content;
    this.port = port;
    this.height = Math.min(content, TALLEST);
    this.moveTo(this.top);
  }

  /** Farthest scroll position of the bar. */
  get barEnd() {
    return Math.max(0, this.height - this.port);
  }

  /** Farthest position in the list. */
  get end() {
    return Math.max(0, this.content - this.port);
  }

  /** Where in the list a position of the bar is. */
  toList(bar) {
    if (this.content <= TALLEST) return bar;
    const fromEnd = this.barEnd - bar;
    if (bar <= PLAIN_END) return bar;
    if (fromEnd <= PLAIN_END) return this.end - fromEnd;
    return PLAIN_END + ((bar - PLAIN_END) / this.#barMiddle) * this.#listMiddle;
  }

  /** Where on the bar a position in the list is. */
  toBar(top) {
    if (this.content <= TALLEST) return top;
    const fromEnd = this.end - top;
    if (top <= PLAIN_END) return top;
    if (fromEnd <= PLAIN_END) return this.barEnd - fromEnd;
    return PLAIN_END + ((top - PLAIN_END) / this.#listMiddle) * this.#barMiddle;
  }

  get #barMiddle() {
    return this.barEnd - 2 * PLAIN_END;
  }

  get #listMiddle() {
    return this.end - 2 * PLAIN_END;
  }

  /** Go to a position in the list; returns where the bar belongs. */
  moveTo(top) {
    this.top = Math.min(Math.max(0, top), this.end);
    this.#bar = Math.round(this.toBar(this.top));
    return this.#bar;
  }

  /**
   * Follow the bar: short ways by their pixels, long ones by the scale.
   *
   * @param {number} bar  the new scroll position
   * @returns {number} the position in the list
   */
  follow(bar) {
    const way = bar - this.#bar;
    const isShort = Math.abs(way) <= 3 * this.port;
    const top = isShort ? this.top + way : this.toList(bar);
    this.top = Math.min(Math.max(0, top), this.end);
    this.#bar = bar;
    return this.top;
  }

  /**
   * Where the bar belongs if it has strayed from the list, else null. To be asked when the hand
   * rests; while it moves, only near an end of the bar (`mustSettle`).
   */
  settle() {
    const bar = Math.round(this.toBar(this.top));
    if (Math.abs(bar - this.#bar) <= 1) return null;
    this.#bar = bar;
    return bar;
  }

  /** Whether the bar is about to run out before the list does, or the other way round. */
  get mustSettle() {
    if (this.content <= TALLEST) return false;
    const nearEnd = this.#bar <= 2 * this.port || this.barEnd - this.#bar <= 2 * this.port;
    return nearEnd && Math.abs(this.toBar(this.top) - this.#bar) > 1;
  }
}
