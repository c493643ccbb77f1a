"""The size of a shared file, and how long it takes to open.

    python benchmarks/share.py

makes files of synthetic incidents (seed 7, as `benchmarks/map.py`): 385,000 without details and
50,000 with a title, a summary of 60 words and two accounts each, and opens each from the disk in
headless Chromium. Printed are bytes, the time to make the file, and the time from opening to
incidents drawn on the map, as the page itself measures it (the best and the median of five).
"""

from __future__ import annotations

import datetime as dt
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from map import synthetic

from dashboard.share import SIZE_LIMITS, page
from geodata.schema import ACCOUNTS, INCIDENTS, conform, to_arrow, to_frame

RUNS = 5
WORDS = 4_000
READY = "() => performance.getEntriesByName('conflictmap-ready')[0]?.startTime"
SAID = {
    "title": None,
    "made_at": "2026-01-01T00:00:00+00:00",
    "store_version": 1,
    "predicate": {},
    "unpublished_left_out": 0,
    "sensitive_left_out": 0,
}


def sentences(chance: np.random.Generator, rows: int, words: int) -> list[str]:
    """Texts of made-up words, the frequent ones frequent as in a language (Zipf)."""
    syllables = ["ka", "re", "mo", "ti", "sha", "lun", "der", "al", "is", "on", "ba", "que"]
    lexicon = np.array(["".join(chance.choice(syllables, 1 + n % 4)) for n in range(WORDS)])
    shares = 1 / np.arange(1, WORDS + 1)
    chosen = chance.choice(WORDS, (rows, words), p=shares / shares.sum())
    return [" ".join(lexicon[line]) for line in chosen]


def detailed(rows: int) -> tuple[pa.Table, pa.Table]:
    """Incidents with titles and summaries, and two accounts of each."""
    chance = np.random.default_rng(7)
    frame = to_frame(synthetic(rows))
    frame["title"] = sentences(chance, rows, 8)
    frame["summary"] = sentences(chance, rows, 60)
    ids = np.repeat(frame["incident_id"].to_numpy(), 2)
    accounts = pd.DataFrame(
        {
            "account_id": [f"a{number:07d}" for number in range(2 * rows)],
            "incident_id": ids,
            "source_title": sentences(chance, 2 * rows, 8),
            "publisher": [f"Publisher {n}" for n in chance.integers(0, 300, 2 * rows)],
            "url": [f"https://example.org/{n:08x}" for n in chance.integers(0, 2**32, 2 * rows)],
            "published": dt.date(2020, 1, 1),
            "killed_low": chance.integers(0, 20, 2 * rows),
        }
    )
    incidents = to_arrow(conform(frame, INCIDENTS), INCIDENTS)
    return incidents, to_arrow(conform(accounts, ACCOUNTS), ACCOUNTS)


def opened(file: Path) -> list[float]:
    """Milliseconds from opening the file to incidents drawn, for each run."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    times = []
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        for _ in range(RUNS):
            shown = browser.new_page(viewport={"width": 1280, "height": 800})
            shown.goto(file.as_uri())
            shown.wait_for_function(READY, timeout=60_000)
            times.append(float(shown.evaluate(READY)))
            shown.close()
        browser.close()
    return times


def main() -> None:
    """Measure and print."""
    print("| incidents | details | bytes | limit | made, s | opened, ms best | median |")
    print("|---|---|---|---|---|---|---|")
    for rows, details in ((385_000, False), (50_000, True)):
        incidents, accounts = detailed(rows) if details else (synthetic(rows), None)
        begun = time.perf_counter()
        content = page(incidents, accounts, SAID)
        made = time.perf_counter() - begun
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "shared.html"
            file.write_bytes(content)
            times = opened(file)
        cells = (
            f"{rows:,}", "yes" if details else "no", f"{len(content):,}",
            f"{SIZE_LIMITS[details]:,}", f"{made:.1f}", f"{min(times):.0f}",
            f"{statistics.median(times):.0f}",
        )  # fmt: skip
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
