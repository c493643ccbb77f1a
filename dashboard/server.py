"""The server: Streamlit's pages, the data routes, and one door of headers before them all."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import logging
import re
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import streamlit
from platformdirs import user_data_path
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.pages_manager import PagesManager

from dashboard.base_maps import BaseMaps
from dashboard.routes import ROUTES
from dashboard.served import ServedStore, serve_from
from geodata.errors import ConflictMapError, StoreError
from geodata.gazetteer import Gazetteer
from geodata.ingest import load_sample
from geodata.store import Store

ADDRESS: Final = "127.0.0.1"
FIRST_PORT: Final = 8765
PORTS_TRIED: Final = 50
UPLOAD_LIMIT_MB: Final = 1024
MESSAGE_LIMIT_MB: Final = 50


class PortTaken(ConflictMapError):
    """Another program listens where we should."""


def default_store() -> Path:
    """Where a person's own store is kept: the platform's folder for application data."""
    return user_data_path("conflictmap", appauthor=False) / "store.duckdb"


def serve(
    store: Path | None,
    port: int | None,
    *,
    open_browser: bool,
    sample: bool,
    base_maps: BaseMaps | None = None,
) -> int:
    """Serve a store on this machine until interrupted.

    Args:
        store: the store's file; None takes `default_store`. Created, with the sample in it, where
            there is none.
        port: to listen on; None takes the first free one from `FIRST_PORT`.
        open_browser: whether to open the page.
        sample: serve a throw-away store with the sample alone.
        base_maps: what can lie under the incidents beside the drawn map.

    Returns:
        The exit code, 0.

    Raises:
        PortTaken: the port asked for is in use.
        StoreError: the store cannot be opened.
    """
    port = free_port() if port is None else claim(port)
    with contextlib.ExitStack() as leaving:
        if sample:
            folder = leaving.enter_context(tempfile.TemporaryDirectory(prefix="conflictmap-"))
            store = Path(folder) / "sample.duckdb"
        served = open_store(store or default_store())
        served.throw_away = sample
        served.base_maps = base_maps or BaseMaps()
        serve_from(served)
        served.edition()
        _run(port, open_browser=open_browser, pictures_from=served.base_maps.origins())
    return 0


def open_store(path: Path) -> ServedStore:
    """A store to serve; one that is not there yet is made, with the sample in it.

    Raises:
        StoreError: it cannot be made or opened.
    """
    new = not path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(path, f"its folder cannot be made ({error.strerror}).") from error
    served = ServedStore(Store.open(path))
    if new:
        _say(f"Making a store at {path} with the sample incidents.")
        _say("The first time, 235,000 place names are indexed; this takes up to a minute.")
        Gazetteer.open(progress=_progress)
        load_sample(served.store, served.gazetteer, progress=_progress)
    return served


def free_port() -> int:
    """The first free port from `FIRST_PORT` on.

    Raises:
        PortTaken: none of them is free.
    """
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        with contextlib.suppress(PortTaken):
            return claim(port)
    raise PortTaken(
        f"Ports {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} are all in use; name one: --port."
    )


def claim(port: int) -> int:
    """The port itself, if nobody listens there.

    Raises:
        PortTaken: somebody does, or it is not ours to take.
    """
    with socket.socket() as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
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


def _run(port: int, *, open_browser: bool, pictures_from: Sequence[str]) -> None:
    address = f"http://{ADDRESS}:{port}"

    @contextlib.asynccontextmanager
    async def announce(_: object) -> AsyncIterator[None]:
        print(f"Conflict Map is at {address} (Ctrl-C stops it)", flush=True)  # noqa: T201 — likewise
        if open_browser:
            threading.Timer(0.5, webbrowser.open, [address]).start()
        yield

    application(announce, pictures_from).run(config=settings(port))


def application(lifespan: Any = None, pictures_from: Sequence[str] = ()) -> streamlit.App:
    """The whole application as ASGI: pages, routes and the door.

    Args:
        lifespan: as Starlette takes it.
        pictures_from: origins that the page may ask for pictures beside the application's own.
    """
    # Streamlit takes a folder named "pages" for pages of its own until `st.navigation` has run
    # once: the first address opened, such as /data, would show that file and nothing else.
    PagesManager.uses_pages_directory = False
    return streamlit.App(
        Path(__file__).with_name("app.py"),
        routes=ROUTES,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=[ADDRESS, "localhost", "[::1]"]),
            Middleware(Headers, pictures_from=pictures_from),
        ],
        lifespan=lifespan,
        on_script_error=_log_error,
    )


def _log_error(error: Exception) -> None:
    logging.getLogger("conflictmap").error("A page failed", exc_info=error)


def settings(port: int) -> dict[str, Any]:
    """Streamlit's settings; given at the start, so that no file on the machine undoes them."""
    return {
        "server.address": ADDRESS,
        "server.port": port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.runOnSave": False,
        "server.maxUploadSize": UPLOAD_LIMIT_MB,
        "server.maxMessageSize": MESSAGE_LIMIT_MB,
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


def _inline_script_hashes() -> Iterator[str]:
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    for script in re.findall(r"<script>(.*?)</script>", page.read_text("utf-8"), re.DOTALL):
        digest = hashlib.sha256(script.encode()).digest()
        yield f"'sha256-{base64.b64encode(digest).decode()}'"


def content_security_policy(pictures_from: Sequence[str] = ()) -> str:
    """What the page may load and run: its own files, Streamlit's one inline script by its hash.

    Args:
        pictures_from: origins of online tiles that whoever started the server has switched on.
    """
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "blob:", *_inline_script_hashes()]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": " ".join(["'self'", "data:", "blob:", *pictures_from]),
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class Headers:
    """ASGI middleware that sets the security headers of every answer."""

    def __init__(self, app: ASGIApp, pictures_from: Sequence[str] = ()) -> None:
        self.app = app
        self.headers = [
            (b"content-security-policy", content_security_policy(pictures_from).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"x-frame-options", b"SAMEORIGIN"),
            (b"x-dns-prefetch-control", b"off"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers added to whatever answer starts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        ours = {name for name, _ in self.headers}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in ours]
                message = {**message, "headers": [*kept, *self.headers]}
            await send(message)

        await self.app(scope, receive, send_with_headers)
