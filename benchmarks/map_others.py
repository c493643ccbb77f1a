"""Other ways to put incidents on a Streamlit page, for `map.py`: what a filter costs there.

The other packages are installed into a folder of their own (`--others FOLDER`; pip and npm, once).
Each is a page as its documentation shows one: a number field, the rows with at least so many
killed, and the map, which zooms and keeps its place by its `key`. A filter begins with the key
that confirms the number and ends with the frame that shows other incidents:

- FastMarkerCluster in streamlit-folium: the numbers on the circles are others;
- streamlit-lonboard: deck.gl has drawn another number of points, with WebGL in software.

Only the loopback address is asked. What streamlit-folium fetches from others is answered here:
Leaflet and its clusters from npm, the rest empty, and a style without a base map for lonboard.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
from map_pages import Launch, set_least, streamlit_page
from playwright.sync_api import BrowserContext, Page, Route

PYTHON = ("streamlit-folium==0.27.4", "streamlit-lonboard==0.2.1")
SCRIPTS = ("leaflet@1.9.3", "leaflet.markercluster@1.1.0")
FIELD = "Killed, at least"
TIMES = 3
PATIENCE_MS = 240_000

CLUSTERS = """
import numpy as np, streamlit as st, folium
from folium.plugins import FastMarkerCluster
from streamlit_folium import st_folium
points = np.load({file!r})
least = st.number_input("{field}", min_value=0, value=0, step=1)
shown = points[points[:, 2] >= least]
world = folium.Map([15, 28], zoom_start=4, tiles=None, maxZoom=18)
marker = "function (row) {{ return L.marker(new L.LatLng(row[0], row[1])); }}"
FastMarkerCluster(shown[:, :2].tolist(), callback=marker).add_to(world)
st_folium(world, key="map", width=1200, height=600, returned_objects=[])
"""
POINTS = """
import numpy as np, streamlit as st
import geoarrow.rust.core as geoarrow
from arro3.core import Array, Schema, Table
from lonboard import Map, ScatterplotLayer
from streamlit_lonboard import st_lonboard
points = np.load({file!r})
least = st.number_input("{field}", min_value=0, value=0, step=1)
shown = points[points[:, 2] >= least]
places = Array.from_arrow(geoarrow.points(np.ascontiguousarray(shown[:, [1, 0]]), crs="EPSG:4326"))
table = Table.from_arrays([places], schema=Schema([places.field.with_name("geometry")]))
layer = ScatterplotLayer(table=table, get_radius=4, radius_units="pixels")
st_lonboard(Map(layer), key="map", height=600,
            view_state=dict(longitude=28, latitude=15, zoom=3, pitch=0, bearing=0))
