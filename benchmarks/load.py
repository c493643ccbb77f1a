"""Many people at one server: sessions that speak Streamlit's websocket protocol, as a browser does.

    python benchmarks/load.py [--rows 385000] [--sessions 50] [--seconds 60] [--think 5]
        [--store FILE]

serves synthetic incidents (those of `store.py`) in a process of its own. Each session opens the
map, fetches the pack, and then, after a pause of about `--think` seconds, does one of what people
do: a search in the sidebar (script run and hits), or an incident's details. Prints a Markdown
table: errors, times, and the server's memory before, with all sessions, and at the end. Times are
from asking until the script run is told to be finished, or the answer is whole.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from store import made_up

from geodata.store import Store

WORDS = ("aleppo", "idlib", "report 12", "clash near homs", "douma", "fighting")
PATIENCE_S = 120.0
PORT = 8977
HOST = f"127.0.0.1:{PORT}"


@dataclass
class Measured:
    """Seconds of each kind of asking, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def took(self, kind: str, since: float) -> None:
        """Note the time since then."""
        self.seconds.setdefault(kind, []).append(time.perf_counter() - since)


def fetched(path: str) -> bytes:
    """The whole answer of a route.

    Raises:
        RuntimeError: another status than 200.
    """
    connection = http.client.HTTPConnection(HOST, timeout=PATIENCE_S)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path.partition('?')[0]}: {answer.status}")
    return body


class Visitor:
    """One page: its websocket, the search field's id and the edition that it shows."""

    def __init__(self, socket: Any, measured: Measured) -> None:
        self._socket, self._measured = socket, measured
        self._search = self._token = ""

    async def run(self, text: str | None = None) -> None:
        """Run the page's script, with a search in the sidebar, and wait until it has finished."""
        asked = BackMsg()
        asked.rerun_script.query_string = ""
        if text is not None:
            state = asked.rerun_script.widget_states.widgets.add()
            state.id, state.string_value = self._search, text
        started = time.perf_counter()
        await self._socket.send(asked.SerializeToString())
        await asyncio.wait_for(self._finished(), PATIENCE_S)
        self._measured.took("first run" if text is None else "search, script run", started)

    async def _finished(self) -> None:
        while True:
            told = ForwardMsg()
            told.ParseFromString(await self._socket.recv())
            element = told.delta.new_element
            if element.HasField("text_input") and element.text_input.label == "Search":
                self._search = element.text_input.id
            if element.HasField("bidi_component"):
                self._token = str(element.bidi_component).partition('token\\":\\"')[2][:16]
            if element.HasField("exception"):
                raise RuntimeError("the page shows an exception")
            if told.WhichOneof("type") == "script_finished":
                if told.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    raise RuntimeError("the script does not compile")
                return

    async def get(self, kind: str, path: str) -> None:
        """Fetch from a data route of the edition that the page shows."""
        started = time.perf_counter()
        await asyncio.to_thread(fetched, f"/data/{self._token}/{path}")
        self._measured.took(kind, started)


async def visit(measured: Measured, draw: random.Random, until: float, think: float) -> None:
    """One person from opening the page until the end."""
    await asyncio.sleep(draw.uniform(0, 2 * think))
    try:
        async with websockets.connect(
            f"ws://{HOST}/_stcore/stream", subprotocols=["streamlit"], origin=f"http://{HOST}",
            max_size=None,
        ) as socket:  # fmt: skip
            visitor = Visitor(socket, measured)
            await visitor.run()
            await visitor.get("pack", "incidents.pack")
            while time.monotonic() < until:
                await asyncio.sleep(draw.uniform(0.5, 1.5) * think)
                if draw.random() < 0.5:
                    word = draw.choice(WORDS) + " " * draw.randrange(2)
                    await visitor.run(word)
                    await visitor.get("search, hits", f"hits?q={word.strip().replace(' ', '+')}")
                else:
                    await visitor.get("details", f"row/{draw.randrange(1000)}")
    except Exception as error:  # noqa: BLE001 — counted, and the others go on
        measured.errors.append(f"{type(error).__name__}: {error}")


def memory_mb(process: int) -> float:
    """Resident memory of the server."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def serving(store: Path, log: Any) -> subprocess.Popen[bytes]:
    """The server's process, once it is ready."""
    command = [sys.executable, "-m", "dashboard.cli", "serve", "--store", str(store),
               "--port", str(PORT), "--no-browser"]  # fmt: skip
    process = subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=log, stderr=log)
    for _ in range(600):
        try:
            fetched("/readyz")
        except (OSError, RuntimeError):
            time.sleep(0.2)
        else:
            return process
    raise SystemExit("The server did not start.")


async def all_visits(options: argparse.Namespace, sample: Callable[[], None]) -> Measured:
    """Everybody's visit; `sample` is called each second."""
    measured = Measured()
    until = time.monotonic() + options.seconds
    people = [
        asyncio.create_task(visit(measured, random.Random(number), until, options.think))  # noqa: S311 — a fixed seed
        for number in range(options.sessions)
    ]
    while any(not person.done() for person in people):
        await asyncio.sleep(1)
        sample()
    await asyncio.gather(*people)
    return measured


def table(measured: Measured) -> str:
    """What was measured, in Markdown."""
    rows = ["| what | times | median, s | p95, s | longest, s |", "|---|---|---|---|---|"]
    for kind, seconds in sorted(measured.seconds.items()):
        p95 = sorted(seconds)[int(len(seconds) * 0.95)] if len(seconds) > 1 else seconds[0]
        rows.append(
            f"| {kind} | {len(seconds)} | {statistics.median(seconds):.2f} | {p95:.2f} | "
            f"{max(seconds):.2f} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Fill a store, serve it, let them in, tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=385_000)
    parser.add_argument("--store", type=Path, help="kept here; made where it is not there yet")
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log").open("wb") as log:
        path = options.store or Path(folder) / "store.duckdb"
        store = Store.open(path)
        if not store.version():
            store.add(made_up(options.rows, "made-up"))
        process = serving(path, log)
        try:
            before = memory_mb(process.pid)
            held = [before]
            load = os.getloadavg()[0]
            measured = asyncio.run(all_visits(options, lambda: held.append(memory_mb(process.pid))))
        finally:
            process.terminate()
            process.wait(30)
    print(
        f"{options.rows:,} incidents, {options.sessions} sessions, {options.think:g} s think time, "
        f"{options.seconds:g} s; load average at the start {load:.1f}\n"
    )
    print(table(measured))
    print(
        f"\nErrors: {len(measured.errors)} {sorted(set(measured.errors))[:5]}. Memory: "
        f"{before:.0f} MB before, {max(held):.0f} at most, {held[-1]:.0f} at the end."
    )


if __name__ == "__main__":
    main()
