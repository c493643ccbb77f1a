"""Rows that need attention: mended, set aside, and waiting again; none is lost or counted twice."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from geodata.errors import ImpossibleValue
from geodata.export import write_attention
from geodata.gazetteer import Gazetteer
from geodata.ingest import IngestReport, ingest
from geodata.mending import WaitingRow, alike, submit, waiting_rows
from geodata.sources.profile import Profile
from geodata.store import COUNTS, ImportRecord, Store

NONE = dict.fromkeys(COUNTS, 0)
AT = {"lat": "33.5", "lon": "38.66"}
ROWS = [
    AT | {"incident_id": "a", "date": "2016-06-16", "country": "SYR", "title": "Strike"},
    AT | {"incident_id": "b", "date": "2016-02-31", "country": "SYR", "title": "=Strike"},
    AT | {"incident_id": "c", "date": "2016-06-18", "country": "Syrland", "title": "Raid"},
    AT | {"incident_id": "d", "date": "2016-06-19", "country": "Syrland", "title": "Raid"},
    AT | {"incident_id": "a", "date": "2016-06-20", "country": "SYR", "title": "Another"},
]


def no_places() -> Gazetteer:
    raise AssertionError("every row here has no place to look up")


@pytest.fixture
def empty(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store.duckdb")


@pytest.fixture(scope="module")
def filled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store in it that holds `ROWS`; made once, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    report = imported(Store.open(folder / "store.duckdb"), folder, ROWS)
    assert report.counts == NONE | {"rows": 5, "added": 1, "attention": 4}
    return folder


@pytest.fixture
def store(filled_folder: Path, tmp_path: Path) -> Store:
    """A store of the test's own that holds `ROWS` of t.csv."""
    for file in filled_folder.iterdir():
        shutil.copy(file, tmp_path / file.name)
    return Store.open(tmp_path / "store.duckdb")


def imported(store: Store, folder: Path, rows: list[dict[str, str]]) -> IngestReport:
    path = folder / "t.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return ingest(path, store, no_places)


def sums(record: ImportRecord) -> bool:
    return record.rows == record.added + record.updated + record.duplicates + record.attention


def by_row(store: Store) -> dict[int | None, WaitingRow]:
    return {row.row: row for row in waiting_rows(store)}


def mend(store: Store, row: WaitingRow, **changed: str) -> ImportRecord:
    (record,) = submit(store, no_places, [(row, row.cells | changed)], today=None, who="amal")
    assert sums(record)
    return record


def ids(store: Store) -> list[str]:
    return sorted(store.snapshot().incidents.column("incident_id").to_pylist())


def test_a_row_mended_by_hand_is_added_and_waits_no_more(store: Store) -> None:
    row = by_row(store)[2]
    assert (row.at_fault, row.cells["date"]) == (("date",), "2016-02-31")
    record = mend(store, row, date="2016-02-29")
    assert (record.rows, record.added, record.file, record.why) == (1, 1, "t.csv", "mended by hand")
    assert ids(store) == ["a", "b"]
    assert set(by_row(store)) == {3, 4, 5}
    assert store.incident("b")["title"] == "=Strike"


def test_undoing_the_mending_lets_the_row_wait_as_it_did(store: Store) -> None:
    before = waiting_rows(store)
    record = mend(store, by_row(store)[2], date="2016-02-29")
    store.undo(record.import_id, who="amal", why="wrong")
    assert (waiting_rows(store), ids(store)) == (before, ["a"])
    store.redo(record.import_id, who="amal", why="right")
    assert (len(waiting_rows(store)), ids(store)) == (3, ["a", "b"])


def test_a_row_that_is_still_wrong_waits_with_its_new_cells(store: Store) -> None:
    record = mend(store, by_row(store)[2], date="2016-02-30")
    assert (record.added, record.attention) == (0, 1)
    assert by_row(store)[2].cells["date"] == "2016-02-30"
    assert len(waiting_rows(store)) == 4
    mend(store, by_row(store)[2], date="2016-02-30")
    assert len(waiting_rows(store)) == 4


def test_the_file_imported_once_more_does_not_ask_again_for_what_was_mended(
    store: Store, tmp_path: Path
) -> None:
    mend(store, by_row(store)[2], date="2016-02-29")
    again = imported(store, tmp_path, ROWS)
    assert sums(again)
    assert again.counts == NONE | {"rows": 5, "duplicates": 1, "attention": 4}
    assert (len(waiting_rows(store)), ids(store)) == (3, ["a", "b"])


def test_rows_with_the_same_fault_are_mended_together(store: Store) -> None:
    waiting = by_row(store)
    others = alike(waiting[3], list(waiting.values()))
    assert [other.row for other in others] == [4]
    members = [(row, row.cells | {"country": "SYR"}) for row in (waiting[3], *others)]
    (record,) = submit(store, no_places, members, today=None, who="amal")
    assert (record.rows, record.added) == (2, 2)
    assert set(by_row(store)) == {2, 5}


def test_a_row_that_the_store_refused_is_mended_as_an_incident(store: Store) -> None:
    row = by_row(store)[5]
    assert (row.kind, row.at_fault) == ("incident", ("incident_id",))
    assert mend(store, row, incident_id="e").added == 1
    assert ids(store) == ["a", "e"]
    assert store.incident("e")["title"] == "Another"


