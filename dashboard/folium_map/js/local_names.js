/** Whether a reader wants place names in local letters, too: kept in the browser, for whatever map. */

const KEY = "conflictmap-local-names";

export function wantsLocalNames() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true; // a browser that lets nobody keep anything
  }
}

/** @param {boolean} wanted */
export function keepLocalNames(wanted) {
  try {
    if (wanted) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, "off");
  } catch {
    // The choice lasts as long as the page.
  }
}
