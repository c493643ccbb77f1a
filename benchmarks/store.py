"""What the store promises of speed and memory, beside DuckDB's bare insert in the same run.

Run `python benchmarks/store.py [--rows 385000]`; it prints a Markdown table. Times are wall-clock
medians of the repeats named in the table; nothing is asserted.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from geodata.filters import IncidentFilter
from geodata.schema import ACCOUNTS, INCIDENTS, conform, to_arrow
from geodata.store import Batch, Store, no_attention

IMPORTED = 100_000
PLACES = ("Aleppo", "Idlib", "Homs", "Deir ez-Zor", "Raqqa", "Daraa", "Hama", "Douma")
SIDES = ("Government of Syria", "Syrian insurgents", "IS", "SDF", "Forces of Israel")
TYPES = ("Battles", "Explosions/Remote violence", "Violence against civilians")


def made_up(count: int, dataset: str) -> Batch:
    """Incidents shaped like a georeferenced event data set, one account each, with raw records."""
    draw = np.random.default_rng(20161)
    first = np.datetime64("2014-01-01")
    days = pd.Series(np.sort(first + draw.integers(0, 4000, count)).astype("datetime64[s]"))
    killed = pd.Series(draw.poisson(3, count), dtype="Int64")
    place = np.array(PLACES)[draw.integers(0, len(PLACES), count)]
    numbers = np.arange(count)
    ids = [f"{dataset}-{number}" for number in numbers]
    frame = pd.DataFrame(
        {
            "incident_id": ids,
            "dataset": dataset,
            "source_record_id": numbers.astype(str),
            "title": [f"Clash near {name}" for name in place],
            "summary": [
                f"Report {n}: fighting near {p}." for n, p in zip(numbers, place, strict=True)
            ],
            "event_type": np.array(TYPES)[draw.integers(0, len(TYPES), count)],
            "date_start": days.dt.date,
            "date_end": days.dt.date,
            "date_precision": "day",
            "place_text": place,
            "place_name": place,
            "admin1": place,
            "country": "SYR",
            "latitude": draw.uniform(32.5, 37, count),
            "longitude": draw.uniform(36, 42, count),
            "location_precision": "town",
            "location_method": "source coordinates",
            "location_source": dataset,
            "side_a": np.array(SIDES)[draw.integers(0, len(SIDES), count)],
            "side_b": np.array(SIDES)[draw.integers(0, len(SIDES), count)],
            "killed_low": killed,
            "killed_best": killed,
            "killed_high": killed + 1,
            "n_sources": 1,
        }
    )
    accounts = pd.DataFrame(
        {
            "incident_id": ids,
            "account_id": [f"{name}-1" for name in ids],
            "publisher": "Reuters",
            "source_title": [f"Headline {number} of some length" for number in numbers],
            "published": days.dt.date,
            "killed_low": killed,
            "killed_high": killed + 1,
        }
    )
    raw = [
        f'{{"id": "{n}", "where": "{p}", "note": "{"x" * 400}"}}'
        for n, p in zip(numbers, place, strict=True)
    ]
    incidents = conform(frame, INCIDENTS)
    return Batch(incidents, conform(accounts, ACCOUNTS), raw, no_attention(), count, "made-up.csv")


def timed(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median and largest of the repeats, in seconds."""
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent), max(spent)


def bare_insert(batch: Batch, folder: Path) -> float:
    """DuckDB alone: the same incidents, accounts and raw records into a new file, and closed."""
    tables = {
        "incidents": to_arrow(batch.incidents, INCIDENTS),
        "accounts": to_arrow(batch.accounts, ACCOUNTS),
        "raws": pa.table({"raw": list(batch.raw)}),
    }
    start = time.perf_counter()
    with duckdb.connect(str(folder / f"bare-{time.monotonic_ns()}.duckdb")) as connection:
        for name, table in tables.items():
            connection.register(f"new_{name}", table)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM new_{name}")  # noqa: S608 - names above
    return time.perf_counter() - start


def memory_mb(code: str, path: Path) -> float:
    """Resident memory of a new process that ran the code, in megabytes."""
    script = (
        "import sys\nfrom pathlib import Path\nfrom geodata.store import Store\n"
        f"path = Path(sys.argv[1])\n{code}\n"
        "import re\nprint(re.search(r'VmRSS:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script, str(path)], check=True, capture_output=True, text=True
    )
    return int(shown.stdout) / 1024


def fresh_open(path: Path) -> float:
    """Seconds from an open store to its first snapshot, in a new process."""
    script = (
        "import sys, time\nfrom geodata.store import Store\nstore = Store.open(sys.argv[1])\n"
        "start = time.perf_counter()\nstore.snapshot()\nprint(time.perf_counter() - start)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script, str(path)], check=True, capture_output=True, text=True
    )
    return float(shown.stdout)


