"""The gazetteer itself: layers of places, asked by name, or by point."""

from __future__ import annotations

import math
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Final

import pandas as pd
from platformdirs import user_cache_path

from geodata import boundaries
from geodata.errors import UnreadableFile
from geodata.gazetteer import choose, names
from geodata.gazetteer.admin import admin1_match, country_meant
from geodata.gazetteer.choose import (
    DOMINANT_IN_PROVINCE,
    MOST_CANDIDATES,
    NAMESAKE_KM,
    Choice,
    Context,
    Hit,
)
from geodata.gazetteer.countries import country_code, neighbours
from geodata.gazetteer.index import EXACT, MAIN, ROMANISED, SKELETON, PlaceIndex, key_hash
from geodata.gazetteer.layers import (
    Progress,
    base_places,
    base_source,
    site_places,
    sites_text,
    table_places,
)
from geodata.gazetteer.learned import checked_places
from geodata.gazetteer.packs import open_packs, unusable
from geodata.gazetteer.phrases import (
    PlacePhrase,
    by_commas,
    either,
    may_name_district,
    readings,
    readings_in_turn,
    several,
    split_feature,
)
from geodata.gazetteer.pins import around_seat, pinned, pinned_between, unit_location
from geodata.gazetteer.places import Candidate, Location, distance_km

_FURTHEST: Final = 4
_OF_BORDERS: Final = frozenset(("camp", "crossing", "base"))
_MAY_BE_LIKE: Final = frozenset(
    (("at", ""), ("at", "settlement"), ("at", "site"), ("near", "near"), ("near", "area"))
)
"""Relations and roles of the readings that are looked for among taught places by likeness."""
LARGE_TOWN: Final = 50_000
"""Inhabitants of a town that a phrase means even where a province that it is not in stands behind
it; a smaller one may have a namesake there."""
CITY_PROVINCE_KM: Final = 60.0
"""Radius of a province that is no more than a city; another may surround it."""
KEPT_SECONDS: Final = 30 * 86_400
BRIDGE_CONSONANTS: Final = 5
"""Consonants that a name in Arabic letters needs to be matched with a Latin spelling by them."""
ACROSS_KM: Final = 25.0
"""How far beyond a border a place is still looked for."""

CORRECTED, LEARNED, SITES, PACKS, BASE = range(5)
"""Ranks of the layers, highest first."""


def default_cache_dir() -> Path:
    """The folder of the platform in which the index is kept."""
    return Path(user_cache_path("conflictmap"))


def _fingerprint() -> str:
    """A hash over the base layer's version and the code that makes its keys."""
    folder = files("geodata").joinpath("gazetteer")
    code = b"".join(folder.joinpath(f).read_bytes() for f in ("names.py", "index.py", "layers.py"))
    return blake2b(base_source().encode() + code, digest_size=8).hexdigest()


def _base_index(cache_dir: Path, progress: Progress | None) -> PlaceIndex:
    """The base layer, built at first use; two processes at once end with one whole folder."""
    folder = cache_dir / f"gazetteer-{_fingerprint()}"
    if folder.is_dir():
        try:
            return PlaceIndex.open(folder)
        except UnreadableFile:
            shutil.rmtree(folder, ignore_errors=True)
    cache_dir.mkdir(parents=True, exist_ok=True)
    index = PlaceIndex.build(base_places(progress), base_source())
    work = Path(tempfile.mkdtemp(prefix="gazetteer-", suffix=".part", dir=cache_dir))
    try:
        index.save(work / "index")
        (work / "index").replace(folder)
    except OSError:
        # Another process was faster, or the disk is full: the index in memory serves as well.
        if not folder.is_dir():
            return index
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _forget_older(cache_dir)
    if progress:
        progress("Indexing place names", 1.0)
    return PlaceIndex.open(folder)


def _forget_older(cache_dir: Path) -> None:
    """Remove indexes of earlier versions, and halves that a crash left, after a month."""
    limit = time.time() - KEPT_SECONDS
    for folder in cache_dir.glob("gazetteer-*"):
        if folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)


