"""Duplicates across data sets: precision and recall on pairs made with noise, and on real sources.

Made pairs: a share of the incidents of UCDP GED is written down once more as another data set
would: another day or two, another point within what the place is known to, other figures, other
spellings, parts left out. The rest has no counterpart and must find none.

Real sources: UCDP against Airwars has no gold list. What a chance match is worth is measured
instead: the same search with Airwars moved by 40 days finds chance matches alone, and one minus
their share is the precision that the real search can be taken to have.

    CONFLICTMAP_REAL_DATA=… python benchmarks/dedupe.py
"""

from __future__ import annotations

import datetime as dt
import math
import os
import random
import string
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from geodata import schema, sources
from geodata.dedupe import Pair, likely_pairs
from geodata.gazetteer import Gazetteer
from geodata.geocode import locate_table

SHARE = 0.6
THRESHOLDS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)


def misspelt(text: str | None, rng: random.Random, chance: float, dropped: float) -> str | None:
    """A text with letters exchanged, left out or swapped in some words, and words left out."""
    if text is None:
        return None
    words = []
    for word in text.split():
        if rng.random() < dropped:
            continue
        if len(word) > 3 and rng.random() < chance:
            at = rng.randrange(1, len(word) - 1)
            way = rng.randrange(3)
            middle = ("", rng.choice(string.ascii_lowercase), word[at + 1] + word[at])[way]
            word = word[:at] + middle + word[at + (2 if way == 2 else 1) :]  # noqa: PLW2901
        words.append(word)
    return " ".join(words) or None