"""
#: What a frame shows, as text: it is other text once another filter is painted.
NUMBERS = """() => [...document.querySelectorAll("iframe")]
  .flatMap(({ contentDocument: inside }) =>
    [...(inside?.querySelectorAll(".marker-cluster span") ?? [])])
  .map((span) => span.textContent).join()"""
DRAWN = "() => String(window.drawnPoints || '')"
#: Notes how many points each frame draws.
COUNT_DRAWN = """(() => {
  let drawn = 0;
  for (const name of ["drawArraysInstanced", "drawElementsInstanced"]) {
    const draw = WebGL2RenderingContext.prototype[name];
    WebGL2RenderingContext.prototype[name] = function (...given) {
      drawn += given[name === "drawArraysInstanced" ? 3 : 4];
      draw.apply(this, given);
    };
  }
  const look = () => {
    if (drawn > 0) window.drawnPoints = drawn;
    drawn = 0;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""
PRESSED = """() => addEventListener("keydown", ({ key }) => {
  if (key === "Enter") window.pressed = performance.timeOrigin + performance.now();
}, true)"""
#: Notes when a frame shows something else.
WATCH = """(() => {
  if (window !== window.top) return;
  const shown = SHOWN;
  let last = "";
  const look = () => requestAnimationFrame(() => {
    const now = shown();
    if (now !== "" && now !== last) {
      last = now;
      requestAnimationFrame(() =>
        (window.painted ??= []).push([performance.timeOrigin + performance.now(), now]));
    }
    look();
  });
  look();
})()"""
FIRST_OTHER = """(before) => (window.painted ?? []).find(
  ([at, shown]) => at > window.pressed && shown !== before)?.[0] - window.pressed"""


def others(table: pa.Table, folder: Path, launch: Launch, ours: float) -> Iterator[dict[str, str]]:
    """What a filter costs with each of the others, in ms, and how many times ours that is."""
    python = installed(folder)
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / "points.npy"
        np.save(file, points(table))
        for name, script, shown, flags in (
            ("FastMarkerCluster in streamlit-folium", CLUSTERS, NUMBERS, ()),
            ("streamlit-lonboard", POINTS, DRAWN, ("--enable-unsafe-swiftshader",)),
        ):
            text = script.format(file=str(file), field=FIELD)
            with streamlit_page(text, python=python) as address, launch(*flags) as browser:
                profile = browser.new_context(viewport={"width": 1280, "height": 800})
                answer_for_others(profile, folder)
                profile.add_init_script(COUNT_DRAWN)
                profile.add_init_script(WATCH.replace("SHOWN", shown))
                page = profile.new_page()
                page.set_default_timeout(PATIENCE_MS)
                page.goto(address)
                times = [*filtered(page)]
            yield {
                f"{name}: filter to painted, ms": f"{statistics.median(times):,.0f}",
                f"{name}: times ours": f"{statistics.median(times) / ours:.0f}",
            }


def installed(folder: Path) -> Path:
    """The Python that has the other packages; they are installed where they are not."""
    python = folder / "venv" / "bin" / "python"
    if not (folder / "node_modules").is_dir():
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PYTHON], check=True)
        npm = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), *SCRIPTS]
        subprocess.run(npm, check=True, stdout=subprocess.DEVNULL)
    return python


def points(table: pa.Table) -> np.ndarray:
    """Latitude, longitude and killed of each row; what is not known as 0."""
    columns = [table[name].to_numpy() for name in ("latitude", "longitude", "killed_best")]
    return np.nan_to_num(np.column_stack([column.astype(float) for column in columns]))


def answer_for_others(profile: BrowserContext, folder: Path) -> None:
    """Answer what a page asks of others: scripts from npm, the rest empty."""
    named = {
        "leaflet.js": "leaflet/dist/leaflet.js",
        "leaflet.css": "leaflet/dist/leaflet.css",
        "leaflet.markercluster.js": "leaflet.markercluster/dist/leaflet.markercluster.js",
        "MarkerCluster.css": "leaflet.markercluster/dist/MarkerCluster.css",
        "MarkerCluster.Default.css": "leaflet.markercluster/dist/MarkerCluster.Default.css",
    }

    def answer(route: Route) -> None:
        name = urlsplit(route.request.url).path.rpartition("/")[2]
        body = (folder / "node_modules" / named[name]).read_bytes() if name in named else b""
        if name == "style.json":
            body = b'{"version": 8, "sources": {}, "layers": []}'
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        route.fulfill(body=body, content_type=kind)

    profile.route(lambda url: urlsplit(url).hostname != "127.0.0.1", answer)


def filtered(page: Page) -> Iterator[float]:
    """Milliseconds of each filter, from the key to the frame that shows it."""
    page.locator(f"input[aria-label='{FIELD}']").wait_for()
    page.evaluate(PRESSED)
    for least in range(1, TIMES + 1):
        before = settled(page)
        set_least(page, least)
        page.wait_for_function(f"(before) => ({FIRST_OTHER})(before) > 0", arg=before)
        yield float(page.evaluate(FIRST_OTHER, before))


def settled(page: Page) -> str:
    """What is shown, once it has been the same for two seconds."""
    page.wait_for_function("() => window.painted?.length > 0")
    last = ""
    while True:
        now = str(page.evaluate("() => window.painted.at(-1)[1]"))
        if now == last:
            return now
        last = now
        page.wait_for_timeout(2000)
