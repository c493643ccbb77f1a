"""How fast the map is: packing, loading, filtering, dragging, in Chromium without a graphics card.

Run ``python benchmarks/map.py [ROWS …]``; by default 385,000 and 2,500,000 synthetic incidents of a
fixed seed (3,000 towns in 25 regions, half of the points scattered by 3 km, 200 actors and 10
weapons with skewed shares, 1989 to 2026). Prints one Markdown table. Nothing but the loopback
address is asked.
"""

from __future__ import annotations

import gzip
import json
import shutil
import statistics
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from dashboard.folium_map.assets import ASSETS
from geodata.pack import in_pack_order, pack
from geodata.schema import INCIDENTS, conform, to_arrow
from geodata.vocabulary import DATE_PRECISION, EVENT_TYPE, weapon_group_of

SEED = 7
TOWNS, REGIONS, ACTORS = 3000, 25, 200
WEAPONS = (
    "air-strike", "shelling", "small-arms", "ied", "mortar", "rocket", "landmine", "car-bomb",
    "drone-strike", "unknown",
)  # fmt: skip
PAGE = b"""<!doctype html><meta charset=utf-8><title>Benchmark</title>
<link rel=stylesheet href=/assets/leaflet/leaflet.css>
<link rel=stylesheet href=/assets/css/timeline.css>
<style>html,body{margin:0;height:100%;display:flex;flex-direction:column}#map{flex:1}</style>
<div id=map></div><div id=time></div>
<script type=module>
const begun = performance.now();
const [{ L }, { load }, { IncidentView }, { IncidentLayer }, { Timeline }] = await Promise.all([
  import("/assets/js/leaflet.js"), import("/assets/js/engine/load.js"),
  import("/assets/js/engine/view.js"), import("/assets/js/incident_layer.js"),
  import("/assets/js/timeline.js")]);
const map = L.map("map", { fadeAnimation: false }).setView([15, 28], 4);
const view = new IncidentView(await load("/incidents.pack"));
const layer = new IncidentLayer(view).addTo(map);
new Timeline(document.getElementById("time"), view, { layer });
const painted = () => new Promise((done) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done(performance.now());
  channel.port2.postMessage(0);
}));
window.loadMs = (await painted()) - begun;
window.filterMs = async (predicate) => {
  const from = performance.now();
  view.setPredicate(predicate);
  view.totals();
  return (await painted()) - from;
};
window.frames = [];
window.delays = [];
document.addEventListener("pointermove", (event) => {
  const stamp = event.timeStamp;
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.delays.push(performance.now() - stamp);
    channel.port2.postMessage(0);
  });
}, true);
const tick = (now) => { window.frames.push(now); requestAnimationFrame(tick); };
requestAnimationFrame(tick);
window.ready = true;
</script>"""


def skewed(chance: np.random.Generator, values: int, rows: int) -> Any:
    """Numbers below `values`, the first the most frequent (Zipf)."""
    shares = 1 / np.arange(1, values + 1)
    return chance.choice(values, rows, p=shares / shares.sum())


def synthetic(rows: int) -> pa.Table:
    """The benchmark's incidents as a canonical table in pack order."""
    chance = np.random.default_rng(SEED)
    region = chance.integers(0, REGIONS, TOWNS)
    centres = np.c_[chance.uniform(-20, 50, REGIONS), chance.uniform(-15, 70, REGIONS)]
    towns = centres[region] + chance.normal(0, 2, (TOWNS, 2))
    town, weapon = skewed(chance, TOWNS, rows), skewed(chance, len(WEAPONS), rows)
    scatter = (chance.random(rows) < 0.5)[:, None] * chance.normal(0, 3 / 111, (rows, 2))
    points = towns[town] + scatter
    length = np.where(chance.random(rows) < 0.08, chance.integers(1, 31, rows), 0)
    start = np.datetime64("1989-01-01") + chance.integers(0, 13_800, rows).astype("m8[D]")
    killed = np.floor(chance.pareto(1.2, rows)).clip(0, 5000)
    killed[chance.random(rows) < 0.1] = np.nan
    groups = np.array([weapon_group_of(code) for code in WEAPONS])
    actors = np.array([f"Actor {number:03d}" for number in range(ACTORS)])
    frame = pd.DataFrame(
        {
            "incident_id": [f"s{number:07d}" for number in range(rows)],
            "event_type": np.array(EVENT_TYPE.codes)[skewed(chance, len(EVENT_TYPE.codes), rows)],
            "date_start": start.astype("M8[s]"),
            "date_end": (start + length.astype("m8[D]")).astype("M8[s]"),
            "date_precision": np.where(length == 0, DATE_PRECISION.codes[0], "month"),
            "admin1": np.char.add("Region ", region[town].astype(str)),
            "country": np.array(["SYR", "IRQ", "UKR", "SDN", "COD"])[region[town] % 5],
            "latitude": points[:, 0].clip(-60, 75),
            "longitude": points[:, 1],
            "location_precision": chance.choice(
                ["town", "near", "admin1"], rows, p=[0.85, 0.1, 0.05]
            ),
            "side_a": actors[skewed(chance, ACTORS, rows)],
            "side_b": actors[skewed(chance, ACTORS, rows)],
            "weapon": np.array(WEAPONS)[weapon],
            "weapon_group": groups[weapon],
            "killed_best": killed,
            "grade": chance.choice(["ungraded", "fair", "weak", "confirmed"], rows),
        }
    )
    for name in ("date_start", "date_end"):
        frame[name] = frame[name].dt.date
    return in_pack_order(to_arrow(conform(frame, INCIDENTS), INCIDENTS))


