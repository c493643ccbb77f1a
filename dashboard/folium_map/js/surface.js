/**
 * What heat, hexagons and areas have in common: incidents counted into bins, classes in numbers,
 * their colours, and the words of the legend.
 *
 * Classes follow the whole choice, whatever days are shown, so that colours can be compared while
 * the days move.
 */

import { BinCounter } from "./engine/bins.js";
import { classOf, classWords, thresholds } from "./engine/classes.js";
import { grouped } from "./engine/sentence.js";
import { FROM_OPEN, TO_OPEN } from "./engine/time_window.js";

const EARTH_KM = 40_075.017;
const ALL_DAYS = Object.freeze({ from: FROM_OPEN, to: TO_OPEN });

/** From few to many, one hue that neither land nor water has; on dark maps many is bright. */
const RAMPS = {
  light: ["#d3c5e6", "#b69fd6", "#9678c2", "#7752a8", "#573084", "#35135a"],
  dark: ["#4a3a66", "#65508d", "#846bb0", "#a68dcc", "#c9b3e6", "#efe4fb"],
};
/** Where a class is one of few, colours are taken from the whole ramp. */
const PICKED = [[], [3], [1, 4], [0, 2, 4], [0, 2, 3, 5], [0, 1, 3, 4, 5], [0, 1, 2, 3, 4, 5]];

/**
 * @typedef {object} Key what a legend says of a surface
 * @property {string} caption
 * @property {{colour: string|null, look: "full"|"none"|"unknown", label: string, count: number|null}[]} rows
 *     `count` bins of that class now, null where bins mean nothing to a person
 * @property {string[]} notes
 * @property {string|null} [failure] why there is nothing, with a way to try again
 * @property {() => [string, string][]} [table] areas and their numbers, the largest first
 */

/** @param {number} latitude @param {number} zoom @returns {number} kilometres of one pixel */
export function kmPerPixel(latitude, zoom) {
  return (EARTH_KM * Math.cos((latitude * Math.PI) / 180)) / (256 * 2 ** zoom);
}

/** A distance as one says it. @param {number} km */
export function distanceWords(km) {
  if (km < 0.95) return `${Math.max(1, Number((km * 1000).toPrecision(2)))} m`;
  return `${grouped(Number(km.toPrecision(2)))} km`;
}

/** Counts of one bin. @typedef {{incidents: number, killed: number, unknown: number}} Figures */

export class Surface {
  /**
   * @param {import("./engine/view.js").IncidentView} view
   * @param {"incidents"|"killed"} per
   */
  constructor(view, per) {
    this.view = view;
    this.per = per;
    /** @type {BinCounter|null} */
    this.counter = null;
    this.least = [];
  }

  /** Counts into other bins. @param {import("./engine/bins.js").Bins} bins */
  setBins(bins) {
    this.bins = bins;
    this.counter = new BinCounter(this.view.table, this.view.alive, bins);
    this._seen = null;
  }

  /** Brings the counts up to the view's days and choice. */
  count() {
    const { view, counter } = this;
    if (counter === null) return;
    let before = this._seen?.revision === view.revision ? this._seen.days : null;
    if (before === null) {
      view.window.advance(counter, null, ALL_DAYS);
      this.least = thresholds(this.most());
      before = ALL_DAYS;
    }
    view.window.advance(counter, before, view.days);
    this._seen = { revision: view.revision, days: view.days };
  }

  /** The largest value of any bin, as counted now. */
  most() {
    const { size } = this.bins;
    let most = 0;
    for (let bin = 0; bin < size; bin++) most = Math.max(most, this.value(bin));
    return most;
  }

  /** @param {number} bin */
  value(bin) {
    return this.per === "killed" ? this.counter.killed[bin] : this.counter.incidents[bin];
  }

  /** The class of a bin's value, -1 where it is none; null where nothing is known of it. */
  classOf(/** @type {number} */ bin) {
    const { counter, per } = this;
    const { incidents, unknown } = counter;
    if (per === "killed" && incidents[bin] > 0 && unknown[bin] === incidents[bin]) return null;
    return classOf(this.least, this.value(bin));
  }

  /** @param {boolean} dark @returns {string[]} a colour for each class */
  colours(dark) {
    const ramp = RAMPS[dark ? "dark" : "light"];
    return PICKED[this.least.length].map((k) => ramp[k]);
  }

  /** @param {number} bin @returns {Figures} */
  figures(bin) {
    const { incidents, killed, unknown } = this.counter;
    return { incidents: incidents[bin], killed: killed[bin], unknown: unknown[bin] };
  }

  /** Incidents that no bin takes, since their place is only roughly known. */
  get leftOut() {
    return this.counter === null ? 0 : this.counter.incidents[this.bins.size];
  }

  /** Bins by class: of each class, of value 0, and of unknown value. */
  byClass() {
    const { size } = this.bins;
    const classes = this.least.map(() => /** @type {number[]} */ ([]));
    const [none, unknown] = [[], []];
    for (let bin = 0; bin < size; bin++) {
      if (this.counter.incidents[bin] === 0) continue;
      const found = this.classOf(bin);
      (found === null ? unknown : found < 0 ? none : classes[found]).push(bin);
    }
    return { classes, none, unknown };
  }

  /** Rows of the legend from few to many, with how many bins each class has now. */
  classRows(/** @type {boolean} */ dark, /** @type {ReturnType<Surface["byClass"]>} */ { classes, none, unknown }) {
    const colours = this.colours(dark);
    const rows = classWords(this.least).map((label, k) => ({
      colour: colours[k], look: /** @type {const} */ ("full"), label, count: classes[k].length,
    }));
    if (this.per !== "killed") return rows;
    return [
      { colour: null, look: /** @type {const} */ ("unknown"), label: "Not known", count: unknown.length },
      { colour: null, look: /** @type {const} */ ("none"), label: "None killed", count: none.length },
      ...rows,
    ];
  }
}

/** A bin's counts as a phrase. @param {Figures} figures */
export function figuresWords({ incidents, killed, unknown }) {
  const rows = `${grouped(incidents)} incident${incidents === 1 ? "" : "s"}`;
  if (incidents > 0 && unknown === incidents) return `${rows}, killed: not known`;
  const open = unknown > 0 ? `, ${grouped(unknown)} without a figure` : "";
  return `${rows}, ${grouped(killed)} killed${open}`;
}

/** "Incidents" or "Killed", before "in each …". @param {"incidents"|"killed"} per */
export function perWords(per) {
  return per === "killed" ? "Killed" : "Incidents";
}
