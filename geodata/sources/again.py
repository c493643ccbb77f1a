"""Whether a file would be read just as it was read before, so that it need not be read again.

The same bytes under the same name, asked for in the same way, with the same accounts beside them,
are read alike by the same readers. `Asked` is all of that, and is kept with an import.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import geodata
from geodata.sources.raw_table import sha256_of
from geodata.sources.registry import accounts_files
from geodata.sources.said import Said, as_json


@dataclass(frozen=True)
class Asked:
    """What decides how a file is read.

    Attributes:
        path: the file.
        sha256: of its bytes.
        source: the reader that was asked for; None lets the file be recognised.
        said: what a person says of it.
        beside: SHA-256 of the accounts that may stand beside it, by file name.
        code: names the readers and their tables, as `code_in_use` gives it.
        state: size and time of these files before they were looked at.
    """

    path: Path
    sha256: str
    source: str | None
    said: Said
    beside: Mapping[str, str]
    code: str
    state: tuple[tuple[str, int, int], ...]

    @classmethod
    def of(cls, path: Path, source: str | None, said: Said) -> Asked:
        """What would decide how the file is read now.

        Raises:
            OSError: a file cannot be read.
        """
        state = _state(path)
        beside = {name: sha256_of(path.with_name(name)) for name, *_ in state[1:]}
        return cls(path, sha256_of(path), source, said, beside, code_in_use(), state)

    def still(self) -> bool:
        """Whether nothing has been written to the files since, or put beside the file."""
        try:
            return _state(self.path) == self.state
        except OSError:
            return False

    def kept(self, source: str, notes: Sequence[str], places: str | None) -> str:
        """How the file was read, as `said.as_json` writes it, with what `alike` needs beside.

        Args:
            source: the reader that read it.
            notes: sentences on how.
            places: names the gazetteer that located rows of it; None where no row needed one.
        """
        today = self.said.today
        again = {
            "asked": self.source,
            "today": None if today is None else today.isoformat(),
            "beside": dict(self.beside),
            "code": self.code,
            "places": places,
            "notes": list(notes),
        }
        values = json.loads(as_json(source, self.said))
        return json.dumps(values | {"again": again}, ensure_ascii=False)

    def alike(self, read_as: str | None, places: Callable[[], str]) -> bool:
        """Whether a file that was read so, every row of it of use, would be read so now.

        Args:
            read_as: what `kept` gave then, or another account of how a file was read.
            places: names the gazetteer of now; called where rows of the file needed one.
        """
        values = json.loads(read_as) if read_as else {}
        before = values.get("again")
        if before is None or not self._as_late(before["today"]):
            return False
        mine = json.loads(self.kept(values["source"], before["notes"], before["places"]))
        if mine | {"again": mine["again"] | {"today": before["today"]}} != values:
            return False
        return before["places"] is None or bool(before["places"] == places())

    def _as_late(self, before: str | None) -> bool:
        """A row that was not dated in the future then is not so on a later day."""
        today = self.said.today
        if before is None:
            return today is None
        return today is None or dt.date.fromisoformat(before) <= today


def read_as_before(read_as: str) -> tuple[str, tuple[str, ...]]:
    """The reader that read a file, and its notes, of a text that `Asked.kept` wrote."""
    values = json.loads(read_as)
    return str(values["source"]), tuple(map(str, values["again"]["notes"]))


def _state(path: Path) -> tuple[tuple[str, int, int], ...]:
    files = [path, *(file for file in accounts_files(path) if file.is_file())]
    known = ((file.name, file.stat()) for file in files)
    return tuple((name, status.st_size, status.st_mtime_ns) for name, status in known)


@cache
def code_in_use() -> str:
    """A name for the code and the tables of this installation: other ones may read otherwise."""
    home = Path(geodata.__file__).parent
    digest = hashlib.sha256(geodata.__version__.encode())
    for file in sorted(home.rglob("*")):
        if file.is_file() and file.suffix != ".pyc":
            digest.update(f"{file.relative_to(home).as_posix()}\0{sha256_of(file)}\n".encode())
    return digest.hexdigest()[:32]
