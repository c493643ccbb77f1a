"""Where a command's words go, and where its store is."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from platformdirs import user_data_path


class Terminal:
    """Results to standard output, everything else to standard error."""

    def __init__(self, *, as_json: bool = False, progress: bool = False) -> None:
        self.as_json = as_json
        self._progress = progress or sys.stderr.isatty()
        self._line_open = False
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="replace")

    def result(self, values: Any, text: str) -> None:
        """The result: JSON where it was asked for, else the text."""
        line = json.dumps(values, ensure_ascii=False, default=str) if self.as_json else text
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    def tell(self, sentence: str) -> None:
        """A sentence beside the result."""
        self._end_line()
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()

    def refuse(self, sentence: str) -> None:
        """Why nothing was done."""
        self.tell(f"conflictmap: {' '.join(sentence.split())}")

    def progress(self, what: str, share: float) -> None:
        """What is being done, and the share done."""
        if not self._progress:
            return
        text = f"{what} … {share:.0%}"
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\033[K{text}")
            self._line_open = share < 1
            if share >= 1:
                sys.stderr.write("\r\033[K")
        else:
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def abandon(self) -> None:
        """Nobody reads standard output any more: keep Python from complaining at exit."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _end_line(self) -> None:
        if self._line_open:
            sys.stderr.write("\r\033[K")
            self._line_open = False


def store_path(arguments: Namespace) -> Path:
    """The store asked for, else the one in the person's folder for application data."""
    if arguments.store is not None:
        return Path(arguments.store).expanduser().absolute()
    return user_data_path("conflictmap", appauthor=False) / "store.duckdb"
