"""Fits the weights with which the reader tells an incident from talk of violence.

Run: `CONFLICTMAP_REAL_DATA=… python benchmarks/reading_fit.py [--write]`. The MUC-4 development
articles are split in two by a hash of their name. What is printed first was fitted on one half and
measured on the other, then five folds, each by the weights and the threshold of the other four;
what is written is fitted on all. Nothing of the articles is kept: the table holds a mean, a spread
and a weight for each fact and each general word of `geodata.reading.relevance`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from reading import real_data

from geodata.reading.evidence import SHORT_TEXT, SUPPORTS, SentenceReader
from geodata.reading.grouping import group
from geodata.reading.relevance import Relevance, features_of, sift
from geodata.reading.structure import layout

TABLE = Path(__file__).parents[1] / "geodata" / "bundled" / "lexicons" / "relevance.json"
RIDGE = 50.0
"""Pull of every fact's weight to 0, in articles; chosen by five folds within the first half."""
WORD_RIDGE = 200.0
"""The same of every word: there are seven times as many, and each says less."""
LEAST_SPREAD = 0.1
"""A word that fewer than one article in a hundred has would else decide wherever it stands."""
LEAST_WEIGHT = 0.0005
ABOUT = 0.008
"""F1 that is given for a lower threshold."""
VOCABULARY = {
    f"word.{word}": 1 if theme["speaks"] == "for" else -1
    for theme in json.loads(TABLE.read_text(encoding="utf-8"))["vocabulary"].values()
    for word in theme["words"]
}
"""Word -> the sign that its weight may have."""
FEATURES = [
    "all.act",
    "all.beside_object",
    "all.civilian_and_crime",
    "all.cue_harm_noun",
    "all.harmed_force",
    "all.harmed_object",
    "all.many",
    "all.old",
    "all.place",
    "all.politics",
    "all.recent",
    "first.cue_attack_on",
    "first.cue_harm_noun",
    "first.definite",
    "first.forces_alone",
    "first.harmed_force",
    "first.killed_one",
    "first.many",
    "first.perpetrator",
    "main.beside_force",
    "main.cue_seizure",
    "main.forces_alone",
    "main.harmed_force",
    "main.killed",
    "main.killed_one",
    "main.many",
    "main.plural",
    "text.harm",
    "text.length",
    "text.own",
    "text.share",
    "text.substance",
    "told.act",
    "told.beside_object",
    "told.harmed_object",
    "told.killed",
    "told.old",
    "told.passive",
    "told.quoted",
]
"""Those that an L1 penalty left of 129, on the first half alone."""

NAMES = [*FEATURES, *VOCABULARY]
SIGNS = np.array([0] * len(FEATURES) + list(VOCABULARY.values()))
"""0 where a weight may have either sign."""

Floats = NDArray[np.float64]


class Article(NamedTuple):
    """The facts of an article, what is proposed of it either way, and what the key says.

    A short text is not weighed, one that stands gives a draft whatever the model says, and one
    without a sentence of harm none.
    """

    name: str
    facts: dict[str, float]
    if_told: bool
    if_not: bool
    told: bool

    @property
    def first_half(self) -> bool:
        """By its name, so that the halves never change."""
        return hashlib.sha256(self.name.encode()).digest()[-1] % 2 == 0


