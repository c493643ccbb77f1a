"""How sure each field of a draft is, as a calibrated probability.

A field is sorted into a bin by how it was found (in the fullest sentence or beside it, a day right
before the report or long before, a place that something is said to be "in", one dead or many, …);
its confidence is the share of right answers of that bin on texts with known answers, drawn to the
field's own share where a bin is small. The counts are bundled (`lexicons/confidence.json`), written
by `benchmarks/reading.py fit`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from geodata.reading.lexicons import lexicon

if TYPE_CHECKING:
    import datetime as dt

    from geodata.reading.model import Draft
    from geodata.reading.tally import Figure

PRIOR = 2.0
"""Answers' worth of the share of its field and kind of text that every bin starts with."""

_FRESH = 3
"""Days before the report within which an incident is news."""

Counts = Mapping[str, Mapping[str, tuple[int, int]]]


def bins(draft: Draft, *, note: bool, published: dt.date | None) -> dict[str, str]:
    """Field -> bin, for the fields of a draft that have a value.

    Fields: date, place, killed, injured, weapons. `note` marks a text of a few sentences;
    `published` is the day of the report, None where it is not known.
    """
    kind = "note" if note else "article"
    found: dict[str, str] = {}
    if draft.date.start is not None:
        found["date"] = (
            f"{kind}/{_day_kind(draft, published)}/{_where(draft, _start(draft.date.span))}"
        )
    places = [place for place in draft.places if place.role == "event"]
    if places:
        several = "only" if len(places) == 1 else "several"
        start = places[0].span.start
        found["place"] = f"{kind}/{_where(draft, start)}/{several}/{_named_how(draft, start)}"
    for name, figure in (("killed", draft.killed), ("injured", draft.injured)):
        if figure is not None:
            found[name] = _of_a_note(draft, figure) if note else f"article/{_figure(draft, figure)}"
    if draft.weapons:
        mixed = len({weapon.weapon_group for weapon in draft.weapons}) > 1
        where = _where(draft, draft.weapons[0].span.start)
        found["weapons"] = f"{kind}/mixed" if mixed else f"{kind}/one/{where}"
    return found


def confidences(
    draft: Draft, *, note: bool, published: dt.date | None, counts: Counts | None = None
) -> dict[str, float]:
    """Field -> probability that an analyst would leave it as it is; only fields with a value."""
    table = counts if counts is not None else lexicon("confidence")["counts"]
    found = bins(draft, note=note, published=published)
    return {field: _share(table, field, key) for field, key in found.items()}


def _share(table: Counts, field: str, key: str) -> float:
    kind = key.partition("/")[0]
    every = table.get(field) or table.get("killed", {})
    known = {name: counted for name, counted in every.items() if name.startswith(kind)}
    right = sum(counted[0] for counted in known.values())
    of = sum(counted[1] for counted in known.values())
    whole = (right + 1) / (of + 2)
    here = known.get(key, (0, 0))
    return round((here[0] + PRIOR * whole) / (here[1] + PRIOR), 3)


def _start(span: object) -> int:
    return int(getattr(span, "start", -1))


def _where(draft: Draft, start: int) -> str:
    if draft.sentence.start <= start < draft.sentence.end:
        return "main"
    told = any(span.start <= start < span.end for span in draft.sentences)
    return "told" if told else "beside"


def _day_kind(draft: Draft, published: dt.date | None) -> str:
    """A report is of the last days; what it tells of an earlier day is more often background."""
    day = draft.date
    if day.precision == "unknown":
        return "asked"
    if published is None or day.start is None or not 0 <= (published - day.start).days <= _FRESH:
        return "earlier"
    return "fresh"


def _named_how(draft: Draft, start: int) -> str:
    """Whether the place that starts there is one that something is said to be "in"."""
    for span in draft.sentences:
        if span.start <= start < span.end:
            before = span.quote[: start - span.start].split()
            return "in" if before and before[-1].lower() == "in" else "named"
    return "named"


_TALLY = re.compile(r"yesterday|includ|since|hours|raise|at least|about|more than", re.IGNORECASE)
_SIZES = ((1, "1"), (4, "2-4"), (9, "5-9"), (29, "10-29"))


def _of_a_note(draft: Draft, figure: Figure) -> str:
    """A headline's figure is often the day's or the country's, the larger the oftener."""
    ended = draft.sentence.quote.rstrip('"”’)').endswith((".", "!", "?"))
    kind = "note" if ended else "headline"
    if figure.best is None:
        return f"{kind}/open"
    size = next((name for top, name in _SIZES if figure.best <= top), "30-")
    return f"{kind}/{size}/{'tally' if _TALLY.search(draft.sentence.quote) else 'event'}"


def _figure(draft: Draft, figure: Figure) -> str:
    if figure.best == 1:
        # Named in the lede and told again in full: seldom somebody who died of something else.
        told_again = len(figure.spans) > 1 and figure.span.start < draft.sentence.start
        return f"one/{'lede' if told_again else _where(draft, figure.span.start)}"
    size = "open" if figure.best is None else "number"
    spans = "once" if len(figure.spans) == 1 else "often"
    return f"{size}/{_where(draft, figure.span.start)}/{spans}"
