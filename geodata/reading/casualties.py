"""What a sentence says of people killed, injured, missing or captured.

`mentions(tokens)` links each verb or noun of harm to the people it befell: the subject of a
passive ("12 people were killed"), the object of an active verb ("killed two"), the figure before
a noun ("two deaths"). Threats, plans and denials give nothing; "may have been killed" gives an
upper bound only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from geodata.reading.harm import (
    INTRANSITIVES,
    PARTICIPLES,
    Trigger,
    given_back,
    triggers_in,
    word_at,
)
from geodata.reading.lexicons import words
from geodata.reading.parties import AUXILIARIES, CASUALTY_NOUNS, Party, parties_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.reading.spans import Token


_UNREAL = words("grammar", "casualties_unreal")
_NEGATIONS = words("grammar", "casualties_negations")
_TELLING = frozenset(
    [
        "said",
        "says",
        "told",
        "reported",
        "announced",
        "added",
        "confirmed",
        "stated",
        "claimed",
        "tweeted",
        "wrote",
    ]
)
_DENIALS = frozenset(["denied", "denies", "deny", "denying"])
_REJECTIONS = _DENIALS | {"rejected", "rejects", "dismissed", "refuted", "disputed"}
_ANYONE = frozenset(
    (
        *("people", "persons", "civilians", "others", "more", "members", "victims", "men"),
        *("women", "residents", "soldiers", "fighters", "militants", "officers", "policemen"),
        "troops",
    )
)
_RISES = frozenset(
    ["rose", "risen", "rises", "climbed", "increased", "grew", "reached", "stands", "stood"]
)
_TOLL_WORDS = ("to", "at", "of", "is", "was", "reached", ":", "were", "from")
_TOLL_NEAR, _TOLL_FAR = 10, 24
_CLAUSE = words("grammar", "casualties_clause")
_COUNTING_NOT = {
    ("not", "a"),
    ("not", "less"),
    ("not", "fewer"),
    ("not", "more"),
    ("neither", "of"),
}
_LONGEST_LIST = 40
_NO_NAME = words("grammar", "casualties_no_name")
_LIST_ENDS = words("grammar", "casualties_list_ends")
_HURT = frozenset(["wounded", "injured"])
_STILL = frozenset(["still", "also", "others", "more", "later", "being"])
_TAKEN = frozenset(["taken", "rushed", "transported", "evacuated", "admitted", "brought"])
_GIVEN = frozenset(["receiving", "received"])
_HOSPITALS = frozenset(["hospital", "hospitals", "clinic", "clinics", "infirmary"])
_HOSPITAL_REACH = 12
_POSSIBLE = (("may", "have"), ("might", "have"), ("may", "be"), ("might", "be"))


@dataclass(frozen=True, slots=True)
class Mention:
    """Casualties as one clause gives them, offsets in the whole text.

    `category` is killed, injured, missing, captured or casualties (killed and injured together).
    """

    category: str
    low: int
    best: int | None
    high: int | None
    qualifier: str
    start: int
    end: int
    group: str = ""
    part: bool = False
    definite: bool = False
    more: bool = False
    ordinal: int | None = None
    total: bool = False
    counted: bool = True


def mentions(tokens: Sequence[Token]) -> list[Mention]:
    """The casualties that a sentence states, in order of their words."""
    return _Linker(tokens).run()


class _Linker:
    """Links the triggers of one sentence to its parties."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.parties = parties_in(tokens)
        self.triggers = triggers_in(tokens)
        self.used: set[int] = set()
        self.found: list[Mention] = []

    def run(self) -> list[Mention]:
        self._nouns()
        self._tolls()
        skip = False
        for index, trigger in enumerate(self.triggers):
            if skip:
                skip = False
                continue
            skip = self._joined(index)
            if trigger.form == "toll" or self._inside_party(trigger):
                continue
            if self._unreal(trigger):
                continue
            self._link(index, combined=skip)
        self._shares()
        self._cared_for()
        return sorted(self.found, key=lambda mention: mention.start)

    def _nouns(self) -> None:
        """Figures whose own noun is the harm: "two deaths", "no casualties", "12 wounded"."""
        for number, party in enumerate(self.parties):
            category = party.category
            if category == "victims":
                category = "killed" if party.low == 0 and party.high == 0 else ""
            if not category:
                continue
            self.used.add(number)
            if self._given_back(party):
                continue
            if party.counted and not self._unreal_at(party.first):
                self._add(category, [party], party.first, party.last)

    def _given_back(self, party: Party) -> bool:
        """Bodies that one side hands to the other did not die then."""
        head = word_at(self.tokens, party.last - 1)
        return head in ("bodies", "body") and given_back(self.tokens)

    def _shares(self) -> None:
        """As in "11 of them civilians" is a share of the figure that it stands in or after."""
        for number, party in enumerate(self.parties):
            if not party.part or not party.counted or number in self.used or not self.found:
                continue
            start = self.tokens[party.first].start
            before = [m for m in self.found if m.start <= start and not m.part]
            if before:
                nearest = max(before, key=lambda m: m.start)
                self._add(nearest.category, [replace(party, part=True)], party.first, party.last)

    def _cared_for(self) -> None:
        """As in "30 wounded people were taken to hospital", "66 are being treated".

        Only where nothing else of the sentence says how many were injured.
        """
        if any(mention.category == "injured" for mention in self.found):
            return
        for number, party in enumerate(self.parties):
            if number in self.used or not party.counted or party.part:
                continue
            said = {token.word for token in self.tokens[party.first : party.last]}
            if said & _HURT or ("survivors" not in said and self._cared_for_after(party)):
                self._add("injured", [party], party.first, party.last)

    def _cared_for_after(self, party: Party) -> bool:
        following = [token.word for token in self.tokens[party.last : party.last + _HOSPITAL_REACH]]
        while following and (following[0] in AUXILIARIES | _STILL or following[0].endswith("ly")):
            following.pop(0)
        verb, then = [*following, "", ""][:2]
        if verb in _TAKEN:
            return not _HOSPITALS.isdisjoint(following)
        return verb == "treated" or (verb in _GIVEN and then == "treatment")

    def _tolls(self) -> None:
        for trigger in self.triggers:
            if trigger.form != "toll":
                continue
            found = self._toll_figure(trigger)
            if found is None:
                continue
            self.used.add(found)
            party = self.parties[found]
            if self._risen_from(party) and party.high is not None:
                party = replace(party, low=party.high, best=party.high, qualifier="exact")
            self._add(trigger.category, [party], trigger.first, party.last, total=True)

    def _risen_from(self, party: Party) -> bool:
        """As in "rose from 18 to 21", which looks like a range, and is 21."""
        at = party.first if word_at(self.tokens, party.first) == "from" else party.first - 1
        return word_at(self.tokens, at) == "from" and word_at(self.tokens, at - 1) in _RISES

    def _toll_figure(self, trigger: Trigger) -> int | None:
        """The party that a toll is put at; far from it only after "rose" and the like."""
        for j in range(trigger.last, min(trigger.last + _TOLL_FAR, len(self.tokens))):
            word = self.tokens[j].word
            if word in (".", ";"):
                break
            rising = self.tokens[j - 1].word in _RISES or word in _RISES
            if word not in _TOLL_WORDS and word not in _RISES:
                continue
            if j >= trigger.last + _TOLL_NEAR and not rising:
                continue
            if word == "from" and not rising:
                continue
            found = self._party_at(j + 1)
            if found is not None:
                return found
        return None

    def _party_at(self, i: int) -> int | None:
        for number, party in enumerate(self.parties):
            if party.first == i and party.counted:
                return number
        return None

    def _inside_party(self, trigger: Trigger) -> bool:
        """As in "One dead terrorist": the figure's noun phrase holds the word of harm."""
        for number, party in enumerate(self.parties):
            if party.first <= trigger.first < party.last:
                if number not in self.used and party.counted and trigger.form == "adjective":
                    self.used.add(number)
                    self._add(trigger.category, [party], party.first, party.last)
                return True
        return False

    def _joined(self, index: int) -> bool:
        """As in "Killed or wounded" with one group for both."""
        if index + 1 >= len(self.triggers):
            return False
        here, there = self.triggers[index], self.triggers[index + 1]
        between = [token.word for token in self.tokens[here.last : there.first]]
        return (
            between in (["and"], ["or"], ["and", "/", "or"], ["/"])
            and {here.category, there.category} == {"killed", "injured"}
            and not self._has_own(there, here)
        )

    def _has_own(self, there: Trigger, here: Trigger) -> bool:
        """As in "Killed and wounded 30" shares; "were killed and wounded" shares."""
        return here.form == "gerund" and there.form != "gerund"

    def _unreal(self, trigger: Trigger) -> bool:
        start = max(0, trigger.first - 7)
        before = [token.word for token in self.tokens[start : trigger.first]]
        for mark in (";", ".", ","):
            if mark in before:
                before = before[len(before) - before[::-1].index(mark) :]
        if set(before) & (_NEGATIONS | _DENIALS) and not self._counts_none(before):
            return True
        if trigger.form == "base" and (before[-1:] == ["to"] or before[-2:-1] == ["to"]):
            return before[-2:-1] != ["managed"]
        if trigger.form == "base" and trigger.category == "captured" and before[-1:] == ["the"]:
            return True
        unreal = set(before) & _UNREAL
        return bool(unreal) or self._if_clause(trigger)

    @staticmethod
    def _counts_none(before: Sequence[str]) -> bool:
        """Whether "not" counts ("not a single civilian") or adds ("not only"), not denies."""
        return "only" in before or any(pair in _COUNTING_NOT for pair in pairwise(before))

    def _if_clause(self, trigger: Trigger) -> bool:
        words = [token.word for token in self.tokens[: trigger.first]]
        return words[:1] == ["if"] or words[:1] == ["unless"]

    def _unreal_at(self, i: int) -> bool:
        before = {token.word for token in self.tokens[max(0, i - 5) : i]}
        return bool(before & _UNREAL) or bool(before & _REJECTIONS and "," not in before)

    def _possible(self, trigger: Trigger) -> bool:
        before = [token.word for token in self.tokens[max(0, trigger.first - 5) : trigger.first]]
        return trigger.form == "feared" or any(pair in pairwise(before) for pair in _POSSIBLE)

    def _link(self, index: int, *, combined: bool) -> None:
        trigger = self.triggers[index]
        end = self.triggers[index + 1].last if combined else trigger.last
        category = "casualties" if combined else trigger.category
        numbers = self._people(trigger, index, end)
        if trigger.form == "noun_of" and self._listed(trigger, end, category):
            return
        if not numbers:
            self._uncounted(trigger, category, end)
            return
        parties = [self.parties[number] for number in numbers]
        if self._possible(trigger):
            parties = [_only_up_to(party) for party in parties]
        self.used.update(numbers)
        before = {token.word for token in self.tokens[max(0, trigger.first - 3) : trigger.first]}
        if "also" in before and not any(party.definite for party in parties):
            parties = [replace(party, more=True) for party in parties]
        first = min(trigger.first, parties[0].first)
        self._add(category, parties, first, max(end, parties[-1].last))

    def _listed(self, trigger: Trigger, start: int, category: str) -> bool:
        """As in "the murder of Ellacuria, five Jesuits and two women": a name counts one."""
        end, pieces = self._pieces(start)
        if len(pieces) < 2:
            return False
        parties: list[Party] = []
        named = False
        for first, last in pieces:
            counted = [p for p in self.parties if first <= p.first <= first + 1 and p.last <= last]
            if counted and (counted[0].counted or not named):
                parties.append(counted[0])
            elif not counted:
                parties.append(Party(1, 1, 1, "exact", first, last))
                named = True
        if not named or len(parties) < 2:
            return False
        self.used.update(n for n, p in enumerate(self.parties) if start <= p.first < end)
        self._add(category, parties, trigger.first, end)
        return True

    def _pieces(self, start: int) -> tuple[int, list[tuple[int, int]]]:
        """The items of an enumeration that ends with "and"; none where there is no "and"."""
        edges, first, j, closing = [], start, start, False
        while j < len(self.tokens) and j - start < _LONGEST_LIST:
            word = self.tokens[j].word
            if word in (",", "and"):
                if j > first:
                    edges.append((first, j))
                closing = closing or word == "and"
                first = j + 1
                if word_at(self.tokens, first) == "of":
                    first, j = first + 1, j + 1
            elif (
                word in _LIST_ENDS
                or not (word[0].isalnum() or word in "-'")
                or (closing and edges and j - first > 5)
            ):
                break
            j += 1
        if closing and j > first:
            edges.append((first, j))
        return j, edges if closing else []

    def _people(self, trigger: Trigger, index: int, end: int) -> list[int]:
        if trigger.form in ("gerund", "base", "noun_of", "lost"):
            return self._objects(end, 4)
        if trigger.form == "event":
            return []
        if trigger.form in ("intransitive", "adjective", "feared"):
            return self._subjects(trigger, index)
        if self._passive(trigger):
            return self._subjects(trigger, index)
        objects = self._objects(end, 1)
        if objects:
            return objects
        subjects = self._subjects(trigger, index)
        return [] if self._attackers(subjects) and self._named_after(end) else subjects

    def _attackers(self, numbers: list[int]) -> bool:
        return bool(numbers) and all(self.parties[n].group == "combatant" for n in numbers)

    def _named_after(self, end: int) -> bool:
        """As in "Gunmen shot dead Maria Lopez": a word that is no preposition, day or adverb."""
        word = word_at(self.tokens, end)
        return (
            word.isalpha()
            and word not in _NO_NAME
            and not word.endswith(("ly", "day"))
            and word_at(self.tokens, end + 1).isalpha()
        )

    def _passive(self, trigger: Trigger) -> bool:
        before = [token.word for token in self.tokens[max(0, trigger.first - 4) : trigger.first]]
        for word in reversed(before):
            if word in AUXILIARIES:
                return True
            if not (word.endswith("ly") or word in ("also", "and", "then", "later", "either")):
                return False
        return False

    def _objects(self, start: int, reach: int) -> list[int]:
        """The parties that begin within `reach` tokens after `start`, and those joined to them."""
        found: list[int] = []
        last = start
        for number, party in enumerate(self.parties):
            if party.first < start or number in self.used:
                continue
            between = [token.word for token in self.tokens[last : party.first]]
            if not found:
                if len(between) > reach or not _plain_gap(between):
                    break
            elif not _joined_by(between) or self._own_verb(party):
                break
            found.append(number)
            last = party.last
        return self._without_parts(found)

    def _own_verb(self, party: Party) -> bool:
        """As in "Killed two and three were wounded": the second group has its own verb.

        In "Killed two, an official said" it is who says so.
        """
        following = [token.word for token in self.tokens[party.last : party.last + 4]]
        for word in following:
            if word in ("and", ",", ".", ";", "who", "whom", "which", "that"):
                return False
            if word in AUXILIARIES or word in PARTICIPLES or word in INTRANSITIVES:
                return True
            if word in _TELLING:
                return True
        return False

    def _subjects(self, trigger: Trigger, index: int) -> list[int]:
        """The parties before the trigger, back to the previous trigger."""
        previous = self.triggers[index - 1].last if index else 0
        found: list[int] = []
        edge = trigger.first
        for number in range(len(self.parties) - 1, -1, -1):
            party = self.parties[number]
            if party.last > trigger.first or number in self.used or not party.person:
                continue
            if party.first < previous:
                break
            between = [token.word for token in self.tokens[party.last : edge]]
            if not found:
                if ";" in between or (set(between) & {"by"} and not party.part):
                    continue
            elif not (_joined_by(between) or party_is_total(found, self.parties)):
                break
            found.append(number)
            edge = party.first
            if trigger.form == "adjective" and len(between) > 2 and len(found) == 1:
                return []
        return self._without_parts(found[::-1])

    def _without_parts(self, numbers: list[int]) -> list[int]:
        """Shares are left out where their whole is there; a counted group outranks a bare noun."""
        whole = [number for number in numbers if not self.parties[number].part] or numbers
        whole = [number for number in whole if not (whole[0] < number and self._counted_in(number))]
        if len(whole) > 2:
            total, *rest = (self.parties[number] for number in whole)
            gap = [token.word for token in self.tokens[total.last : rest[0].first]]
            if gap == [","] and total.low == sum(party.low for party in rest):
                return whole[:1] if self._apposed(total, rest[-1]) else whole
        return whole

    def _counted_in(self, number: int) -> bool:
        """As in "14 soldiers and police officers": the figure counts both."""
        before, party = self.parties[number - 1 : number + 1]
        gap = [token.word for token in self.tokens[before.last : party.first]]
        bare = not (party.counted or party.definite)
        return bare and gap in (["and"], ["or"]) and before.counted and before.low > 1

    def _apposed(self, total: Party, last: Party) -> bool:
        """As in "two people, a nurse and a driver"; two teachers, a nurse and a driver are four."""
        closed = word_at(self.tokens, last.last) in (",", "-", "(", ")")
        return closed or word_at(self.tokens, total.last - 1) in _ANYONE

    def _uncounted(self, trigger: Trigger, category: str, end: int) -> None:
        """As in "Karlov was killed": one; "they were killed": more than one; else no figure."""
        if category not in ("killed", "injured", "captured"):
            return
        span = (trigger.first, end)
        if trigger.form == "event":
            self._default(category, 1, span, definite=True)
        if trigger.form == "intransitive":
            self._died(trigger, category, span)
        if trigger.form == "participle" and self._passive(trigger):
            auxiliary = [
                token.word for token in self.tokens[max(0, trigger.first - 4) : trigger.first]
            ]
            plural = bool({"were", "are", "weren't", "have"} & set(auxiliary))
            if set(auxiliary) & {"it", "which", "attack", "crime"}:
                return
            single = self._two_names(trigger) if plural else 1
            self._default(category, single, span, definite="who" in auxiliary)
        elif trigger.form == "participle" and self._named_after(end):
            self._default(category, 1, span, definite=False)
        elif trigger.form in ("participle", "base", "gerund") and self._names_object(end):
            plural = word_at(self.tokens, end) == "them"
            self._default(category, None if plural else 1, span, definite=True)
        elif trigger.form == "noun_of":
            plural = self.tokens[trigger.first].word.endswith("s")
            self._default(category, None if plural else 1, span, definite=True)

    def _two_names(self, trigger: Trigger) -> int | None:
        """2 for "Juan Perez and Ana Ruiz were killed", None for other plurals."""
        before = [token.word for token in self.tokens[: trigger.first]]
        while before and (
            before[-1] in AUXILIARIES or before[-1].endswith("ly") or before[-1] == "also"
        ):
            before.pop()
        names = [word for word in before if word != "and"]
        two = before.count("and") == 1 and 2 <= len(names) <= 6 and before[0] != "and"
        known = any(word in _NO_NAME or not word.isalpha() for word in names)
        return 2 if two and not known and before[-1] != "and" else None

    def _died(self, trigger: Trigger, category: str, span: tuple[int, int]) -> None:
        """As in "He died", "Karlov died"."""
        if trigger.first == 0:
            return
        before = self.tokens[trigger.first - 1].word
        if before in ("he", "she"):
            self._default(category, 1, span, definite=True)
        elif before in ("they", "who"):
            self._default(category, None if before == "they" else 1, span, definite=True)

    def _names_object(self, end: int) -> bool:
        return word_at(self.tokens, end) in ("him", "her", "them")

    def _default(
        self, category: str, count: int | None, span: tuple[int, int], *, definite: bool
    ) -> None:
        party = Party(
            count if count is not None else 2,
            count,
            count,
            "exact" if count is not None else "at least",
            span[0],
            span[1],
            counted=False,
            definite=definite,
        )
        self._add(category, [party], *span)

    def _add(
        self, category: str, parties: list[Party], first: int, last: int, *, total: bool = False
    ) -> None:
        summed = _sum(parties)
        self.found.append(
            Mention(
                category,
                summed.low,
                summed.best,
                summed.high,
                summed.qualifier,
                self.tokens[first].start,
                self.tokens[min(last, len(self.tokens)) - 1].end,
                summed.group,
                summed.part,
                summed.definite,
                summed.more,
                summed.ordinal,
                total,
                summed.counted,
            )
        )


