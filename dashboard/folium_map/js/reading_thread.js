/** Asks a thread for incidents; nothing is imported here, so that a page can ask at once. */

/**
 * @typedef {object} Answer one of the two
 * @property {object} [table] the parts of a `Table`
 * @property {{kind: string|null, sentence: string}} [failure] of a `PackError`, or of a `LoadError`
 *   where there is no kind
 */

/** @param {string} reader address of the thread's script @returns {Promise<Worker|null>} null where there can be none */
export function startThread(reader) {
  return new Promise((done) => {
    try {
      const worker = new Worker(reader, { type: "module" });
      worker.onmessage = () => done(worker);
      worker.onerror = () => done(null);
    } catch {
      done(null); // a browser that knows no threads of modules
    }
  });
}

/**
 * @param {Worker|null} thread ended afterwards
 * @param {string} url of a pack
 * @returns {Promise<Answer|null>} null where the thread broke off
 */
export function askThread(thread, url) {
  return new Promise((done) => {
    if (thread === null) return done(null);
    const answered = (/** @type {Answer|null} */ answer) => {
      thread.terminate();
      done(answer);
    };
    thread.onmessage = ({ data }) => answered(data);
    thread.onerror = () => answered(null);
    thread.onmessageerror = () => answered(null);
    thread.postMessage(url);
  });
}
