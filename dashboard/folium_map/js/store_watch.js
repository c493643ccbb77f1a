/**
 * Asks the server every few seconds whether the store has moved on since this page was drawn, or
 * layers from files have been added or taken away.
 *
 * Nothing is asked while a hand is on the page, while nobody sees it, or while something else, such
 * as a film of days, must not be disturbed; what was missed is asked right after.
 */

export const EVERY_MS = 3000;

export class StoreWatch {
  /** @type {Set<number>} */
  #hands = new Set();
  #due = false;
  #asks = false;
  #abort = new AbortController();
  /** The edition of the layers that was last heard of; "0" before any. */
  #layers = "0";

  /**
   * @param {string} address answers 410 as soon as there is a newer version of the store
   * @param {object} parts
   * @param {() => void} parts.onMoved called at each look that finds a newer version
   * @param {() => void} [parts.onLayers] called when there are other layers than at the look before
   * @param {() => boolean} [parts.isBusy] whether looking must wait
   * @param {Document} [parts.page]
   * @param {typeof fetch} [parts.ask]
   */
  constructor(address, { onMoved, onLayers = () => {}, isBusy = () => false, page = document, ask = (...all) => fetch(...all) }) {
    Object.assign(this, { address, onMoved, onLayers, isBusy, page, ask });
    const { signal } = this.#abort;
    const on = (/** @type {string} */ name, /** @type {(event: any) => void} */ act) =>
      page.addEventListener(name, act, { signal, capture: true });
    on("pointerdown", ({ pointerId }) => this.#hands.add(pointerId));
    for (const name of ["pointerup", "pointercancel"]) on(name, ({ pointerId }) => this.#lifted(pointerId));
    // Whoever lets go outside the window comes back with no button held.
    on("pointermove", ({ pointerId, buttons }) => buttons === 0 && this.#lifted(pointerId));
    on("visibilitychange", () => this.#catchUp());
    this.timer = setInterval(() => this.look(), EVERY_MS);
  }

  /** @returns {Promise<void>} settled when the answer is there, at once where nothing is asked */
  async look() {
    this.#due = true;
    if (this.#asks || this.#hands.size || this.page.hidden || this.isBusy()) return;
    this.#due = false;
    this.#asks = true;
    try {
      const { status, headers } = await this.ask(this.address, { cache: "no-store", signal: this.#abort.signal });
      if (this.#abort.signal.aborted) return;
      if (status === 410) this.onMoved();
      else if (status === 204) this.#hear(headers.get("X-Layers") ?? "0");
    } catch {
      // Whoever cannot be reached is asked again; the page itself says that its server is gone.
    } finally {
      this.#asks = false;
    }
  }

  destroy() {
    clearInterval(this.timer);
    this.#abort.abort();
  }

  /** @param {string} layers */
  #hear(layers) {
    if (layers === this.#layers) return;
    this.#layers = layers;
    this.onLayers();
  }

  /** @param {number} hand */
  #lifted(hand) {
    if (this.#hands.delete(hand)) this.#catchUp();
  }

  #catchUp() {
    if (this.#due) this.look();
  }
}
