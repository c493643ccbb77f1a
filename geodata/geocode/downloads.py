"""Fetches GeoNames country files on the user's word, and goes on where a download broke off.

Nothing here is called unless the user asks for a pack by name. A part that was fetched stays on
disk beside the server's ETag: the next try asks for the rest of that same version, or starts anew.
A file counts as fetched when its length is what the server announced and every CRC in the zip is
right.

GeoNames' server is Apache: it takes ranges, replaces its files every night and is slow at times, so
that a transfer may break off often. Tries are only counted where they bring nothing new.
"""

from __future__ import annotations

import http.client
import ssl
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from geodata import __version__
from geodata.errors import ImpossibleValue, UnreadableFile
from geodata.gazetteer.admin import alpha2_by_alpha3
from geodata.gazetteer.packs import LARGEST_FILE
from geodata.zip_faults import ZIP_FAULTS

GEONAMES: Final = "https://download.geonames.org/export/dump"
STALL_SECONDS: Final = 20.0
TRIES: Final = 4
"""In a row that bring nothing new, before it is given up."""
PAUSE_SECONDS: Final = 2.0
"""Before the second try; longer before each further one."""
LONGEST_PAUSE_SECONDS: Final = 60.0
_PASSING: Final = frozenset((408, 425, 429, 500, 502, 503, 504))
"""Statuses that say "later"."""
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

    def __init__(self, reason: str, wait_seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds


def fetch_country(  # noqa: PLR0913 - a server's manners are a caller's to set
    country: str,
    folder: Path,
    *,
    base: str = GEONAMES,
    progress: Progress | None = None,
    stall_seconds: float = STALL_SECONDS,
    pause_seconds: float = PAUSE_SECONDS,
) -> Path:
    """The zip of a country's places, fetched into a folder; hand it to `packs.add_pack`.

    Args:
        country: ISO 3166-1 alpha-3.
        folder: where the file and an unfinished part of it are kept.
        base: address of the folder of country files.
        progress: told the share of bytes fetched.
        stall_seconds: how long a server may be silent.
        pause_seconds: how long to wait before the second try.

    Raises:
        ImpossibleValue: no such country code.
        UnreadableFile: it could not be fetched whole; the sentence says why and what to do.
    """
    alpha2 = _alpha2(country)
    url = f"{base.rstrip('/')}/{alpha2}.zip"
    told = _told(progress, f"Fetching places of {country}")
    return _fetched(url, folder / f"{alpha2}.zip", told, stall_seconds, pause_seconds)


def fetch_names(  # noqa: PLR0913 - as `fetch_country`
    country: str,
    folder: Path,
    *,
    base: str = GEONAMES,
    progress: Progress | None = None,
    stall_seconds: float = STALL_SECONDS,
    pause_seconds: float = PAUSE_SECONDS,
) -> Path:
    """The zip of a country's names with their languages; everything as for `fetch_country`."""
    alpha2 = _alpha2(country)
    url = f"{base.rstrip('/')}/alternatenames/{alpha2}.zip"
    told = _told(progress, f"Fetching names of {country}")
    return _fetched(url, folder / f"{alpha2}-names.zip", told, stall_seconds, pause_seconds)


def _alpha2(country: str) -> str:
    alpha2 = alpha2_by_alpha3().get(country)
    if alpha2 is None:
        raise ImpossibleValue(f"{country!r} is no country code; use ISO 3166-1 alpha-3, as SYR.")
    return alpha2


def _told(progress: Progress | None, what: str) -> Callable[[float], None]:
    return lambda share: progress(what, share) if progress else None


def _fetched(
    url: str, target: Path, told: Callable[[float], None], stall: float, pause: float
) -> Path:
    """A zip, fetched whole; given up after `TRIES` in a row that brought nothing new."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = _Part(target.with_name(f"{target.name}.part"), target.with_name(f"{target.name}.tag"))
    reason, failed = "", 0
    while failed < TRIES:
        before, wait = part.size, 0.0
        try:
            _fetch(urlsplit(url), part, stall, told)
        except UnreadableFile:
            raise
        except (_BrokenOff, OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            wait = error.wait_seconds if isinstance(error, _BrokenOff) else 0.0
            failed = 0 if part.size >= before + _BLOCK else failed + 1
        else:
            if _is_whole(part.path):
                part.path.replace(target)
                part.drop()
                return target
            part.drop()
            reason, failed = "what came is no whole zip file", failed + 1
        if failed < TRIES:
            time.sleep(max(wait, pause * failed))
    raise UnreadableFile(target, f"it could not be fetched ({reason}); try again to go on")


def _fetch(url: SplitResult, part: _Part, stall: float, told: Callable[[float], None]) -> None:
    """Fetch the rest of a file, or all of it where the server has another version.

    Raises:
        _BrokenOff: fewer bytes came than were announced, or the server says "later".
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
        if response.status == http.client.PARTIAL_CONTENT:
            _check_range(response, part, start)
        elif response.status != http.client.OK:
            _refused(url, response)
        _write(response, part, start if response.status == http.client.PARTIAL_CONTENT else 0, told)
    finally:
        connection.close()


def _check_range(response: http.client.HTTPResponse, part: _Part, start: int) -> None:
    """Refuse the middle of a file that is not the rest that was asked for."""
    said = response.getheader("Content-Range")
    if not start or (said is not None and not said.startswith(f"bytes {start}-")):
        part.drop()
        raise _BrokenOff("the server sent another part than it was asked for")


def _refused(url: SplitResult, response: http.client.HTTPResponse) -> None:
    """Raise what a status means: later, elsewhere, or never."""
    status = response.status
    if status in _PASSING:
        said = response.getheader("Retry-After", "")
        wait = float(said) if said.isascii() and said.isdigit() and len(said) < 8 else 0.0
        if wait <= LONGEST_PAUSE_SECONDS:
            raise _BrokenOff(f"the server answers with status {status}", wait)
        raise UnreadableFile(
            Path(url.path), f"it could not be fetched: the server asks to wait {wait:,.0f} seconds"
        )
    reasons = {
        404: "; either the address is wrong, or the server is just replacing it: try again later",
        301: "; it has another address now, which is not followed",
        302: "; it has another address now, which is not followed",
    }
    raise UnreadableFile(
        Path(url.path), f"it could not be fetched: status {status}{reasons.get(status, '')}"
    )


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
    # A weak tag does not promise the same bytes; a server must not join parts by it.
    strong = response.getheader("ETag", "")
    tag = strong if strong.startswith('"') else response.getheader("Last-Modified", "")
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
    except ZIP_FAULTS:
        return False
