"""A service on this machine that answers as a test says, request by request."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from geodata.connectors import CONNECTORS
from geodata.fetching import Fetched, Wish, fetch
from geodata.gazetteer import Gazetteer
from geodata.store import Store
from tests.loopback import LoopbackServer, QuietHandler


@dataclass
class Asked:
    """A request as it came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str] = field(default_factory=dict)


class Handler(QuietHandler):
    """Hands requests to the server's `behave`, and sends what that gives back."""

    server: Service

    def do_POST(self) -> None:  # noqa: N802 - the name that http.server calls
        """Answer a form."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.answer({name: values[0] for name, values in parse_qs(body).items()})

    def answer(self, form: dict[str, str] | None = None) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(url.path, query, headers, form or {})
        self.server.asked.append(asked)
        self.server.behave(self, asked)

    def reply(self, body: bytes | object, status: int = 200, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


Behave = Callable[[Handler, Asked], None]


class Service(LoopbackServer):
    """A loopback server with one way of answering."""

    def __init__(self, behave: Behave) -> None:
        super().__init__(Handler)
        self.behave = behave
        self.asked: list[Asked] = []


@dataclass
class Desk:
    """Somebody who fetches: a store, settings, and the waits that were asked for."""

    store: Store
    settings: dict[str, str]
    places: Gazetteer
    waits: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def fetch(self, name: str, **wish: Any) -> Fetched:
        """Fetch without sleeping; files are read in this process."""
        return fetch(
            CONNECTORS[name], self.store, self.places, Wish(**wish), settings=self.settings,
            progress=lambda what, _share: self.told.append(what), apart=False,
            wait=self.waits.append,
        )  # fmt: skip

    @property
    def kept(self) -> str:
        """All that lies beside the store of the fetches, as text."""
        folder = self.store.path.with_name(f"{self.store.path.name}.connectors")
        files = [file for file in folder.rglob("*") if file.is_file()]
        return "\n".join(f"{f.name} {f.read_bytes().decode('utf-8', 'replace')}" for f in files)


def ids(store: Store) -> set[str]:
    """The live incidents."""
    return set(store.snapshot().incidents.column("incident_id").to_pylist())


def part_files(path: Path) -> list[Path]:
    """Files left on the way."""
    return sorted(path.rglob("*.jsonl"))
