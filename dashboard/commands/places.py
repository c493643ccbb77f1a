"""`conflictmap geocode` and `places`: names to places, offline, and what they are found in."""

from __future__ import annotations

import contextlib
import csv
import json
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dashboard.commands.record import existing_store, gazetteer
from dashboard.commands.terminal import Terminal
from geodata.errors import ConflictMapError, ImpossibleValue, MissingColumn
from geodata.gazetteer import Gazetteer, Location, country_code
from geodata.gazetteer.packs import add_pack, installed_packs, remove_pack
from geodata.sources import open_table

GEOCODE_COLUMNS = (
    "latitude", "longitude", "location_precision", "radius_km", "location_method",
    "location_source", "matched_name", "score", "candidates",
)  # fmt: skip


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
    table = open_table(arguments.table.absolute()).columns
    names = {name.casefold(): name for name in table.column_names}
    if "name" not in names:
        raise MissingColumn("name", table.column_names)
    columns = {c: table.column(names[c]).to_pylist() if c in names else None
               for c in ("name", "country", "admin1", "admin2")}  # fmt: skip
    rows = table.to_pylist()
    out = arguments.out.expanduser().absolute()
    placed = 0
    with written(out) as file:
        fields = [*table.column_names, *(c for c in GEOCODE_COLUMNS if c not in names)]
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        for position, row in enumerate(rows):
            asked = {
                c: (cells[position] or None) if cells else None for c, cells in columns.items()
            }
            values = _located(places.locate(asked.pop("name") or "", **asked))
            placed += values["latitude"] is not None
            values["candidates"] = json.dumps(values["candidates"], ensure_ascii=False, default=str)
            writer.writerow(row | values)
            if position % 1000 == 0:
                terminal.progress("Locating places", position / len(rows))
    terminal.progress("Locating places", 1.0)
    text = f"{placed:,} of {len(rows):,} placed; written to {out}"
    terminal.result({"rows": len(rows), "placed": placed, "out": str(out)}, text)
    return 0


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
    found = [asdict(pack) for pack in installed_packs()]
    lines = [f"{p['country']}: {p['places']:,} places, {p['licence']}" for p in found]
    terminal.result(found, "\n".join(lines) or "No country pack is installed.")
    return 0


def _add_packs(arguments: Namespace, terminal: Terminal) -> int:
    if arguments.source is None:
        raise ImpossibleValue(
            "Say where the GeoNames country files are: --from FOLDER, or a zip or text file."
        )
    source = arguments.source.expanduser().absolute()
    added = []
    for code in _codes(arguments):
        pack = add_pack(code, source, progress=terminal.progress)
        added.append(asdict(pack))
        terminal.tell(f"{code}: {pack.places:,} places from {pack.file}. Licence: {pack.licence}.")
    terminal.result(added, f"{len(added)} of {len(added)} packs are installed.")
    return 0


def _codes(arguments: Namespace) -> list[str]:
    for name in arguments.countries:
        refuse_unknown_country(name)
    codes = [code for code in map(country_code, arguments.countries) if code is not None]
    if not codes:
        raise ImpossibleValue("Name at least one country, for instance SYR.")
    return codes
