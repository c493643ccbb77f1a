"""Country packs: GeoNames country files that the user adds, with villages and spots.

A pack is a folder `places/SYR` in the data folder with an index and `pack.json` (files, SHA-256,
rows, licence, date). It is read from a zip, a text file or a folder; nothing is downloaded here.

The format is that of GeoNames' `readme.txt`: 19 columns, tab-separated, UTF-8, and for the names
with their languages that of `spellings`. The data are under CC BY 4.0.
"""

from __future__ import annotations

import io
import json
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Final, cast

from platformdirs import user_data_path

from geodata.errors import UnreadableFile
from geodata.gazetteer.index import IndexBuilder, Place, PlaceIndex
from geodata.gazetteer.layers import Progress, alpha3_by_alpha2
from geodata.gazetteer.spellings import geonames_id, read_spelling

LICENCE: Final = "GeoNames, Creative Commons Attribution 4.0"
COLUMNS: Final = 19
LARGEST_FILE: Final = 4_000_000_000
"""Bytes that a pack's text may have; all countries together are 1.7 GB."""
LONGEST_ROW: Final = 1 << 18
"""Bytes of a row that are read at once; a longer one is no row of the format."""
WORLD_NAMES: Final = ("alternateNamesV2.zip", "alternateNamesV2.txt")
"""GeoNames' names of all countries in one file."""

Tell = Callable[[int], None]
"""Called with the number of rows read."""

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
        names: names indexed with their language; 0 without a file of names.
        names_file: the file that they were read from; None without one.
        names_sha256: of that file; None without one.
    """

    country: str
    file: str
    sha256: str
    places: int
    passed_over: int
    licence: str
    added: str
    names: int = 0
    names_file: str | None = None
    names_sha256: str | None = None


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


def read_places(stream: IO[bytes]) -> Iterator[tuple[int | None, Place] | None]:
    """The places of a GeoNames file with GeoNames' ids, None for each row passed over."""
    for line in _rows(stream):
        cells = line.split("\t")
        place = _place(cells)
        yield None if place is None else (geonames_id(cells[0]), place)


def _rows(stream: IO[bytes]) -> Iterator[str]:
    """The rows of a text that are not blank; whatever has no end is cut, not held in memory."""
    while raw := stream.readline(LONGEST_ROW):
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if line.strip():
            yield line


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
            # A zip's own stream reads lines of bounded length one byte at a time.
            yield io.BufferedReader(cast("io.RawIOBase", member), 1 << 18)


def find_file(source: Path, country: str) -> Path:
    """The file of a country in a folder (`SG.zip`, `SG.txt`), or the file itself.

    Raises:
        UnreadableFile: there is none.
    """
    if source.is_file():
        return source
    alpha2 = _alpha2(country)
    for name in (f"{alpha2}.zip", f"{alpha2}.txt"):
        if (source / name).is_file():
            return source / name
    raise UnreadableFile(source, f"there is no {alpha2}.zip or {alpha2}.txt")


def find_names(source: Path, country: str) -> Path | None:
    """The file of a country's names in a folder laid out as GeoNames'; None where there is none.

    That is `alternatenames/SG.zip`, or the names of all countries, `alternateNamesV2.zip`; either
    may be unpacked.
    """
    if not source.is_dir():
        return None
    alpha2 = _alpha2(country)
    own = (f"alternatenames/{alpha2}.zip", f"alternatenames/{alpha2}.txt")
    return next((source / name for name in (*own, *WORLD_NAMES) if (source / name).is_file()), None)


def _alpha2(country: str) -> str:
    return {alpha3: two for two, alpha3 in alpha3_by_alpha2().items()}.get(country, country)


