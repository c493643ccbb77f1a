"""Country packs: GeoNames country files that the user adds, with villages and spots.

A pack is a folder `places/SYR` in the data folder with an index and `pack.json` (file, SHA-256,
rows, licence, date). It is read from a zip, a text file or a folder; nothing is downloaded here.

The format is that of GeoNames' `readme.txt`: 19 columns, tab-separated, UTF-8. The data are under
CC BY 4.0.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from platformdirs import user_data_path

from geodata.errors import UnreadableFile
from geodata.gazetteer.index import IndexBuilder, Place, PlaceIndex
from geodata.gazetteer.layers import Progress, alpha3_by_alpha2

LICENCE: Final = "GeoNames, Creative Commons Attribution 4.0"
COLUMNS: Final = 19
LARGEST_FILE: Final = 4_000_000_000
"""Bytes that a pack's text may have; all countries together are 1.7 GB."""

_KINDS: Final = {
    "PPLX": "neighbourhood", "PPLQ": "populated", "ADM1": "admin1", "ADM1H": "admin1",
    "AIRB": "airfield", "AIRF": "airfield", "AIRP": "airfield", "AIRH": "airfield",
    "AIRQ": "airfield", "MILB": "base", "INSM": "base", "NVB": "base", "FT": "base",
    "CMP": "camp", "CMPRF": "camp", "CMPLA": "camp", "CMPMN": "camp", "PSTB": "crossing",
    "CSTM": "crossing", "PSTP": "crossing", "PASS": "pass", "DAM": "dam", "DAMSB": "dam",
    "OILF": "oil-field", "OILR": "refinery", "OILW": "oil-field", "GASF": "gas-field",
    "PRT": "port", "HBR": "port", "HSP": "hospital", "PRN": "prison", "ISL": "island",
    "PS": "power-plant", "MN": "mine",
}  # fmt: skip
_CLASSES: Final = {
    "P": "populated", "A": "admin2", "S": "spot", "T": "terrain", "L": "area", "H": "water",
    "V": "terrain",
}  # fmt: skip
_RADII: Final = {
    "neighbourhood": 1.5, "admin1": 100.0, "admin2": 30.0, "terrain": 10.0, "area": 10.0,
    "water": 15.0, "island": 5.0, "oil-field": 5.0, "gas-field": 5.0,
}  # fmt: skip
_SPOT_RADIUS_KM: Final = 2.0


@dataclass(frozen=True, slots=True)
class Pack:
    """What is known of an installed pack.

    Attributes:
        country: ISO 3166-1 alpha-3.
        file: name of the file that it was made from.
        sha256: of that file.
        places: rows indexed.
        passed_over: rows that were no usable place.
        licence: of the data.
        added: ISO day on which it was added.
    """

    country: str
    file: str
    sha256: str
    places: int
    passed_over: int
    licence: str
    added: str


def default_packs_dir() -> Path:
    """The folder of the platform in which packs are kept."""
    return Path(user_data_path("conflictmap")) / "places"


def kind_of(feature_class: str, feature_code: str) -> str | None:
    """What a GeoNames feature is; None for one that is no place to look for (roads, undersea)."""
    return _KINDS.get(feature_code) or _CLASSES.get(feature_class)


def _place(cells: list[str]) -> Place | None:
    """A row of the format as a place; None where it is no usable one."""
    if len(cells) < COLUMNS:
        return None
    kind, country = kind_of(cells[6], cells[7]), alpha3_by_alpha2().get(cells[8])
    try:
        latitude, longitude = float(cells[4]), float(cells[5])
        population = max(0, min(int(cells[14] or 0), 2**32 - 1))
    except ValueError:
        return None
    on_earth = -90 <= latitude <= 90 and -180 <= longitude <= 180
    if kind is None or country is None or not cells[1] or not on_earth:
        return None
    spellings = [cells[2], *(name for name in cells[3].split(",") if name)]
    radius = None if kind == "populated" else _RADII.get(kind, _SPOT_RADIUS_KM)
    return Place(
        cells[1], spellings, latitude, longitude, country, cells[10], kind, population, radius
    )


def read_places(stream: IO[bytes]) -> Iterator[Place | None]:
    """The places of a GeoNames file, None for each row passed over."""
    for raw in stream:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if line.strip():
            yield _place(line.split("\t"))


