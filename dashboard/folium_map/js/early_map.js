/**
 * A map that stands before the page around it does.
 *
 * The page's own scripts take seconds to start, and nothing of the map waits for them: it stands
 * over where the page will put it, and moves in as soon as its place is there.
 */

import { element } from "./dom.js";
import { isDark, isEmbedded } from "./page_style.js";

/** As wide as Streamlit makes its sidebar, where nobody has drawn it wider. */
const SIDEBAR_PX = 300;
/** Streamlit says on an element of its page whether the page's script runs. */
const SCRIPT_STATE = "data-test-script-state";
const OVER = "notRunning";
const LOOKED_EVERY_MS = 500;
/** The place may still be changing its size: the sidebar comes after it. */
const PATIENCE_MS = 2000;
const SAME_PX = 1;

/** Stands in for the page, and keeps what it must hear of. */
export class PageToCome {
  /** @param {import("./host.js").HostData} data */
  constructor(data) {
    this.data = data;
    this.hasReported = false;
    /** @type {[string, unknown][]} */
    this.triggers = [];
  }

  /** The last of them is all that matters, and the host knows it. */
  setStateValue() {
    this.hasReported = true;
  }

  /** @param {string} name @param {unknown} value */
  setTriggerValue(name, value) {
    if (name !== "stale") this.triggers.push([name, value]); // the page brings the store as it is then
  }
}

export class EarlyMap {
  /**
   * @param {{ box: HTMLElement, destroy: () => void }} host
   */
  constructor(host) {
    this.host = host;
    this.path = window.location.pathname;
    this.hasPlace = false;
    this.wasOver = false;
    this.element = element("div", { class: "cm-opening" });
    document.documentElement.style.setProperty("--cm-sidebar", `${sidebarWidth()}px`);
    this.element.append(host.box);
    document.body.append(this.element);
    this.element.dataset.theme = isDark(this.element) ? "dark" : "light";
    this.timer = window.setInterval(() => this.look(), LOOKED_EVERY_MS);
  }

  /** Goes where the page came to something else than a map, such as a refusal, or was left. */
  look() {
    const isOver = document.querySelector(`[${SCRIPT_STATE}="${OVER}"]`) !== null && !isAwaited();
    if (window.location.pathname !== this.path || (isOver && this.wasOver)) this.host.destroy();
    this.wasOver = isOver;
  }

  /**
   * Move into the page, once the place there is of the same size and nothing jumps.
   * @param {HTMLElement} place
   */
  async moveTo(place) {
    window.clearInterval(this.timer);
    const until = performance.now() + PATIENCE_MS;
    while (this.element.isConnected && place.isConnected && performance.now() < until) {
      if (isSame(place.getBoundingClientRect(), this.element.getBoundingClientRect())) break;
      await new Promise(requestAnimationFrame);
    }
    if (!this.element.isConnected || !place.isConnected) return; // gone meanwhile
    carry(this.host.box, place);
    this.element.remove();
  }

  destroy() {
    window.clearInterval(this.timer);
    this.element.remove();
  }
}

/** Whether the page still waits for the script of a part of it, which may be the map's. */
function isAwaited() {
  const main = document.querySelector("[data-testid=stMain]");
  return main === null || main.querySelector(".cm-host, [data-testid=stSkeleton]") !== null;
}

function sidebarWidth() {
  if (isEmbedded()) return 0; // folded away
  try {
    return Number.parseInt(window.localStorage.getItem("sidebarWidth") ?? "", 10) || SIDEBAR_PX;
  } catch {
    return SIDEBAR_PX; // a browser that lets nobody keep anything
  }
}

/** @param {DOMRect} one @param {DOMRect} other */
function isSame(one, other) {
  const sides = /** @type {const} */ (["left", "top", "width", "height"]);
  return sides.every((side) => Math.abs(one[side] - other[side]) <= SAME_PX);
}

/**
 * Put an element elsewhere without losing what has the focus, or how far its parts are scrolled.
 * @param {HTMLElement} moved
 * @param {any} place
 */
function carry(moved, place) {
  if (place.moveBefore) {
    place.moveBefore(moved, null);
    return;
  }
  const focused = /** @type {HTMLElement | null} */ (moved.contains(document.activeElement) ? document.activeElement : null);
  const scrolled = [...moved.querySelectorAll("*")].filter((part) => part.scrollTop > 0).map((part) => ({ part, top: part.scrollTop }));
  place.append(moved);
  for (const { part, top } of scrolled) part.scrollTop = top;
  focused?.focus({ preventScroll: true });
}
