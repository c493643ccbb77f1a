"""Codes as tables spell them, and what to suggest for those that no vocabulary has."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from geodata import schema
from geodata.sources.days import NOTHING
from geodata.vocabulary import WEAPON, Vocabulary, weapon_group_of


def fold(text: str) -> str:
    """A code or label without the case of letters and the way of separating words."""
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").split())


def spelling_table(vocabulary: Vocabulary, spellings: Mapping[str, str]) -> dict[str, str]:
    """Folded codes, labels and other spellings to codes; "" for words that say nothing."""
    table = {fold(term.label): term.code for term in vocabulary.terms}
    table |= {fold(term.code): term.code for term in vocabulary.terms}
    nothing = {text: "" for text in NOTHING if text not in table}
    return nothing | table | {fold(text): code for text, code in spellings.items()}


def closest(cell: str, codes: Sequence[str]) -> str:
    """The nearest code as a question, and all codes."""
    near = difflib.get_close_matches(cell[:80].casefold(), [c.casefold() for c in codes], n=1)
    guess = next((f"{code}? " for code in codes if near and code.casefold() == near[0]), "")
    return f"{guess}Known: {', '.join(codes)}"


def shown(cell: str) -> str:
    """A cell in a sentence, cut where it is long."""
    return repr(cell if len(cell) <= 80 else cell[:77] + "...")


def groups_of(weapons: str) -> str | None:
    """The launch groups of a cell of weapon codes."""
    codes = schema.split_list(weapons)
    own = [c for c in codes if not WEAPON[c].attributes.get("modifier")]
    return schema.join_list(weapon_group_of(code) for code in own or codes)
