"""What a person changes is written down, survives imports, and can be taken back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from geodata.errors import ImpossibleValue, MissingColumn, UnknownCode
from geodata.store import Batch, Store
from geodata.vocabulary import WEAPON, weapon_group_of
from tests.geodata.store.store_cases import make_batch

Make = Callable[..., Batch]
BY = {"who": "amal", "why": "read the report again"}
TANF = {
    "incident_id": "TNF-1",
    "title": "Air strike",
    "date_start": dt.date(2016, 6, 16),
    "date_end": dt.date(2016, 6, 16),
    "date_precision": "day",
    "latitude": 33.5,
    "longitude": 38.6,
    "location_precision": "site",
    "location_method": "source coordinates",
    "location_source": "press",
    "killed_low": 2,
    "killed_best": 2,
    "killed_high": 2,
}
FOUR = {"killed_low": 3, "killed_best": 4, "killed_high": 4}


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store of one incident, for tests that leave it as it is."""
    store = Store.open(tmp_path_factory.mktemp("one") / "record.duckdb")
    store.add(make_batch([TANF]))
    return store


def held(store: Store, name: str = "TNF-1") -> dict[str, Any]:
    found = store.incident(name)
    assert found is not None
    return found


def test_an_edit_says_who_when_what_and_why(store: Store, batch: Make) -> None:
    store.add(batch([TANF]))
    store.edit("TNF-1", FOUR, **BY)
    entry = held(store)["history"][0]
    assert (entry["who"], entry["why"], entry["what"]) == ("amal", BY["why"], "edit")
    assert entry["before"] == {"killed_low": 2, "killed_best": 2, "killed_high": 2}
    assert entry["after"] == FOUR
    assert abs(dt.datetime.now(dt.UTC) - entry["at"]) < dt.timedelta(minutes=1)
    told = store.history("TNF-1")
    assert told["what"].tolist() == ["edit", "import"]
    assert json.loads(told["after"][0]) == FOUR


def test_an_edit_that_changes_nothing_is_no_change(store: Store, batch: Make) -> None:
    store.add(batch([TANF]))
    store.edit("TNF-1", {"title": "Air strike"}, **BY)
    assert store.version() == 1


def test_a_person_can_set_a_figure_back_to_unknown(store: Store, batch: Make) -> None:
    store.add(batch([TANF]))
    store.edit("TNF-1", dict.fromkeys(FOUR), **BY)
    assert [held(store)[name] for name in FOUR] == [None, None, None]


def test_what_a_person_has_set_survives_the_next_import(store: Store, batch: Make) -> None:
    store.add(batch([TANF]))
    store.edit("TNF-1", FOUR, **BY)
    store.add(batch([TANF]))
    assert held(store)["killed_best"] == 4
    for title in ("Strike on a garrison", "Second strike on a garrison"):
        record = store.add(batch([TANF | {"title": title, "killed_high": 9}]))
        assert record.updated == 1
        assert held(store)["title"] == title
        assert {name: held(store)[name] for name in FOUR} == FOUR


def test_a_place_set_by_hand_no_longer_claims_its_source(store: Store, batch: Make) -> None:
    store.add(batch([TANF | {"place_name": "At-Tanf"}]))
    assert len(store.learned_places()) == 1
    place = {"latitude": 33.6, "longitude": 38.7, "location_precision": "near"}
    store.edit("TNF-1", place, **BY)
    found = held(store)
    assert (found["location_method"], found["location_source"]) == ("placed by hand", None)
    assert store.learned_places().empty
    store.add(batch([TANF | {"place_name": "At-Tanf", "title": "other"}]))
    assert held(store)["latitude"] == 33.6


