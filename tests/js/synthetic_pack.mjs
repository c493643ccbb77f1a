// A pack made by hand for tests of the engine: columns as geodata/pack.py writes them.
import { crc32 } from "../../dashboard/folium_map/js/engine/checksum.js";
import { decode } from "../../dashboard/folium_map/js/engine/columns.js";

const VOCABULARY = {
  event_type: [
    { code: "Battles", label: "Battles", colour: "#040459", shape: "square" },
    { code: "Riots", label: "Riots", colour: "#A68608", shape: "pentagon" },
  ],
  weapon_group: [{ code: "ied", label: "IED" }, { code: "unknown", label: "Unknown" }],
  weapon: [{ code: "car-bomb", label: "Car bomb", group: "ied" }],
  location_precision: [
    { code: "town", label: "Town", drawn: true, pin: true },
    { code: "admin1", label: "Province", drawn: true, pin: false },
    { code: "country", label: "Country", drawn: false, pin: false },
  ],
  date_precision: [{ code: "day", label: "Day" }, { code: "month", label: "Month" }],
  grade: [{ code: "fair", label: "Fair", outline: "thin" }],
};
const CODED = ["event_type", "date_precision", "grade"];
const CELL = 65_536;

const zigzag = (number) => (number < 0 ? -2 * number - 1 : 2 * number);

/** Every row: {start, end, precision, lat, lon, country, admin1, radius, type, date, actor, weapon, killed}. */
export function columnsOf(rows) {
  const dictionaries = Object.fromEntries(CODED.map((name) => [name, VOCABULARY[name].map((term) => term.code)]));
  dictionaries.location_precision = VOCABULARY.location_precision.map((term) => term.code);
  const listed = (values) => [...new Set(values.filter((value) => value != null))];
  dictionaries.actor_cell = listed(rows.map((row) => row.actor));
  dictionaries.weapon_cell = listed(rows.map((row) => row.weapon));
  dictionaries.country = listed(rows.map((row) => row.country));
  dictionaries.admin1 = listed(rows.map((row) => row.admin1));
  const code = (name, value) => dictionaries[name].indexOf(value) + 1;
  const of = (pick) => rows.map(pick);
  const dated = rows.filter((row) => row.start != null).length;
  const coordinate = (value, most) => (value == null ? 0 : Math.round(value * 1e6) + most * 1e6 + CELL);
  const zero = of(() => 0);
  const columns = {
    start_step: rows.slice(0, dated).map((row, i) => row.start - (i ? rows[i - 1].start : 0)),
    end: of((row) => (row.end == null ? 0 : zigzag(row.end - (row.start ?? 0)) + 1)),
    place: zero,
    place_area: of((_, i) => i),
    place_latitude: of((row) => coordinate(row.lat, 90) % CELL),
    place_longitude: of((row) => coordinate(row.lon, 180) % CELL),
    area_latitude: of((row) => Math.floor(coordinate(row.lat, 90) / CELL)),
    area_longitude: of((row) => Math.floor(coordinate(row.lon, 180) / CELL)),
    area_precision: of((row) => code("location_precision", row.precision ?? "town")),
    area_radius: of((row) => (row.radius == null ? 0 : Math.round(row.radius * 100) + 1)),
    area_country: of((row) => code("country", row.country)),
    area_admin1: of((row) => code("admin1", row.admin1)),
    event_type: of((row) => code("event_type", row.type ?? "Battles")),
    date_precision: of((row) => code("date_precision", row.date ?? "day")),
    grade: zero, status: zero, disputed: zero, sensitive: zero, n_accounts: zero,
    side_a: of((row) => code("actor_cell", row.actor)),
    weapon_cell: of((row) => code("weapon_cell", row.weapon)),
    killed_known: of((row) => (row.killed == null ? 0 : 7)),
    killed: of((row) => row.killed ?? 0),
    killed_low: zero, killed_high: zero,
    injured_known: zero, injured: zero, injured_low: zero, injured_high: zero,
  };
  return { columns, dictionaries, dated };
}

/** The bytes of a pack of those rows. */
export function packOf(rows) {
  const { columns, dictionaries, dated } = columnsOf(rows);
  const sections = {};
  const body = [];
  for (const [name, values] of Object.entries(columns)) {
    sections[name] = { n: values.length, width: 4, at: body.length };
    for (let plane = 0; plane < 4; plane++) for (const value of values) body.push((value >>> (8 * plane)) & 255);
  }
  const header = new TextEncoder().encode(JSON.stringify({
    rows: rows.length, version: "test", sections, dictionaries, vocabulary: VOCABULARY,
    roles: ["side_a"], epoch: "2016-01-01", dated, shared_places: 0,
  }));
  const bytes = new Uint8Array(20 + header.length + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("CMPK"));
  view.setUint16(4, 1, true);
  view.setUint32(8, header.length, true);
  view.setUint32(12, body.length, true);
  bytes.set(header, 20);
  bytes.set(body, 20 + header.length);
  view.setUint32(16, crc32(bytes.subarray(20)), true);
  return bytes.buffer;
}

export function tableOf(rows) {
  return decode(packOf(rows));
}

/** A repeatable source of numbers below a limit. */
export function chances(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Random rows, sorted as a pack is: some of one day, some spans, some with a day missing. */
export function randomRows(count, chance) {
  const rows = Array.from({ length: count }, () => {
    const start = chance(20) === 0 ? null : chance(400);
    const length = chance(3) === 0 ? chance(60) : 0;
    const end = chance(25) === 0 ? null : (start ?? chance(400)) + length;
    return {
      start, end, lat: chance(160) - 80 + chance(1e6) / 1e6, lon: chance(360) - 180 + chance(1e6) / 1e6,
      precision: ["town", "admin1", "country"][chance(3)], radius: chance(2) ? chance(200) : null,
      type: chance(3) ? "Battles" : "Riots", date: length ? "month" : "day",
      killed: chance(4) ? chance(90) : null,
    };
  });
  return rows.sort((a, b) => (a.start ?? 1e9) - (b.start ?? 1e9));
}
