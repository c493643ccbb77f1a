"""From the sentences of one incident to its draft."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from geodata.reading.accounts import AccountFinder, AccountMention
from geodata.reading.confidence import confidences
from geodata.reading.dates import WEEKDAYS
from geodata.reading.evidence import SHORT_TEXT, SUPPORTS, Evidence, SentenceReader, hedged
from geodata.reading.grouping import Group
from geodata.reading.locating import Context, located
from geodata.reading.model import (
    Draft,
    DraftAccount,
    DraftActor,
    DraftDate,
    DraftPlace,
    DraftWeapon,
)
from geodata.reading.places import PlaceMention, same_place
from geodata.reading.spans import Span
from geodata.reading.tally import Figure, figures
from geodata.reading.weapons import WeaponMention, strongest, weapons_in

if TYPE_CHECKING:
    from geodata.reading.actors import ActorMention
    from geodata.reading.dates import DateMention
    from geodata.reading.places import PlaceResolver

_JUST_NOW = re.compile(
    r"\b(?:has|have)\s+(?:just\s+|also\s+|reportedly\s+)?(?:been\s+)?"
    r"(?:\w+(?:ed|en|own|un|ain|uck|it|aused|ade)|set|shot|put|left|held|found|begun|lost|taken)\b|"
    r"\b(?:so\s+far|at\s+this\s+(?:time|moment|hour)|just\s+now|minutes\s+ago|right\s+now|hereby|"
    r"(?:is|are)\s+(?:still\s+|now\s+|presently\s+|currently\s+)?(?:conducting|carrying\s+out|"
    r"searching|pursuing|looking\s+for|fighting|combing|hunting)|are\s+the\s+(?:initial\s+)?result|continue[s]?\b)"
)
_TOOK_PLACE = re.compile(
    r"\b(?:it|this|th(?:e|is)\s+(?:attack|incident|explosion|blast|shooting|killing|murder|crime|"
    r"kidnapp?ing|bombing|ambush|raid|assault|massacre|strike))\s+"
    r"(?:happened|occurred|took\s+place|was\s+carried\s+out)\b|"
    r"\b(?:crimes?|murders?|killings?|attacks?|massacre|assassinations?)\s+(?:(?:that|which)\s+)?"
    r"(?:(?:was|were)\s+)?(?:perpetrated|committed|carried\s+out|staged)\b"
)
_ATTACK_ON = re.compile(
    r"\b(?:attack|explosion|blast|shooting|murder|bombing|ambush|raid|assault|massacre|assassination)"
    r"\s+(?=(?:on|late|early|last|this|yesterday|today|tonight)\b)"
)
"""As in "following an attack early this morning"."""
_SOON = 60
_NEXT = 8
_LAST_NAMED = 10
_EXACT = ("day", "days", "weekday")
_MOST_PLACES = 15
_AROUND = 4.0
_BESIDE = 1.5
_FAR = 6
_NAMED = 3
_HINT = 1
_MOST_ACTORS = 8
_CIVIL = frozenset(("civilian", "children", "women"))
_GENERIC_KINDS = {"killing", "attack"}


class Composer:
    """Composes the drafts of one text."""

    def __init__(
        self,
        reader: SentenceReader,
        country: str | None,
        resolver: PlaceResolver | None,
    ) -> None:
        layout = reader.layout
        self.reader = reader
        self.layout = layout
        self.published = reader.published
        self.resolver = resolver
        self.note = len(layout.sentences) <= SHORT_TEXT
        self.country = country
        self.single = True
        self.accounts = AccountFinder(layout.text, layout.folded, layout.sentences)

    def compose(self, groups: list[Group], mentioned: list[PlaceMention]) -> list[Draft]:
        """One draft for each group; accounts go to the group that they stand nearest to."""
        context = Context.of(mentioned, self.layout, self.country)
        found = self._told_by() if groups else []
        self.single = len(groups) == 1
        return [
            self._draft(group, context, _nearest(found, groups, number))
            for number, group in enumerate(groups)
        ]

    def _told_by(self) -> list[AccountMention]:
        voices = self.reader.voices
        return voices.accounts(self.layout.sentences) if voices else self.accounts.find()

    def _draft(self, group: Group, context: Context, accounts: list[AccountMention]) -> Draft:
        primary = group.primary()
        members = [primary, *(m for m in group.members if m is not primary)]
        text = self.layout.text
        date = self._date(members)
        places = self._places(members, context)
        said = [s for m in group.members if not m.background for s in m.said]
        counted = figures(text, said)
        actors = self._actors(members)
        # "Fired at the house with a mortar": of one sentence, the weapon that is named comes first.
        named = [w for m in members for w in sorted(m.weapons, key=lambda w: -w.score)]
        weapons = strongest(named) or self._weapons_around(members)
        weapons.sort(key=lambda w: w.score <= _HINT)
        shares = [s for s in said if s.mention.part and s.mention.group in _CIVIL]
        draft = Draft(
            sentence=_span(text, primary),
            sentences=tuple(_span(text, m) for m in group.members),
            date=date,
            places=places,
            killed=counted.get("killed"),
            injured=counted.get("injured"),
            missing=counted.get("missing"),
            captured=counted.get("captured"),
            civilians_killed=figures(text, shares).get("killed"),
            actors=actors,
            weapons=tuple(DraftWeapon(w.code, w.group, w.span) for w in weapons),
            accounts=tuple(DraftAccount(a.speaker, a.stance, a.about, a.span) for a in accounts),
            flags=(),
            confidence={},
            kinds=frozenset(kind for m in group.members for kind in m.event.kinds),
        )
        draft = replace(draft, flags=self._flags(draft, group))
        return replace(
            draft, confidence=confidences(draft, note=self.note, published=self.published)
        )

    def _date(self, members: list[Evidence]) -> DraftDate:
        """The day of the fullest sentence, else of the next that names one."""
        found = [day for m in members if (day := m.day) is not None]
        exact = [day for day in found if day.precision in _EXACT]
        reported = [day for m in members if (day := m.reporting_day) is not None]
        chosen = exact[0] if exact else self._beside(members[0], found)
        if exact and members[0].day is None:
            chosen = self._just_before(members) or chosen
        if chosen is None and reported and not found and self.single:
            chosen = self._day_of_harm(members[0])
        if chosen is None:
            found += reported
            chosen = found[0] if found else None
        if chosen is None:
            return self._recent(members)
        question = chosen.question or self._doubt(chosen) or _of_report(chosen)
        return DraftDate(chosen.start, chosen.end, chosen.precision, chosen.span, question)

    def _just_before(self, members: list[Evidence]) -> DateMention | None:
        """The single day that the sentence right before the fullest one names.

        It is nearer than that of a sentence of the same incident further away.
        """
        primary = members[0]
        dated = [m.index for m in members if m.day is not None and m.day.precision in _EXACT]
        if not primary.index or min(abs(index - primary.index) for index in dated) <= 1:
            return None
        before = self.layout.sentences[primary.index - 1]
        days = self.reader.days(before.start, before.end) if before.role == "body" else []
        single = ("day", "weekday")
        usable = [d for d in days if d.precision in single and not (d.reporting or d.future)]
        return usable[-1] if usable else None

    def _beside(self, primary: Evidence, found: list[DateMention]) -> DateMention | None:
        """The day that the sentences beside it name, unless it names another month itself."""
        day = self._happened() or self._day_around(primary)
        return None if day is not None and found and found[0].excludes(day) else day

    def _happened(self) -> DateMention | None:
        """As in "It happened on 5 July", in a text of one incident."""
        if not self.single:
            return None
        folded = self.layout.folded
        for sentence in self.layout.sentences:
            if sentence.role != "body":
                continue
            for pattern, reach in ((_TOOK_PLACE, _SOON), (_ATTACK_ON, _NEXT)):
                match = pattern.search(folded, sentence.start, sentence.end)
                if match is None:
                    continue
                days = self.reader.days(match.end(), sentence.end)
                usable = [d for d in days if d.precision in _EXACT and not d.future]
                if usable and usable[0].span.start - match.end() < reach:
                    return usable[0]
        return None

    def _day_of_harm(self, primary: Evidence) -> DateMention | None:
        """The day in the nearest sentence of harm, where the fullest has that of the report."""
        found: list[tuple[int, DateMention]] = []
        for index, sentence in enumerate(self.layout.sentences):
            if sentence.role != "body" or self.reader.score(sentence)[1] < SUPPORTS:
                continue
            day = self.reader.read(sentence, index).day
            if day is not None and day.precision in _EXACT:
                found.append((abs(index - primary.index), day))
        return min(found, key=lambda item: item[0])[1] if found else None

    def _recent(self, members: list[Evidence]) -> DraftDate:
        """No day is named. What the tense or the telling speaks for is proposed, and asked.

        "Has been killed" in a dated report is of these days; a report goes on at the day that it
        named last. The words are quoted; the precision stays unknown.
        """
        text, folded = self.layout.text, self.layout.folded
        for member in members:
            match = _JUST_NOW.search(folded, member.sentence.start, member.sentence.end)
            if match is not None and self.published is not None:
                span = Span.of(text, *match.span())
                question = (
                    f"The text names no day. Was it on the day of publication, {self.published}?"
                )
                return DraftDate(self.published, self.published, "unknown", span, question)
        before = self._named_before(members[0])
        if before is not None:
            question = f"The text names no day here. Was it still “{before.span.quote}”?"
            return DraftDate(before.start, before.end, "unknown", before.span, question)
        if self.published is not None and not self._names_another_day():
            # Asked, not answered: no word of the text speaks for it.
            question = f"The text names no day. Was it on the day of publication, {self.published}?"
            return DraftDate(None, None, "unknown", None, question)
        question = "When did this happen? The text names no day."
        return DraftDate(None, None, "unknown", None, question)

    def _names_another_day(self) -> bool:
        """Whether any sentence names a single day that has come, and not that of publication."""
        return any(
            day.precision in _EXACT and day.start != self.published and not day.future
            for sentence in self.layout.sentences
            if sentence.role == "body"
            for day in self.reader.days(sentence.start, sentence.end)
        )

    def _named_before(self, primary: Evidence) -> DateMention | None:
        """The last single day that the text named before a sentence, at most so far back."""
        sentences = self.layout.sentences[max(0, primary.index - _LAST_NAMED) : primary.index]
        for sentence in reversed(sentences):
            if sentence.role != "body":
                continue
            days = self.reader.days(sentence.start, sentence.end)
            usable = [d for d in days if d.precision == "day" and not d.future and not d.question]
            if usable:
                return usable[-1]
        return None

    def _day_around(self, primary: Evidence) -> DateMention | None:
        """The day that the sentence before or after the fullest one names, or None."""
        for step in (-1, 1, -2):
            index = primary.index + step
            if not 0 <= index < len(self.layout.sentences):
                continue
            near = self.layout.sentences[index]
            if near.role != "body":
                continue
            days = self.reader.days(near.start, near.end)
            usable = [d for d in days if d.precision in _EXACT and not (d.reporting or d.future)]
            if usable:
                return usable[0]
        return None

    def _doubt(self, chosen: DateMention) -> str | None:
        """A weekday that is the day of publication, against "last week" elsewhere: ask."""
        quote = chosen.span.quote.lower()
        if chosen.start != self.published or not any(day in quote for day in WEEKDAYS):
            return None
        others = [day for day in WEEKDAYS if day not in quote and day in self.layout.folded]
        if others or "last week" in self.layout.folded:
            return (
                f"Was “{chosen.span.quote}” the day of publication, {self.published}, "
                "or a week earlier? The text also speaks of another day."
            )
        return None

    def _places(self, members: list[Evidence], context: Context) -> tuple[DraftPlace, ...]:
        """Places of the event, the surest first, then those only mentioned, by their role."""
        events = _ranked(members, self._places_around(members))
        primary = members[0]
        roles = ("training", "border", "metonym", "origin")
        others = [p for p in primary.places if p.role in roles]
        result = [located(p, a, context, self.resolver) for p, a in events[:_MOST_PLACES]]
        result += [DraftPlace(p.name, p.role, p.relation, p.span) for p in others]
        dateline = self.layout.dateline
        if dateline is not None:
            name = " ".join(dateline.place.quote.split())
            result.append(DraftPlace(name, "dateline", "at", dateline.place))
        return tuple(result)

    def _places_around(self, members: list[Evidence]) -> list[PlaceMention]:
        """Places where things are said to be in the sentences beside those of the incident."""
        told = {m.index for m in members}
        near = {i + step for i in told for step in (-1, 1, 2)} - told
        found: list[PlaceMention] = []
        for index in sorted(near):
            if not 0 <= index < len(self.layout.sentences):
                continue
            beside = self.layout.sentences[index]
            if beside.role == "body":
                named = self.reader.named_places(beside.start, beside.end)
                found += [p for p in named if p.role == "event"]
        return found

    def _weapons_around(self, members: list[Evidence]) -> list[WeaponMention]:
        """The weapon named nearest to the incident, where its own sentences name none."""
        found: list[WeaponMention] = []
        told = members[0].index
        for index in sorted(range(len(self.layout.sentences)), key=lambda i: abs(i - told)):
            beside = self.layout.sentences[index]
            if beside.role not in ("body", "headline") or abs(index - told) > _FAR:
                continue
            edges = (beside.start, beside.end)
            named = weapons_in(
                self.layout.text, self.layout.folded, *edges, self.layout.language.code or "en"
            )
            found += [weapon for weapon in named if weapon.score == _NAMED]
            if found:
                break
        return strongest(found)

    def _actors(self, members: list[Evidence]) -> tuple[DraftActor, ...]:
        denied = self._deniers()
        kept: dict[tuple[str, str], DraftActor] = {}
        for member in members:
            filled = {role for role, _ in kept}
            for actor in member.actors:
                if actor.role in filled and member is not members[0] and actor.stance is None:
                    continue
                stance = actor.stance
                if actor.role == "perpetrator" and actor.country in denied:
                    stance = "denies"
                key = (actor.role, actor.country or actor.name.lower())
                kept.setdefault(key, DraftActor(actor.name, actor.role, actor.span, stance))
        for actor in self._named_elsewhere():
            key = (actor.role, actor.name.lower())
            kept.setdefault(key, DraftActor(actor.name, actor.role, actor.span, actor.stance))
        return tuple(list(kept.values())[:_MOST_ACTORS])

    def _named_elsewhere(self) -> list[ActorMention]:
        """In another language, whom a sentence without figures names, such as "Rebels attacked.".

        Of a note of one incident whoever attacks, of a longer text only who claims it.
        """
        voices = self.reader.voices
        if voices is None or not self.single:
            return []
        find = voices.actors if self.note else voices.claims
        bodies = [s for s in self.layout.sentences if s.role == "body"]
        return [actor for s in bodies for actor in find(s.start, s.end)]

    def _deniers(self) -> set[str]:
        """Countries that deny the act itself anywhere in the text."""
        from geodata.reading.actors import ActorFinder  # noqa: PLC0415 - one use

        finder = ActorFinder(self.layout.text, self.layout.folded)
        bodies = [s for s in self.layout.sentences if s.role == "body"]
        return {who for s in bodies if (who := finder.denies(s.start, s.end))}

    def _flags(self, draft: Draft, group: Group) -> tuple[str, ...]:
        folded = self.layout.folded
        flags = ["experimental_language"] if self.reader.foreign is not None else []
        if self.published is None and draft.date.start is None:
            flags.append("no_publication_date")
        if draft.date.question and draft.date.start is not None:
            flags.append("date_doubtful")
        events = [p for p in draft.places if p.role == "event"]
        if not events:
            flags.append("no_place")
        elif events[0].relation == "near":
            flags.append("place_approximate")
        for name, figure in (("killed", draft.killed), ("injured", draft.injured)):
            if figure is not None and hedged(folded, figure.span):
                flags.append(f"{name}_hedged")
            if figure is not None and figure.best is None:
                flags.append(f"{name}_not_exact")
        if len({a.speaker for a in draft.accounts}) > 1 or any(
            a.stance == "denies" for a in draft.accounts
        ):
            flags.append("accounts_differ")
        if any(
            "continued strikes" in folded[m.sentence.start : m.sentence.end] for m in group.members
        ):
            flags.append("possible_further_events")
        return tuple(flags)


def _of_report(chosen: DateMention) -> str | None:
    """The day of a report is proposed where no other is named, and asked about."""
    if not chosen.reporting:
        return None
    return f"“{chosen.span.quote}” is when it was reported. Did it happen on that day?"


def _span(text: str, member: Evidence) -> Span:
    return Span.of(text, member.sentence.start, member.sentence.end)


def _ranked(
    members: list[Evidence], around: list[PlaceMention]
) -> list[tuple[PlaceMention, tuple[Span, ...]]]:
    """Event places, most specific and nearest to the fullest sentence first, each with aliases.

    A country is listed only where nothing finer is named.
    """
    order = {
        "site": 0,
        "street": 0,
        "neighbourhood": 0,
        "settlement": 0,
        "": 1,
        "area": 2,
        "admin1": 3,
    }
    held: list[tuple[tuple[float, ...], PlaceMention]] = []
    for rank, member in enumerate(members):
        containers = {name for place in member.places for name in place.within}
        for place in member.places:
            if place.role != "event":
                continue
            coarse = order.get(place.kind, 4) + 1.5 * (place.name in containers)
            coarse += _BESIDE * (place.relation == "near")
            held.append(((coarse + 0.8 * min(rank, 4), rank, place.span.start), place))
    for place in around:
        coarse = order.get(place.kind, 4) + _AROUND
        held.append(((coarse, len(members), place.span.start), place))
    finer = [item for item in held if item[1].country is None]
    chosen: list[tuple[PlaceMention, list[Span]]] = []
    for _, place in sorted(finer or held, key=lambda item: item[0]):
        twin = next((entry for entry in chosen if same_place(entry[0], place)), None)
        if twin is not None:
            twin[1].append(place.span)
        else:
            chosen.append((place, []))
    return [(place, tuple(aliases)) for place, aliases in chosen]


def _nearest(found: list[AccountMention], groups: list[Group], number: int) -> list[AccountMention]:
    """The accounts that stand nearer to this group than to any other."""
    return [
        account
        for account in found
        if min(range(len(groups)), key=lambda n: _distance(account, groups[n])) == number
    ]


def _distance(account: AccountMention, group: Group) -> int:
    return min(
        max(member.sentence.start - account.span.end, account.span.start - member.sentence.end, 0)
        for member in group.members
    )


__all__ = ["Composer", "Figure"]
