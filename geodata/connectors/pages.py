"""Rows page by page into one file, which an interruption leaves as it was after the last page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from geodata.connectors.connector import Cursor, Task
from geodata.errors import ServiceDown

ROWS_PER_FILE: Final = 50_000
"""A fetch of more rows becomes several imports."""
MOST_PAGES: Final = 10_000
_PART: Final = "part"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer.

    Attributes:
        rows: its records.
        following: what to ask next, as a JSON value; None after the last page.
        total: how many records the service says there are, or None.
        full: it has as many records as a page can have.
    """

    rows: list[dict[str, Any]]
    following: Any
    total: int | None = None
    full: bool = True


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rows in a file.

    Attributes:
        file: JSON lines; a row a line.
        rows: how many.
        resume: the part of the cursor with which gathering goes on; None after the last page.
    """

    file: Path
    rows: int
    resume: Cursor | None


def gathered(
    task: Task, service: str, asked: str, first: Any, page: Callable[[Any], Page]
) -> Iterator[Gathered]:
    """Files of at most about `ROWS_PER_FILE` rows; nothing where there is no row.

    Args:
        task: the fetch; its cursor has, under "part", where an interrupted one stopped.
        service: for the error.
        asked: what tells this question from another one, so that parts are not mixed.
        first: what to ask first.
        page: asks; raises what the client raises.

    Raises:
        ServiceDown: the same full page comes twice in a row.
    """
    part = _Part(task, asked, first)
    for _ in range(MOST_PAGES):
        found = page(part.following)
        part.add(found, service)
        _tell(task, service, part.rows_in_all, found.total)
        if part.following is None or part.rows >= ROWS_PER_FILE:
            if part.rows:
                yield Gathered(part.file, part.rows, part.emptied())
            if part.following is None:
                part.drop()
                return
            part.begin()
        task.keep(task.cursor | {_PART: part.kept()})
    raise ServiceDown(service, f"it has more than {MOST_PAGES:,} pages; ask for fewer days.")


def without_part(cursor: Cursor) -> Cursor:
    """A cursor of which no part is on the way."""
    return {name: value for name, value in cursor.items() if name != _PART}


def _tell(task: Task, service: str, rows: int, total: int | None) -> None:
    of = f" of {total:,}" if total else ""
    task.tell(f"{rows:,}{of} rows from {service}", min(1.0, rows / total) if total else 0.0)


class _Part:
    """The file on the way, and where its next page is."""

    def __init__(self, task: Task, asked: str, first: Any) -> None:
        self.asked = hashlib.sha256(asked.encode()).hexdigest()[:16]
        self.file = task.folder / f"{self.asked}.jsonl"
        self.following = first
        self.rows = self.rows_in_all = self._bytes = 0
        self._last = ""
        left = task.cursor.get(_PART)
        if isinstance(left, dict) and left.get("asked") == self.asked:
            self._take_up(left)
        task.folder.mkdir(parents=True, exist_ok=True)
        with self.file.open("ab") as file:
            file.truncate(self._bytes)

    def _take_up(self, left: Cursor) -> None:
        size = self.file.stat().st_size if self.file.exists() else 0
        if size >= left["bytes"]:
            self.following, self._last = left["following"], left["last"]
            self.rows, self._bytes = left["rows"], left["bytes"]
            self.rows_in_all = left["all"]

    def add(self, page: Page, service: str) -> None:
        """The rows of a page; a page that came before is the end, or a fault where it was full."""
        lines = "".join(
            json.dumps(row, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace").decode()
            + "\n"
            for row in page.rows
        ).encode()
        digest = hashlib.sha256(lines).hexdigest()
        if page.rows and digest == self._last:
            if not page.full:  # a server that knows no pages
                self.following = None
                return
            raise ServiceDown(
                service, "it gives the same page twice. Nothing of it was added; try again later."
            )
        with self.file.open("ab") as file:
            file.write(lines)
        self._last = digest
        self._bytes += len(lines)
        self.rows += len(page.rows)
        self.rows_in_all += len(page.rows)
        self.following = page.following

    def kept(self) -> Cursor:
        """Where to go on, as it is kept between pages."""
        return {
            "asked": self.asked, "following": self.following, "rows": self.rows,
            "bytes": self._bytes, "last": self._last, "all": self.rows_in_all,
        }  # fmt: skip

    def emptied(self) -> Cursor | None:
        """Likewise, once the file is taken in; None where nothing follows."""
        return None if self.following is None else self.kept() | {"rows": 0, "bytes": 0}

    def begin(self) -> None:
        """An empty file in place of the one that was taken in."""
        self.rows = self._bytes = 0
        self.file.write_bytes(b"")

    def drop(self) -> None:
        self.file.unlink(missing_ok=True)
