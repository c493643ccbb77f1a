/**
 * What an address says of the filter, for a page that cannot wait until its server has said it.
 */

/**
 * @typedef {[name: string, field: string, kind: "several" | "number" | "yes" | "text"]} Parameter
 * a parameter of the address, the predicate's field for it, and how it is written
 */

/**
 * The server's part of the predicate, read from an address that the server itself has written.
 * @param {Parameter[]} parameters those that only the server changes
 * @param {URLSearchParams} address
 * @returns {Record<string, any>} fields that are set
 */
export function predicateOf(parameters, address) {
  /** @type {Record<string, any>} */
  const predicate = {};
  for (const [name, field, kind] of parameters) {
    const texts = address.getAll(name).filter((text) => text.trim());
    if (texts.length) predicate[field] = kind === "several" ? texts : single(kind, texts[texts.length - 1]);
  }
  return predicate;
}

/**
 * @param {string} kind
 * @param {string} text
 */
function single(kind, text) {
  if (kind === "number") return Number.parseInt(text, 10);
  return kind === "yes" ? text === "yes" : text;
}

/**
 * One text for all predicates that say the same of these parameters.
 * @param {Parameter[]} parameters
 * @param {Record<string, any>} predicate
 */
export function sameness(parameters, predicate) {
  return JSON.stringify(parameters.map(([, field]) => predicate[field] ?? null));
}
