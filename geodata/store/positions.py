"""Where the rows of each incident stand in the file, so that a look at one does not search all.

An incident's rows are found by its id, a text that nothing orders: to search the tables for one
costs more of the processor than all else in its details. DuckDB finds rows by their number at once,
and a number of four bytes a row tells which these are. They are read anew for each version of the
file, so that nothing rests on rows keeping their numbers, and are kept in memory only: an index in
the file would make it half as large again.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from geodata.store.file import Connection
from geodata.store.tables import fixed, run

_TABLES: Final = ("incidents", "accounts", "raws")
# Good within one process, which is where it is kept: DuckDB may hash otherwise in another version.
_HASH: Final = "(hash(@of) >> 32)::UINTEGER"
_HASHES: Final[Mapping[str, str]] = MappingProxyType(
    {
        table: fixed(
            "SELECT rowid AS at, @hash AS hash FROM @table",
            hash=fixed(_HASH, of="incident_id"),
            table=table,
        )
        for table in _TABLES
    }
)
_ASKED: Final = fixed("SELECT @hash AS hash", hash=fixed(_HASH, of="$incident_id::VARCHAR"))


class Positions:
    """Where the rows of each incident stand in one version of the file.

    Holds four bytes for each row of the tables.
    """

    def __init__(self, connection: Connection) -> None:
        self._hashes = {table: _read(connection, table) for table in _TABLES}

    def of(self, connection: Connection, incident_id: str) -> dict[str, object]:
        """By table (`incidents`, `accounts`, `raws`) the numbers of all rows of an incident.

        Rarely one of another incident is among them: whoever reads them looks at their ids.
        """
        found = run(connection, _ASKED, {"incident_id": incident_id}).fetchall()
        asked = np.uint32(found[0][0])
        return {
            table: np.flatnonzero(hashes == asked).tolist()
            for table, hashes in self._hashes.items()
        }


def _read(connection: Connection, table: str) -> npt.NDArray[np.uint32]:
    """The hash of each row's incident, at the row's number."""
    found = connection.execute(_HASHES[table]).to_arrow_table()
    numbers = found.column("at").to_numpy()
    hashes = np.zeros(int(numbers.max(initial=-1)) + 1, dtype=np.uint32)
    hashes[numbers] = found.column("hash").to_numpy()
    return hashes
