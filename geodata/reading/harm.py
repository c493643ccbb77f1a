"""Words of harm: which there are, whom they count among, and where their people stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geodata.reading.parties import CASUALTY_NOUNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.reading.spans import Token


def _each(category: str, forms: str) -> dict[str, str]:
    return dict.fromkeys(forms.split(), category)


PARTICIPLES = (
    _each(
        "killed",
        "killed murdered assassinated executed massacred slain slaughtered beheaded hanged lynched "
        "martyred electrocuted crucified decapitated eliminated neutralised neutralized",
    )
    | _each("injured", "wounded injured hurt maimed mutilated")
    | _each("captured", "kidnapped abducted captured arrested detained")
)
GERUNDS = (
    _each("killed", "killing murdering assassinating executing massacring slaughtering beheading")
    | _each("injured", "wounding injuring hurting maiming")
    | _each("captured", "kidnapping abducting capturing arresting detaining")
)
BASES = (
    _each("killed", "kill kills murders assassinates executes slay slays massacres beheads")
    | _each("injured", "wound wounds injure injures")
    | _each("captured", "kidnap kidnaps abduct abducts captures capture arrest arrests")
)
INTRANSITIVES = _each(
    "killed", "died die dies dying perished drowned succumbed suffocated"
) | _each("missing", "disappeared vanished")
ADJECTIVES = _each("killed", "dead") | _each("missing", "missing unaccounted")
NOUNS_OF = (
    _each(
        "killed",
        "death deaths killing killings murder murders assassination assassinations massacre "
        "execution slaying slayings lives life",
    )
    | _each("captured", "kidnapping kidnappings abduction abductions capture arrest")
    | _each("missing", "disappearance disappearances")
    | _each("injured", "wounding injury injuries")
)
_PHRASES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("shot", "dead"), "participle", "killed"),
    (("gunned", "down"), "participle", "killed"),
    (("mowed", "down"), "participle", "killed"),
    (("shot", "and", "killed"), "participle", "killed"),
    (("shot", "to", "death"), "participle", "killed"),
    (("stabbed", "to", "death"), "participle", "killed"),
    (("beaten", "to", "death"), "participle", "killed"),
    (("burned", "to", "death"), "participle", "killed"),
    (("burnt", "to", "death"), "participle", "killed"),
    (("hacked", "to", "death"), "participle", "killed"),
    (("bled", "to", "death"), "intransitive", "killed"),
    (("put", "to", "death"), "participle", "killed"),
    (("lost", "their", "lives"), "intransitive", "killed"),
    (("lost", "his", "life"), "intransitive", "killed"),
    (("lost", "her", "life"), "intransitive", "killed"),
    (("lose", "their", "lives"), "intransitive", "killed"),
    (("losing", "their", "lives"), "intransitive", "killed"),
    (("found", "dead"), "participle", "killed"),
    (("feared", "dead"), "feared", "killed"),
    (("feared", "killed"), "feared", "killed"),
    (("presumed", "dead"), "feared", "killed"),
    (("taken", "hostage"), "participle", "captured"),
    (("taken", "prisoner"), "participle", "captured"),
    (("taken", "captive"), "participle", "captured"),
    (("went", "missing"), "intransitive", "missing"),
    (("were", "hospitalised"), "intransitive", "injured"),
    (("were", "hospitalized"), "intransitive", "injured"),
    (("was", "hospitalized"), "intransitive", "injured"),
    (("were", "lightly", "hurt"), "intransitive", "injured"),
)
_ONE_DEATH = frozenset(["murder", "assassination", "killing", "slaying"])
_PHRASE_STARTS = frozenset(phrase[0][0] for phrase in _PHRASES)
_SUFFERED = frozenset(["sustained", "suffered", "received", "sustaining", "suffering"])
_INJURIES = frozenset(["injuries", "wounds", "injury", "burns", "fractures"])
_MOST_ADJECTIVES = 3
_BODIES = frozenset(["bodies", "body", "corpses", "corpse"])
_FINDS = frozenset(
    ["found", "discovered", "recovered", "pulled", "retrieved", "dumped", "unearthed"]
)
_HANDED_OVER = frozenset(["returned", "repatriated", "repatriation", "handed", "swap", "swapped"])
_EXCHANGED = frozenset(["exchange", "exchanged"])
_TOLLS = frozenset(["toll", "tolls", "losses"])


@dataclass(frozen=True, slots=True)
class Trigger:
    """A word or phrase of harm: `form` says where its people stand; token indices."""

    category: str
    form: str
    first: int
    last: int


def word_at(tokens: Sequence[Token], i: int) -> str:
    """The word of a token; "" before the first and after the last."""
    return tokens[i].word if 0 <= i < len(tokens) else ""


def triggers_in(tokens: Sequence[Token]) -> list[Trigger]:
    """Every word of harm in the sentence, in order, phrases before single words."""
    found: list[Trigger] = []
    i = 0
    while i < len(tokens):
        trigger = _trigger(tokens, i)
        if trigger is None:
            i += 1
        else:
            found.append(trigger)
            i = trigger.last
    return found


def _trigger(tokens: Sequence[Token], i: int) -> Trigger | None:  # noqa: C901, PLR0911 - a list of cases
    word = tokens[i].word
    phrase = _phrase(tokens, i)
    if phrase is not None:
        return phrase
    after = word_at(tokens, i + 1)
    if word in NOUNS_OF:
        of = _of_after(tokens, i)
        if of is not None:
            return Trigger(NOUNS_OF[word], "noun_of", i, of + 1)
        if word in _ONE_DEATH and after in ("was", "took", "occurred", "happened", "has"):
            return Trigger("killed", "event", i, i + 1)
    if word in _BODIES and after == "of" and _found(tokens):
        return Trigger("killed", "noun_of", i, i + 2)
    if word in _TOLLS or _put_at(tokens, i):
        return Trigger("killed", "toll", i, i + 1)
    if word == "number" and after == "of":
        return _number_of(tokens, i)
    for form, table in (
        ("participle", PARTICIPLES),
        ("gerund", GERUNDS),
        ("base", BASES),
        ("intransitive", INTRANSITIVES),
        ("adjective", ADJECTIVES),
    ):
        if word in table:
            return Trigger(table[word], form, i, i + 1)
    if word == "lost" and after not in ("control", "contact"):
        return Trigger("killed", "lost", i, i + 1)
    return None


def _phrase(tokens: Sequence[Token], i: int) -> Trigger | None:
    """As in "gunned down", "sustained bullet injuries", "survived with burns"."""
    word = tokens[i].word
    survived = word == "survived" and word_at(tokens, i + 1) == "with"
    hurt = _injuries_after(tokens, i + 1 + survived) if survived or word in _SUFFERED else 0
    if hurt:
        return Trigger("injured", "intransitive", i, hurt)
    for phrase, form, category in _PHRASES if word in _PHRASE_STARTS else ():
        if tuple(token.word for token in tokens[i : i + len(phrase)]) == phrase:
            return Trigger(category, form, i, i + len(phrase))
    return None


def _injuries_after(tokens: Sequence[Token], i: int) -> int:
    """Past "bullet injuries", "serious burns" that start at `i`; 0 where something else does."""
    for j in range(i, min(i + 1 + _MOST_ADJECTIVES, len(tokens))):
        if tokens[j].word in _INJURIES:
            return j + 1
        if not tokens[j].word.isalpha() or tokens[j].word in ("no", "from", "in"):
            break
    return 0


def _found(tokens: Sequence[Token]) -> bool:
    """Whether bodies were found here, and not handed over or buried."""
    return any(token.word in _FINDS for token in tokens) and not given_back(tokens)


def given_back(tokens: Sequence[Token]) -> bool:
    """Whether one side hands something to the other; "exchanged fire" is no such thing."""
    said = {token.word for token in tokens}
    return bool(said & _HANDED_OVER) or bool(said & _EXCHANGED and "fire" not in said)


def _put_at(tokens: Sequence[Token], i: int) -> bool:
    """As in "put the number at 8"."""
    here = tokens[i].word in ("number", "figure", "count") and word_at(tokens, i + 1) == "at"
    return here and word_at(tokens, i - 2) in ("put", "puts", "gave", "placed")


def _of_after(tokens: Sequence[Token], i: int) -> int | None:
    """The "of" of "murder of", also over "in February" or "on 22 March"."""
    reach = 5 if word_at(tokens, i + 1) in ("in", "on", "at", "yesterday", "today") else 1
    for j in range(i + 1, min(i + 1 + reach, len(tokens))):
        if tokens[j].word == "of" and word_at(tokens, j + 1) not in ("which", "whom"):
            return j
        if not tokens[j].word.isalnum():
            return None
    return None


def _number_of(tokens: Sequence[Token], i: int) -> Trigger | None:
    j = i + 3 if word_at(tokens, i + 2) == "the" else i + 2
    category = CASUALTY_NOUNS.get(word_at(tokens, j)) or PARTICIPLES.get(word_at(tokens, j))
    if category is None:
        return None
    return Trigger("killed" if category == "victims" else category, "toll", i, j + 1)
