"""GDELT 2.0: the event files of every fifteen minutes, each checked against its MD5.

Verified in public clients: `lastupdate.txt` and `masterfilelist.txt` under `/gdeltv2`, lines of
size, MD5 and address; names such as `20150218230000.export.CSV.zip`, UTC; one tab-separated file
in each zip. Of a line only the file's name is used: it is fetched from the base that is set, so a
list cannot lead elsewhere. The list of all files is well over 100 MB, so its end is asked for by
range first; not verified on the live service is whether it always answers ranges: where it does
not, the list comes whole.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import http
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from geodata.connectors.client import Client
from geodata.connectors.connector import Connector, Parcel, Setting, Task
from geodata.errors import ServiceDown
from geodata.sources import gdelt
from geodata.zip_faults import ZIP_FAULTS

BASE: Final = "https://data.gdeltproject.org/gdeltv2"
TITLE: Final = "GDELT"
SECONDS_BETWEEN: Final = 0.2
MOST_FILES: Final = 3_000
"""Of one fetch; a month has as many."""
LARGEST_LIST: Final = 1_000_000_000
LARGEST_FILE: Final = 50_000_000
LARGEST_UNPACKED: Final = 200_000_000
_BYTES_PER_QUARTER: Final = 450
"""Of the list, for its three files; somewhat more than they take."""
_ADDRESS: Final = "CONFLICTMAP_GDELT_ADDRESS"
_ON: Final = "CONFLICTMAP_GDELT"
_LINE: Final = re.compile(rb"^\s*(\d{1,12}) ([0-9a-f]{32}) \S*?/(\d{14})\.export\.CSV\.zip\s*$")


@dataclass(frozen=True, slots=True)
class _File:
    at: str
    md5: str
    size: int

    @property
    def name(self) -> str:
        return f"{self.at}.export.CSV.zip"


def fetch(task: Task) -> Iterator[Parcel]:
    """The files of the days asked for, later than the last that was fetched; a day an import."""
    client = Client(
        TITLE, CONNECTOR.value(task.settings, _ADDRESS), task, between=SECONDS_BETWEEN
    )  # fmt: skip
    after = str(task.cursor.get("after", ""))
    files = _listed(client, task, after)
    if task.dry:
        size = sum(file.size for file in files)
        yield Parcel(notes=(f"{len(files):,} files ({size:,} bytes) would be fetched.",))
        return
    later = len(files) - MOST_FILES
    if later > 0:
        files = files[:MOST_FILES]
        yield Parcel(notes=(f"{later:,} later files are left for the next fetch.",))
    done = 0
    for day, of_day in groupby(files, key=lambda file: file.at[:8]):
        own = list(of_day)
        target = task.folder / f"gdelt-{day}.csv"
        task.folder.mkdir(parents=True, exist_ok=True)
        gone: list[str] = []
        with target.open("wb") as rows:
            for file in own:
                task.tell(f"{done:,} of {len(files):,} files from GDELT", done / len(files))
                content = _content(client, file)
                gone += [] if content is not None else [file.at]
                rows.write(content or b"")
                done += 1
        notes = (f"GDELT lists {len(gone)} files that are not there.",) if gone else ()
        cursor = task.cursor | {"after": own[-1].at}
        full = target.stat().st_size > 0
        span = f"{own[0].at[8:12]}-{own[-1].at[8:12]}"
        name = f"gdelt-{day}-{span}.csv"
        yield Parcel(cursor, target if full else None, name, gdelt.NAME, notes=notes)
        target.unlink(missing_ok=True)


def _listed(client: Client, task: Task, after: str) -> list[_File]:
    """Files in the days asked for and later than `after`, oldest first."""
    since = f"{task.since:%Y%m%d}000000" if task.since else ""
    until = f"{task.until or task.today:%Y%m%d}235959"
    latest = _parsed(_body(client, "/lastupdate.txt", None))
    if latest and latest[-1].at <= max(after, ""):
        return []
    first = max(after, since)
    start = dt.datetime.strptime(first, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    quarters = max(0, int((dt.datetime.now(dt.UTC) - start).total_seconds() // 900)) + 8
    listed = _parsed(_body(client, "/masterfilelist.txt", quarters * _BYTES_PER_QUARTER))
    if not listed or listed[0].at > first:
        listed = _parsed(_body(client, "/masterfilelist.txt", None))
    every = {file.at: file for file in (*listed, *latest)}
    return [every[at] for at in sorted(every) if at > after and since <= at <= until]


def _body(client: Client, path: str, tail: int | None) -> list[bytes]:
    """The lines of a list that name event files; of its end where a number of bytes is given."""
    found: list[bytes] = []
    rest = bytearray()

    def begin() -> Callable[[bytes], None]:
        found.clear()
        rest.clear()
        return take

    def take(block: bytes) -> None:
        rest.extend(block)
        *lines, last = bytes(rest).split(b"\n")
        found.extend(line for line in lines if b".export." in line)
        rest[:] = last[-1_000:]

    headers = {} if tail is None else {"Range": f"bytes=-{tail}"}
    answer = client.send(path, headers=headers, taking=(begin, LARGEST_LIST))
    if answer.status == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return []
    client.accept(answer)
    return [*found, bytes(rest)]


def _parsed(lines: Sequence[bytes]) -> list[_File]:
    matches = (_LINE.match(line) for line in lines)
    files = [_File(m[3].decode(), m[2].decode(), int(m[1])) for m in matches if m]
    return sorted((file for file in files if _is_time(file.at)), key=lambda file: file.at)


def _is_time(at: str) -> bool:
    """Whether fourteen digits are a moment: a cursor that is none could not be gone on from."""
    try:
        dt.datetime.strptime(at, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    except ValueError:
        return False
    return True


def _content(client: Client, file: _File) -> bytes | None:
    """The rows in a file; None where the list names a file that is not there.

    Raises:
        ServiceDown: its MD5 is another twice, or it is no zip of one file.
    """
    for _ in range(2):
        answer = client.send(f"/{file.name}")
        if answer.status == http.HTTPStatus.NOT_FOUND:
            return None
        client.accept(answer)
        digest = hashlib.md5(answer.body, usedforsecurity=False).hexdigest()
        if digest == file.md5 and len(answer.body) <= LARGEST_FILE:
            return _unpacked(answer.body, file)
    raise ServiceDown(
        TITLE, f"the file {file.name} is not the one that its list names (MD5). Fetch again later."
    )


def _unpacked(body: bytes, file: _File) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            (name,) = packed.namelist()
            with packed.open(name) as rows:
                content = rows.read(LARGEST_UNPACKED + 1)
    except ZIP_FAULTS as error:
        raise ServiceDown(TITLE, f"the file {file.name} is no zip of one file.") from error
    if len(content) > LARGEST_UNPACKED:
        raise ServiceDown(TITLE, f"the file {file.name} unpacks to more than it should.")
    return content if not content or content.endswith(b"\n") else content + b"\n"


CONNECTOR: Final = Connector(
    name="gdelt",
    title=TITLE,
    description="Events that GDELT's machine reads in the news, a file every fifteen minutes.",
    licence=gdelt.LICENCE,
    citation=gdelt.CITATION,
    settings=(
        Setting(_ON, "set to on: GDELT needs no account", needed=True, switch=True),
        Setting(_ADDRESS, "another address of the files", default=BASE),
    ),
    fetch=fetch,
)
