/** The piece of time that a timeline shows, and how it moves: no DOM. */

/** Days to pixels and back, over a piece of a whole that it never leaves. */
export class TimeScale {
  /** @param {{from: number, to: number}} extent days, inclusive @param {number} [width] pixels */
  constructor(extent, width = 1) {
    this.extent = extent;
    this.width = width;
    /** First day shown; a fraction while zooming. */
    this.from = extent.from;
    /** Day after the last shown. */
    this.end = extent.to + 1;
  }

  get days() {
    return this.end - this.from;
  }

  /** Pixel at which a day begins. @param {number} day */
  x(day) {
    return ((day - this.from) / this.days) * this.width;
  }

  /** The day under a pixel, a fraction. @param {number} x */
  dayAt(x) {
    return this.from + (x / this.width) * this.days;
  }

  /**
   * Shows more or less around a day that stays where it is; never less than a week, never more
   * than there is.
   *
   * @param {number} factor below 1 shows less @param {number} around a day
   */
  zoom(factor, around) {
    const days = this._within(this.days * factor);
    const share = (around - this.from) / this.days;
    this.show(around - share * days, days);
  }

  /**
   * Shows as much as lays two days under two pixels, as two fingers ask for.
   *
   * @param {[number, number]} days fractions, apart @param {[number, number]} pixels
   */
  pinch([one, other], [x, otherX]) {
    const apart = Math.max(1, Math.abs(otherX - x));
    const days = this._within((Math.abs(other - one) * this.width) / apart);
    const middle = (x + otherX) / 2 / this.width;
    this.show((one + other) / 2 - middle * days, days);
  }

  /** So many days, but no less than a week and no more than there is. */
  _within(/** @type {number} */ days) {
    const whole = this.extent.to + 1 - this.extent.from;
    return Math.max(Math.min(7, whole), Math.min(whole, days));
  }

  /** Moves by days. @param {number} days */
  pan(days) {
    this.show(this.from + days, this.days);
  }

  /** Shows so many days from a day on, kept inside the whole. */
  show(from, days) {
    const latest = this.extent.to + 1 - days;
    this.from = Math.max(this.extent.from, Math.min(latest, from));
    this.end = this.from + days;
  }

  /** Brings a day into sight with as little movement as needed. @param {number} day */
  reveal(day) {
    if (day < this.from) this.show(day, this.days);
    else if (day + 1 > this.end) this.show(day + 1 - this.days, this.days);
  }
}

/**
 * A window of days moved by one of its parts, kept inside the whole; ends push no further than one
 * another.
 *
 * @param {{from: number, to: number}} window inclusive
 * @param {"from"|"to"|"body"} part
 * @param {number} by days
 * @param {{from: number, to: number}} extent
 * @returns {{from: number, to: number}}
 */
export function moved({ from, to }, part, by, extent) {
  if (part === "from") return { from: clamp(from + by, extent.from, to), to };
  if (part === "to") return { from, to: clamp(to + by, from, extent.to) };
  const shift = clamp(by, extent.from - from, extent.to - to);
  return { from: from + shift, to: to + shift };
}

/** An end that lies at the end of the whole is open: what has no day is then in as well. */
export function asRange({ from, to }, extent) {
  return { from: from <= extent.from ? null : from, to: to >= extent.to ? null : to };
}

function clamp(value, least, most) {
  return Math.max(least, Math.min(most, value));
}
