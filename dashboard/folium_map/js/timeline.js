/**
 * The timeline: when the incidents of the choice happened, and the window of days that the map,
 * the list and the sentence show. It fires nothing; it sets the view's range.
 */

import { element } from "./dom.js";
import { addUnits, finestUnit } from "./engine/calendar.js";
import { categorise } from "./engine/categories.js";
import { Histogram } from "./engine/histogram.js";
import { asRange, moved, TimeScale } from "./engine/time_scale.js";
import { dayWords, spanWords } from "./text.js";
import { drawTimeline, forgetDrawing } from "./timeline_drawing.js";
import { TimelineNotes } from "./timeline_notes.js";
import { Player } from "./timeline_player.js";

const KEYS = { ArrowLeft: ["day", -1], ArrowRight: ["day", 1], ArrowDown: ["day", -1], ArrowUp: ["day", 1], PageUp: ["year", 1], PageDown: ["year", -1] };
const ZOOM = 1.4;
/** Incidents that are counted at once; of more the bars come when the map has been painted. */
const AT_ONCE = 500_000;

/** @typedef {{from: number, to: number}} Days inclusive, since the epoch */

/**
 * @typedef {object} TimelineOptions
 * @property {any} [layer] an incident layer whose colours are followed
 * @property {boolean} [notes] whether notes can be set on days; there must be a link to keep them
 */
export class Timeline {
  /**
   * @param {HTMLElement} container
   * @param {import("./engine/view.js").IncidentView} view
   * @param {TimelineOptions} [options]
   */
  constructor(container, view, { layer = null, notes = false } = {}) {
    this.view = view;
    this.layer = layer;
    this.extent = view.extent ?? { from: 0, to: 0 };
    this.scale = new TimeScale(this.extent);
    this._build(container);
    this.player = new Player(this);
    this.tools.prepend(this.player.element);
    /** @type {TimelineNotes|null} */
    this.notes = notes ? new TimelineNotes(view.table) : null;
    if (this.notes) {
      this.player.element.append(this.notes.element);
      this.canvas.after(this.notes.flags);
    }
    /** @type {Histogram|null} */
    this.histogram = null;
    if (view.table.n <= AT_ONCE) this._categorise();
    else {
      this._frame = requestAnimationFrame(() => {
        this._frame = 0;
        this._later = setTimeout(() => this._categorise());
      });
    }
    this._listen();
    this._resize();
  }

  /** The window as drawn: open ends stand at the ends of time. @returns {Days} */
  get window() {
    const { from, to } = this.view.range;
    const first = Math.max(this.extent.from, Math.min(this.extent.to, from ?? this.extent.from));
    return { from: first, to: Math.max(first, Math.min(this.extent.to, to ?? this.extent.to)) };
  }

  /** @param {Days} days @param {boolean} final */
  setWindow(days, final, source = "timeline") {
    const { from, to } = asRange(days, this.extent);
    this.view.setRange(from, to, { final, source }); // drawn with all that follows the view
  }

  destroy() {
    this.player.stop();
    this.view.removeEventListener("change", this._onChange);
    this.layer?.off?.("legend", this._onLegend);
    this._observer.disconnect();
    this._themeWatch.disconnect();
    cancelAnimationFrame(this._frame);
    clearTimeout(this._later);
    this.root.remove();
  }

  // --- building ---------------------------------------------------------------------------------

  _build(container) {
    /** Pixel of each pressed pointer, by its id. @type {Map<number, number>} */
    this._fingers = new Map();
    this._drags = null;
    this._pinch = null;
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.handles = {
      body: this._slider("body", "Window of days: move it"),
      from: this._slider("from", "First day"),
      to: this._slider("to", "Last day"),
    };
    const { body, from, to } = this.handles;
    this.chart = element("div", { class: "cm-time-chart" }, this.canvas, body, from, to);
    this.inputs = { from: this._input("from"), to: this._input("to") };
    this.words = element("span", { class: "cm-time-words" });
    this.length = element("span", { class: "cm-time-length cm-muted" });
    this.reset = element("button", { type: "button", class: "cm-time-button cm-time-reset", onclick: () => this._reset() }, "All days");
    const fields = element("div", { class: "cm-time-fields" },
      element("label", {}, "From ", this.inputs.from), element("label", {}, "to ", this.inputs.to), this.reset);
    this.tools = element("div", { class: "cm-time-tools" }, this.words, this.length, fields);
    this.root = element("div", { class: "cm-timeline", role: "group", "aria-label": "Timeline" }, this.tools, this.chart);
    container.append(this.root);
  }

  _slider(part, name) {
    return element("div", {
      class: `cm-time-${part}`, role: "slider", tabindex: "0", "aria-label": name, "aria-orientation": "horizontal",
      onkeydown: (event) => this._key(event, part),
    });
  }

  _input(part) {
    const { table } = this.view;
    return element("input", {
      type: "date", min: table.isoOf(this.extent.from), max: table.isoOf(this.extent.to),
      onchange: (event) => this._typed(part, event.target.value),
    });
  }

