"""Many people at one server: sessions that speak Streamlit's websocket protocol, as a browser does.

    python benchmarks/load.py [--rows 385000] [--sessions 50] [--seconds 60] [--think 5]
        [--store FILE] [--processes 2 | --soak MINUTES | --killed]

serves synthetic incidents (those of `store.py`) in a process of its own. Each session opens the
map, fetches the pack, and then, after a pause of about `--think` seconds, does one of what people
do: a search in the sidebar (script run and hits), or an incident's details. Prints a Markdown
table: errors, times, and the server's memory before, with all sessions, and at the end. Times are
from asking until the script run is told to be finished, or the answer is whole.

- `--processes 2` does so twice behind nginx, set up as `docs/hosting.md` has it: with one process,
  then with two, and tells how much more they answer, and what of the processor each program used.
  Each session comes from an address of its own, as people do. Let nobody think (`--think 0`), or
  the pauses are what is measured.
- `--soak 60` goes on for an hour. People leave after some minutes, others take their place; the
  server's memory is told each minute, and how much it has grown since the sixth.
- `--killed` has every session save one view of the map after the other, kills the server with
  SIGKILL amid that and starts it again. Every session must come back to what it looked at, and
  every view must be there that its session had been told was saved.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from store import made_up

from geodata.store import Store

WORDS = ("aleppo", "idlib", "report 12", "clash near homs", "douma", "fighting")
PATIENCE_S = 120.0
STAY_S = (120.0, 480.0)
WARM_MINUTES = 5
# As docs/hosting.md has it, but for TLS and for the header that says who asks: this server has
# no door, and refuses what comes through a proxy that names somebody else.
NGINX = """daemon off; master_process off; pid {folder}/nginx.pid;
error_log {folder}/nginx.log crit;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream conflictmap {{ hash $remote_addr consistent; {servers} }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://conflictmap;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_read_timeout 1d;
            proxy_buffering off;
        }}
    }}
}}
"""


@dataclass
class Measured:
    """Seconds of each kind of asking, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def took(self, kind: str, since: float) -> None:
        """Note the time since then."""
        self.seconds.setdefault(kind, []).append(time.perf_counter() - since)

    def failed(self, error: Exception) -> None:
        """Note an error."""
        self.errors.append(f"{type(error).__name__}: {error}")


@dataclass(frozen=True)
class Way:
    """How one person reaches the server: its port, and the loopback address that they come from."""

    port: int
    source: str = "127.0.0.1"

    @classmethod
    def of_person(cls, port: int, number: int) -> Way:
        """The way of a person by number."""
        return cls(port, f"127.0.{1 + number // 200}.{1 + number % 200}")

    @property
    def host(self) -> str:
        """As addresses have it."""
        return f"127.0.0.1:{self.port}"

    def fetched(self, path: str) -> bytes:
        """The whole answer of a data route.

        Raises:
            RuntimeError: another status than 200, or a page in place of data.
        """
        connection = http.client.HTTPConnection(
            self.host, timeout=PATIENCE_S, source_address=(self.source, 0)
        )
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            kind = answer.headers.get_content_type()
        if answer.status != 200 or kind == "text/html":
            raise RuntimeError(f"{path.partition('?')[0]}: {answer.status} {kind}")
        return body

    def socket(self) -> Any:
        """The page's websocket, to be entered."""
        return websockets.connect(
            f"ws://{self.host}/_stcore/stream", subprotocols=["streamlit"],
            origin=f"http://{self.host}", max_size=None, local_addr=(self.source, 0),
        )  # fmt: skip


