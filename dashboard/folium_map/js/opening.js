/** Draws the map as soon as the browser has this, long before the page's own scripts have started. */

import { openEarly } from "./whole_page.js";

/** This file is served as assets/VERSION/js/opening.js below the application's root. */
openEarly(new URL("../../../", import.meta.url).pathname);
