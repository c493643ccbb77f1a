/** Whether a reader wants place names in local letters, too: kept in the browser, for whatever map. */

const KEY = "conflictmap-local-names";

/** What this page was told; null before it was told anything. @type {boolean|null} */
let told = null;

export function wantsLocalNames() {
  if (told !== null) return told;
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true; // a browser that lets nobody keep anything
  }
}

/** @param {boolean} wanted */
export function keepLocalNames(wanted) {
  told = wanted;
  try {
    if (wanted) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, "off");
  } catch {
    // The choice lasts as long as the page.
  }
}