READER = """
import sys, time
from geodata.errors import StoreBusy
from geodata.store import Store
store = Store.open(sys.argv[1])
store.snapshot()
print("ready", flush=True)
until = time.time() + float(sys.argv[2])
longest = refused = looks = 0
while time.time() < until:
    start = time.perf_counter()
    try:
        store.snapshot()
    except StoreBusy:
        refused += 1
    longest, looks = max(longest, time.perf_counter() - start), looks + 1
    time.sleep(0.1)
print(longest, refused, looks)
"""


def beside_readers(store: Store, readers: int, seconds: float, write: Callable[[], object]) -> str:
    """A sentence on `readers` processes that follow the store while it is written."""
    command = [sys.executable, "-c", READER, str(store.path), str(seconds)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(readers)]
    until, waits = time.monotonic() + seconds, []
    while time.monotonic() < until:
        waits.append(timed(write, 1)[0])
        time.sleep(0.5)
    told = [process.communicate()[0].splitlines()[-1].split() for process in running]
    return (
        f"{readers} reader processes beside {len(waits)} edits: "
        f"{sum(int(words[1]) for words in told)} of {sum(int(words[2]) for words in told)} looks "
        f"refused, longest snapshot "
        f"{max(float(words[0]) for words in told):.1f} s, longest edit {max(waits):.1f} s."
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=385_000)
    count = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name), count)


def measure(folder: Path, count: int) -> None:
    """All figures, over a store of `count` rows before the import of `IMPORTED` more."""
    print(f"{os.cpu_count()} cores, DuckDB {duckdb.__version__}, {dt.date.today()}\n")  # noqa: DTZ011 - for people
    print("| what | repeats | median | largest |\n|---|---|---|---|")

    def show(what: str, repeats: int, median: float, most: float) -> None:
        print(
            f"| {what} | {repeats} | {median * 1000:,.1f} ms | {most * 1000:,.1f} ms |", flush=True
        )

    path = folder / "record.duckdb"
    store = Store.open(path)
    whole = made_up(count, "whole")
    show(f"import of {count:,} rows", 1, *timed(lambda: store.add(whole), 1))
    more = made_up(IMPORTED, "more")
    bare = [bare_insert(more, folder) for _ in range(3)]
    show(
        f"DuckDB's bare insert of {IMPORTED:,} rows, new file",
        3,
        statistics.median(bare),
        max(bare),
    )
    opened = [fresh_open(path) for _ in range(3)]
    show(
        f"first snapshot of {count:,} rows, new process", 3, statistics.median(opened), max(opened)
    )
    store.snapshot()
    into = timed(lambda: store.add(more), 1)
    show(f"import of {IMPORTED:,} rows into {count:,}", 1, *into)
    show("the same again (all duplicates)", 1, *timed(lambda: store.add(more), 1))
    show("snapshot after it", 1, *timed(store.snapshot, 1))
    figures = itertools.count(10)

    def figure() -> dict[str, int]:
        return dict.fromkeys(("injured_low", "injured_best", "injured_high"), next(figures))

    show(
        "edit of one incident",
        10,
        *timed(lambda: store.edit("whole-77", figure(), who="b", why="b"), 10),
    )
    follow = []
    for _ in range(10):
        store.edit("whole-5", figure(), who="b", why="b")
        follow.append(timed(store.snapshot, 1)[0])
    show("snapshot after an edit", 10, statistics.median(follow), max(follow))
    show("version", 1000, *timed(store.version, 1000))
    show("snapshot, nothing new", 1000, *timed(store.snapshot, 1000))
    show("one whole incident", 10, *timed(lambda: store.incident("whole-77"), 10))
    now = store.snapshot()
    chosen = IncidentFilter(date_from=dt.date(2016, 1, 1), event_types=("Battles",), killed_min=3)
    show("summary of a filter", 10, *timed(lambda: now.summary(chosen), 10))
    show("rows of a filter", 10, *timed(lambda: now.rows(chosen), 10))
    show("hits of two words", 10, *timed(lambda: now.hits("douma government"), 10))
    show("page of 50", 10, *timed(lambda: now.page(range(1000, 1050)), 10))
    show("undo of the import", 1, *timed(lambda: store.undo("import-2", who="b", why="b"), 1))
    print(f"\nImport against the bare insert: {into[0] / statistics.median(bare):.1f} times.")
    plain = memory_mb("", path)
    held = memory_mb("snapshot = Store.open(path).snapshot()", path)
    print(
        f"Memory: {plain:,.0f} MB with nothing open, {held:,.0f} MB with a snapshot of {count:,}."
    )
    print(
        beside_readers(
            store, 8, 20, lambda: store.edit("whole-9", figure(), who="bench", why="bench")
        )
    )
    print(f"File: {path.stat().st_size / 1e6:,.0f} MB.")


if __name__ == "__main__":
    main()