def add_pack(
    country: str,
    source: Path,
    packs_dir: Path | None = None,
    progress: Progress | None = None,
    *,
    names: Path | None = None,
) -> Pack:
    """Index a country's file and install it; an earlier pack of the country is replaced.

    Args:
        country: ISO 3166-1 alpha-3.
        source: zip, text file, or folder that holds one.
        packs_dir: where packs are kept; None for the platform's data folder.
        progress: told the share of the file done.
        names: file of names with their languages; None for the one in the folder `source`, if any.

    Raises:
        UnreadableFile: not a GeoNames file, or one without a place of the country, or names that
            are not in GeoNames' columns.
    """
    path, folder = find_file(source, country), packs_dir or default_packs_dir()
    names = names or find_names(source, country)
    builder, ids = IndexBuilder(), dict[int, int]()

    def told(what: str, first: float, share: float) -> Tell:
        def tell(done: int) -> None:
            if progress and done % 20_000 == 0:
                progress(f"Reading {what} of {country}", first + share * done / (done + 200_000))

        return tell

    digest = _digest(path)
    found, passed_over = _add_places(builder, ids, path, country, told("places", 0.0, 0.5))
    if not found:
        raise UnreadableFile(path, f"it has no place of {country} in GeoNames' 19 columns")
    spelt = _add_names(builder, ids, names, country, told("names", 0.5, 0.4)) if names else 0
    pack = Pack(
        country, path.name, digest, found, passed_over, LICENCE,
        datetime.now(UTC).date().isoformat(), spelt,
        names.name if names else None, _digest(names) if names else None,
    )  # fmt: skip
    _install(builder.finish(f"GeoNames {country} {digest[:8]}"), pack, folder)
    if progress:
        progress(f"Reading places of {country}", 1.0)
    return pack


def _add_places(
    builder: IndexBuilder,
    ids: dict[int, int],
    path: Path,
    country: str,
    tell: Callable[[int], None],
) -> tuple[int, int]:
    """Index a country's places, and note their numbers by GeoNames' ids; how many, how many not."""
    found = rows = 0
    with _whole(path, country) as stream:
        for rows, read in enumerate(read_places(stream), 1):
            if read is not None and read[1].country == country:
                number = builder.add(read[1])
                if read[0] is not None:
                    ids[read[0]] = number
                found += 1
            tell(rows)
    return found, rows - found


def _add_names(
    builder: IndexBuilder,
    ids: dict[int, int],
    path: Path,
    country: str,
    tell: Callable[[int], None],
) -> int:
    """Index the names of the places that are there; how many.

    Raises:
        UnreadableFile: none of the first rows is in the columns of the format.
    """
    found = read = rows = 0
    with _whole(path, country) as stream:
        for rows, line in enumerate(_rows(stream), 1):
            spelling = read_spelling(line)
            read += spelling is not None
            number = None if spelling is None else ids.get(spelling[0])
            if spelling is not None and number is not None:
                builder.add_spelling(number, spelling[1])
                found += 1
            tell(rows)
    if rows and not read:
        raise UnreadableFile(path, "it is no file of alternate names in GeoNames' ten columns")
    return found


@contextmanager
def _whole(path: Path, country: str) -> Iterator[IO[bytes]]:
    """As `_opened`; a file that breaks off on the way is refused by name."""
    try:
        with _opened(path, country) as stream:
            yield stream
    except UnreadableFile:
        raise
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        zlib.error,
        lzma.LZMAError,
        RuntimeError,
    ) as error:
        raise UnreadableFile(path, f"it cannot be read to its end ({error})") from error


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


def packs_mark(packs_dir: Path | None = None) -> tuple[tuple[str, int], ...]:
    """Country and time of writing of each installed pack: another one when any has changed."""
    folder = packs_dir or default_packs_dir()
    return tuple(
        (file.parent.name, file.stat().st_mtime_ns) for file in sorted(folder.glob("*/pack.json"))
    )


def open_packs(packs_dir: Path | None = None) -> dict[str, PlaceIndex | None]:
    """By country, the index of each installed pack.

    None where it cannot be read: made by another version, or damaged.
    """
    folder = packs_dir or default_packs_dir()
    indexes: dict[str, PlaceIndex | None] = {}
    for pack in installed_packs(folder):
        try:
            indexes[pack.country] = PlaceIndex.open(folder / pack.country / "index")
        except UnreadableFile:
            indexes[pack.country] = None
    return indexes


def unusable(packs: Mapping[str, PlaceIndex | None]) -> tuple[str, ...]:
    """A sentence for each pack that is installed and answers nothing, with what to do."""
    return tuple(
        f"The country pack of {country} was made by another version, or is damaged, and is not "
        f"used. Add it again: conflictmap places add {country}"
        for country, index in packs.items()
        if index is None
    )


def remove_pack(country: str, packs_dir: Path | None = None) -> bool:
    """Take a country's pack away; False where there was none."""
    folder = (packs_dir or default_packs_dir()) / country
    if not (folder / "pack.json").is_file():
        return False
    shutil.rmtree(folder)
    return True