class Gazetteer:
    """Places by name, in layers; read-only once made, and safe to share between threads.

    Attributes:
        left_out: a sentence for each country pack that is installed and could not be used.
    """

    def __init__(
        self, layers: Sequence[tuple[int, PlaceIndex]], left_out: tuple[str, ...] = ()
    ) -> None:
        """Layers as (rank, index); see `CORRECTED` … `BASE` for the ranks."""
        self.left_out = left_out
        self._layers = sorted(layers, key=lambda layer: layer[0])
        self._locate = lru_cache(maxsize=32768)(self._locate_uncached)
        self._filed = lru_cache(maxsize=2048)(self._filed_uncached)

    @classmethod
    def open(  # noqa: PLR0913 - one argument for each layer
        cls,
        cache_dir: Path | None = None,
        *,
        learned: pd.DataFrame | None = None,
        corrections: pd.DataFrame | None = None,
        sites: bool = True,
        packs_dir: Path | None = None,
        progress: Progress | None = None,
    ) -> Gazetteer:
        """The gazetteer of this installation.

        Args:
            cache_dir: where the base index is kept; None for the platform's cache folder.
            learned: places from imported rows, as `learned.checked_places` takes them.
            corrections: the analyst's own places; columns as in `layers.table_places`. They win
                over everything.
            sites: whether to use the bundled conflict sites.
            packs_dir: where country packs are kept; None for the platform's data folder.
            progress: told while the index is built, which happens at first use only.
        """
        found = [(BASE, _base_index(cache_dir or default_cache_dir(), progress))]
        text = sites_text() if sites else None
        if text is not None:
            found.append((SITES, PlaceIndex.build(site_places(text), _sites_source(text))))
        packs = open_packs(packs_dir)
        found += [(PACKS, pack) for pack in packs.values() if pack is not None]
        for rank, table, source in (
            (CORRECTED, corrections, "corrections"),
            (LEARNED, None if learned is None else checked_places(learned), "learned places"),
        ):
            if table is not None and len(table):
                found.append((rank, PlaceIndex.build(table_places(table), source)))
        return cls(found, unusable(packs))

    @property
    def layers(self) -> list[PlaceIndex]:
        """The layers' indexes, highest first."""
        return [layer for _, layer in self._layers]

    # --- by name ------------------------------------------------------------------------------

    def locate(
        self,
        name: str,
        *,
        country: str | None = None,
        admin1: str | None = None,
        admin2: str | None = None,
        beside: Iterable[tuple[float, float]] = (),
    ) -> Location:
        """Where a name is, or the smallest unit known to hold it, or nothing, and why.

        Args:
            name: a place phrase as written, such as `at-Tanf garrison`.
            country: code or name; without one there is never a pin.
            admin1: state, province or governorate, as written.
            admin2: district or the like, as written.
            beside: (latitude, longitude) of other places of the same text, which settle between
                namesakes that nothing else tells apart.
        """
        return self._locate(name or "", country or "", admin1 or "", admin2 or "", tuple(beside))

    def _locate_uncached(
        self,
        name: str,
        country: str,
        admin1: str,
        admin2: str,
        beside: tuple[tuple[float, float], ...],
    ) -> Location:
        code = country_code(country)
        if code is None:
            return self._without_country(name, country)
        context = Context(code)
        if admin1 or admin2:
            context = self._context(country_meant(admin1, code), admin1, admin2)
        if beside:
            context = replace(context, beside=beside)
        location = self._contradicting(name, context)
        if location is None:
            context = _with_own_admin(name, context)
            location = self._named(name, context)
        if location is not None and location.latitude is not None:
            return replace(location, admin2=admin2 or None) if context.seats else location
        here = location is not None and "elsewhere" not in location.method
        beyond = None if here else self._across_border(name, admin1, context)
        return beyond or self._unit(name, context, location)

    def _across_border(self, name: str, admin1: str, context: Context) -> Location | None:
        """A place that the gazetteer files under a neighbour, near the border of the country asked.

        Rukban, a camp on Syria's border, stands under Jordan. A province that only a neighbour has
        (Hatay, given with Syria) is looked for there.
        """
        if not names.words(name):
            return None
        found = []
        for country in neighbours(context.country):
            if context.admin is None and admin1:
                there = admin1_match(admin1, country)
                location = self._named(name, Context(country, there)) if there else None
            else:
                location = self._named(name, Context(country))
                if location is not None and not _is_by_border(location, context):
                    location = None
            if location is not None and location.latitude is not None:
                found.append(replace(location, method=f"{location.method}, across the border"))
        return found[0] if len(found) == 1 else None

    def _without_country(self, name: str, country: str) -> Location:
        """No pin: "al-Tanaf" must not become Tanaf in Senegal."""
        method = "unknown country" if country else "no country"
        found = self.candidates(name, limit=MOST_CANDIDATES) if names.words(name) else []
        if found:
            method = f"abstained: {method}"
        return Location(None, None, "unknown", None, method, candidates=tuple(found))

    def _context(self, country: str, admin1: str, admin2: str) -> Context:
        admin = admin1_match(admin1, country)
        known = Context(country, admin)
        found = self._seated(admin2, known)
        if admin is None and not found.seats:
            # Some sources give a district, such as Afrin, where others give the province.
            found = self._seated(admin1, known)
        return found

    def _seated(self, district: str, context: Context) -> Context:
        """The context with the seats of a district: places of its name in the province."""
        hits = []
        for reading in readings(district):
            named = self._hits(EXACT, (names.folded(reading.name),), context.country)
            if not named:
                keys = names.romanised(reading.name, context.country)
                named = self._hits(ROMANISED, keys, context.country)
            asked = context.asking("admin2")
            hits += [h for h in named if _names_district(h) and choose.agrees(h, asked)]
        if not hits:
            return context
        seats = tuple(dict.fromkeys(hit.point for hit in hits))
        return replace(context, seats=seats, district=(district, hits[0].layer.source))

    def _named(self, name: str, context: Context) -> Location | None:
        """The first reading of a phrase that yields a point; else the first that abstains."""
        abstained: Location | None = None
        spellings = either(name)
        for number, reading in enumerate(readings_in_turn(name)):
            if spellings and number == 1:  # as it stands it is no name
                return self._either(spellings, context) or abstained
            unit = _admin_reading(reading, context)
            if unit is not None:
                return unit
            if reading.relation in ("alias", "in district"):
                lost = abstained is None or "elsewhere" in abstained.method
                known = self._before_container(name, reading, context) if lost else None
                if known is not None or _is_province(reading, context):
                    if known is not None:
                        return known
                    continue
            location = self._read(reading, context)
            if location is None:
                continue
            if location.latitude is not None:
                return location
            abstained = abstained or location
        listed = self._listed(name, context)
        if listed is None and (abstained is None or "elsewhere" in abstained.method):
            listed = self._like_taught(name, context)
        return listed or abstained

    def _either(self, spellings: tuple[str, ...], context: Context) -> Location | None:
        """The place that all of several names mean; abstains where one is of another, or unknown.

        A spelling whose consonants are those of the one that is known needs no entry of its own.
        """
        found = [self._named(spelling, context) for spelling in spellings]
        points = [location for location in found if location and location.latitude is not None]
        if not points:
            return next((location for location in found if location), None)
        bones = {names.skeleton(spelling, context.country) for spelling in spellings}
        known = len(points) == len(spellings) or len(bones) == 1
        if known and all(_apart_km(points[0], other) <= NAMESAKE_KM for other in points):
            return points[0]
        return Location(
            None, None, "unknown", None, f"abstained: {len(spellings)} names, not one place",
            country=context.country,
            candidates=tuple(dict.fromkeys(c for point in points for c in point.candidates[:2])),
        )  # fmt: skip

    def _like_taught(self, name: str, context: Context) -> Location | None:
        """The ring around a taught place that differs from a name in its vowels alone."""
        if context.admin is None or all(rank > LEARNED for rank, _ in self._layers):
            return None
        for reading in readings(name):
            if (reading.relation, reading.role) not in _MAY_BE_LIKE:
                continue
            inner = self._within(reading, context) if reading.within else context
            inner = inner.asking(reading.role)
            bones = names.skeleton(reading.name, context.country)
            hits = self._hits(SKELETON, (bones,), context.country)
            choice = choose.like_taught(reading.name, hits, inner) if hits else None
            if choice is not None:
                return pinned(choice, reading, inner)
        return None

    def _before_container(
        self, name: str, reading: PlacePhrase, context: Context
    ) -> Location | None:
        """What is closer than the district that a phrase names for a place it did not find."""
        if _is_province(reading, context):
            return self._by_seat(reading, context)
        return self._like_taught(name, context) if reading.relation == "in district" else None

    def _by_seat(self, reading: PlacePhrase, context: Context) -> Location | None:
        """The ring around the town that a province is named for, where brackets name it again.

        "Al Sakhour (Aleppo)" with the province of Aleppo beside it is a part of the town, for the
        province needs no second mention: so it was of all 20 such names with known coordinates.
        Behind a comma it was the province of every second.
        """
        asked = context.admin if context.stated else None
        if reading.relation != "alias" or asked != admin1_match(reading.name, context.country):
            return None
        choice = self._choice(reading.name, Context(context.country, asked))
        if choice is None or choice.hit is None:
            return None
        return pinned(choice, PlacePhrase(reading.name, "site"), context)

    def _contradicting(self, name: str, context: Context) -> Location | None:
        """Abstains where commas part a town from a province or town that cannot hold it.

        "Aleppo, Idlib" are two places; only large towns count, for any village may have a namesake.
        """
        first, *others = by_commas(name) or ("",)
        town = self._large_town(first, context) if others else None
        if town is None or town.hit is None:
            return None
        rivals = [self._large_town(other, context) for other in others]
        apart = [
            rival for rival, other in zip(rivals, others, strict=True)
            if self._cannot_hold(other, rival, town.hit, context)
        ]  # fmt: skip
        if not apart:
            return None
        named = [town, *(rival for rival in apart if rival is not None)]
        found = [one for each in named for one in choose.candidates_of(each.ranked, context, 2)]
        return Location(
            None, None, "unknown", None, f"abstained: {len(others) + 1} places in one cell",
            country=context.country, candidates=tuple(dict.fromkeys(found)),
        )  # fmt: skip

    def _cannot_hold(self, name: str, rival: Choice | None, town: Hit, context: Context) -> bool:
        """Whether a province or large town of a name lies elsewhere than a town."""
        admin = admin1_match(name, context.country)
        if admin is None:
            seat = None if rival is None else rival.hit
            return seat is not None and choose.apart_km(town, seat) > choose.reach_km(context)
        if choose.agrees(town, Context(context.country, admin)):
            return False
        own = admin1_match(town.layer.name(town.number), context.country)
        if own is not None and min(unit.radius_km for unit in own.units) <= CITY_PROVINCE_KM:
            # The oblast of Kyiv surrounds Kyiv, which is a province of its own.
            borders = [unit.border for unit in admin.units if unit.border is not None]
            return not any(border.bounds.contains(*town.point) for border in borders)
        return True

    def _large_town(self, name: str, context: Context) -> Choice | None:
        """The choice of a town of a name in the whole country that is too large to be mistaken."""
        bare, role = split_feature(name)
        if role not in ("", "settlement"):
            return None
        choice = self._choice(bare, Context(context.country))
        hit = None if choice is None else choice.hit
        return choice if hit is not None and hit.population >= LARGE_TOWN else None

    def _listed(self, name: str, context: Context) -> Location | None:
        """One point for a cell that lists places near each other; abstains where they are not."""
        places = several(name)
        found = [self._named(place, context) for place in places]
        points = [location for location in found if location and location.latitude is not None]
        if not points:
            return None
        first = points[0]
        apart = max(_apart_km(first, other) for other in points)
        candidates = tuple(dict.fromkeys(c for point in points for c in point.candidates[:2]))
        if len(points) < len(places) or apart > NAMESAKE_KM:
            return Location(
                None, None, "unknown", None, f"abstained: {len(places)} places in one cell",
                country=context.country, candidates=candidates,
            )  # fmt: skip
        return replace(
            first, precision="near", radius_km=round(max(apart, first.radius_km or 0.0, 3.0), 1),
            method=f"{len(places)} places near each other", candidates=candidates,
        )  # fmt: skip

    def _read(self, reading: PlacePhrase, context: Context) -> Location | None:
        """The location of one reading; None where its name is nowhere in the country."""
        inner = self._within(reading, context) if reading.within else context
        inner = inner.asking(reading.role)
        choice = self._choice(reading.name, inner)
        if choice is None:
            return None
        if choice.hit is None:
            found = choose.candidates_of(choice.ranked, inner, MOST_CANDIDATES)
            return Location(
                None, None, "unknown", None, choice.method, country=context.country,
                candidates=found,
            )  # fmt: skip
        if reading.relation == "between" and reading.other is not None:
            other = self._choice(reading.other, Context(context.country))
            if other is None or other.hit is None:
                return None
            return pinned_between(choice, other.hit, inner)
        return pinned(choice, reading, inner)

    def _within(self, reading: PlacePhrase, context: Context) -> Context:
        """The context narrowed by the containers that the phrase itself names."""
        for container in reading.within:
            admin = admin1_match(container, context.country)
            if admin is not None and context.admin in (None, admin):
                # "Manbij, Aleppo" is in the province; the town of that name is in it as well.
                return Context(context.country, admin, context.seats)
            choice = self._choice(container, context)
            if choice is not None and choice.hit is not None:
                return Context(context.country, context.admin, context.seats, (choice.hit.point,))
        return context

    def _choice(self, name: str, context: Context) -> Choice | None:
        """The choice among the places under a name, the strict form before the looser ones."""
        first: Choice | None = None
        for tier, keys in _keys(name, context.country):
            hits = self._hits(tier, keys, context.country)
            if not hits:
                continue
            choice = choose.choose(hits, context)
            if choice.hit is not None:
                return choice
            first = first or choice
        return first

    def _hits(self, tier: str, keys: Iterable[str], country: str) -> list[Hit]:
        filed = [(key, places) for key in keys if key and (places := self._filed(tier, key))]
        if not filed:
            return []
        found = []
        for at, (rank, layer) in enumerate(self._layers):
            code = layer.country_number(country)
            if code is None:
                continue
            for key, places in filed:
                for number, use in places[at]:
                    if layer.country_numbers[number] == code:
                        found.append(Hit(layer, rank, number, use, tier, key, layer.point(number)))
        return found

    def _filed_uncached(self, tier: str, key: str) -> tuple[list[tuple[int, int]], ...]:
        """What each layer has under a key, of all countries; empty where none has any.

        A name that its country does not have is asked of each neighbour as well.
        """
        hashed = key_hash(tier, key)
        places = tuple(layer.find_hash(hashed) for _, layer in self._layers)
        return places if any(places) else ()

    def _unit(self, name: str, context: Context, abstained: Location | None) -> Location:
        """The administrative unit that holds a place which was not found itself."""
        why = abstained.method if abstained else ("not found" if names.words(name) else "no name")
        found = abstained.candidates if abstained else ()
        if not found and names.words(name):
            found = tuple(self.candidates(name, country=context.country, limit=MOST_CANDIDATES))
        district = around_seat(context, why, self._beyond_reach(name, context))
        if district is not None:
            return replace(district, candidates=found)
        if context.admin is not None:
            unit = unit_location(context.admin, f"admin1 fallback ({why})")
            return replace(unit, candidates=found)
        return Location(
            None, None, "country", None, f"country only ({why})", country=context.country,
            candidates=found,
        )  # fmt: skip

    def _beyond_reach(self, name: str, context: Context) -> tuple[float, float] | None:
        """The place of a name in the province that is too far from the district's seat.

        The only one, or the one that is nearer by half than any other.
        """
        if not context.seats or context.admin is None:
            return None
        wide = replace(context, seats=())
        for reading in readings(name):
            if (reading.relation, reading.role) not in _MAY_BE_LIKE:
                continue
            asked = wide.asking(reading.role)
            choice = self._choice(reading.name, asked)
            ranked = () if choice is None else choice.ranked
            meant = choose.nearest([h for h in ranked if choose.agrees(h, asked)], context.seats)
            if meant is not None:
                return meant.point
        return None

    def candidates(
        self,
        name: str,
        *,
        country: str | None = None,
        admin1: str | None = None,
        admin2: str | None = None,
        limit: int = MOST_CANDIDATES,
    ) -> list[Candidate]:
        """Places that a name may mean, best first, with reasons; suggestions, never pins."""
        code = country_code(country)
        context = self._context(code, admin1 or "", admin2 or "") if code else None
        hits: list[Hit] = []
        for reading in readings(name)[:_FURTHEST]:
            hits += self._suggested(reading.name, code)
        ordered = sorted(
            dict.fromkeys(hits),
            key=lambda h: (-(choose.candidate(h, context).score), h.rank, -h.population),
        )
        return list(choose.candidates_of(ordered[:50], context, limit))

    def _suggested(self, name: str, country: str | None) -> list[Hit]:
        if country is None:
            return self._everywhere(EXACT, names.folded(name))
        found = self._hits(EXACT, (names.folded(name),), country)
        found += self._hits(ROMANISED, names.romanised(name, country), country)
        if not found:
            found = self._hits(SKELETON, (names.skeleton(name, country),), country)
        return found

    def _everywhere(self, tier: str, key: str) -> list[Hit]:
        return [
            Hit(layer, rank, number, use, tier, key, layer.point(number))
            for rank, layer in self._layers
            for number, use in layer.find(tier, key)
        ]

    # --- by point -----------------------------------------------------------------------------

    def reverse(self, latitude: float, longitude: float, limit: int = 5) -> list[Candidate]:
        """The places nearest to a point, nearest first; [] with none within about 100 km."""
        hits: list[tuple[float, Hit]] = []
        for rank, layer in self._layers:
            for number in layer.around(latitude, longitude, 1.0):
                point = layer.point(int(number))
                hit = Hit(layer, rank, int(number), MAIN, EXACT, "", point)
                hits.append((distance_km(latitude, longitude, *hit.point), hit))
        hits.sort(key=lambda pair: (pair[0], pair[1].rank))
        return [choose.candidate(hit, None) for _, hit in hits[:limit]]


