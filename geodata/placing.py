"""Places that the gazetteer cannot find alone: who waits for one, who set one, what that teaches.

A person's choice for a name is written into the incidents of that name, in their history, and from
there it is the gazetteer's highest layer. What sources' own coordinates teach stands below it. Both
are read from the snapshot: what is undone or withdrawn teaches nothing any more.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata.errors import ImpossibleValue
from geodata.gazetteer import Candidate, Gazetteer
from geodata.gazetteer.choose import SMALLEST_TOWN_RADIUS_KM
from geodata.gazetteer.layers import Progress
from geodata.gazetteer.packs import packs_mark
from geodata.gazetteer.places import distance_km
from geodata.incident import Where
from geodata.schema import to_frame
from geodata.store import BY_HAND, SOURCE_COORDINATES, Snapshot, Store
from geodata.vocabulary import LOCATION_PRECISION, default_radius_km, on_the_map

CHOSEN: Final = "chosen by an analyst"
"""`location_method` of an incident placed by a choice that holds for its name; a place set for one
incident alone has `BY_HAND` and teaches nothing."""
TYPED: Final = "typed coordinates"
"""`location_source` of a point that a person typed."""
POINT_PRECISIONS: Final = tuple(
    code for code in LOCATION_PRECISION.codes
    if on_the_map(code) and default_radius_km(code) is not None
)  # fmt: skip
"""Precisions that a person may give a point, the most exact first."""
LARGEST_RADIUS_KM: Final = 500.0

_COARSE: Final = ("admin1", "admin2")
_MEMBER_COLUMNS: Final = (
    "incident_id", "title", "date_start", "place_text", "admin1", "admin2", "latitude",
    "longitude", "radius_km", "location_precision", "location_method",
)  # fmt: skip


# --- who waits for a place -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnplacedName:
    """A name of incidents that are nowhere on the map, or only in a district or province.

    Attributes:
        name: as looked up: the place's name, else the place as written.
        country: ISO 3166-1 alpha-3; None unknown.
        incidents: how many bear it.
        off_map: how many of them are not on the map at all.
    """

    name: str
    country: str | None
    incidents: int
    off_map: int


def unplaced_names(snapshot: Snapshot) -> list[UnplacedName]:
    """The names that wait for a person, the most frequent first.

    Not among them: what a source itself places by coordinates, what a person has placed, and units
    that are drawn because no more than the unit is named.
    """
    waiting = _waiting(snapshot)
    grouped = waiting.group_by(["name", "country"]).aggregate(
        [("incident_id", "count"), ("off_map", "sum")]
    )
    found = [
        UnplacedName(
            row["name"], row["country"], int(row["incident_id_count"]), int(row["off_map_sum"])
        )
        for row in grouped.to_pylist()
    ]
    return sorted(found, key=lambda each: (-each.incidents, each.name, each.country or ""))


def incidents_of(snapshot: Snapshot, name: UnplacedName) -> list[dict[str, Any]]:
    """The incidents that wait under a name: id, title, day, place as written, units, spot, rule."""
    waiting = _waiting(snapshot)
    country = waiting["country"]
    same = pc.is_null(country) if name.country is None else pc.equal(country, name.country)
    rows: list[dict[str, Any]] = (
        waiting.filter(pc.and_(pc.equal(waiting["name"], name.name), same))
        .select(list(_MEMBER_COLUMNS)).to_pylist()
    )  # fmt: skip
    return rows


def _waiting(snapshot: Snapshot) -> pa.Table:
    """The waiting incidents, with `name` and `off_map` (0 or 1)."""
    table = snapshot.incidents
    drawn = [code for code in LOCATION_PRECISION.codes if on_the_map(code)]
    method = pc.fill_null(table["location_method"], "")
    precision = table["location_precision"]
    off_map = pc.or_(pc.is_null(table["latitude"]), pc.invert(_among(precision, drawn)))
    as_named = pc.or_(pc.ends_with(method, "(no name)"), pc.starts_with(method, "admin1 named"))
    coarse = pc.and_(_among(precision, _COARSE), pc.invert(as_named))
    settled = _among(method, (SOURCE_COORDINATES, CHOSEN, BY_HAND))
    name = pc.coalesce(table["place_name"], table["place_text"])
    keep = pc.and_(pc.or_(off_map, coarse), pc.and_(pc.invert(settled), pc.is_valid(name)))
    named = table.select(["country", *_MEMBER_COLUMNS]).append_column("name", name)
    return named.append_column("off_map", pc.cast(off_map, pa.int64())).filter(keep)


def _among(column: Any, codes: Iterable[str]) -> Any:
    return pc.is_in(column, value_set=pa.array(list(codes), pa.string()))


# --- a place set by hand -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Point:
    """Where a person says that a place is, and how exactly that is known.

    Attributes:
        latitude: WGS 84 degrees, north positive.
        longitude: WGS 84 degrees, east positive.
        precision: one of `POINT_PRECISIONS`.
        source: the gazetteer layer of the candidate that was chosen, or `TYPED`.
        radius_km: within which the place lies; None takes the precision's own.
        country: ISO 3166-1 alpha-3, for incidents that have none; None leaves theirs.
    """

    latitude: float
    longitude: float
    precision: str
    source: str
    radius_km: float | None = None
    country: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is no point on Earth or no precision of one.

        Raises:
            ImpossibleValue: naming it.
        """
        Where(latitude=self.latitude, longitude=self.longitude, precision=self.precision)
        if self.precision not in POINT_PRECISIONS:
            label = LOCATION_PRECISION.label(self.precision)
            raise ImpossibleValue(f"{label!r} is no precision that a point can have.")
        if self.radius_km is not None and not 0 < self.radius_km <= LARGEST_RADIUS_KM:
            raise ImpossibleValue(
                f"A radius of {self.radius_km:g} km; it must lie between 0 and "
                f"{LARGEST_RADIUS_KM:g} km."
            )


