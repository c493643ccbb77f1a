"""Every script, style and data file that the map page may load, and how it is named.

The application serves an asset at ``assets/<version>/<name>``, where `version` is a hash over the
contents, so that a browser may keep a file for ever and never keeps a stale one. A page saved to
a file has no server: there the same assets travel inside the page, modules through an import map
and data in elements of their own.

To add a script or a style, put the file into ``js/`` or ``css/`` beside this module; it is found.
Data that another module makes is one line in `_data_files`.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from dashboard.folium_map import bundle

_MEDIA_TYPES: Mapping[str, str] = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".gz": "application/gzip",
}
# Bare module names of a saved page; a relative import has nothing to be relative to inside
# a data: URL, so every import is rewritten to one of these.
_SPECIFIER_ROOT = "conflictmap/"
DATA_FILES = (
    "world.bin.gz",
    "boundaries.bin.gz",
    "water.bin.gz",
    "labels.json.gz",
    "labels_more.json.gz",
    "labels_most.json.gz",
)
"""The base map's data in `geodata/bundled`, as `tools/build_boundaries.py`,
`tools/build_water.py` and `tools/build_base_map.py` make them."""
PAGE_MODULE = "js/whole_page.js"
"""The map page's modules as one: what `js/host.js` and `js/base_map.js` export."""
READER = "js/whole_reader.js"
"""`js/reading_worker.js` with what it imports: it reads incidents in a thread of its own."""
OPENING = "js/whole_opening.js"
"""`js/opening.js` with what it imports: the map before the page around it, by `PAGE_MODULE`."""
PAGE_STYLE = "css/whole_page.css"
"""The map page's style sheets as one."""
LEAFLET = "js/leaflet.js"
"""Stays a module of its own, since folium's script and our modules must share one Leaflet."""
PAGE_STYLES = (
    "leaflet/leaflet.css",
    "css/theme.css",
    "css/page.css",
    "css/workspace.css",
    "css/list.css",
    "css/card.css",
    "css/timeline.css",
    "css/incident_layer.css",
    "css/base_map.css",
    "css/layers.css",
)
_IMPORT = re.compile(
    r"""(?P<head>\b(?:from|import)\s*\(?\s*)(?P<quote>["'])(?P<path>\.{1,2}/[^"']+)\2"""
)


@dataclass(frozen=True)
class Asset:
    """One file that a page may load.

    Attributes:
        name: the path below ``assets/<version>/``, such as ``js/base_map.js``.
        media_type: what the `Content-Type` header says. Files that end in ``.gz`` are sent as
            they are, without `Content-Encoding`: the script that asks for one unpacks it.
        read: gives the bytes.
    """

    name: str
    media_type: str
    read: Callable[[], bytes]


def _asset(name: str, file: Traversable) -> Asset:
    return Asset(name, _MEDIA_TYPES[posixpath.splitext(name)[1]], functools.cache(file.read_bytes))


