import assert from "node:assert/strict";
import { test } from "node:test";

import { mounted } from "../../dashboard/folium_map/js/mounted.js";

/** A thing whose updates end when they are let go. */
function watched() {
  const seen = { made: 0, destroyed: 0, /** @type {(() => void)[]} */ waiting: [] };
  const call = mounted(() => {
    seen.made += 1;
    return {
      update: () => new Promise((done) => seen.waiting.push(() => done(undefined))),
      destroy: () => (seen.destroyed += 1),
    };
  });
  return { seen, call };
}

test("a call that was overtaken takes nothing away when it is taken back", async () => {
  const { seen, call } = watched();
  const component = { parentElement: {} };
  const [first, second] = [call(component), call(component)];
  for (const done of seen.waiting) done();
  (await first)();
  assert.deepEqual([seen.made, seen.destroyed], [1, 0]);
  (await second)();
  assert.deepEqual([seen.made, seen.destroyed], [1, 1]);
});

test("an element that comes again is filled anew, another has a thing of its own", async () => {
  const { seen, call } = watched();
  const one = { parentElement: {} };
  for (const component of [one, one, { parentElement: {} }]) {
    const away = call(component);
    seen.waiting.pop()?.();
    if (component === one) (await away)();
    else await away;
  }
  assert.deepEqual([seen.made, seen.destroyed], [3, 2]);
});
