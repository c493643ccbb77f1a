"""A page with the workspace alone: generated incidents behind a small server on the loopback.

The endpoints answer as the application's do, from a canonical table; a test may make them fail.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pandas as pd
import pyarrow as pa

from dashboard.folium_map.assets import ASSETS
from geodata.pack import in_pack_order, pack
from geodata.schema import ACCOUNTS, INCIDENTS, conform, to_arrow
from geodata.vocabulary import EVENT_TYPE

HERE = Path(__file__).parent
ROW_COLUMNS = (
    *("incident_id", "title", "date_start", "date_end", "date_precision", "date_text"),
    *("place_name", "place_text", "admin1", "country", "location_precision"),
    *("killed_low", "killed_best", "killed_high", "injured_low", "injured_best", "injured_high"),
    *("event_type", "weapon", "grade", "disputed", "n_accounts"),
)
PAGE = b"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Workspace</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
%s<style>body { margin: 0 }</style></head>
<body><main id="root"><div id="map"></div></main>
<script type="module" src="workspace_fixture.js"></script></body></html>"""
STYLES = ("leaflet/leaflet.css", *(f"css/{name}.css" for name in (
    "theme", "workspace", "list", "card", "timeline", "incident_layer", "base_map",
)))  # fmt: skip

CONTESTED = "contested-strike"
HOSTILE = "hostile<b>\u202e\"'{{7*7}}"
ATTACK = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>{{ 7*7 }}{% x %}\u202eevil'


@dataclass
class Records:
    """What the server holds."""

    incidents: pa.Table
    accounts: list[dict[str, Any]] = field(default_factory=list)
    history: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        return list(self.incidents["incident_id"].to_pylist())


def records(rows: list[dict[str, Any]], accounts: list[dict[str, Any]] | None = None) -> Records:
    """Rows and accounts in canonical form, in the pack's order."""
    incidents = to_arrow(conform(pd.DataFrame(rows), INCIDENTS), INCIDENTS)
    held = to_arrow(conform(pd.DataFrame(accounts or []), ACCOUNTS), ACCOUNTS).to_pylist()
    return Records(in_pack_order(incidents), held)


def example(count: int = 3000, seed: int = 7) -> Records:
    """Generated incidents, one contested with two accounts, one hostile, some not located."""
    chosen = random.Random(seed)  # noqa: S311 — places and days of a test
    rows = [_generated(number, chosen) for number in range(count)]
    held = records([*rows, _contested(), _hostile()], [*_two_accounts(), *_hostile_accounts()])
    held.history[CONTESTED] = [
        {"at": "2026-11-20T09:30:00Z", "who": "import", "what": "added", "why": None},
        {
            "at": "2026-11-21T10:00:00Z",
            "who": "analyst",
            "what": {"injured_high": [18, None]},
            "why": "a second source",
        },
    ]
    held.raw[CONTESTED] = {"id": "224317", "where_coordinates": "At Tanf village", "best": 2}
    held.history[HOSTILE] = [{"at": ATTACK, "who": ATTACK, "what": ATTACK, "why": ATTACK}]
    held.raw[HOSTILE] = {ATTACK: ATTACK}
    return held


TOWNS = (
    ("Ma'arrat Misrin", "Idlib", 36.011, 36.672),
    ("Darkush", "Idlib", 35.992, 36.393),
    ("Al-Bab", "Aleppo", 36.370, 37.515),
    ("حلب", "Aleppo", 36.202, 37.134),
    ("Jisr al-Shughur", "Idlib", 35.812, 36.317),
    ("Deir Hafer", "Aleppo", 36.158, 37.706),
    ("Al-Qaryatayn", "Homs", 34.229, 37.240),
)
KINDS = ("Shelling", "Air strike", "Clash", "Detonation", "Protest", "Raid")


