"""The rows that need attention on the Data page."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.served import ServedStore
from geodata.gazetteer import Gazetteer
from geodata.ingest import ingest
from geodata.sources.headerless import GDELT_COLUMNS
from tests.dashboard.test_pages import page_at
from tests.hostile import PAYLOADS

HOSTILE = PAYLOADS[16]
LINES = [
    ["incident_id", "date", "country", "lat", "lon", HOSTILE],
    ["a", "2016-02-31", "SYR", "33.5", "38.6", HOSTILE],
    ["b", "2016-06-17", "Syrland", "33.5", "38.6", ""],
    ["c", "2016-06-18", "Syrland", "33.5", "38.6", ""],
    ["d", "2016-06-19", "SYR", "33.5", "38.6", "", "more"],
]


def no_places() -> Gazetteer:
    raise AssertionError("every row here has its point")


@pytest.fixture
def waiting(here: ServedStore, tmp_path: Path) -> ServedStore:
    """The sample's store with four rows that need attention."""
    text = io.StringIO()
    csv.writer(text).writerows(LINES)
    path = tmp_path / "t.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    assert ingest(path, here.store, no_places).attention == 4
    return here


def said(test: AppTest) -> str:
    return "\n".join(text.value for text in test.text)


def field(test: AppTest, label: str) -> str:
    return str(next(box.key for box in test.text_input if box.label == label))


def ids(here: ServedStore) -> set[str]:
    held = here.store.snapshot().incidents.to_pylist()
    return {row["incident_id"] for row in held if row["dataset"] == "t"}


def test_a_row_is_corrected_and_submitted_on_the_page(waiting: ServedStore) -> None:
    test = page_at("data")
    assert "4 rows wait." in said(test)
    assert test.text_input(key=field(test, "Correct cell")).value == "2016-02-31"
    test.text_input(key=field(test, "Correct cell")).set_value("2016-02-29").run()
    test.button(key="attention_submit").click().run()
    assert "1 row submitted, of which 1 added" in said(test)
    assert "3 rows wait." in said(test)
    assert ids(waiting) == {"a"}
    assert not test.exception


def test_rows_of_one_fault_are_corrected_together_and_one_cell_more(waiting: ServedStore) -> None:
    test = page_at("data")
    test.selectbox(key="attention_row").select_index(1).run()
    test.text_input(key=field(test, "Correct cell")).set_value("SYR").run()
    next(box for box in test.checkbox if "1 other row" in box.label).check().run()
    another = next(box for box in test.selectbox if box.label == "Another column to correct")
    another.select(HOSTILE).run()
    test.text_input(key=field(test, "Its correct cell")).set_value("{{7*7}}").run()
    test.button(key="attention_submit").click().run()
    assert "2 rows submitted, of which 2 added" in said(test)
    assert ids(waiting) == {"b", "c"}
    assert not test.exception


def test_a_broken_row_is_set_aside_and_waits_again(waiting: ServedStore) -> None:
    test = page_at("data")
    test.selectbox(key="attention_row").select_index(3).run()
    assert test.button(key="attention_submit").disabled
    test.text_input(key=field(test, "Why")).set_value("a stray line").run()
    test.button(key="attention_aside").click().run()
    assert "3 rows wait." in said(test)
    assert "1 row set aside by analyst: a stray line" in said(test)
    (aside,) = waiting.store.set_asides()
    test.button(key=f"take_up_{aside.version}").click().run()
    assert "4 rows wait." in said(test)


def test_what_was_not_changed_is_not_submitted(waiting: ServedStore) -> None:
    version = waiting.store.version()
    test = page_at("data")
    test.button(key="attention_submit").click().run()
    assert "Nothing was changed" in said(test)
    assert waiting.store.version() == version


def test_what_a_reader_left_out_stands_counted_below_and_waits_for_nobody(
    here: ServedStore, tmp_path: Path
) -> None:
    cells = dict.fromkeys(GDELT_COLUMNS, "") | {
        "GLOBALEVENTID": "1", "SQLDATE": "20260314", "MonthYear": "202603", "Year": "2026",
        "EventCode": "042", "EventRootCode": "04", "DATEADDED": "20260314120000",
    }  # fmt: skip
    path = tmp_path / "20260314120000.csv"
    path.write_text("\t".join(cells.values()) + "\n", encoding="utf-8")
    assert ingest(path, here.store, no_places).left_out == 1
    test = page_at("data")
    assert "No row waits." in said(test)
    assert "1 row of sources that hold more than incidents" in said(test)
    (counted,) = [frame.value for frame in test.dataframe if "reason" in frame.value.columns]
    assert counted["reason"].tolist() == ["Left out: no material conflict (CAMEO root 04)"]
