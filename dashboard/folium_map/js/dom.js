/**
 * Making elements. Text only ever becomes a text node: nothing here, and nothing that uses it,
 * writes HTML.
 */

import { trace } from "./symbols.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes, listeners and children.
 *
 * @param {string} tag
 * @param {Record<string, any>} [attributes]  null and false leave one out, true writes it empty;
 *     a function under a name such as `onclick` becomes a listener
 * @param {...(Node|string|number|null|undefined|false|any[])} children  strings become text nodes
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  append(made, children);
  return made;
}

function setAttribute(made, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") made.addEventListener(name.replace(/^on/, ""), value);
  else made.setAttribute(name, value === true ? "" : String(value));
}

function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Replace what an element holds. */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/**
 * Words from outside, set apart from the direction of the words around them, so that neither
 * Arabic names nor direction overrides in a text reorder ours.
 */
export function foreign(text, tag = "bdi") {
  return element(tag, { dir: "auto" }, String(text));
}

/** Names from outside with commas of ours between them. */
export function foreignList(names, separator = ", ") {
  return names.flatMap((name, i) => (i ? [separator, foreign(name)] : [foreign(name)]));
}

/** Words from outside in quotation marks. */
export function quoted(text) {
  return element("q", { class: "cm-quoted", dir: "auto" }, String(text));
}

/**
 * An address as text, and as a link where it is a web address; any other scheme stays text.
 * The link shows the address in the form in which it would be opened.
 */
export function address(text) {
  const url = webAddress(text);
  if (!url) return element("bdi", { class: "cm-address", dir: "auto" }, String(text));
  return element(
    "a",
    {
      class: "cm-address", href: url, target: "_blank", dir: "ltr",
      rel: "noopener noreferrer nofollow", referrerpolicy: "no-referrer",
    },
    url,
    element("span", { class: "cm-hidden" }, " (opens in a new tab)"),
  );
}

/** The normal form of an http or https address without a password in it; null for anything else. */
export function webAddress(text) {
  if (typeof text !== "string" || !/^\s*https?:\/\//i.test(text)) return null;
  try {
    const url = new URL(text.trim());
    const isWeb = url.protocol === "https:" || url.protocol === "http:";
    return isWeb && url.hostname && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * The symbol of an event type, or a hollow circle where none is known. It is decoration: the
 * words stand beside it.
 *
 * @param {{shape?: string, colour?: string}} term  of the vocabulary's event types
 * @param {number} size  CSS pixels
 */
export function symbol({ shape, colour }, size = 16) {
  const svg = document.createElementNS(SVG, "svg");
  const known = shape !== undefined && /^#[0-9a-f]{6}$/i.test(colour ?? "");
  const attributes = { width: size, height: size, viewBox: "0 0 16 16", "aria-hidden": "true" };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, String(value));
  svg.setAttribute("class", known ? "cm-symbol" : "cm-symbol cm-symbol-unknown");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", outline(known ? shape : "circle"));
  if (known) path.setAttribute("fill", colour);
  svg.append(path);
  return svg;
}

/** A shape of the map as an SVG path, drawn by the map's own hand. */
function outline(shape) {
  const steps = [];
  const pen = {
    beginPath() {},
    moveTo: (x, y) => steps.push(`M${round(x)} ${round(y)}`),
    lineTo: (x, y) => steps.push(`L${round(x)} ${round(y)}`),
    arc: (x, y, r) => steps.push(`M${x - r} ${y}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0z`),
    closePath: () => steps.push("z"),
  };
  trace(/** @type {any} */ (pen), shape, 8, 8, 6);
  return steps.join("");
}

const round = (value) => Math.round(value * 100) / 100;

/**
 * A sentence on what went wrong, with a button that tries again.
 *
 * @param {string} sentence
 * @param {(() => void)|null} retry
 */
export function failureNotice(sentence, retry) {
  const button = retry && element("button", { type: "button", class: "cm-button", onclick: retry }, "Try again");
  return element("div", { class: "cm-notice cm-failure", role: "alert" }, element("p", {}, sentence), button);
}

/** What to tell a person about an answer that did not come. */
export function failureSentence(error, what) {
  const status = error?.status;
  if (status === 404) return `${what} is not in this store any more.`;
  if (status === 410) return "The store has changed since this page was drawn; reload the page.";
  if (status === 401 || status === 403) return `This session may no longer read ${lowerFirst(what)}; sign in again.`;
  if (status) return `${what} could not be read: the server answered ${status}.`;
  return `${what} could not be read: the server did not answer.`;
}

function lowerFirst(text) {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