def place(  # noqa: PLR0913 - whom, where, for what, and who says so and why
    store: Store,
    incident_ids: Sequence[str],
    point: Point,
    *,
    for_name: bool,
    who: str,
    why: str,
) -> int:
    """Put incidents at a point, as one change of the history; how many of them that moved.

    Args:
        store: that has them.
        incident_ids: which.
        point: where.
        for_name: whether the choice holds for the name, so that later imports follow it.
        who: who says so.
        why: on what grounds.

    Raises:
        ImpossibleValue: an incident is not there; nothing is changed.
    """
    radius = point.radius_km
    where: dict[str, Any] = {
        "latitude": point.latitude,
        "longitude": point.longitude,
        "location_precision": point.precision,
        "radius_km": default_radius_km(point.precision) if radius is None else radius,
        "location_method": CHOSEN if for_name else BY_HAND,
        "location_source": point.source,
    }
    if point.country is not None:
        where["country"] = point.country
    return store.place(incident_ids, where, who=who, why=why)


def candidates(
    gazetteer: Gazetteer, name: UnplacedName, members: Sequence[dict[str, Any]]
) -> list[tuple[Candidate, float | None]]:
    """Places that a name may mean, best first, each with its distance.

    The province helps where all incidents of the name have the same. The distance is from where
    the incidents are drawn now, kilometres; None where they are not drawn.
    """
    provinces = {member["admin1"] for member in members}
    admin1 = provinces.pop() if len(provinces) == 1 else None
    located = gazetteer.locate(name.name, country=name.country, admin1=admin1)
    found = located.candidates or tuple(
        gazetteer.candidates(name.name, country=name.country, admin1=admin1)
    )
    drawn = {(m["latitude"], m["longitude"]) for m in members if m["latitude"] is not None}
    now = drawn.pop() if len(drawn) == 1 else None
    return [(c, None if now is None else distance_km(*now, c.latitude, c.longitude)) for c in found]


# --- what the gazetteer learns -------------------------------------------------------------------


def corrections(snapshot: Snapshot) -> pd.DataFrame:
    """The analysts' choices that stand, as `Gazetteer.open(corrections=…)` takes them.

    Columns: name, country, admin1, latitude, longitude, precision, radius_km; one row for each
    name, country and province, the latest choice where there are several. By name.
    """
    table = snapshot.incidents
    name = pc.coalesce(table["place_name"], table["place_text"])
    taken = ["country", "admin1", "latitude", "longitude", "radius_km"]
    chosen = table.select([*taken, "updated_at"]).append_column("name", name)
    chosen = chosen.append_column("precision", table["location_precision"])
    usable = pc.and_(pc.is_valid(name), pc.is_valid(table["latitude"]))
    chosen = chosen.filter(pc.and_(_among(table["location_method"], (CHOSEN,)), usable))
    frame = to_frame(chosen).sort_values("updated_at", kind="stable")
    latest = frame.drop_duplicates(["name", "country", "admin1"], keep="last")
    columns = ["name", "country", "admin1", "latitude", "longitude", "precision", "radius_km"]
    return latest[columns].sort_values(["name", "country", "admin1"], ignore_index=True)


def learned(snapshot: Snapshot) -> pd.DataFrame:
    """The places that sources' coordinates teach, as `Gazetteer.open(learned=…)` takes them.

    As `Snapshot.learned_places`, with a radius that holds every incident of the place.
    """
    places = snapshot.learned_places()
    radius = places["spread_km"].clip(lower=SMALLEST_TOWN_RADIUS_KM).round(1)
    return places.assign(radius_km=radius)


class TaughtGazetteer:
    """The gazetteer as a store has taught it; made anew only when what it teaches has changed.

    Safe to use from several threads.
    """

    def __init__(self, cache_dir: Path | None = None, packs_dir: Path | None = None) -> None:
        """Folders as for `Gazetteer.open`."""
        self._cache_dir, self._packs_dir = cache_dir, packs_dir
        self._lock = threading.Lock()
        self._version: tuple[str, int] | None = None
        self._packs: tuple[tuple[str, int], ...] = ()
        self._taught: tuple[pd.DataFrame, pd.DataFrame] | None = None
        self._gazetteer: Gazetteer | None = None

    def of(self, snapshot: Snapshot, progress: Progress | None = None) -> Gazetteer:
        """The gazetteer for a version of the store, with the country packs that are installed."""
        packs = packs_mark(self._packs_dir)
        version = (snapshot.store, snapshot.version)
        with self._lock:
            if self._gazetteer and (self._version, self._packs) == (version, packs):
                return self._gazetteer
            taught = learned(snapshot), corrections(snapshot)
            if not (self._gazetteer and self._packs == packs and self._is_taught(taught)):
                self._gazetteer = Gazetteer.open(
                    self._cache_dir, learned=taught[0], corrections=taught[1],
                    packs_dir=self._packs_dir, progress=progress,
                )  # fmt: skip
            self._version, self._packs, self._taught = version, packs, taught
            return self._gazetteer

    def _is_taught(self, taught: tuple[pd.DataFrame, pd.DataFrame]) -> bool:
        held = self._taught
        return held is not None and all(a.equals(b) for a, b in zip(held, taught, strict=True))