def _generated(number: int, chosen: random.Random) -> dict[str, Any]:
    town, province, latitude, longitude = chosen.choice(TOWNS)
    day = dt.date(2016, 1, 1) + dt.timedelta(days=chosen.randrange(700))
    precision = chosen.choices(["town", "site", "near", "admin1", "unknown"], [60, 15, 15, 7, 3])[0]
    located = precision != "unknown"
    figure = {} if chosen.random() < 0.2 else {"killed_best": chosen.choice([0, 1, 2, 2, 3, 7, 31])}
    return {
        "incident_id": f"gen-{number:06d}",
        "dataset": "generated",
        "title": f"{chosen.choice(KINDS)} {'near' if precision == 'near' else 'in'} {town}",
        "event_type": chosen.choice(EVENT_TYPE.codes),
        "date_start": day,
        "date_end": day,
        "date_precision": "day",
        "place_name": town,
        "place_text": f"{town}, no such name found" if not located else None,
        "admin1": province,
        "country": "SYR",
        "latitude": latitude + chosen.uniform(-0.2, 0.2) if located else None,
        "longitude": longitude + chosen.uniform(-0.2, 0.2) if located else None,
        "location_precision": precision,
        "grade": chosen.choice(["ungraded", "ungraded", "fair", "weak", "contested"]),
        "weapon": "shelling",
        "weapon_group": "ground-launched",
        **figure,
    }


def _contested() -> dict[str, Any]:
    return {
        "incident_id": CONTESTED,
        "dataset": "example",
        "title": "Cluster munitions on a garrison near al-Tanf",
        "summary": "Warplanes dropped cluster munitions on fighters near the border crossing.",
        "event_type": "Explosions/Remote violence",
        "date_start": dt.date(2017, 12, 30),
        "date_end": dt.date(2018, 1, 2),
        "date_precision": "days",
        "date_text": "Thursday",
        "place_text": "near the al-Tanaf border crossing",
        "place_name": "al-Tanf",
        "admin1": "Homs",
        "country": "SYR",
        "latitude": 33.489518,
        "longitude": 38.656978,
        "location_precision": "near",
        "radius_km": 5.0,
        "location_method": "near a named place",
        "location_source": "gazetteer: conflict_sites",
        "perpetrators": "Russian Armed Forces",
        "targets": "New Syrian Army",
        "weapon": "air-dropped-bomb | cluster-munition",
        "weapon_group": "air-launched",
        "weapon_text": "cluster bombs",
        "weapon_basis": "text",
        "killed_best": 2,
        "injured_low": 10,
        "injured_high": 18,
        "grade": "contested",
        "disputed": True,
        "n_accounts": 2,
    }


def _two_accounts() -> list[dict[str, Any]]:
    return [
        {
            "account_id": "a1",
            "incident_id": CONTESTED,
            "source_title": "Two militaries talk about a strike",
            "publisher": "A newspaper",
            "url": "https://example.org/strike?id=1",
            "archive_url": "https://archive.example.org/strike",
            "published": dt.date(2018, 1, 4),
            "accessed": dt.date(2026, 11, 20),
            "language": "en",
            "licence": "all rights reserved; facts only",
            "speaker": "a spokesman of the coalition",
            "stance": "asserts",
            "quote": "They knew who was there.",
            "date_text": "Thursday",
            "place_text": "near the al-Tanaf border crossing",
            "killed_low": 2,
            "killed_high": 2,
            "injured_low": 18,
            "injured_high": 18,
            "perpetrators": "Russian Armed Forces",
            "targets": "New Syrian Army",
            "weapon_text": "cluster bombs",
        },
        {
            "account_id": "a2",
            "incident_id": CONTESTED,
            "source_title": "ملخص الغارات",
            "publisher": "A monitor",
            "url": "https://example.net/monitor",
            "published": dt.date(2017, 12, 31),
            "language": "ar",
            "licence": "CC BY 4.0",
            "stance": "reports",
            "date_text": "2017-12-30",
            "place_text": "At Tanf village",
            "killed_low": 2,
            "killed_high": 2,
            "injured_low": 10,
            "injured_high": 10,
            "perpetrators": "Government of Syria",
        },
    ]


def _hostile() -> dict[str, Any]:
    texts = ("title", "summary", "date_text", "time_text", "place_text", "place_name", "admin1")
    lists = ("side_a", "side_b", "perpetrators", "targets", "weapon_text", "quality_flags")
    places = ("admin2", "location_method", "location_source", "dataset", "source_record_id")
    return {
        **dict.fromkeys((*texts, *lists, *places), ATTACK),
        "incident_id": HOSTILE,
        "location_precision": "unknown",
        "disputed": True,
        "n_accounts": 2,
    }


