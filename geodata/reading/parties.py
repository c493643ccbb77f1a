"""Groups of people in a sentence, with how many they are: "at least 12 civilians", "a woman"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geodata.reading.lexicons import people, words
from geodata.reading.numbers import NONE_WORDS, ORDINALS, Quantity, integer, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.reading.spans import Token

AUXILIARIES = words("grammar", "parties_auxiliaries")
CASUALTY_NOUNS = {
    "deaths": "killed",
    "fatalities": "killed",
    "fatality": "killed",
    "dead": "killed",
    "corpses": "killed",
    "corpse": "killed",
    "bodies": "killed",
    "lives": "killed",
    "injuries": "injured",
    "injury": "injured",
    "wounded": "injured",
    "injured": "injured",
    "casualties": "casualties",
    "casualty": "casualties",
    "victims": "victims",
    "missing": "missing",
    "martyrs": "killed",
    "martyr": "killed",
}
_STOP = words("grammar", "parties_stop")
_MONTHS = words("grammar", "parties_months")
_DEFINITE = words("grammar", "parties_definite")
_MORE = frozenset(["more", "other", "others", "additional", "further", "another", "extra"])
_PART_WORDS = frozenset(["including", "included", "includes", "comprising", "notably"])
_PART_PAIRS = {
    ("of", "them"),
    ("among", "them"),
    ("among", "whom"),
    ("of", "whom"),
    ("amongst", "them"),
}
_OF_THESE = frozenset(["them", "whom", "which", "these", "those"])
_OF_DEAD = words("grammar", "parties_of_dead")
_ADVERBS = words("grammar", "parties_adverbs")
_STATES = frozenset(("dead", "missing", "wounded", "injured"))
_HEAD_REACH = 8
_YEARS = range(1900, 2100)
_OLDEST = 110
_AGED = frozenset(["aged", "age", "ages"])
_BETWEEN_AGES = frozenset([",", "and", "to", "-", "or", "between", "from", "about", "only", "just"])
_LONGEST_AGES = 24
_SHARED_OUT = _PART_WORDS | {"mostly", "most", "among", "some", "half", "all", "many"}
_KILLING = frozenset(["killing", "killed"])


@dataclass(frozen=True, slots=True)
class Party:
    """People named together, as far as the words count them.

    `first` and `last` are token indices, `last` exclusive. `counted` is False where only the noun's
    number tells ("soldiers"); `part` marks a share of a group that is counted elsewhere;
    `category` is set where the noun itself says what befell them ("two deaths").
    """

    low: int
    best: int | None
    high: int | None
    qualifier: str
    first: int
    last: int
    group: str = ""
    category: str = ""
    counted: bool = True
    part: bool = False
    definite: bool = False
    more: bool = False
    ordinal: int | None = None
    person: bool = True


def parties_in(tokens: Sequence[Token]) -> list[Party]:
    """Every group of people in the sentence, in order."""
    found: list[Party] = []
    part, i = False, 0
    while i < len(tokens):
        word = tokens[i].word
        if word in _PART_WORDS or (word, _word(tokens, i + 1)) in _PART_PAIRS:
            part = True
        elif (part and (word in AUXILIARIES or word == ";" or word in _STOP_PART)) or (
            part and word == "," and _word(tokens, i + 1) == "and"
        ):
            part = False
        party = _party(tokens, i)
        if party is None:
            i += 1
            continue
        found.append(replace(party, part=party.part or part))
        i = party.last
    return found


_STOP_PART = frozenset(["killed", "wounded", "injured", "died", "wounding", "injuring", "killing"])


def _word(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].word if 0 <= i < len(tokens) else ""


def _party(tokens: Sequence[Token], i: int) -> Party | None:
    word = tokens[i].word
    if not (word[0].isalnum()):
        return None
    return (
        _none(tokens, i)
        or _ordinal(tokens, i)
        or _another(tokens, i)
        or _counted(tokens, i)
        or _single(tokens, i)
        or _bare(tokens, i)
        or _oneself(tokens, i)
    )


@dataclass(frozen=True, slots=True)
class _Head:
    last: int
    group: str = ""
    plural: bool = True
    kind: str = "none"
    category: str = ""


def _head(tokens: Sequence[Token], i: int) -> _Head:  # noqa: C901 - one walk over the nouns
    """The noun that the words from `i` on lead to, or kind "none"."""
    head = _Head(i)
    nouns, things = people(), words("persons", "not_people")
    for j in range(i, min(i + _HEAD_REACH, len(tokens))):
        word = tokens[j].word
        if word in CASUALTY_NOUNS and not (word in _STOP and _leads_on(tokens, j)):
            if word not in _STATES:
                return _Head(j + 1, "", plural=True, kind="person", category=CASUALTY_NOUNS[word])
            if _noun_follows(tokens, j):
                continue
            if head.kind == "none" and _after_figure(tokens, i, j):
                return _Head(j + 1, "", plural=True, kind="person", category=CASUALTY_NOUNS[word])
            break
        if word in _STOP or not (word[0].isalnum() or word in "-'"):
            break
        if word in nouns and not _adjective(tokens, j):
            group, plural = nouns[word]
            passer_by = word == "passer" and _word(tokens, j + 2) == "by"
            head = _Head(j + 3 if passer_by else j + 1, group or head.group, plural, "person")
            if passer_by:
                break
        elif word in things:
            head = _Head(j + 1, "", plural=True, kind="thing")
        elif head.kind != "none":
            break
    return head


def _adjective(tokens: Sequence[Token], j: int) -> bool:
    """As in "the Syrian Arab Red Crescent": a people's name before a noun that is no person."""
    following = _word(tokens, j + 1)
    return (
        tokens[j].word in words("persons", "nationalities_as_people")
        and following.isalpha()
        and following not in _STOP | _ADVERBS | CASUALTY_NOUNS.keys()
        and (following not in people() or _adjective(tokens, j + 1))
    )


