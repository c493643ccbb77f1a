/** The page around us: whether it is dark, and the style sheets that it has. */

/** Whether the page around an element is dark. @param {HTMLElement} element */
export function isDark(element) {
  const background = getComputedStyle(element).getPropertyValue("--st-background-color").trim();
  const [red, green, blue] = (background.match(/[\da-f]{2}/gi) ?? []).map((part) => Number.parseInt(part, 16));
  if (blue === undefined) return wantsDark() ?? matchMedia("(prefers-color-scheme: dark)").matches;
  return red + green + blue < 384;
}

/** Whether another site shows the page in a frame of its own. */
export function isEmbedded() {
  return new URLSearchParams(location.search).get("embed")?.toLowerCase() === "true";
}

/** What Streamlit will choose, before its page is there to show it; null for the system's. */
function wantsDark() {
  const options = isEmbedded() ? new URLSearchParams(location.search).getAll("embed_options") : [];
  for (const option of options) {
    if (option === "dark_theme" || option === "light_theme") return option === "dark_theme";
  }
  try {
    const kept = Object.keys(localStorage).filter((key) => key.startsWith(`stActiveTheme-${location.pathname}-v`));
    const chosen = kept.map((key) => JSON.parse(localStorage.getItem(key) ?? "null"));
    if (chosen.includes("Dark")) return true;
    return chosen.includes("Light") ? false : null;
  } catch {
    return null; // a browser that lets nobody keep anything
  }
}

/** Settles when a style sheet is there, or cannot be; a page keeps one copy. @param {string} address */
export function addStyle(address) {
  const sheets = [...document.querySelectorAll("link[rel=stylesheet]")];
  if (sheets.some((sheet) => sheet.getAttribute("href") === address)) return undefined;
  return new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.addEventListener("load", done);
    link.addEventListener("error", done);
    document.head.append(link);
  });
}
