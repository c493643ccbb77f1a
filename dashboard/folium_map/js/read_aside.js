/** Incidents read beside the page's own thread, which has enough to do while a page opens. */

import { PackError, Table } from "./engine/columns.js";
import { load, LoadError } from "./engine/load.js";
import { askThread, startThread } from "./reading_thread.js";

/**
 * @param {string} url of a pack
 * @param {string} reader address of the thread's script
 * @returns {Promise<Table>}
 * @throws {LoadError|PackError}
 */
export async function readAside(url, reader) {
  return tableOf(await askThread(await startThread(reader), url), url);
}

/**
 * @param {import("./reading_thread.js").Answer|null} answer where there is none, this thread reads
 * @param {string} url of the pack
 * @returns {Promise<Table>}
 * @throws {LoadError|PackError}
 */
export async function tableOf(answer, url) {
  if (answer === null) return load(url);
  const { table, failure } = answer;
  if (failure === undefined) return Table.of(table);
  throw failure.kind === null ? new LoadError(failure.sentence) : new PackError(failure.kind, failure.sentence);
}