  _listen() {
    // A change comes once a frame, and in one. Bars of another choice can wait for the next: the map
    // is looked at first.
    this._onChange = () => (this._counted === this.view.revision ? this._draw() : this._drawSoon());
    this._onLegend = () => this.histogram && this._colouredBy !== this._colourBy && this._categorise();
    this.view.addEventListener("change", this._onChange);
    this.layer?.on?.("legend", this._onLegend);
    this._observer = new ResizeObserver(() => this._resize());
    this._observer.observe(this.chart);
    this._themeWatch = new MutationObserver(() => {
      forgetDrawing(this.canvas);
      this._drawSoon();
    });
    for (let node = this.root; node; node = node.parentElement) {
      this._themeWatch.observe(node, { attributes: true, attributeFilter: ["data-theme"] });
    }
    this.chart.addEventListener("pointerdown", (event) => this._grab(event));
    this.chart.addEventListener("pointermove", (event) => this._moveFinger(event));
    for (const name of ["pointerup", "pointercancel"]) this.chart.addEventListener(name, (event) => this._liftFinger(event));
    this.chart.addEventListener("wheel", (event) => this._wheel(event), { passive: false });
  }

  /** What the layer's colours stand for. @returns {"event_type"|"weapon_group"} */
  get _colourBy() {
    return this.layer?.options?.colourBy ?? "event_type";
  }

  _categorise() {
    const { table, window } = this.view;
    this._colouredBy = this._colourBy;
    const { list, of } = categorise(table, this._colouredBy);
    this.colours = list.map((category) => category.colour);
    this.histogram = new Histogram(table, window, of, list.length, this.extent);
    this._counted = this.view.revision;
    forgetDrawing(this.canvas);
    this._drawSoon();
  }

  // --- drawing ----------------------------------------------------------------------------------

  _resize() {
    const { width, height } = this.chart.getBoundingClientRect();
    if (width === 0) return;
    const density = Math.min(3, globalThis.devicePixelRatio || 1);
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(height * density);
    this.size = { width, height, density };
    this.scale.width = width;
    this._draw();
  }

  _drawSoon() {
    this._frame ||= requestAnimationFrame(() => {
      this._frame = 0;
      this._draw();
    });
  }

  _draw() {
    if (!this.size) return;
    if (this.histogram) this._drawBars();
    this._place();
    this.notes?.place(this.scale);
    this._say();
  }

  _drawBars() {
    if (this._counted !== this.view.revision) {
      this.histogram.update();
      this._counted = this.view.revision;
    }
    drawTimeline(this.canvas.getContext("2d"), this);
  }

  /** The unit that bars stand for now. @returns {import("./engine/calendar.js").Unit} */
  get unit() {
    return finestUnit(this.scale.days, this.scale.width);
  }

  _place() {
    const { from, to } = this.window;
    const { width } = this.size;
    const clip = (x) => Math.max(0, Math.min(width, x));
    const left = this.scale.x(from);
    const right = this.scale.x(to + 1);
    this.handles.from.style.transform = `translateX(${clip(left)}px)`;
    this.handles.to.style.transform = `translateX(${clip(right)}px)`;
    this.handles.from.classList.toggle("cm-out", left < -0.5 || left > width + 0.5);
    this.handles.to.classList.toggle("cm-out", right < -0.5 || right > width + 0.5);
    this.handles.body.style.transform = `translateX(${clip(left)}px)`;
    this.handles.body.style.width = `${Math.max(0, clip(right) - clip(left))}px`;
  }

  _say() {
    const { table } = this.view;
    const { from, to } = this.window;
    const words = spanWords(table.isoOf(from), table.isoOf(to));
    const days = to - from + 1;
    const length = days === 1 ? "1 day" : `${days.toLocaleString("en")} days`;
    const dated = this.view.extent !== null;
    setText(this.words, dated ? words : "No incident has a day");
    setText(this.length, dated ? length : "");
    const { from: openFrom, to: openTo } = this.view.range;
    this.reset.disabled = openFrom === null && openTo === null;
    for (const part of ["from", "to"]) {
      const day = this.window[part];
      const input = this.inputs[part];
      const iso = table.isoOf(day);
      if (input !== document.activeElement && input.value !== iso) input.value = iso;
      setSlider(this.handles[part], this.extent, day, dayWords(iso) ?? iso);
    }
    setSlider(this.handles.body, this.extent, from, words);
  }

  // --- hands ------------------------------------------------------------------------------------

