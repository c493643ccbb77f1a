"""Which column of an unknown table is what: by HXL tag, by name and by content, with a reason.

A name is taken apart into words, each word stands for a concept (`column_words`), and concepts
together name a canonical column: "Min. deaths" is killed and low. What the cells hold must agree:
a column is no date unless its cells can be read as days. Where the name says nothing, only cells
that can hardly be anything else (days, points, countries, links) speak for a column.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import pyarrow.compute as pc

from geodata.gazetteer.countries import country_code
from geodata.sources import headers
from geodata.sources.canonical import hxl_tags
from geodata.sources.codes import fold, spelling_table
from geodata.sources.column_words import concepts_of, unknown_words
from geodata.sources.counts import Figure, read_count
from geodata.sources.days import NOTHING, read_days
from geodata.sources.degrees import read_degree
from geodata.sources.profile import Profile, without_tags
from geodata.sources.raw_table import RawTable
from geodata.vocabulary import DATE_PRECISION, GRADE, LOCATION_PRECISION, STATUS, Vocabulary

_ROWS: Final = 2_000
_SHOWN: Final = 40
_MOST_TOLD: Final = 8
_DISTINCT: Final = 300
_LEAST: Final = 0.45
"""A match below it is not suggested."""
_SURE: Final = 0.8
_AGREES: Final = 0.6


@dataclass(frozen=True, slots=True)
class Match:
    """What a column of a table is taken for.

    Attributes:
        column: its name in the file.
        target: the canonical column; None where it is none.
        score: how surely, 0 to 1.
        why: the reason, as a few words.
    """

    column: str
    target: str | None
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """A canonical column and the concepts that name it; more of them say it more surely."""

    target: str
    needs: frozenset[str]
    never: frozenset[str]


def _rule(target: str, needs: str, never: str = "") -> _Rule:
    return _Rule(target, frozenset(needs.split()), frozenset(never.split()))


_NOT_PEOPLE = "date time source url type place id target perpetrator actor precision affected"
_RULES: Final = (
    *(
        rule
        for stem, other in (("killed", "injured"), ("injured", "killed"))
        for rule in (
            _rule(f"{stem}_low", f"{stem} low", f"civilians high {other} {_NOT_PEOPLE}"),
            _rule(f"{stem}_high", f"{stem} high", f"civilians low {other} {_NOT_PEOPLE}"),
            _rule(f"{stem}_best", stem, f"civilians low high first second {other} {_NOT_PEOPLE}"),
            _rule(f"{stem}_best", f"{stem} best", f"civilians low high {other} {_NOT_PEOPLE}"),
            _rule(f"civilians_{stem}_low", f"{stem} civilians low", f"{other} {_NOT_PEOPLE}"),
            _rule(f"civilians_{stem}_high", f"{stem} civilians high", f"{other} {_NOT_PEOPLE}"),
            _rule(f"civilians_{stem}_best", f"{stem} civilians", f"low high {other} {_NOT_PEOPLE}"),
        )
    ),
    _rule("killed_low", "low", f"injured high civilians start end {_NOT_PEOPLE}"),
    _rule("killed_high", "high", f"injured low civilians start end {_NOT_PEOPLE}"),
    _rule("killed_best", "best", f"injured low high civilians start end {_NOT_PEOPLE}"),
    _rule("date_start", "date", "end published precision modified archive year"),
    _rule("date_start", "start date", "published precision modified"),
    _rule("date_start", "start", "published precision modified time place actor killed injured"),
    _rule("date_start", "event date", "end published precision modified"),
    _rule("date_end", "end date", "published precision modified"),
    _rule("date_end", "end", "published precision modified place actor killed injured"),
    _rule("date_precision", "date precision"),
    _rule("date_precision", "time precision"),
    _rule("time_text", "time", "date precision modified published"),
    _rule("time_text", "time event", "precision modified published"),
    _rule("latitude", "lat"),
    _rule("longitude", "lon"),
    _rule(
        "place_name", "place", "lat lon country admin1 admin2 precision source url id type summary"
    ),
    _rule("place_name", "place title", "lat lon country admin1 admin2 precision source"),
    _rule("place_text", "place summary"),
    _rule("admin1", "admin1", "lat lon"),
    _rule("admin1", "admin1 title"),
    _rule("admin2", "admin2", "lat lon"),
    _rule("admin2", "admin2 title"),
    _rule("country", "country", "id"),
    _rule("country", "country title"),
    _rule("country", "country place"),
    _rule("location_precision", "place precision"),
    _rule(
        "incident_id",
        "id",
        "country actor source iso_code place weapon date time admin1 admin2 grid",
    ),
    _rule("incident_id", "event id", "country actor source iso_code"),
    _rule("incident_id", "event count", "killed injured source actor"),
    _rule("source_record_id", "source id"),
    _rule("title", "title", "country place admin1 admin2 actor source iso_code weapon"),
    _rule("title", "event title", "country place actor"),
    _rule("summary", "summary", "place source date time actor weapon type"),
    _rule("summary", "event summary", "place source"),
    _rule("event_type", "type", "weapon actor place source target second precision date"),
    _rule("event_type", "event type", "second weapon"),
    _rule("weapon", "weapon", "count"),
    _rule("weapon", "weapon type"),
    _rule("side_a", "actor first", "second associated type id killed injured"),
    _rule("side_b", "actor second", "first associated type id killed injured"),
    _rule("perpetrators", "perpetrator", "type id count"),
    _rule("perpetrators", "actor", "first second associated target type id killed injured"),
    _rule("perpetrators", "actor perpetrator", "type id"),
    _rule("targets", "target", "type id count killed injured first second"),
    _rule("targets", "target actor", "type id killed injured"),
    _rule("publisher", "source", "url title date published id count scale type precision summary"),
    _rule("source_title", "source title", "url published"),
    _rule("url", "url", "archive"),
    _rule("url", "source url", "archive"),
    _rule("archive_url", "archive url"),
    _rule("archive_url", "archive"),
    _rule("published", "published date", "precision"),
    _rule("published", "published", "source title url precision event"),
    _rule("language", "language"),
    _rule("n_sources", "source count", "url"),
    _rule("grade", "precision event"),
)


def suggest(raw: RawTable) -> list[Match]:
    """What each column of a table is taken for, in the order of the table."""
    tags = hxl_tags(raw) or [""] * raw.columns.num_columns
    body = without_tags(raw)
    columns = [_Column.of(body, name, tag) for name, tag in zip(body.columns.column_names, tags,
                                                                strict=True)]  # fmt: skip
    scored = [match for column in columns for match in _by_name(column)]
    found = _assigned(scored)
    taken = {match.target for match in found.values()}
    rest = [column for column in columns if column.name not in found]
    found |= _assigned([m for m in _by_content(rest) if m.target not in taken])
    nothing = [Match(column.name, None, 0.0, "") for column in columns]
    return [found.get(match.column, match) for match in nothing]


def passed_over(raw: RawTable) -> str | None:
    """A sentence on columns that are not read by their names, but may be meant; None for none.

    A file whose dates stand in "Datum" would else come in without a day, and nobody be told.
    """
    read = set(headers.called([tag or name for name, tag in _named(raw)]).values())
    known = {headers.canonical_name(name) for name in read}
    meant = [
        f"{match.column[:_SHOWN]!r} ({match.target})"
        for match in suggest(raw)
        if match.target is not None and match.column not in read and match.target not in known
        and headers.canonical_name(match.column) is None
    ]  # fmt: skip
    if not meant:
        return None
    return (
        f"Not read, though they may be meant: {', '.join(meant[:_MOST_TOLD])}. Say which column is "
        "what, and import the file again."
    )


def _named(raw: RawTable) -> list[tuple[str, str]]:
    """Columns and their HXL tags, "" for those without."""
    names = raw.columns.column_names
    return list(zip(names, hxl_tags(raw) or [""] * len(names), strict=True))


def suggested_profile(raw: RawTable) -> Profile:
    """The profile that `suggest` comes to."""
    return Profile({m.target: m.column for m in suggest(raw) if m.target is not None})


def _assigned(scored: Sequence[Match]) -> dict[str, Match]:
    """Each column and each target at most once, the surest first."""
    found: dict[str, Match] = {}
    taken: set[str | None] = set()
    for match in sorted(scored, key=lambda match: -match.score):
        if match.score >= _LEAST and match.column not in found and match.target not in taken:
            found[match.column] = match
            taken.add(match.target)
    return found


# --- what a column holds -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Column:
    name: str
    tag: str
    cells: tuple[str, ...]
    whole: int

    @classmethod
    def of(cls, raw: RawTable, name: str, tag: str) -> _Column:
        cells = raw.columns.column(name).slice(0, _ROWS).combine_chunks()
        distinct = [text.strip() for text in pc.unique(cells.drop_null()).to_pylist()]
        told = tuple(text for text in distinct if text.casefold() not in NOTHING)
        filled = cells.drop_null()
        return cls(name, tag, told[:_DISTINCT], len(filled))

    def share(self, test: Callable[[str], bool]) -> float:
        """The share of distinct cells that pass a test; 0 where there is none."""
        return sum(map(test, self.cells)) / len(self.cells) if self.cells else 0.0


def _days(column: _Column) -> float:
    """The share of days; where only their order is in doubt, they are days too."""
    spans = zip(column.cells, read_days(column.cells, "day-first"), strict=True)
    sound = sum(span.precision == "day" or _is_slashed(cell) for cell, span in spans)
    return sound / len(column.cells) if column.cells else 0.0


def _is_slashed(cell: str) -> bool:
    return _SLASHED.fullmatch(cell) is not None


_SLASHED = re.compile(r"\d{1,2}[-/]\d{1,2}[-/](\d{4}|\d{2})")


def _people(column: _Column) -> float:
    return column.share(lambda cell: read_count(cell) != Figure() and not read_count(cell).problem)


def _degrees(most: float) -> Callable[[_Column], float]:
    def fits(cell: str) -> bool:
        value = read_degree(cell).value
        return value is not None and abs(value) <= most

    return lambda column: column.share(fits)


def _countries(column: _Column) -> float:
    return column.share(lambda cell: country_code(cell) is not None)


def _links(column: _Column) -> float:
    return column.share(lambda cell: re.match(r"(https?://|www\.)", cell.casefold()) is not None)


def _wordy(column: _Column) -> float:
    return column.share(lambda cell: any(letter.isalpha() for letter in cell))


def _clock(column: _Column) -> float:
    return column.share(lambda cell: re.search(r"\d|[^\W\d]", cell) is not None)


def _codes_of(vocabulary: Vocabulary) -> Callable[[_Column], float]:
    @cache
    def known() -> Mapping[str, str]:
        return spelling_table(vocabulary, {})

    return lambda column: column.share(lambda cell: fold(cell) in known())


_FITS: Final[Mapping[str, Callable[[_Column], float]]] = {
    "date_start": _days, "date_end": _days, "published": _days, "accessed": _days,
    "latitude": _degrees(90), "longitude": _degrees(180), "country": _countries,
    "url": _links, "archive_url": _links, "n_sources": _people, "time_text": _clock,
    "location_precision": _codes_of(LOCATION_PRECISION), "grade": _codes_of(GRADE),
    "date_precision": _codes_of(DATE_PRECISION), "status": _codes_of(STATUS),
    **{f"{stem}_{end}": _people for stem in ("killed", "injured", "civilians_killed",
       "civilians_injured") for end in ("low", "best", "high")},
    **dict.fromkeys(("title", "summary", "place_name", "place_text", "admin1", "admin2", "side_a",
       "side_b", "perpetrators", "targets", "weapon", "event_type", "publisher", "source_title",
       "language"), _wordy),
}  # fmt: skip


def _agrees(column: _Column, target: str) -> float:
    """How well the cells can be what a target holds, 0 to 1; an empty column can be anything."""
    test = _FITS.get(target)
    return 1.0 if test is None or not column.cells else test(column)


# --- by name -------------------------------------------------------------------------------------


def _by_name(column: _Column) -> list[Match]:
    given = _given_name(column)
    if given is not None and _agrees(column, given[0]) >= _AGREES:
        return [Match(column.name, *given)]
    concepts, unknown = concepts_of(column.name), unknown_words(column.name)
    matches = []
    for rule in _RULES:
        if not rule.needs <= concepts or rule.never & concepts:
            continue
        agrees = _agrees(column, rule.target)
        if agrees < _AGREES:
            continue
        beside = len(concepts - rule.needs - _NEUTRAL) + 0.5 * unknown
        score = 0.62 + 0.12 * (len(rule.needs) - 1) + 0.15 * agrees - 0.07 * beside
        matches.append(Match(column.name, rule.target, min(score, 0.95), "by its name"))
    return matches


_NEUTRAL: Final = frozenset(("event", "count", "best"))


def _given_name(column: _Column) -> tuple[str, float, str] | None:
    if column.tag and (target := headers.canonical_name(column.tag)):
        return target, 1.0, f"by its HXL tag {column.tag}"
    if target := headers.canonical_name(column.name):
        return target, 0.97, "by its usual name"
    return None


# --- by content ----------------------------------------------------------------------------------


def _by_content(columns: Sequence[_Column]) -> list[Match]:
    """What cells alone tell: days, countries, links, points, ids and long texts."""
    told = [column for column in columns if column.cells]
    matches = _points(told)
    for column in told:
        for target, test in (("date_start", _days), ("country", _countries), ("url", _links)):
            share = test(column)
            if share >= _SURE and not _is_number(column):
                matches.append(Match(column.name, target, 0.5 + 0.1 * share, "by its cells"))
        if column.share(lambda cell: len(cell.split()) >= 8) >= _AGREES:
            matches.append(Match(column.name, "summary", 0.55, "by its cells"))
    return matches


def _is_number(column: _Column) -> bool:
    return column.share(lambda cell: cell.replace(".", "", 1).isdigit()) >= _SURE


def _points(columns: Sequence[_Column]) -> list[Match]:
    """Two columns side by side that hold degrees with decimals: latitude first, as people write."""
    matches = []
    for first, second in itertools.pairwise(columns):
        if min(first.share(_decimal), second.share(_decimal)) < _SURE:
            continue
        order = ("latitude", "longitude")
        if _degrees(90)(first) < 1 <= _degrees(90)(second):
            order = ("longitude", "latitude")
        pair = zip((first, second), order, strict=True)
        if all(_agrees(column, target) >= _SURE for column, target in pair):
            matches += [
                Match(c.name, t, 0.5, "by its cells")
                for c, t in zip((first, second), order, strict=True)
            ]
    return matches


def _decimal(cell: str) -> bool:
    return re.fullmatch(r"[+-]?\d{1,3}[.,]\d{3,}", cell) is not None
