"""Out again: a choice of incidents with their accounts as files, each with a manifest.

What leaves is exactly the choice, published rows only unless a person says otherwise. Reading an
export back changes nothing. A cell that a spreadsheet would run as a formula is kept from running:
in CSV by an apostrophe in front, which reading takes off again; in XLSX it is a text cell.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from geodata import __version__, geofiles, schema
from geodata.connectors import CONNECTORS, Connector
from geodata.errors import ConflictMapError, ImpossibleValue, UnknownCode
from geodata.filters import IncidentFilter, summarise, to_query
from geodata.sources import SOURCES, Source, protect
from geodata.store import Store
from geodata.vocabulary import LOCATION_PRECISION

_BATCH = 5_000
_MOST_SHEET_ROWS = 1_048_575
_MOST_CELL_CHARACTERS = 32_767
_FIRST_SHEET_YEAR = 1900
_TERMS = {
    "sample": (
        "CC BY 4.0 (facts from UCDP); facts from public reports",
        (
            "UCDP Georeferenced Event Dataset (Sundberg and Melander 2013), and the sources named "
            "with each incident."
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Selection:
    """What is exported.

    Attributes:
        incidents: Arrow table of `schema.INCIDENTS`.
        accounts: Arrow table of `schema.ACCOUNTS`, of those incidents.
    """

    incidents: pa.Table
    accounts: pa.Table


@dataclass(frozen=True, slots=True)
class Export:
    """One format.

    Attributes:
        name: key in `EXPORTS`.
        description: what is written, in a sentence.
        write: writes a selection under a path; gives back the files that it made.
        whole: reading it back gives all that was written.
    """

    name: str
    description: str
    write: Callable[[Selection, Path], list[Path]]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        rows: incidents.
        withheld: incidents of the choice that were left out, being drafts or withheld.
        sensitive: incidents among those written that are marked sensitive.
        files: the data files, then the manifest.
    """

    rows: int
    withheld: int
    sensitive: int
    files: tuple[Path, ...]


def export(  # noqa: PLR0913 - each is one thing that a person may say of an export
    store: Store,
    chosen: IncidentFilter,
    form: str,
    out: Path,
    *,
    at: dt.datetime,
    unpublished: bool = False,
) -> Exported:
    """Write a choice of incidents to a file, with a manifest beside it.

    Args:
        store: where they are.
        chosen: which.
        form: key of `EXPORTS`.
        out: the file; its neighbours get names made from it.
        at: the time that the manifest states.
        unpublished: drafts and withheld incidents leave too.

    Raises:
        UnknownCode: no such format.
        ImpossibleValue: the format cannot hold so many rows.
        ConflictMapError: the file cannot be written; nothing is left half done.
    """
    if form not in EXPORTS:
        raise UnknownCode("export format", form, EXPORTS)
    snapshot = store.snapshot()
    incidents = snapshot.incidents.take(pa.array(snapshot.rows(chosen)))
    everything = len(incidents)
    if not unpublished:
        incidents = incidents.filter(pc.equal(incidents.column("status"), "published"))
    ids = incidents.column("incident_id").to_pylist()
    accounts = schema.to_arrow(store.accounts(ids), schema.ACCOUNTS)
    selection = Selection(incidents.select(schema.names(schema.INCIDENTS)), accounts)
    sensitive = pc.sum(incidents.column("sensitive"), min_count=0).as_py()
    within = summarise(ibis.memtable(incidents), IncidentFilter())
    with _refusing(out):
        files = EXPORTS[form].write(selection, out)
        manifest = out.with_name(f"{out.name}.manifest.json")
        about = _manifest(selection, chosen, form, files, at) | {
            "store_version": snapshot.version,
            "sentence": replace(within, total=len(snapshot)).sentence,
            "unpublished_left_out": everything - len(incidents),
            "marked_sensitive": sensitive,
        }
        with _whole(manifest) as part:
            part.write_text(json.dumps(about, ensure_ascii=False, indent=2), encoding="utf-8")
    return Exported(len(incidents), everything - len(incidents), sensitive, (*files, manifest))


def _manifest(
    selection: Selection, chosen: IncidentFilter, form: str, files: list[Path], at: dt.datetime
) -> dict[str, Any]:
    datasets = selection.incidents.column("dataset").value_counts().to_pylist()
    return {
        "made_by": f"conflictmap {__version__}",
        "made_at": at.isoformat(timespec="seconds"),
        "format": form,
        "filter": to_query(chosen),
        "incidents": len(selection.incidents),
        "accounts": len(selection.accounts),
        "datasets": [
            {
                "dataset": entry["values"],
                "incidents": entry["counts"],
                **dataset_terms(entry["values"]),
            }
            for entry in sorted(datasets, key=lambda entry: str(entry["values"]))
        ],
        "files": [
            {"name": file.name, "bytes": file.stat().st_size, "sha256": _sha256(file)}
            for file in files
        ],
    }


