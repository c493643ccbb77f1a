"""A file read, located and added, with an account of every row."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pandas as pd
import pytest

from geodata.errors import UnreadableFile
from geodata.gazetteer import Gazetteer
from geodata.ingest import IngestReport, ingest, load_sample
from geodata.store import COUNTS, Store

TODAY = dt.date(2026, 11, 22)
ROWS = """incident_id,title,date_start,place_name,country,latitude,longitude,killed
a,Strike,2016-06-16,al-Tanf,SYR,33.5,38.66,2
b,Clash,2016-06-17,Manbij,SYR,,,?
c,Clash,31/02/2016,Manbij,SYR,,,1
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "incidents.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def counts_add_up(report: IngestReport) -> bool:
    counts = report.counts
    return counts["rows"] == sum(counts[end] for end in COUNTS[1:-1])


def test_every_row_ends_in_one_bucket(file: Path, store: Store, gazetteer: Gazetteer) -> None:
    report = ingest(file, store, gazetteer, today=TODAY)
    assert report.counts == {
        "rows": 3, "added": 2, "updated": 0, "duplicates": 0, "attention": 1, "left_out": 0
    }  # fmt: skip
    assert report.needs_attention["row"].tolist() == [3]
    assert report.source == "canonical"


def test_the_same_file_twice_adds_nothing(file: Path, store: Store, gazetteer: Gazetteer) -> None:
    ingest(file, store, gazetteer, today=TODAY)
    again = ingest(file, store, gazetteer, today=TODAY)
    assert (again.added, again.updated, again.duplicates, again.attention) == (0, 0, 2, 1)
    assert again.needs_attention["row"].tolist() == [3]
    assert len(store.snapshot()) == 2


def test_a_changed_row_is_an_update(file: Path, store: Store, gazetteer: Gazetteer) -> None:
    ingest(file, store, gazetteer, today=TODAY)
    file.write_text(ROWS.replace("38.66,2", "38.66,3"), encoding="utf-8")
    report = ingest(file, store, gazetteer, today=TODAY)
    assert (report.added, report.updated, report.duplicates) == (0, 1, 1)


def test_source_coordinates_win_and_names_are_placed(
    file: Path, store: Store, gazetteer: Gazetteer
) -> None:
    ingest(file, store, gazetteer)
    own, placed = store.incident("a"), store.incident("b")
    assert own is not None
    assert placed is not None
    assert (own["latitude"], own["location_method"]) == (33.5, "source coordinates")
    assert placed["latitude"] == pytest.approx(36.53, abs=0.05)
    assert placed["location_source"] != "incidents"
    assert own["killed_best"] == 2
    assert placed["killed_best"] is None


def test_a_row_that_the_store_refuses_is_told_with_the_others(
    file: Path, store: Store, gazetteer: Gazetteer
) -> None:
    file.write_text(ROWS + "a,Other,2016-06-18,Manbij,SYR,,,\n", encoding="utf-8")
    report = ingest(file, store, gazetteer)
    assert counts_add_up(report)
    assert report.attention == len(report.needs_attention) == 2


def test_the_gazetteer_is_not_opened_where_every_row_has_its_point(
    tmp_path: Path, store: Store
) -> None:
    path = tmp_path / "points.csv"
    path.write_text("date,lat,lon\n2016-06-16,33.5,38.66\n", encoding="utf-8")

    def never() -> Gazetteer:
        raise AssertionError("no row needs a place")

    assert ingest(path, store, never).added == 1


def test_a_file_that_cannot_be_read_leaves_the_store_untouched(
    tmp_path: Path, store: Store, gazetteer: Gazetteer
) -> None:
    path = tmp_path / "cut.csv"
    path.write_text('title,date_start\n"cut off', encoding="utf-8")
    version = store.version()
    with pytest.raises(UnreadableFile):
        ingest(path, store, gazetteer)
    assert store.version() == version


def test_an_import_can_be_stopped_and_then_nothing_is_added(
    file: Path, store: Store, gazetteer: Gazetteer
) -> None:
    stop = threading.Event()

    def progress(what: str, share: float) -> None:
        assert 0 <= share <= 1
        if what.startswith("Store"):
            stop.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(file, store, gazetteer, progress=progress)
    assert stop.is_set()
    assert len(store.snapshot()) == 0


def test_the_sample_comes_in_whole(store: Store, gazetteer: Gazetteer) -> None:
    report = load_sample(store, gazetteer)
    assert report.added == report.rows >= 60
    assert set(store.snapshot().incidents.column("dataset").to_pylist()) == {"sample"}
    accounts = store.accounts()
    assert set(accounts["incident_id"]) == set(
        store.snapshot().incidents.column("incident_id").to_pylist()
    )
    assert load_sample(store, gazetteer).duplicates == report.rows


@pytest.mark.real_data
def test_the_real_syria_file_comes_in_whole_and_once(
    real_data: Path, store: Store, gazetteer: Gazetteer
) -> None:
    path = real_data / "ucdp_ged_syria_2016_2017.csv"
    first = ingest(path, store, gazetteer, today=TODAY)
    assert (first.rows, first.added, first.attention) == (11757, 11757, 0)
    second = ingest(path, store, gazetteer, today=TODAY)
    assert (second.added, second.updated, second.duplicates) == (0, 0, 11757)
    incidents = store.snapshot().incidents.to_pandas()
    assert incidents["killed_best"].sum() == 82026
    nowhere = incidents[incidents["location_precision"] == "country"]
    assert len(nowhere) == 201
    assert nowhere["latitude"].isna().all()
    assert pd.notna(incidents["location_method"]).all()
