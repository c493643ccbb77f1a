"""Rows that need attention come in mended: their cells as a person left them, read once more."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from geodata import schema, sources
from geodata.errors import ImpossibleValue
from geodata.gazetteer import Gazetteer
from geodata.ingest import located
from geodata.sources import canonical, records
from geodata.sources.builder import Options
from geodata.sources.raw_table import as_text, from_records
from geodata.store import Batch, ImportRecord, Store

Cells = dict[str, str]
Places = Gazetteer | Callable[[], Gazetteer]
_ACCOUNT: Final = "accounts "
_COMPUTED: Final = ("import_id", "updated_at", "n_accounts", "disputed")
_UNPARTED: Final = {"text"}


@dataclass(frozen=True)
class WaitingRow:
    """One row that waits for a person.

    Attributes:
        key: what the store knows it by.
        file: the file that it comes from.
        row: its number there, 1-based; None where that is not known.
        at_fault: the columns that cannot be used.
        reason: why, as a sentence.
        repair: what would help, or None.
        cells: its columns and what they hold, "" for nothing.
        kind: "row" as its file has it, "incident" that the store refused, "account", or "broken"
            where its cells do not fit the header.
        read_as: how its file was read, as JSON text, or None.
    """

    key: str
    file: str
    row: int | None
    at_fault: tuple[str, ...]
    reason: str
    repair: str | None
    cells: Cells
    kind: str
    read_as: str | None


def waiting_rows(store: Store) -> list[WaitingRow]:
    """The rows that wait, by import and row."""
    return [_waiting(line) for line in store.attention().to_dict("records")]


def _waiting(line: Mapping[Any, Any]) -> WaitingRow:
    def told(name: str) -> Any:
        value = line[name]
        return None if pd.isna(value) else value

    column = told("column") or ""
    kind = "account" if column.startswith(_ACCOUNT) else "row"
    cells = _cells_of_file(told("raw"))
    if told("record") is not None:
        kind, cells = "incident", _cells_of_incident(told("record"))
    elif set(cells) <= _UNPARTED:
        kind = "broken"
    faulty = schema.split_list(column.removeprefix(_ACCOUNT))
    row = told("row")
    return WaitingRow(
        told("key"), told("file"), None if row is None else int(row), faulty, told("reason"),
        told("repair"), cells, kind, told("read_as"),
    )  # fmt: skip


def _cells_of_file(raw: str | None) -> Cells:
    try:
        record = json.loads(raw) if raw else {}
    except ValueError:
        return {"text": raw or ""}
    if not isinstance(record, dict):
        return {"text": raw or ""}
    return {name: as_text(value) or "" for name, value in records.flat(record).items()}


def _cells_of_incident(record: str) -> Cells:
    told = json.loads(record)
    cells = {
        name: as_text(value) or ""
        for name, value in told["incident"].items()
        if name not in _COMPUTED
    }
    accounts = told.get("accounts")
    return cells | ({"accounts": json.dumps(accounts, ensure_ascii=False)} if accounts else {})


def alike(row: WaitingRow, others: Sequence[WaitingRow]) -> list[WaitingRow]:
    """Other rows of the file with the same fault: the same words in the same columns at fault."""

    def fault(of: WaitingRow) -> tuple[object, ...]:
        return of.file, of.kind, of.read_as, of.at_fault, tuple(map(of.cells.get, of.at_fault))

    if not row.at_fault:
        return []
    return [other for other in others if other.key != row.key and fault(other) == fault(row)]


def submit(  # noqa: PLR0913 - each is one thing that a person may say of the rows
    store: Store,
    gazetteer: Places,
    rows: Sequence[tuple[WaitingRow, Cells]],
    *,
    today: dt.date | None,
    who: str,
    why: str = "mended by hand",
) -> list[ImportRecord]:
    """Read rows once more with other cells, and add them: one import for each file and reader.

    A row that still cannot be used waits again, with its new cells. Undoing the import lets the
    rows wait as they did.

    Returns:
        What became of them; the counts of each sum to its rows.

    Raises:
        ImpossibleValue: a row was mended or set aside meanwhile, or its cells are not known.
        UnreadableFile: no reader knows the columns any more.
        StoreError: the store cannot be written.
    """
    groups: dict[tuple[str, str, str | None], list[tuple[WaitingRow, Cells]]] = {}
    for row, cells in rows:
        if row.kind == "broken":
            raise ImpossibleValue(
                "A row whose cells do not fit the header is mended in its file; or set it aside."
            )
        groups.setdefault((row.file, row.kind, row.read_as), []).append((row, cells))
    done = []
    for members in groups.values():
        batch = _batch(store, gazetteer, members, today)
        keys = [row.key for row, _ in members]
        done.append(store.add(batch, who=who, why=why, answers=keys))
    return done


def _batch(
    store: Store,
    gazetteer: Places,
    members: Sequence[tuple[WaitingRow, Cells]],
    today: dt.date | None,
) -> Batch:
    first = members[0][0]
    source, said = sources.from_json(first.read_as)
    numbered = [(row.row or 0, _given(cells)) for row, cells in members]
    if first.kind == "account":
        return _accounts(store, first, numbered)
    if first.kind == "incident":
        source, said = canonical.NAME, sources.Said(said.dataset, None, said.day_order)
    said = sources.Said(said.dataset, today, said.day_order, said.profile)
    reading = sources.read_again(first.file, numbered, source, said)
    faulty = set(reading.attention["row"])
    return Batch(
        incidents=located(reading.incidents, gazetteer, lambda _what, _share: None),
        accounts=reading.accounts,
        raw=reading.raw,
        attention=reading.attention,
        rows=reading.rows,
        file=first.file,
        numbers=[number for number, _ in numbered if number not in faulty],
        read_as=first.read_as,
    )


def _given(cells: Cells) -> dict[str, object]:
    return {name: value if value.strip() else None for name, value in cells.items()}


def _accounts(
    store: Store, first: WaitingRow, numbered: Sequence[tuple[int, dict[str, object]]]
) -> Batch:
    """Accounts mended, each with its incident as the store holds it."""
    path = Path(first.file)
    told = [(n, cells, json.dumps(cells, ensure_ascii=False)) for n, cells in numbered]
    held = store.snapshot().incidents
    positions = {name: at for at, name in enumerate(held.column("incident_id").to_pylist())}
    read, attention = canonical.read_accounts(
        from_records(path, told), Options(path.stem), positions.keys()
    )
    wanted = [positions[name] for name in read["incident_id"]]
    owners = schema.to_frame(
        held.take(pa.array(wanted, pa.int64())).select(schema.names(schema.INCIDENTS))
    )
    return Batch(
        incidents=owners,
        accounts=read.assign(account_id=None).astype({"account_id": read["account_id"].dtype}),
        raw=[None] * len(owners),
        attention=attention,
        rows=len(numbered),
        file=first.file,
        numbers=[],
        read_as=first.read_as,
    )
