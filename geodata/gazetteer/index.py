"""One layer of the gazetteer as flat arrays that open in milliseconds.

An index holds places (numbered from 0) and, for every spelling of every place, a 64-bit hash of
its key beside the place's number, sorted by hash: a lookup is one binary search. Written as
`.npy` files, it is memory-mapped when opened, so that only the touched pages are read.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from geodata.errors import UnreadableFile
from geodata.gazetteer import names
from geodata.gazetteer.spellings import Spelling, Spellings, SpellingsBuilder, opened

FORMAT = 4
"""Raised whenever keys or files change, so that an older index is built anew."""

MAIN, CURRENT, OTHER, FORMER = range(4)
"""How a spelling names a place: as its main name, as a name of today, as a spelling of which no
more is known, as a name that it bore once."""
_WEIGHT = np.array((0, 1, 3, 2), np.uint8)
"""Which of them counts where one key is filed for a place in several ways, least first: a list of
mere spellings repeats former names."""
_USE_BITS = 30
_PLACE_MASK = (1 << _USE_BITS) - 1
_MICRO = 1_000_000
_CELLS_PER_DEGREE = 4
_ARRAYS = {
    "key": np.uint64, "owner": np.uint32, "latitude": np.int32, "longitude": np.int32,
    "country": np.uint16, "admin1": np.uint16, "kind": np.uint16, "population": np.uint32,
    "radius": np.float32, "name_end": np.uint32, "name": np.uint8, "cell": np.uint32,
    "by_cell": np.uint32,
}  # fmt: skip
_DERIVED = ("key", "owner", "name_end", "cell", "by_cell")

EXACT, ROMANISED, SKELETON = "0", "1", "2"
"""How a key was made, strict to loose; the first character of the hashed text."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a layer as it is written into an index.

    Attributes:
        name: the name shown.
        alternates: its other spellings, any script.
        latitude: WGS 84 degrees, north positive.
        longitude: WGS 84 degrees, east positive.
        country: ISO 3166-1 alpha-3.
        admin1: the layer's own admin1 code or name; "" unknown.
        kind: `populated`, `neighbourhood`, `admin1`, `admin2`, `terrain`, or a site's kind.
        population: inhabitants; 0 where the layer has none (GeoNames writes 0 for unknown).
        radius_km: within which the place lies, where the layer knows; else None.
        reports: incidents that put it there, of a place that a data set taught; 0 for any other.
    """

    name: str
    alternates: Sequence[str]
    latitude: float
    longitude: float
    country: str
    admin1: str = ""
    kind: str = "populated"
    population: int = 0
    radius_km: float | None = None
    reports: int = 0


def key_hash(tier: str, key: str) -> int:
    """The 64-bit number under which a key is filed."""
    return int.from_bytes(blake2b((tier + key).encode(), digest_size=8).digest(), "little")


def _is_code(name: str) -> bool:
    """Whether an alternate is an airport code or a like abbreviation, not a name."""
    return len(name) < 3 or (len(name) <= 4 and name.isascii() and name.isupper())


@dataclass
class _Filed:
    """Spellings that share a script and a country's customs, and whose they are."""

    texts: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)


