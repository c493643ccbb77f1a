"""Which language and script a text is in, from its letters and its commonest words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from geodata.reading.lexicons import lexicon

_SAMPLE = 6000
_FEWEST = 2
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("Arab", re.compile(r"[\u0600-\u06ff]")),
    ("Cyrl", re.compile(r"[\u0400-\u04ff]")),
    ("Hebr", re.compile(r"[\u0590-\u05ff]")),
    ("Deva", re.compile(r"[\u0900-\u097f]")),
    ("Hani", re.compile(r"[\u4e00-\u9fff]")),
    ("Latn", re.compile(r"[a-z\u00c0-\u024f]")),
)


@dataclass(frozen=True, slots=True)
class Language:
    """ISO 639-1 code or None where it cannot be told, and ISO 15924 script or None."""

    code: str | None
    script: str | None


def detect(folded: str) -> Language:
    """The language of the first 6,000 characters, by its commonest words."""
    sample = folded[:_SAMPLE]
    counts = {name: len(pattern.findall(sample)) for name, pattern in _SCRIPTS}
    script = max(counts, key=lambda name: counts[name])
    if not counts[script]:
        return Language(None, None)
    if script == "Cyrl" and re.search("[іїєґ]", sample) and not re.search("[ыэъёў]", sample):
        return Language("uk", script)
    found = Counter(_WORD.findall(sample))
    read = max(1, found.total())
    best, share = None, 0.0
    for code, entry in lexicon("languages")["languages"].items():
        if entry["script"] != script:
            continue
        common = set(entry["common"].split())
        hits = sum(found[word] for word in common)
        if hits / read > share and (hits >= _FEWEST or code == "en"):
            best, share = code, hits / read
    return Language(best or _by_letters(sample, script), script)


def _by_letters(sample: str, script: str) -> str | None:
    """The language that a script leaves when no common word tells."""
    if script == "Cyrl":
        return "uk" if re.search("[іїєґ]", sample) else "ru"
    return "ar" if script == "Arab" else None
