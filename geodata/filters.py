"""One value for what a person is looking at, and everything that follows from it.

An `IncidentFilter` alone makes the link, the query expression, the sentence on top of the page and
the predicate that the browser evaluates, so that page, link and command line agree. A `View` is
how it is looked at: zoom, centre, open incident, layer.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, quote

import ibis
import ibis.expr.types as ir

from geodata.errors import BadLink, ConflictMapError
from geodata.schema import COORDINATE_DECIMALS
from geodata.vocabulary import (
    DATE_PRECISION,
    EVENT_TYPE,
    GRADE,
    LIST_SEPARATOR,
    LOCATION_PRECISION,
    ROLE,
    WEAPON,
    WEAPON_GROUP,
    on_the_map,
)

Point = tuple[float, float]

MAX_POLYGON_POINTS: Final = 500
MAX_TEXT_LENGTH: Final = 500
MAX_QUERY_LENGTH: Final = 16_000
TEXT_COLUMNS: Final = (
    "incident_id",
    "source_record_id",
    "title",
    "summary",
    "place_text",
    "place_name",
    "admin1",
    "admin2",
    "side_a",
    "side_b",
    "perpetrators",
    "targets",
    "weapon_text",
)
"""Where free text is looked for; every word must be found in one of them."""


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents are looked at; every field that is set narrows the choice.

    Values of one field widen it: two countries mean either. Lists are kept sorted and without
    repeats, so that equal choices are equal filters.

    Attributes:
        date_from: days on or after; an incident is in when its span touches the window.
        date_to: days on or before.
        countries: ISO 3166-1 alpha-3.
        actors: names of parties, matched whole in the roles.
        roles: columns the actors are looked for in; none means all of `vocabulary.ROLE`.
        weapons: weapon codes or launch groups.
        killed_min: a known killed figure (best, else low) of at least so many.
        injured_min: likewise for injured.
        text: words that must all be found; see `TEXT_COLUMNS`.
        bbox: west, south, east, north in degrees; west > east crosses the antimeridian.
        polygon: corners as (longitude, latitude), three or more, not closed. Sides run straight in
            degrees; across the antimeridian the longitudes go on past 180, as in 179, 181. The
            westernmost lies between -180 and 180.

    Raises:
        UnknownCode, BadLink: at construction, for a value that cannot be.
    """

    date_from: dt.date | None = None
    date_to: dt.date | None = None
    countries: tuple[str, ...] = ()
    admin1: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    weapons: tuple[str, ...] = ()
    event_types: tuple[str, ...] = ()
    killed_min: int | None = None
    injured_min: int | None = None
    grades: tuple[str, ...] = ()
    disputed: bool | None = None
    precisions: tuple[str, ...] = ()
    date_precisions: tuple[str, ...] = ()
    text: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    polygon: tuple[Point, ...] | None = None

    def __post_init__(self) -> None:
        for name in _SEVERAL:
            values = {value.strip() for value in getattr(self, name)} - {""}
            _set(self, name, tuple(sorted(values)))
        for parameter in _PARAMETERS:
            for value in _as_tuple(getattr(self, parameter.field)):
                parameter.check(value)
        _set(self, "text", " ".join((self.text or "").split())[:MAX_TEXT_LENGTH].strip() or None)
        if self.date_from and self.date_to and self.date_to < self.date_from:
            raise BadLink(f"The window ends ({self.date_to}) before it starts ({self.date_from}).")
        if self.bbox is not None:
            _set(self, "bbox", _box(self.bbox))
        if self.polygon is not None:
            _set(self, "polygon", _corners(self.polygon))

    def __bool__(self) -> bool:
        """Whether anything is set."""
        return self != IncidentFilter()

    def expression(self, incidents: ir.Table) -> ir.BooleanValue:
        """The choice as an Ibis expression over a canonical table; never null."""
        terms = [term for term in _terms(self, incidents) if term is not None]
        result: ir.BooleanValue = ibis.literal(True)
        for term in terms:
            result = result & term.fill_null(False)
        return result

    def predicate(self) -> dict[str, Any]:
        """The choice as JSON for the browser: only what is set, days as ISO text.

        `text` is carried along, but the browser asks the server which rows it finds.
        """
        return {
            spec.name: _json_value(getattr(self, spec.name))
            for spec in fields(self)
            if getattr(self, spec.name) not in (None, ())
        }