def test_a_row_refused_again_keeps_its_number(store: Store, tmp_path: Path) -> None:
    imported(store, tmp_path, [{**ROWS[0], "dataset": "other"}])
    row = by_row(store)[1]
    assert mend(store, row, title="Changed").attention == 1
    assert {row.row for row in waiting_rows(store)} == {1, 2, 3, 4, 5}


def test_rows_set_aside_wait_no_more_until_they_are_taken_up(store: Store) -> None:
    keys = [row.key for row in waiting_rows(store)]
    store.set_aside(keys[:3], who="amal", why="not ours")
    assert [row.key for row in waiting_rows(store)] == keys[3:]
    (aside,) = store.set_asides()
    assert (aside.who, aside.why, aside.rows) == ("amal", "not ours", 3)
    with pytest.raises(ImpossibleValue, match="waits no more"):
        store.set_aside(keys[:1], who="amal", why="twice")
    store.take_up(aside.version, who="amal", why="ours after all")
    assert [row.key for row in waiting_rows(store)] == keys
    assert store.set_asides() == []
    with pytest.raises(ImpossibleValue, match="No rows stand aside"):
        store.take_up(aside.version, who="amal", why="twice")
    with pytest.raises(ImpossibleValue, match="at least one"):
        store.set_aside([], who="amal", why="none")


def test_two_who_mend_one_row_at_a_time_add_it_once(store: Store) -> None:
    row = by_row(store)[2]
    mend(store, row, date="2016-02-29")
    version = store.version()
    with pytest.raises(ImpossibleValue, match="waits no more"):
        mend(store, row, date="2016-02-28")
    assert store.version() == version


def test_the_table_of_waiting_rows_mended_elsewhere_answers_them(
    store: Store, tmp_path: Path
) -> None:
    path = write_attention(store.attention(), tmp_path / "t.attention.csv")
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    lines[0]["date"] = "2016-02-29"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines[:2])
    assert ingest(path, store, no_places).counts["added"] == 1
    assert 2 not in {row.row for row in waiting_rows(store) if row.file == "t.csv"}
    assert {3, 4, 5} <= {row.row for row in waiting_rows(store) if row.file == "t.csv"}


def test_an_account_is_mended_with_the_incident_that_it_tells_of(
    empty: Store, tmp_path: Path
) -> None:
    told = [
        {"publisher": "A", "published": "2016-06-17", "killed_low": "4", "killed_high": "4"},
        {"publisher": "B", "published": "2016-02-31", "killed_low": "9", "killed_high": "9"},
    ]
    rows = [ROWS[0] | {"accounts": json.dumps(told)}]
    assert imported(empty, tmp_path, rows).counts["attention"] == 1
    (row,) = waiting_rows(empty)
    assert (row.kind, row.at_fault) == ("account", ("published",))
    assert mend(empty, row, published="2016-06-18").updated == 1
    incident = empty.incident("a")
    assert [account["publisher"] for account in incident["accounts"]] == ["A", "B"]
    assert incident["disputed"]
    assert waiting_rows(empty) == []


def test_a_row_is_read_once_more_as_its_file_was(empty: Store, tmp_path: Path) -> None:
    path = tmp_path / "zahlen.csv"
    path.write_text("Tag,B,L,Tote\n03/04/2016,33,38,x\n05/06/2016,33,38,2\n", encoding="utf-8")
    profile = Profile(
        {"date_start": "Tag", "killed_best": "Tote", "latitude": "B", "longitude": "L"},
        {"country": "SYR"},
        dataset="zählung", day_order="day-first",
    )  # fmt: skip
    assert ingest(path, empty, no_places, profile=profile).counts["added"] == 1
    (row,) = waiting_rows(empty)
    mend(empty, row, Tote="3")
    found = empty.snapshot().incidents.to_pylist()
    assert sorted((str(r["date_start"]), r["killed_best"]) for r in found) == [
        ("2016-04-03", 3),
        ("2016-06-05", 2),
    ]
    assert {(r["country"], r["dataset"]) for r in found} == {("SYR", "zählung")}


def test_a_row_that_does_not_fit_its_header_is_not_mended_here(
    empty: Store, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("date,country,title\n2016-06-16,SYR,Strike,more\n", encoding="utf-8")
    ingest(path, empty, no_places)
    (row,) = waiting_rows(empty)
    assert (row.kind, row.cells) == ("broken", {"text": "2016-06-16,SYR,Strike,more"})
    assert alike(row, [row]) == []
    with pytest.raises(ImpossibleValue, match="mended in its file"):
        mend(empty, row, text="2016-06-16,SYR,Strike")


def test_a_point_of_geojson_is_mended_as_two_cells(empty: Store, tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [36.0, 99.0]},
        "properties": {"incident_id": "g", "date": "2016-06-16", "title": "Strike"},
    }
    path = tmp_path / "t.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    ingest(path, empty, no_places)
    (row,) = waiting_rows(empty)
    assert mend(empty, row, latitude="33.5").added == 1
    assert empty.incident("g")["latitude"] == 33.5