def articles(folder: Path) -> list[Article]:
    """Every MUC-4 development article."""
    lines = (folder / "muc4_dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [_article(json.loads(line)) for line in lines]


def _article(item: dict[str, Any]) -> Article:
    parts = layout(item["text"])
    published = parts.dateline.date if parts.dateline else None
    reader = SentenceReader(parts, published)
    evidence = [
        reader.read(sentence, index)
        for index, sentence in enumerate(parts.sentences)
        if sentence.role in ("body", "headline") and reader.score(sentence)[1] >= SUPPORTS
    ]
    groups = group(evidence, parts.folded, short=True)
    facts = features_of(parts, published, evidence, groups)
    if len(parts.sentences) <= SHORT_TEXT:
        if_told = if_not = bool(groups)
    else:
        if_told, if_not = (
            bool(sift(groups, evidence, Relevance(chance, ()), published)) for chance in (1.0, 0.0)
        )
    return Article(item["docid"], facts, if_told, if_not, bool(item["templates"]))


class Fit(NamedTuple):
    """A logistic regression over facts that are centred and scaled."""

    bias: float
    weights: Floats
    means: Floats
    spreads: Floats

    def of(self, chosen: list[Article]) -> Floats:
        """The probability of each article."""
        values = (_matrix(chosen) - self.means) / self.spreads
        return np.asarray(1 / (1 + np.exp(-(values @ self.weights + self.bias))), np.float64)


def _matrix(chosen: list[Article]) -> Floats:
    return np.array([[a.facts.get(name, 0.0) for name in NAMES] for a in chosen])


def fit(chosen: list[Article]) -> Fit:
    """A penalty on the square of all weights but the bias; no word speaks against its theme.

    Words whose weight comes out on the wrong side get 0, and the rest is fitted anew.
    """
    matrix = _matrix(chosen)
    means, spreads = matrix.mean(axis=0), np.maximum(matrix.std(axis=0), LEAST_SPREAD)
    values = np.hstack([(matrix - means) / spreads, np.ones((len(chosen), 1))])
    truth = np.array([a.told for a in chosen], float)
    penalty = np.array([RIDGE] * len(FEATURES) + [WORD_RIDGE] * len(VOCABULARY) + [0.0])
    signs = np.append(SIGNS, 0)
    weights = np.zeros(len(signs))
    used = np.full(len(signs), True)
    while True:
        weights[used] = _newton(values[:, used], truth, np.diag(penalty[used]))
        wrong = weights * signs < 0
        if not wrong.any():
            return Fit(float(weights[-1]), weights[:-1], means, spreads)
        used &= ~wrong
        weights[:] = 0


def _newton(values: Floats, truth: Floats, penalty: Floats) -> Floats:
    weights = np.zeros(values.shape[1])
    for _ in range(12):
        chance = 1 / (1 + np.exp(-(values @ weights)))
        slope = values.T @ (truth - chance) - penalty @ weights
        bend = (values * (chance * (1 - chance))[:, None]).T @ values + penalty
        weights += np.linalg.solve(bend, slope)
    return weights


def f1(chosen: list[Article], chances: Floats, threshold: float | Floats) -> float:
    """Of the articles that give a draft, by their probability or without it."""
    tells = chances >= threshold
    kept = np.where(tells, [a.if_told for a in chosen], [a.if_not for a in chosen])
    told = np.array([a.told for a in chosen])
    return float(2 * (kept & told).sum() / max(1, kept.sum() + told.sum()))


def threshold_of(chosen: list[Article]) -> float:
    """The lowest threshold whose F1 is about the best, over five folds of the articles.

    An incident that is missed costs an analyst more than a draft to reject.
    """
    chances = np.zeros(len(chosen))
    for fold in range(5):
        made = fit([a for n, a in enumerate(chosen) if n % 5 != fold])
        chances[fold::5] = made.of(chosen[fold::5])
    reached = {n / 100: f1(chosen, chances, n / 100) for n in range(25, 61)}
    best = max(reached.values())
    return min(at for at, value in reached.items() if value >= best - ABOUT)


def main() -> None:
    """Print the halves; write the table of all where asked."""
    found = articles(real_data())
    first = [a for a in found if a.first_half]
    second = [a for a in found if not a.first_half]
    for name, learned, asked in (
        ("first half, asked of the second", first, second),
        ("second half, asked of the first", second, first),
        ("both, asked of themselves", found, found),
    ):
        made, threshold = fit(learned), threshold_of(learned)
        print(f"{name:34} {threshold:.2f} F1 {f1(asked, made.of(asked), threshold):.3f}")
    chances, thresholds = np.zeros(len(found)), np.zeros(len(found))
    for fold in range(5):
        others = [a for n, a in enumerate(found) if n % 5 != fold]
        chances[fold::5] = fit(others).of(found[fold::5])
        thresholds[fold::5] = threshold_of(others)
    print(f"{'five folds':34}      F1 {f1(found, chances, thresholds):.3f}")
    if "--write" in sys.argv:
        table = json.loads(TABLE.read_text(encoding="utf-8"))
        table["threshold"], table["bias"] = threshold, round(made.bias, 4)
        rows = zip(NAMES, made.weights, made.means, made.spreads, strict=True)
        table["weights"] = {
            name: [round(float(value), 4) for value in (weight, mean, spread)]
            for name, weight, mean, spread in rows
            if abs(weight) >= LEAST_WEIGHT
        }
        TABLE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
