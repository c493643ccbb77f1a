"""Which reader a file is for, and the one call that reads it.

A new source is one module with a function that recognises its columns and one that reads them,
and one line in `SOURCES`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from geodata.errors import ConflictMapError, MissingColumn, UnknownCode, UnreadableFile
from geodata.sources import (
    acled,
    airwars,
    canonical,
    dronestream,
    gdelt,
    gtd,
    headers,
    timemap,
    ucdp_ged,
    viina,
)
from geodata.sources.builder import Options, Reading
from geodata.sources.columnar import read_parquet
from geodata.sources.delimited import read_delimited
from geodata.sources.geopackage import read_geopackage
from geodata.sources.kml import read_kml
from geodata.sources.matching import passed_over
from geodata.sources.ods import read_ods
from geodata.sources.paired_points import with_points
from geodata.sources.profile import Profile, read_with
from geodata.sources.raw_table import RawTable, from_records
from geodata.sources.records import read_json
from geodata.sources.said import Said
from geodata.sources.utm_columns import with_utm
from geodata.sources.workbook import read_workbook


@dataclass(frozen=True)
class Source:
    """One kind of table that can be read.

    Attributes:
        name: key in `SOURCES`.
        title: as people call it.
        description: what is read of it, in a sentence.
        dataset: the name its rows get; None takes the file's.
        licence: terms of use as their owner states them, or None where the file's owner decides.
        citation: how its owner asks to be cited, or None.
        fits: how surely a set of column names (lower case) is this kind, 0 to 1.
        read: the reader.
    """

    name: str
    title: str
    description: str
    dataset: str | None
    licence: str | None
    citation: str | None
    fits: Callable[[frozenset[str]], float]
    read: Callable[[RawTable, Options], Reading]


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source(
            canonical.NAME,
            "A table of incidents",
            "CSV, TSV, XLSX, ODS, Parquet, JSON, GeoJSON, GeoPackage or KML, a row an incident; "
            "columns are known by their usual names or HXL tags, accounts may come beside.",
            None,
            None,
            None,
            canonical.fits,
            canonical.read_canonical,
        ),
        Source(
            ucdp_ged.NAME,
            "UCDP Georeferenced Event Dataset",
            "Stable and candidate releases as CSV; headlines become accounts.",
            ucdp_ged.DATASET,
            ucdp_ged.LICENCE,
            ucdp_ged.CITATION,
            ucdp_ged.fits,
            ucdp_ged.read_ucdp,
        ),
        Source(
            acled.NAME,
            "ACLED",
            "Files of the export tool and answers of the API; sources become accounts.",
            acled.DATASET,
            acled.LICENCE,
            acled.CITATION,
            acled.fits,
            acled.read_acled,
        ),
        Source(
            airwars.NAME,
            "Airwars",
            "Assessments of civilian harm as a flat table, names in English or Arabic.",
            airwars.DATASET,
            airwars.LICENCE,
            airwars.CITATION,
            airwars.fits,
            airwars.read_airwars,
        ),
        Source(
            timemap.NAME,
            "TimeMap events",
            "JSON events with sources, as Bellingcat publishes them; sources become accounts.",
            timemap.DATASET,
            timemap.LICENCE,
            timemap.CITATION,
            timemap.fits,
            timemap.read_timemap,
        ),
        Source(
            gtd.NAME,
            "Global Terrorism Database",
            "Exports with numbered codes or labels; the cited sources become accounts.",
            gtd.DATASET,
            gtd.LICENCE,
            gtd.CITATION,
            gtd.fits,
            gtd.read_gtd,
        ),
        Source(
            gdelt.NAME,
            "GDELT 2.0 events",
            "Events of material conflict that GDELT's machine reads in the news, as 15-minute "
            "files or tables; the article becomes the account.",
            gdelt.DATASET,
            gdelt.LICENCE,
            gdelt.CITATION,
            gdelt.fits,
            gdelt.read_gdelt,
        ),
        Source(
            viina.NAME,
            "VIINA",
            "Reports of the war in Ukraine, coded by machine; the report becomes the account.",
            viina.DATASET,
            viina.LICENCE,
            viina.CITATION,
            viina.fits,
            viina.read_viina,
        ),
        Source(
            dronestream.NAME,
            "Dronestream",
            "Drone strikes by the United States as the API gave them; the Bureau of Investigative "
            "Journalism's page becomes the account.",
            dronestream.DATASET,
            dronestream.LICENCE,
            dronestream.CITATION,
            dronestream.fits,
            dronestream.read_dronestream,
        ),
    )
}

_BY_SUFFIX = {
    ".csv": read_delimited, ".tsv": read_delimited, ".txt": read_delimited, ".tab": read_delimited,
    ".xlsx": read_workbook, ".xlsm": read_workbook,
    ".parquet": read_parquet, ".geoparquet": read_parquet, ".pq": read_parquet,
    ".json": read_json, ".jsonl": read_json, ".ndjson": read_json, ".geojson": read_json,
    ".ods": read_ods, ".kml": read_kml, ".kmz": read_kml, ".gpkg": read_geopackage,
}  # fmt: skip
_WITH_ROWS_ABOVE = {read_delimited, read_ods, read_workbook}
"""Readers of formats in which titles may stand above the header."""
_SIGNATURES = (
    (b"PK\x03\x04", "a zip file or workbook", {".xlsx", ".xlsm", ".ods", ".kmz"}),
    (b"PAR1", "a Parquet file", {".parquet", ".geoparquet", ".pq"}),
    (b"%PDF", "a PDF", set[str]()),
    (b"\xd0\xcf\x11\xe0", "an old Office file; save it as .xlsx", set[str]()),
    (b"\x1f\x8b", "a gzip file; unpack it", set[str]()),
    (b"SQLite format 3", "a SQLite database", {".gpkg"}),
    (b"\x89PNG", "a picture", set[str]()),
)
_BINARY = {".xlsx", ".xlsm", ".parquet", ".geoparquet", ".pq", ".ods", ".kmz", ".gpkg"}


def open_table(path: Path, header_row: int | None = None) -> RawTable:
    """The table in a file, every cell as text, with the points that one column or metres hold.

    Args:
        path: the file.
        header_row: in which row the header stands, in formats that may have rows above it; None
            looks for it.

    Raises:
        UnreadableFile: one sentence on what is wrong with the file.
    """
    suffix = path.suffix.casefold()
    _check_file(path, suffix)
    try:
        reader = _BY_SUFFIX[suffix]
        raw = reader(path, header_row) if reader in _WITH_ROWS_ABOVE else reader(path)
        return with_points(with_utm(raw))
    except MemoryError as error:
        raise UnreadableFile(path, "it needs more memory than there is.") from error
    except PermissionError as error:
        raise UnreadableFile(path, "it may not be read: check its permissions.") from error


def _check_file(path: Path, suffix: str) -> None:
    if not path.exists():
        raise UnreadableFile(path, f"there is no such file in {path.resolve().parent}.")
    if not path.is_file():
        raise UnreadableFile(path, "it is a folder, not a file.")
    if suffix not in _BY_SUFFIX:
        known = ", ".join(sorted(_BY_SUFFIX))
        raise UnreadableFile(path, f"tables are read from files named {known}.")
    if path.stat().st_size == 0:
        raise UnreadableFile(path, "it is empty. Save the table again, and import that file.")
    start = _first_bytes(path)
    for signature, what, suffixes in _SIGNATURES:
        if start.startswith(signature):
            if suffix not in suffixes:
                raise UnreadableFile(path, f"it is named {suffix} but holds {what}.")
            return
    if suffix in _BINARY:
        raise UnreadableFile(path, f"it is named {suffix} but is no such file, or it is damaged.")
    markup = (b"<!doctype", b"<html", b"<?xml")
    if suffix != ".kml" and start.lstrip().lower().startswith(markup):
        raise UnreadableFile(path, f"it is named {suffix} but holds a web page or XML.")


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(64)
    except OSError as error:
        raise UnreadableFile(path, "it may not be read: check its permissions.") from error


def recognise(path: Path) -> Source:
    """The source that a file is of.

    Raises:
        UnreadableFile: it cannot be read, or no reader knows its columns.
    """
    return _recognised(path, open_table(path))


def is_clear(raw: RawTable) -> bool:
    """Whether a table can be read by its columns' names, with none left that may be meant."""
    source = _best(raw)
    return source is not None and (source.name != canonical.NAME or passed_over(raw) is None)


