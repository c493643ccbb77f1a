/**
 * A few incidents on one point, laid around it as buttons: to be hit, and walked with the arrows.
 *
 * The list beside the map holds the same; where there are more than `MOST_FANNED`, it alone.
 */

import { element, fill } from "./dom.js";
import { seats, stepTo } from "./engine/seats.js";
import { L } from "./leaflet.js";
import { clusterRadius, drawSymbol } from "./symbols.js";
import { counted, number, spanWords } from "./text.js";

const PANE = "fan";
/** Over names (620) and under pop-ups (700). */
const LEVEL = "650";
/** Pixels of a symbol's picture. */
const PICTURE = 30;
/** Free pixels around the outermost symbols. */
const RIM = 40;

/** Fires `open` and `mark` (detail {row}; marked null when none has the focus), and `close`. */
export class Fan extends EventTarget {
  /** @param {any} map @param {any} layer `L.IncidentLayer`, whose symbols these are */
  constructor(map, layer) {
    super();
    this.map = map;
    this.layer = layer;
    this.close = this.close.bind(this);
    this._closeIfGone = () => this.rows?.some((row) => !this.view.matches(row)) && this.close();
    if (!map.getPane(PANE)) map.createPane(PANE).style.zIndex = LEVEL;
  }

  /** Lays incidents around their point and takes the focus. @param {ArrayLike<number>} rows @param {any} latlng */
  show(rows, latlng) {
    this.close();
    this.rows = Array.from(rows);
    this.view = this.layer.view;
    const { radius, at } = seats(this.rows.length);
    const hub = clusterRadius(this.rows.length) + 2;
    this._items = this.rows.map((row, k) => this._item(row, k, at[k]));
    this._said = element("p", { class: "cm-fan-said" });
    this._root = element(
      "div", { class: "cm-fan", role: "group", "aria-label": `${counted(this.rows.length, "incident")} at this point`, onkeydown: (event) => this._onKey(event) },
      at.map((seat) => leg(hub, seat)), this._items, this._said,
    );
    this._said.style.transform = `translate(-50%, ${radius + 26}px)`;
    L.DomEvent.disableClickPropagation(this._root);
    L.DomUtil.setPosition(this._root, this.map.latLngToLayerPoint(latlng));
    this.map.getPane(PANE).append(this._root);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.panInside(latlng, { padding: [radius + RIM, radius + RIM], animate: !still });
    this.map.on("click zoomstart", this.close);
    this.layer.on("drawing", this.close);
    this.view.addEventListener("change", this._closeIfGone);
    this._go(0);
  }

  /** Whether a row is laid out now. @param {number|null} row */
  has(row) {
    return this.rows?.includes(/** @type {number} */ (row)) ?? false;
  }

  /** Gives the focus to a row that is laid out. @param {number} row */
  focus(row) {
    this._go(this.rows.indexOf(row));
  }

  /** Takes it away; the focus goes back to the map, if it was in here. */
  close() {
    if (!this.rows) return;
    const held = this._root.contains(document.activeElement);
    this.map.off("click zoomstart", this.close);
    this.layer.off("drawing", this.close);
    this.view.removeEventListener("change", this._closeIfGone);
    this.rows = null;
    this._root.remove();
    if (held) this.map.getContainer().focus({ preventScroll: true });
    this._say("mark", null);
    this.dispatchEvent(new Event("close"));
  }

  _item(row, k, { x, y }) {
    const words = wordsOf(this.view, row);
    const mark = () => {
      fill(this._said, words);
      this._say("mark", row);
    };
    const item = element(
      "button", { type: "button", class: "cm-fan-item", tabindex: "-1", "aria-label": words,
        onclick: () => this._say("open", row), onfocus: () => this._reach(k, mark), onpointerenter: mark },
      picture(this.layer.look(row)),
    );
    item.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
    return item;
  }

  /** One of them is the way in for the tab key: where the focus was last. */
  _reach(k, mark) {
    this._items.forEach((item, other) => (item.tabIndex = other === k ? 0 : -1));
    mark();
  }

  _go(k) {
    this._items[k]?.focus({ preventScroll: true });
  }

  _onKey(event) {
    const here = this._items.indexOf(document.activeElement);
    const next = stepTo(event.key, here, this._items.length);
    event.stopPropagation(); // the arrows would move the map
    if (event.key === "Escape") this.close();
    else if (next !== null) this._go(next);
    else return;
    event.preventDefault();
  }

  _say(name, row) {
    this.dispatchEvent(new CustomEvent(name, { detail: { row } }));
  }
}

/** A line to a seat, from the edge of the circle with the count. */
function leg(hub, { x, y }) {
  const made = element("span", { class: "cm-fan-leg", "aria-hidden": "true" });
  made.style.width = `${Math.hypot(x, y) - hub}px`;
  made.style.transform = `rotate(${Math.atan2(y, x)}rad) translateX(${hub}px)`;
  return made;
}

function picture(look) {
  const density = Math.min(3, globalThis.devicePixelRatio || 1);
  const canvas = /** @type {HTMLCanvasElement} */ (element("canvas", { width: PICTURE * density, height: PICTURE * density, "aria-hidden": "true" }));
  const context = canvas.getContext("2d");
  context.scale(density, density);
  drawSymbol(context, PICTURE / 2, PICTURE / 2, Math.min(look.radius, 9), look);
  return canvas;
}

/** What the columns know of a row: kind, days, killed. */
function wordsOf(view, row) {
  const { table } = view;
  const [start, end] = [view.dayStart(row), view.dayEnd(row)];
  const killed = view.killed(row);
  const type = table.vocabulary.event_type.find((term) => term.code === view.eventType(row));
  return [
    type?.label ?? "Not coded",
    start === null ? "date not known" : spanWords(table.isoOf(start), table.isoOf(end ?? start)),
    killed === null ? "killed: not known" : `${killed === 0 ? "none" : number(killed)} killed`,
  ].join(", ");
}