def test_the_launch_group_follows_the_weapon(store: Store, batch: Make) -> None:
    store.add(batch([TANF]))
    code = WEAPON.codes[0]
    store.edit("TNF-1", {"weapon": [code]}, **BY)
    assert (held(store)["weapon"], held(store)["weapon_group"]) == (code, weapon_group_of(code))


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"killed_low": 5}, ImpossibleValue, "5 to 2"),
        ({"latitude": 0.0, "longitude": 0.0}, ImpossibleValue, "missing point"),
        ({"latitude": None}, ImpossibleValue, "both a latitude"),
        ({"date_end": dt.date(2016, 6, 1)}, ImpossibleValue, "before it starts"),
        ({"grade": "certain"}, UnknownCode, "certain"),
        ({"killed_low": "many"}, ImpossibleValue, "killed_low"),
        ({"dataset": "radio"}, MissingColumn, "dataset"),
        ({"disputed": True}, MissingColumn, "disputed"),
        ({"title; DROP TABLE incidents": 1}, MissingColumn, "DROP TABLE"),
    ],
)
def test_an_impossible_edit_changes_nothing(
    one: Store, changes: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        one.edit("TNF-1", changes, **BY)
    assert one.version() == 1
    assert {name: one.snapshot().incidents[name][0].as_py() for name in TANF} == TANF


def test_a_row_with_a_wrong_figure_of_its_source_can_still_be_edited(
    store: Store, batch: Make
) -> None:
    store.add(batch([TANF | {"killed_low": 9}]))
    store.edit("TNF-1", {"title": "Corrected"}, **BY)
    assert (held(store)["title"], held(store)["killed_low"]) == ("Corrected", 9)


def test_an_incident_that_is_not_there_cannot_be_edited(store: Store) -> None:
    with pytest.raises(ImpossibleValue, match="no incident 'TNF-1'"):
        store.edit("TNF-1", {"title": "x"}, **BY)
    assert store.incident("TNF-1") is None


def test_an_import_is_undone_and_redone(store: Store, batch: Make) -> None:
    store.add(batch([TANF]))
    first = store.snapshot().incidents.drop_columns(["updated_at"])
    both = batch([TANF | {"title": "Later words"}, TANF | {"incident_id": "TNF-2"}])
    record = store.add(both)
    second = store.snapshot().incidents.drop_columns(["updated_at"])
    assert store.undo(record.import_id, **BY).undone
    assert store.snapshot().incidents.drop_columns(["updated_at"]).equals(first)
    assert store.incident("TNF-2") is None
    assert not store.redo(record.import_id, **BY).undone
    assert store.snapshot().incidents.drop_columns(["updated_at"]).equals(second)
    assert store.undo(record.import_id, **BY).undone
    assert store.snapshot().incidents.drop_columns(["updated_at"]).equals(first)
    assert json.loads(held(store)["raw"])["title"] == TANF["title"]


def test_an_undone_import_cannot_be_undone_again(store: Store, batch: Make) -> None:
    record = store.add(batch([TANF]))
    with pytest.raises(ImpossibleValue, match="stands"):
        store.redo(record.import_id, **BY)
    store.undo(record.import_id, **BY)
    with pytest.raises(ImpossibleValue, match="undone already"):
        store.undo(record.import_id, **BY)
    with pytest.raises(ImpossibleValue, match="no import"):
        store.undo("import-99", **BY)


def test_undoing_an_import_leaves_what_was_set_by_hand_since(store: Store, batch: Make) -> None:
    store.add(batch([TANF]))
    record = store.add(batch([TANF | {"title": "Later", "summary": "Later"}]))
    store.edit("TNF-1", {"title": "By hand"}, **BY)
    store.undo(record.import_id, **BY)
    assert (held(store)["title"], held(store)["summary"]) == ("By hand", None)


def test_undoing_the_first_of_two_imports_leaves_what_the_second_wrote(
    store: Store, batch: Make
) -> None:
    first = store.add(batch([TANF, TANF | {"incident_id": "TNF-2"}]))
    store.add(batch([TANF | {"title": "Later"}]))
    store.undo(first.import_id, **BY)
    assert store.snapshot().incidents["title"].to_pylist() == ["Later"]
    assert held(store)["killed_best"] == 2


def test_an_undone_import_takes_its_accounts_and_its_waiting_rows_with_it(
    store: Store, batch: Make
) -> None:
    store.add(batch([TANF], [{"incident_id": "TNF-1", "killed_low": 2, "killed_high": 2}]))
    other = [{"incident_id": "TNF-1", "killed_low": 20}]
    wrong = [{"row": 2, "column": "date", "reason": "no day", "raw": "{}"}]
    record = store.add(batch([TANF], other, wrong))
    assert (held(store)["disputed"], len(store.attention())) == (True, 1)
    store.undo(record.import_id, **BY)
    assert (held(store)["disputed"], held(store)["n_accounts"]) == (False, 1)
    assert store.attention().empty
    store.redo(record.import_id, **BY)
    assert (held(store)["disputed"], held(store)["n_accounts"]) == (True, 2)
    assert len(store.attention()) == 1


def test_an_import_undone_can_be_imported_again(store: Store, batch: Make) -> None:
    store.undo(store.add(batch([TANF])).import_id, **BY)
    again = store.add(batch([TANF]))
    assert (again.added, again.duplicates) == (1, 0)
    assert len(store.snapshot()) == 1


def test_a_data_set_is_withdrawn_and_brought_back(store: Store, batch: Make) -> None:
    store.add(batch([TANF | {"incident_id": "s-1"}], dataset="sample"))
    store.add(batch([TANF], [{"incident_id": "TNF-1", "quote": "q"}]))
    before = store.snapshot().incidents.drop_columns(["updated_at"])
    sets = store.datasets()
    assert sets[["dataset", "incidents", "sample"]].values.tolist() == [
        ["press", 1, False],
        ["sample", 1, True],
    ]
    store.remove_dataset("press", **BY)
    assert store.snapshot().incidents["incident_id"].to_pylist() == ["s-1"]
    assert store.accounts().empty
    assert store.datasets()["withdrawn"].tolist() == [True, False]
    assert store.history()["what"][0] == "withdraw data set"
    store.restore_dataset("press", **BY)
    assert store.snapshot().incidents.drop_columns(["updated_at"]).equals(before)
    assert store.accounts()["quote"].tolist() == ["q"]


def test_a_data_set_that_is_not_there_cannot_be_withdrawn(store: Store, batch: Make) -> None:
    store.add(batch([TANF]))
    with pytest.raises(ImpossibleValue, match="radio"):
        store.remove_dataset("radio", **BY)
    with pytest.raises(ImpossibleValue, match="not withdrawn"):
        store.restore_dataset("press", **BY)
    assert store.version() == 1


def test_an_import_brings_a_withdrawn_data_set_back(store: Store, batch: Make) -> None:
    store.add(batch([TANF]))
    store.edit("TNF-1", FOUR, **BY)
    store.remove_dataset("press", **BY)
    assert store.add(batch([TANF])).added == 1
    assert held(store)["killed_best"] == 4


def test_the_history_of_all_has_the_latest_first_and_a_limit(store: Store, batch: Make) -> None:
    store.add(batch([TANF, TANF | {"incident_id": "TNF-2"}]))
    store.edit("TNF-2", {"title": "x"}, **BY)
    assert store.history(limit=2)["version"].tolist() == [2, 1]
    assert len(store.history()) == 3
