// What the browser's engine makes of many predicates: reads {pack, hits, predicates} as JSON from
// the standard input, writes one {rows, totals, sentence} for each.
import { readFileSync } from "node:fs";
import { decode } from "../../dashboard/folium_map/js/engine/columns.js";
import { sentence } from "../../dashboard/folium_map/js/engine/sentence.js";
import { IncidentView } from "../../dashboard/folium_map/js/engine/view.js";

const { pack, predicates } = JSON.parse(readFileSync(0, "utf-8"));
const bytes = Buffer.from(pack, "base64");
const table = decode(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
// One view for all of them: each answer must not depend on what was looked at before.
const view = new IncidentView(table);
const answers = predicates.map(({ predicate, hits }) => {
  view.setHits(hits === null ? null : Uint32Array.from(hits));
  view.setPredicate(predicate);
  const totals = view.totals();
  const rows = [...view.rows(0, table.n, { order: "oldest" })];
  return { rows, totals, sentence: sentence(totals), one_by_one: countOneByOne() };
});
process.stdout.write(JSON.stringify(answers));

function countOneByOne() {
  let count = 0;
  for (let row = 0; row < table.n; row++) count += Number(view.matches(row));
  return count;
}
