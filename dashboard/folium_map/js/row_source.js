/**
 * Rows of the list, asked for in small pages once the hand rests, and kept.
 *
 * Row numbers name the same incident for as long as the store's version is the same, so one
 * `RowSource` belongs to one version and what it holds never goes stale.
 */

/** Rows in one request: the answer stays under 8 KB. */
export const PAGE = 25;
const REST_MS = 90;
const KEPT = 4000;

/** An answer of the server that is no success, with its status. */
export class Refused extends Error {
  constructor(status) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** Fetch JSON; a status that is no success throws `Refused`. */
export async function fetchJson(url, signal) {
  const answer = await fetch(url, { signal, credentials: "same-origin", redirect: "error" });
  if (!answer.ok) throw new Refused(answer.status);
  return answer.json();
}

/**
 * Fires `arrived` when rows came, and `failed` (detail: the error) when they did not.
 */
export class RowSource extends EventTarget {
  #url;
  #fetch;
  #rows = new Map();
  #wanted = [];
  #timer = null;
  #asking = null;
  #error = null;

  /**
   * @param {string} url  the `rows` endpoint of one store version
   * @param {{fetch?: (url: string, signal: AbortSignal) => Promise<any>}} [options]
   */
  constructor(url, { fetch = fetchJson } = {}) {
    super();
    this.#url = url;
    this.#fetch = fetch;
  }

  /** The row if it is here, else undefined. */
  get(row) {
    return this.#rows.get(row);
  }

  /** Why the rows last wanted did not come, or null. */
  get error() {
    return this.#error;
  }

  /**
   * Ask for rows once the hand has rested; what was wanted before and is not now is given up.
   * Rows that could not be had are asked for again by `retry` only.
   *
   * @param {Iterable<number>} rows
   */
  want(rows) {
    const missing = [...rows].filter((row) => !this.#rows.has(row));
    const underWay = this.#timer !== null || this.#asking !== null || this.#error !== null;
    if (sameNumbers(missing, this.#wanted) && underWay) return;
    this.#giveUp();
    this.#wanted = missing;
    this.#error = null;
    if (missing.length === 0) return;
    this.#timer = setTimeout(() => this.#ask(), REST_MS);
  }

  /** Ask again after a failure. */
  retry() {
    const wanted = this.#wanted;
    this.#wanted = [];
    this.#error = null;
    this.want(wanted);
  }

  /** Give up what is under way and ask for nothing more. */
  destroy() {
    this.#giveUp();
    this.#rows.clear();
  }

  #giveUp() {
    clearTimeout(this.#timer ?? undefined);
    this.#timer = null;
    this.#asking?.abort();
    this.#asking = null;
  }

  async #ask() {
    this.#timer = null;
    const asking = new AbortController();
    this.#asking = asking;
    try {
      for (let from = 0; from < this.#wanted.length; from += PAGE) {
        await this.#askPage(this.#wanted.slice(from, from + PAGE), asking.signal);
      }
      if (this.#asking === asking) this.#asking = null;
    } catch (error) {
      if (asking.signal.aborted) return;
      this.#asking = null;
      this.#error = error;
      this.dispatchEvent(new CustomEvent("failed", { detail: error }));
    }
  }

  async #askPage(rows, signal) {
    const answer = await this.#fetch(`${this.#url}?i=${rows.join(",")}`, signal);
    if (signal.aborted) return;
    if (!Array.isArray(answer)) throw new TypeError("the answer holds no rows");
    for (const row of answer) {
      if (rows.includes(row?.row)) this.#rows.set(row.row, row);
    }
    if (rows.some((row) => !this.#rows.has(row))) throw new Refused(404);
    this.#error = null;
    this.#forget();
    this.dispatchEvent(new Event("arrived"));
  }

  /** The oldest go first: a Map keeps the order in which they came. */
  #forget() {
    for (const row of this.#rows.keys()) {
      if (this.#rows.size <= KEPT) return;
      this.#rows.delete(row);
    }
  }
}

function sameNumbers(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