def _after_figure(tokens: Sequence[Token], i: int, j: int) -> bool:
    """As in "12 wounded", "12 seriously wounded"; in "a bomb wounded" the word is a verb."""
    between = [token.word for token in tokens[i:j]]
    return _word(tokens, i - 1) not in ("a", "an") and all(w.endswith("ly") for w in between)


def _leads_on(tokens: Sequence[Token], j: int) -> bool:
    """Whether "killed", "wounded" at `j` is a verb here: an auxiliary or an object is near."""
    before = {_word(tokens, j - 1), _word(tokens, j - 2)}
    return bool(before & AUXILIARIES)


def _noun_follows(tokens: Sequence[Token], j: int) -> bool:
    return _word(tokens, j + 1) in people()


def _none(tokens: Sequence[Token], i: int) -> Party | None:  # noqa: PLR0911 - a list of cases
    word, after = tokens[i].word, _word(tokens, i + 1)
    if word == "not" and (after, _word(tokens, i + 2)) == ("a", "single"):
        head = _head(tokens, i + 3)
        return _zero(i, max(head.last, i + 3), head)
    if word not in NONE_WORDS:
        return None
    if word == "no" and after == "one":
        return _zero(i, i + 2, _Head(i + 2))
    if word == "none" and after == "of":
        start = i + 3 if _word(tokens, i + 2) in _DEFINITE else i + 2
        head = _head(tokens, start)
        return _zero(i, max(head.last, start), replace(head, category=""))
    if word in ("nobody", "none"):
        return _zero(i, i + 1, _Head(i + 1))
    head = _head(tokens, i + 1)
    joined = (_word(tokens, head.last), _word(tokens, head.last + 1))
    if joined[0] in ("or", "nor") and joined[1] in CASUALTY_NOUNS and head.category:
        return _zero(i, head.last + 2, _Head(head.last, kind="person", category="casualties"))
    return _zero(i, head.last, head) if head.kind == "person" else None


