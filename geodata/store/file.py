"""The store's file: made, opened for one transaction, closed again, and its version.

Nobody holds the file open. `reading` and `writing` hold the lock, open DuckDB, and close it before
they let go. The version is read without opening DuckDB: the lock file carries a mark with the
version, which a writer sets to "writing" before it touches the file and to "still" after. A mark
that a crash left behind, or that does not fit the file's size and time, is never believed: the
version is then read from the file itself.
"""

from __future__ import annotations

import os
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb

from geodata.errors import StoreBusy, StoreError, StoreNewer, StoreUnreadable
from geodata.store import readers, tables
from geodata.store.lock import Lock
from geodata.store.telling import Hear, settle

Connection = readers.Connection

SETTINGS: Final = readers.SETTINGS | {"enable_external_access": "false"}
"""What every connection to a store is opened with: it reads no other file and loads nothing."""

_WRITERS_MB: Final = 600
"""Of DuckDB's own buffers; what is more goes to a folder beside the file while it is written."""
_ROWS_WITHIN: Final = 400_000
_KB_A_ROW: Final = 1.0
"""What a change of more rows than `_ROWS_WITHIN` gets for each: joins cannot put all of it off."""

_MARK_LENGTH: Final = 160


def connect(path: str = ":memory:", *, read_only: bool = False) -> Connection:
    """A connection of `SETTINGS` that prints nothing."""
    connection = duckdb.connect(path, read_only=read_only, config=SETTINGS)
    # Where Python itself runs interactively, a long query would draw a bar into the output.
    connection.execute("SET enable_progress_bar = false")
    return connection


def give_memory(connection: Connection, rows: int) -> None:
    """Let a change of so many rows use the memory that it needs, at most half of the machine's."""
    wanted = _WRITERS_MB + max(rows - _ROWS_WITHIN, 0) * _KB_A_ROW / 1000
    limit = max(min(wanted, _machine_mb() / 2), _WRITERS_MB)
    connection.execute(f"SET memory_limit = '{limit:.0f}MB'")