def serve(content: bytes) -> ThreadingHTTPServer:
    """A loopback server of the page, the assets and one pack."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:  # type: ignore[override]
            """Stay silent."""

        def do_GET(self) -> None:
            name = self.path.removeprefix("/assets/")
            if name in ASSETS:
                self.answer(ASSETS[name].read(), ASSETS[name].media_type)
            elif self.path == "/incidents.pack":
                self.answer(content, "application/octet-stream", gzipped=True)
            elif self.path == "/":
                self.answer(PAGE, "text/html")
            else:
                self.send_error(404)

        def answer(self, body: bytes, kind: str, *, gzipped: bool = False) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            if gzipped:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def filters() -> list[dict[str, Any]]:
    """Thirty choices as a person makes them, each followed by everything."""
    chance = np.random.default_rng(SEED)
    kinds = list(EVENT_TYPE.codes)
    chosen: list[dict[str, Any]] = []
    for number in range(10):
        year = int(chance.integers(1990, 2024))
        chosen += [
            {"date_from": f"{year}-01-01", "date_to": f"{year + 2}-12-31"},
            {"event_types": [kinds[number % len(kinds)]], "killed_min": number % 4},
            {"actors": [f"Actor {number:03d}"], "weapons": ["air-launched"]},
        ]
    return [one for choice in chosen for one in (choice, {})]


def drag(page: Page, steps: int = 240) -> dict[str, float]:
    """A real mouse drags a two-year window over the timeline: frames a second and delays."""
    page.evaluate("filterMs({date_from: '1999-01-01', date_to: '2000-12-31'})")
    box = page.get_by_role("slider", name="Window of days").bounding_box()
    if box is None:
        raise SystemExit("The timeline's window is not on the page.")
    x, y = box["x"] + box["width"] / 2, box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("frames.length = delays.length = 0")
    begun = time.monotonic()
    for step in range(steps):
        page.mouse.move(x + 400 * np.sin(step / 25), y)
    seconds = time.monotonic() - begun
    page.mouse.up()
    frames, delays = page.evaluate("[frames, delays]")
    return {"fps": len(frames) / seconds, "delay": percentile(delays, 0.95)}


def measure(rows: int) -> dict[str, str]:
    """One row of the table."""
    table = synthetic(rows)
    begun = time.perf_counter()
    raw = pack(table, version="benchmark")
    packed = time.perf_counter()
    content = gzip.compress(raw, 6)
    done = time.perf_counter()
    server = serve(content)
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
        page.wait_for_function("window.ready", timeout=120_000)
        loaded = page.evaluate("loadMs")
        times = [page.evaluate(f"filterMs({json.dumps(choice)})") for choice in filters()]
        dragged = drag(page)
        browser.close()
    server.shutdown()
    return {
        "incidents": f"{rows:,}",
        "pack, s": f"{packed - begun:.2f}",
        "gzip, s": f"{done - packed:.2f}",
        "bytes a row": f"{len(content) / rows:.2f}",
        "fetched to painted, ms": f"{loaded:.0f}",
        "filter to painted, ms p50": f"{statistics.median(times):.0f}",
        "p95": f"{percentile(times, 0.95):.0f}",
        "frames a second, dragging": f"{dragged['fps']:.0f}",
        "event to frame, ms p95": f"{dragged['delay']:.0f}",
    }


def main() -> None:
    """Measure and print."""
    rows = [int(text) for text in sys.argv[1:]] or [385_000, 2_500_000]
    for number, count in enumerate(rows):
        figures = measure(count)
        if number == 0:
            print("| " + " | ".join(figures) + " |")
            print("|" + "---|" * len(figures))
        print("| " + " | ".join(figures.values()) + " |", flush=True)


if __name__ == "__main__":
    main()
