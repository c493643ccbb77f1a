"""How fast the map is, in Chromium without a graphics card.

    python benchmarks/map.py [ROWS …] [--seconds 60] [--filters 1000] [--others FOLDER] [--alone]

measures, by default for 385,000 and 2,500,000 synthetic incidents of a fixed seed (3,000 towns in
25 regions, half of the points scattered by 3 km, 200 actors and 10 weapons with skewed shares, 1989
to 2026) and for the UCDP file in the folder `CONFLICTMAP_REAL_DATA`, repeated to 385,000 rows:

- the map alone (`PAGE` below): filter to painted in each way of drawing, a real mouse's drag, a
  session of dragging, panning and zooming, and the counts of 1,000 random filters against pandas;
- with `--others`, what the same filter costs in other packages (`map_others.py`), which are
  installed into that folder;
- unless `--alone`, the application (`map_pages.py`): cold page, filters of the sidebar, bytes,
  memory of further sessions, pan and zoom over 50 filters; beside it an empty Streamlit page;

Prints one Markdown table a size. "Painted" is the frame in which the layer drew. Nothing but the
loopback address is asked: other requests are refused and counted.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import json
import os
import platform
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from map_others import others
from map_pages import in_application

from dashboard.folium_map.assets import ASSETS
from geodata.pack import in_pack_order, pack_gzip
from geodata.schema import INCIDENTS, conform, to_arrow
from geodata.sources import read
from geodata.vocabulary import DATE_PRECISION, EVENT_TYPE, weapon_group_of

SEED = 7
FILTER = "alone: filter by killed to painted, ms, p50"
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
const afterFrame = (act) => {
  const channel = new MessageChannel();
  channel.port1.onmessage = act;
  channel.port2.postMessage(0);
};
// The frame in which the layer has drawn, not the one in which it was told to.
const painted = () => new Promise((done) => layer.once("draw", () =>
  requestAnimationFrame(() => done(performance.now()))));
const drawn = () => new Promise((done) => layer.once("draw", () =>
  afterFrame(() => done(performance.now()))));
layer._redrawSoon();
window.loadMs = (await painted()) - begun;
window.filterMs = async (predicate) => {
  const from = performance.now();
  const done = drawn();
  view.setPredicate(predicate);
  view.totals();
  return (await done) - from;
};
window.setDrawing = (drawing) => { layer.setDrawing(drawing); };
window.countOf = (predicate) => {
  view.setPredicate(predicate);
  const { incidents, killed_best: killed } = view.totals();
  return [incidents, killed];
};
window.frames = [];
window.delays = [];
document.addEventListener("pointermove", (event) => {
  const stamp = event.timeStamp;
  layer.once("draw", () => afterFrame(() => window.delays.push(performance.now() - stamp)));
}, true);
window.longest = 0;
let last = Infinity;
const tick = (now) => {
  window.frames.push(now);
  window.longest = Math.max(window.longest, now - last);
  last = now;
  requestAnimationFrame(tick);
};
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


def filtered(page: Page) -> tuple[list[float], list[float]]:
    """Of each filter, ms to painted and ms that the page's main thread ran on a processor."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))

    times, tasks = [], []
    for choice in filters():
        before = worked()
        times.append(page.evaluate(f"filterMs({json.dumps(choice)})"))
        tasks.append(worked() - before)
    session.detach()
    return times, tasks


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


def session(page: Page, seconds: float, how: str) -> float:
    """The longest time between two frames, in ms, while a person drags, pans and zooms.

    A surface is chosen on a page that has never drawn it, and the frames of that count too.
    """
    page.evaluate("filterMs({})")
    drag(page, 30)
    page.evaluate("longest = 0")
    if how != "incidents":
        page.evaluate(f"setDrawing({{how: '{how}'}})")
        page.wait_for_timeout(1000)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        drag(page, 60)
        page.mouse.move(640, 300)
        page.mouse.down()
        for step in range(40):
            page.mouse.move(640 + 200 * np.sin(step / 8), 300 + 80 * np.sin(step / 5))
        page.mouse.up()
        for turn in (-240, -240, 240, 240):
            page.mouse.wheel(0, turn)
            page.wait_for_timeout(350)
    return float(page.evaluate("longest"))


