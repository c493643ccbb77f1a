"""What one sentence says of an incident, all fields together."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from geodata.reading import events, foreign, foreign_days, foreign_places
from geodata.reading.actors import ActorFinder, ActorMention
from geodata.reading.casualties import Mention, mentions, states_zero
from geodata.reading.dates import DateMention, dates_in
from geodata.reading.days_apart import with_days_apart
from geodata.reading.foreign_voices import VoiceFinder
from geodata.reading.places import PlaceFinder, PlaceMention
from geodata.reading.spans import Span, tokens_of
from geodata.reading.tally import SaidMention
from geodata.reading.weapons import WeaponMention, weapons_in

if TYPE_CHECKING:
    from geodata.reading.structure import Layout, Sentence

TELLS = 1.0
"""Score from which a sentence tells of an incident on its own."""

SUPPORTS = 0.6
"""Score from which a sentence adds to an incident told elsewhere."""

SHORT_TEXT = 4
"""Up to so many sentences a text is a note, of which little can be asked."""

_EXCLUDED = 1.3
_OLD_DAYS = 330
_LONG_SINCE = 14
_WHEN = re.compile(r",?\s*when\b")
_SINCE = re.compile(r"\bsince\s+(?:\w+\s+){0,3}$")
_HERE = re.compile(
    r"\b(?:this|the)\s+(?:capital|city)(?!\s+of)\b|\bhere\b|\bthis\s+(?:town|port|village)\b"
)
_SPECIFIC = frozenset(("site", "street", "neighbourhood", "settlement", ""))
_CLAUSES = re.compile(r";|\s(?:while|whereas|but)\s")
_SAYS = re.compile(
    r"(?P<who>(?:the\s+)?[\w'-]+(?:\s+[\w'-]+){0,3}?)\s+(?:\w+ly\s+)?"
    r"(?:said|says|claimed|claims|reported|put|puts|estimated|admitted|acknowledged|announced|confirmed|conceded)\b"
)
_SAID_AFTER = re.compile(
    r"[,\"]\s+(?P<who>(?:the\s+|an?\s+)?[\w'-]+(?:\s+[\w'-]+){0,3}?)\s+"
    r"(?:said|says|claimed|claims|reported|insisted|told)\b"
)
_UNVERIFIED = re.compile(
    r"could\s+not\s+(?:immediately\s+)?be\s+(?:independently\s+|immediately\s+)?(?:verified|confirmed)|unverified|"
    r"(?:not|no)\s+(?:been\s+)?independent(?:ly)?\s+(?:verified|confirm\w*)|impossible\s+to\s+verify|unconfirmed"
)
_OWN_CLAIM = re.compile(
    r"\"[^\"]*\b(?:we|our|us)\b|\bclaim(?:ed|s|ing)?\b|\bboast\w*|\bunverified\b|\bunconfirmed\b"
)
HEDGE = re.compile(
    r"\b(?:reportedly|allegedly|apparently|possibly|unconfirmed|believed\s+to|feared|may\s+have|might\s+have|"
    r"according\s+to|said\s+to\s+have|is\s+thought)\b"
)


@dataclass(frozen=True)
class Evidence:
    """One sentence with all that was found in it; `index` is its place among the sentences."""

    sentence: Sentence
    index: int
    event: events.EventScore
    score: float
    background: bool
    dates: tuple[DateMention, ...]
    places: tuple[PlaceMention, ...]
    actors: tuple[ActorMention, ...]
    weapons: tuple[WeaponMention, ...]
    said: tuple[SaidMention, ...]

    @cached_property
    def specific(self) -> list[PlaceMention]:
        """The event's places that are finer than a province."""
        return [
            place
            for place in self.places
            if place.role == "event" and place.kind in _SPECIFIC and place.country is None
        ]

    @cached_property
    def day(self) -> DateMention | None:
        """The day named nearest to the act, the most exact first; None where no day is named.

        The day of a report ("said on Saturday") is not the day of the act.
        """
        usable = [date for date in self.dates if not date.future and not date.reporting]
        return self._nearest(usable)

    @cached_property
    def reporting_day(self) -> DateMention | None:
        """The day of the report, where the sentence names one."""
        return self._nearest([date for date in self.dates if date.reporting])

    def _nearest(self, usable: list[DateMention]) -> DateMention | None:
        if not usable:
            return None
        cues = [c.start for c in self.event.cues if c.name not in ("day", "figure", "weapon")]
        anchors = cues or [self.sentence.start]
        order = {"day": 0, "weekday": 0, "days": 1, "week": 2, "unknown": 2, "month": 3, "year": 4}
        return min(
            usable,
            key=lambda d: (
                order.get(d.precision, 5),
                min(abs(edge - a) for a in anchors for edge in (d.span.start, d.span.end)),
            ),
        )


