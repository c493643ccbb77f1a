"""The base maps a person has switched on beside the drawn one: files of tiles, and online tiles.

A file is served by the application itself. Online tiles are asked for by the browser: only where
the person who started the server named them, and only once the person at the page, told who will
see what, has said yes.
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import xyzservices.providers
from xyzservices.lib import TileProvider

from dashboard.base_map_folder import BaseMapFolder
from geodata.errors import ImpossibleValue, UnreadableFile
from geodata.tiles import About, TileArchive, open_tiles, plain_text

_FIELD: Final = re.compile(r"\{([^{}]*)\}")
_PLACES: Final = frozenset({"x", "y", "z"})
# What matches goes into a header: a scheme, a host and a port, and nothing else.
_ORIGIN: Final = re.compile(
    r"https?://([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(:(?P<port>[0-9]{1,5}))?",
    re.IGNORECASE | re.ASCII,
)
_ADDRESS: Final = re.compile(r"[a-z]+://[!-~]+/[!-~]*", re.ASCII)
_LAST_ZOOM: Final = 22
_WHOLE_PLANET: Final = (-180.0, -85.06, 180.0, 85.06)


@dataclass(frozen=True)
class TileFile:
    """A file of tiles that the application serves.

    Attributes:
        key: names it in addresses; changes with the file.
        archive: the open file.
    """

    key: str
    archive: TileArchive

    @property
    def about(self) -> About:
        """What it says of itself."""
        return self.archive.about


@dataclass(frozen=True)
class OnlineTiles:
    """Tiles that a stranger serves.

    Attributes:
        name: what the person called them.
        url: template with ``{z}``, ``{x}``, ``{y}`` and, where there are several hosts, ``{s}``.
        subdomains: what stands for ``{s}``.
        attribution: whom to credit, plain text; None where nobody is known.
        first_zoom: the least zoom that has tiles.
        last_zoom: the greatest.
        bounds: west, south, east, north, WGS 84 degrees.
    """

    name: str
    url: str
    subdomains: tuple[str, ...] = ()
    attribution: str | None = None
    first_zoom: int = 0
    last_zoom: int = 19
    bounds: tuple[float, float, float, float] = _WHOLE_PLANET

    @property
    def origins(self) -> tuple[str, ...]:
        """The exact origins that are asked, such as ``https://tile.example``."""
        scheme, _, netloc, _ = self.url.split("/", 3)
        netlocs = [netloc.replace("{s}", letter) for letter in self.subdomains]
        return tuple(f"{scheme}//{one}" for one in netlocs or [netloc])

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts alone, for people."""
        return tuple(origin.partition("//")[2] for origin in self.origins)


@dataclass
class BaseMaps:
    """What can be chosen under the incidents beside the drawn map."""

    files: dict[str, TileFile] = field(default_factory=dict)
    online: tuple[OnlineTiles, ...] = ()

    @classmethod
    def opened(cls, files: Iterable[Path], tiles: Iterable[str]) -> BaseMaps:
        """Open the files and read the names or addresses of online tiles.

        Raises:
            UnreadableFile: a file has no tiles that can be shown.
            ImpossibleValue: a name is not known, or an address is none.
        """
        opened = [_tile_file(path.expanduser().absolute()) for path in files]
        return cls({file.key: file for file in opened}, tuple(online_tiles(one) for one in tiles))

    def add(self, path: Path) -> TileFile:
        """Open one more file and offer it from now on.

        Raises:
            UnreadableFile: it has no tiles that can be shown.
        """
        file = _tile_file(path.absolute())
        self.files[file.key] = file
        return file

    def add_those_of(self, folder: BaseMapFolder) -> list[str]:
        """Offer what was added at the page before; a sentence for each that cannot be opened."""
        wrong = []
        for path in folder.files():
            try:
                self.add(path)
            except UnreadableFile as error:
                wrong.append(f"A base map is left out: {error}")
        return wrong

    def remove(self, key: str) -> Path:
        """Offer a file no longer; it is closed.

        Returns:
            Where it is.

        Raises:
            ImpossibleValue: there is none of that key, or no longer.
        """
        file = self.files.pop(key, None)
        if file is None:
            raise ImpossibleValue("That base map has been taken away already.")
        file.archive.close()
        return file.archive.path

    def origins(self) -> tuple[str, ...]:
        """Every origin that the page may ask for pictures."""
        return tuple(dict.fromkeys(origin for one in self.online for origin in one.origins))

    def choices(self) -> list[dict[str, Any]]:
        """What the page offers, as JSON; addresses of files are relative to the application."""
        offered = [
            _choice(
                file.about, url=f"tiles/{key}/{{z}}/{{x}}/{{y}}", photographs=file.about.photographs
            )
            for key, file in self.files.items()
        ]
        return offered + [
            _choice(one, url=one.url, subdomains=one.subdomains, hosts=one.hosts)
            for one in self.online
        ]

    def close(self) -> None:
        """Let go of the files."""
        for file in self.files.values():
            file.archive.close()


def _choice(about: About | OnlineTiles, **more: Any) -> dict[str, Any]:
    return {
        "name": about.name,
        "attribution": about.attribution,
        "first_zoom": about.first_zoom,
        "last_zoom": about.last_zoom,
        "bounds": about.bounds,
        "hosts": (),
        "subdomains": (),
        "photographs": False,
    } | more


def _tile_file(path: Path) -> TileFile:
    archive = open_tiles(path)
    status = path.stat()
    named = f"{path}\0{status.st_size}\0{status.st_mtime_ns}"
    return TileFile(hashlib.blake2b(named.encode(), digest_size=6).hexdigest(), archive)


# --- online tiles --------------------------------------------------------------------------------


def online_tiles(text: str) -> OnlineTiles:
    """Online tiles by a name that xyzservices knows (``OpenStreetMap.Mapnik``) or an address.

    An address has ``{z}``, ``{x}`` and ``{y}``, and nothing else in braces.

    Raises:
        ImpossibleValue: it is neither; says what would be.
    """
    if "://" in text:
        tiles = _checked(OnlineTiles(text, text))
        return replace(tiles, name=tiles.hosts[0])
    try:
        provider = xyzservices.providers.query_name(text)
    except ValueError:
        raise ImpossibleValue(
            f"{text!r} names no tiles; give a name that xyzservices has, such as "
            f"OpenStreetMap.Mapnik, or an address such as https://tiles.example/{{z}}/{{x}}/{{y}}.png."
        ) from None
    if provider.requires_token():
        raise ImpossibleValue(
            f"{provider.name} asks for a key; give its whole address, with the key, instead."
        )
    return _of_provider(provider)


def _of_provider(provider: TileProvider) -> OnlineTiles:
    given = provider.get("subdomains", "abc")
    subdomains = tuple(given) if "{s}" in provider.url else ()
    filled = {name: quote(str(provider.get(name, "")), safe="/:") for name in _fields(provider.url)}
    keep = {name: f"{{{name}}}" for name in (*_PLACES, "s")} | {"r": ""}
    url = _FIELD.sub(lambda match: (filled | keep)[match[1]], provider.url)
    attribution = plain_text(provider.get("attribution"), 300)
    return _checked(
        OnlineTiles(
            name=provider.name,
            url=url,
            subdomains=subdomains,
            attribution=None if attribution is None else attribution.replace("(C)", "©"),
            first_zoom=int(provider.get("min_zoom", 0)),
            last_zoom=min(_LAST_ZOOM, int(provider.get("max_zoom", 18))),
            bounds=_provider_bounds(provider),
        )
    )


def _provider_bounds(provider: TileProvider) -> tuple[float, float, float, float]:
    corners = provider.get("bounds")
    try:
        (south, west), (north, east) = corners
        return float(west), float(south), float(east), float(north)
    except (TypeError, ValueError):
        return _WHOLE_PLANET


def _fields(url: str) -> Sequence[str]:
    return [name for _, name, _, _ in string.Formatter().parse(url) if name]


def _checked(tiles: OnlineTiles) -> OnlineTiles:
    """The tiles, if their address is one that the page may be allowed to ask."""
    named = set(_FIELD.findall(tiles.url))
    allowed = _PLACES | ({"s"} if tiles.subdomains else set())
    if not _PLACES.issubset(named) or not named.issubset(allowed):
        raise ImpossibleValue(
            f"{tiles.url!r} is no address of tiles; it needs {{z}}, {{x}} and {{y}}, and nothing "
            "else in braces."
        )
    if not _ADDRESS.fullmatch(tiles.url) or not all(map(_is_origin, tiles.origins)):
        raise ImpossibleValue(
            f"{tiles.url!r} is no address that tiles can come from; it is written like "
            "https://tiles.example/{z}/{x}/{y}.png, without spaces or a password."
        )
    return tiles


def _is_origin(text: str) -> bool:
    found = _ORIGIN.fullmatch(text)
    return found is not None and int(found["port"] or 443) <= 65_535