def _machine_mb() -> float:
    """The machine's memory in megabytes; 4 GB where it does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1_000_000
    except (AttributeError, ValueError, OSError):  # Windows does not say
        return 4096.0


@dataclass(frozen=True, slots=True)
class _Mark:
    """What the lock file says of the store's file.

    Attributes:
        still: nobody was writing when it was set.
        store: the store's name for itself; another store put in its place has another.
        version: the last version that is known to stand in the file.
        print: size, modification time and number of the file when the mark was set.
    """

    still: bool
    store: str
    version: int
    print: tuple[int, int, int]

    def text(self) -> bytes:
        words = ("still" if self.still else "writing", self.store, self.version, *self.print)
        body = " ".join(map(str, words))
        return f"{body} {zlib.crc32(body.encode())}\n".ljust(_MARK_LENGTH).encode()

    @classmethod
    def parse(cls, text: bytes) -> _Mark | None:
        body, _, check = text.decode("ascii", "replace").strip().rpartition(" ")
        words = body.split()
        if len(words) != 6 or check != str(zlib.crc32(body.encode())):
            return None
        version, size, time, number = map(int, words[2:])
        return cls(words[0] == "still", words[1], version, (size, time, number))


class StoreFile:
    """One DuckDB file with its lock; every use opens and closes it."""

    def __init__(self, path: Path, lock_deadline_s: float) -> None:
        self.path = path
        self.lock = Lock(path, lock_deadline_s)
        self._readers = readers.Readers(path)

    def prepare(self, *, create: bool) -> None:
        """Make the file where it is missing, see that it is ours, bring it to our schema.

        Raises:
            StoreUnreadable, StoreNewer, StoreBusy.
        """
        self._refuse_foreign(create=create)
        if self._has_content() and self._believable(self._seen()):
            with self.reading() as connection:
                if _schema_version(connection, self.path) == tables.SCHEMA_VERSION:
                    return
        with self.lock.held(exclusive=True) as mark:
            if not self._has_content():
                self._create()
            with self._connected(read_only=True) as connection:
                kept = _schema_version(connection, self.path)
            if kept < tables.SCHEMA_VERSION:
                self._migrate(kept)
            self._settle(mark)

    @contextmanager
    def reading(self, *, much: bool = False) -> Iterator[Connection]:
        """A read-only connection to one consistent version.

        Args:
            much: whether a large part of the file will be read: a DuckDB that is kept would keep
                tens of megabytes of it.
        """
        while True:
            with self.lock.held(exclusive=False) as mark:
                if self._believable(_read_mark(mark)):
                    opened = self._connected(read_only=True) if much else self._attached()
                    with opened as connection:
                        _schema_version(connection, self.path)
                        yield connection
                    return
            self._recover()

    @contextmanager
    def writing(self, hear: Hear | None = None) -> Iterator[tuple[Connection, int]]:
        """A connection within a transaction, and the version that it writes.

        The transaction is committed at the end and rolled back on any exception; the version
        counts only when a change was recorded (see `record_change`). `hear` is called now and
        then while the file is brought up to date at the end.
        """
        with self.lock.held(exclusive=True) as mark:
            known = _read_mark(mark)
            if not self._believable(known):
                known = self._settle(mark)
            assert known is not None  # noqa: S101 - what _believable and _settle both ensure
            _write_mark(mark, replace(known, still=False))
            try:
                with self._connected(read_only=False, hear=hear) as connection:
                    _schema_version(connection, self.path)
                    give_memory(connection, 0)
                    with _transaction(connection, hear):
                        yield connection, known.version + 1
                    known = replace(known, version=last_version(connection))
            except BaseException:
                self._settle(mark)
                raise
            _write_mark(mark, replace(known, print=self._print()))

    def state(self) -> tuple[str, int]:
        """The store's own name and the version in it, as of now; as a rule without DuckDB."""
        while True:
            seen = self._seen()
            if seen is not None and self._believable(seen):
                return seen.store, seen.version
            if self._seen() != seen:
                continue  # a writer came or went between the two looks
            if seen is not None and not seen.still and self.lock.written_now():
                return seen.store, seen.version
            self._recover()

    def read_now(self) -> object:
        """Names what is read; for who is within `reading`.

        Equal for two who read the same version of the same file. Another file in its place, as
        one from a backup, has another name, though its version have the same number.
        """
        return self._seen()  # what a reader held to be true: nobody writes meanwhile

    def _seen(self) -> _Mark | None:
        try:
            with self.lock.file.open("rb") as file:
                return _Mark.parse(file.read(_MARK_LENGTH))
        except FileNotFoundError:
            return None

    def _believable(self, mark: _Mark | None) -> bool:
        return mark is not None and mark.still and mark.print == self._print()

    def _print(self) -> tuple[int, int, int]:
        try:
            status = self.path.stat()
        except OSError as error:
            raise StoreUnreadable(
                self.path, f"the file cannot be reached ({error.strerror})."
            ) from error
        return status.st_size, status.st_mtime_ns, status.st_ino

    def _recover(self) -> None:
        with self.lock.held(exclusive=True) as mark:
            if not self._believable(_read_mark(mark)):
                self._settle(mark)

    def _settle(self, descriptor: int) -> _Mark:
        """Set the mark from the file itself; replays what a crash left in DuckDB's log."""
        left_behind = self.path.with_name(self.path.name + ".wal").exists()
        with self._connected(read_only=not left_behind) as connection:
            store, version = store_id(connection), last_version(connection)
        mark = _Mark(still=True, store=store, version=version, print=self._print())
        _write_mark(descriptor, mark)
        return mark

    @contextmanager
    def _attached(self) -> Iterator[Connection]:
        with _translated(self.path), self._readers.reading() as connection:
            yield connection

    @contextmanager
    def _connected(self, *, read_only: bool, hear: Hear | None = None) -> Iterator[Connection]:
        with _translated(self.path):
            connection = connect(str(self.path), read_only=read_only)
            try:
                yield connection
            finally:
                settle(connection.close, hear)  # a long log is worked into the file here

    def _refuse_foreign(self, *, create: bool) -> None:
        """Refuse what is not ours before a lock file is set beside it."""
        if self.path.is_dir():
            raise StoreUnreadable(self.path, "this is a folder; name a file in it.")
        if not self.path.exists():
            if not create:
                raise StoreUnreadable(self.path, "there is no such file; check the name.")
            self._make_folder()
            return
        try:
            with self.path.open("r+b") as file:
                head = file.read(12)
        except OSError as error:
            raise StoreUnreadable(
                self.path, f"it may not be read and written ({error.strerror})."
            ) from error
        if head[8:12] != b"DUCK" and not (create and not head):
            raise StoreUnreadable(
                self.path,
                "this file is not a store of Conflict Map; to read a data file, import it.",
            )

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnreadable(
                self.path, f"its folder cannot be made ({error.strerror})."
            ) from error

    def _has_content(self) -> bool:
        return self.path.exists() and self.path.stat().st_size > 0

    def _create(self) -> None:
        """Make a whole store beside its place and move it there in one step."""
        new = self.path.with_name(f"{self.path.name}.{uuid.uuid4().hex[:8]}.new")
        try:
            with (
                _translated(self.path),
                connect(str(new)) as connection,
                _transaction(connection),
            ):
                for statement in tables.CREATE:
                    connection.execute(statement)
                connection.executemany("INSERT INTO meta VALUES (?, ?)", _meta())
            new.replace(self.path)
        except OSError as error:
            if isinstance(error, StoreError):
                raise
            raise StoreUnreadable(self.path, f"it cannot be written ({error.strerror}).") from error
        finally:
            new.unlink(missing_ok=True)

    def _migrate(self, kept: int) -> None:
        with self._connected(read_only=False) as connection, _transaction(connection):
            for version in range(kept, tables.SCHEMA_VERSION):
                tables.MIGRATIONS[version](connection)
            connection.execute(
                "UPDATE meta SET content = ? WHERE name = 'schema'", [str(tables.SCHEMA_VERSION)]
            )