@dataclass(frozen=True, slots=True)
class View:
    """How the incidents are looked at: all None until a person moves.

    Attributes:
        zoom: Leaflet zoom level.
        latitude: of the map's centre, degrees.
        longitude: likewise.
        open: incident_id of the opened incident.
        layer: the drawing chosen, by its key.
    """

    zoom: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    open: str | None = None
    layer: str | None = None

    def __post_init__(self) -> None:
        for name in ("zoom", "latitude", "longitude"):
            number = getattr(self, name)
            _set(self, name, None if number is None else _rounded(float(number)))
        for name in ("open", "layer"):
            _set(self, name, (getattr(self, name) or "").strip() or None)
        for parameter in _VIEW_PARAMETERS:
            for value in _as_tuple(getattr(self, parameter.field)):
                parameter.check(value)


@dataclass(frozen=True, slots=True)
class Link:
    """What a query says: filter, view, and a sentence for each part that could not be read."""

    filter: IncidentFilter = field(default_factory=IncidentFilter)
    view: View = field(default_factory=View)
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    field: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    several: bool = False
    codes: tuple[str, ...] | None = None
    least: float | None = None
    most: float | None = None

    def check(self, value: Any) -> None:
        if self.codes is not None and value not in self.codes:
            raise BadLink(f"{value!r} is no {self.name}; known are {', '.join(self.codes)}.")
        too_low = self.least is not None and value < self.least
        if too_low or (self.most is not None and value > self.most):
            raise BadLink(f"{self.name} is {value}, outside {self.least:g} to {self.most:g}.")


def _set(owner: object, name: str, value: object) -> None:
    object.__setattr__(owner, name, value)


