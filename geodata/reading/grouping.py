"""Which sentences tell of one incident and which of another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geodata.reading.evidence import SUPPORTS, TELLS, Evidence
from geodata.reading.places import PlaceMention, same_place

if TYPE_CHECKING:
    from collections.abc import Sequence

_ELSEWHERE = re.compile(
    r"[\"'\s-]*(?:meanwhile|in another|in a separate|separately|elsewhere|"
    r"in other (?:attacks|incidents|violence|developments|actions)|"
    r"another (?:bomb|attack|explosion|blast|group)|a second|"
    r"also (?:today|yesterday|on)|at the same time|"
    r"in a second|"
    r"(?:two|three|several|a few) (?:hours|minutes) (?:later|earlier)|"
    r"(?:a|one|two|three|four|five|six) (?:days?|weeks?) (?:later|earlier|before)|"
    r"the (?:previous|following|next) day)\b"
)
LEAST_SUBSTANCE = 2


@dataclass(slots=True)
class Group:
    """The sentences of one incident, in order of the text."""

    members: list[Evidence] = field(default_factory=list)

    def places(self) -> list[PlaceMention]:
        """Places of the event named so far, specific ones."""
        return [place for member in self.members for place in member.specific]

    def primary(self) -> Evidence:
        """The sentence that tells most of the incident."""
        return max(self.members, key=lambda member: (richness(member), -member.index))


def richness(member: Evidence) -> float:
    """How much of an incident a sentence tells; ties go to the earlier one."""
    value = min(member.score, 3.0)
    value += 0.5 * any(said.mention.category == "killed" for said in member.said)
    value += 0.3 * any(said.mention.category == "injured" for said in member.said)
    value += 0.4 * bool(member.day) + 0.4 * bool(member.specific) + 0.3 * bool(member.weapons)
    value += 0.2 * any(actor.role == "perpetrator" for actor in member.actors)
    if member.sentence.role != "body":
        value -= 2.0
    return value - (3.0 if member.background else 0.0)


def group(evidence: Sequence[Evidence], folded: str, *, short: bool = True) -> list[Group]:
    """The incidents of a text, in the order in which they are first told.

    A sentence that only supports joins the incident before it and never starts one. In a text that
    is not `short`, an incident without a day, a place or a figure is talk of incidents, not one.
    """
    groups: list[Group] = []
    for member in evidence:
        home = _home(groups, member, folded)
        if home is not None:
            home.members.append(member)
        elif member.score >= TELLS and not member.background:
            groups.append(Group([member]))
    told = [g for g in groups if any(m.score >= TELLS and not m.background for m in g.members)]
    return [g for g in told if short or substance(g) >= LEAST_SUBSTANCE]


def substance(known: Group) -> int:
    """How many of day, place, figure, weapon and perpetrator an incident has; a death counts 2."""
    members = known.members
    dead = any(
        said.mention.category == "killed" and said.mention.best for m in members for said in m.said
    )
    return (
        dead
        + any(m.day is not None for m in members)
        + any(m.specific for m in members)
        + any(said.mention.best is not None for m in members for said in m.said)
        + any(m.weapons for m in members)
        + any(a.role == "perpetrator" for m in members for a in m.actors)
    )


def _home(groups: list[Group], member: Evidence, folded: str) -> Group | None:
    """The incident that a sentence belongs to, or None for a new one (or for none at all)."""
    if not groups or member.background or member.score < SUPPORTS:
        return None
    if member.sentence.role != "body":
        return groups[0]
    if groups[0].members[0].sentence.role == "headline" and len(groups[0].members) == 1:
        return groups[0]
    for known in [groups[-1], *groups[:-1]]:
        if _shares_place(known, member) and not _other_day(known, member):
            return known
    return None if _is_another(groups[-1], member, folded) else groups[-1]


def _shares_place(known: Group, member: Evidence) -> bool:
    return any(same_place(a, b) for a in known.places() for b in member.specific)


def _is_another(known: Group, member: Evidence, folded: str) -> bool:
    if any(s.mention.more or s.mention.definite for s in member.said) and not _places_apart(
        known, member
    ):
        return False
    own = bool(member.specific) or bool(member.day) or bool(member.said)
    if own and _ELSEWHERE.match(folded, member.sentence.start):
        return True
    if _other_day(known, member):
        return True
    return _places_apart(known, member) and (
        _figures_apart(known, member) or _kinds_apart(known, member)
    )


def _other_day(known: Group, member: Evidence) -> bool:
    """Both name days that exclude each other."""
    day = member.day
    if day is None or day.precision not in ("day", "weekday", "month"):
        return False
    days = [
        d for m in known.members if (d := m.day) is not None and d.precision in ("day", "weekday")
    ]
    if not days:
        return False
    if day.precision == "month":
        return all(day.excludes(d) for d in days)
    return all(day.known_as != d.known_as for d in days)


def _places_apart(known: Group, member: Evidence) -> bool:
    here, there = member.specific, known.places()
    return bool(here and there) and not _shares_place(known, member)


def _figures_apart(known: Group, member: Evidence) -> bool:
    mine = {(s.mention.category, s.mention.low) for s in member.said if s.mention.counted}
    theirs = {
        (s.mention.category, s.mention.low)
        for m in known.members
        for s in m.said
        if s.mention.counted
    }
    return bool(mine and theirs) and not mine & theirs


def _kinds_apart(known: Group, member: Evidence) -> bool:
    theirs = {kind for m in known.members for kind in m.event.kinds}
    return bool(member.event.kinds) and not member.event.kinds & theirs
