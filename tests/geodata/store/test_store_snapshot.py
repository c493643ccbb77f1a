"""A snapshot is one version, in one order, shared, and says the same as the file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata import sources
from geodata.filters import IncidentFilter, summarise
from geodata.schema import INCIDENTS, arrow_schema, to_arrow
from geodata.store import PAGE_COLUMNS, Batch, Snapshot, Store, coded
from geodata.store.snapshot import _patched, _sorted
from tests.geodata.store.store_cases import canonical, make_batch

Make = Callable[..., Batch]
BY = {"who": "amal", "why": "read again"}


def incident(name: str, day: dt.date | None, **more: Any) -> dict[str, Any]:
    return {
        "incident_id": name,
        "dataset": "press",
        "title": f"Incident {name}",
        "date_start": day,
        "date_end": day,
        "date_precision": "day" if day else "unknown",
    } | more


AT_TANF = {
    "place_name": "At-Tanf",
    "admin1": "Homs",
    "country": "SYR",
    "location_precision": "site",
    "location_method": "source coordinates",
}
ROWS = [
    incident("d", None, place_text="somewhere in Homs", country="SYR"),
    incident("c", dt.date(2016, 6, 16), latitude=33.49, longitude=38.62, **AT_TANF),
    incident("b", dt.date(2016, 6, 16), latitude=33.51, longitude=38.62, **AT_TANF),
    incident("a", dt.date(2017, 1, 1), summary="ÄRZTE in Douma", killed_low=2, killed_best=3),
    incident(
        "e",
        None,
        **AT_TANF | {"location_precision": "country"},
        latitude=35.0,
        longitude=38.0,
    ),
]


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    store = Store.open(tmp_path_factory.mktemp("snapshot") / "record.duckdb")
    store.add(make_batch(ROWS, [{"incident_id": "b", "quote": "x"}]))
    return store.snapshot()


def test_rows_stand_by_day_then_by_id_and_those_without_a_day_last(now: Snapshot) -> None:
    assert now.incidents["incident_id"].to_pylist() == ["b", "c", "a", "d", "e"]
    assert now.incidents.schema.equals(arrow_schema(INCIDENTS))
    assert now.table.select("incident_id", "row").to_pyarrow().to_pylist() == [
        {"incident_id": name, "row": row} for row, name in enumerate("bcade")
    ]


def test_a_filter_gives_row_numbers(now: Snapshot) -> None:
    assert now.rows(IncidentFilter()).tolist() == [0, 1, 2, 3, 4]
    found = now.rows(IncidentFilter(date_from=dt.date(2016, 6, 16), date_to=dt.date(2016, 7, 1)))
    assert found.tolist() == [0, 1]
    assert found.dtype == np.uint32
    assert now.rows(IncidentFilter(text="tanf", precisions=("site",))).tolist() == [0, 1]


def test_the_sentence_counts_the_same_rows(now: Snapshot) -> None:
    summary = now.summary(IncidentFilter(countries=("SYR",)))
    assert (summary.incidents, summary.total, summary.not_on_map) == (4, 5, 2)


def test_search_finds_rows_with_every_word_in_any_case(now: Snapshot) -> None:
    assert now.hits("ärzte DOUMA").tolist() == [2]
    assert now.hits("ärzte homs").tolist() == []
    assert now.hits(" ").tolist() == [0, 1, 2, 3, 4]
    assert now.hits("%").tolist() == now.hits("$1 @found '").tolist() == []


@settings(max_examples=8)
@given(
    st.lists(
        st.sampled_from(
            ["Incident", "a", "b", "at-tanf", "TANF", "homs", "Homs", "Ä", "douma", "2", "e"]
        ),
        max_size=3,
    )
)
def test_search_and_filter_agree(now: Snapshot, words: list[str]) -> None:
    text = " ".join(words)
    chosen = IncidentFilter(text=text)
    expected = now.table.filter(chosen.expression(now.table)).select("row").to_pyarrow()
    assert now.hits(text).tolist() == sorted(expected["row"].to_pylist())
    assert now.rows(chosen).tolist() == now.hits(text).tolist()
    assert now.summary(chosen) == summarise(now.table, chosen)


def test_a_page_has_its_rows_in_the_order_asked_for(now: Snapshot) -> None:
    page = now.page([3, 0])
    assert [entry["row"] for entry in page] == [3, 0]
    assert set(page[0]) == {"row", *PAGE_COLUMNS}
    assert (page[0]["place_text"], page[0]["date_start"]) == ("somewhere in Homs", None)
    assert (page[1]["incident_id"], page[1]["n_accounts"]) == ("b", 1)
    assert now.page([]) == []
    with pytest.raises(IndexError):
        now.page([5])


def test_incidents_without_a_pin_are_counted_by_place(now: Snapshot) -> None:
    tray = now.unlocated()
    assert int(tray["n"].sum()) == now.summary(IncidentFilter()).not_on_map == 3
    named = tray[tray["name"] == "somewhere in Homs"].iloc[0]
    assert (named["country"], named["n"], list(named["incident_ids"])) == ("SYR", 1, ["d"])


def test_places_are_learned_from_points_that_sources_gave(now: Snapshot) -> None:
    learned = now.learned_places()
    assert len(learned) == 1  # the point at the country's middle teaches nothing
    place = learned.iloc[0]
    assert (place["name"], place["count"]) == ("At-Tanf", 2)
    assert (place["latitude"], place["longitude"]) == (33.5, 38.62)
    assert place["spread_km"] == pytest.approx(1.11, abs=0.01)


def test_many_threads_may_ask_at_once(now: Snapshot) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = threads.map(
            lambda _: now.rows(IncidentFilter(countries=("SYR",))).tolist(), range(8)
        )
        tables = threads.map(lambda _: now.table.count().to_pyarrow().as_py(), range(8))
        assert list(answers) == [[0, 1, 3, 4]] * 8
        assert list(tables) == [5] * 8


def test_a_snapshot_is_shared_and_stays_as_it_was(store: Store, batch: Make) -> None:
    store.add(batch(ROWS))
    first = store.snapshot()
    assert Store.open(store.path).snapshot() is first
    store.edit("a", {"title": "By hand", "date_start": None, "date_end": None}, **BY)
    second = store.snapshot()
    assert first.incidents["title"][2].as_py() == "Incident a"
    assert second.version == first.version + 1
    assert second.incidents["incident_id"].to_pylist() == ["b", "c", "a", "d", "e"]
    store.edit("d", {"date_start": dt.date(2015, 1, 1), "date_end": dt.date(2015, 1, 1)}, **BY)
    store.add(batch([incident("z", dt.date(2016, 6, 16))]))
    store.remove_dataset("press", **BY)
    store.restore_dataset("press", **BY)
    followed = store.snapshot()
    assert followed.incidents["incident_id"].to_pylist() == ["d", "b", "c", "z", "a", "e"]
    with store._file.reading() as connection:
        assert followed.follow(connection) is followed
        fresh = Snapshot.follow(Snapshot(0, followed.incidents), connection)
    assert followed.incidents.equals(fresh.incidents)


DAYS = st.one_of(st.none(), st.dates(dt.date(2016, 1, 1), dt.date(2016, 1, 4)))
TABLE = st.dictionaries(st.sampled_from("abcdefghij"), DAYS, max_size=10)


@settings(max_examples=30)
@given(TABLE, TABLE, st.sets(st.sampled_from("abcdefghij")))
def test_following_gives_what_reading_anew_would(
    before: dict[str, Any], changed: dict[str, Any], gone: set[str]
) -> None:
    def table(rows: dict[str, Any]) -> pa.Table:
        return to_arrow(canonical([incident(*row) for row in rows.items()], INCIDENTS), INCIDENTS)

    after = {name: day for name, day in (before | changed).items() if name not in gone}
    told = changed | {name: before[name] for name in gone & set(before)}
    live = pa.array([name not in gone for name in told], pa.bool_())
    held = coded.code(_sorted(table(before)))
    followed = _patched(held, table(told).append_column("live", live))
    assert coded.plain(followed).equals(_sorted(table(after)))


@pytest.mark.real_data
def test_a_real_data_set_goes_in_once(store: Store, real_data: Path) -> None:
    reading = sources.read(real_data / "ucdp_ged_syria_2016_2017.csv")
    handed = Batch(
        reading.incidents,
        reading.accounts,
        reading.raw,
        reading.attention,
        reading.rows,
        "ucdp_ged_syria_2016_2017.csv",
    )
    first, second = store.add(handed), store.add(handed)
    assert first.rows == 11_757
    assert first.added + first.attention == first.rows
    assert (second.added, second.updated, second.duplicates) == (0, 0, first.added)
    now = store.snapshot()
    assert len(now) == first.added
    told = reading.accounts.drop(columns="account_id").drop_duplicates()  # some name a source twice
    assert sum(now.incidents["n_accounts"].to_pylist()) == len(told)
    found = store.incident(now.incidents["incident_id"][0].as_py())
    assert found is not None
    assert found["raw"] in list(reading.raw)
