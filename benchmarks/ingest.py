"""What an import promises of speed and memory, beside DuckDB's bare `read_csv` in the same run.

Run `python benchmarks/ingest.py [--rows 385000] [--acled 2500000]`; it prints a Markdown table.
A file in the shape of UCDP GED (41 columns, headlines of 60 to 200 letters) is made with a fixed
seed; so is one in ACLED's shape. Each measure is one process of its own; an import reads the file
in a second one, as it does for people. Times are wall-clock seconds and, steadier on a busy
machine, seconds of the processor, the program's start included; memory is the larger peak resident
set of the two, which do not stand at once. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from operator import sub
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

SIDES = np.array(["Government of Syria", "Syrian insurgents", "IS", "SDF", "Civilians"])
WORDS = np.array(
    ["strike", "village", "killed", "near", "shelling", "on", "the", "road", "to", "clashes", "in",
     "countryside", "warplanes", "target", "town", "report", "of", "people", "several", "after"]
)  # fmt: skip


def headlines(draw: np.random.Generator, count: int) -> list[str]:
    """Made-up headlines of 10 to 30 words."""
    picks = draw.integers(0, len(WORDS), (count, 30))
    lengths = draw.integers(10, 30, count)
    return [" ".join(WORDS[p[:n]]) for p, n in zip(picks, lengths, strict=True)]


def ged_file(path: Path, rows: int) -> None:
    """A table in the shape of UCDP GED; 1 % of its rows repeat an earlier one."""
    draw = np.random.default_rng(1989)
    place = draw.integers(0, 3000, rows)
    start = np.datetime64("1989-01-01") + draw.integers(0, 13_000, rows)
    low = draw.geometric(0.3, rows) - 1
    heads = headlines(draw, rows)
    days = start.astype(str)
    frame = pd.DataFrame(
        {
            "id": np.arange(rows) + 1, "year": start.astype("datetime64[Y]").astype(str),
            "active_year": 1, "type_of_violence": draw.integers(1, 4, rows),
            "conflict_new_id": 299, "conflict_name": "Syria: Government", "dyad_new_id": 11973,
            "dyad_name": "Government of Syria - Syrian insurgents", "side_a_new_id": 118,
            "side_a": SIDES[draw.integers(0, 4, rows)], "side_b_new_id": 4456, "gwnob": "",
            "side_b": SIDES[draw.integers(0, 5, rows)], "number_of_sources": 1,
            "source_article": [f'"SOHR,{d},{h}"' for d, h in zip(days, heads, strict=True)],
            "source_office": "SOHR", "source_date": days, "source_headline": heads,
            "source_original": "SOHR", "where_prec": draw.integers(1, 7, rows),
            "where_coordinates": [f"Place {p} village" for p in place],
            "adm_1": [f"Governorate {p % 25}" for p in place],
            "adm_2": [f"District {p % 250}" for p in place],
            "latitude": (32 + place / 500).round(6), "longitude": (35 + place / 300).round(6),
            "geom_wkt": [f"POINT ({35 + p / 300:.6f} {32 + p / 500:.6f})" for p in place],
            "priogrid_gid": 179714, "country": "Syria", "country_id": 652,
            "region": "Middle East", "event_clarity": 1, "date_prec": 1, "date_start": days,
            "date_end": days, "deaths_a": 0, "deaths_b": low, "deaths_civilians": 0,
            "deaths_unknown": 0, "low": low, "best": low, "high": low + 1,
        }
    )  # fmt: skip
    repeats = rows // 100
    pd.concat([frame[: rows - repeats], frame[:repeats]]).to_csv(path, index=False)


def acled_file(path: Path, rows: int) -> None:
    """A table in ACLED's shape, written in pieces."""
    draw = np.random.default_rng(1997)
    for start in range(0, rows, 250_000):
        count = min(250_000, rows - start)
        place = draw.integers(0, 3000, count)
        day = pd.Series(np.datetime64("1997-01-01") + draw.integers(0, 10_500, count))
        frame = pd.DataFrame(
            {
                "event_id_cnty": [f"SYR{n}" for n in range(start, start + count)],
                "event_date": day.dt.strftime("%d %B %Y"), "time_precision": 1,
                "event_type": "Battles", "sub_event_type": "Armed clash",
                "actor1": SIDES[draw.integers(0, 4, count)], "assoc_actor_1": "", "inter1": 1,
                "actor2": SIDES[draw.integers(0, 5, count)], "assoc_actor_2": "", "inter2": 2,
                "country": "Syria", "admin1": [f"Governorate {p % 25}" for p in place],
                "location": [f"Place {p}" for p in place],
                "latitude": (32 + place / 500).round(4), "longitude": (35 + place / 300).round(4),
                "geo_precision": 1, "source": "SOHR", "source_scale": "National",
                "notes": headlines(draw, count), "fatalities": draw.geometric(0.3, count) - 1,
                "timestamp": 1_600_000_000,
            }
        )  # fmt: skip
        frame.to_csv(path, index=False, mode="a", header=start == 0)


