/** Fetches and reads a pack in a thread of its own, while the page draws; see `reading_thread.js`. */

import { load, PackError } from "./engine/load.js";

/**
 * @param {string} url of a pack
 * @returns {Promise<[import("./reading_thread.js").Answer, ArrayBuffer[]]>} what to send, and the memory
 *   that goes with it
 */
export async function answerTo(url) {
  try {
    const table = await load(url);
    return [{ table }, [...memoryOf(table)]];
  } catch (error) {
    const { kind, message } = /** @type {PackError} */ (error);
    return [{ failure: { kind: error instanceof PackError ? kind : null, sentence: message } }, []];
  }
}

/** The memory of all arrays in an object, each once. @returns {Set<ArrayBuffer>} */
function memoryOf(/** @type {object} */ parts, found = new Set()) {
  for (const part of Object.values(parts)) {
    if (ArrayBuffer.isView(part)) found.add(part.buffer);
    else if (part?.constructor === Object) memoryOf(part, found);
  }
  return found;
}

const thread = /** @type {any} */ (globalThis);
if (thread.DedicatedWorkerGlobalScope) {
  thread.onmessage = async (/** @type {MessageEvent} */ { data }) => thread.postMessage(...(await answerTo(data)));
  thread.postMessage("listening");
}
