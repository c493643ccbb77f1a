/**
 * The panel as a sheet on a phone: low it shows a few rows under the map, raised it covers the map.
 *
 * On a wide page the handle is not displayed and raising changes nothing that is seen.
 */

import { element, fill } from "./dom.js";

/** How far a finger moves before it counts as a swipe, CSS pixels. */
const SWIPE = 24;

export class Sheet {
  #words = "Incidents";
  #from = null;

  /**
   * @param {HTMLElement} panel
   * @param {HTMLElement} handle  a button inside it
   */
  constructor(panel, handle) {
    this.panel = panel;
    this.handle = handle;
    handle.addEventListener("click", () => this.#toggle());
    handle.addEventListener("pointerdown", (event) => this.#grasp(event));
    handle.addEventListener("pointerup", (event) => this.#letGo(event));
    this.lower();
  }

  /** Whether it covers the map. */
  get isRaised() {
    return this.panel.dataset.sheet === "raised";
  }

  raise() {
    this.#set("raised");
  }

  lower() {
    this.#set("low");
  }

  /** What the handle says the sheet holds. */
  describe(words) {
    this.#words = words;
    this.#label();
  }

  #set(state) {
    this.panel.dataset.sheet = state;
    this.handle.setAttribute("aria-expanded", String(state === "raised"));
    this.#label();
  }

  #label() {
    const next = this.isRaised ? "show the map" : "show the list in full";
    fill(this.handle, element("span", { class: "cm-sheet-grip", "aria-hidden": "true" }), element("span", { class: "cm-hidden" }, `${this.#words}, ${next}`));
  }

  #toggle() {
    if (this.isRaised) this.lower();
    else this.raise();
  }

  #grasp(event) {
    this.#from = event.clientY;
    this.handle.setPointerCapture?.(event.pointerId);
  }

  #letGo(event) {
    const way = this.#from === null ? 0 : event.clientY - this.#from;
    this.#from = null;
    if (Math.abs(way) < SWIPE) return;
    // The click that follows a swipe on the same button must not undo it.
    this.handle.addEventListener("click", (click) => click.stopImmediatePropagation(), { capture: true, once: true });
    if (way < 0) this.raise();
    else this.lower();
  }
}
