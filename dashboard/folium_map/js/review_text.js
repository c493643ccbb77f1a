/**
 * A report's text with what was read from it marked. Text only ever becomes text nodes.
 *
 * A stretch that begins a quotation can be reached with the Tab key and carries the name of its
 * field; the kinds differ in the line under them, not in colour alone.
 */

/**
 * @typedef {object} Stretch
 * @property {string} text
 * @property {string[]} fields what the stretch is quoted for, the narrowest first
 * @property {string[]} begins those of them whose quotation begins here
 */

/**
 * @param {any} component what the page hands over: `data` and `parentElement`
 * @returns {() => void} takes everything away again
 */
export default function reviewText(component) {
  const { stretches, labels, draft } = component.data;
  const parent = /** @type {HTMLElement} */ (component.parentElement);
  const box = /** @type {HTMLElement} */ (parent.querySelector(".cm-review-text") ?? parent);
  const moved = box.dataset.draft !== draft;
  const seen = box.scrollTop;
  box.dataset.draft = draft;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "The text, with what was read from it");
  box.tabIndex = 0;
  box.replaceChildren(...stretches.map((/** @type {Stretch} */ one) => drawn(one, labels)));
  box.scrollTop = moved ? above(box) : seen;
  return () => box.replaceChildren();
}

/**
 * @param {Stretch} stretch
 * @param {Record<string, string>} labels field to the words people read
 */
function drawn(stretch, labels) {
  if (!stretch.fields.length) return document.createTextNode(stretch.text);
  const mark = document.createElement("mark");
  mark.dataset.field = stretch.fields[0];
  const begins = stretch.begins.filter((field) => field !== "sentences");
  if (begins.length) {
    const label = document.createElement("span");
    label.className = "cm-review-label";
    label.textContent = begins.map((field) => labels[field]).join(", ");
    mark.tabIndex = 0;
    mark.append(label);
  }
  mark.append(stretch.text);
  return mark;
}

/** How far to scroll for the first mark to be seen. @param {HTMLElement} box */
function above(box) {
  const first = /** @type {HTMLElement | null} */ (box.querySelector("mark"));
  if (!first) return 0;
  return first.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - 40;
}