def dataset_terms(dataset: str | None) -> dict[str, str | None]:
    """`licence` and `citation` of a data set; None where nobody stated them."""
    found: Source | Connector | None
    found = next((source for source in SOURCES.values() if source.dataset == dataset), None)
    if found is None and dataset:
        found = next((own for own in CONNECTORS.values() if own.dataset == dataset), None)
    licence, citation = _TERMS.get(dataset or "", (None, None))
    if found is not None:
        licence, citation = found.licence, found.citation
    return {"licence": licence, "citation": citation}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except ConflictMapError:
        raise
    except OSError as error:
        raise ConflictMapError(f"{path} cannot be written ({error.strerror}).") from error


@contextmanager
def _whole(path: Path, *, suffix: str = "") -> Iterator[Path]:
    """A path to write to that takes the name of `path` only when all is written.

    Some formats are only written to names with their own ending.
    """
    part = path.with_name(f".{path.name}.part{suffix}")
    part.unlink(missing_ok=True)
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _beside(out: Path) -> Path:
    return out.with_name(f"{out.stem}.accounts{out.suffix}")


# --- tables --------------------------------------------------------------------------------------


def _write_csv(selection: Selection, out: Path) -> list[Path]:
    tables = ((selection.incidents, out), (selection.accounts, _beside(out)))
    for table, path in tables:
        with _whole(path) as part:
            arrow_csv.write_csv(_protected(table), part)
    return [path for _, path in tables]


def _protected(table: pa.Table) -> pa.Table:
    columns = [
        protect(column) if pa.types.is_string(column.type) else column for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


def _write_parquet(selection: Selection, out: Path) -> list[Path]:
    tables = ((selection.incidents, out), (selection.accounts, _beside(out)))
    for table, path in tables:
        with _whole(path) as part:
            pq.write_table(table, part, compression="zstd")
    return [path for _, path in tables]


def _write_xlsx(selection: Selection, out: Path) -> list[Path]:
    for table in (selection.incidents, selection.accounts):
        if len(table) > _MOST_SHEET_ROWS:
            raise ImpossibleValue(f"A sheet holds {_MOST_SHEET_ROWS:,} rows; export csv instead.")
    book = openpyxl.Workbook(write_only=True)
    for title, table in (("incidents", selection.incidents), ("accounts", selection.accounts)):
        sheet = book.create_sheet(title)
        sheet.append(table.column_names)
        for batch in table.to_batches(_BATCH):
            columns = [column.to_pylist() for column in batch.columns]
            for row in zip(*columns, strict=True):
                sheet.append([_sheet_cell(sheet, value) for value in row])
    with _whole(out) as part:
        book.save(part)
    return [out]


def _sheet_cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, dt.date) and value.year < _FIRST_SHEET_YEAR:
        return value.isoformat()  # a spreadsheet's calendar begins in 1900
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:_MOST_CELL_CHARACTERS]
    if not text.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")):
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.quotePrefix = True  # it stays text when a person edits it
    return cell


# --- records -------------------------------------------------------------------------------------


def _records(selection: Selection) -> Iterator[dict[str, Any]]:
    """Incidents as plain values, each with its accounts as a list."""
    told: dict[str, list[dict[str, Any]]] = {}
    for account in selection.accounts.to_pylist():
        told.setdefault(account["incident_id"], []).append(
            {name: _plain(value) for name, value in account.items() if value is not None}
        )
    for batch in selection.incidents.to_batches(_BATCH):
        for row in batch.to_pylist():
            plain = {name: _plain(value) for name, value in row.items()}
            yield plain | {"accounts": told.get(row["incident_id"], [])}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _write_jsonl(selection: Selection, out: Path) -> list[Path]:
    with _whole(out) as part, part.open("w", encoding="utf-8") as file:
        for record in _records(selection):
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return [out]


def _write_geojson(selection: Selection, out: Path) -> list[Path]:
    with _whole(out) as part, part.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for position, record in enumerate(_records(selection)):
            feature = {"type": "Feature", "geometry": _geometry(record), "properties": record}
            file.write(",\n" if position else "\n")
            file.write(json.dumps(feature, ensure_ascii=False))
        file.write("\n]}\n")
    return [out]