def _zero(first: int, last: int, head: _Head) -> Party:
    return Party(0, 0, 0, "exact", first, last, group=head.group, category=head.category)


def _ordinal(tokens: Sequence[Token], i: int) -> Party | None:
    """As in "An eighth died": one more, and eight in all."""
    word = tokens[i].word
    start = i + 1 if word in ("a", "an") else i
    number = ORDINALS.get(_word(tokens, start))
    if number is None or (start == i and _word(tokens, i - 1) == "the"):
        return None
    head = _head(tokens, start + 1)
    if head.kind == "thing" or (head.kind == "none" and start == i):
        return None
    if head.plural and head.kind == "person":
        return None
    group = head.group
    return Party(1, 1, 1, "exact", i, max(head.last, start + 1), group, more=True, ordinal=number)


def _another(tokens: Sequence[Token], i: int) -> Party | None:
    """As in "Another died in hospital", "one other was hurt"."""
    last = i + 1
    if tokens[i].word == "one" and _word(tokens, last) in ("other", "more"):
        last += 1
    elif tokens[i].word != "another":
        return None
    following = _word(tokens, last)
    if following not in AUXILIARIES and following not in ("died", "later", "killed", "wounded"):
        return None
    return Party(1, 1, 1, "exact", i, last, more=True)


def _counted(tokens: Sequence[Token], i: int) -> Party | None:
    found = quantity(tokens, i)
    if found is None or _no_count(tokens, found):
        return None
    j = found.last
    more = _word(tokens, i - 1) in ("another", "further")
    while _word(tokens, j) in _MORE:
        more, j = True, j + 1
    definite = _word(tokens, found.first - 1) in _DEFINITE
    if _word(tokens, j) == "of":
        return _partitive(tokens, found, j, more=more)
    head = _head(tokens, j)
    if head.kind == "thing" or (head.kind == "none" and not _may_stand_alone(tokens, j)):
        return None
    if _word(tokens, head.last - 1) == "head" and _word(tokens, head.last) == "of":
        return None  # of cattle
    last = head.last if head.kind == "person" else j
    return _from(found, last, head, definite=definite, more=more)


def _from(found: Quantity, last: int, head: _Head, *, definite: bool, more: bool) -> Party:
    return Party(
        found.low,
        found.best,
        found.high,
        found.qualifier,
        found.first,
        last,
        head.group,
        head.category,
        definite=definite,
        more=more,
        counted=True,
    )


def _partitive(tokens: Sequence[Token], found: Quantity, j: int, *, more: bool) -> Party | None:
    """As in "11 of them civilians", "two of the wounded", "50 of their men"."""
    following = _word(tokens, j + 1)
    if following in _OF_THESE and _word(tokens, j + 2) not in people():
        part = following in ("whom", "which") or _word(tokens, j + 2) in AUXILIARIES
        return replace(
            _from(found, j + 2, _Head(j + 2), definite=False, more=more),
            part=part or _word(tokens, found.first - 1) == ",",
        )
    start = j + 2 if following in _DEFINITE or following in _OF_THESE else j + 1
    head = _head(tokens, start)
    if head.kind != "person":
        return None
    part = following in _OF_THESE or _word(tokens, start) in _OF_DEAD
    clean = replace(head, category="") if part else head
    return replace(_from(found, head.last, clean, definite=False, more=more), part=part)


def _no_count(tokens: Sequence[Token], found: Quantity) -> bool:
    """Years, days of a month, ages, clock times and names such as "Route 12"."""
    before, after = _word(tokens, found.first - 1), _word(tokens, found.last)
    if after in _MONTHS and not (after == "may" and _word(tokens, found.last + 1) == "have"):
        return True
    if before in _MONTHS or after in ("-", "year", "am", "pm", ":", "a.m", "p.m", "/"):
        return after != "-" or _word(tokens, found.last + 1) != "strong"
    if before in ("route", "section", "article", "resolution", "no", "number"):
        return True
    if before in (":", "/", "-") and tokens[found.first].word.isdecimal():
        return tokens[found.first - 1].end == tokens[found.first].start
    if _among_ages(tokens, found.first):
        return True
    digits = tokens[found.first].word
    year_like = digits.isdecimal() and len(digits) == 4 and int(digits) in _YEARS
    return (year_like and after not in people()) or _age_between_commas(tokens, found)


