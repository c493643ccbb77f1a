/**
 * Asks the server every few seconds whether the store has moved on since this page was drawn.
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

  /**
   * @param {string} address answers 410 as soon as there is a newer version of the store
   * @param {object} parts
   * @param {() => void} parts.onMoved called at each look that finds a newer version
   * @param {() => boolean} [parts.isBusy] whether looking must wait
   * @param {Document} [parts.page]
   * @param {typeof fetch} [parts.ask]
   */
  constructor(address, { onMoved, isBusy = () => false, page = document, ask = (...all) => fetch(...all) }) {
    Object.assign(this, { address, onMoved, isBusy, page, ask });
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
      const { status } = await this.ask(this.address, { cache: "no-store", signal: this.#abort.signal });
      if (status === 410 && !this.#abort.signal.aborted) this.onMoved();
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

  /** @param {number} hand */
  #lifted(hand) {
    if (this.#hands.delete(hand)) this.#catchUp();
  }

  #catchUp() {
    if (this.#due) this.look();
  }
}
