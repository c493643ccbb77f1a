"""A review as it is kept: the text, its drafts, the analyst's answers and decisions, as JSON.

A review read back is checked: quotations must be those of the text, codes and figures must be
possible in form. What a later version added and this one does not know is refused, not dropped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from geodata.reading import DraftAccount, Reading, Span
from geodata.review.proposal import Place, Proposal, Range, Report, Values, propose
from geodata.review.regroup import Step, regrouped

FORMAT = 2
_DAYS = ("date_start", "date_end")
_FIGURES = ("killed", "injured", "civilians_killed")
_LISTS = ("perpetrators", "targets", "weapons")


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of a draft.

    Attributes:
        what: accepted, account (of an incident that was there) or rejected.
        at: when, UTC.
        values: as they stood then.
        incident_id: the incident made or added to; None for a rejected draft.
        import_id: the import that undo takes; None for a rejected draft.
    """

    what: str
    at: dt.datetime
    who: str
    values: Values
    incident_id: str | None = None
    import_id: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """A text with its drafts on the way to incidents.

    Attributes:
        read: the drafts as the reader found them.
        started: when it was begun, UTC.
        edits: key of a proposal -> values where the analyst has changed any.
        decisions: key of a proposal -> decision; a draft without one is open.
        steps: drafts merged, split and added since, in order.
    """

    report: Report
    read: tuple[Proposal, ...]
    started: dt.datetime
    edits: Mapping[str, Values] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """The drafts as they stand now, in the order of the text."""
        return regrouped(self.read, self.steps)

    @property
    def id(self) -> str:
        """Names the review: the SHA-256 of its text, so that a text has one review."""
        return self.report.sha256

    @property
    def open_drafts(self) -> int:
        """Drafts that nobody has decided on."""
        return sum(proposal.key not in self.decisions for proposal in self.proposals)

    def values(self, proposal: Proposal) -> Values:
        """The values of a draft as they stand now."""
        return self.edits.get(proposal.key, proposal.values)

    def edited(self, proposal: Proposal, values: Values) -> Review:
        """With values of a draft changed."""
        others = {key: kept for key, kept in self.edits.items() if key != proposal.key}
        own = {} if values == proposal.values else {proposal.key: values}
        return replace(self, edits=others | own)

    def decided(self, proposal: Proposal, decision: Decision | None) -> Review:
        """With a decision; None opens the draft again."""
        others = {key: kept for key, kept in self.decisions.items() if key != proposal.key}
        return replace(
            self, decisions=others if decision is None else others | {proposal.key: decision}
        )


def begin(report: Report, reading: Reading, at: dt.datetime) -> Review:
    """A review of a text as it was read."""
    return Review(replace(report, language=reading.language), propose(reading), at)


# --- to JSON and back -----------------------------------------------------------------------------


def to_json(review: Review) -> dict[str, Any]:
    """The review as JSON values; `from_json` gives it back equal."""
    return {
        "format": FORMAT,
        "started": review.started.isoformat(),
        "report": _plain(review.report),
        "proposals": [_proposal_to_json(proposal) for proposal in review.read],
        "edits": {key: values_to_json(values) for key, values in review.edits.items()},
        "decisions": {
            key: _plain(decision) | {"values": values_to_json(decision.values)}
            for key, decision in review.decisions.items()
        },
        "steps": [_step_to_json(step) for step in review.steps],
    }


def from_json(kept: Mapping[str, Any]) -> Review:
    """A review from its JSON values.

    Raises:
        ValueError, KeyError, TypeError: it is not one, or its quotations are not of its text.
    """
    if kept["format"] not in (1, FORMAT):
        raise ValueError(f"it is of format {kept['format']!r}; this version knows {FORMAT}")
    report = Report(**dict(kept["report"]) | {"published": _day(kept["report"]["published"])})
    proposals = tuple(_proposal(report.text, item) for item in kept["proposals"])
    return Review(
        report,
        proposals,
        dt.datetime.fromisoformat(kept["started"]),
        {key: values_from_json(report.text, item) for key, item in kept["edits"].items()},
        {key: _decision(report.text, item) for key, item in kept["decisions"].items()},
        tuple(_step(report.text, item) for item in kept.get("steps", ())),  # format 1 has none
    )


def values_to_json(values: Values) -> dict[str, Any]:
    """Values as JSON; days in ISO 8601, lists as lists, unknown as null."""
    plain = _plain(values)
    plain |= {name: list(plain[name]) for name in (*_FIGURES, *_LISTS)}
    return plain | {"place": None if values.place is None else _place_to_json(values.place)}


