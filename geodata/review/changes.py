"""What a person changes about which drafts a text has, and the text read again under an answer.

Every function gives a new review; each step can be taken back, the last one first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import fields, replace

from geodata.errors import ImpossibleValue
from geodata.reading import Reading, Span
from geodata.review.proposal import Proposal, Report, Values, propose
from geodata.review.record import Review
from geodata.review.regroup import ReadPart, Step, draft_of, joined_values, left_of


def read_again(review: Review, report: Report, reading: Reading, part: ReadPart) -> Review:
    """The review after an answer on its source changed how the text is read.

    What the analyst has changed stays changed, drafts that were merged, split or added included;
    decided drafts stay as they were decided. `part` reads single passages anew.
    """
    former = {proposal.key: proposal for proposal in review.proposals}
    kept = {key: former[key] for key in review.decisions if key in former}
    needed = kept.keys() | {step.other for step in review.steps if step.key in kept}
    unread = {proposal.key: proposal for proposal in review.read if proposal.key in needed}
    fresh = {proposal.key: proposal for proposal in propose(reading)} | unread
    again = replace(review, report=report, read=tuple(fresh.values()), steps=(), edits={})
    for step in review.steps:
        again = _repeated(again, step, part, decided=kept.keys())
    now = {proposal.key: proposal for proposal in again.proposals}
    edits = {
        key: values if key in kept else _carried(values, former[key].values, now[key].values)
        for key, values in review.edits.items()
        if key in now and key in former
    }
    return replace(again, edits=edits)


def _repeated(review: Review, step: Step, part: ReadPart, *, decided: Collection[str]) -> Review:
    """A step taken again after the text was read anew; drafts decided on are not read anew."""
    made, left = step.made, step.left
    if made is not None and made.key not in decided:
        made = draft_of(review.report.text, made.quotes["sentences"], part, made.places)
        made = made if step.made is not None and made.key == step.made.key else step.made
    held = {proposal.key: proposal for proposal in review.proposals}
    if left is not None and step.made is not None and step.key in held and step.key not in decided:
        rest = draft_of(review.report.text, left.quotes["sentences"], part, left.places)
        left = left_of(held[step.key], step.made.quotes["sentences"], rest)
    return replace(review, steps=(*review.steps, replace(step, made=made, left=left)))


def merged(
    review: Review, proposal: Proposal, other: Proposal, *, at: dt.datetime, who: str
) -> Review:
    """With two open drafts made one, under the key and the values of the first.

    Raises:
        ImpossibleValue: they are one draft, or one of them is decided on or no longer there.
    """
    _open(review, proposal, other)
    if proposal.key == other.key:
        raise ImpossibleValue("A draft cannot be merged with itself.")
    before = _edits(review, proposal, other)
    step = Step("merged", at, who, proposal.key, other.key, edits=before)
    edits = {key: values for key, values in review.edits.items() if key not in before}
    if before:
        both = joined_values(review.values(proposal), review.values(other))
        edits[proposal.key] = both
    return replace(review, steps=(*review.steps, step), edits=edits)


def split(  # noqa: PLR0913 - who did what when to what
    review: Review,
    proposal: Proposal,
    passages: Sequence[Span],
    part: ReadPart,
    *,
    at: dt.datetime,
    who: str,
) -> Review:
    """With some sentences of an open draft made a draft of their own.

    Raises:
        ImpossibleValue: the sentences are not the draft's, none would be left, or a draft of them
            is there already.
    """
    _open(review, proposal)
    told = proposal.quotes["sentences"]
    if not passages or any(span not in told for span in passages):
        raise ImpossibleValue("Choose sentences of this draft.")
    stay = [span for span in told if span not in passages]
    if told[0] in passages or not stay:
        raise ImpossibleValue("The first sentence names the draft, and stays.")
    text = review.report.text
    made = _new(review, draft_of(text, passages, part, proposal.places))
    left = left_of(proposal, passages, draft_of(text, stay, part, proposal.places))
    before = _edits(review, proposal)
    step = Step("split", at, who, proposal.key, made=made, left=left, edits=before)
    edits = dict(review.edits)
    if proposal.key in before:
        edits[proposal.key] = _carried(before[proposal.key], proposal.values, left.values)
    return replace(review, steps=(*review.steps, step), edits=edits)


def added(
    review: Review, passages: Sequence[Span], part: ReadPart, *, at: dt.datetime, who: str
) -> Review:
    """With a draft of sentences in which the reader found none.

    Raises:
        ImpossibleValue: a passage is not in the text, or a draft of it is there already.
    """
    made = _new(review, draft_of(review.report.text, passages, part))
    return replace(review, steps=(*review.steps, Step("added", at, who, made.key, made=made)))


def taken_back(review: Review) -> Review:
    """Without the last merging, splitting or adding; its drafts stand as they stood before it.

    Raises:
        ImpossibleValue: there is nothing to take back, or a draft that it made is decided on.
    """
    if not review.steps:
        raise ImpossibleValue("No draft was merged, split or added.")
    *steps, last = review.steps
    concerned = {last.key, last.other, last.made.key if last.made else None}
    if concerned & review.decisions.keys():
        raise ImpossibleValue("Open the draft again first: it is decided on.")
    edits = {key: values for key, values in review.edits.items() if key not in concerned}
    return replace(review, steps=tuple(steps), edits=edits | dict(last.edits))


def _open(review: Review, *proposals: Proposal) -> None:
    held = {proposal.key for proposal in review.proposals}
    if any(p.key not in held or p.key in review.decisions for p in proposals):
        raise ImpossibleValue("Only open drafts can be merged or split.")


def _new(review: Review, made: Proposal) -> Proposal:
    if any(made.key == proposal.key for proposal in (*review.proposals, *review.read)):
        raise ImpossibleValue("There is a draft of this sentence already.")
    return made


def _edits(review: Review, *proposals: Proposal) -> dict[str, Values]:
    return {p.key: review.edits[p.key] for p in proposals if p.key in review.edits}


def _carried(edited: Values, former: Values, fresh: Values) -> Values:
    changed = {
        item.name: getattr(edited, item.name)
        for item in fields(Values)
        if getattr(edited, item.name) != getattr(former, item.name)
    }
    return replace(fresh, **changed)
