"""Many texts under review as a queue: what to look at next, and how far one has come.

A text with open questions comes before one without, among those the one with more people killed
and injured, among those the one that the reader is less sure of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from geodata.review.proposal import Range, questions
from geodata.review.record import Review

ORDERS = ("open questions", "severity", "doubt", "time")
"""What a queue can be sorted by; the others break ties in this order."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A text in the queue.

    Attributes:
        drafts: how many it has.
        open_drafts: of these, how many nobody has decided on.
        open_questions: of its open drafts together.
        severity: people killed and injured at least, in its open drafts together.
        doubt: one less the least sure field of an open draft, 0..1; 1 where nothing is known.
    """

    review: Review
    drafts: int
    open_drafts: int
    open_questions: int
    severity: int
    doubt: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a queue has come."""

    texts: int
    texts_done: int
    drafts: int
    drafts_done: int

    @property
    def share(self) -> float:
        """Of the drafts that are decided on; 1 where there is none."""
        return self.drafts_done / self.drafts if self.drafts else 1.0


def queue(reviews: Iterable[Review], by: str = ORDERS[0]) -> tuple[Waiting, ...]:
    """The texts with open drafts first, in the order that is asked for, then the others.

    Raises:
        ValueError: `by` is none of `ORDERS`.
    """
    if by not in ORDERS:
        raise ValueError(f"{by!r} is no order of the queue; expected one of {', '.join(ORDERS)}")
    return tuple(sorted(map(waiting, reviews), key=lambda item: _rank(item, by)))


def progress(items: Iterable[Waiting]) -> Progress:
    """The sums over a queue."""
    held = list(items)
    return Progress(
        len(held),
        sum(item.open_drafts == 0 for item in held),
        sum(item.drafts for item in held),
        sum(item.drafts - item.open_drafts for item in held),
    )


def waiting(review: Review) -> Waiting:
    """What is open in a text."""
    proposals = review.proposals
    left = [proposal for proposal in proposals if proposal.key not in review.decisions]
    values = [review.values(proposal) for proposal in left]
    asked = [
        len(questions(review.report, proposal, held))
        for proposal, held in zip(left, values, strict=True)
    ]
    sure = [min(proposal.confidence.values(), default=0.0) for proposal in left]
    return Waiting(
        review,
        len(proposals),
        len(left),
        sum(asked),
        sum(_least(held.killed) + _least(held.injured) for held in values),
        round(1.0 - min(sure), 3) if sure else 0.0,
    )


def _least(figure: Range) -> int:
    return next((number for number in figure if number is not None), 0)


def _rank(item: Waiting, by: str) -> tuple[object, ...]:
    measures = {
        "open questions": -item.open_questions,
        "severity": -item.severity,
        "doubt": -item.doubt,
        "time": item.review.started.timestamp(),
    }
    others = [measures[name] for name in ORDERS if name != by]
    return (item.open_drafts == 0, measures[by], *others, item.review.id)
