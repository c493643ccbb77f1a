"""One figure for an incident out of the figures of its sentences.

The first clause that counts gives the total; clauses of the same sentence add up; shares ("11 of
them civilians") and repetitions ("the five dead") do not; "an eighth died" and "two more" add;
a toll replaces; figures of different speakers make a range without a best figure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geodata.reading.spans import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.reading.casualties import Mention

_GROUPS = ("killed", "injured", "missing", "captured")


@dataclass(frozen=True, slots=True)
class Figure:
    """How many people, from which words.

    Attributes:
        low: at least so many.
        best: the text's own single figure; None for vague words, ranges and rival claims.
        high: at most so many; None leaves it open.
        qualifier: exact, at least, up to, about or range.
        group: civilian, combatant, children, women or undetermined.
        span: the words of the figure.
        spans: all words that it was made from, `span` first.
    """

    low: int
    best: int | None
    high: int | None
    qualifier: str
    group: str
    span: Span
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class SaidMention:
    """A mention with the number of its sentence and who says so (None: the article itself).

    `doubted` marks a party's own claim that no one could verify.
    """

    mention: Mention
    sentence: int
    speaker: str | None = None
    doubted: bool = False


def figures(text: str, said: Sequence[SaidMention]) -> dict[str, Figure]:
    """The figures of an incident by category; a category that nobody mentions has no key.

    Keys: killed, injured, missing, captured. Killed-and-wounded together is at most so many of
    each, never a figure of either.
    """
    found = {
        category: figure
        for category in _GROUPS
        if (figure := _figure(text, [s for s in said if s.mention.category == category]))
    }
    both = _figure(text, [s for s in said if s.mention.category == "casualties"])
    if both is not None:
        for category in ("killed", "injured"):
            if category not in found:
                found[category] = _at_most(both)
    return found


def _at_most(both: Figure) -> Figure:
    if both.high == 0:
        return both
    return replace(both, low=0, best=None, qualifier="up to")


def _figure(text: str, said: list[SaidMention]) -> Figure | None:
    usable = _sorted_out(said)
    if not usable:
        return None
    total = _opening(usable)
    for item in usable:
        if item.sentence == usable[0].sentence:
            continue
        total = _next(total, item)
    spans = tuple(Span.of(text, s.mention.start, s.mention.end) for s in usable)
    return _as_figure(total, spans)


def _sorted_out(said: list[SaidMention]) -> list[SaidMention]:
    """Wholes before shares, counted or single people before bare plurals ("soldiers")."""
    whole = [s for s in said if not s.mention.part] or said
    told = [s for s in whole if s.mention.counted or s.mention.best is not None]
    usable = told or whole
    return sorted(usable, key=lambda s: (s.sentence, s.mention.start))


def _opening(usable: list[SaidMention]) -> Mention:
    """The figure of the first sentence that has one."""
    first = [s for s in usable if s.sentence == usable[0].sentence]
    counted = [s for s in first if s.mention.counted]
    first = counted or first[:1]
    totals = [s for s in first if s.mention.total]
    speakers = {s.speaker for s in first}
    if len(first) > 1 and len(speakers) > 1 and (totals or None not in speakers):
        return _rival(first)
    if totals:
        return _doubt(totals[-1])
    total = _doubt(first[0])
    for item in first[1:]:
        if not (item.mention.definite and item.mention.counted):
            total = _plus(total, _doubt(item))
    return total


def _doubt(item: SaidMention) -> Mention:
    if not item.doubted:
        return item.mention
    return replace(item.mention, low=0, best=None, qualifier="up to")


def _rival(first: list[SaidMention]) -> Mention:
    lows = [_doubt(s).low for s in first]
    highs = [_doubt(s).high for s in first]
    known = [high for high in highs if high is not None]
    return replace(
        first[0].mention,
        low=min(lows),
        best=None,
        high=max(known) if len(known) == len(highs) else None,
        qualifier="range",
    )


def _plus(total: Mention, more: Mention) -> Mention:
    if more.ordinal is not None and total.best is not None and more.ordinal == total.best + 1:
        return replace(total, low=more.ordinal, best=more.ordinal, high=more.ordinal)
    best = None if total.best is None or more.best is None else total.best + more.best
    high = None if total.high is None or more.high is None else total.high + more.high
    qualifier = total.qualifier if total.qualifier == more.qualifier else "range"
    if "exact" in (total.qualifier, more.qualifier) and qualifier == "range":
        qualifier = more.qualifier if total.qualifier == "exact" else total.qualifier
    group = total.group if total.group == more.group else ""
    return replace(
        total, low=total.low + more.low, best=best, high=high, qualifier=qualifier, group=group
    )


def _next(total: Mention, item: SaidMention) -> Mention:
    """The running total after one more mention of a later sentence."""
    mention = item.mention
    if mention.ordinal is not None or (mention.more and mention.counted and not mention.total):
        return _plus(total, _doubt(item))
    if mention.total and mention.low > total.low:
        return mention
    if not total.counted and mention.counted and mention.low >= total.low:
        return _doubt(item)
    return total


def _as_figure(total: Mention, spans: tuple[Span, ...]) -> Figure:
    first = next((s for s in spans if s.start == total.start), spans[0])
    return Figure(
        total.low,
        total.best,
        total.high,
        total.qualifier,
        total.group or "undetermined",
        first,
        (first, *(s for s in spans if s != first)),
    )
