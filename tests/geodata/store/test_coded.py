"""Texts that many rows share are kept once, and come back as they were."""

from __future__ import annotations

import gc

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.schema import INCIDENTS, to_arrow
from geodata.store import Snapshot, coded
from tests.geodata.store.store_cases import canonical

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "incident_id": st.text(max_size=4),
            "side_a": st.none() | st.text(max_size=4),
            "admin1": st.none() | st.sampled_from(("Idlib", "Homs", "")),
            "killed_best": st.none() | st.integers(0, 9),
        }
    ),
    max_size=6,
)
SCHEMA = pa.schema(
    {"incident_id": pa.string(), "side_a": pa.string(), "admin1": pa.string(),
     "killed_best": pa.int32()}
)  # fmt: skip


def _table(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=SCHEMA)


@given(st.lists(ROWS, min_size=1, max_size=3))
def test_rows_come_back_as_they_were_however_they_are_put_together(
    parts: list[list[dict[str, object]]],
) -> None:
    whole = coded.joined([coded.code(_table(part)) for part in parts])
    back = coded.plain(whole)
    assert back.schema == SCHEMA
    assert back.to_pylist() == [row for part in parts for row in part]
    assert all(column.num_chunks <= 1 for column in whole.columns)


@pytest.mark.parametrize(
    ("texts", "width"), [(127, pa.int8()), (128, pa.int16()), (32_767, pa.int16()), (32_768, None)]
)
def test_the_number_of_a_text_is_as_narrow_as_their_count_allows(
    texts: int, width: pa.DataType | None
) -> None:
    ids = pc.cast(pa.array(range(texts)), pa.string())
    made = coded.code(pa.table({"admin1": ids}))
    assert made.schema.field("admin1").type.index_type == (width or pa.int32())
    grown = coded.joined([made, coded.code(pa.table({"admin1": ["one more"]}))])
    assert coded.plain(grown).column("admin1").to_pylist() == [*ids.to_pylist(), "one more"]


def test_a_snapshot_holds_shared_texts_once_and_lets_go_of_the_table_that_it_hands_out() -> None:
    rows = [
        {"incident_id": f"i-{number}", "dataset": "press", "side_a": "Government of a far place"}
        for number in range(2_000)
    ]
    table = to_arrow(canonical(rows, INCIDENTS), INCIDENTS)
    snapshot = Snapshot(1, table)
    assert snapshot._kept.nbytes < 0.6 * table.nbytes
    handed = snapshot.incidents
    assert handed.equals(table)
    assert snapshot.incidents is handed
    assert snapshot.column("side_a").equals(table.column("side_a"))
    before = pa.total_allocated_bytes()
    del handed
    gc.collect()
    assert pa.total_allocated_bytes() < before