def _hostile_accounts() -> list[dict[str, Any]]:
    names = ("source_title", "publisher", "author", "language", "licence", "sha256", "speaker")
    more = ("quote", "date_text", "place_text", "perpetrators", "targets", "weapon_text")
    return [
        {
            **dict.fromkeys((*names, *more), ATTACK),
            "account_id": f"h{number}",
            "incident_id": HOSTILE,
            "url": url,
            "archive_url": "data:text/html,<script>window.ran=1</script>",
        }
        for number, url in enumerate(("javascript:window.ran=1", "https://user:pw@example.org/x"))
    ]


class Server:
    """The page and its endpoints on a free port.

    Attributes:
        asked: every path that was asked for, in order.
        sizes: length in bytes of every answer of `rows`.
        refuse: endpoint names (rows, row, incident) that answer with a status.
    """

    def __init__(self, held: Records) -> None:
        self.held = held
        self.asked: list[str] = []
        self.sizes: list[int] = []
        self.refuse: dict[str, int] = {}
        self._pack = gzip.compress(pack(held.incidents, version="v1"))
        self._by_id = {name: row for row, name in enumerate(held.ids)}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def forget(self) -> None:
        """Start afresh for the next test."""
        self.asked.clear()
        self.sizes.clear()
        self.refuse.clear()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def answer(self, target: str) -> tuple[int, str, bytes]:
        """Status, media type and body for a request."""
        parts = urlsplit(target)
        path = parts.path
        self.asked.append(target)
        if path == "/":
            present = [name for name in STYLES if name in ASSETS]
            links = "".join(f'<link rel="stylesheet" href="assets/v/{name}">' for name in present)
            return 200, "text/html; charset=utf-8", PAGE % links.encode()
        if path == "/workspace_fixture.js":
            return 200, "text/javascript", (HERE / "workspace_fixture.js").read_bytes()
        if path.startswith("/assets/v/"):
            return self._asset(path.removeprefix("/assets/v/"))
        if path == "/vocabulary.json":
            text = files("geodata").joinpath("bundled/vocabulary.json").read_bytes()
            return 200, "application/json", text
        return self._data(path.removeprefix("/data/v1/"), parse_qs(parts.query))

    def _asset(self, name: str) -> tuple[int, str, bytes]:
        if name not in ASSETS:
            return 404, "text/plain", b"no such asset"
        return 200, ASSETS[name].media_type, ASSETS[name].read()

    def _data(self, path: str, query: dict[str, list[str]]) -> tuple[int, str, bytes]:
        name, _, rest = path.partition("/")
        if name in self.refuse:
            return self.refuse[name], "application/json", b'{"error": "not today"}'
        if name == "incidents.pack":
            return 200, "application/octet-stream", self._pack
        if name == "rows":
            body = self._json([self._row(int(row)) for row in query["i"][0].split(",")])
            self.sizes.append(len(body))
            return 200, "application/json", body
        if name == "row":
            return self._detail(int(rest))
        row = self._by_id.get(unquote(rest))
        return self._detail(row) if row is not None else (404, "application/json", b"{}")

    def _row(self, row: int) -> dict[str, Any]:
        found = self.held.incidents.slice(row, 1).to_pylist()[0]
        return {"row": row} | {name: found[name] for name in ROW_COLUMNS}

    def _detail(self, row: int) -> tuple[int, str, bytes]:
        incident = self.held.incidents.slice(row, 1).to_pylist()[0]
        name = incident["incident_id"]
        body = {
            "incident": incident | {"row": row},
            "accounts": [one for one in self.held.accounts if one["incident_id"] == name],
            "history": self.held.history.get(name, []),
            "raw": self.held.raw.get(name),
        }
        return 200, "application/json", self._json(body)

    def _json(self, body: Any) -> bytes:
        return json.dumps(body, default=str, ensure_ascii=False).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                status, media_type, body = server.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", POLICY)
                if self.path.startswith("/assets/"):
                    self.send_header("Cache-Control", "max-age=3600")
                self.end_headers()
                with contextlib.suppress(ConnectionError):  # the page may have given it up
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


# Styles may be inline: Leaflet and the page set them from script; scripts may not.
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:"


@contextlib.contextmanager
def serving(held: Records) -> Iterator[Server]:
    """A running server over these records."""
    server = Server(held)
    server.start()
    try:
        yield server
    finally:
        server.stop()