def measured(what: str, path: Path, store: Path) -> dict[str, float]:
    """One measure in a process of its own: seconds, peak MB, and the counts of an import."""
    words = [
        sys.executable,
        __file__,
        "--measure",
        what,
        "--file",
        str(path),
        "--store",
        str(store),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(what: str, path: Path, store: Path) -> dict[str, float]:
    """Do one thing and say what it took."""
    counts: dict[str, float] = {}
    if what == "warm":
        from geodata.gazetteer import Gazetteer  # noqa: PLC0415 - each process loads what it measures

        begun = time.perf_counter()
        Gazetteer.open()
    elif what == "bare":
        begun = time.perf_counter()
        with duckdb.connect() as connection:
            connection.execute("CREATE TABLE t AS SELECT * FROM read_csv($1)", [str(path)])
    elif what == "read":
        from geodata.sources import read  # noqa: PLC0415 - likewise

        begun = time.perf_counter()
        read(path, today=dt.date(2100, 1, 1))
    elif what in {"undo", "redo"}:
        from geodata.store import Store  # noqa: PLC0415 - likewise

        held = Store.open(store)
        first = held.imports()[0].import_id
        begun = time.perf_counter()
        getattr(held, what)(first, who="benchmark", why="to see how long it takes")
    else:
        from geodata.gazetteer import Gazetteer  # noqa: PLC0415 - likewise
        from geodata.ingest import ingest  # noqa: PLC0415 - likewise
        from geodata.store import Store  # noqa: PLC0415 - likewise

        begun = time.perf_counter()
        told: list[float] = []
        counts |= ingest(
            path,
            Store.open(store),
            Gazetteer.open,
            today=dt.date(2100, 1, 1),
            apart=True,
            progress=lambda _what, _share: told.append(time.perf_counter()),
        ).counts
        counts["longest_silence"] = max(map(sub, told[1:], told))
    seconds = time.perf_counter() - begun
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "seconds": seconds,
        "processor_s": sum(each.ru_utime + each.ru_stime for each in used),
        "peak_mb": max(each.ru_maxrss for each in used) / 1024,
        **counts,
    }


def report(label: str, path: Path, folder: Path) -> None:
    """Rows of the table for one file."""
    store = folder / f"{path.stem}.duckdb"
    measured("warm", path, store)  # the index of places is built at first use, once for good
    bare = measured("bare", path, store)
    for step in ("bare", "read", "first import", "second import", "undo", "redo"):
        found = bare if step == "bare" else measured(step.split()[-1], path, store)
        ratio = found["seconds"] / bare["seconds"]
        counts = ", ".join(f"{found[n]:,} {n}" for n in ("added", "duplicates") if n in found)
        if "longest_silence" in found:
            counts += f", {found['longest_silence']:.1f} s without a word of progress at most"
        work = found["processor_s"] / bare["processor_s"]
        print(
            f"| {label} | {step} | {found['seconds']:.1f} | {ratio:.1f} "
            f"| {found['processor_s']:.1f} | {work:.1f} | {found['peak_mb']:,.0f} "
            f"| {counts} | {os.getloadavg()[0]:.0f} |",
            flush=True,
        )


def main() -> None:
    """Make the files, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=385_000)
    parser.add_argument("--acled", type=int, default=0, help="rows of the ACLED-shaped file")
    parser.add_argument("--measure")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--store", type=Path)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure, given.file, given.store)))
        return
    print("| file | step | seconds | × bare | processor s | × bare | peak MB | counts | load |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="conflictmap-ingest-") as name:
        folder = Path(name)
        ged_file(folder / "ged.csv", given.rows)
        report(f"GED-shaped, {given.rows:,} rows", folder / "ged.csv", folder)
        if given.acled:
            acled_file(folder / "acled.csv", given.acled)
            report(f"ACLED-shaped, {given.acled:,} rows", folder / "acled.csv", folder)


if __name__ == "__main__":
    main()