class SentenceReader:
    """Reads the sentences of one text; holds what they share."""

    def __init__(self, layout: Layout, published: dt.date | None) -> None:
        self.layout = layout
        self.published = published
        self.places = PlaceFinder(layout.text, layout.folded)
        self.actors = ActorFinder(layout.text, layout.folded)
        code = layout.language.code
        self.foreign = code if code in foreign.languages() else None
        self.voices = (
            VoiceFinder(self.foreign, layout.text, layout.folded)
            if self.foreign is not None
            else None
        )

    def score(self, sentence: Sentence) -> tuple[events.EventScore, float]:
        """The sentence's event score, lowered where its words speak of no real act."""
        if self.foreign is not None:
            return self._foreign_score(self.foreign, sentence)
        event = events.score(self.layout.folded, sentence.start, sentence.end)
        return event, event.score - (_EXCLUDED if event.excluded else 0.0)

    def _foreign_score(self, code: str, sentence: Sentence) -> tuple[events.EventScore, float]:
        """In other languages: a figure of harm, or a weapon that is named."""
        edges = (sentence.start, sentence.end)
        harmed = foreign.mentions(code, self.layout.folded, *edges)
        armed = weapons_in(self.layout.text, self.layout.folded, *edges, code)
        value = 1.2 * bool(harmed) + 0.7 * bool(armed)
        if not foreign.told_of(code, self.layout.folded, *edges):
            value -= _EXCLUDED
        cues = tuple(events.Cue("harm_verb", 1.2, m.start, m.end) for m in harmed[:1])
        return events.EventScore(value, cues, frozenset({"killing"} if value > 0 else ())), value

    def read(self, sentence: Sentence, index: int) -> Evidence:
        """Everything in the sentence."""
        text, folded = self.layout.text, self.layout.folded
        edges = (sentence.start, sentence.end)
        event, value = self.score(sentence)
        dates = tuple(self.days(*edges))
        return Evidence(
            sentence,
            index,
            event,
            value,
            self._background(dates, *edges),
            dates,
            tuple(self.named_places(*edges)),
            tuple((self.voices.actors if self.voices else self.actors.find)(*edges)),
            tuple(weapons_in(text, folded, *edges, self.layout.language.code or "en")),
            tuple(self._said(sentence, index)),
        )

    def days(self, start: int, end: int) -> list[DateMention]:
        """The days that `text[start:end]` names, in the language of the text."""
        text, folded = self.layout.text, self.layout.folded
        found = dates_in(text, folded, start, end, self.published)
        if self.foreign is None:
            return with_days_apart(found, text, folded, (start, end), self.published)
        told = foreign_days.dates(self.foreign, text, folded, (start, end), self.published)
        # Of the English rules those hold everywhere that read figures alone, such as 2016-06-16.
        figures = [day for day in found if not any(map(str.isalpha, day.span.quote))]
        return told + [day for day in figures if not any(day.span.overlaps(t.span) for t in told)]

    def named_places(self, start: int, end: int) -> list[PlaceMention]:
        """The places of the sentence; "in this city" is the city of the dateline."""
        if self.foreign is not None:
            return foreign_places.places_in(
                self.foreign, self.layout.text, self.layout.folded, start, end
            )
        found = self.places.find(start, end)
        dateline = self.layout.dateline
        if dateline is not None and _HERE.search(self.layout.folded, start, end):
            place = dateline.place
            core = " ".join(place.quote.lower().split())
            name = " ".join(place.quote.split())
            found.append(PlaceMention(name, core, "settlement", "event", "at", place))
        return found

    def _background(self, dates: tuple[DateMention, ...], start: int, end: int) -> bool:
        """Told of a longer or long-past time, with no near day beside it."""
        if events.cumulative(self.layout.folded, start, end):
            return True
        near = [date for date in dates if self._near(date) and not self._since(date, start)]
        if near:
            loose = all(date.precision == "year" for date in near)
            return loose and events.background(self.layout.folded, start, end)
        far = any(date not in near for date in dates if not date.future)
        return far or events.background(self.layout.folded, start, end)

    def _since(self, date: DateMention, start: int) -> bool:
        """As in "since October 7" weeks later: what is counted from there on is no one event's."""
        if date.start is None or self.published is None:
            return False
        folded = self.layout.folded
        if (self.published - date.start).days <= _LONG_SINCE or _WHEN.match(folded, date.span.end):
            return False
        return _SINCE.search(folded, start, date.span.start) is not None

    def _near(self, date: DateMention) -> bool:
        if date.future:
            return False
        if date.precision == "year":
            return (
                date.start is not None
                and self.published is not None
                and (
                    date.start.year == self.published.year
                    and date.span.quote.lower() == "this year"
                )
            )
        if (
            date.end is None
            or self.published is None
            or (date.explicit and date.precision == "day")
        ):
            return True
        return (self.published - date.end).days <= _OLD_DAYS

    def _said(self, sentence: Sentence, index: int) -> list[SaidMention]:
        if self.foreign is not None:
            harmed = foreign.mentions(
                self.foreign, self.layout.folded, sentence.start, sentence.end
            )
            return [SaidMention(mention, index) for mention in harmed]
        tokens = tokens_of(self.layout.folded, sentence.start, sentence.end)
        found = mentions(tokens)
        zero = states_zero(tokens)
        if zero is not None and not found:
            start, end = tokens[zero[0]].start, tokens[min(zero[1], len(tokens)) - 1].end
            found = [Mention("casualties", 0, 0, 0, "exact", start, end)]
        return [SaidMention(mention, index, *self._speaker(sentence, mention)) for mention in found]

    def _speaker(self, sentence: Sentence, mention: Mention) -> tuple[str | None, bool]:
        """Who gives the figure within its own clause, and whether it is a claim nobody verified."""
        folded, start, end = self.layout.folded, sentence.start, sentence.end
        for cut in _CLAUSES.finditer(folded, sentence.start, sentence.end):
            if cut.end() <= mention.start:
                start = cut.end()
            elif cut.start() >= mention.end and end == sentence.end:
                end = cut.start()
        match = _SAYS.search(folded, start, min(mention.end, end)) or _SAID_AFTER.search(
            folded, mention.end, end
        )
        speaker = " ".join(match.group("who").split()) if match else None
        after = min(len(folded), sentence.end + 200)
        doubted = (
            speaker is not None
            and _UNVERIFIED.search(folded, sentence.start, after) is not None
            and _OWN_CLAIM.search(folded, sentence.start, sentence.end) is not None
        )
        return speaker, doubted


def hedged(folded: str, figure: Span) -> bool:
    """Whether a figure stands under "reportedly" or the like, a few words before it."""
    return HEDGE.search(folded, max(0, figure.start - 60), figure.end) is not None