def last_version(connection: Connection) -> int:
    """The number of the last change; 0 in a new store."""
    found = connection.execute("SELECT coalesce(max(version), 0) FROM changes").fetchone()
    return int(found[0]) if found else 0


def store_id(connection: Connection) -> str:
    """The name that a store was given when it was made; a copy of the file keeps it."""
    found = connection.execute("SELECT content FROM meta WHERE name = 'store_id'").fetchone()
    return str(found[0]) if found else ""


def _meta() -> list[tuple[str, str]]:
    return [
        ("format", tables.FORMAT),
        ("schema", str(tables.SCHEMA_VERSION)),
        ("store_id", uuid.uuid4().hex),
    ]


def _schema_version(connection: Connection, path: Path) -> int:
    try:
        meta = dict(connection.execute("SELECT name, content FROM meta").fetchall())
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise _not_ours(path) from error
    if meta.get("format") != tables.FORMAT or not str(meta.get("schema")).isdigit():
        raise _not_ours(path)
    kept = int(meta["schema"])
    if kept > tables.SCHEMA_VERSION:
        raise StoreNewer(
            path,
            f"it was written by a later version of Conflict Map (its tables are of version {kept}, "
            f"this one knows {tables.SCHEMA_VERSION}); update Conflict Map to open it.",
        )
    return kept


def _not_ours(path: Path) -> StoreUnreadable:
    return StoreUnreadable(
        path, "this DuckDB file holds something else; name another file for the store."
    )


@contextmanager
def _transaction(connection: Connection, hear: Hear | None = None) -> Iterator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):
            connection.rollback()
        raise
    settle(connection.commit, hear)


def _read_mark(descriptor: int) -> _Mark | None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return _Mark.parse(os.read(descriptor, _MARK_LENGTH))


def _write_mark(descriptor: int, mark: _Mark) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, mark.text())  # one write of fixed length, so that no reader sees half


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """DuckDB's refusals as one sentence that says what to do."""
    try:
        yield
    except (
        duckdb.IOException,
        duckdb.FatalException,
        duckdb.InternalException,
        duckdb.SerializationException,
        duckdb.OutOfMemoryException,
    ) as error:
        raise _refusal(path, str(error)) from error


def _refusal(path: Path, said: str) -> StoreError:
    if "set lock" in said:
        return StoreBusy(path, "another program has it open; close it there and try again.")
    if "newer version" in said or "newer DuckDB" in said:
        return StoreNewer(path, "it was written with a later DuckDB; update Conflict Map.")
    if "Out of Memory" in said:
        return StoreError(path, "the change needs more memory than there is; nothing was changed.")
    if "No space left" in said:
        return StoreError(path, "the disk is full; nothing was changed.")
    return StoreUnreadable(
        path, "it is damaged; keep it as it is and go on with a copy from your backup."
    )
