"""Which drafts a text has: two made one, one made two, one added that the reader did not find.

Each is a `Step` over what the reader found, so that the last one can be taken back and all are
done again when the text is read again. Nothing that was read is thrown away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from geodata.errors import ImpossibleValue
from geodata.reading import Reading, Span
from geodata.review.proposal import UNSAID, Place, Proposal, Values, propose

FIGURES = ("killed", "injured", "civilians_killed")
_LISTS = ("perpetrators", "targets", "weapons")
_DAY = ("date_start", "date_end", "date_precision")
READ_BY_HAND = "a person"

ReadPart = Callable[[str], Reading]
"""Reads a text in which all but some passages is blank; offsets are those of the whole text."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change to which drafts a text has.

    Attributes:
        what: merged, split or added.
        at: when, UTC.
        key: of the draft that is changed; of the new one for "added".
        other: of the draft that was merged into it; None otherwise.
        made: the draft that was split off or added.
        left: the draft that it was split off from, without what went.
        edits: what had been edited of the drafts concerned before, for taking it back.
    """

    what: str
    at: dt.datetime
    who: str
    key: str
    other: str | None = None
    made: Proposal | None = None
    left: Proposal | None = None
    edits: Mapping[str, Values] = field(default_factory=dict)


def regrouped(read: Iterable[Proposal], steps: Iterable[Step]) -> tuple[Proposal, ...]:
    """The drafts after all steps, in the order of the text; a step without its draft is idle."""
    held = {proposal.key: proposal for proposal in read}
    for step in steps:
        if step.what == "merged" and step.other in held and step.key in held:
            held[step.key] = joined(held[step.key], held.pop(step.other))
        elif step.what == "split" and step.key in held and step.left and step.made:
            held |= {step.key: step.left, step.made.key: step.made}
        elif step.what == "added" and step.made:
            held.setdefault(step.key, step.made)
    return tuple(sorted(held.values(), key=lambda proposal: proposal.quotes["sentences"][0]))


def joined(first: Proposal, second: Proposal) -> Proposal:
    """One draft of two that tell of one incident, under the key of the first."""
    names = [*first.quotes, *(name for name in second.quotes if name not in first.quotes)]
    quotes = {
        name: tuple(dict.fromkeys((*first.quotes.get(name, ()), *second.quotes.get(name, ()))))
        for name in names
    }
    differ = any(
        UNSAID not in (ours := getattr(first.values, name), theirs := getattr(second.values, name))
        and ours != theirs
        for name in FIGURES
    )
    flags = (*first.flags, *second.flags, *(["figures_differ"] if differ else []))
    return replace(
        first,
        values=joined_values(first.values, second.values),
        quotes=quotes,
        places=tuple(dict.fromkeys((*first.places, *second.places))),
        question=first.question if first.values.date_start or first.question else second.question,
        accounts=tuple(dict.fromkeys((*first.accounts, *second.accounts))),
        stances=tuple(dict.fromkeys((*first.stances, *second.stances))),
        flags=tuple(dict.fromkeys(flags)),
        confidence=second.confidence | first.confidence,
        reader="; ".join(dict.fromkeys(r for r in (first.reader, second.reader) if r)),
    )


def joined_values(first: Values, second: Values) -> Values:
    """What the first says, and where it is silent what the second says; names of both.

    Figures are of one incident told twice, and are never added up.
    """
    taken = {
        name: getattr(second, name) for name in FIGURES if getattr(first, name) == UNSAID
    } | {
        name: tuple(dict.fromkeys((*getattr(first, name), *getattr(second, name))))
        for name in _LISTS
    }  # fmt: skip
    if first.date_start is None:
        taken |= {name: getattr(second, name) for name in _DAY}
    return replace(
        first,
        event_type=first.event_type or second.event_type,
        place=first.place or second.place,
        **taken,
    )


def draft_of(
    text: str, passages: Sequence[Span], read: ReadPart, known: Iterable[Place] = ()
) -> Proposal:
    """One draft of some passages of a text, whatever the reader makes of them.

    `known` places keep the point that they had in the whole text, which tells more of its country.

    Raises:
        ImpossibleValue: there is no passage, or one that is not in the text.
    """
    if not passages or any(text[s.start : s.end] != s.quote or not s.quote for s in passages):
        raise ImpossibleValue("Choose a sentence of the text.")
    found = propose(read(_alone(text, passages)))
    if not found:
        first, *rest = passages
        return Proposal(
            f"{first.start}-{first.end}", Values(), {"sentences": (first, *rest)},
            question="On which day did it happen?", reader=READ_BY_HAND,
        )  # fmt: skip
    return _as_known(reduce(joined, found), known)


def _alone(text: str, passages: Sequence[Span]) -> str:
    """The text with everything but the passages blank, as long as before."""
    pieces, last = [], 0
    for span in sorted(passages):
        if span.start < last:
            continue
        pieces += [_blank(text[last : span.start]), text[span.start : span.end]]
        last = span.end
    return "".join((*pieces, _blank(text[last:])))


def _blank(text: str) -> str:
    return "".join("\n" if char == "\n" else " " for char in text)


def _as_known(made: Proposal, known: Iterable[Place]) -> Proposal:
    located = {place.span: place for place in reversed(tuple(known)) if place.latitude is not None}
    places = tuple(dict.fromkeys(_point(place, located) for place in made.places))
    place = made.values.place
    values = replace(made.values, place=None if place is None else _point(place, located))
    return replace(made, places=places, values=values)


def _point(place: Place, located: Mapping[Span | None, Place]) -> Place:
    return located.get(place.span, place) if place.latitude is None and place.span else place


def left_of(proposal: Proposal, moved: Sequence[Span], rest: Proposal) -> Proposal:
    """A draft without the passages that went to another one.

    Args:
        proposal: as it was.
        moved: the passages that went.
        rest: its other sentences read alone; a field of which a quotation went is taken from there.
    """
    kept = {
        name: tuple(s for s in spans if not _within(s, moved))
        for name, spans in proposal.quotes.items()
    }
    touched = {name for name, spans in kept.items() if spans != proposal.quotes[name]}
    changed = {n: getattr(rest.values, n) for n in (*FIGURES[:2], *_LISTS) if n in touched}
    if "killed" in touched:
        changed["civilians_killed"] = rest.values.civilians_killed
    if "date" in touched:
        changed |= {name: getattr(rest.values, name) for name in _DAY}
    places = tuple(p for p in proposal.places if p.span is None or not _within(p.span, moved))
    if proposal.values.place not in places:
        changed["place"] = next(iter(places), None)
    again = touched - {"sentences", "place", "accounts"}
    quotes = kept | {name: rest.quotes.get(name, ()) for name in again}
    return replace(
        proposal,
        values=replace(proposal.values, **changed),
        quotes={name: spans for name, spans in quotes.items() if spans},
        places=places,
        question=rest.question if "date" in touched else proposal.question,
        accounts=tuple(a for a in proposal.accounts if not _within(a.span, moved)),
        confidence={n: c for n, c in proposal.confidence.items() if n not in touched},
    )


def _within(span: Span, passages: Iterable[Span]) -> bool:
    return any(span.overlaps(passage) for passage in passages)