class Visitor:
    """One page: its websocket, the widgets that it was shown, and what the map was told."""

    def __init__(self, way: Way, socket: Any, measured: Measured) -> None:
        self._way, self._socket, self._measured = way, socket, measured
        self.widgets: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.map: dict[str, Any] = {}

    async def run(self, kind: str, query: str = "", **said: str | bool) -> None:
        """Run the page's script with what widgets say, by label, and wait until it has finished."""
        asked = BackMsg()
        asked.rerun_script.query_string = query
        for label, value in said.items():
            state = asked.rerun_script.widget_states.widgets.add()
            state.id = self.widgets[label]
            if isinstance(value, bool):
                state.trigger_value = value
            else:
                state.string_value = value
        started = time.perf_counter()
        await self._socket.send(asked.SerializeToString())
        await asyncio.wait_for(self._finished(), PATIENCE_S)
        self._measured.took(kind, started)

    async def _finished(self) -> None:
        while True:
            told = ForwardMsg()
            told.ParseFromString(await self._socket.recv())
            element = told.delta.new_element
            for kind in ("text_input", "button", "selectbox"):
                if element.HasField(kind):
                    widget = getattr(element, kind)
                    self.widgets[widget.label] = widget.id
            if element.HasField("selectbox"):
                self.choices[element.selectbox.label] = list(element.selectbox.options)
            if element.HasField("bidi_component") and element.bidi_component.json:
                self.map = json.loads(element.bidi_component.json)
            if element.HasField("exception"):
                raise RuntimeError("the page shows an exception")
            if told.WhichOneof("type") == "script_finished":
                if told.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    raise RuntimeError("the script does not compile")
                return

    async def get(self, kind: str, path: str) -> bytes:
        """Fetch from a data route of the edition that the page shows."""
        started = time.perf_counter()
        body = await asyncio.to_thread(self._way.fetched, f"/data/{self.map['token']}/{path}")
        self._measured.took(kind, started)
        return body


async def visit(
    way: Way, measured: Measured, draw: random.Random, until: float, think: float
) -> None:
    """One person from opening the page until they leave."""
    await asyncio.sleep(draw.uniform(0, 2 * think))
    try:
        async with way.socket() as socket:
            visitor = Visitor(way, socket, measured)
            await visitor.run("first run")
            await visitor.get("pack", "incidents.pack")
            while time.monotonic() < until:
                await asyncio.sleep(draw.uniform(0.5, 1.5) * think)
                if draw.random() < 0.5:
                    word = draw.choice(WORDS) + " " * draw.randrange(2)
                    await visitor.run("search, script run", Search=word)
                    await visitor.get("search, hits", f"hits?q={quote(word.strip())}")
                else:
                    json.loads(await visitor.get("details", f"row/{draw.randrange(1000)}"))
    except Exception as error:  # noqa: BLE001 — counted, and the others go on
        measured.failed(error)
        await asyncio.sleep(think)


async def seat(
    way: Way, measured: Measured, draw: random.Random, until: float, options: argparse.Namespace
) -> None:
    """One person; in a soak, one after the other."""
    if not options.soak:
        await visit(way, measured, draw, until, options.think)
        return
    while time.monotonic() < until:
        leaves = min(until, time.monotonic() + draw.uniform(*STAY_S))
        await visit(way, measured, draw, leaves, options.think)


@dataclass
class Server:
    """The processes that serve one store."""

    store: Path
    ports: list[int]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Start them all; they are ready when it returns."""
        self.processes = [self._started(port) for port in self.ports]

    def _started(self, port: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dashboard.cli", "serve", "--store", str(self.store),
                   "--port", str(port), "--no-browser"]  # fmt: skip
        process = subprocess.Popen(
            command, cwd=Path(__file__).parents[1], stdout=subprocess.DEVNULL
        )
        await_ready(port)
        return process

    def memory_mb(self) -> float:
        """Resident memory of all of them."""
        return sum(_memory_mb(process.pid) for process in self.processes)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End them."""
        for process in self.processes:
            process.send_signal(how)
            process.wait(30)