def retold(row: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """An incident as another data set would hold it."""
    shift = rng.choices((0, 1, -1, 2, -2), (60, 12.5, 12.5, 7.5, 7.5))[0]
    days = dt.timedelta(days=shift)
    reach = {"town": 3.0, "near": 10.0, "neighbourhood": 1.0, "site": 0.1}
    radius = reach.get(row["location_precision"], 15.0) * math.sqrt(rng.random())
    turn = rng.random() * 2 * math.pi
    latitude = row["latitude"] + radius / 111.2 * math.sin(turn)
    stretch = 111.2 * math.cos(math.radians(row["latitude"]))
    copy = row | {
        "incident_id": f"copy-{row['incident_id']}",
        "dataset": "copy",
        "date_start": row["date_start"] + days,
        "date_end": row["date_end"] + days,
        "latitude": latitude,
        "longitude": row["longitude"] + radius / stretch * math.cos(turn),
        "place_name": misspelt(row["place_name"], rng, 0.3, 0.0),
        "title": None,
        "event_type": row["event_type"] if rng.random() < 0.8 else None,
    }
    for side in ("side_a", "side_b"):
        gone = rng.random() < 0.2
        copy[side] = None if gone else misspelt(row[side], rng, 0.15, 0.0)
    return copy | other_figure(row, rng)


def other_figure(row: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The people killed as another source counts them: the same, a third or so off, or unknown."""
    ends = ("killed_low", "killed_best", "killed_high")
    chance, best = rng.random(), row["killed_best"]
    if best is None or chance < 0.15:
        return dict.fromkeys(ends)
    if chance < 0.5:
        best = max(0, best + rng.choice((-1, 1)) * max(1, round(best * rng.random() * 0.4)))
        return dict.fromkeys(ends, best)
    return {}


def made(folder: Path) -> tuple[pa.Table, dict[str, str], set[tuple[str, str]]]:
    """UCDP's incidents and retold copies of some; their headlines; the true pairs."""
    rng = random.Random(20161117)  # noqa: S311 - noise, no secret
    reading = sources.read(folder / "ucdp_ged_syria_2016_2017.csv")
    rows = schema.to_arrow(reading.incidents, schema.INCIDENTS).to_pylist()
    words = headlines(reading.accounts)
    truth: set[tuple[str, str]] = set()
    for row in list(rows):
        if row["latitude"] is None or rng.random() > SHARE:
            continue
        copy = retold(row, rng)
        rows.append(copy)
        if (text := misspelt(words.get(row["incident_id"]), rng, 0.1, 0.4)) is not None:
            words[copy["incident_id"]] = text
        truth.add((row["incident_id"], copy["incident_id"]))
    return pa.Table.from_pylist(rows, schema.arrow_schema(schema.INCIDENTS)), words, truth


def headlines(accounts: pd.DataFrame) -> dict[str, str]:
    """The headlines of each incident's accounts."""
    told: dict[str, list[str]] = defaultdict(list)
    for owner, title in zip(accounts["incident_id"], accounts["source_title"], strict=True):
        if isinstance(title, str):
            told[owner].append(title)
    return {owner: " ".join(titles) for owner, titles in told.items()}


def report_made(name: str, pairs: list[Pair], truth: set[tuple[str, str]]) -> None:
    """Print precision and recall by threshold."""
    print(f"\n{name}: {len(truth):,} true pairs\n\n| at least | pairs | precision | recall |")
    print("|---|---|---|---|")
    for threshold in THRESHOLDS:
        kept = [pair for pair in pairs if pair.score >= threshold]
        right = sum((p.first, p.second) in truth or (p.second, p.first) in truth for p in kept)
        precision = right / len(kept) if kept else float("nan")
        print(f"| {threshold} | {len(kept):,} | {precision:.3f} | {right / len(truth):.3f} |")


def against_airwars(folder: Path) -> None:
    """How many pairs UCDP and Airwars have, and how many chance alone would give."""
    ucdp = sources.read(folder / "ucdp_ged_syria_2016_2017.csv")
    airwars = sources.read(folder / "airwars_syria_dev.csv").incidents
    days = pd.to_datetime(airwars["date_start"].astype("object"))
    airwars = airwars[days.dt.year.isin((2016, 2017))].reset_index(drop=True)
    places = Gazetteer.open()
    kinds = airwars.dtypes.to_dict()
    airwars = locate_table(airwars, places, lambda _what, _share: None).astype(kinds)
    found: dict[int, list[Pair]] = {}
    words = headlines(ucdp.accounts)
    for shift in (0, 40, -40):
        moved = schema.to_arrow(airwars, schema.INCIDENTS)
        both = pa.concat_tables([schema.to_arrow(ucdp.incidents, schema.INCIDENTS),
                                 shifted(moved, shift)])  # fmt: skip
        found[shift] = likely_pairs(both, words, at_least=min(THRESHOLDS))
    placed = int(airwars["latitude"].notna().sum())
    print(
        f"\nUCDP against Airwars, Syria 2016-17: {len(airwars):,} of Airwars, {placed:,} placed\n"
    )
    print("| at least | pairs | by chance | precision, estimated |\n|---|---|---|---|")
    for threshold in THRESHOLDS:
        real, *chance = (sum(p.score >= threshold for p in found[s]) for s in (0, 40, -40))
        mean = sum(chance) / 2
        share = f"{max(0.0, 1 - mean / real):.2f}" if real else "-"
        print(f"| {threshold} | {real:,} | {mean:,.0f} | {share} |")


def shifted(table: pa.Table, days: int) -> pa.Table:
    """The same incidents on other days."""
    rows: Iterable[dict[str, Any]] = table.to_pylist()
    delta = dt.timedelta(days=days)
    moved = [
        row | {n: row[n] and row[n] + delta for n in ("date_start", "date_end")} for row in rows
    ]
    return pa.Table.from_pylist(moved, table.schema)


def main() -> int:
    """Print the tables."""
    folder = Path(os.environ.get("CONFLICTMAP_REAL_DATA", ""))
    if not (folder / "ucdp_ged_syria_2016_2017.csv").is_file():
        print("CONFLICTMAP_REAL_DATA names no folder with the data sets.")
        return 1
    table, words, truth = made(folder)
    for name, told in (("With headlines", words), ("Without", {})):
        start = time.perf_counter()
        pairs = likely_pairs(table, told, at_least=min(THRESHOLDS))
        report_made(name, pairs, truth)
        print(f"\n{len(table):,} incidents in {time.perf_counter() - start:.1f} s")
    against_airwars(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
