"""`conflictmap geocode` and `places`: names to places, offline, and what they are found in."""

from __future__ import annotations

import contextlib
import io
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from platformdirs import user_cache_path
from pyarrow import csv

from dashboard.commands.record import existing_store, gazetteer
from dashboard.commands.terminal import Terminal
from geodata import sandbox
from geodata.errors import ConflictMapError, ImpossibleValue, MissingColumn, UnreadableFile
from geodata.gazetteer import Gazetteer, Location, country_code
from geodata.gazetteer.packs import (
    LICENCE,
    Pack,
    add_pack,
    find_file,
    installed_packs,
    open_packs,
    remove_pack,
    unusable,
)
from geodata.geocode import NamesTable, fetch_country, fetch_names
from geodata.geocode.downloads import GEONAMES
from geodata.geocode.table import NAMED

GEOCODE_COLUMNS = (
    "latitude", "longitude", "location_precision", "radius_km", "location_method",
    "location_source", "matched_name", "score", "candidates",
)  # fmt: skip
ROWS_AT_ONCE = 50_000
"""Rows of a table that are held located in memory."""


def geocode(arguments: Namespace, terminal: Terminal) -> int:
    """Find places by name, or a whole table of them."""
    if (arguments.table is None) == (not arguments.name):
        raise ImpossibleValue("Give one or more names, or --table FILE with --out FILE.")
    store = existing_store(arguments) if arguments.store is not None else None
    places = gazetteer(terminal, store)
    if arguments.table is not None:
        return _geocode_table(arguments, terminal, places)
    context = {field: getattr(arguments, field) for field in ("country", "admin1", "admin2")}
    refuse_unknown_country(context["country"])
    found = [(name, places.locate(name, **context)) for name in arguments.name]
    values = [{"name": name} | _located(location) for name, location in found]
    terminal.result(values, "\n".join(f"{name}: {_where(place)}" for name, place in found))
    return 0


def refuse_unknown_country(country: str | None) -> None:
    """Refuse a country that no table knows.

    Raises:
        ImpossibleValue: naming it.
    """
    if country is not None and country_code(country) is None:
        raise ImpossibleValue(f"{country!r} is no country that is known; its ISO code always is.")


def _located(location: Location) -> dict[str, Any]:

    return {
        "latitude": location.latitude,
        "longitude": location.longitude,
        "location_precision": location.precision,
        "radius_km": location.radius_km,
        "location_method": location.method,
        "location_source": location.source,
        "matched_name": location.matched_name,
        "score": location.score,
        "candidates": [asdict(candidate) for candidate in location.candidates],
    }


def _where(location: Location) -> str:
    if location.latitude is None:
        return f"not placed ({location.method})"
    ring = "" if location.radius_km is None else f", within {location.radius_km:g} km"
    return (
        f"{location.latitude:.6f}, {location.longitude:.6f} ({location.matched_name}, "
        f"{location.precision}{ring}; {location.method}, {location.source})"
    )


def _geocode_table(arguments: Namespace, terminal: Terminal, places: Gazetteer) -> int:

    if arguments.out is None:
        raise ImpossibleValue("A table needs --out FILE for the result.")
    table = sandbox.open_table(arguments.table.absolute(), progress=terminal.progress).columns
    own = _own_names(table.column_names)
    asked = table.rename_columns([own.get(name, name) for name in table.column_names])
    out = arguments.out.expanduser().absolute()
    rows, placed = table.num_rows, 0
    names = NamesTable(places)
    with written(out) as file:
        for start in range(0, max(rows, 1), ROWS_AT_ONCE):
            part = asked.slice(start, ROWS_AT_ONCE).to_pandas(types_mapper=pd.ArrowDtype)

            def progress(what: str, share: float, start: int = start, n: int = len(part)) -> None:
                terminal.progress(what, (start + share * n) / max(rows, 1))

            found = names.geocoded(part, progress)
            placed += int(found["latitude"].notna().sum())
            rendered = pa.Table.from_pandas(found, preserve_index=False)
            header = [*table.column_names, *found.columns[len(table.column_names) :]]
            body = io.BytesIO()
            options = csv.WriteOptions(include_header=start == 0)
            csv.write_csv(rendered.rename_columns(header), body, options)
            file.write(body.getvalue().decode())
    text = f"{placed:,} of {rows:,} placed; written to {out}"
    terminal.result({"rows": rows, "placed": placed, "out": str(out)}, text)
    return 0