def _memory_mb(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def processor_s(process: int) -> float:
    """Seconds of the processor that a process has used so far, its threads included."""
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_ready(port: int) -> None:
    """Until something answers there that it is ready."""
    begun = time.monotonic()
    while time.monotonic() < begun + PATIENCE_S:
        try:
            Way(port).fetched("/readyz")
        except (OSError, RuntimeError, http.client.HTTPException):
            time.sleep(0.2)
        else:
            return
    raise SystemExit("The server did not start.")


@contextlib.contextmanager
def serving(store: Path, processes: int = 1) -> Iterator[Server]:
    """The server until the block ends."""
    server = Server(store, [free_port() for _ in range(processes)])
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def behind_nginx(ports: list[int]) -> Iterator[tuple[int, int]]:
    """The port of an nginx before them, and its process, until the block ends."""
    port = free_port()
    servers = " ".join(f"server 127.0.0.1:{each};" for each in ports)
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "nginx.conf"
        written.write_text(NGINX.format(folder=folder, port=port, servers=servers), "utf-8")
        process = subprocess.Popen(["nginx", "-p", folder, "-c", str(written)])
        try:
            await_ready(port)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(30)


async def all_visits(
    server: Server, port: int, options: argparse.Namespace
) -> tuple[Measured, list[float]]:
    """Everybody's visit, and the server's memory at each second."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(64))
    measured, held = Measured(), [server.memory_mb()]
    begun = time.monotonic()
    until = begun + (options.soak * 60 if options.soak else options.seconds)
    people = [
        asyncio.create_task(
            seat(Way.of_person(port, number), measured, random.Random(number), until, options)
        )
        for number in range(options.sessions)
    ]
    while any(not person.done() for person in people):
        await asyncio.sleep(1)
        held.append(server.memory_mb())
        if options.soak and len(held) % 60 == 0:
            print(f"{len(held) // 60} min: {held[-1]:.0f} MB", flush=True)
    await asyncio.gather(*people)
    return measured, held


def loaded(server: Server, port: int, options: argparse.Namespace) -> Measured:
    """Let everybody in, and tell what it was like."""
    load, begun = os.getloadavg()[0], time.monotonic()
    measured, held = asyncio.run(all_visits(server, port, options))
    answers = sum(map(len, measured.seconds.values()))
    print(
        f"{options.sessions} sessions, {options.think:g} s think time, {len(server.ports)} "
        f"process(es), {time.monotonic() - begun:.0f} s, load average at the start {load:.1f}, "
        f"at the end {os.getloadavg()[0]:.1f}\n\n{table(measured)}\n"
    )
    print(f"{answers} answers, {answers / (time.monotonic() - begun):.1f} a second. Errors: "
          f"{len(measured.errors)} {sorted(set(measured.errors))[:5]}. Memory: {held[0]:.0f} MB "
          f"before, {max(held):.0f} at most, {held[-1]:.0f} at the end.\n")  # fmt: skip
    if options.soak:
        print(f"Grown since minute {WARM_MINUTES + 1}: {growth(held):+.0f} MB.")
    return measured


def growth(held: list[float]) -> float:
    """By how much the mean of the last minute is above that of the first after the warming."""
    first = held[60 * WARM_MINUTES : 60 * (WARM_MINUTES + 1)] or held[:1]
    return statistics.mean(held[-60:]) - statistics.mean(first)


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


def compared(store: Path, options: argparse.Namespace) -> None:
    """One process behind nginx, then several, under the same load."""
    rates = []
    for processes in (1, options.processes):
        with serving(store, processes) as server, behind_nginx(server.ports) as (port, nginx):
            programs = [*(process.pid for process in server.processes), nginx, os.getpid()]
            before = [processor_s(program) for program in programs]
            begun = time.monotonic()
            measured = loaded(server, port, options)
            took = time.monotonic() - begun
            used = [processor_s(one) - at for one, at in zip(programs, before, strict=True)]
            rates.append(sum(map(len, measured.seconds.values())) / took)
        *servers, proxy, asking = (f"{seconds / took:.2f}" for seconds in used)
        print(f"Of a processor, while they asked: {' and '.join(servers)} by what serves, {proxy} "
              f"by nginx, {asking} by what asks.\n")  # fmt: skip
    print(f"{options.processes} processes answer {rates[1] / rates[0]:.2f} times as much as one.")


# --- a server that is killed ----------------------------------------------------------------------


@dataclass
class Stay:
    """What one person did before and after the server was killed."""

    number: int
    saved: list[str] = field(default_factory=list)
    back_after_s: float | None = None

    @property
    def looks_for(self) -> str:
        """The search that stands in their address bar."""
        return WORDS[self.number % len(WORDS)]


async def save_views(way: Way, stay: Stay, measured: Measured) -> None:
    """Save one view after the other until the connection breaks."""
    async with way.socket() as socket:
        visitor = Visitor(way, socket, measured)
        await visitor.run("first run", urlencode({"q": stay.looks_for}))
        while True:
            name = f"view {stay.number}.{len(stay.saved)}"
            await visitor.run("view saved", Name=name, **{"Save what is shown": True})
            if name not in visitor.choices.get("Views", []):
                raise RuntimeError("the page does not show the view that it saved")
            stay.saved.append(name)
            # The next one is begun on the same page, as a person does.
            await visitor.run("form opened anew", **{"Save as a new view": True})


async def come_back(way: Way, stay: Stay, measured: Measured, killed: float) -> None:
    """Try again until the server is there, as a page does, and look for what was saved."""
    while True:
        try:
            async with way.socket() as socket:
                visitor = Visitor(way, socket, measured)
                await visitor.run("first run after", urlencode({"q": stay.looks_for}))
                break
        except (OSError, websockets.WebSocketException):
            await asyncio.sleep(0.2)
    stay.back_after_s = time.monotonic() - killed
    if visitor.map["predicate"].get("text") != stay.looks_for:
        measured.errors.append("the page forgot what was looked for")
    lost = set(stay.saved) - set(visitor.choices.get("Views", []))
    measured.errors += [f"lost: {name}" for name in sorted(lost)]


async def killed_amid(server: Server, options: argparse.Namespace) -> tuple[Measured, list[Stay]]:
    """Everybody saves, the server is killed and started again, everybody comes back."""
    measured, stays = Measured(), [Stay(number) for number in range(options.sessions)]
    ways = [Way.of_person(server.ports[0], stay.number) for stay in stays]
    at_work = [
        asyncio.create_task(save_views(way, stay, measured))
        for way, stay in zip(ways, stays, strict=True)
    ]
    await asyncio.sleep(options.seconds)
    killed = time.monotonic()
    server.stop(signal.SIGKILL)
    for ended in await asyncio.gather(*at_work, return_exceptions=True):
        if not isinstance(ended, OSError | websockets.ConnectionClosed):
            measured.errors.append(f"before the kill: {ended!r}")
    back = asyncio.gather(
        *(come_back(way, stay, measured, killed) for way, stay in zip(ways, stays, strict=True))
    )
    await asyncio.to_thread(server.start)
    await asyncio.wait_for(back, PATIENCE_S)
    return measured, stays


def kill(store: Path, options: argparse.Namespace) -> None:
    """Tell what a kill cost."""
    load = os.getloadavg()[0]
    with serving(store) as server:
        measured, stays = asyncio.run(killed_amid(server, options))
    back = [stay.back_after_s for stay in stays if stay.back_after_s is not None]
    saved = sum(len(stay.saved) for stay in stays)
    print(f"{len(stays)} sessions had saved {saved} views when the server "
          f"was killed (load average {load:.1f}). {len(back)} came back, the last after "
          f"{max(back):.1f} s. Errors: {len(measured.errors)} {measured.errors[:5]}\n\n"
          f"{table(measured)}")  # fmt: skip


def main() -> None:
    """Fill a store, serve it, let them in, tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=385_000)
    parser.add_argument("--store", type=Path, help="kept here; made where it is not there yet")
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=5)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--processes", type=int, help="compared with one, behind nginx")
    mode.add_argument("--soak", type=float, metavar="MINUTES")
    mode.add_argument("--killed", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.store or Path(folder) / "store.duckdb"
        store = Store.open(path)
        if not store.version():
            store.add(made_up(options.rows, "made-up"))
        print(f"{len(store.snapshot()):,} incidents")
        if options.killed:
            kill(path, options)
        elif options.processes:
            compared(path, options)
        else:
            with serving(path) as server:
                loaded(server, server.ports[0], options)


if __name__ == "__main__":
    main()