def values_from_json(text: str, kept: Mapping[str, Any]) -> Values:
    """Values back from JSON.

    Raises:
        ValueError, KeyError, TypeError: they are none.
    """
    given = dict(kept)
    given |= {name: _day(given[name]) for name in _DAYS}
    given |= {name: _range(given[name]) for name in _FIGURES}
    given |= {name: tuple(map(str, given[name])) for name in _LISTS}
    place = given["place"]
    return Values(**given | {"place": None if place is None else _place(text, place)})


def _plain(item: Report | Values | Decision | Place) -> dict[str, Any]:
    found = {spec.name: getattr(item, spec.name) for spec in fields(item)}
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in found.items()
    }


def _place_to_json(place: Place) -> dict[str, Any]:
    return _plain(place) | {"span": place.span.to_json() if place.span else None}


def _place(text: str, kept: Mapping[str, Any]) -> Place:
    return Place(**dict(kept) | {"span": _span(text, kept["span"]) if kept["span"] else None})


def _proposal_to_json(proposal: Proposal) -> dict[str, Any]:
    return {
        "key": proposal.key,
        "values": values_to_json(proposal.values),
        "quotes": {n: [span.to_json() for span in s] for n, s in proposal.quotes.items()},
        "places": [_place_to_json(place) for place in proposal.places],
        "question": proposal.question,
        "accounts": [account.to_json() for account in proposal.accounts],
        "stances": [list(pair) for pair in proposal.stances],
        "flags": list(proposal.flags),
        "confidence": proposal.confidence,
        "reader": proposal.reader,
    }


def _proposal(text: str, kept: Mapping[str, Any]) -> Proposal:
    quotes = {n: tuple(_span(text, span) for span in s) for n, s in kept["quotes"].items()}
    if not quotes.get("sentences"):
        raise ValueError("a draft without its sentence")
    first = quotes["sentences"][0]
    if kept["key"] != f"{first.start}-{first.end}":
        raise ValueError("a draft whose key is not that of its sentence")
    return Proposal(
        kept["key"],
        values_from_json(text, kept["values"]),
        quotes,
        tuple(_place(text, place) for place in kept["places"]),
        kept["question"],
        tuple(
            DraftAccount(a["speaker"], a["stance"], a["about"], _span(text, a["span"]))
            for a in kept["accounts"]
        ),
        tuple((str(name), str(stance)) for name, stance in kept["stances"]),
        tuple(kept["flags"]),
        dict(kept["confidence"]),
        kept["reader"],
    )


def _step_to_json(step: Step) -> dict[str, Any]:
    return {
        "what": step.what,
        "at": step.at.isoformat(),
        "who": step.who,
        "key": step.key,
        "other": step.other,
        "made": _proposal_to_json(step.made) if step.made else None,
        "left": _proposal_to_json(step.left) if step.left else None,
        "edits": {key: values_to_json(values) for key, values in step.edits.items()},
    }


def _step(text: str, kept: Mapping[str, Any]) -> Step:
    if kept["what"] not in ("merged", "split", "added"):
        raise ValueError(f"a step that is not known: {kept['what']!r}")
    given = dict(kept) | {
        "at": dt.datetime.fromisoformat(kept["at"]),
        "made": _proposal(text, kept["made"]) if kept["made"] else None,
        "left": _proposal(text, kept["left"]) if kept["left"] else None,
        "edits": {key: values_from_json(text, item) for key, item in kept["edits"].items()},
    }
    return Step(**given)


def _decision(text: str, kept: Mapping[str, Any]) -> Decision:
    given = dict(kept) | {
        "at": dt.datetime.fromisoformat(kept["at"]),
        "values": values_from_json(text, kept["values"]),
    }
    return Decision(**given)


def _span(text: str, kept: Mapping[str, Any]) -> Span:
    span = Span(int(kept["start"]), int(kept["end"]), str(kept["quote"]))
    if text[span.start : span.end] != span.quote:
        raise ValueError(f"a quotation that is not in the text at {span.start}")
    return span


def _day(kept: str | None) -> dt.date | None:
    return None if kept is None else dt.date.fromisoformat(kept)


def _range(kept: list[int | None]) -> Range:
    low, best, high = (None if number is None else int(number) for number in kept)
    return low, best, high
