/** Plays a timeline: step by step, at a speed, as a moving window or adding up. */

import { element } from "./dom.js";
import { addUnits } from "./engine/calendar.js";

const SPEEDS = [[1, "slow"], [3, "normal"], [8, "fast"], [20, "very fast"]];
const STEPS = ["day", "week", "month", "quarter", "year"];

/** Buttons and choices, and the clock behind them. */
export class Player {
  /** @param {import("./timeline.js").Timeline} timeline */
  constructor(timeline) {
    this.timeline = timeline;
    this._timer = 0;
    this._still = matchMedia("(prefers-reduced-motion: reduce)");
    this._still.addEventListener("change", () => this.stop());
    this._build();
  }

  get playing() {
    return this._timer !== 0;
  }

  _build() {
    this.button = button("Play", () => (this.playing ? this.stop() : this.play()), "cm-time-play");
    this.unit = choice("Step", STEPS.map((unit) => [unit, unit]), this._usualUnit());
    this.speed = choice("Speed", SPEEDS, 3);
    this.cumulative = check("Add up");
    this.loop = check("Loop");
    const more = element("details", { class: "cm-time-more" }, element("summary", {}, "Playback"),
      element("div", { class: "cm-time-choices" }, this.unit.label, this.speed.label, this.cumulative.label, this.loop.label));
    this.element = element("div", { class: "cm-time-player" },
      this.button, button("‹", () => this.step(-1), "cm-time-step", "One step back"),
      button("›", () => this.step(1), "cm-time-step", "One step on"), more);
  }

  /** A step that makes a few dozen frames of the whole. */
  _usualUnit() {
    const { from, to } = this.timeline.extent;
    const days = to - from + 1;
    if (days <= 60) return "day";
    if (days <= 400) return "week";
    return days <= 3700 ? "month" : "year";
  }

  /** Starts; where motion is unwelcome it makes a single step instead. */
  play() {
    if (this._still.matches) {
      this.step(1);
      return;
    }
    this._begin();
    this._last = performance.now();
    const tick = (now) => {
      if (!this.playing) return;
      this._timer = requestAnimationFrame(tick);
      if (now - this._last < 1000 / Number(this.speed.select.value)) return;
      this._last = now;
      if (!this._advance(1, false)) this.stop();
    };
    this._timer = requestAnimationFrame(tick);
    this._show();
  }

  /** Where everything is in view there is no window to move: begin with the first step. */
  _begin() {
    const { window, extent } = this.timeline;
    const atEnd = window.to >= extent.to;
    if (atEnd && (window.from <= extent.from || this.cumulative.input.checked)) {
      this.timeline.setWindow(this._firstStep(), false, "play");
    } else if (atEnd) {
      const length = window.to - window.from;
      this.timeline.setWindow({ from: extent.from, to: Math.min(extent.to, extent.from + length) }, false, "play");
    }
  }

  _firstStep() {
    const { extent } = this.timeline;
    return { from: extent.from, to: Math.min(extent.to, this._after(extent.from, 1) - 1) };
  }

  stop() {
    if (!this.playing) return;
    cancelAnimationFrame(this._timer);
    this._timer = 0;
    this._show();
    this.timeline.setWindow(this.timeline.window, true, "play");
  }

  /** @param {1|-1} by */
  step(by) {
    this.stop();
    const { window, extent } = this.timeline;
    if (window.from <= extent.from && window.to >= extent.to) {
      this.timeline.setWindow(this._firstStep(), true, "play");
    } else {
      this._advance(by, true);
    }
  }

  /** @returns {boolean} whether there is more */
  _advance(/** @type {number} */ by, /** @type {boolean} */ final) {
    const { window, extent } = this.timeline;
    const cumulative = this.cumulative.input.checked;
    if (by > 0 && window.to >= extent.to) {
      if (!this.loop.input.checked) return false;
      this._begin();
      return true;
    }
    const shift = this._after(window.from, by) - window.from;
    const next = cumulative
      ? { from: window.from, to: Math.max(window.from, this._after(window.to + 1, by) - 1) }
      : { from: window.from + shift, to: this._after(window.to + 1, by) - 1 };
    const from = Math.max(extent.from, Math.min(extent.to, next.from));
    this.timeline.setWindow({ from, to: Math.max(from, Math.min(extent.to, next.to)) }, final, "play");
    return true;
  }

  _after(day, count) {
    const { epochDay } = this.timeline.view.table;
    return addUnits(day + epochDay, this.unit.select.value, count) - epochDay;
  }

  _show() {
    this.button.textContent = this.playing ? "Pause" : "Play";
    this.button.setAttribute("aria-pressed", String(this.playing));
  }
}

function button(text, onclick, className, name = null) {
  return element("button", { type: "button", class: `cm-time-button ${className}`, onclick, "aria-label": name, title: name }, text);
}

function choice(text, values, chosen) {
  const select = element("select", {}, values.map(([value, words]) =>
    element("option", { value, selected: value === chosen }, words)));
  return { select, label: element("label", {}, `${text} `, select) };
}

function check(text) {
  const input = element("input", { type: "checkbox" });
  return { input, label: element("label", {}, input, ` ${text}`) };
}
