"""The record of all incidents: one file that many processes share and nobody holds open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geodata.schema import to_frame
from geodata.store import changes, imports, ledger, merges, reads, repeats, snapshot, waiting
from geodata.store.file import Connection, StoreFile
from geodata.store.imports import Batch
from geodata.store.ledger import ImportRecord, Merge, change_values
from geodata.store.positions import Positions
from geodata.store.reads import Placing
from geodata.store.snapshot import Snapshot
from geodata.store.telling import Progress
from geodata.store.waiting import SetAside


class _Shared:
    """The newest snapshot of one path within this process, and where its incidents stand."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.snapshot: Snapshot | None = None
        self.finding = threading.Lock()
        self.positions: tuple[object, Positions] | None = None


_SHARED: Final[dict[Path, _Shared]] = {}
_SHARED_LOCK: Final = threading.Lock()


class Store:
    """The record: what was imported and edited, by whom, when and why.

    Nothing is deleted: an undone import or a withdrawn data set can be brought back, and every
    change is a row of the history. Safe to use from several threads and processes at once; each
    call opens the file, does its work in one transaction and closes the file.
    """

    def __init__(self, file: StoreFile) -> None:
        self._file = file
        self.path = file.path
        with _SHARED_LOCK:
            self._shared = _SHARED.setdefault(self.path, _Shared())

    @classmethod
    def open(cls, path: Path | str, *, create: bool = True, lock_deadline_s: float = 30.0) -> Store:
        """Open the store at a path, or make one where there is none.

        Args:
            path: the file; its folder is made as needed.
            create: make a store where the file is missing or empty.
            lock_deadline_s: how long to wait for another process, in seconds, here and later.

        Raises:
            StoreUnreadable: damaged, another kind of file, a folder, or no permission.
            StoreNewer: written by a later version.
            StoreBusy: another process kept it past the deadline.
        """
        file = StoreFile(Path(path).expanduser().resolve(), lock_deadline_s)
        file.prepare(create=create)
        return cls(file)

    def require_write(self) -> None:
        """Nothing: whoever has the store itself may write; see `geodata.store.rights`."""

    def name(self) -> str:
        """The store's own name, which no other store has; a copy has the same."""
        return self._file.state()[0]

    def version(self) -> int:
        """The number of changes made so far; cheap enough to ask many times a second."""
        return self._file.state()[1]

    def snapshot(self) -> Snapshot:
        """The live incidents as they are now, shared by all who ask in this process."""
        shared = self._shared
        found = shared.snapshot
        if found is not None and (found.store, found.version) == self._file.state():
            return found
        with shared.lock, self._file.reading(much=True) as connection:
            former = shared.snapshot
            found = snapshot.load(connection) if former is None else former.follow(connection)
            shared.snapshot = found
            return found

    def add(
        self,
        batch: Batch,
        *,
        who: str = "local",
        why: str = "import",
        progress: Progress | None = None,
        answers: Sequence[str] = (),
    ) -> ImportRecord:
        """Take a batch in; every row ends as added, updated, duplicate or in attention.

        All or nothing; the same batch once more adds nothing. The rules stand in
        `geodata.store.imports`. `answers` are the keys of waiting rows that the batch brings in
        mended: they wait no more, unless they need attention once again.

        Raises:
            ImpossibleValue: the batch's rows do not add up, accounts name no incident of it, or
                a row that it answers does not wait.
            MissingColumn: a frame is not canonical.
        """
        with self._file.writing(_going_on(progress)) as (connection, version):
            waiting.refuse_unknown(connection, answers)
            record = imports.add(connection, batch, change_values(version, who, why), progress)
            mended = change_values(version + 1, who, why)
            waiting.answer(connection, record.import_id, answers, mended)
            return record

    def add_again(self, import_id: str, *, who: str, why: str) -> ImportRecord | None:
        """Record another import of the file of an earlier one, without looking at its rows.

        That every row would be read as it was read then is for the caller to know. All are
        duplicates where that import stands, had no row that needed attention, and where nothing
        of its data sets has changed since but what was set by hand.

        Returns:
            What became of it; None where the rows must be looked at, and nothing is changed.
        """
        with self._file.reading() as connection:
            if repeats.stands(connection, import_id) is None:
                return None
        with self._file.writing() as (connection, version):  # another may have written meanwhile
            return repeats.add(connection, import_id, change_values(version, who, why))

    def edit(self, incident_id: str, changed: Mapping[str, Any], *, who: str, why: str) -> None:
        """Set columns of one incident by hand; see `changes.edit`. None sets unknown.

        Raises:
            ImpossibleValue, UnknownCode, MissingColumn: nothing is changed.
        """
        with self._file.writing() as (connection, version):
            changes.edit(connection, [incident_id], changed, change_values(version, who, why))

    def place(
        self, incident_ids: Iterable[str], where: Mapping[str, Any], *, who: str, why: str
    ) -> int:
        """Set the place of incidents by hand, as one change; how many of them that changed.

        Raises:
            ImpossibleValue, UnknownCode, MissingColumn: nothing is changed.
        """
        with self._file.writing() as (connection, version):
            values = change_values(version, who, why) | {"what": "place"}
            return changes.edit(connection, incident_ids, where, values)

    def placings(self) -> list[Placing]:
        """Places set by hand and not taken back, the latest first."""
        with self._file.reading() as connection:
            return reads.placings(connection)

    def undo_edit(self, version: int, *, who: str, why: str) -> None:
        """Take back what was set by hand in a version; what was changed again since stays.

        Raises:
            ImpossibleValue: nothing was set by hand in it, or it is taken back already.
        """
        with self._file.writing() as (connection, now):
            changes.reverse_edit(connection, version, change_values(now, who, why))

    def undo(
        self, import_id: str, *, who: str, why: str, progress: Progress | None = None
    ) -> ImportRecord:
        """Take back what an import did; what was changed by hand since stays.

        Raises:
            ImpossibleValue: no such import, or undone already.
        """
        return self._reverse_import(import_id, who, why, redo=False, progress=progress)

    def redo(
        self, import_id: str, *, who: str, why: str, progress: Progress | None = None
    ) -> ImportRecord:
        """Do again what an import did and `undo` took back.

        Raises:
            ImpossibleValue: no such import, or not undone.
        """
        return self._reverse_import(import_id, who, why, redo=True, progress=progress)

    def _reverse_import(
        self, import_id: str, who: str, why: str, *, redo: bool, progress: Progress | None
    ) -> ImportRecord:
        with self._file.writing(_going_on(progress)) as (connection, version):
            if not redo:
                going = change_values(version, who, why) | {"import_id": import_id}
                version = merges.release(connection, going, version)  # noqa: PLW2901 - one on
            values = change_values(version, who, why)
            changes.reverse_import(connection, import_id, values, redo=redo, progress=progress)
            return next(r for r in ledger.imports(connection) if r.import_id == import_id)

    def remove_dataset(
        self, dataset: str, *, who: str, why: str, progress: Progress | None = None
    ) -> None:
        """Withdraw every incident of a data set; `restore_dataset` brings them back.

        Raises:
            ImpossibleValue: there is none.
        """
        with self._file.writing(_going_on(progress)) as (connection, version):
            going = change_values(version, who, why) | {"dataset": dataset}
            version = merges.release(connection, going, version)  # noqa: PLW2901 - one on
            values = change_values(version, who, why)
            changes.withdraw_dataset(connection, dataset, values, progress)

    def restore_dataset(
        self, dataset: str, *, who: str, why: str, progress: Progress | None = None
    ) -> None:
        """Bring a withdrawn data set back.

        Raises:
            ImpossibleValue: it is not withdrawn.
        """
        with self._file.writing(_going_on(progress)) as (connection, version):
            values = change_values(version, who, why)
            changes.restore_dataset(connection, dataset, values, progress)

    def incident(self, incident_id: str) -> dict[str, Any] | None:
        """One incident whole, with its accounts, source record and history.

        Returns:
            Its columns, `accounts` (dicts), `raw` (JSON text or None) and `history` (dicts, the
            latest first; `before` and `after` are dicts or None); None where there is none.
        """
        with self._file.reading() as connection:
            return reads.incident(connection, self._positions(connection), incident_id)

    def accounts(self, incident_ids: Iterable[str] | None = None) -> pd.DataFrame:
        """Accounts of live incidents as a canonical frame, by incident; all without ids."""
        with self._file.reading(much=True) as connection:
            return to_frame(reads.accounts_table(connection, incident_ids))

    def history(self, incident_id: str | None = None, limit: int = 200) -> pd.DataFrame:
        """Changes of one incident or of all, the latest first; see `reads.HISTORY_SCHEMA`."""
        with self._file.reading() as connection:
            if incident_id is None:
                return to_frame(reads.history(connection, limit=limit))
            positions = self._positions(connection)
            return to_frame(reads.history_of(connection, positions, incident_id, limit=limit))

    def _positions(self, connection: Connection) -> Positions:
        """Where incidents stand in what the connection reads; made once a version."""
        read, shared = self._file.read_now(), self._shared
        with shared.finding:
            known = shared.positions
            if known is None or known[0] != read:
                known = shared.positions = (read, Positions(connection))
            return known[1]

    def imports(self) -> list[ImportRecord]:
        """Every import, oldest first."""
        with self._file.reading() as connection:
            return ledger.imports(connection)

    def datasets(self) -> pd.DataFrame:
        """Data sets by name: dataset, incidents, sample, imported_at, withdrawn."""
        with self._file.reading() as connection:
            return reads.datasets(connection)

    def attention(self) -> pd.DataFrame:
        """Rows that wait for a person; see `waiting.waiting`."""
        with self._file.reading() as connection:
            return waiting.waiting(connection)

    def left_out(self) -> pd.DataFrame:
        """Rows that readers left out, counted; see `waiting.left_out`."""
        with self._file.reading() as connection:
            return waiting.left_out(connection)

    def left_out_rows(self) -> pd.DataFrame:
        """These rows themselves; see `waiting.left_out_rows`."""
        with self._file.reading() as connection:
            return waiting.left_out_rows(connection)

    def merge(self, kept: str, others: Iterable[str], *, who: str, why: str) -> None:
        """Make several incidents one; see `geodata.store.merges`.

        Raises:
            ImpossibleValue: fewer than two are named, or one of them is not live.
        """
        with self._file.writing() as (connection, version):
            merges.merge(connection, kept, others, change_values(version, who, why))

    def unmerge(self, version: int, *, who: str, why: str) -> None:
        """Take back the merge that made a version.

        Raises:
            ImpossibleValue: there is none, or a later one stands on it.
        """
        with self._file.writing() as (connection, now):
            merges.unmerge(connection, version, change_values(now, who, why))

    def merges(self) -> list[Merge]:
        """Merges that stand, the latest first."""
        with self._file.reading() as connection:
            return ledger.merges(connection)

    def set_apart(self, first: str, second: str, *, who: str, why: str) -> None:
        """Record that two incidents are two, so that they are not suggested again."""
        with self._file.writing() as (connection, version):
            merges.set_apart(connection, (first, second), change_values(version, who, why))

    def apart(self) -> list[tuple[str, str]]:
        """Pairs of incidents that a person has said are two."""
        with self._file.reading() as connection:
            return ledger.set_apart_pairs(connection)

    def set_aside(self, keys: Iterable[str], *, who: str, why: str) -> None:
        """Let rows wait no more, unmended; `take_up` brings them back.

        Raises:
            ImpossibleValue: no row is named, or one of them does not wait.
        """
        with self._file.writing() as (connection, version):
            waiting.set_aside(connection, keys, change_values(version, who, why))

    def take_up(self, version: int, *, who: str, why: str) -> None:
        """Let rows wait again that were set aside in a version.

        Raises:
            ImpossibleValue: none were, or they wait again already.
        """
        with self._file.writing() as (connection, now):
            waiting.take_up(connection, version, change_values(now, who, why))

    def set_asides(self) -> list[SetAside]:
        """What was set aside and not taken up again, the latest first."""
        with self._file.reading() as connection:
            return waiting.set_asides(connection)

    def learned_places(self) -> pd.DataFrame:
        """Named places with the coordinates that sources gave; see `Snapshot.learned_places`."""
        return self.snapshot().learned_places()


def _going_on(progress: Progress | None) -> Callable[[], object] | None:
    return None if progress is None else lambda: progress(1.0, "setting it down in the file")
