"""A draft as an analyst sees it: values to correct, each with its quotations, and open questions.

Nothing here decides anything. What the reader found becomes the first version of `Values`; what
it did not find stays None. Without a day of publication, and without a full date in the text, no
day is proposed: today is never taken for either.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from geodata.errors import ConflictMapError, ImpossibleValue
from geodata.gazetteer.places import Candidate
from geodata.incident import Count, When, Where
from geodata.reading import Draft, DraftAccount, DraftPlace, Figure, Reading, Span
from geodata.vocabulary import EVENT_TYPE, WEAPON, default_radius_km, weapon_group_of

Range = tuple[int | None, int | None, int | None]
"""People, as low, best and high; None where nothing is said."""

UNSAID: Range = (None, None, None)
MOST_PEOPLE = 10_000_000
"""No figure beyond is proposed: it is a number of something else, and stays a quotation."""
EXPLOSIVE = frozenset(
    ("air-launched", "ground-launched", "ied", "directly-emplaced", "naval-launched", "multiple")
)
FIELDS = {
    "date": "day",
    "place": "place",
    "killed": "killed",
    "injured": "injured",
    "perpetrators": "by whom",
    "targets": "against whom",
    "weapons": "weapon",
    "accounts": "who says so",
    "sentences": "incident",
}
"""What can be quoted for an incident, as people read it."""


@dataclass(frozen=True, slots=True)
class Report:
    """A text under review, and what is known of its source.

    Attributes:
        text: as it is stored; all offsets are code points of it.
        name: of the file it came from, or None for a pasted text.
        published: day of publication as stated by the file or by a person; None unknown.
        published_unknown: a person has said that nobody knows that day.
        country: ISO 3166-1 alpha-3 of the places, where a person has named it.
        language: ISO 639-1 code as detected, or None.
    """

    text: str
    name: str | None = None
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    published: dt.date | None = None
    published_unknown: bool = False
    country: str | None = None
    language: str | None = None

    @property
    def sha256(self) -> str:
        """Of the text in UTF-8."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Place:
    """A place to choose.

    Attributes:
        name: as the gazetteer or the text has it.
        latitude: WGS 84 degrees; None where it was not found.
        longitude: likewise.
        precision: code of `vocabulary.LOCATION_PRECISION`.
        radius_km: ring within which it happened; None takes the precision's own.
        country: ISO 3166-1 alpha-3, or None.
        source: gazetteer layer and version, or None where the reader did not say.
        span: where the text names it; None where a person did.
    """

    name: str
    latitude: float | None = None
    longitude: float | None = None
    precision: str = "unknown"
    radius_km: float | None = None
    country: str | None = None
    admin1: str | None = None
    source: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """What an analyst holds of an incident while reviewing it; unknown is None or empty.

    Attributes:
        date_start: first possible day; with `date_end`, or neither.
        date_precision: code of `vocabulary.DATE_PRECISION`.
        killed: low, best, high; likewise `injured` and `civilians_killed`.
        weapons: codes of `vocabulary.WEAPON`.
    """

    title: str | None = None
    event_type: str | None = None
    date_start: dt.date | None = None
    date_end: dt.date | None = None
    date_precision: str = "unknown"
    place: Place | None = None
    killed: Range = UNSAID
    injured: Range = UNSAID
    civilians_killed: Range = UNSAID
    perpetrators: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    weapons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """One draft of a text.

    Attributes:
        key: start and end of its main sentence; stays the same when the text is read again.
        values: what the reader found.
        quotes: key of `FIELDS` -> spans that the value was read from.
        places: places to choose from, the proposed one first.
        question: what the reader could not tell about the day, or None.
        accounts: what speakers say, with their stance.
        stances: actors who deny or concede, where no account quotes them: (name, stance).
        flags: what the reader doubts.
        confidence: field -> 0..1.
        reader: name and version of what read the text.
    """

    key: str
    values: Values
    quotes: dict[str, tuple[Span, ...]]
    places: tuple[Place, ...] = ()
    question: str | None = None
    accounts: tuple[DraftAccount, ...] = ()
    stances: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()
    confidence: dict[str, float] = field(default_factory=dict)
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something to answer; a blocking one before anything can be accepted."""

    field: str
    sentence: str
    blocking: bool = False


def propose(reading: Reading) -> tuple[Proposal, ...]:
    """One proposal for each draft, in the order of the text."""
    return tuple(_proposal(draft) for draft in reading.drafts)


def questions(report: Report, proposal: Proposal, values: Values) -> tuple[Question, ...]:
    """What is open, blocking questions first."""
    found: list[Question] = []
    unasked = report.published is None and not report.published_unknown
    if unasked:
        found.append(Question("published", "When was this published?", blocking=True))
    if values.date_start is None and not unasked:
        found.append(Question("date", proposal.question or "On which day did it happen?"))
    elif values.date_start is not None and values.date_start == proposal.values.date_start:
        found += [Question("date", proposal.question)] if proposal.question else []
    if values.place is None:
        found.append(Question("place", "Where did it happen?"))
    elif values.place.latitude is None:
        found.append(Question("place", f"Where is “{values.place.name}”? It was not found."))
    if values.event_type is None:
        found.append(Question("event_type", "What kind of event was it?"))
    return tuple(found)


def problems(values: Values) -> tuple[str, ...]:
    """Why these values cannot be kept, a sentence each; none where they can."""
    return tuple(_problems(values))


def _problems(values: Values) -> Iterator[str]:
    for word in ("killed", "injured", "civilians_killed"):
        figure: Range = getattr(values, word)
        if figure != UNSAID and (fault := _fault(partial(Count, *figure))):
            yield f"{word.replace('_', ' ').capitalize()}: {fault}"
    if fault := _fault(partial(_when, values)):
        yield f"Day: {fault}"
    place = values.place
    if place is not None and (fault := _fault(partial(where, place))):
        yield f"Place: {fault}"
    if any(code not in WEAPON for code in values.weapons):
        yield "Weapon: one of the codes is not in the list."
    if values.event_type is not None and values.event_type not in EVENT_TYPE:
        yield "Kind of event: it is not in the list."


def _fault(make: Callable[[], object]) -> str | None:
    try:
        make()
    except ConflictMapError as error:
        return str(error)
    return None


def _when(values: Values) -> When:
    if values.date_precision == "day" and values.date_start != values.date_end:
        raise ImpossibleValue("A date known to the day has one day, not a span.")
    if (values.date_precision == "unknown") != (values.date_start is None):
        raise ImpossibleValue("Say how exactly the day is known.")
    return When(values.date_start, values.date_end, values.date_precision)


def where(place: Place) -> Where:
    """A chosen place, checked.

    Raises:
        ImpossibleValue, UnknownCode: it is no place on Earth, or its precision is no code.
    """
    return Where(
        name=place.name,
        admin1=place.admin1,
        country=place.country,
        latitude=place.latitude,
        longitude=place.longitude,
        precision=place.precision,
        radius_km=place.radius_km,
    )


def place_of(candidate: Candidate) -> Place:
    """A candidate of the gazetteer as a place to choose."""
    return Place(
        candidate.name,
        candidate.latitude,
        candidate.longitude,
        candidate.precision,
        candidate.radius_km,
        candidate.country,
        candidate.admin1,
        candidate.source,
    )


# --- from a draft ---------------------------------------------------------------------------------


def _proposal(draft: Draft) -> Proposal:
    places = _places(draft.places)
    return Proposal(
        key=f"{draft.sentence.start}-{draft.sentence.end}",
        values=_values(draft, places[0] if places else None),
        quotes={name: spans for name, spans in _quotes(draft).items() if spans},
        places=places,
        question=draft.date.question,
        accounts=draft.accounts,
        stances=_stances(draft),
        flags=draft.flags,
        confidence=dict(draft.confidence),
        reader=draft.reader,
    )


def _values(draft: Draft, place: Place | None) -> Values:
    weapons = tuple(dict.fromkeys(weapon.weapon for weapon in draft.weapons))
    start, end = draft.date.start, draft.date.end or draft.date.start
    known = start is not None and draft.date.calendar_precision != "unknown"
    return Values(
        title=_title(weapons, place),
        event_type=_event_type(weapons),
        date_start=start if known else None,
        date_end=end if known else None,
        date_precision=draft.date.calendar_precision if known else "unknown",
        place=place,
        killed=_range(draft.killed),
        injured=_range(draft.injured),
        civilians_killed=_civilians(draft),
        perpetrators=_named(draft, "perpetrator"),
        targets=_named(draft, "target"),
        weapons=weapons,
    )


def _range(figure: Figure | None) -> Range:
    if figure is None or max(figure.low, figure.best or 0, figure.high or 0) > MOST_PEOPLE:
        return UNSAID
    return figure.low, figure.best, figure.high


def _civilians(draft: Draft) -> Range:
    """The killed whom the text itself calls civilians; children or women alone do not say so."""
    for figure in (draft.civilians_killed, draft.killed):
        if figure is not None and figure.group == "civilian":
            return _range(figure)
    return UNSAID


def _named(draft: Draft, role: str) -> tuple[str, ...]:
    names = (" ".join(actor.name.split()) for actor in draft.actors if actor.role == role)
    return tuple(dict.fromkeys(names))


def _stances(draft: Draft) -> tuple[tuple[str, str], ...]:
    """Who denies or concedes by the reader's word alone; a stance that is quoted speaks already."""
    quoted = {account.stance for account in draft.accounts}
    found = [
        (" ".join(actor.name.split()), actor.stance)
        for actor in draft.actors
        if actor.stance in ("denies", "concedes") and actor.stance not in quoted
    ]
    return tuple(dict.fromkeys(found))