def _apart_km(first: Location, second: Location) -> float:
    """The distance between two located points, kilometres; infinite without both."""
    points = (first.latitude, first.longitude, second.latitude, second.longitude)
    if any(value is None for value in points):
        return math.inf
    return distance_km(*(value or 0.0 for value in points))


def _keys(name: str, country: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The forms of a name under which a pin may be found, strict first.

    Consonants are enough only to bridge Arabic letters to a Latin spelling, and only when there
    are many: of 61 such answers with four data sets, 58 were within 25 km; of Latin names with
    like consonants one in seven was elsewhere.
    """
    yield EXACT, (names.folded(name),)
    yield ROMANISED, names.romanised(name, country)
    if names.script(name) == "arabic":
        bones = names.skeleton(name, country)
        if len(bones) >= BRIDGE_CONSONANTS:
            yield SKELETON, (bones,)


def _sites_source(text: str) -> str:
    return f"conflict_sites {blake2b(text.encode(), digest_size=4).hexdigest()}"


def _with_own_admin(name: str, context: Context) -> Context:
    """The context with the province that the phrase itself names, where none was given."""
    if context.admin is None and may_name_district(name):
        for reading in readings(name):
            named = reading.relation in ("in district", "alias")
            if named and _is_province(reading, context):
                admin = admin1_match(reading.name, context.country)
                return replace(context, admin=admin, stated=False)
    return context


def _is_known(location: Location) -> bool:
    """Whether a place beyond the border is a town, camp or crossing of just the name asked for.

    Of 10 places that bordering countries had for names asked without their province, the two towns
    were right, and none of the eight villages and other spellings.
    """
    best = location.candidates[0]
    large = (best.population or 0) >= DOMINANT_IN_PROVINCE
    return location.method == "name" and (large or best.kind in _OF_BORDERS)


def _is_by_border(location: Location, context: Context) -> bool:
    """Whether a point lies just outside the province, or else the country, that was asked for."""
    if location.latitude is None or location.longitude is None:
        return False
    if location.precision not in ("town", "site"):
        return False
    point = (location.latitude, location.longitude)
    if context.admin is not None:
        borders = [unit.border for unit in context.admin.units if unit.border is not None]
        return any(boundaries.is_within(border, *point, ACROSS_KM) for border in borders)
    box = _box(context.country)
    if box is None or not box.contains(*point) or not _is_known(location):
        return False
    return boundaries.is_within(boundaries.countries()[context.country], *point, ACROSS_KM)


@lru_cache(maxsize=256)
def _box(country: str) -> boundaries.Bounds | None:
    """The box around a country, wider by `ACROSS_KM`; None where it is not drawn."""
    if country not in boundaries.countries():
        return None
    box = boundaries.countries()[country].bounds
    steep = max(abs(box.south), abs(box.north))
    up = ACROSS_KM / 111.0
    aside = up / max(0.1, math.cos(math.radians(min(steep, 85.0))))
    return boundaries.Bounds(box.south - up, box.west - aside, box.north + up, box.east + aside)


def _names_district(hit: Hit) -> bool:
    """Whether a district may be named for a place: a village in a pack is a chance namesake."""
    return hit.rank != PACKS or hit.layer.kind(hit.number) == "admin2"


def _is_province(reading: PlacePhrase, context: Context) -> bool:
    return admin1_match(reading.name, context.country) is not None


def _admin_reading(reading: PlacePhrase, context: Context) -> Location | None:
    """The unit, where a phrase says itself that it means one ("Raqqa governorate")."""
    if reading.role != "admin1" or reading.relation != "at":
        return None
    match = admin1_match(reading.name, context.country)
    return None if match is None else unit_location(match, "admin1 named")
