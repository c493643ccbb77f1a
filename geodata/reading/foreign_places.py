"""Places that texts in Arabic, French, Russian, Spanish and Ukrainian name. Experimental.

Where letters have a case, a name is what is written large after a preposition, a word for a town or
a word for an attack; Cyrillic names are turned back to the forms that a gazetteer lists. Arabic has
no capitals: a name follows the word for its kind ("the town of"), or is a known one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from geodata.gazetteer.countries import country_code
from geodata.reading.lexicons import lexicon
from geodata.reading.places import PlaceMention
from geodata.reading.slavic_names import nominatives
from geodata.reading.spans import Span

_LATIN = r"[A-ZÀ-ÖØ-ÞŒ][\w'’]+(?:-[\w'’]+)*"
_CYRILLIC = r"[А-ЯЁЄІЇҐ][а-яёєіїґ'’ʼ]+(?:-[А-ЯЁЄІЇҐа-яёєіїґ'’ʼ]+)*"
_OF = r"(?:\s+(?:de\s+la|de\s+los|de|del|du|des|sur|le|la|el))?"
_MOST_CASES = 12
_CASED = ("fr", "es", "ru", "uk")


@dataclass(frozen=True, slots=True)
class _Known:
    pattern: re.Pattern[str]
    never: re.Pattern[str]
    units: re.Pattern[str]
    peoples: re.Pattern[str]
    countries_of_units: tuple[str, ...]
    countries_of_peoples: tuple[str, ...]
    """By the group of the pattern that matched."""

    def region(self, name: str) -> str | None:
        """The country that a known province or city of this name lies in."""
        unit = self.units.fullmatch(name)
        return None if unit is None else self.countries_of_units[(unit.lastindex or 1) - 1]


def places_in(code: str, text: str, folded: str, start: int, end: int) -> list[PlaceMention]:
    """The places named in `text[start:end]`, in order; peoples as countries that are spoken of."""
    finder = _cased if code in _CASED else _arabic
    found = finder(code, text, folded, (start, end))
    found += _peoples(code, text, folded, (start, end))
    return sorted(found, key=lambda place: place.span.start)


@cache
def _known(code: str) -> _Known:
    entry = lexicon("foreign_places")[code]
    units, peoples = entry["units"], entry["peoples"]
    groups = [f"({terms.replace(' ', chr(92) + 's+')})" for terms in units.values()]
    stems = [f"({terms})" for terms in peoples.values()]
    lead = r"(?<!\w)(?:و)?(?:ال)?" if code == "ar" else r"(?<!\w)"
    rest = r"(?:ون|ين|ان|ة|تين|تان)?(?!\w)" if code == "ar" else r"\w{0,4}(?!\w)"
    return _Known(
        _arabic_pattern() if code == "ar" else _pattern(code),
        re.compile(rf"(?:{entry.get('never', '(?!)')})(?!\w)"),
        re.compile("(?:" + "|".join(groups) + r")"),
        re.compile(lead + "(?:" + "|".join(stems) + ")" + rest),
        tuple(units),
        tuple(peoples),
    )


def _pattern(code: str) -> re.Pattern[str]:
    """Preposition, kind and name, each preposition and kind in any case, the name written large."""
    entry = lexicon("foreign_places")[code]
    kinds = "|".join(f"(?P<{kind}>{terms})" for kind, terms in entry["kinds"].items())
    after = "|".join(f"(?P<{kind}>{terms})" for kind, terms in entry.get("after", {}).items())
    link = rf"(?:(?:{entry['link']})\s*)?" if entry["link"] else ""
    latin = code in ("fr", "es")
    name = rf"{_LATIN}(?:{_OF}\s+{_LATIN}){{0,3}}" if latin else rf"{_CYRILLIC}(?:\s+{_CYRILLIC})?"
    behind = rf"(?:\s+(?P<after>(?i:{after}))(?!\w))?" if after else ""
    return re.compile(
        rf"(?<![\w-])(?:(?i:(?:(?P<near>{entry['near']})|(?P<from>{entry['from']})"
        rf"|(?P<at>{entry['at']}))(?:\s+|(?<=['’])))?(?i:{entry['part']})?{link}"
        rf"(?i:(?:{kinds})\s+)?{link}(?:[«\"“]\s?)?)(?P<name>{name}){behind}"
    )


def _cased(code: str, text: str, folded: str, edges: tuple[int, int]) -> list[PlaceMention]:
    known = _known(code)
    found: list[PlaceMention] = []
    last = -1
    for match in known.pattern.finditer(text, *edges):
        group = match.groupdict()
        first, stop = match.span("name")
        kind = next((k for k in _KINDS if group.get(k)), "")
        if known.never.match(folded, first) or match.group("name").isupper():
            continue
        beside = bool(found) and folded[last:first].strip() in (",", "(")
        last = match.end()
        country, region = _where(code, known, folded[first:stop])
        led = bool(group["near"] or group["from"] or group["at"] or kind)
        if not led and not (country or (beside and region)):
            continue
        if group.get("after") is not None:
            found += _before_unit(text, match, role="event" if led else "mention")
            first, stop = _last_word(text, first, stop), match.end()
        elif kind in ("area", "site", "neighbourhood"):
            first = match.start(kind)  # the camp and the market are part of the name
        role = "origin" if group["from"] else "event" if led else "mention"
        found.append(
            _place(
                text, (first, stop), kind, role, where=(country, region), near=bool(group["near"])
            )
        )
    return found


def _before_unit(text: str, match: re.Match[str], role: str) -> list[PlaceMention]:
    """The village in "the village of Antonivka of Kherson region", where both are written large."""
    first = match.start("name")
    last = _last_word(text, first, match.end("name"))
    return [_place(text, (first, last), "settlement", role)] if last > first else []


def _last_word(text: str, first: int, stop: int) -> int:
    return max(first, text.rfind(" ", first, stop) + 1)


_ARABIC_WORD = re.compile(r"(?<!\w)[وف]?[بل]?(?P<name>[^\W\d]{3,20}?)(?!\w)")
_SMALL_LATIN = re.compile("[a-zà-ÿ]")
_KINDS = ("settlement", "neighbourhood", "admin1", "area", "site")


def _where(code: str, known: _Known, name: str) -> tuple[str | None, str | None]:
    """The country that the name is, and the country that the known province or city lies in."""
    forms = [name, *(form.lower() for form in nominatives(code, name))]
    country = next((found for form in forms if (found := country_code(form))), None)
    return country, known.region(name)


def _place(  # noqa: PLR0913 - what is known of one name, the last two by keyword
    text: str,
    edges: tuple[int, int],
    kind: str,
    role: str,
    *,
    where: tuple[str | None, str | None] = (None, None),
    near: bool = False,
) -> PlaceMention:
    """One name; `where` is the country that it is, and the country of a known province or city."""
    country, region = where
    span = Span.of(text, *edges)
    name = " ".join(span.quote.split())
    forms = nominatives("", name)
    if kind == "admin1" and _SMALL_LATIN.search(name):
        forms = [f"{name} province"]
    return PlaceMention(
        name=name,
        core=name.lower(),
        kind="country" if country else kind or ("settlement" if not region else ""),
        role=role,
        relation="near" if near else "at",
        span=span,
        country=country,
        region=region,
        forms=tuple(forms[:_MOST_CASES]),
    )


def _peoples(code: str, text: str, folded: str, edges: tuple[int, int]) -> list[PlaceMention]:
    """Countries whose people or forces are named: they say where the text is set, no more."""
    known = _known(code)
    found = []
    for match in known.peoples.finditer(folded, *edges):
        country = known.countries_of_peoples[(match.lastindex or 1) - 1]
        found.append(_place(text, match.span(), "", "people", where=(country, None)))
    return found


def _arabic_pattern() -> re.Pattern[str]:
    """A word for a kind of place with the words after it, or a known place after a preposition."""
    entry = lexicon("foreign_places")["ar"]
    kinds = "|".join(f"(?P<{kind}>{terms})" for kind, terms in entry["kinds"].items())
    spaced = chr(92) + "s+"
    near = entry["near"].replace(" ", spaced)
    units = "|".join(terms.replace(" ", spaced) for terms in entry["units"].values())
    before = rf"(?:(?P<near>{near})\s+|(?P<from>{entry['from']})\s+|(?P<to>{entry['to']})\s+)?"
    return re.compile(
        rf"(?<!\w){before}(?:[وف]?[بل]?(?:{kinds})\s+(?P<words>[^\W\d]+(?:\s+[^\W\d]+){{0,2}})"
        rf"|[وف]?[بل]?(?P<unit>{units})(?!\w)|(?:[وف]?في\s+|[وف]?ب)(?P<headed>(?:خان|تل|معرة|كفر\w+)"
        rf"(?:\s+\w+)?))"
    )


def _arabic(code: str, text: str, folded: str, edges: tuple[int, int]) -> list[PlaceMention]:
    known = _known(code)
    found: list[PlaceMention] = []
    at = edges[0]
    while (match := known.pattern.search(folded, at, edges[1])) is not None:
        group = match.groupdict()
        kind = next((k for k in _KINDS if group.get(k)), "")
        named = next(name for name in ("words", "unit", "headed") if group[name])
        first = match.start(named)
        stop = match.end("unit") if group["unit"] else _name_end(folded, *match.span(named))
        at = max(stop, match.start() + 1)
        if stop == first:
            at = first
            continue
        if kind in ("site", "area", "admin1"):
            first = match.start(kind)  # the crossing and the countryside are part of the name
        name = folded[match.start(named) : stop]
        region = known.region(" ".join(name.split()))
        role = "origin" if group["from"] else "mention" if group["to"] else "event"
        # "In the north of Syria": of a country no point is near.
        country = country_code(name)
        near = bool(group["near"]) and country is None
        found.append(_place(text, (first, stop), kind, role, where=(country, region), near=near))
    return found + _arabic_countries(text, folded, edges)


def _arabic_countries(text: str, folded: str, edges: tuple[int, int]) -> list[PlaceMention]:
    """Countries under their own names, with or without a preposition grown on to them."""
    found = []
    for match in _ARABIC_WORD.finditer(folded, *edges):
        country = country_code(match.group("name"))
        if country is not None:
            found.append(_place(text, match.span("name"), "", "mention", where=(country, None)))
    return found


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(lexicon("foreign_places")["ar"][key].split("|"))


def _name_end(folded: str, first: int, last: int) -> int:
    """Where an Arabic name ends: one word, or two where the first calls for another."""
    words = list(re.finditer(r"\w+", folded[first:last]))
    taken: list[re.Match[str]] = []
    for word in words:
        text = word.group()
        if text in _words("stop") or text in _words("adjectives") or _harm(text):
            break
        if taken and not _goes_on(taken[-1].group(), text):
            break
        taken.append(word)
    return first + taken[-1].end() if taken else first


def _goes_on(before: str, word: str) -> bool:
    """Whether the next word belongs to the name: Khan Shaykhun, Maarrat al-Numan."""
    if before in _words("heads"):
        return True
    return word.startswith("ال") and not before.startswith("ال") and not word.endswith(("ية", "ي"))


def _harm(word: str) -> bool:
    return re.fullmatch(r"[وف]?(?:قتل\w*|أصيب\w*|جرح\w*|مقتل|إصابة|استشهد\w*)", word) is not None
