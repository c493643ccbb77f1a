/**
 * Tells people that their access has ended, where the page itself can only wait for its server.
 *
 * A session that is revoked, or over, loses its connection, and the page tries to get it back for
 * ever. While the page is not connected, the server is asked whether the session still holds.
 */

import { element } from "./dom.js";
import { mounted } from "./mounted.js";
import { addStyle } from "./page_style.js";

/**
 * @typedef {object} WatchData
 * @property {string} root address of the application, ending in a slash
 * @property {string} style address of the style sheet
 */

/** Streamlit says on an element of its page how it stands with its server. */
const STATE = "data-test-connection-state";
const CONNECTED = "CONNECTED";
const AGAIN_MS = 3000;

/** Once a page: the words stay when what drew them has gone with the session. */
let told = false;

export default mounted(() => new SessionWatch());

class SessionWatch {
  /** @param {{ data: WatchData }} component */
  async update({ data }) {
    this.data = data;
    if (this.timer) return;
    this.timer = window.setInterval(() => this.look(), AGAIN_MS);
    this.observer = new MutationObserver(() => this.look());
    this.observer.observe(document.body, { attributeFilter: [STATE], subtree: true });
  }

  async look() {
    const state = document.querySelector(`[${STATE}]`)?.getAttribute(STATE);
    if (told || this.asks || state === CONNECTED) return;
    this.asks = true;
    try {
      const answer = await fetch(`${this.data.root}session`, { cache: "no-store" });
      if (answer.ok && !(await answer.json()).signed_in) tell(this.data);
    } catch {
      // The server cannot be reached at all; the page says that itself.
    } finally {
      this.asks = false;
    }
  }

  destroy() {
    window.clearInterval(this.timer);
    this.observer?.disconnect();
  }
}

/** @param {WatchData} data */
function tell({ root, style }) {
  if (told) return;
  told = true;
  addStyle(style);
  const here = window.location.pathname.slice(root.length - 1) + window.location.search;
  const dialog = /** @type {HTMLDialogElement} */ (element(
    "dialog",
    { class: "cm-ended", "aria-labelledby": "cm-ended" },
    element("h2", { id: "cm-ended" }, "Your access has ended"),
    element(
      "p", {},
      "You were signed out, your time was over, or your access was taken back. What was saved is kept; ",
      "what you typed and did not save can still be copied from this page.",
    ),
    element(
      "p", {},
      element("a", { href: `${root}signin?next=${encodeURIComponent(here)}` }, "Sign in again"),
      element("button", { type: "button", onclick: () => dialog.close() }, "Stay on this page"),
    ),
  ));
  document.body.append(dialog);
  dialog.showModal();
}
