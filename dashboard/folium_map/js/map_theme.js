/**
 * Light or dark: as asked for, or as the page says in `data-theme`, or as the system does.
 */

/** @typedef {"light" | "dark"} Theme */

/**
 * @param {HTMLElement} element
 * @param {string} wanted  light, dark, or auto
 * @returns {Theme}
 */
export function themeOf(element, wanted) {
  if (wanted === "light" || wanted === "dark") return wanted;
  const marked = element.closest("[data-theme]")?.getAttribute("data-theme");
  if (marked === "light" || marked === "dark") return marked;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

const FALLBACK = { "--cm-ink": "#1d1b16", "--cm-paper": "#ffffff", "--cm-accent": "#0b57a4" };

/** @typedef {{ink: string, paper: string, accent: string, dark: boolean}} Inks */

/** Colours that a canvas is drawn with, as the page's style has them. @returns {Inks} */
export function inksOf(/** @type {HTMLElement} */ element) {
  const style = getComputedStyle(element);
  const value = (/** @type {string} */ name) => style.getPropertyValue(name).trim() || FALLBACK[name];
  const dark = themeOf(element, "auto") === "dark";
  return { ink: value("--cm-ink"), paper: value("--cm-paper"), accent: value("--cm-accent"), dark };
}

/**
 * Calls back when the page or the system changes its mind.
 *
 * @param {() => void} changed
 * @returns {() => void} ends it
 */
export function watchTheme(changed) {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-theme"],
    subtree: true,
  });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    system.removeEventListener("change", changed);
  };
}
