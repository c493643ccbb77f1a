"""A file of changes that only grows: one line of JSON each, with when, by whom and why.

What is true now is what its lines say in order. Nothing in it is ever altered or deleted, but for a
last line that a crash has cut off, which never became a change.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geodata.errors import UnreadableFile


@dataclass(frozen=True)
class Journal:
    """The journal in a file, which need not be there yet.

    Attributes:
        path: the file; its folder is made with the first line.
    """

    path: Path

    def entries(self) -> list[dict[str, Any]]:
        """Every change, the oldest first: `what`, `at` (ISO, UTC), `who`, `why` and what was given.

        Raises:
            UnreadableFile: a line is damaged; one that was cut off at the end is no change.
        """
        try:
            content = self.path.read_text("utf-8")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableFile(self.path, f"cannot be read ({error}).") from error
        *lines, _unfinished = content.split("\n")
        try:
            return [json.loads(line) for line in lines if line]
        except ValueError as error:
            raise UnreadableFile(self.path, f"has a damaged line ({error}).") from error

    def length(self) -> int:
        """Bytes of the file, which only grows; 0 where there is none or it cannot be looked at."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def append(self, what: str, who: str, why: str, **more: object) -> None:
        """Add a line in one write, so that two who add at once both stand there.

        Raises:
            UnreadableFile: it cannot be written.
        """
        entry: Mapping[str, object] = {"what": what, "at": now(), "who": who, "why": why, **more}
        line = json.dumps(entry, ensure_ascii=True) + "\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _drop_unfinished(self.path)
            with self.path.open("ab", buffering=0) as out:
                out.write(line.encode("ascii"))
                os.fsync(out.fileno())
        except OSError as error:
            raise UnreadableFile(self.path, f"cannot be written ({error.strerror}).") from error


def now() -> str:
    """This second, ISO, UTC."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _drop_unfinished(file: Path) -> None:
    """Take off a last line that a crash has cut off; it is no change, but would swallow one."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        with file.open("r+b") as out:
            out.truncate(whole)
