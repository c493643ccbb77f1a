import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import test, { afterEach } from "node:test";
import { load, LoadError, loadHits, PackError } from "../../dashboard/folium_map/js/engine/load.js";
import { packOf } from "./synthetic_pack.mjs";

const { fetch: real } = globalThis;
afterEach(() => { globalThis.fetch = real; });

function answering(body, status = 200) {
  globalThis.fetch = async () => new Response(body, { status });
}

test("the rows that a text finds are those that the server names", async () => {
  answering(Uint32Array.of(0, 3, 9).buffer);
  assert.deepEqual([...(await loadHits("/hits?q=x", 10))], [0, 3, 9]);
  answering(new ArrayBuffer(0));
  assert.equal((await loadHits("/hits?q=x", 10)).length, 0);
});

test("an answer to a text that is cut, foreign or a refusal is a sentence, never all incidents", async () => {
  const attempts = [
    [new ArrayBuffer(6), 200, /damaged\.$/], [Uint32Array.of(10).buffer, 200, /damaged\.$/],
    ["<!doctype html><p>Sign in, please.</p>", 200, /damaged\.$/], ["gone", 410, /answered 410\.$/],
  ];
  for (const [body, status, words] of attempts) {
    answering(body, status);
    await assert.rejects(loadHits("/hits?q=x", 10), (error) =>
      error instanceof LoadError && words.test(error.message) && (status === 200 || error.status === status));
  }
  globalThis.fetch = async () => { throw new TypeError("refused"); };
  await assert.rejects(loadHits("/hits?q=x", 10), /connection failed\.$/);
});

test("incidents come gzip-compressed or bare; a file that breaks off is a sentence", async () => {
  const pack = packOf([{ start: 1, end: 1, lat: 1, lon: 2 }]);
  for (const body of [pack, gzipSync(new Uint8Array(pack))]) {
    answering(body);
    assert.equal((await load("/incidents.pack")).n, 1);
  }
  answering(gzipSync(new Uint8Array(pack)).subarray(0, 60));
  await assert.rejects(load("/incidents.pack"), (error) => error instanceof PackError && error.kind === "truncated");
  answering("no", 503);
  await assert.rejects(load("/incidents.pack"), /answered 503\.$/);
});