def _among_ages(tokens: Sequence[Token], i: int) -> bool:
    """As in "aged 24, 31 and 45", "aged between two and 17": a number back to "aged"."""
    for j in range(i - 1, max(-1, i - _LONGEST_AGES), -1):
        word = tokens[j].word
        if word in _AGED:
            return True
        if word not in _BETWEEN_AGES and integer(tokens, j) is None:
            return False
    return False


def _age_between_commas(tokens: Sequence[Token], found: Quantity) -> bool:
    """As in "Fatima, 34, and her sons"; in "In Homs, 34, mostly children, died" they are people."""
    marks = (_word(tokens, found.first - 1), _word(tokens, found.last))
    written = tokens[found.first].word
    return (
        marks == (",", ",")
        and found.last == found.first + 1
        and written.isdecimal()
        and int(written) <= _OLDEST
        and _word(tokens, found.first - 2).isalpha()
        and _word(tokens, found.last + 1) not in _SHARED_OUT
    )


def _may_stand_alone(tokens: Sequence[Token], j: int) -> bool:
    """A figure without a noun counts people only where a verb or a mark follows."""
    word = _word(tokens, j)
    return not word or word in _STOP or not word[0].isalnum() or word in _ADVERBS


def _single(tokens: Sequence[Token], i: int) -> Party | None:  # noqa: PLR0911 - a list of cases
    word = tokens[i].word
    if word not in ("a", "an", "another") and word not in _DEFINITE:
        return None
    aged = _after_age(tokens, i + 1)
    if aged == i + 1 and word not in ("a", "an") and quantity(tokens, aged) is not None:
        return None
    head = _head(tokens, aged)
    if head.kind != "person":
        return None
    if _word(tokens, head.last - 1) == "couple" or (word == "both" and head.plural):
        return Party(2, 2, 2, "exact", i, head.last, head.group, definite=word in _DEFINITE)
    if word in ("a", "an", "another"):
        if _word(tokens, head.last - 1) == "family":
            return None
        more = word == "another"
        return Party(1, 1, 1, "exact", i, head.last, head.group, head.category, more=more)
    if head.category:
        return None
    if head.plural:
        return Party(
            2, None, None, "at least", i, head.last, head.group, counted=False, definite=True
        )
    definite = word not in ("his", "her", "their", "its")
    return Party(
        1, 1, 1, "exact", i, head.last, head.group, definite=definite, counted=not definite
    )


def _oneself(tokens: Sequence[Token], i: int) -> Party | None:
    """As in "killing himself and two guards"."""
    own = tokens[i].word in ("himself", "herself") and _word(tokens, i - 1) in _KILLING
    return Party(1, 1, 1, "exact", i, i + 1) if own else None


def _after_age(tokens: Sequence[Token], i: int) -> int:
    """Past "9-year-old" where it stands at `i`, else `i`."""
    age = [token.word for token in tokens[i + 1 : i + 5]]
    return i + 5 if age == ["-", "year", "-", "old"] else i


def _bare(tokens: Sequence[Token], i: int) -> Party | None:
    """As in "Soldiers were killed": more than one; "policeman killed": one."""
    known = people().get(tokens[i].word)
    if known is None or tokens[i].word in CASUALTY_NOUNS:
        return None
    head = _head(tokens, i)
    if head.kind != "person" or head.category:
        return None
    if head.plural:
        return Party(2, None, None, "at least", i, head.last, head.group, counted=False)
    return Party(1, 1, 1, "exact", i, head.last, head.group, counted=False)
