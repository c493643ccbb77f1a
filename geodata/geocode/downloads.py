"""Fetches GeoNames country files on the user's word, and goes on where a download broke off.

Nothing here is called unless the user asks for a pack by name. A part that was fetched stays on
disk beside the server's ETag: the next try asks for the rest of that same version, or starts anew.
A file counts as fetched when its length is what the server announced and every CRC in the zip is
right.
"""

from __future__ import annotations

import http.client
import ssl
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from geodata import __version__
from geodata.errors import ImpossibleValue, UnreadableFile
from geodata.gazetteer.admin import alpha2_by_alpha3
from geodata.gazetteer.packs import LARGEST_FILE

GEONAMES: Final = "https://download.geonames.org/export/dump"
STALL_SECONDS: Final = 20.0
TRIES: Final = 4
_BLOCK: Final = 1 << 16

Progress = Callable[[str, float], None]


@dataclass
class _Part:
    """What of a file is on disk already, and of which version."""

    path: Path
    tag_path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def tag(self) -> str:
        return self.tag_path.read_text(encoding="utf-8") if self.tag_path.exists() else ""

    def drop(self) -> None:
        """Forget what was fetched."""
        self.path.unlink(missing_ok=True)
        self.tag_path.unlink(missing_ok=True)


class _BrokenOff(Exception):
    """The connection ended before the file did; the next try goes on."""


def fetch_country(
    country: str,
    folder: Path,
    *,
    base: str = GEONAMES,
    progress: Progress | None = None,
    stall_seconds: float = STALL_SECONDS,
) -> Path:
    """The zip of a country's places, fetched into a folder; hand it to `packs.add_pack`.

    Args:
        country: ISO 3166-1 alpha-3.
        folder: where the file and an unfinished part of it are kept.
        base: address of the folder of country files.
        progress: told the share of bytes fetched.
        stall_seconds: how long a server may be silent.

    Raises:
        ImpossibleValue: no such country code.
        UnreadableFile: it could not be fetched whole; the sentence says why and what to do.
    """
    alpha2 = alpha2_by_alpha3().get(country)
    if alpha2 is None:
        raise ImpossibleValue(f"{country!r} is no country code; use ISO 3166-1 alpha-3, as SYR.")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{alpha2}.zip"
    part = _Part(folder / f"{alpha2}.zip.part", folder / f"{alpha2}.zip.tag")
    url = urlsplit(f"{base.rstrip('/')}/{alpha2}.zip")
    reason = ""
    for _ in range(TRIES):
        try:
            _fetch(url, part, stall_seconds, lambda share: _tell(progress, country, share))
        except UnreadableFile:
            raise
        except (_BrokenOff, OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            continue
        if _is_whole(part.path):
            part.path.replace(target)
            part.drop()
            return target
        part.drop()
        reason = "what came is no whole zip file"
    raise UnreadableFile(target, f"it could not be fetched ({reason}); try again to go on")


def _tell(progress: Progress | None, country: str, share: float) -> None:
    if progress:
        progress(f"Fetching places of {country}", share)


def _fetch(url: SplitResult, part: _Part, stall: float, told: Callable[[float], None]) -> None:
    """Fetch the rest of a file, or all of it where the server has another version.

    Raises:
        _BrokenOff: fewer bytes came than were announced.
        UnreadableFile: the server refuses, or the file is too large.
    """
    connection = _connection(url, stall)
    try:
        headers = {"User-Agent": f"conflictmap/{__version__}", "Accept-Encoding": "identity"}
        start = part.size if part.tag else 0
        if start:
            headers |= {"Range": f"bytes={start}-", "If-Range": part.tag}
        connection.request("GET", url.path, headers=headers)
        response = connection.getresponse()
        if response.status == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.drop()
            raise _BrokenOff("the server has a shorter file than before")
        if response.status not in (http.client.OK, http.client.PARTIAL_CONTENT):
            raise UnreadableFile(
                Path(url.path), f"it could not be fetched: status {response.status}"
            )
        _write(response, part, start if response.status == http.client.PARTIAL_CONTENT else 0, told)
    finally:
        connection.close()


def _connection(url: SplitResult, stall: float) -> http.client.HTTPConnection:
    if not url.hostname or url.scheme not in ("http", "https"):
        raise ImpossibleValue(f"{url.geturl()!r} is no http or https address.")
    if url.scheme == "http":
        return http.client.HTTPConnection(url.hostname, url.port, timeout=stall)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(url.hostname, url.port, timeout=stall, context=context)


def _write(
    response: http.client.HTTPResponse, part: _Part, start: int, told: Callable[[float], None]
) -> None:
    announced = response.getheader("Content-Length")
    total = start + int(announced) if announced and announced.isdigit() else None
    if total is not None and total > LARGEST_FILE:
        raise UnreadableFile(part.path, f"not fetched: it would have {total:,} bytes")
    tag = response.getheader("ETag") or response.getheader("Last-Modified") or ""
    part.tag_path.write_text(tag, encoding="utf-8")
    done = start
    with part.path.open("ab" if start else "wb") as file:
        while block := response.read1(_BLOCK):
            file.write(block)
            done += len(block)
            if done > LARGEST_FILE:
                raise UnreadableFile(
                    part.path, f"not fetched: more than {LARGEST_FILE:,} bytes came"
                )
            if total:
                told(min(1.0, done / total))
    if total is not None and done < total:
        raise _BrokenOff(f"{done:,} of {total:,} bytes came")


def _is_whole(path: Path) -> bool:
    """Whether a file is a zip with every member's CRC right."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, zlib.error):
        return False
