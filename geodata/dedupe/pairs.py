"""From evidence to pairs: how likely each is, and which of them fit best, one to one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from geodata.dedupe.candidates import but, candidates
from geodata.dedupe.events import Events, Table
from geodata.dedupe.evidence import all_bits, compare
from geodata.dedupe.rare_words import Words
from geodata.dedupe.word_sets import Numbers, Pairs
from geodata.vocabulary import LOCATION_PRECISION

WINDOW_DAYS: Final = 2
AT_LEAST: Final = 0.5
_PRIOR_BITS: Final = 2.5
"""What a candidate must overcome before anything is compared: one in 2 ** 2.5 or so is the same."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was compared.

    Attributes:
        what: days, distance, place, actors, weapon, type, killed, injured or words.
        says: what was found, as a few words.
        bits: for (positive) or against, log2 of the odds.
    """

    what: str
    says: str
    bits: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two incidents of different data sets that are likely one.

    Attributes:
        first: incident_id of the one whose data set comes first in the alphabet.
        second: of the other.
        score: how likely they are one, 0 to 1, beside the others that either could be.
        evidence: what was compared, the strongest first.
        rivals: other candidates that either of them has.
    """

    first: str
    second: str
    score: float
    evidence: tuple[Evidence, ...]
    rivals: int


def likely_pairs(
    incidents: pa.Table,
    words: Words | None = None,
    *,
    window_days: int = WINDOW_DAYS,
    at_least: float = AT_LEAST,
    apart: Iterable[tuple[str, str]] = (),
) -> list[Pair]:
    """Pairs of incidents that are likely the same, the likeliest first.

    Texts are read of candidates alone, and of a sample that tells which words are rare.

    Args:
        incidents: a table with the columns of `schema.INCIDENTS`.
        words: more text of an incident by its id, such as the headlines of its accounts; where
            that is much, a function that is asked for those of some ids.
        window_days: how far apart the days may be.
        at_least: the least score.
        apart: pairs that a person has said are two.

    Returns:
        Each incident at most once with each other data set.
    """
    events = Events.of(incidents)
    first, second = but(events, *candidates(events, window_days), apart)
    rows, ends = np.unique(np.concatenate([first, second]), return_inverse=True)
    table = Table.among(events, rows, words or {})
    rivals = np.bincount(ends, minlength=len(rows))
    first, second = np.split(ends.astype(np.int32), 2)
    del ends
    score = _posterior(all_bits(table, first, second), first, second, table)
    chosen = np.fromiter(_one_to_one(score, first, second, table, at_least), np.int64)
    first, second, score = first[chosen], second[chosen], score[chosen]
    compared = compare(table, first, second)
    pairs = []
    for at, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        evidence = [Evidence(p.what, p.say(a, b, at), float(p.bits[at])) for p in compared]
        told = sorted((e for e in evidence if e.says), key=lambda e: -abs(e.bits))
        others = int(rivals[a] + rivals[b]) - 2
        pairs.append(Pair(table.ids[a], table.ids[b], float(score[at]), tuple(told), others))
    return pairs


def _posterior(bits: Numbers, first: Pairs, second: Pairs, table: Table) -> Numbers:
    """How likely each pair is one, where an incident is at most one of its candidates or none."""
    odds = np.exp2(np.clip(bits - _PRIOR_BITS, -60, 60))
    score = np.ones(len(first))
    for own, other in ((first, second), (second, first)):
        group = own.astype(np.int64) * (table.datasets.max(initial=0) + 1) + table.datasets[other]
        _, place = np.unique(group, return_inverse=True)
        score = np.minimum(score, odds / (1 + np.bincount(place, odds)[place]))
    return score


def _one_to_one(
    score: Numbers, first: Pairs, second: Pairs, table: Table, at_least: float
) -> Iterator[int]:
    """Positions of pairs, the likeliest first; an incident once with each other data set."""
    taken: set[tuple[int, int]] = set()
    for at in np.argsort(-score, kind="stable"):
        if score[at] < at_least:
            return
        a, b = int(first[at]), int(second[at])
        ends = {(a, int(table.datasets[b])), (b, int(table.datasets[a]))}
        if not ends & taken:
            taken |= ends
            yield int(at)


def account_words(accounts: pd.DataFrame) -> dict[str, str]:
    """The headlines and quotations of each incident's accounts, by incident_id."""
    told: dict[str, list[str]] = {}
    columns = (accounts[name] for name in ("incident_id", "source_title", "quote"))
    for owner, *texts in zip(*columns, strict=True):
        told.setdefault(owner, []).extend(text for text in texts if isinstance(text, str))
    return {owner: " ".join(texts) for owner, texts in told.items()}


def better_known(first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
    """The incident_id of the one to keep by default: more accounts, then a finer place."""
    fine = LOCATION_PRECISION.codes

    def known(row: Mapping[str, Any]) -> tuple[int, int]:
        precision = row["location_precision"]
        rank = fine.index(precision) if precision in fine else len(fine)
        return (row["n_accounts"] or 0, -rank)

    return str((first if known(first) >= known(second) else second)["incident_id"])
