"""Tells a browser, with the page itself, which files the map will need.

A page's own scripts ask for the map's files one after the other: first Streamlit starts, then it
runs our page, then it loads its widgets, and only then our module asks for styles, base map and
incidents. The answer's `Link` header names them all, so that they come while the browser waits
for our page to run; with low priority, so that Streamlit's own scripts go first.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.folium_map import assets
from dashboard.map_script import map_script
from dashboard.served import root, whole
from geodata.errors import ConflictMapError

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


class Preload:
    """ASGI middleware that adds the `Link` header to the map's page.

    Args:
        app: who answers.
        incidents: whether to name the incidents, too: only where everybody sees the same ones.
    """

    def __init__(self, app: ASGIApp, *, incidents: bool) -> None:
        self.app = app
        self.incidents = incidents

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the map's page gets its header."""
        if scope["type"] != "http" or scope["path"] not in {root(), f"{root()}map"}:
            await self.app(scope, receive, send)
            return
        links = await run_in_threadpool(self.links)

        async def send_with_links(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                named = (b"link", ", ".join(links).encode("ascii"))
                message = {**message, "headers": [*message.get("headers", []), named]}
            await send(message)

        await self.app(scope, receive, send_with_links)

    def links(self) -> list[str]:
        """The header's parts; the most important first."""
        found = list(_fixed_links(root()))
        if self.incidents:
            try:
                address = f"{root()}data/{whole().edition().token}/incidents.pack"
            except ConflictMapError:
                return found  # the page itself will say what is wrong with the store
            found.insert(0, _fetched(address))
        return found


def _is_page(message: Message) -> bool:
    kind = dict(message.get("headers", [])).get(b"content-type", b"")
    return bool(message["status"] == 200 and kind.startswith(b"text/html"))


@functools.cache
def _fixed_links(base: str) -> tuple[str, ...]:
    """All that does not change while the server runs."""
    ours = [assets.asset_url(name, base) for name in MODULES]
    ours.append(f"{base}maps/{map_script(base).digest}.js")
    style = f"<{assets.asset_url(assets.PAGE_STYLE, base)}>; rel=preload; as=style; {_LATER}"
    data = [_fetched(assets.asset_url(name, base)) for name in DATA if name in assets.ASSETS]
    theirs = [f"{base}static/js/{name}" for name in widget_scripts()]
    return (*map(_module, ours), style, *map(_module, theirs), *data)


def _module(address: str) -> str:
    return f"<{address}>; rel=modulepreload; {_LATER}"


def _fetched(address: str) -> str:
    # Asked for as our scripts' `fetch` does, or the browser would fetch it twice.
    return f"<{address}>; rel=preload; as=fetch; crossorigin; {_LATER}"


def widget_scripts(folder: Path | None = None) -> list[str]:
    """File names of Streamlit's scripts for `WIDGETS`; what they import is not looked for."""
    static = Path(streamlit.__file__).parent / "static" if folder is None else folder
    scripts = static / "static" / "js"
    return [path.name for stem in WIDGETS for path in sorted(scripts.glob(f"{stem}.*.js"))]
