"""Random tables read and taken into a store: no row is lost, nothing escapes.

Short here. By hand, for as long as one likes:
`CONFLICTMAP_FUZZ_EXAMPLES=10000 pytest tests/fuzz/test_fuzz_tables.py`. Of that many one in ten is
stored, of a few one in two: it takes ten times as long as reading.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.schema import ACCOUNTS, INCIDENTS, names
from geodata.sources import Reading
from geodata.store import Batch, ImportRecord, imports, ledger, tables
from geodata.store.file import Connection, connect
from tests.fuzz.checked import check_table
from tests.geodata.sources.test_source_damage import WHOLE

EXAMPLES = int(os.environ.get("CONFLICTMAP_FUZZ_EXAMPLES", "30"))
OWN = {"Date", "Lat", "Longitude (E)", "Killed", "Ort", "#date+start", "التاريخ"}
HEADERS = sorted(OWN.union(names(INCIDENTS), names(ACCOUNTS), *WHOLE.values()))
CELLS = sorted(
    {str(value) for row in WHOLE.values() for value in row.values() if not isinstance(value, list)}
    | {"", "0", "-1", "4-6", "~ 12", "dozens", "2016-06-16", "16/06/2016", "1970-01-01", "2016",
       "33.5", "-181", "33°30'N", "POINT (38 33)", "SYR", "Syria", "a | b", "=1+1", "{{ 7*7 }}",
       "[]", '[{"quote": "q"}]', "day", "published", "exact", "true", "9" * 40, "1e999", "NaN"}
)  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
CELL = st.sampled_from(CELLS) | TEXT
STORED = st.booleans() if EXAMPLES < 1000 else st.integers(0, 9).map(lambda n: n == 0)


@st.composite
def random_tables(draw: st.DrawFn) -> tuple[str, str]:
    """A file's ending and its text: columns of one source, of many, or of none."""
    whole = draw(st.sampled_from([{}, {}, *WHOLE.values()]))
    more = draw(st.lists(st.sampled_from(HEADERS) | TEXT, max_size=6, unique_by=str.casefold))
    header = list(dict.fromkeys([*whole, *more])) or ["date"]
    given = [{name: str(whole.get(name, "")) for name in header}]
    changed = st.dictionaries(st.sampled_from(header), CELL, max_size=8)
    rows = [given[0] | row for row in draw(st.lists(changed, max_size=6))]
    ending = draw(st.sampled_from(["csv", "tsv", "json", "jsonl"]))
    if ending == "json":
        return ending, json.dumps(rows)
    if ending == "jsonl":
        return ending, "\n".join(map(json.dumps, rows))
    held = io.StringIO(newline="")
    writer = csv.writer(held, delimiter="," if ending == "csv" else "\t")
    writer.writerow(header)
    writer.writerows([row[name] for name in header] for row in rows)
    return ending, held.getvalue()


@pytest.fixture(scope="module")
def store() -> Iterator[Connection]:
    """An empty store in memory; each example takes back what it did."""
    with connect() as connection:
        for statement in tables.CREATE:
            connection.execute(statement)
        yield connection


@pytest.mark.filterwarnings("ignore")  # libraries warn of what an odd table makes them skip
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck),
    derandomize="CONFLICTMAP_FUZZ_EXAMPLES" not in os.environ,
)  # fmt: skip
@given(table=random_tables(), stored=STORED)
def test_a_random_table_is_accounted_for_row_by_row_and_again_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    store: Connection,
    table: tuple[str, str],
    stored: bool,
) -> None:
    ending, text = table
    path = tmp_path_factory.getbasetemp() / f"random.{ending}"
    path.write_text(text, encoding="utf-8", newline="")
    reading = check_table(path)
    if reading is None or not stored:
        return
    store.begin()
    try:
        first, second = (taken_in(store, reading, version) for version in (1, 2))
        held = store.execute("SELECT count(*) FROM incidents WHERE until IS NULL").fetchone()
    finally:
        store.rollback()
    for record in (first, second):
        ends = record.added, record.updated, record.duplicates, record.attention
        assert sum(ends) == record.rows == reading.rows
    assert held == (first.added,)
    assert (second.added, second.updated) == (0, 0)


def taken_in(store: Connection, reading: Reading, version: int) -> ImportRecord:
    """The reading as one import."""
    batch = Batch(
        reading.incidents, reading.accounts, reading.raw, reading.attention, reading.rows, "t.csv"
    )
    values = ledger.change_values(version, "a person", "to see")
    record = imports.add(store, batch, values)
    for name in ("staged", "told", "fresh", "judged", "touched", "derived", "refused"):
        store.execute(tables.fixed("DROP TABLE IF EXISTS temp.@name", name=name))
    return record