def _best(raw: RawTable) -> Source | None:
    columns = frozenset(name.casefold() for name in raw.columns.column_names)
    tags = {str(column[0]).strip().casefold() for column in raw.columns.columns if len(column)}
    scored = [
        (s.fits(columns | {t for t in tags if t.startswith("#")}), s) for s in SOURCES.values()
    ]
    score, source = max(scored, key=lambda pair: pair[0])
    return source if score > 0 else None


def _recognised(path: Path, raw: RawTable) -> Source:
    source = _best(raw)
    if source is not None:
        return source
    shown = ", ".join(name[:40] for name in raw.columns.column_names[:20]) or "none"
    raise UnreadableFile(
        path,
        "its columns are not those of incidents: a table needs a date (date_start) or a place "
        f"(place_name, latitude and longitude) and one thing more. Its columns are {shown}. "
        "Say which column is what; a profile keeps that.",
    )


def read(  # noqa: PLR0913 - each is one thing that a person may say of a file
    path: Path,
    *,
    dataset: str | None = None,
    source: str | None = None,
    today: dt.date | None = None,
    day_order: str | None = None,
    profile: Profile | None = None,
) -> Reading:
    """Read a file into canonical frames, with an account of every row.

    Args:
        path: the file; accounts are looked for beside it.
        dataset: the name for rows that bring none; None takes the source's, else the file's.
        source: key of `SOURCES`; None recognises it by its columns.
        today: rows dated later need attention; None checks nothing.
        day_order: "day-first" or "month-first" where a column of dates does not tell.
        profile: which column is what; what else is said here goes before it. One that names no
            column leaves that to the reader.

    Returns:
        A `Reading`; `rows == len(incidents) + len(attention)`.

    Raises:
        UnreadableFile: the file as a whole cannot be read.
        UnknownCode: no source of that name.
    """
    if source is not None and source not in SOURCES:
        raise UnknownCode("source", source, SOURCES)
    raw = open_table(path, None if profile is None else profile.header_row)
    if profile is not None and profile.maps:
        chosen = SOURCES[canonical.NAME]
    else:
        chosen = SOURCES[source] if source is not None else _recognised(path, raw)
    if chosen.name == canonical.NAME and raw.accounts is None:
        raw = _with_accounts_beside(path, raw)
    reading = _read(path, raw, chosen, Said(dataset, today, day_order, profile))
    named = profile is None or not profile.maps
    if chosen.name == canonical.NAME and named and (note := passed_over(raw)):
        reading = replace(reading, notes=(*reading.notes, note))
    return reading