  _grab(event) {
    if (event.button !== 0) return;
    this.player.stop();
    const x = event.clientX - this.chart.getBoundingClientRect().left;
    this._fingers.set(event.pointerId, x);
    if (this._fingers.size > 1) {
      this._beginPinch(event);
      return;
    }
    const part = Object.keys(this.handles).find((name) => this.handles[name] === event.target) ?? "new";
    const day = Math.floor(this.scale.dayAt(x));
    const start = part === "new" ? { from: day, to: day } : this.window;
    const drag = { x, part: part === "new" ? "to" : part, start, moved: part !== "new" };
    this._drags = { drag, before: this.window };
    if (part !== "new") event.target.focus({ preventScroll: true });
    event.preventDefault();
    this.chart.setPointerCapture(event.pointerId);
    const move = (next) => this._drag(next, drag);
    const drop = () => {
      this.chart.removeEventListener("pointermove", move);
      this.chart.removeEventListener("pointerup", drop);
      this.chart.removeEventListener("pointercancel", drop);
      if (drag.moved && drag.last && this._drags?.drag === drag) this.setWindow(drag.last, true);
      this.chart.classList.remove("cm-dragging");
    };
    this.chart.classList.add("cm-dragging");
    this.chart.addEventListener("pointermove", move);
    this.chart.addEventListener("pointerup", drop);
    this.chart.addEventListener("pointercancel", drop);
  }

  /** A second finger: what the first began is undone, and both say how much time shows. */
  _beginPinch(event) {
    event.preventDefault();
    this.chart.setPointerCapture(event.pointerId);
    if (this._drags?.drag.last) this.setWindow(this._drags.before, true);
    this._drags = null;
    const [first, second] = this._fingers.keys();
    const day = (finger) => this.scale.dayAt(this._fingers.get(finger));
    this._pinch = { fingers: [first, second], days: [day(first), day(second)] };
  }

  _moveFinger(event) {
    if (!this._fingers.has(event.pointerId)) return;
    this._fingers.set(event.pointerId, event.clientX - this.chart.getBoundingClientRect().left);
    if (!this._pinch) return;
    const { fingers, days } = this._pinch;
    this.scale.pinch(days, fingers.map((finger) => this._fingers.get(finger)));
    this._drawSoon();
  }

  _liftFinger(event) {
    this._fingers.delete(event.pointerId);
    if (this._pinch?.fingers.includes(event.pointerId)) this._pinch = null;
  }

  _drag(event, drag) {
    if (this._drags?.drag !== drag) return; // two fingers have taken over
    const x = event.clientX - this.chart.getBoundingClientRect().left;
    if (!drag.moved && Math.abs(x - drag.x) < 4) return; // a click on an empty spot changes nothing
    drag.moved = true;
    const by = Math.round(((x - drag.x) / this.scale.width) * this.scale.days);
    // A window drawn leftwards from where it began grows at its first day.
    const fresh = drag.start.from === drag.start.to && by < 0 && drag.part === "to";
    drag.last = moved(drag.start, fresh ? "from" : drag.part, by, this.extent);
    this.setWindow(drag.last, false);
  }

  _wheel(event) {
    event.preventDefault();
    const x = event.clientX - this.chart.getBoundingClientRect().left;
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (sideways) {
      this.scale.pan(((event.deltaX || event.deltaY) / this.scale.width) * this.scale.days);
    } else {
      this.scale.zoom(event.deltaY > 0 ? 1.18 : 1 / 1.18, this.scale.dayAt(x));
    }
    this._drawSoon();
  }

  _key(event, part) {
    const step = this._keyStep(event, part);
    if (step === null) return;
    event.preventDefault();
    event.stopPropagation(); // the map pans on the same arrows
    this.player.stop();
    if (step === "zoomed") return;
    this.setWindow(moved(this.window, part, step, this.extent), true);
    this.scale.reveal(this.window[part === "to" ? "to" : "from"]);
  }

  /** Days to move by, or null for a key that is not ours. */
  _keyStep(event, part) {
    const day = this.window[part === "to" ? "to" : "from"];
    if (event.key === "Home") return this.extent.from - day;
    if (event.key === "End") return this.extent.to - day;
    if (["+", "=", "-"].includes(event.key)) {
      this.scale.zoom(event.key === "-" ? ZOOM : 1 / ZOOM, day);
      this._drawSoon();
      return "zoomed";
    }
    if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return null;
    const [unit, by] = KEYS[event.key];
    const chosen = event.shiftKey && unit === "day" ? "month" : unit;
    const { epochDay } = this.view.table;
    return addUnits(day + epochDay, chosen, by) - epochDay - day;
  }

  _typed(part, iso) {
    if (!/^\d{4}-\d\d-\d\d$/.test(iso)) return this._draw();
    this.player.stop();
    const day = this.view.table.dayOf(iso);
    const { from, to } = this.window;
    const next = part === "from" ? { from: day, to: Math.max(day, to) } : { from: Math.min(day, from), to: day };
    this.setWindow(next, true);
  }

  _reset() {
    this.player.stop();
    this.scale.show(this.extent.from, this.extent.to - this.extent.from + 1);
    this.view.setRange(null, null, { final: true, source: "timeline" });
  }
}

function setSlider(slider, extent, day, words) {
  const values = { "aria-valuemin": extent.from, "aria-valuemax": extent.to, "aria-valuenow": day, "aria-valuetext": words };
  for (const [name, value] of Object.entries(values)) {
    if (slider.getAttribute(name) !== String(value)) slider.setAttribute(name, String(value));
  }
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