def _files_under(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.is_dir():
            yield from _files_under(entry, f"{name}/{entry.name}")
        elif posixpath.splitext(entry.name)[1] in _MEDIA_TYPES:
            yield f"{name}/{entry.name}", entry


def _own_files() -> Iterator[Asset]:
    """The scripts and styles beside this module."""
    here = resources.files(__package__)
    for folder in ("js", "css"):
        for name, file in _files_under(here / folder, folder):
            yield _asset(name, file)


def _leaflet_files() -> Iterator[Asset]:
    """Leaflet as the installed package brings it, without its source maps."""
    root = resources.files("js_lib_leaflet") / "static" / "js_lib_leaflet"
    for name in ("leaflet.js", "leaflet-src.esm.js", "leaflet.css"):
        yield _asset(f"leaflet/{name}", root / name)
    for image in (root / "images").iterdir():
        yield _asset(f"leaflet/images/{image.name}", image)


def _data_files() -> Iterator[Asset]:
    """What the base map draws, from the library's bundled files."""
    bundled = resources.files("geodata") / "bundled"
    for name in DATA_FILES:
        if (bundled / name).is_file():
            yield _asset(f"data/{name}", bundled / name)


_FILES: Mapping[str, Asset] = {
    asset.name: asset
    for files in (_own_files, _leaflet_files, _data_files)
    for asset in sorted(files(), key=lambda asset: asset.name)
}


def _text(name: str) -> str:
    return _FILES[name].read().decode()


def _joined_files() -> Iterator[Asset]:
    """What the map page asks for in one piece."""
    joined = (
        (PAGE_MODULE, ("js/host.js", "js/base_map.js"), (LEAFLET,)),
        (OPENING, ("js/opening.js",), ()),
        (READER, ("js/reading_worker.js",), ()),
    )
    for name, entries, outside in joined:
        script = functools.partial(bundle.modules, entries, _text, outside)
        yield _joined(name, ".js", script)
    present = [name for name in PAGE_STYLES if name in _FILES]
    style = functools.partial(bundle.styles, present, _text, posixpath.dirname(PAGE_STYLE))
    yield _joined(PAGE_STYLE, ".css", style)


def _joined(name: str, suffix: str, text: Callable[[], str]) -> Asset:
    return Asset(name, _MEDIA_TYPES[suffix], functools.cache(lambda: text().encode()))


ASSETS: Mapping[str, Asset] = {
    **_FILES,
    **{asset.name: asset for asset in _joined_files()},
}
"""Every asset by its name. A name that is not here is not served."""


@functools.cache
def version() -> str:
    """Twelve hexadecimal digits that change when any asset's name or content does."""
    digest = hashlib.sha256()
    for name in sorted(ASSETS):
        digest.update(name.encode() + b"\0")
        digest.update(hashlib.sha256(ASSETS[name].read()).digest())
    return digest.hexdigest()[:12]


def asset_url(name: str, base_url: str = "") -> str:
    """Where the application serves an asset.

    Args:
        name: a key of `ASSETS`.
        base_url: what the application is mounted under, such as ``/`` or ``/map/``; by default
            the URL is relative to the application's root. A module's address needs a base that
            begins with ``/`` or a scheme, since browsers read a bare path as a package name.

    Raises:
        KeyError: the registry has no such asset.
    """
    if name not in ASSETS:
        raise KeyError(f"no asset {name!r}; there are {', '.join(sorted(ASSETS))}")
    prefix = base_url.rstrip("/") + "/" if base_url else ""
    return f"{prefix}assets/{version()}/{name}"


def module_specifier(name: str, base_url: str | None) -> str:
    """What `import()` takes for a module: a served address, or a saved page's bare name.

    Args:
        name: a key of `ASSETS`, such as ``js/base_map.js``.
        base_url: as for `asset_url`; None for a page that carries its modules (`import_map`).
    """
    if base_url is None:
        return _SPECIFIER_ROOT + ASSETS[name].name
    return asset_url(name, base_url or "/")


def data_url(name: str, base_url: str | None) -> str:
    """Where a script finds a data file: a served address, or `#` and an element's id in the page.

    Args:
        name: a key of `ASSETS`, such as ``data/world.bin.gz``.
        base_url: as for `asset_url`; None for a page that carries its data (`inline_data`).
    """
    if base_url is None:
        return f"#{_SPECIFIER_ROOT}{ASSETS[name].name}"
    return asset_url(name, base_url or "/")


def inline_data(name: str) -> tuple[str, str]:
    """The id of the element that carries a data file inside a page, and its text in base64."""
    content = base64.b64encode(ASSETS[name].read()).decode("ascii")
    return data_url(name, None)[1:], content


def _with_bare_imports(name: str, source: str) -> tuple[str, set[str]]:
    """A module's text with its relative imports renamed, and the names of what it imports."""
    needed: set[str] = set()

    def renamed(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), match["path"]))
        needed.add(target)
        quote = match["quote"]
        return f"{match['head']}{quote}{_SPECIFIER_ROOT}{target}{quote}"

    return _IMPORT.sub(renamed, source), needed


def import_map(modules: Iterable[str]) -> str:
    """The JSON of an import map that carries modules and all they import inside a page.

    Args:
        modules: names of the modules a page starts from. Leaflet's module is left out: a saved
            page brings Leaflet as an ordinary script, and ``js/leaflet.js`` then uses that.

    Returns:
        Text for `<script type="importmap">`; it holds no `<`, so it cannot end the element.

    Raises:
        KeyError: a module imports what the registry does not have.
    """
    imports: dict[str, str] = {}
    waiting = [name for name in modules if not name.startswith("leaflet/")]
    while waiting:
        name = waiting.pop()
        specifier = _SPECIFIER_ROOT + name
        if specifier in imports:
            continue
        source, needed = _with_bare_imports(name, ASSETS[name].read().decode())
        content = base64.b64encode(source.encode()).decode("ascii")
        imports[specifier] = f"data:text/javascript;base64,{content}"
        waiting += [other for other in sorted(needed) if not other.startswith("leaflet/")]
    return json.dumps({"imports": imports}, sort_keys=True)