def _event_type(weapons: Iterable[str]) -> str | None:
    groups = {weapon_group_of(code) for code in weapons if code in WEAPON}
    return "Explosions/Remote violence" if groups & EXPLOSIVE else None


def _title(weapons: tuple[str, ...], place: Place | None) -> str:
    what = WEAPON.label(weapons[0]).split(",")[0] if weapons else "Incident"
    if place is None:
        return what
    return f"{what} {'near' if place.precision == 'near' else 'at'} {place.name}"


def _places(found: Iterable[DraftPlace]) -> tuple[Place, ...]:
    """Places of the event, each followed by what else its name may mean; no other role."""
    choices: dict[tuple[object, ...], Place] = {}
    for draft in found:
        if draft.role != "event":
            continue
        for place in _meanings(draft):
            same = (place.name, place.latitude, place.longitude, place.precision)
            choices.setdefault(same, place)
    return tuple(choices.values())


def _meanings(draft: DraftPlace) -> Iterator[Place]:
    own = [c for c in draft.candidates if c["latitude"] == draft.latitude]
    yield Place(
        draft.name,
        draft.latitude,
        draft.longitude,
        (draft.location_precision if draft.latitude is not None else None) or "unknown",
        draft.radius_km,
        draft.country,
        own[0]["admin1"] if own else None,
        None,
        draft.span,
    )
    for candidate in draft.candidates:
        if candidate not in own and candidate["latitude"] is not None:
            yield _candidate(candidate, draft.span)