@contextmanager
def _opened(path: Path, country: str) -> Iterator[IO[bytes]]:
    """The text inside a pack's file: `SG.txt`, or the largest text of `SG.zip`."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as stream:
            yield stream
        return
    with zipfile.ZipFile(path) as archive:
        texts = [m for m in archive.infolist() if m.filename.lower().endswith(".txt")]
        texts = [m for m in texts if "readme" not in m.filename.lower()]
        if not texts:
            raise UnreadableFile(path, f"the zip holds no text file of places for {country}")
        largest = max(texts, key=lambda member: member.file_size)
        if largest.file_size > LARGEST_FILE:
            raise UnreadableFile(path, f"the file inside has {largest.file_size:,} bytes")
        with archive.open(largest) as member:
            yield member


def find_file(source: Path, country: str) -> Path:
    """The file of a country in a folder (`SG.zip`, `SG.txt`), or the file itself.

    Raises:
        UnreadableFile: there is none.
    """
    if source.is_file():
        return source
    alpha2 = {alpha3: two for two, alpha3 in alpha3_by_alpha2().items()}.get(country, country)
    for name in (f"{alpha2}.zip", f"{alpha2}.txt"):
        if (source / name).is_file():
            return source / name
    raise UnreadableFile(source, f"there is no {alpha2}.zip or {alpha2}.txt")


def add_pack(
    country: str, source: Path, packs_dir: Path | None = None, progress: Progress | None = None
) -> Pack:
    """Index a country's file and install it; an earlier pack of the country is replaced.

    Args:
        country: ISO 3166-1 alpha-3.
        source: zip, text file, or folder that holds one.
        packs_dir: where packs are kept; None for the platform's data folder.
        progress: told the share of the file done.

    Raises:
        UnreadableFile: not a GeoNames file, or one without a place of the country.
    """
    path, folder = find_file(source, country), packs_dir or default_packs_dir()
    digest = _digest(path)
    builder, counts = IndexBuilder(), [0, 0]
    try:
        with _opened(path, country) as stream:
            for place in read_places(stream):
                usable = place is not None and place.country == country
                counts[usable] += 1
                if place is not None and usable:
                    builder.add(place)
                if progress and sum(counts) % 20_000 == 0:
                    progress(f"Reading places of {country}", min(0.9, sum(counts) / 400_000))
    except UnreadableFile:
        raise
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(path, f"it cannot be read to its end ({error})") from error
    if not counts[True]:
        raise UnreadableFile(path, f"it has no place of {country} in GeoNames' 19 columns")
    pack = Pack(
        country,
        path.name,
        digest,
        counts[True],
        counts[False],
        LICENCE,
        datetime.now(UTC).date().isoformat(),
    )
    _install(builder.finish(f"GeoNames {country} {digest[:8]}"), pack, folder)
    if progress:
        progress(f"Reading places of {country}", 1.0)
    return pack


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _install(index: PlaceIndex, pack: Pack, folder: Path) -> None:
    """Put a finished pack in its place in one step, so that a reader never sees half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f"{pack.country}-", suffix=".part", dir=folder))
    try:
        index.save(work / "new" / "index")
        (work / "new" / "pack.json").write_text(json.dumps(asdict(pack)), encoding="utf-8")
        target = folder / pack.country
        if target.exists():
            target.replace(work / "old")
        (work / "new").replace(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def installed_packs(packs_dir: Path | None = None) -> list[Pack]:
    """The packs that are installed, by country; one that cannot be read is left out."""
    folder = packs_dir or default_packs_dir()
    packs = []
    for file in sorted(folder.glob("*/pack.json")):
        try:
            packs.append(Pack(**json.loads(file.read_text(encoding="utf-8"))))
        except (ValueError, TypeError, OSError):
            continue
    return packs


def open_packs(packs_dir: Path | None = None) -> list[PlaceIndex]:
    """The indexes of the installed packs; one made by another version is left out."""
    folder = packs_dir or default_packs_dir()
    indexes = []
    for pack in installed_packs(folder):
        try:
            indexes.append(PlaceIndex.open(folder / pack.country / "index"))
        except UnreadableFile:
            continue
    return indexes


def remove_pack(country: str, packs_dir: Path | None = None) -> bool:
    """Take a country's pack away; False where there was none."""
    folder = (packs_dir or default_packs_dir()) / country
    if not (folder / "pack.json").is_file():
        return False
    shutil.rmtree(folder)
    return True
