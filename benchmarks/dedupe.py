"""Duplicates across data sets: precision and recall on pairs made with noise, and on real sources.

Made pairs: a share of the incidents of UCDP GED is written down once more as another data set
would: another day or two, another point within what the place is known to, other figures, other
spellings, parts left out. The rest has no counterpart and must find none.

Real sources: UCDP against Airwars has no gold list. What a chance match is worth is measured
instead: the same search with Airwars moved by 40 days finds chance matches alone, and one minus
their share is the precision that the real search can be taken to have.

    CONFLICTMAP_REAL_DATA=… python benchmarks/dedupe.py

Time and memory of many: `python benchmarks/dedupe.py --rows 385000 100000 [--countries 1]` makes
two data sets with a fixed seed, ten years of the first beside those of the second, three of five
incidents of the second being ones of the first retold; `--countries` says how crowded they stand.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import os
import random
import resource
import string
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
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
    rng = random.Random(20161117)
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


# --- many ----------------------------------------------------------------------------------------

PRECISIONS = np.array(["town", "near", "admin2", "admin1", "country"])
OFTEN = (0.45, 0.2, 0.2, 0.12, 0.03)
LEXICON = np.array([f"{a}{b}{c}" for a in "bdfgklmnprst" for b in ("an", "el", "ir", "os", "um")
                    for c in ("bad", "dor", "gal", "hem", "kin", "lor", "mit", "nar", "pol", "ros",
                              "sun", "tal")])  # fmt: skip


def drawn(draw: np.random.Generator, rows: int, countries: int) -> dict[str, Any]:
    """Columns of one data set: days over ten years, places in squares of four degrees."""
    place = draw.integers(0, 1500 * countries, rows)
    country, spot = place // 1500, np.random.default_rng(7).random((1500 * countries, 2))
    return {
        "place": place,
        "day": np.datetime64("2014-01-01") + draw.integers(0, 3650, rows),
        "latitude": -30 + (country % 15) * 4 + spot[place, 0] * 4,
        "longitude": -60 + (country // 15) * 4 + spot[place, 1] * 4,
        "precision": PRECISIONS[draw.choice(5, rows, p=OFTEN)],
        "side": draw.integers(0, 40, rows),
        "killed": draw.geometric(0.3, rows) - 1,
        "words": draw.zipf(1.4, (rows, 14)) % len(LEXICON),
    }


def as_table(name: str, made: dict[str, Any]) -> pa.Table:
    """The canonical table of what was drawn."""
    days = pa.array(made["day"].astype("datetime64[D]"))
    rows = len(days)
    columns = {
        "incident_id": [f"{name}-{n}" for n in range(rows)], "dataset": [name] * rows,
        "date_start": days, "date_end": days, "latitude": made["latitude"],
        "longitude": made["longitude"], "location_precision": made["precision"],
        "place_name": [f"{LEXICON[p % len(LEXICON)]} {LEXICON[p // 7 % len(LEXICON)]}"
                       for p in made["place"]],
        "side_a": [f"Forces of {LEXICON[s]}" for s in made["side"]],
        "title": [" ".join(words) for words in LEXICON[made["words"]]],
        "killed_best": made["killed"].astype("int32"),
    }  # fmt: skip
    canonical = schema.arrow_schema(schema.INCIDENTS)
    blank = {field.name: pa.nulls(rows, field.type) for field in canonical}
    return pa.table(blank | {n: pa.array(v, canonical.field(n).type) for n, v in columns.items()})


def retold_many(draw: np.random.Generator, first: dict[str, Any], rows: int) -> dict[str, Any]:
    """Incidents of the first data set a day and some kilometres off, with half of their words."""
    taken = draw.choice(len(first["day"]), rows, replace=False)
    copy = {name: values[taken].copy() for name, values in first.items()}
    copy["day"] = copy["day"] + draw.choice([-1, 0, 0, 0, 1], rows)
    copy["latitude"] += draw.normal(0, 0.01, rows)
    other = draw.random(copy["words"].shape) < 0.5
    copy["words"][other] = draw.integers(0, len(LEXICON), int(other.sum()))
    return copy


def many(rows: int, others: int, countries: int) -> None:
    """Print the time and memory of a search in two large data sets."""
    draw = np.random.default_rng(1969)
    first = drawn(draw, rows, countries)
    true = others * 3 // 5
    told, alone = retold_many(draw, first, true), drawn(draw, others - true, countries)
    second = {name: np.concatenate([told[name], alone[name]]) for name in told}
    tables = [as_table("one", first), as_table("two", second)]
    table = pa.concat_tables(tables)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun, worked = time.perf_counter(), time.process_time()
    pairs = likely_pairs(table)
    print(
        f"{rows:,} and {others:,} incidents in {countries} countries: "
        f"{time.perf_counter() - begun:.1f} s, {time.process_time() - worked:.1f} s of the "
        f"processor, {before:,.0f} MB before and "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB at most; "
        f"{len(pairs):,} pairs with {sum(p.rivals for p in pairs) / max(len(pairs), 1):.0f} "
        f"rivals in the mean, of {true:,} retold; load {os.getloadavg()[0]:.0f}"
    )


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs=2, help="of two large data sets")
    parser.add_argument("--countries", type=int, default=60)
    given = parser.parse_args()
    if given.rows:
        many(given.rows[0], given.rows[1], given.countries)
        return 0
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