def _geometry(record: dict[str, Any]) -> dict[str, Any] | None:
    """The point of a place known as one; None for a district, province or country.

    Their centre stays in the properties, with precision and radius: as a geometry every other
    program would draw it as an exact pin.
    """
    precision = record["location_precision"]
    if record["latitude"] is None or precision not in LOCATION_PRECISION:
        return None
    if not LOCATION_PRECISION[precision].attributes["pin"]:
        return None
    return {"type": "Point", "coordinates": [record["longitude"], record["latitude"]]}


# --- for geographic programs ---------------------------------------------------------------------


def _write_geopackage(selection: Selection, out: Path) -> list[Path]:
    with _whole(out, suffix=".gpkg") as part:
        geofiles.write_geopackage(selection.incidents, selection.accounts, part)
    return [out]


def _write_kml(selection: Selection, out: Path) -> list[Path]:
    with _whole(out, suffix=".kml") as part:
        geofiles.write_kml(selection.incidents, part)
    return [out]


def _write_geoparquet(selection: Selection, out: Path) -> list[Path]:
    with _whole(out) as part:
        geofiles.write_geoparquet(selection.incidents, part)
    with _whole(_beside(out)) as part:
        pq.write_table(selection.accounts, part, compression="zstd")
    return [out, _beside(out)]


EXPORTS: dict[str, Export] = {
    export.name: export
    for export in (
        Export("csv", "Two tables, incidents and accounts, as CSV (UTF-8).", _write_csv),
        Export("xlsx", "A workbook with the sheets incidents and accounts.", _write_xlsx),
        Export(
            "geojson", "Features with accounts inside; points where a point is known.",
            _write_geojson,
        ),
        Export("parquet", "Two Parquet files, incidents and accounts.", _write_parquet),
        Export(
            "gpkg", "A GeoPackage with the layer incidents and the table accounts.",
            _write_geopackage, whole=False,
        ),
        Export("kml", "Placemarks of the incidents with a point.", _write_kml, whole=False),
        Export("geoparquet", "Two Parquet files; incidents with points.", _write_geoparquet),
        Export("jsonl", "One JSON object a line, with its accounts inside.", _write_jsonl),
    )
}  # fmt: skip


# --- rows that need attention --------------------------------------------------------------------


def write_attention(rows: pd.DataFrame, path: Path) -> Path:
    """Write rows that need attention as a table to correct and import again.

    The first columns say what is wrong, the others hold the row as its file has it. A file of
    that name with other content than ours is not overwritten: the next free name is taken.

    Args:
        rows: columns row, column, reason, repair, raw (JSON text), as `sources.ATTENTION`; with
            `key`, importing the mended table lets those rows wait no more.
        path: the CSV file wanted.

    Returns:
        The file written.

    Raises:
        OSError: it cannot be written.
    """
    path = _free_name(path)
    with _whole(path) as part:
        part.write_bytes(attention_csv(rows))
    return path


def attention_csv(rows: pd.DataFrame) -> bytes:
    """Rows that need attention as the CSV that `write_attention` writes."""
    said = rows[[name for name in _SAID if name in rows.columns]].add_prefix("attention_")
    cells = pd.DataFrame([_cells(raw) for raw in rows["raw"]], dtype=object)
    cells = cells[[name for name in cells.columns if name not in said.columns]]
    table = pd.concat([said.reset_index(drop=True), cells], axis=1)
    text = {name: _as_strings(table[name]) for name in table.columns}
    out = pa.BufferOutputStream()
    arrow_csv.write_csv(_protected(pa.table(text)), out)
    return bytes(out.getvalue())


def _cells(raw: str | None) -> dict[str, Any]:
    try:
        record = json.loads(raw) if isinstance(raw, str) else {}
    except ValueError:
        return {"text": raw}
    return record if isinstance(record, dict) else {"text": raw}


def _as_strings(column: pd.Series[Any]) -> pa.Array:
    values = [
        None if value is None or value is pd.NA or value != value  # noqa: PLR0124 - not a number
        else value if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list)
        else str(value)
        for value in column
    ]  # fmt: skip
    return pa.array(values, pa.string())


_SAID = ("row", "column", "reason", "repair", "key")
_OURS = b'"attention_row"'


def _free_name(path: Path) -> Path:
    number = 1
    chosen = path
    while chosen.exists():
        with chosen.open("rb") as file:
            if file.read(len(_OURS)) == _OURS:
                return chosen
        number += 1
        chosen = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return chosen
