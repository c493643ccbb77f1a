import assert from "node:assert/strict";
import test, { afterEach } from "node:test";
import { Table } from "../../dashboard/folium_map/js/engine/columns.js";
import { LoadError, PackError } from "../../dashboard/folium_map/js/engine/load.js";
import { readAside } from "../../dashboard/folium_map/js/read_aside.js";
import { answerTo } from "../../dashboard/folium_map/js/reading_worker.js";
import { packOf } from "./synthetic_pack.mjs";

const real = { fetch: globalThis.fetch, Worker: globalThis.Worker };
afterEach(() => Object.assign(globalThis, real));

const ROWS = [
  { start: 1, end: 1, lat: 33.49, lon: 38.62, killed: 4 }, { start: 2, end: 5, lat: 36.2, lon: 37.16 },
];

function answering(body, status = 200) {
  globalThis.fetch = async () => new Response(body, { status });
}

/** A thread that runs `answerTo` as the worker does: what it says is copied and its memory moves. */
class Thread {
  static ended = 0;

  constructor() {
    queueMicrotask(() => this.onmessage({ data: "listening" }));
  }

  async postMessage(url) {
    const [answer, memory] = await answerTo(url);
    this.onmessage({ data: structuredClone(answer, { transfer: memory }) });
  }

  terminate() {
    Thread.ended += 1;
  }
}

test("a table that another thread has read is the table that this one would have read", async () => {
  answering(packOf(ROWS));
  const here = await readAside("/incidents.pack", "/reader.js"); // Node has no Worker: it is read here
  globalThis.Worker = Thread;
  answering(packOf(ROWS));
  const there = await readAside("/incidents.pack", "/reader.js");
  assert.ok(there instanceof Table);
  assert.deepEqual(there, here);
  assert.equal(there.isoOf(there.start[0]), here.isoOf(here.start[0]));
  assert.equal(Thread.ended, 1);
});

test("what is wrong with the incidents is said as if they had been read here", async () => {
  globalThis.Worker = Thread;
  answering("<!doctype html>");
  await assert.rejects(readAside("/incidents.pack", "/reader.js"), (error) => error instanceof PackError && error.kind === "foreign");
  answering("no", 503);
  await assert.rejects(readAside("/incidents.pack", "/reader.js"), (error) => error instanceof LoadError && /answered 503\.$/.test(error.message));
});

test("where a thread does not start, or breaks off, the incidents are read here", async () => {
  class Refused { constructor() { queueMicrotask(() => this.onerror({})); } }
  class Broken extends Thread { async postMessage() { this.onerror({}); } }
  for (const Worker of [Refused, Broken]) {
    globalThis.Worker = Worker;
    answering(packOf(ROWS));
    assert.equal((await readAside("/incidents.pack", "/reader.js")).n, 2);
  }
});
