"""Likely duplicates on their page and from the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.cli import main
from dashboard.served import ServedStore
from geodata.gazetteer import Gazetteer
from geodata.ingest import ingest
from geodata.store import Store
from tests.dashboard.test_pages import page_at
from tests.hostile import PAYLOADS

HEADER = "incident_id,date,latitude,longitude,place_name,country,killed,title,perpetrators\n"
ONE = f"""{HEADER}one-1,2016-06-16,35.44,36.65,Khan Shaykhun,SYR,11,Shells hit the market,Army
one-2,2016-06-16,35.44,36.65,Khan Shaykhun,SYR,3,{PAYLOADS[16]} rocket on the school,Army
"""
TWO = f"""{HEADER}two-1,2016-06-16,35.45,36.66,Khan Sheikhun,SYR,12,Market hit by shells,Army
two-2,2016-06-16,35.45,36.66,Khan Sheikhun,SYR,3,School hit by a rocket,Army
"""


def no_places() -> Gazetteer:
    raise AssertionError("every row here has its point")


@pytest.fixture
def doubled(here: ServedStore, tmp_path: Path) -> ServedStore:
    """A store with two strikes that two data sets tell of."""
    for name, text in (("one", ONE), ("two", TWO)):
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        ingest(path, here.store, no_places)
    return here


def live(store: Store) -> set[str]:
    ids = store.snapshot().incidents["incident_id"].to_pylist()
    return {name for name in ids if name.startswith(("one-", "two-"))}


def said(test: AppTest) -> str:
    return "\n".join(text.value for text in test.text)


def press(test: AppTest, label: str) -> AppTest:
    test = next(button for button in test.button if button.label == label).click().run()
    assert not test.exception
    return test


def test_pairs_are_found_merged_said_to_be_two_and_taken_back(doubled: ServedStore) -> None:
    test = page_at("duplicates")
    assert "likely" not in said(test)
    test = press(test, "Look for duplicates")
    assert "2 likely pairs." in said(test)
    table = test.dataframe[0].value
    assert table["one"].str.startswith("one: ").all()
    assert "the same day" in table["because"][0]
    test.text_input(key="duplicates_why").set_value("one strike").run()
    test = press(test, "They are one: merge")
    assert "Merged: counted once" in said(test)
    assert "1 likely pair." in said(test)
    (merge,) = doubled.store.merges()
    assert (len(live(doubled.store)), merge.why) == (3, "one strike")
    test = press(test, "They are two")
    assert "They stay two" in said(test)
    assert "Nothing that is likely the same" in said(test)
    test = press(test, "Take back")
    assert len(live(doubled.store)) == 4
    assert "1 likely pair." in said(test)


def test_the_terminal_lists_pairs_and_merges_from_a_score_on(
    doubled: ServedStore, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(doubled.store.path)]
    assert main(["duplicates", *store, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    pairs = {(pair["first"], pair["second"]) for pair in told["pairs"]}
    assert pairs == {("one-1", "two-1"), ("one-2", "two-2")}
    assert told["merged"] == 0
    assert main(["duplicates", *store, "--merge", "0.5", "--where", "q=shells"]) == 0
    text = capsys.readouterr().out
    assert "one-1 (one) and two-1 (two), 2016-06-16: " in text
    assert "1 likely pairs, 1 merged." in text
    assert len(live(doubled.store)) == 3
    for words in (["--merge", "2"], ["--at-least", "-1"], ["--days", "-1"]):
        assert main(["duplicates", *store, *words]) == 2
