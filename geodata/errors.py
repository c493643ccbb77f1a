"""Every error that Conflict Map raises on purpose, in one tree.

::

    ConflictMapError                 the root: its text is a sentence for a person
    ├── UnknownCode (ValueError)     a code that no vocabulary has
    ├── ImpossibleValue (ValueError) a value that cannot be, such as 4 to 2 killed
    ├── MissingColumn (KeyError)     a table lacks a column; lists the ones that are there
    ├── BadLink (ValueError)         a link or query that cannot be read
    ├── UnreadableFile (OSError)     a file that is not what it says, empty, cut or foreign
    ├── AttentionNeeded (ValueError) one row that cannot be used as it stands; it is kept
    ├── StoreError (OSError)         the store cannot be used
    │   ├── StoreUnreadable          damaged, or no store at all
    │   ├── StoreNewer               written by a later version
    │   └── StoreBusy                another process kept the lock past the deadline
    ├── ServiceError (OSError)       a service that is fetched from gave nothing
    │   ├── NotConfigured            a setting is missing or cannot be; nothing was asked
    │   ├── ServiceRefused           it does not accept who asks, or what is asked
    │   ├── OverQuota                it asks to wait longer than we wait
    │   └── ServiceDown              no connection, too slow, broken, or no answer of its kind
    ├── NotAllowed (PermissionError) the role of the person who asks does not include it
    └── DataMissing (RuntimeError)   data that ships with the package is not there

A caller who knows only Python's own classes catches the second parent.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class ConflictMapError(Exception):
    """The root; `str(error)` says what happened, where, and what to do."""


class UnknownCode(ConflictMapError, ValueError):
    """A code that the vocabulary does not have."""

    def __init__(self, kind: str, code: object, known: Iterable[str]) -> None:
        self.kind, self.code, self.known = kind, code, tuple(known)
        super().__init__(f"{code!r} is no {kind}; known are {', '.join(self.known)}.")


class ImpossibleValue(ConflictMapError, ValueError):
    """A value that cannot be; the text names the numbers."""


class MissingColumn(ConflictMapError, KeyError):
    """A table lacks a column that is needed."""

    def __init__(self, column: str, present: Iterable[str]) -> None:
        self.column, self.present = column, tuple(present)
        super().__init__(
            f"The table has no column {column!r}; its columns are {', '.join(self.present)}."
        )

    def __str__(self) -> str:
        return str(self.args[0])


class BadLink(ConflictMapError, ValueError):
    """A link or query of which a part cannot be read."""


class UnreadableFile(ConflictMapError, OSError):
    """A file that cannot be read at all, with its path and what to do."""

    def __init__(self, path: Path | str, reason: str) -> None:
        # What is quoted of a file, such as its column names, may hold line breaks.
        self.path, self.reason = Path(path), " ".join(reason.split())
        super().__init__(f"{self.path.name}: {self.reason}")

    def __str__(self) -> str:
        return str(self.args[0])


class AttentionNeeded(ConflictMapError, ValueError):
    """One row that cannot be used as it stands: kept, shown, repairable.

    Attributes:
        row: 1-based row of the file, the header not counted, or None.
        column: the column at fault, or None.
        repair: a suggested value or step, or None.
    """

    def __init__(
        self,
        reason: str,
        *,
        row: int | None = None,
        column: str | None = None,
        repair: str | None = None,
    ) -> None:
        self.reason, self.row, self.column, self.repair = reason, row, column, repair
        where = ", ".join(
            part
            for part in (f"row {row}" if row else "", f"column {column}" if column else "")
            if part
        )
        super().__init__(f"{where}: {reason}" if where else reason)


class StoreError(ConflictMapError, OSError):
    """The store cannot be used."""

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path, self.reason = Path(path), reason
        super().__init__(f"The store {self.path}: {reason}")

    def __str__(self) -> str:
        return str(self.args[0])


class StoreUnreadable(StoreError):
    """Damaged, or not a store of ours."""


class StoreNewer(StoreError):
    """Written by a later version of Conflict Map."""


class StoreBusy(StoreError):
    """Another process kept the lock past the deadline; try again."""


class ServiceError(ConflictMapError, OSError):
    """A service that is fetched from gave nothing; the text holds no secret and no address."""

    def __init__(self, service: str, reason: str) -> None:
        self.service, self.reason = service, reason
        super().__init__(f"{service}: {reason}")

    def __str__(self) -> str:
        return str(self.args[0])


class NotConfigured(ServiceError):
    """A setting is missing or cannot be; nothing was asked."""


class ServiceRefused(ServiceError):
    """It does not accept who asks, or what is asked."""


class OverQuota(ServiceError):
    """It asks to wait longer than we wait; what came before is kept."""


class ServiceDown(ServiceError):
    """No connection, too slow, broken, or no answer of its kind."""


class NotAllowed(ConflictMapError, PermissionError):
    """The role of the person who asks does not include it."""


class DataMissing(ConflictMapError, RuntimeError):
    """Data that ships with the package is not where it should be: install again."""
