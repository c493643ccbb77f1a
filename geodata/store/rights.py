"""What one person may do with a store: a store that refuses the rest, whatever a page asks of it.

`RestrictedStore` is handed to pages and routes in place of the store itself. It refuses at the one
place that every write and every look into the file passes, so that a method added later is refused
as well until it is allowed here.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata.errors import NotAllowed
from geodata.filters import IncidentFilter, to_query
from geodata.schema import ACCOUNTS, conform
from geodata.store.file import Connection, StoreFile
from geodata.store.ledger import ACTING
from geodata.store.record import Store
from geodata.store.snapshot import Snapshot
from geodata.store.telling import Hear

_KEPT_NARROWED: Final = 8
"""How many narrowed snapshots stay in memory; each holds its own rows."""
_EVERY: Final = IncidentFilter()


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do.

    Attributes:
        who: their name in the history, in place of whatever a page says; None leaves that.
        write: may change the record.
        team: sees drafts, withheld and sensitive incidents, the history, the records as they were
            read, the imports. Others see published incidents that are not marked sensitive.
        within: others see these only.
    """

    who: str | None = None
    write: bool = False
    team: bool = False
    within: IncidentFilter = _EVERY

    @property
    def scope(self) -> str:
        """Names what can be seen; two with the same scope of one store see the same."""
        return "" if self.team else "published " + to_query(self.within)

    def require_write(self) -> None:
        """Nothing, where writing is allowed.

        Raises:
            NotAllowed: it is not.
        """
        if not self.write:
            raise NotAllowed("Your role may look at this store and not change it.")


class RestrictedStore(Store):
    """A store as one person may use it.

    Raises:
        NotAllowed: from every method that writes, where the rights do not include it, and from
            every method that looks beyond what they may see.
    """

    def __init__(self, store: Store, rights: Rights) -> None:
        super().__init__(_GuardedFile(store._file, rights))  # noqa: SLF001 — the same store, guarded
        self._whole = store
        self.rights = rights

    def require_write(self) -> None:
        """Nothing, where writing is allowed; see `Rights.require_write`."""
        self.rights.require_write()

    def snapshot(self) -> Snapshot:
        """The live incidents that may be seen; all who see the same share it."""
        whole = self._whole.snapshot()
        return whole if self.rights.team else _narrowed(self.path, whole, self.rights)

    def incident(self, incident_id: str) -> dict[str, Any] | None:
        """One incident with its accounts; for others than the team without what names the team."""
        if self.rights.team:
            return self._whole.incident(incident_id)
        if pc.index(self.snapshot().column("incident_id"), incident_id).as_py() < 0:
            return None
        found = self._whole.incident(incident_id)
        if found is None:
            return None
        return found | {"raw": None, "history": [], "import_id": None}

    def accounts(self, incident_ids: Iterable[str] | None = None) -> pd.DataFrame:
        """Accounts of the incidents that may be seen; see `Store.accounts`."""
        if self.rights.team:
            return self._whole.accounts(incident_ids)
        seen = self.snapshot().column("incident_id")
        wanted = seen if incident_ids is None else _common(seen, incident_ids)
        if not len(wanted):
            return conform(pd.DataFrame(), ACCOUNTS)
        return self._whole.accounts(wanted.to_pylist())


def _common(seen: pa.ChunkedArray, ids: Iterable[str]) -> pa.Array:
    asked = pa.array(list(ids), pa.large_string()).cast(seen.type)
    return asked.filter(pc.is_in(asked, value_set=seen))


class _GuardedFile(StoreFile):
    """The same file and lock; opened only for what the rights include."""

    def __init__(self, file: StoreFile, rights: Rights) -> None:
        vars(self).update(vars(file))
        self._rights = rights

    @contextmanager
    def reading(self, *, much: bool = False) -> Iterator[Connection]:
        if not self._rights.team:
            _refuse_to_show()
        with super().reading(much=much) as connection:
            yield connection

    @contextmanager
    def writing(self, hear: Hear | None = None) -> Iterator[tuple[Connection, int]]:
        self._rights.require_write()
        acting = ACTING.set(self._rights.who)
        try:
            with super().writing(hear) as opened:
                yield opened
        finally:
            ACTING.reset(acting)


def _refuse_to_show() -> NoReturn:
    raise NotAllowed("This part of the store is shown to the people who work with it only.")


_NARROWED: Final[OrderedDict[tuple[Path, str], tuple[Snapshot, Snapshot]]] = OrderedDict()
_LOCK: Final = threading.Lock()


def _narrowed(path: Path, whole: Snapshot, rights: Rights) -> Snapshot:
    """The snapshot of what others than the team may see; made once a version and scope."""
    key = (path, rights.scope)
    with _LOCK:
        kept = _NARROWED.get(key)
        if kept is None or kept[0] is not whole:
            kept = _NARROWED[key] = (whole, _narrow(whole, rights))
            while len(_NARROWED) > _KEPT_NARROWED:
                _NARROWED.popitem(last=False)
        _NARROWED.move_to_end(key)
        return kept[1]


def _narrow(whole: Snapshot, rights: Rights) -> Snapshot:
    rows = np.zeros(len(whole), dtype=bool)
    rows[whole.rows(rights.within)] = True
    published = pc.equal(whole.column("status"), "published")
    open_to_all = pc.invert(pc.fill_null(whole.column("sensitive"), False))
    shown = pc.and_(pc.and_(pc.fill_null(published, False), open_to_all), pa.array(rows))
    # Row numbers mean something else here: the name of the scope keeps the two apart.
    scope = hashlib.blake2b(rights.scope.encode(), digest_size=8).hexdigest()
    kept = whole.incidents.filter(shown).combine_chunks()
    at = kept.schema.get_field_index("import_id")  # tells what came in together
    kept = kept.set_column(
        at, kept.schema.field(at), pa.nulls(len(kept), kept.schema.field(at).type)
    )
    return Snapshot(whole.version, kept, f"{whole.store} {scope}")
