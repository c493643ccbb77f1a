/**
 * Fetches the base map's data: compressed files that unpack away from the main thread, each read
 * once however many maps the page has.
 */

/** @type {Map<string, Promise<any>>} */
const kept = new Map();

/**
 * @template T
 * @param {string} url  an address, or # and the id of an element that holds the file in base64
 * @param {(buffer: ArrayBuffer) => T} read
 * @returns {Promise<T>} rejected if the file cannot be had; asked again, it is fetched again
 */
export function fetchOnce(url, read) {
  let asked = kept.get(url);
  if (asked === undefined) {
    asked = fetchUnpacked(url).then(read);
    asked.catch(() => kept.delete(url));
    kept.set(url, asked);
  }
  return asked;
}

/** @param {string} id @returns {Promise<ArrayBuffer>} what a saved page carries in an element */
async function carriedInPage(id) {
  const text = document.getElementById(id)?.textContent;
  if (text === undefined || text === null) throw new Error("This page does not carry that data.");
  const read = /** @type {any} */ (Uint8Array).fromBase64; // not in every browser yet
  if (read !== undefined) return read.call(Uint8Array, text).buffer;
  return (await fetch(`data:application/gzip;base64,${text}`)).arrayBuffer();
}

/** @param {string} url @returns {Promise<ArrayBuffer>} */
async function fetched(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`The base map's data answered ${answer.status}.`);
  return answer.arrayBuffer();
}

/** @param {string} url @returns {Promise<ArrayBuffer>} */
async function fetchUnpacked(url) {
  const packed = await (url.startsWith("#") ? carriedInPage(url.slice(1)) : fetched(url));
  const head = new Uint8Array(packed, 0, Math.min(2, packed.byteLength));
  // A server in between may have unpacked it already.
  if (head[0] !== 0x1f || head[1] !== 0x8b) return packed;
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}