def _own_names(present: list[str]) -> dict[str, str]:
    """What a table's columns are called here, where it writes them otherwise ("Name")."""
    own = {}
    for wanted in (*NAMED, *GEOCODE_COLUMNS):
        spelt = [name for name in present if name.casefold() == wanted]
        if spelt and wanted not in present:
            own[spelt[0]] = wanted
    if "name" not in {own.get(name, name) for name in present}:
        raise MissingColumn("name", present)
    return own


@contextlib.contextmanager
def written(path: Path) -> Iterator[Any]:
    """A text file that is there whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise ConflictMapError(f"{path} cannot be written ({error.strerror}).") from error
    finally:
        part.unlink(missing_ok=True)


def packs(arguments: Namespace, terminal: Terminal) -> int:
    """Add, remove or list the country packs of the gazetteer."""
    if arguments.action == "add":
        return _add_packs(arguments, terminal)
    if arguments.action == "remove":
        removed = [code for code in _codes(arguments) if remove_pack(code)]
        terminal.result({"removed": removed}, f"Removed: {', '.join(removed) or 'none'}.")
        return 0
    found = installed_packs()
    for sentence in unusable(open_packs()):
        terminal.tell(sentence)
    lines = [_told(pack) for pack in found]
    terminal.result([asdict(p) for p in found], "\n".join(lines) or "No country pack is installed.")
    return 0


def _told(pack: Pack) -> str:
    names = "no names with languages"
    if pack.names_file is not None:
        names = (
            f"{pack.names:,} names with their languages from {pack.names_file} "
            f"(SHA-256 {pack.names_sha256})"
        )
    return (
        f"{pack.country}: {pack.places:,} places from {pack.file} (SHA-256 {pack.sha256}), "
        f"{names}, added {pack.added}. Licence: {pack.licence}."
    )


def _add_packs(arguments: Namespace, terminal: Terminal) -> int:
    """Add the packs one after the other; those before one that cannot be had stay."""
    if arguments.source is not None and arguments.address is not None:
        raise ImpossibleValue("Give --from for files that are here, or --address; not both.")
    if arguments.names is not None and arguments.source is None:
        raise ImpossibleValue("--names says where a file is; it goes with --from.")
    codes = _codes(arguments)
    added = []
    for code in codes:
        pack = _added(code, arguments, terminal)
        added.append(asdict(pack))
        terminal.tell(_told(pack))
    terminal.result(added, f"{len(added)} of {len(codes)} packs are installed.")
    return 0


def _added(code: str, arguments: Namespace, terminal: Terminal) -> Pack:
    if arguments.source is not None:
        source = arguments.source.expanduser().absolute()
        names = None
        if arguments.names is not None:
            names = find_file(arguments.names.expanduser().absolute(), code)
        return add_pack(code, source, progress=terminal.progress, names=names)
    base = arguments.address or GEONAMES
    terminal.tell(f"Fetching the places of {code} from {base}. Licence: {LICENCE}.")
    fetched = fetch_country(code, downloads_folder(), base=base, progress=terminal.progress)
    names = _fetched_names(code, base, terminal)
    pack = add_pack(code, fetched, progress=terminal.progress, names=names)
    # The index holds what is needed of them; a part that broke off stays, to go on from.
    for file in filter(None, (fetched, names)):
        file.unlink(missing_ok=True)
    return pack


def _fetched_names(code: str, base: str, terminal: Terminal) -> Path | None:
    """The names with their languages; None, which is told, where they cannot be had."""
    try:
        return fetch_names(code, downloads_folder(), base=base, progress=terminal.progress)
    except UnreadableFile as error:
        terminal.tell(f"The names of {code} with their languages are left out: {error}")
        return None


def downloads_folder() -> Path:
    """Where country files are fetched to, and unfinished ones wait to be gone on with."""
    return user_cache_path("conflictmap", appauthor=False) / "downloads"


def _codes(arguments: Namespace) -> list[str]:
    for name in arguments.countries:
        refuse_unknown_country(name)
    codes = [code for code in map(country_code, arguments.countries) if code is not None]
    if not codes:
        raise ImpossibleValue("Name at least one country, for instance SYR.")
    return codes
