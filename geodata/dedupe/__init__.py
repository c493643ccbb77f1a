"""Which incidents of different data sets are likely the same, each pair with its reasons.

A pair is a candidate where the days come within a window and the places within their precision;
two incidents of one data set never are, since their source tells them apart. Each piece of
evidence then speaks for or against, in units of log2 odds (Fellegi and Sunter 1969): days,
distance beside what the places claim to know, actors, weapon, event type, casualties, words.
Words count by how rare they are. What a side does not say speaks neither way.

Where an incident fits several of the other data set, the pairs that fit best come first, one to
one: two strikes on one town on one day stay two. Nothing here merges anything.
"""

from __future__ import annotations

from geodata.dedupe.pairs import (
    AT_LEAST,
    WINDOW_DAYS,
    Evidence,
    Pair,
    account_words,
    better_known,
    likely_pairs,
)
from geodata.dedupe.rare_words import Words

__all__ = [
    "AT_LEAST",
    "WINDOW_DAYS",
    "Evidence",
    "Pair",
    "Words",
    "account_words",
    "better_known",
    "likely_pairs",
]
