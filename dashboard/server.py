"""The server: Streamlit's pages, the data routes, and one door before them all."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import ipaddress
import os
import signal
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import streamlit
from platformdirs import user_data_path
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from dashboard import operations, view_routes
from dashboard.access import asking, signin
from dashboard.access.book import Book, book_beside
from dashboard.access.door import LOOPBACK, Door
from dashboard.access.gate import Gate
from dashboard.access.selfcheck import problems
from dashboard.access.settings import AccessSettings
from dashboard.base_maps import BaseMaps
from dashboard.headers import Framing, Headers
from dashboard.preload import Preload
from dashboard.promptness import send_promptly
from dashboard.readiness import make_ready_beside
from dashboard.routes import ROUTES
from dashboard.served import ServedStore, serve_from, whole
from dashboard.thrift import waste_little
from geodata.errors import ConflictMapError, StoreError
from geodata.gazetteer import Gazetteer
from geodata.ingest import load_sample
from geodata.store import Store

ADDRESS: Final = "127.0.0.1"
FIRST_PORT: Final = 8765
PORTS_TRIED: Final = 50
UPLOAD_LIMIT_MB: Final = 1024
MESSAGE_LIMIT_MB: Final = 50
SENT_ONCE_BYTES: Final = 80
"""From this size on an element is sent once; around it there are another hundred bytes, and naming
it takes as many."""


class PortTaken(ConflictMapError):
    """Another program listens where we should."""


class Unguarded(ConflictMapError):
    """Others could reach the server, and nothing says who may come in."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a server listens.

    Attributes:
        port: None takes the first free one from `FIRST_PORT`.
        address: of a network interface; anything but loopback needs access settings.
        open_browser: whether to open the page.
    """

    port: int | None = None
    address: str = ADDRESS
    open_browser: bool = False


def default_store() -> Path:
    """Where a person's own store is kept: the platform's folder for application data."""
    return user_data_path("conflictmap", appauthor=False) / "store.duckdb"


def serve(
    store: Path | None,
    listening: Listening,
    *,
    sample: bool,
    base_maps: BaseMaps | None = None,
    access: AccessSettings | None = None,
) -> int:
    """Serve a store until interrupted: to one person on this machine, or to those of `access`.

    Args:
        store: the store's file; None takes `default_store`. Created, with the sample in it, where
            there is none.
        listening: where, and whether to open the page.
        sample: serve a throw-away store with the sample alone.
        base_maps: what can lie under the incidents beside the drawn map.
        access: who may come in; None for one person on their own machine.

    Returns:
        The exit code, 0.

    Raises:
        Unguarded: others could reach it, and there are no access settings.
        PortTaken: the port asked for is in use.
        StoreError: the store cannot be opened.
    """
    refuse_unguarded(listening.address, access)
    waste_little()
    address = listening.address
    port = listening.port
    port = free_port(address) if port is None else claim(port, address)
    with contextlib.ExitStack() as leaving:
        leaving.enter_context(_stopped_in_order())
        if sample:
            folder = leaving.enter_context(tempfile.TemporaryDirectory(prefix="conflictmap-"))
            store = Path(folder) / "sample.duckdb"
        served = open_store(store or default_store())
        served.throw_away = sample
        served.base_maps = base_maps or BaseMaps()
        serve_from(served)
        served.edition()
        gate = None if access is None else leaving.enter_context(guarded(served, access))
        _run(Listening(port, address, listening.open_browser), gate)
    return 0


@contextlib.contextmanager
def _stopped_in_order() -> Iterator[None]:
    """SIGTERM, which uvicorn raises once more when it has closed everything, ends the block."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def refuse_unguarded(address: str, access: AccessSettings | None) -> None:
    """Nothing, where only this machine can reach the address or somebody guards it.

    Raises:
        Unguarded: others could reach it, and there are no access settings.
    """
    with contextlib.suppress(ValueError):
        if access is not None or ipaddress.ip_address(address).is_loopback:
            return
    if access is None and address != "localhost":
        raise Unguarded(
            f"On {address} other machines could reach the map, and everybody there could change "
            "it. Say who may come in with --access FILE (docs/hosting.md), or leave --address out."
        )


@contextlib.contextmanager
def guarded(served: ServedStore, access: AccessSettings) -> Iterator[Gate]:
    """The gate of a store, in force until the block ends."""
    store = served.store.name()
    book = Book(access.book or book_beside(served.store.path), store)
    gate = Gate(access, book, store)
    # Streamlit signs its token against forged uploads with it; all processes must use the same.
    signed = hmac.new(access.secret.encode(), b"streamlit", hashlib.sha256).hexdigest()
    os.environ["STREAMLIT_SERVER_COOKIE_SECRET"] = signed
    asking.guard_with(gate)
    try:
        with operations.logged_without_words():
            for problem in problems(access, book, served.store.path):
                operations.LOG.warning(problem)
            yield gate
    finally:
        asking.guard_with(None)
        book.close()


