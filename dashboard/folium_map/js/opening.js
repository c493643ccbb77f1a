/**
 * Draws the map as soon as the browser has this, long before the page's own scripts have started.
 *
 * The incidents are asked for first, by a thread of their own: they take longest to come, and
 * everything else of the map is ready before them.
 */

import { askThread, startThread } from "./reading_thread.js";

/** This file is served as assets/VERSION/js/whole_opening.js below the application's root. */
const root = new URL("../../../", import.meta.url).pathname;
const thread = startThread(new URL("whole_reader.js", import.meta.url).href);
const page = import("./whole_page.js");
const data = fetch(`${root}opening${window.location.search}`)
  .then((answer) => (answer.ok ? answer.json() : null))
  .catch(() => null); // the page says what is wrong when it comes

Promise.all([data, thread]).then(async ([said, worker]) => {
  if (said === null) return worker?.terminate();
  const incidents = askThread(worker, said.incidents);
  (await page).openEarly(said, incidents);
});