def _read(path: Path, raw: RawTable, chosen: Source, said: Said) -> Reading:
    profile = said.profile or Profile()
    name = said.dataset or profile.dataset or chosen.dataset
    options = Options(
        name or path.stem.removesuffix(".attention"),
        said.today,
        said.day_order or profile.day_order,
    )
    try:
        reading = read_with(raw, options, profile) if profile.maps else chosen.read(raw, options)
    except MissingColumn as error:
        raise UnreadableFile(path, str(error)) from error
    if len(reading.incidents) + len(reading.attention) != reading.rows:
        raise ConflictMapError(  # the promise that no row is lost is kept or the import refused
            f"{path.name}: {reading.rows} rows were read, but "
            f"{len(reading.incidents)} + {len(reading.attention)} are accounted for."
        )
    return reading


def read_again(
    file: str, rows: Sequence[tuple[int, Mapping[str, object]]], source: str | None, said: Said
) -> Reading:
    """Read rows of a file that come in mended: the number of each, and its cells by column.

    Args:
        file: the name of the file that they come from.
        rows: what to read.
        source: the reader that read the file; None recognises it by the columns.
        said: as at the first reading.

    Raises:
        UnreadableFile: no reader knows the columns.
    """
    path = Path(file)
    told = (
        (number, cells, json.dumps(cells, ensure_ascii=False, default=str))
        for number, cells in rows
    )
    raw = from_records(path, told)
    raw = replace(raw, protected=_BY_SUFFIX.get(path.suffix.casefold()) is read_delimited)
    raw = with_points(with_utm(raw))
    if said.profile is not None and said.profile.maps:
        source = canonical.NAME
    chosen = SOURCES[source] if source in SOURCES else _recognised(path, raw)
    return _read(path, raw, chosen, said)


def accounts_files(path: Path) -> list[Path]:
    """Where the accounts of a file are looked for, in that order.

    Beside incidents.csv that is incidents.accounts.csv, incidents_accounts.csv, a name with
    "accounts" in the place of "incidents", or accounts.csv where it tells of incidents in there.
    """
    stem, suffix = path.stem, path.suffix
    names = [f"{stem}.accounts{suffix}", f"{stem}_accounts{suffix}"]
    if "incidents" in stem:
        names.append(stem.replace("incidents", "accounts") + suffix)
    beside = (path.with_name(name) for name in dict.fromkeys((*names, f"accounts{suffix}")))
    return [file for file in beside if file != path]


def _with_accounts_beside(path: Path, raw: RawTable) -> RawTable:
    """The table with the accounts file that stands beside it, if there is one."""
    for beside in accounts_files(path):
        if not beside.is_file():
            continue
        accounts = open_table(beside)
        called = headers.called(accounts.columns.column_names)
        if not headers.is_account_table(called):
            continue
        own = beside.stem != "accounts" or path.stem == "incidents"
        if own or _tell_of(accounts, raw, called["incident_id"]):
            return replace(
                raw,
                accounts=accounts,
                notes=(*raw.notes, f"Its accounts were read from {beside.name}."),
            )
    return raw


def _tell_of(accounts: RawTable, raw: RawTable, id_column: str) -> bool:
    called = headers.called(raw.columns.column_names)
    if "incident_id" not in called:
        return False
    ids = set(raw.columns.column(called["incident_id"]).to_pylist())
    return any(owner in ids for owner in accounts.columns.column(id_column).to_pylist())