def open_store(path: Path) -> ServedStore:
    """A store to serve; one that is not there yet is made, with the sample in it.

    So is one in which nothing was ever recorded: a first start that was broken off leaves that.

    Raises:
        StoreError: it cannot be made or opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(path, f"its folder cannot be made ({error.strerror}).") from error
    served = ServedStore(Store.open(path))
    if served.store.version() == 0:
        _say(f"Making a store at {path} with the sample incidents.")
        _say("The first time, 235,000 place names are indexed; this takes up to a minute.")
        Gazetteer.open(progress=_progress)
        load_sample(served.store, served.gazetteer, progress=_progress)
    return served


def free_port(address: str = ADDRESS) -> int:
    """The first free port from `FIRST_PORT` on.

    Raises:
        PortTaken: none of them is free.
    """
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        with contextlib.suppress(PortTaken):
            return claim(port, address)
    raise PortTaken(
        f"Ports {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} are all in use; name one: --port."
    )


def claim(port: int, address: str = ADDRESS) -> int:
    """The port itself, if nobody listens there.

    Raises:
        PortTaken: somebody does, or it is not ours to take.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except (OSError, OverflowError) as error:
            raise PortTaken(
                f"Port {port} cannot be used ({error}); choose another with --port."
            ) from error
    return port


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 — a person waits at the terminal


def _progress(what: str, share: float) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{share:4.0%} {what}" + ("\n" if share >= 1 else ""))
        sys.stderr.flush()


def _run(listening: Listening, gate: Gate | None) -> None:
    port = listening.port or FIRST_PORT
    address = f"http://{ADDRESS}:{port}" if gate is None else gate.settings.address

    @contextlib.asynccontextmanager
    async def announce(_: object) -> AsyncIterator[None]:
        print(f"Conflict Map is at {address} (Ctrl-C stops it)", flush=True)  # noqa: T201 — likewise
        send_promptly(asyncio.get_running_loop())
        make_ready_beside()
        if listening.open_browser:
            threading.Timer(0.5, webbrowser.open, [address]).start()
        yield

    application(announce, gate).run(config=settings(port, listening.address, gate))


def application(lifespan: Any = None, gate: Gate | None = None) -> streamlit.App:
    """The whole application as ASGI: pages, routes and the door.

    Args:
        lifespan: as Starlette takes it.
        gate: who may come in; None for one person on their own machine.
    """
    # Streamlit takes a folder named "pages" for pages of its own until `st.navigation` has run
    # once: the first address opened, such as /data, would show that file and nothing else.
    PagesManager.uses_pages_directory = False
    routes = (
        *ROUTES,
        *view_routes.ROUTES,
        *operations.ROUTES,
        *(() if gate is None else signin.ROUTES),
    )
    hosts = LOOPBACK if gate is None else {gate.settings.host}
    return streamlit.App(
        Path(__file__).with_name("app.py"),
        routes=routes,
        middleware=[
            Middleware(
                Headers,
                pictures_from=whole().base_maps.origins(),
                secure=gate is not None and gate.settings.secure,
                framed_by=None if gate is None else _framing(gate),
            ),
            Middleware(
                Door, gate=gate, hosts=hosts, watch=operations.answered, failed=operations.failed
            ),
            Middleware(Preload),
        ],
        lifespan=lifespan,
        on_script_error=operations.page_failed,
    )


def _framing(gate: Gate) -> Framing | None:
    sites = gate.settings.embed if gate.settings.publish else ()
    return Framing(sites, gate.cookie.name) if sites else None


def settings(port: int, address: str = ADDRESS, gate: Gate | None = None) -> dict[str, Any]:
    """Streamlit's settings; given at the start, so that no file on the machine undoes them."""
    return _settings(port) | {"server.address": address} | ({} if gate is None else _hosted(gate))


def _hosted(gate: Gate) -> dict[str, Any]:
    limits = gate.settings.limits
    return {
        "server.maxUploadSize": limits.upload_mb,
        "server.maxMessageSize": limits.message_mb,
        "server.disconnectedSessionTTL": limits.cached_sessions_s,
        "server.corsAllowedOrigins": [gate.settings.address],
    }


def _settings(port: int) -> dict[str, Any]:
    return {
        "server.port": port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.runOnSave": False,
        "server.maxUploadSize": UPLOAD_LIMIT_MB,
        "server.maxMessageSize": MESSAGE_LIMIT_MB,
        # A widget that a browser has already and that has not changed is named, not sent again.
        "global.minCachedMessageSize": SENT_ONCE_BYTES,
        "server.enableStaticServing": False,
        "server.enableXsrfProtection": True,
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.toolbarMode": "minimal",
        "logger.level": "warning",
        "logger.hideWelcomeMessage": True,
        "theme.headingFontSizes": ["1.75rem", "1.25rem", "1.1rem", "1rem", "1rem", "1rem"],
        # As css/theme.css has them, for light and for dark.
        "theme.light.primaryColor": "#0b5a73",
        "theme.light.backgroundColor": "#fbfaf7",
        "theme.light.secondaryBackgroundColor": "#f1efe9",
        "theme.light.textColor": "#23262b",
        "theme.dark.primaryColor": "#7fc7da",
        "theme.dark.backgroundColor": "#181b1f",
        "theme.dark.secondaryBackgroundColor": "#23282e",
        "theme.dark.textColor": "#e7e6e2",
    }
