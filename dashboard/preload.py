"""Brings the map with the page itself, before the page's own scripts have started.

A page's own scripts ask for the map's files one after the other: first Streamlit starts, then it
runs our page, then it loads its widgets, and only then our module asks for styles, base map and
incidents. So the page's HTML names one script of ours, which draws the map at once over its place
(`js/early_map.js`), and the answer's `Link` header names all that the map needs but the incidents,
for which the script asks. What comes later, the scripts of Streamlit's widgets, is named with low
priority.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Final

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.folium_map import assets
from dashboard.map_script import map_script
from dashboard.served import root

MODULES: Final = (assets.PAGE_MODULE, assets.LEAFLET, "leaflet/leaflet-src.esm.js")
DATA: Final = ("data/world.bin.gz", "data/water.bin.gz")
WIDGETS: Final = (
    "BidiComponent",
    "Button",
    "Checkbox",
    "DateInput",
    "DownloadButton",
    "Html",
    "Multiselect",
    "NumberInput",
    "Selectbox",
    "TextInput",
    "recordbatch",
    "serialization",
)
"""Streamlit's scripts that the map page needs and asks for late; one that a version of Streamlit
does not have is left out. Only the first ones: proxies refuse answers with long headers."""
_LATER: Final = "fetchpriority=low"
_PLAIN_QUERY: Final = re.compile(r"[\w.~%&=+,;:-]*", re.ASCII)
"""A query that a header can hold as it stands; with another the map asks a little later."""
_END_OF_HEAD: Final = b"</head>"
_ITS_TITLE: Final = b"<title>Streamlit</title>"
_OUR_TITLE: Final = b"<title>Conflict Map</title>"
_OF_ANOTHER_BODY: Final = frozenset({b"content-length", b"etag", b"last-modified"})
_OF_A_KEPT_PAGE: Final = frozenset(
    {b"if-none-match", b"if-modified-since", b"range", b"accept-encoding"}
)


class Preload:
    """ASGI middleware that adds our script and the `Link` header to the map's page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the map's page gets its script and its header."""
        if scope["type"] != "http" or scope["path"] not in {root(), f"{root()}map"}:
            await self.app(scope, receive, send)
            return
        query = scope.get("query_string", b"").decode("latin-1")
        page = _Page(send, await run_in_threadpool(links, query), _script(root()))
        await self.app(_asked_anew(scope), receive, page.send)


def links(query: str) -> list[str]:
    """The header's parts; the most important first.

    The incidents are not among them: a thread of the browser's fetches and reads them, which has
    no use for what the page has fetched.

    Args:
        query: of the page's address.
    """
    found = [_module(assets.asset_url(assets.OPENING, root())), *_fixed_links(root())]
    if _PLAIN_QUERY.fullmatch(query):
        found.insert(0, _fetched(f"{root()}opening{'?' if query else ''}{query}"))
    return found


class _Page:
    """Passes an answer on; a page of HTML with its links, and with the script in its head."""

    def __init__(self, send: Send, links: list[str], script: bytes) -> None:
        self._send, self._links, self._script = send, links, script
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message  # how long it is, is known at its end
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send(self._started(self._start))
                await self._send({"type": "http.response.body", "body": self._written()})

    def _started(self, start: Message) -> Message:
        kept = [pair for pair in start["headers"] if pair[0].lower() not in _OF_ANOTHER_BODY]
        named = (b"link", ", ".join(self._links).encode("ascii"))
        length = (b"content-length", b"%d" % len(self._written()))
        return {**start, "headers": [*kept, named, length]}

    def _written(self) -> bytes:
        named = self._body.replace(_ITS_TITLE, _OUR_TITLE, 1)
        return named.replace(_END_OF_HEAD, self._script + _END_OF_HEAD, 1)


def _script(base: str) -> bytes:
    address = assets.asset_url(assets.OPENING, base)
    return f'<script type="module" async src="{address}"></script>'.encode("ascii")


def _asked_anew(scope: Scope) -> Scope:
    """As if by a browser that keeps no page and unpacks none: each answer is written anew."""
    kept = [pair for pair in scope.get("headers", []) if pair[0].lower() not in _OF_A_KEPT_PAGE]
    return {**scope, "headers": kept}


def _is_page(message: Message) -> bool:
    kind = dict(message.get("headers", [])).get(b"content-type", b"")
    return bool(message["status"] == 200 and kind.startswith(b"text/html"))


@functools.cache
def _fixed_links(base: str) -> tuple[str, ...]:
    """All that does not change while the server runs."""
    ours = [assets.asset_url(name, base) for name in MODULES]
    ours.append(f"{base}maps/{map_script(base).digest}.js")
    style = f"<{assets.asset_url(assets.PAGE_STYLE, base)}>; rel=preload; as=style"
    data = [_fetched(assets.asset_url(name, base)) for name in DATA if name in assets.ASSETS]
    theirs = [f"{_module(f'{base}static/js/{name}')}; {_LATER}" for name in widget_scripts()]
    return (*map(_module, ours), style, *data, *theirs)


def _module(address: str) -> str:
    return f"<{address}>; rel=modulepreload"


def _fetched(address: str) -> str:
    # Asked for as our scripts' `fetch` does, or the browser would fetch it twice.
    return f"<{address}>; rel=preload; as=fetch; crossorigin"


def widget_scripts(folder: Path | None = None) -> list[str]:
    """File names of Streamlit's scripts for `WIDGETS`; what they import is not looked for."""
    static = Path(streamlit.__file__).parent / "static" if folder is None else folder
    scripts = static / "static" / "js"
    return [path.name for stem in WIDGETS for path in sorted(scripts.glob(f"{stem}.*.js"))]
