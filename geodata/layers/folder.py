"""Layers on disk: a folder `<store>.layers` beside the store.

Each layer's shapes are one file, named by its content and never altered. What was added, removed
and brought back, when, by whom and why, are lines of `history.jsonl`, which only grows: what is
there now is what they say. Nothing is deleted.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from geodata.errors import ImpossibleValue, UnreadableFile
from geodata.journal import Journal, now
from geodata.layers.model import ReadLayer, words

_HISTORY: Final = "history.jsonl"
_MOST_NAME: Final = 80
FRAMES: Final = ("neutral", "unknown", "as-coded")
"""Whose eyes symbols of forces are drawn with: nobody's (neutral, or unknown), or the file's."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that was added.

    Attributes:
        id: names its content; sixteen hexadecimal digits.
        name: what people call it. Layers of one name are shown as one.
        file: name of the file it came from.
        sha256: of that file.
        features: shapes in it.
        left_out: rows of the file that could not be read.
        valid_from: ISO day before which none of it holds; None where its shapes alone say it.
        valid_to: day after which none of it holds. Where it has none, and a later layer has the
            same name, the day before that one begins.
        source: who made it, as the person who added it said.
        frames: one of `FRAMES`.
        added: ISO time, UTC.
        removed: whether it was taken away since.
    """

    id: str
    name: str
    file: str
    sha256: str
    features: int
    left_out: int
    valid_from: str | None
    valid_to: str | None
    source: str | None
    frames: str
    added: str
    removed: bool = False


@dataclass(frozen=True)
class LayerFolder:
    """The layers of one store."""

    path: Path

    @classmethod
    def beside(cls, store: Path) -> LayerFolder:
        """The folder of a store's file; it is made when the first layer is added."""
        return cls(store.with_name(f"{store.name}.layers"))

    def add(  # noqa: PLR0913 — what is said of one layer, all by name
        self,
        read: ReadLayer,
        *,
        name: str,
        who: str,
        why: str,
        valid_from: dt.date | None = None,
        valid_to: dt.date | None = None,
        source: str | None = None,
        frames: str = "neutral",
    ) -> tuple[Layer, bool]:
        """Keep a layer.

        Returns:
            The layer, and whether it is new; the same content under the same name is not.

        Raises:
            ImpossibleValue: it has no name, or nothing that can be drawn, or ends before it begins.
            UnreadableFile: the folder cannot be read or written.
        """
        called = words(name)
        if called is None or len(called) > _MOST_NAME:
            raise ImpossibleValue(f"A layer's name has 1 to {_MOST_NAME} characters.")
        if frames not in FRAMES:
            raise ImpossibleValue(f"{frames!r} is none of {', '.join(FRAMES)}.")
        if valid_from is not None and valid_to is not None and valid_to < valid_from:
            raise ImpossibleValue(f"The layer ends on {valid_to} before it begins on {valid_from}.")
        if not read.features:
            raise ImpossibleValue(f"{read.file} has nothing that can be drawn.")
        body = _body(read)
        said = [called, valid_from, valid_to, source, frames]
        named = hashlib.sha256(json.dumps(said, default=str).encode() + b"\0" + body)
        layer = Layer(
            id=named.hexdigest()[:16],
            name=called,
            file=read.file,
            sha256=read.sha256,
            features=len(read.features),
            left_out=len(read.left_out),
            valid_from=None if valid_from is None else valid_from.isoformat(),
            valid_to=None if valid_to is None else valid_to.isoformat(),
            source=words(source),
            frames=frames,
            added=now(),
        )
        present = {one.id: one for one in self.all()}.get(layer.id)
        if present is not None and not present.removed:
            return present, False
        self._write(layer.id, body)
        self._journal.append("add", who, why, layer=asdict(layer))
        return layer, True

    def remove(self, wanted: str, *, who: str, why: str) -> list[Layer]:
        """Take away a layer by its id, or all of a name; they stay in the history.

        Raises:
            ImpossibleValue: there is none.
        """
        return self._mark(wanted, "remove", who, why, removed=False)

    def restore(self, wanted: str, *, who: str, why: str) -> list[Layer]:
        """Bring back what was removed.

        Raises:
            ImpossibleValue: there is none.
        """
        return self._mark(wanted, "restore", who, why, removed=True)

    def _mark(self, wanted: str, what: str, who: str, why: str, *, removed: bool) -> list[Layer]:
        known = self.all()
        found = [
            layer
            for layer in known
            if layer.removed is removed and wanted in {layer.id, layer.name}
        ]
        if not found:
            names = ", ".join(dict.fromkeys(one.name for one in known if one.removed is removed))
            raise ImpossibleValue(f"There is no layer {wanted!r}; there are: {names or 'none'}.")
        for layer in found:
            self._journal.append(what, who, why, id=layer.id)
        return found

    def all(self) -> list[Layer]:
        """Every layer that was ever added, in order, as the history leaves it.

        Raises:
            UnreadableFile: the history is damaged or of a later version.
        """
        found: dict[str, Layer] = {}
        for entry in self.history():
            try:
                if entry["what"] == "add":
                    layer = Layer(**entry["layer"])
                    found.pop(layer.id, None)
                    found[layer.id] = layer
                else:
                    removed = {"remove": True, "restore": False}[entry["what"]]
                    found[entry["id"]] = replace(found[entry["id"]], removed=removed)
            except (KeyError, TypeError) as error:
                raise UnreadableFile(
                    self.path / _HISTORY, f"has a line that this version cannot read ({error})."
                ) from error
        return list(found.values())

    def current(self) -> list[Layer]:
        """What is shown: not removed, and each ended where its successor begins."""
        return _succeeding([layer for layer in self.all() if not layer.removed])

    def history(self) -> list[dict[str, Any]]:
        """Every change, the oldest first: `what`, `at`, `who`, `why` and the layer.

        Raises:
            UnreadableFile: a line is damaged; one that was cut off at the end is no change.
        """
        return self._journal.entries()

    def edition(self) -> int:
        """A number that changes with every layer added, removed or brought back; 0 before any."""
        return self._journal.length()

    @property
    def _journal(self) -> Journal:
        return Journal(self.path / _HISTORY)

    def body(self, identifier: str) -> bytes | None:
        """The shapes of a layer that is shown, as gzip of JSON; None where there is none.

        Raises:
            UnreadableFile: the file is gone or cannot be read.
        """
        if identifier not in {layer.id for layer in self.all() if not layer.removed}:
            return None
        try:
            return self._file(identifier).read_bytes()
        except OSError as error:
            raise UnreadableFile(
                self._file(identifier), f"cannot be read ({error.strerror})."
            ) from error

    def _file(self, identifier: str) -> Path:
        return self.path / f"{identifier}.json.gz"

    def _write(self, identifier: str, body: bytes) -> None:
        place = self._file(identifier)
        new = place.with_name(f"{place.name}.{uuid.uuid4().hex[:8]}.new")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            new.replace(place)
        except OSError as error:
            raise UnreadableFile(place, f"cannot be written ({error.strerror}).") from error
        finally:
            new.unlink(missing_ok=True)


def _body(read: ReadLayer) -> bytes:
    features = [one.to_json() for one in read.features]
    text = json.dumps({"features": features}, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 6, mtime=0)


def _succeeding(layers: Iterable[Layer]) -> list[Layer]:
    """Each layer without an end ended the day before the next of its name begins."""
    shown = list(layers)
    ended = []
    for layer in shown:
        begins = layer.valid_from
        later = [
            other.valid_from
            for other in shown
            if other.name == layer.name and other.valid_from is not None
            and begins is not None and other.valid_from > begins
        ]  # fmt: skip
        if later and layer.valid_to is None:
            before = dt.date.fromisoformat(min(later)) - dt.timedelta(days=1)
            ended.append(replace(layer, valid_to=before.isoformat()))
        else:
            ended.append(layer)
    return ended
