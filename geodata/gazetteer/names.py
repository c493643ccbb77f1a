"""Spellings of a place name brought to one form, so that they can be compared.

Three forms, from strict to loose; a place is indexed under all three:

- `folded`: case, diacritics, punctuation, spaces, apostrophes, ʿayn and hamza do not count.
- `romanised`: customs of writing one language in another's letters do not count either
  (Deir/Dayr, Douma/Duma, Raqqa/Rakka/Raqqah, at-Tanf/al-Tanf/Tanf, Kharkiv/Харків/Харьков).
  Which customs apply depends on the country.
- `skeleton`: consonants alone, in one alphabet for Latin, Arabic and Cyrillic script. Only ever
  a suggestion, or a bridge from Arabic letters to a Latin spelling.

The Cyrillic tables follow the Ukrainian national system (Cabinet of Ministers, resolution 55,
2010) and the BGN/PCGN systems for Russian; the customs of Arabic follow what newsrooms write
(BGN/PCGN 1956, French, and plain), and are a bundle of equivalences rather than any one system.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ARTICLE_COUNTRIES = frozenset({
    "SYR", "IRQ", "JOR", "LBN", "PSE", "ISR", "YEM", "SAU", "ARE", "OMN", "QAT", "BHR", "KWT",
    "EGY", "LBY", "SDN", "TUN", "DZA", "MAR", "MRT", "ESH", "DJI", "TCD", "ERI", "SOM", "SSD",
})  # fmt: skip
"""ISO codes of countries where names carry the Arabic article."""

PERSO_ARABIC_COUNTRIES = ARTICLE_COUNTRIES | frozenset(("AFG", "PAK", "IRN", "TUR", "XKX"))
"""Where names reach Latin script by the customs of Arabic and its neighbours."""

SLAVIC_COUNTRIES = frozenset({
    "UKR", "RUS", "BLR", "BGR", "SRB", "MKD", "MNE", "BIH", "HRV", "KAZ", "KGZ", "UZB", "TKM",
    "TJK", "GEO", "ARM", "AZE", "MDA",
})  # fmt: skip
"""Where names reach Latin script by way of Cyrillic."""

BURMESE_COUNTRIES = frozenset(("MMR",))
"""Where an h before or behind a consonant is written or not: Hpapun and Papun."""

SHORTEST_SKELETON = 3

_SPECIAL: dict[int, str | None] = str.maketrans(
    {
        "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae",
        "œ": "oe", "ə": "a", "ħ": "h", "ŋ": "ng", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y",
        "ɛ": "e", "ɔ": "o", "ё": "е", "ґ": "г", "آ": "ا", "أ": "ا", "إ": "ا", "ٱ": "ا",
        "ى": "ي", "ی": "ي", "ې": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ۀ": "ه", "ک": "ك",
        "گ": "ك", "پ": "ب", "چ": "ج", "ژ": "ز", "ڤ": "ف", "ء": "", "ـ": "",
        "'": "", "’": "", "‘": "", "`": "", "´": "", "ʿ": "", "ʾ": "", "ʼ": "", "ʻ": "",
        "ʹ": "", "ʺ": "", "′": "", '"': " ", "“": " ", "”": " ", "«": " ", "»": " ",
        "ь": "", "ъ": "", "\u200e": "", "\u200f": "", "\u200c": " ", "\u00ad": "",
    }
    | {chr(mark): None for mark in range(0x0300, 0x0370)}
    | {chr(mark): None for mark in (*range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06DD))}
)  # fmt: skip
# In scripts of South and South-East Asia vowels are marks, which `\w` leaves out.
_VOWEL_SIGNS = "".join(
    chr(mark)
    for mark in (*range(0x0900, 0x0E80), *range(0x1000, 0x10A0), *range(0x1780, 0x1800))
    if unicodedata.category(chr(mark)) in ("Mn", "Mc")
)
_NOT_WORD = re.compile(rf"[^\w\n {_VOWEL_SIGNS}]+|_+")
_BURMESE_CITY = unicodedata.normalize("NFKD", "မြို့")
"""Written behind the name of a Burmese town without a blank, or left out."""
_BLANKS = re.compile(r" {2,}")
_ARABIC = re.compile("[\u0600-\u06ff]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def fold_lines(text: str) -> str:
    """Names, one a line, in lower case without diacritics or punctuation; words keep a blank.

    Works on a whole list at once because an index folds a million names. The lines stay as many.
    """
    lowered = text.lower()
    if text.isascii():
        plain = lowered.replace("'", "").replace("`", "")
    else:
        plain = unicodedata.normalize("NFKD", lowered).translate(_SPECIAL)
        plain = plain.replace(_BURMESE_CITY, "")
    return _BLANKS.sub(" ", _NOT_WORD.sub(" ", plain))


@lru_cache(maxsize=65536)
def words(text: str) -> tuple[str, ...]:
    """The words of a name, folded: lower case, no diacritics, no punctuation, in order."""
    return tuple(fold_lines(text).split())


def folded(text: str) -> str:
    """The strict form of a name: its folded words written as one; "" if nothing is left."""
    return "".join(words(text))


def script(text: str) -> str:
    """`arabic`, `cyrillic` or `latin` (which stands for every other script too)."""
    if text.isascii():
        return "latin"
    if _ARABIC.search(text):
        return "arabic"
    return "cyrillic" if _CYRILLIC.search(text) else "latin"


def customs_of(country: str) -> str:
    """Whose customs of spelling names follow: `arabic`, `slavic`, `burmese` or `general`."""
    if country in PERSO_ARABIC_COUNTRIES:
        return "arabic"
    if country in SLAVIC_COUNTRIES:
        return "slavic"
    return "burmese" if country in BURMESE_COUNTRIES else "general"


# --- the article ------------------------------------------------------------------------------

_ARTICLE = re.compile(
    # "at-Tanf", "al-Tanf" and "Tanf" are one place; an assimilated article is only taken off
    # where the next word begins with its letter, so that "At Bab" keeps its "at".
    r"\b(?:(?:al|el|ul|il) (?=\w)|[aeu]s (?=s)|[ae]sh (?=sh)|[ae]ch (?=ch)|[ae]t (?=t)"
    r"|[ae]th (?=th)|[aeu]r (?=r)|[aeu]z (?=z)|[aeu]d (?=d)|[ae]dh (?=dh)|[ae]n (?=n)"
    r"|ال(?=\w\w))"
)


def without_article(text: str) -> str:
    """Folded lines without the Arabic article before any word, in Latin or Arabic letters."""
    return _ARTICLE.sub("", text)


# --- romanisation -----------------------------------------------------------------------------

_UKRAINIAN = {
    "а": "a", "б": "b", "в": "v", "г": "h", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z",
    "и": "y", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "shch", "ю": "iu", "я": "ia", "ы": "y", "э": "e", "ў": "u", "ј": "i",
    "љ": "l", "њ": "n", "ћ": "c", "ђ": "d", "џ": "dzh",
}  # fmt: skip
_TO_UKRAINIAN = str.maketrans(_UKRAINIAN)
_TO_RUSSIAN = str.maketrans({**_UKRAINIAN, "г": "g", "и": "i", "є": "e"})


def _chain(table: str) -> tuple[tuple[str, str], ...]:
    """Replacements, written `from>to` and separated by blanks, longest first."""
    pairs = [rule.partition(">") for rule in table.split()]
    return tuple((old, new) for old, _, new in sorted(pairs, key=lambda r: -len(r[0])))


# Capital letters are sounds of their own: S = sh, X = kh, I = ay.
_CUSTOMS = {
    "arabic": _chain(
        "iyy>i tch>S sch>S eih>I ay>I ai>I ei>I ey>I aw>u au>u ow>u ou>u oo>u uu>u uw>u iy>i yi>i "
        "ie>i ee>i ii>i ck>k kh>X gh>g sh>S ch>S th>t dh>d dj>j ts>s o>u y>i e>a q>k x>X p>b v>f"
    ),
    "slavic": _chain(
        "shch>Q sch>Q dzh>Z tch>C yi>i iy>i ij>i ii>i yy>i ie>e ye>e je>e yo>o jo>o io>o yu>u "
        "ju>u iu>u ya>a ja>a ia>a kh>h zh>Z sh>S ch>C cz>C ts>T tz>T ph>f g>h x>ks y>i j>i c>T "
        "w>v q>k"
    ),
    "burmese": _chain("hp>p ph>p ht>t th>t hk>k kh>k hs>s hm>m hn>n hl>l hw>w ou>u oo>u ii>i"),
    # Few: among villages in Bantu languages, a letter more or less is another village.
    "general": _chain("tch>C ou>u oo>u dj>j ph>f ck>k gh>g kh>k ch>C w>u q>k z>s"),
}
_ARABIC_ENDING = re.compile(r"(?:[aei]h|aa|[ae])\b")
_KAFR = re.compile(r"\bk[ae]?f[ae]?r\b")
_DOUBLED_CONSONANT = re.compile(r"([b-df-hj-np-tv-z])\1+")
_DOUBLED = re.compile(r"([^\n])\1+")


def _respell(text: str, customs: str) -> str:
    """Folded Latin lines in the form that a country's customs agree on."""
    if customs == "arabic":
        text = _DOUBLED_CONSONANT.sub(r"\1", text)
        text = _ARABIC_ENDING.sub("a", _KAFR.sub("kfr", text))
    for old, new in _CUSTOMS[customs]:
        text = text.replace(old, new)
    return _DOUBLED.sub(r"\1", text.replace(" ", ""))


