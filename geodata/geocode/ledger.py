"""What online services answered, kept on disk so that nothing is asked twice.

One JSON object a line, appended and synced before the next request goes out: a run that is cut off
repeats at most the one request whose answer was not yet written.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer.

    Attributes:
        service: who answered.
        query: what was asked, as sent.
        country: ISO 3166-1 alpha-3 that the question was limited to; "" none.
        latitude: WGS 84 degrees; None for "no such place".
        longitude: likewise.
        label: the place as the service names it; None for "no such place".
        licence: of the answer.
        asked_on: ISO day.
    """

    service: str
    query: str
    country: str
    latitude: float | None
    longitude: float | None
    label: str | None
    licence: str
    asked_on: str

    @property
    def key(self) -> tuple[str, str, str]:
        """By what an answer is found again."""
        return self.service, self.query, self.country


class Ledger:
    """The file of answers, written by one process at a time; its threads share it."""

    def __init__(self, path: Path) -> None:
        """Read the answers of a file, which is made where it is not there."""
        self._path = path
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str, str], Entry] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        # A last line that was cut off by a crash must not be joined by the next one.
        self._glue = b"" if self._read() else b"\n"

    def _read(self) -> bool:
        """Take in every readable line; whether the file ends with a whole one."""
        if not self._path.exists():
            return True
        content = self._path.read_bytes()
        for line in content.splitlines():
            entry = _entry(line)
            if entry is not None:
                self._entries[entry.key] = entry
        return not content or content.endswith(b"\n")

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, service: str, query: str, country: str) -> Entry | None:
        """The answer that a service gave before; None where it was not asked."""
        return self._entries.get((service, query, country))

    def add(self, entry: Entry) -> None:
        """Write an answer; it is on disk when this returns."""
        line = json.dumps(asdict(entry), ensure_ascii=False).encode() + b"\n"
        with self._lock:
            with self._path.open("ab") as file:
                file.write(self._glue + line)
                file.flush()
                os.fsync(file.fileno())
            self._glue = b""
            self._entries[entry.key] = entry


def _entry(line: bytes) -> Entry | None:
    """A line as an answer; None for a cut or foreign one."""
    try:
        values: dict[str, Any] = json.loads(line)
        return Entry(**values)
    except (ValueError, TypeError):
        return None