def _candidate(candidate: dict[str, object], span: Span) -> Place:
    precision = str(candidate["precision"] or "unknown")
    latitude, longitude = candidate["latitude"], candidate["longitude"]
    return Place(
        str(candidate["name"]),
        float(latitude) if isinstance(latitude, float | int) else None,
        float(longitude) if isinstance(longitude, float | int) else None,
        precision,
        default_radius_km(precision),
        str(candidate["country"]) if candidate["country"] else None,
        str(candidate["admin1"]) if candidate["admin1"] else None,
        None,
        span,
    )


def _quotes(draft: Draft) -> dict[str, tuple[Span, ...]]:
    figures = {"killed": draft.killed, "injured": draft.injured}
    return {
        "date": (draft.date.span,) if draft.date.span else (),
        "place": tuple(p.span for p in draft.places if p.role == "event"),
        **{name: (f.spans or (f.span,)) if f else () for name, f in figures.items()},
        "perpetrators": tuple(a.span for a in draft.actors if a.role == "perpetrator"),
        "targets": tuple(a.span for a in draft.actors if a.role == "target"),
        "weapons": tuple(weapon.span for weapon in draft.weapons),
        "accounts": tuple(account.span for account in draft.accounts),
        "sentences": (draft.sentence, *(s for s in draft.sentences if s != draft.sentence)),
    }