def party_is_total(found: list[int], parties: Sequence[Party]) -> bool:
    """Whether all parties found so far are shares, so that their whole is still to come."""
    return all(parties[number].part for number in found)


def _plain_gap(between: Sequence[str]) -> bool:
    return all(
        word.isalpha() and word not in _CLAUSE and word not in ("in", "at", "by", "near", "on")
        for word in between
    )


def _joined_by(between: Sequence[str]) -> bool:
    """Whether two parties stand in one enumeration: "and", commas, a short phrase and "and"."""
    if not between or any(word in (";", ".", ":") for word in between):
        return False
    links = {",", "and", "as", "well", "plus", "or", "including", "along", "with"}
    if set(between) <= links | {"his", "her", "their", "the", "also"}:
        return True
    if between[-3:] == ["as", "well", "as"] and not set(between) & (AUXILIARIES | {"who", "which"}):
        return True
    verbs = set(between) & (_CLAUSE | AUXILIARIES | {"who", "that", "which", "by"})
    long = len(between) > 7
    return (
        between[-1] == "and"
        and not verbs
        and not long
        and not any(word.endswith("ed") for word in between)
    )


def _only_up_to(party: Party) -> Party:
    return replace(party, low=0, best=None, qualifier="up to")


def _sum(parties: Sequence[Party]) -> Party:
    """One party of all: lows and highs added up, one open top opens the sum."""
    if len(parties) == 1:
        return parties[0]
    bests = [party.best for party in parties if party.best is not None]
    highs = [party.high for party in parties if party.high is not None]
    groups = {party.group for party in parties}
    qualifiers = {party.qualifier for party in parties} - {"exact"}
    return replace(
        parties[0],
        low=sum(party.low for party in parties),
        best=sum(bests) if len(bests) == len(parties) else None,
        high=sum(highs) if len(highs) == len(parties) else None,
        qualifier=qualifiers.pop() if len(qualifiers) == 1 else "range" if qualifiers else "exact",
        group=groups.pop() if len(groups) == 1 else "",
        part=all(party.part for party in parties),
        definite=all(party.definite for party in parties),
        counted=any(party.counted for party in parties),
        last=parties[-1].last,
    )


def states_zero(tokens: Sequence[Token]) -> tuple[int, int] | None:
    """The token range of "did not cause any casualties", "without victims", or None."""
    for i, token in enumerate(tokens):
        if token.word not in ("any", "without"):
            continue
        window = [later.word for later in tokens[i + 1 : i + 4]]
        before = {earlier.word for earlier in tokens[max(0, i - 4) : i]}
        if token.word == "any" and not before & (_NEGATIONS | {"without"}):
            continue
        for offset, word in enumerate(window):
            if word in CASUALTY_NOUNS and word not in ("dead", "wounded", "injured", "missing"):
                return i, i + offset + 2
    return None


__all__ = ["Mention", "mentions", "states_zero"]
