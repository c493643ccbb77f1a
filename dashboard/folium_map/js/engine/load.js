/** Incidents over the wire or from inside the page, with errors that are sentences. */

import { decode, PackError } from "./columns.js";

export { PackError };

/** The pack could not be had at all; the message is a sentence, and asking again may help. */
export class LoadError extends Error {}

/**
 * @param {string} url of a pack, gzip-compressed by the server or as a file
 * @param {{signal?: AbortSignal, credentials?: RequestCredentials}} [options]
 * @returns {Promise<import("./columns.js").Table>}
 * @throws {LoadError|PackError}
 */
export async function load(url, { signal, credentials = "same-origin" } = {}) {
  let response;
  try {
    response = await fetch(url, { signal, credentials });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new LoadError("The incidents could not be fetched: the connection failed.");
  }
  if (!response.ok) {
    throw new LoadError(`The incidents could not be fetched: the server answered ${response.status}.`);
  }
  let body;
  try {
    body = await response.arrayBuffer();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new LoadError("The incidents did not come through: the connection broke off.");
  }
  return decode(await unzipped(body));
}

/**
 * The rows that free text finds, as the server names them.
 *
 * @param {string} url
 * @param {number} n how many rows there are
 * @returns {Promise<Uint32Array>}
 * @throws {LoadError} with `status` where the server refused
 */
export async function loadHits(url, n) {
  let body;
  let answer;
  try {
    answer = await fetch(url, { credentials: "same-origin" });
    body = await answer.arrayBuffer();
  } catch {
    throw new LoadError("The text could not be looked for: the connection failed.");
  }
  if (!answer.ok) {
    const error = new LoadError(`The text could not be looked for: the server answered ${answer.status}.`);
    throw Object.assign(error, { status: answer.status });
  }
  const rows = body.byteLength % 4 === 0 ? new Uint32Array(body) : null;
  if (rows === null || rows.some((row) => row >= n)) {
    throw new LoadError("The text could not be looked for: the answer is damaged.");
  }
  return rows;
}

/** @param {string} text base64 of a gzip-compressed pack @returns {Promise<import("./columns.js").Table>} */
export async function fromBase64(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return decode(await unzipped(bytes.buffer));
}

/** The bytes themselves, or what they hold where they are still a gzip file. */
async function unzipped(/** @type {ArrayBuffer} */ buffer) {
  const head = new Uint8Array(buffer, 0, Math.min(2, buffer.byteLength));
  if (head[0] !== 0x1f || head[1] !== 0x8b) return buffer;
  try {
    const stream = new Blob([buffer]).stream().pipeThrough(new DecompressionStream("gzip"));
    return await new Response(stream).arrayBuffer();
  } catch {
    throw new PackError("truncated", "The incidents broke off on their way.");
  }
}