def romanise_lines(text: str, kind: str, country: str) -> tuple[str, ...]:
    """The looser forms of folded lines of one script: one text, or two for Cyrillic.

    Args:
        text: lines from `fold_lines`, all in the script `kind`.
        kind: `arabic`, `cyrillic` or `latin`.
        country: ISO 3166-1 alpha-3 code, which decides the customs that apply.
    """
    if country in ARTICLE_COUNTRIES:
        text = without_article(text)
    if kind == "arabic":
        return (text.replace(" ", ""),)
    if kind == "cyrillic":
        ukrainian, russian = text.translate(_TO_UKRAINIAN), text.translate(_TO_RUSSIAN)
        return _respell(ukrainian, "slavic"), _respell(russian, "slavic")
    return (_respell(text, customs_of(country)),)


@lru_cache(maxsize=65536)
def romanised(text: str, country: str) -> tuple[str, ...]:
    """The looser keys of one name in a country: none, one, or two for Cyrillic script."""
    line = " ".join(words(text))
    keys = romanise_lines(line, script(text), country)
    return tuple(dict.fromkeys(key for key in keys if key))


# --- consonants -------------------------------------------------------------------------------

_BONES = _chain(
    "kh>x gh>g sh>s ch>s th>t dh>d zh>z ph>f ts>s dj>j q>k c>k p>b v>f a> e> i> o> u> y> w>"
)
_ARABIC_BONES = str.maketrans(
    {
        "ا": "", "ع": "", "ي": "", "و": "", "ه": "h", "ب": "b", "ت": "t", "ث": "t", "ج": "j",
        "ح": "h", "خ": "x", "د": "d", "ذ": "d", "ر": "r", "ز": "z", "س": "s", "ش": "s", "ص": "s",
        "ض": "d", "ط": "t", "ظ": "z", "غ": "g", "ف": "f", "ق": "k", "ك": "k", "ل": "l", "م": "m",
        "ن": "n",
    }
)  # fmt: skip
_FINAL_H = re.compile(r"h\b")


def skeleton_lines(text: str, kind: str, country: str) -> str:
    """The consonants of folded lines of one script, in one alphabet for all scripts."""
    if country in ARTICLE_COUNTRIES:
        text = without_article(text)
    if kind == "arabic":
        text = _FINAL_H.sub("", text.translate(_ARABIC_BONES))
    else:
        if kind == "cyrillic":
            text = text.translate(_TO_UKRAINIAN)
        text = _FINAL_H.sub("", text)
        for old, new in _BONES:
            text = text.replace(old, new)
    return _DOUBLED.sub(r"\1", text.replace(" ", ""))


@lru_cache(maxsize=65536)
def skeleton(text: str, country: str) -> str:
    """The consonants of one name; "" with fewer than three, which say nothing."""
    bones = skeleton_lines(" ".join(words(text)), script(text), country)
    return bones if len(bones) >= SHORTEST_SKELETON else ""