def _as_tuple(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _json_value(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_json_value(part) for part in value]
    return value


# --- reading and writing single values -----------------------------------------------------------


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadLink(f"{text!r} is no day; write it like 2016-06-16.") from error


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadLink(f"{text!r} is no whole number.")
    return int(text)


def _decimal(text: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise BadLink(f"{text!r} is no number.") from error
    if not math.isfinite(number):
        raise BadLink(f"{text!r} is no number.")
    return _rounded(number)


def _rounded(number: float) -> float:
    return round(number, COORDINATE_DECIMALS) + 0.0  # + 0.0 turns -0.0 into 0.0


def _yes_or_no(text: str) -> bool:
    answers = {"yes": True, "1": True, "true": True, "no": False, "0": False, "false": False}
    if text.lower() not in answers:
        raise BadLink(f"{text!r} is neither yes nor no.")
    return answers[text.lower()]


def _plain(text: str) -> str:
    if len(text) > MAX_TEXT_LENGTH:
        raise BadLink(f"a value of {len(text):,} characters is too long.")
    return text


def _box(values: Iterable[float]) -> tuple[float, float, float, float]:
    numbers = tuple(_rounded(float(value)) for value in values)
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise BadLink("a box is west,south,east,north in degrees.")
    west, south, east, north = numbers
    if not (abs(west) <= 180 and abs(east) <= 180 and -90 <= south <= north <= 90):
        raise BadLink(f"{west:g},{south:g},{east:g},{north:g} is no box on Earth.")
    return west, south, east, north


def _corners(points: Iterable[Iterable[float]]) -> tuple[Point, ...]:
    corners = tuple((_rounded(float(x)), _rounded(float(y))) for x, y in points)
    if not 3 <= len(corners) <= MAX_POLYGON_POINTS:
        raise BadLink(f"a polygon has 3 to {MAX_POLYGON_POINTS} corners, not {len(corners)}.")
    if not all(abs(x) <= 540 and abs(y) <= 90 for x, y in corners):
        raise BadLink("a corner of the polygon is not on Earth.")
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    if east - west > 360:
        raise BadLink("the polygon goes around the Earth more than once.")
    if abs(west) <= 180:
        return corners
    turn = 360 * math.floor((west + 180) / 360)
    return tuple((_rounded(x - turn), y) for x, y in corners)


def _read_box(text: str) -> tuple[float, float, float, float]:
    return _box(_decimal(part) for part in text.split(","))


def _read_corners(text: str) -> tuple[Point, ...]:
    pairs = [part.split(",") for part in text.split(";")]
    if any(len(pair) != 2 for pair in pairs):
        raise BadLink("a polygon is lon,lat;lon,lat;lon,lat in degrees.")
    return _corners((_decimal(x), _decimal(y)) for x, y in pairs)


def _write_number(number: float) -> str:
    return f"{number:.{COORDINATE_DECIMALS}f}".rstrip("0").rstrip(".")


def _write_box(box: Iterable[float]) -> str:
    return ",".join(map(_write_number, box))


def _write_corners(points: Iterable[Point]) -> str:
    return ";".join(map(_write_box, points))


def _write_yes_or_no(value: Any) -> str:
    return "yes" if value else "no"


_PARAMETERS: Final = (
    _Parameter("from", "date_from", _day, str),
    _Parameter("to", "date_to", _day, str),
    _Parameter("country", "countries", _plain, str, several=True),
    _Parameter("admin1", "admin1", _plain, str, several=True),
    _Parameter("actor", "actors", _plain, str, several=True),
    _Parameter("role", "roles", _plain, str, several=True, codes=ROLE.codes),
    _Parameter(
        "weapon", "weapons", _plain, str, several=True, codes=WEAPON.codes + WEAPON_GROUP.codes
    ),
    _Parameter("type", "event_types", _plain, str, several=True, codes=EVENT_TYPE.codes),
    _Parameter("killed_min", "killed_min", _whole, str, least=0, most=10**9),
    _Parameter("injured_min", "injured_min", _whole, str, least=0, most=10**9),
    _Parameter("grade", "grades", _plain, str, several=True, codes=GRADE.codes),
    _Parameter("disputed", "disputed", _yes_or_no, _write_yes_or_no),
    _Parameter(
        "precision", "precisions", _plain, str, several=True, codes=LOCATION_PRECISION.codes
    ),
    _Parameter(
        "date_precision", "date_precisions", _plain, str, several=True, codes=DATE_PRECISION.codes
    ),
    _Parameter("q", "text", _plain, str),
    _Parameter("bbox", "bbox", _read_box, _write_box),
    _Parameter("polygon", "polygon", _read_corners, _write_corners),
)
_SEVERAL: Final = tuple(parameter.field for parameter in _PARAMETERS if parameter.several)
_VIEW_PARAMETERS: Final = (
    _Parameter("z", "zoom", _decimal, _write_number, least=0, most=22),
    _Parameter("lat", "latitude", _decimal, _write_number, least=-90, most=90),
    _Parameter("lon", "longitude", _decimal, _write_number, least=-180, most=180),
    _Parameter("open", "open", _plain, str),
    _Parameter("layer", "layer", _plain, str),
)
PARAMETERS: Final = tuple(parameter.name for parameter in (*_PARAMETERS, *_VIEW_PARAMETERS))
"""The names that a link of ours may carry; others are left alone."""


def predicate_parameters() -> list[tuple[str, str, str]]:
    """How a link says what `IncidentFilter.predicate` says, for whoever reads links elsewhere.

    Returns:
        Name of the parameter, name of the field, and how it is written: ``several`` (the name is
        repeated), ``number``, ``yes`` (or no), or ``text``; box and polygon are text there.
    """
    kinds: dict[Any, str] = {_whole: "number", _yes_or_no: "yes"}
    return [
        (each.name, each.field, "several" if each.several else kinds.get(each.read, "text"))
        for each in _PARAMETERS
    ]


# --- links ---------------------------------------------------------------------------------------


def to_query(chosen: IncidentFilter, view: View | None = None) -> str:
    """Filter and view as a URL query without the question mark; empty where nothing is set.

    `parse_link(to_query(f, v))` gives `f` and `v` back.
    """
    return "&".join(
        f"{name}={quote(text, safe=',;:')}" for name, text in to_parameters(chosen, view)
    )


def to_parameters(chosen: IncidentFilter, view: View | None = None) -> list[tuple[str, str]]:
    """Filter and view as (name, text) pairs in fixed order; several values repeat the name."""
    pairs: list[tuple[IncidentFilter | View, _Parameter]]
    pairs = [(chosen, parameter) for parameter in _PARAMETERS]
    pairs += [(view or View(), parameter) for parameter in _VIEW_PARAMETERS]
    return [
        (parameter.name, parameter.write(value))
        for owner, parameter in pairs
        for value in _values(getattr(owner, parameter.field), parameter)
    ]


def _values(value: Any, parameter: _Parameter) -> tuple[Any, ...]:
    if value is None:
        return ()
    return tuple(value) if parameter.several else (value,)


def parse_link(query: str | Mapping[str, Iterable[str]]) -> Link:
    """What a query says; a part that cannot be read is left out and named in a notice.

    Args:
        query: the text after the question mark, or names with their values.
    """
    given, notices = _given(query)
    chosen, more = _read_into(IncidentFilter(), _PARAMETERS, given)
    view, most = _read_into(View(), _VIEW_PARAMETERS, given)
    return Link(chosen, view, (*notices, *more, *most))


def parse_filter(query: str) -> IncidentFilter:
    """The filter that a query says.

    Raises:
        BadLink: for the first part that cannot be read, or a name that no filter has.
    """
    names = {name for name, _ in parse_qsl(query.removeprefix("?"), keep_blank_values=True)}
    if stray := sorted(names - set(PARAMETERS)):
        raise BadLink(f"{stray[0]!r} is no filter; known are {', '.join(PARAMETERS)}.")
    link = parse_link(query)
    if link.notices:
        raise BadLink(link.notices[0])
    return link.filter


def _given(query: str | Mapping[str, Iterable[str]]) -> tuple[dict[str, list[str]], list[str]]:
    if not isinstance(query, str):
        return {name: list(values) for name, values in query.items()}, []
    if len(query) > MAX_QUERY_LENGTH:
        return {}, [f"The link is {len(query):,} characters long, too long to read; all is shown."]
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(query.removeprefix("?"), errors="replace"):
        given.setdefault(name, []).append(value)
    return given, []


Owner = TypeVar("Owner", IncidentFilter, View)


def _read_into(
    owner: Owner, parameters: Iterable[_Parameter], given: Mapping[str, list[str]]
) -> tuple[Owner, list[str]]:
    notices: list[str] = []
    for parameter in parameters:
        texts = [text for text in given.get(parameter.name, []) if text.strip()]
        values, refused = _read_values(parameter, texts)
        notices += refused
        if values:
            value = tuple(values) if parameter.several else values[-1]
            try:
                change: dict[str, Any] = {parameter.field: value}
                owner = replace(owner, **change)
            except ConflictMapError as error:
                notices.append(f"The link's {parameter.name} is left out: {error}")
    return owner, notices


def _read_values(parameter: _Parameter, texts: Iterable[str]) -> tuple[list[Any], list[str]]:
    values: list[Any] = []
    notices: list[str] = []
    for text in texts:
        try:
            value = parameter.read(text)
            parameter.check(value)
        except BadLink as error:
            notices.append(f"The link's {parameter.name} is left out: {error}")
        else:
            values.append(value)
    return values, notices


# --- the query expression ------------------------------------------------------------------------


def _terms(chosen: IncidentFilter, table: ir.Table) -> list[ir.BooleanValue | None]:
    roles = chosen.roles or ROLE.codes
    return [
        None if chosen.date_from is None else table.date_end >= ibis.date(chosen.date_from),
        None if chosen.date_to is None else table.date_start <= ibis.date(chosen.date_to),
        _is_in(table.country, chosen.countries),
        _is_in(table.admin1, chosen.admin1),
        _any_listed([table[role] for role in roles], chosen.actors),
        _any_listed([table.weapon, table.weapon_group], chosen.weapons),
        _is_in(table.event_type, chosen.event_types),
        _at_least(table, "killed", chosen.killed_min),
        _at_least(table, "injured", chosen.injured_min),
        _is_in(table.grade, chosen.grades),
        None if chosen.disputed is None else table.disputed == chosen.disputed,
        _is_in(table.location_precision, chosen.precisions),
        _is_in(table.date_precision, chosen.date_precisions),
        None if chosen.text is None else _has_words(table, chosen.text),
        None if chosen.bbox is None else _in_box(table, chosen.bbox),
        None if chosen.polygon is None else _in_polygon(table, chosen.polygon),
    ]


def _is_in(column: ir.Value, values: tuple[str, ...]) -> ir.BooleanValue | None:
    return column.isin(values) if values else None


def _any_listed(
    columns: Iterable[ir.StringValue], values: tuple[str, ...]
) -> ir.BooleanValue | None:
    bar = ibis.literal(LIST_SEPARATOR)
    found = [
        (bar + column + bar).contains(f"{LIST_SEPARATOR}{value}{LIST_SEPARATOR}").fill_null(False)
        for column in columns
        for value in values
    ]
    return ibis.or_(*found) if found else None


def _at_least(table: ir.Table, stem: str, least: int | None) -> ir.BooleanValue | None:
    if least is None:
        return None
    return ibis.coalesce(table[f"{stem}_best"], table[f"{stem}_low"]) >= least


def _has_words(table: ir.Table, text: str) -> ir.BooleanValue:
    def found(word: str) -> ir.BooleanValue:
        columns = (table[name].lower().contains(word) for name in TEXT_COLUMNS)
        return ibis.or_(*(column.fill_null(False) for column in columns))

    return ibis.and_(*(found(word) for word in text.lower().split()))


def _in_box(table: ir.Table, box: tuple[float, float, float, float]) -> ir.BooleanValue:
    west, south, east, north = box
    inside = (table.longitude >= west) & (table.longitude <= east)
    if west > east:
        inside = (table.longitude >= west) | (table.longitude <= east)
    return inside & (table.latitude >= south) & (table.latitude <= north)


def _in_polygon(table: ir.Table, corners: tuple[Point, ...]) -> ir.BooleanValue:
    """Even-odd rule; the browser does the same arithmetic in the same order."""
    inside = _is_around(table.longitude, table.latitude, corners)
    if max(x for x, _ in corners) > 180:
        inside = inside | _is_around(table.longitude + 360, table.latitude, corners)
    return inside


def _is_around(
    x: ir.NumericValue, y: ir.NumericValue, corners: tuple[Point, ...]
) -> ir.BooleanValue:
    crossings: ir.IntegerValue = ibis.literal(0)
    for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if y1 == y2:
            continue
        left_of = x < (y - y1) * ((x2 - x1) / (y2 - y1)) + x1
        crossings = crossings + (((y1 > y) != (y2 > y)) & left_of).cast("int32")
    return crossings % 2 == 1


# --- the sentence --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Summary:
    """What a choice adds up to.

    Attributes:
        incidents: how many are in.
        total: how many there are.
        killed_low: lows added up, a missing low taken from best; None where no figure is known.
        killed_best: best figures added up, a missing one taken from low.
        killed_high: highs added up; None where one is open, or no figure is known.
        without_figure: incidents with no figure of killed or injured.
        not_on_map: incidents known to the country at best, or not located.
        coarse_dates: incidents whose day is not exact.
    """

    incidents: int = 0
    total: int = 0
    killed_low: int | None = None
    killed_best: int | None = None
    killed_high: int | None = None
    injured_low: int | None = None
    injured_best: int | None = None
    injured_high: int | None = None
    without_figure: int = 0
    not_on_map: int = 0
    coarse_dates: int = 0

    @property
    def sentence(self) -> str:
        """In plain words: "12 of 214 incidents, 30–41 killed, 3 not on the map"."""
        some = f"{self.incidents:,} of {self.total:,} incidents"
        every = f"{self.total:,} incident{'' if self.total == 1 else 's'}"
        parts = [
            every if self.incidents == self.total else some,
            _people(self.killed_low, self.killed_high, "killed"),
            _people(self.injured_low, self.injured_high, "injured"),
            f"{self.without_figure:,} without a figure" if self.without_figure else "",
            f"{self.not_on_map:,} not on the map" if self.not_on_map else "",
        ]
        return ", ".join(part for part in parts if part)

    def as_json(self) -> str:
        """All figures and the sentence as one JSON object; an open high is null."""
        figures = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        return json.dumps(figures | {"sentence": self.sentence}, ensure_ascii=False)


def _people(low: int | None, high: int | None, what: str) -> str:
    if low is None:
        return ""
    if high is None:
        return f"at least {low:,} {what}"
    if low == high:
        return f"{low:,} {what}"
    return f"up to {high:,} {what}" if low == 0 else f"{low:,}–{high:,} {what}"


def summarise(incidents: ir.Table, chosen: IncidentFilter) -> Summary:
    """What a choice adds up to over a canonical table."""
    inside = incidents.filter(chosen.expression(incidents))
    drawn = [code for code in LOCATION_PRECISION.codes if on_the_map(code)]
    placed = inside.location_precision.isin(drawn) & inside.latitude.notnull()
    without_figure = _no_figure(inside, "killed") & _no_figure(inside, "injured")
    row = (
        inside.aggregate(
            incidents=inside.count(),
            without_figure=without_figure.sum(),
            not_on_map=(~placed.fill_null(False)).sum(),
            coarse_dates=(inside.date_precision != "day").fill_null(True).sum(),
            **_sums(inside, "killed"),
            **_sums(inside, "injured"),
        )
        .to_pyarrow()
        .to_pylist()[0]
    )
    opened = {f"{stem}_high" for stem in ("killed", "injured") if row.pop(f"{stem}_open")}
    figures: dict[str, Any] = {
        name: None if name in opened else _figure(name, value) for name, value in row.items()
    }
    return Summary(total=int(incidents.count().to_pyarrow().as_py()), **figures)


def _figure(name: str, value: Any) -> int | None:
    if value is None:
        return None if name.startswith(("killed", "injured")) else 0
    return int(value)


def _no_figure(table: ir.Table, stem: str) -> ir.BooleanValue:
    ends = (table[f"{stem}_{end}"] for end in ("low", "best", "high"))
    return ibis.and_(*(column.isnull() for column in ends))


def _sums(table: ir.Table, stem: str) -> dict[str, ir.Value]:
    low, best, high = (table[f"{stem}_{end}"].cast("int64") for end in ("low", "best", "high"))
    floor = ibis.ifelse(high.notnull(), 0, ibis.null("int64"))
    return {
        f"{stem}_low": ibis.coalesce(low, best, floor).sum(),
        f"{stem}_best": ibis.coalesce(best, low, floor).sum(),
        f"{stem}_high": high.sum(),
        f"{stem}_open": (~_no_figure(table, stem) & high.isnull()).any(),
    }
