"""Russian and Ukrainian names of places, turned back to the form that a gazetteer lists.

"In Kharkiv" is written with another ending than "Kharkiv". Which noun it was cannot be told from
the ending alone, so several forms come back, the likeliest first; a gazetteer knows which exists.
"""

from __future__ import annotations

import re

_CYRILLIC = re.compile(r"[А-Яа-яЁёЄєІіЇїҐґ]")
_ENDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ової", ("ова",)),
    ("ській", ("ська",)),
    ("ської", ("ська",)),
    ("ською", ("ська",)),
    ("ському", ("ський",)),
    ("ского", ("ский",)),
    ("ском", ("ск", "ский")),
    ("ской", ("ская",)),
    ("скую", ("ская",)),
    ("овом", ("ов", "ово")),
    ("овому", ("овий", "ове")),
    ("ові", ("ів", "ове", "ова")),
    ("ова", ("ов", "ів", "ово", "ове")),
    ("ову", ("ов", "ів", "ова")),
    ("ове", ("ов", "ово")),
    ("єві", ("їв", "єве")),
    ("єва", ("їв",)),
    ("еві", ("ів", "еве")),
    ("ева", ("ев", "ево")),
    ("еве", ("ев", "ево")),
    ("ьці", ("ька", "ець")),
    ("ці", ("ка", "ця")),
    ("зі", ("га",)),
    ("сі", ("са", "ха")),
    ("ії", ("ія",)),
    ("кви", ("ковь", "ква")),
    ("ии", ("ия", "ие")),
    ("ию", ("ия",)),
    ("ію", ("ія",)),
    ("ією", ("ія",)),
    ("ией", ("ия",)),
    ("иці", ("иця",)),
    ("ице", ("ица",)),
    ("цы", ("ца", "ц")),
    ("ах", ("ы", "и", "а")),
    ("ами", ("ы", "и")),
    ("ом", ("", "о", "ый", "ой")),
    ("ем", ("ь", "й")),
    ("єм", ("й",)),
    ("ою", ("а",)),
    ("ой", ("а", "ая")),
    ("ей", ("я",)),
    ("ею", ("я",)),
    ("ого", ("ый", "ий", "ое", "е")),
    ("ому", ("ий", "ый", "е")),
    ("ні", ("нь", "ня", "н", "на")),
    ("лі", ("ль", "л", "ля", "ла")),
    ("жі", ("жя", "ж")),
    ("жжі", ("жжя",)),
    ("е", ("", "а", "ь", "о")),
    ("і", ("", "а", "ь", "я", "е", "о")),
    ("ї", ("я",)),
    ("у", ("", "а", "о")),
    ("ю", ("ь", "я", "й")),
    ("а", ("", "о", "е")),
    ("я", ("ь", "е", "й")),
    ("ы", ("а", "")),
    ("и", ("а", "я", "ь")),
)
_OF_UNITS = {
    "область": "область", "областю": "область", "областью": "область",
    "області": "область", "области": "область",
    "району": "район", "районі": "район", "района": "район", "районе": "район",
    "громаді": "громада", "громади": "громада", "громаду": "громада",
    "края": "край", "крае": "край",
}  # fmt: skip
_IRREGULAR = {"розі": ("Ріг",), "рогу": ("Ріг", "Рог")}
"""Of which the vowel changes: the city is in the news daily."""
_ADJECTIVES = {
    "ой": ("ая",), "ій": ("а",), "ої": ("а",), "ом": ("ой", "ий"), "ому": ("ий",),
    "ого": ("ий", "ой"),
}  # fmt: skip


def nominatives(code: str, name: str) -> list[str]:
    """The forms that `name` may stand for, likeliest first, without itself; none but in Cyrillic.

    `code` is the language, "" where the letters tell.
    """
    if code not in ("", "ru", "uk") or not _CYRILLIC.search(name):
        return []
    *before, last = name.split(" ")
    if last.lower() in _OF_UNITS and before:
        found = _of_unit(before, _OF_UNITS[last.lower()])
    else:
        found = [" ".join([*words, form]) for form in _of_word(last) for words in _agreed(before)]
    return [form for form in dict.fromkeys(found) if form != name]


def _of_word(word: str) -> list[str]:
    lowered = word.lower()
    found = list(_IRREGULAR.get(lowered, ()))
    for ending, others in _ENDINGS:
        if lowered.endswith(ending) and len(word) > len(ending) + 1:
            found += [word[: len(word) - len(ending)] + other for other in others]
    return found


def _of_unit(before: list[str], unit: str) -> list[str]:
    """As in "Харьковской области": Харьковская область."""
    adjective = before[-1]
    for ending in ("ській", "ської", "ською", "ську", "ской", "скую"):
        if adjective.endswith(ending):
            stem = adjective[: -len(ending)]
            feminine = "ська" if "ь" in ending else "ская"
            return [" ".join([*before[:-1], stem + feminine, unit])]
    for ending in ("ському", "ського", "ском", "ского"):
        if adjective.endswith(ending):
            masculine = "ський" if "ь" in ending else "ский"
            return [" ".join([*before[:-1], adjective[: -len(ending)] + masculine, unit])]
    return [" ".join([*before, unit])]


def _agreed(before: list[str]) -> list[list[str]]:
    """Adjectives before the last word, as in "Белой Церкви": Белая.

    Two where the case does not tell: "Кривом Роге" is Кривой, "Великом Новгороде" Великий.
    """
    forms: list[list[str]] = [[]]
    for word in before:
        ending = next((known for known in _ADJECTIVES if word.endswith(known)), "")
        turned = [word.removesuffix(ending) + other for other in _ADJECTIVES.get(ending, ("",))]
        forms = [[*known, form] for known in forms for form in turned]
    return forms