class IndexBuilder:
    """Collects places, then files every spelling at once and sorts them into a `PlaceIndex`."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {
            column: [] for column in _ARRAYS if column not in _DERIVED
        }
        self._tables: dict[str, dict[str, int]] = {"country": {}, "admin1": {}, "kind": {}}
        self._groups: dict[tuple[str, str], _Filed] = {}
        self._spellings = SpellingsBuilder()
        self._of_alternates: list[str] = []
        self._reports: dict[int, int] = {}

    def add(self, place: Place) -> int:
        """Take a place; its number. A spelling that repeats costs nothing in the finished index."""
        number = len(self._columns["name"])
        customs = _customs_key(place.country)
        self._file(place.name, number, customs)
        # Where another alphabet is at home every spelling is somebody's romanisation; elsewhere
        # the alternates of a place are foreign exonyms, and only its main name is respelled.
        of_alternates = customs if names.customs_of(place.country) != "general" else ""
        self._of_alternates.append(of_alternates)
        for name in dict.fromkeys(place.alternates):
            if not _is_code(name):
                self._file(name, number | OTHER << _USE_BITS, of_alternates)
        self._add_columns(place)
        if place.reports:
            self._reports[number] = place.reports
        return number

    def add_spelling(self, number: int, spelling: Spelling) -> None:
        """Take one more name of a place, with its language, by the number that `add` gave."""
        self._spellings.add(number, spelling)
        if not _is_code(spelling.name):
            use = FORMER if spelling.is_former else CURRENT
            self._file(spelling.name, number | use << _USE_BITS, self._of_alternates[number])

    def _file(self, name: str, owner: int, customs: str) -> None:
        # ASCII is kept apart because it folds ten times faster than the rest.
        kind = "ascii" if name.isascii() else names.script(name) if customs else "other"
        spellings = self._groups.setdefault((kind, customs), _Filed())
        spellings.texts.append(name.replace("\n", " ") if "\n" in name else name)
        spellings.owners.append(owner)

    def _add_columns(self, place: Place) -> None:
        row = {
            "latitude": round(place.latitude * _MICRO),
            "longitude": round(place.longitude * _MICRO),
            "country": self._code("country", place.country),
            "admin1": self._code("admin1", f"{place.country}.{place.admin1}"),
            "kind": self._code("kind", place.kind),
            "population": place.population,
            "radius": np.nan if place.radius_km is None else place.radius_km,
            "name": place.name.encode(),
        }
        for column, value in row.items():
            self._columns[column].append(value)

    def _code(self, table: str, value: str) -> int:
        codes = self._tables[table]
        return codes.setdefault(value, len(codes))

    def _filed(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
        """Hashes and owners of all keys, sorted by hash, each pair once."""
        hashes, owners = [np.empty(0, np.uint64)], [np.empty(0, np.uint32)]
        for (kind, country), spellings in self._groups.items():
            whose = np.array(spellings.owners, np.uint32)
            for tier, text in _forms("\n".join(spellings.texts), kind, country):
                hashed, useful = _hashes(tier, text)
                hashes.append(hashed)
                owners.append(whose[useful])
        return _sorted_once(np.concatenate(hashes), np.concatenate(owners))

    def finish(self, source: str) -> PlaceIndex:
        """The sorted index; `source` names the layer and its version."""
        keys, owners = self._filed()
        arrays = {
            column: np.array(values, _ARRAYS[column])
            for column, values in self._columns.items()
            if column != "name"
        }
        encoded: list[bytes] = self._columns["name"]
        cell = _cells(arrays["latitude"], arrays["longitude"])
        by_cell = np.argsort(cell, kind="stable").astype(np.uint32)
        arrays |= {
            "key": keys,
            "owner": owners,
            "name": np.frombuffer(b"".join(encoded), np.uint8),
            "name_end": np.cumsum([len(e) for e in encoded], dtype=np.uint32),
            "cell": cell[by_cell],
            "by_cell": by_cell,
        }
        tables = {table: list(codes) for table, codes in self._tables.items()}
        spelt = self._spellings.arrays()
        if spelt:
            tables |= self._spellings.tables()
        return PlaceIndex(source, arrays, tables, Spellings(spelt, tables), self._reports)


def _customs_key(country: str) -> str:
    """A country that stands for all with the same customs of spelling."""
    if country in names.ARTICLE_COUNTRIES:
        return "SYR"
    standing = {"arabic": "AFG", "slavic": "UKR", "burmese": "MMR", "general": "USA"}
    return standing[names.customs_of(country)]


def _forms(texts: str, kind: str, country: str) -> Iterable[tuple[str, str]]:
    """(tier, text) of every form of names, one a line; country "" for the strict form only."""
    lines = names.fold_lines(texts)
    yield EXACT, lines.replace(" ", "")
    if country:
        kind = "latin" if kind == "ascii" else kind
        for text in names.romanise_lines(lines, kind, country):
            yield ROMANISED, text
        yield SKELETON, names.skeleton_lines(lines, kind, country)


def _hashes(tier: str, text: str) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    """The hash of every useful key of a tier, one a line, and which of the keys were useful."""
    shortest = names.SHORTEST_SKELETON if tier == SKELETON else 1
    keys = (tier + text.replace("\n", f"\n{tier}")).encode().split(b"\n")
    useful = np.array([len(key) > shortest for key in keys], np.bool_)
    digests = b"".join([blake2b(key, digest_size=8).digest() for key in keys])
    return np.frombuffer(digests, "<u8").astype(np.uint64)[useful], useful


def _sorted_once(
    hashes: npt.NDArray[np.uint64], owners: npt.NDArray[np.uint32]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
    """Sorted by hash, then place; each place once a hash, in the way that counts."""
    place = owners & np.uint32(_PLACE_MASK)
    order = np.lexsort((_WEIGHT[owners >> _USE_BITS], place, hashes))
    hashes, owners, place = hashes[order], owners[order], place[order]
    first = np.ones(len(hashes), np.bool_)
    first[1:] = (hashes[1:] != hashes[:-1]) | (place[1:] != place[:-1])
    return hashes[first], owners[first]


def _cells(latitude: npt.NDArray[np.int32], longitude: npt.NDArray[np.int32]) -> Any:
    """The quarter-degree cell of each point, numbered row by row from the south-west."""
    row = (latitude.astype(np.int64) + 90 * _MICRO) * _CELLS_PER_DEGREE // _MICRO
    column = (longitude.astype(np.int64) + 180 * _MICRO) * _CELLS_PER_DEGREE // _MICRO
    return (row * 360 * _CELLS_PER_DEGREE + column).astype(np.uint32)


def _view(array: npt.NDArray[Any], letter: str) -> memoryview[int]:
    """The numbers of an array as Python sees them; `letter` is the code of `struct`."""
    view: Any = np.ascontiguousarray(array).data
    return cast("memoryview[int]", memoryview(view).cast("B").cast(letter))  # type: ignore[call-overload]


class PlaceIndex:
    """A read-only layer: keys -> place numbers -> columns. Safe to share between threads."""

    def __init__(
        self,
        source: str,
        arrays: dict[str, npt.NDArray[Any]],
        tables: dict[str, list[str]],
        spellings: Spellings | None = None,
        reports: dict[int, int] | None = None,
    ) -> None:
        self.source = source
        self.arrays = arrays
        self.tables = tables
        self.spellings = spellings or Spellings({}, {})
        # Only what is taught has them, and that is built anew each time instead of saved.
        self._reports = reports or {}
        # A memoryview gives Python integers three times faster than a numpy scalar does.
        self._keys = _view(arrays["key"], "Q")
        self._slack = 3 * math.isqrt(len(self._keys)) + 8
        self._owners = _view(arrays["owner"], "I")
        self._latitude = _view(arrays["latitude"], "i")
        self._longitude = _view(arrays["longitude"], "i")
        self._population = _view(arrays["population"], "I")
        self._kind = _view(arrays["kind"], "H")
        self._admin1 = _view(arrays["admin1"], "H")
        self._name_end = _view(arrays["name_end"], "I")
        self._name = _view(arrays["name"], "B")
        self._radius = cast("memoryview[float]", _view(arrays["radius"], "f"))
        self.country_numbers = _view(arrays["country"], "H")
        self._country_number = {code: n for n, code in enumerate(tables["country"])}

    def __len__(self) -> int:
        return len(self._latitude)

    @classmethod
    def build(cls, places: Iterable[Place], source: str) -> PlaceIndex:
        """An index in memory of all places, in their order."""
        builder = IndexBuilder()
        for place in places:
            builder.add(place)
        return builder.finish(source)

    def save(self, folder: Path) -> None:
        """Write the index's files into a folder, which is made."""
        folder.mkdir(parents=True)
        for name, array in (self.arrays | dict(self.spellings.arrays)).items():
            np.save(folder / f"{name}.npy", array)
        meta = {"format": FORMAT, "source": self.source, "tables": self.tables}
        (folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> PlaceIndex:
        """The index in a folder, memory-mapped; raises `UnreadableFile` if it is not whole."""
        try:
            meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
            arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
            spellings = opened(folder, meta["tables"])
        except (OSError, ValueError, EOFError) as error:
            raise UnreadableFile(folder, f"the place index cannot be read ({error})") from error
        if meta["format"] != FORMAT:
            raise UnreadableFile(folder, "the place index was made by another version")
        plain = {name: np.asarray(array) for name, array in arrays.items()}
        return cls(meta["source"], plain, meta["tables"], spellings)

    def find(self, tier: str, key: str) -> list[tuple[int, int]]:
        """(place number, `MAIN` … `FORMER`) of every place filed under a key."""
        return self.find_hash(key_hash(tier, key))

    def find_hash(self, hashed: int) -> list[tuple[int, int]]:
        """As `find`, by the key's hash, which is the same in every layer."""
        keys = self._keys
        size = len(keys)
        # Hashes are evenly spread, so that a key is near its share of the way: a search from there
        # touches one or two pages of the file where one from the middle touches a dozen.
        near = hashed * size >> 64
        low, high = max(0, near - self._slack), min(size, near + self._slack)
        if low and keys[low - 1] >= hashed:
            low = 0
        if high < size and keys[high] < hashed:
            high = size
        low = bisect_left(keys, hashed, low, high)
        if low == size or keys[low] != hashed:
            return []
        found = []
        while low < size and keys[low] == hashed:
            owner = self._owners[low]
            found.append((owner & _PLACE_MASK, owner >> _USE_BITS))
            low += 1
        return found

    def point(self, number: int) -> tuple[float, float]:
        """Latitude and longitude of a place, WGS 84 degrees with six decimals."""
        return self._latitude[number] / _MICRO, self._longitude[number] / _MICRO

    def name(self, number: int) -> str:
        """The name shown for a place."""
        start = self._name_end[number - 1] if number else 0
        return bytes(self._name[start : self._name_end[number]]).decode()

    def country_number(self, country: str) -> int | None:
        """The number of a country in `country_numbers`; None where the layer has no place in it."""
        return self._country_number.get(country)

    def country(self, number: int) -> str:
        """The ISO 3166-1 alpha-3 code of a place."""
        return self.tables["country"][self.country_numbers[number]]

    def admin1(self, number: int) -> str:
        """The layer's admin1 code or name of a place; "" unknown."""
        return self.tables["admin1"][self._admin1[number]].partition(".")[2]

    def kind(self, number: int) -> str:
        """What a place is, such as `populated`."""
        return self.tables["kind"][self._kind[number]]

    def population(self, number: int) -> int:
        """Inhabitants; 0 where the layer has none."""
        return self._population[number]

    def reports(self, number: int) -> int:
        """How many incidents put a taught place there; 0 for any other place."""
        return self._reports.get(number, 0)

    def radius_km(self, number: int) -> float | None:
        """Within which the place lies, where the layer knows."""
        radius = self._radius[number]
        return None if math.isnan(radius) else radius

    def around(self, latitude: float, longitude: float, degrees: float) -> npt.NDArray[np.int64]:
        """Numbers of the places in the quarter-degree cells within `degrees` of a point."""
        found = []
        reach = int(degrees * _CELLS_PER_DEGREE) + 1
        width = 360 * _CELLS_PER_DEGREE
        row = int((latitude + 90) * _CELLS_PER_DEGREE)
        column = int((longitude + 180) * _CELLS_PER_DEGREE)
        for r in range(max(row - reach, 0), min(row + reach, 180 * _CELLS_PER_DEGREE) + 1):
            first, last = r * width + column - reach, r * width + column + reach
            low, high = np.searchsorted(self.arrays["cell"], (first, last + 1))
            found.append(self.arrays["by_cell"][low:high])
        return np.concatenate(found).astype(np.int64) if found else np.empty(0, np.int64)

    def inside(self, south: float, west: float, north: float, east: float) -> npt.NDArray[np.int64]:
        """Numbers of the places in a box; `west` beyond `east` crosses the date line."""
        latitude, longitude = self.arrays["latitude"], self.arrays["longitude"]
        beyond, before = longitude >= west * _MICRO, longitude <= east * _MICRO
        along = beyond & before if west <= east else beyond | before
        across = (latitude >= south * _MICRO) & (latitude <= north * _MICRO)
        return np.flatnonzero(along & across).astype(np.int64)
