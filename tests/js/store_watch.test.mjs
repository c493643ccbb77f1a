import assert from "node:assert/strict";
import { test } from "node:test";

import { StoreWatch } from "../../dashboard/folium_map/js/store_watch.js";

/** A page with a hand, and a server that answers as told. */
function watching(status = 204, layers = "0") {
  const page = Object.assign(new EventTarget(), { hidden: false });
  const seen = { asked: 0, moved: 0, other: 0, status, layers, busy: false };
  const ask = async () => {
    seen.asked += 1;
    if (seen.status === 0) throw new TypeError("Failed to fetch");
    return { status: seen.status, headers: new Headers({ "X-Layers": seen.layers }) };
  };
  const parts = { page, ask, onMoved: () => (seen.moved += 1), onLayers: () => (seen.other += 1), isBusy: () => seen.busy };
  const watch = new StoreWatch("/data/t/current", /** @type {any} */ (parts));
  const does = (name, pointerId = 1, buttons = 1) =>
    page.dispatchEvent(Object.assign(new Event(name), { pointerId, buttons }));
  return { page, seen, watch, does };
}

test("a newer version is told of, an old one and a silent server are not", async () => {
  for (const [status, moved] of [[204, 0], [410, 1], [401, 0], [0, 0]]) {
    const { seen, watch } = watching(status);
    await watch.look();
    watch.destroy();
    assert.deepEqual([seen.asked, seen.moved], [1, moved]);
  }
});

test("other layers are told of once, and none where nobody may see any", async () => {
  const { seen, watch } = watching(204, "0");
  for (const [layers, told] of [["0", 0], ["210", 1], ["210", 1], ["420", 2]]) {
    seen.layers = layers;
    await watch.look();
    assert.equal(seen.other, told);
  }
  watch.destroy();
});

test("nothing is asked while hands are on the page; what was missed is asked when the last lifts", async () => {
  const { seen, watch, does } = watching();
  does("pointerdown", 1);
  does("pointerdown", 2);
  await watch.look();
  does("pointerup", 1);
  assert.equal(seen.asked, 0);
  does("pointercancel", 2);
  assert.equal(seen.asked, 1);
  does("pointerdown");
  does("pointerup");
  assert.equal(seen.asked, 1, "a click that made nothing wait asks nothing");
  watch.destroy();
});

test("a hand that let go outside the window is gone when it comes back", async () => {
  const { seen, watch, does } = watching();
  does("pointerdown");
  await watch.look();
  does("pointermove");
  assert.equal(seen.asked, 0, "it still drags");
  does("pointermove", 1, 0);
  assert.equal(seen.asked, 1);
  watch.destroy();
});

test("nothing is asked of a page that nobody sees, or while days are played", async () => {
  const { page, seen, watch, does } = watching();
  page.hidden = true;
  await watch.look();
  assert.equal(seen.asked, 0);
  page.hidden = false;
  does("visibilitychange");
  assert.equal(seen.asked, 1);
  seen.busy = true;
  await watch.look();
  assert.equal(seen.asked, 1);
  watch.destroy();
});

test("an answer that comes after the page has gone tells nothing", async () => {
  const { seen, watch } = watching(410);
  const looked = watch.look();
  watch.destroy();
  await looked;
  assert.equal(seen.moved, 0);
});