def drawn(page: Page) -> dict[str, str]:
    """Filter to painted in each way of drawing that needs no borders."""
    figures = {}
    for how in ("heat", "hexagons"):
        page.evaluate(f"setDrawing({{how: '{how}'}})")
        times = [page.evaluate(f"filterMs({json.dumps(choice)})") for choice in filters()]
        times = times[len(times) // 2 :]
        figures[f"alone: filter to painted as {how}, ms, p50"] = f"{statistics.median(times):.0f}"
        figures[f"alone: filter to painted as {how}, ms, p95"] = f"{percentile(times, 0.95):.0f}"
    page.evaluate("setDrawing({how: 'incidents'})")
    return figures


def least_ms(page: Page) -> float:
    """The median of filters by a least number of killed, as `map_others.py` sets them."""
    choices = [{"killed_min": least} for least in (1, 2, 3)] * 3
    return statistics.median(page.evaluate(f"filterMs({json.dumps(one)})") for one in choices)


def random_choices(count: int) -> list[dict[str, Any]]:
    """Filters drawn with a fixed seed, one to three fields each."""
    chance = np.random.default_rng(SEED)
    kinds, grades = list(EVENT_TYPE.codes), ["fair", "weak", "confirmed"]
    chosen = []
    for _ in range(count):
        year, west, south = (
            int(chance.integers(*ends)) for ends in ((1989, 2026), (-15, 60), (-20, 40))
        )
        fields: list[dict[str, Any]] = [
            {"date_from": f"{year}-03-04", "date_to": f"{year + int(chance.integers(0, 4))}-06-05"},
            {"event_types": [str(kind) for kind in chance.choice(kinds, 2, replace=False)]},
            {"killed_min": int(chance.integers(0, 9))},
            {"actors": [f"Actor {int(chance.integers(0, ACTORS)):03d}"]},
            {"weapons": [str(chance.choice(WEAPONS))]},
            {"grades": [str(chance.choice(grades))]},
            {"countries": [str(chance.choice(["SYR", "IRQ", "UKR"]))]},
            {"bbox": [west, south, west + 20, south + 15]},
        ]
        picked = chance.choice(len(fields), int(chance.integers(1, 4)), replace=False)
        chosen.append({name: value for at in picked for name, value in fields[at].items()})
    return chosen


def with_pandas(frame: pd.DataFrame, choice: dict[str, Any]) -> list[int | None]:
    """Incidents and killed of a choice, counted by pandas alone."""
    keep = pd.Series(data=True, index=frame.index)
    if "date_from" in choice:
        first, last = pd.Timestamp(choice["date_from"]), pd.Timestamp(choice["date_to"])
        keep &= (frame["date_start"] <= last) & (frame["date_end"] >= first)
    if "killed_min" in choice:
        keep &= frame["killed_best"] >= choice["killed_min"]
    if "actors" in choice:
        keep &= frame["side_a"].isin(choice["actors"]) | frame["side_b"].isin(choice["actors"])
    if "bbox" in choice:
        west, south, east, north = choice["bbox"]
        keep &= frame["longitude"].between(west, east) & frame["latitude"].between(south, north)
    if "weapons" in choice:  # a weapon's code, or that of its launch group
        keep &= frame["weapon"].isin(choice["weapons"]) | frame["weapon_group"].isin(
            choice["weapons"]
        )
    columns = {"event_types": "event_type", "grades": "grade", "countries": "country"}
    for name, column in columns.items():
        if name in choice:
            keep &= frame[column].isin(choice[name])
    killed = frame.loc[keep, "killed_best"]
    return [int(keep.sum()), None if killed.isna().all() else int(killed.sum())]


def agreeing(page: Page, table: pa.Table, count: int) -> str:
    """How many of so many random filters give the browser the counts that pandas gives."""
    names = [
        "date_start", "date_end", "event_type", "killed_best", "side_a", "side_b", "weapon",
        "weapon_group", "grade", "country", "latitude", "longitude",
    ]  # fmt: skip
    frame = table.select(names).to_pandas()
    for name in ("date_start", "date_end"):
        frame[name] = pd.to_datetime(frame[name])
    for name in ("event_type", "side_a", "side_b", "weapon", "weapon_group", "grade", "country"):
        frame[name] = frame[name].astype("category")
    choices = random_choices(count)
    answers = page.evaluate("(all) => all.map((one) => countOf(one))", choices)
    same = sum(
        answer == with_pandas(frame, choice)
        for answer, choice in zip(answers, choices, strict=True)
    )
    return f"{same} of {count}"


def opened(browser: Browser, server: ThreadingHTTPServer) -> Page:
    """The map on a page of its own, painted."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
    page.wait_for_function("window.ready", timeout=120_000)
    return page


def alone(table: pa.Table, content: bytes, *, seconds: float, compared: int) -> dict[str, str]:
    """The map without the application around it."""
    server = serve(content)
    with chromium() as browser:
        page = opened(browser, server)
        loaded = page.evaluate("loadMs")
        for choice in filters():  # warms the compiler, as a session does
            page.evaluate(f"filterMs({json.dumps(choice)})")
        times, worked = filtered(page)
        dragged = drag(page)
        figures = {
            FILTER: f"{least_ms(page):.0f}",
            "alone: fetched to painted, ms": f"{loaded:.0f}",
            "alone: filter to painted, ms, p50": f"{statistics.median(times):.0f}",
            "alone: filter to painted, ms, p95": f"{percentile(times, 0.95):.0f}",
            "alone: the page's processor time for it, ms, p50": f"{statistics.median(worked):.0f}",
            "alone: the page's processor time for it, ms, p95": f"{percentile(worked, 0.95):.0f}",
            "alone: frames a second, dragging": f"{dragged['fps']:.0f}",
            "alone: event to frame, ms, p95": f"{dragged['delay']:.0f}",
        }
        figures |= drawn(page)
        if compared:
            figures["random filters counted as pandas counts"] = agreeing(page, table, compared)
        page.close()
        for how in ("incidents", "hexagons") if seconds else ():
            page = opened(browser, server)
            named = f"alone: longest frame in {seconds:.0f} s as {how}, ms"
            figures[named] = f"{session(page, seconds, how):.0f}"
            page.close()
    server.shutdown()
    return figures


@contextlib.contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """Headless Chromium that draws in software."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=[*flags, *more])
        yield browser
        browser.close()


def real(rows: int) -> pa.Table | None:
    """The UCDP file again and again until there are so many rows; None where it is not at hand."""
    folder = os.environ.get("CONFLICTMAP_REAL_DATA")
    file = Path(folder) / "ucdp_ged_syria_2016_2017.csv" if folder else None
    if file is None or not file.is_file():
        return None
    once = to_arrow(read(file).incidents, INCIDENTS)
    times = -(-rows // once.num_rows)
    many = pa.concat_tables([once] * times).slice(0, rows)
    names = pa.array([f"r{number:07d}" for number in range(rows)], many["incident_id"].type)
    at = many.column_names.index("incident_id")
    return in_pack_order(many.set_column(at, "incident_id", names))


def measure(
    table: pa.Table, options: argparse.Namespace, *, is_real: bool
) -> Iterator[dict[str, str]]:
    """All figures of one table of incidents, as they come."""
    begun = time.perf_counter()
    content = pack_gzip(table, version="benchmark")
    packed = time.perf_counter() - begun
    rows = table.num_rows
    yield {
        "incidents": f"{rows:,}" + (" (UCDP, repeated)" if is_real else ""),
        "load average before": f"{os.getloadavg()[0]:.1f}",
        "pack and compress, s": f"{packed:.2f}",
        "bytes a row": f"{len(content) / rows:.2f}",
    }
    compared = 0 if is_real else options.filters
    ours = alone(table, content, seconds=options.seconds, compared=compared)
    yield ours
    if options.others and not is_real:
        yield from others(table, options.others, chromium, float(ours[FILTER]))
    if not (is_real or options.alone):
        yield from in_application(table, chromium)
    yield {"load average after": f"{os.getloadavg()[0]:.1f}"}


def versions() -> str:
    """What was measured with."""
    names = ("streamlit", "folium", "pandas")
    with chromium() as browser:
        said = [f"Chromium {browser.version}"]
    for name in names:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            said.append(f"{name} {importlib.metadata.version(name)}")
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, " + ", ".join(said)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("rows", type=int, nargs="*", default=[385_000, 2_500_000])
    parser.add_argument("--seconds", type=float, default=60, help="of dragging, panning, zooming")
    parser.add_argument("--filters", type=int, default=1000, help="compared with pandas")
    parser.add_argument("--others", type=Path, help="measure other packages, installed in there")
    parser.add_argument("--alone", action="store_true", help="without the application around it")
    options = parser.parse_args()
    print(versions(), flush=True)
    for rows in options.rows:
        print_table(measure(synthetic(rows), options, is_real=False))
    if (table := real(options.rows[0])) is not None:
        print_table(measure(table, options, is_real=True))


def print_table(pieces: Iterator[dict[str, str]]) -> None:
    """One line for every figure."""
    print("\n| what | measured |\n|---|---|")
    for figures in pieces:
        for what, measured in figures.items():
            print(f"| {what} | {measured} |", flush=True)


if __name__ == "__main__":
    main()
