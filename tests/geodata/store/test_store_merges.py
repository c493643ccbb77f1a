"""Incidents merged by a person: counted once, all accounts kept, taken back without loss."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from geodata.errors import ImpossibleValue
from geodata.filters import IncidentFilter
from geodata.store import Batch, Store

DAY = {"date_start": dt.date(2016, 6, 16), "date_end": dt.date(2016, 6, 16)}
FOUR = {"killed_low": 4, "killed_best": 4, "killed_high": 4}
NINE = {"killed_low": 9, "killed_best": 9, "killed_high": 9}
A = {"incident_id": "a", "dataset": "one", "title": "Strike", **DAY, **FOUR}
B = {"incident_id": "b", "dataset": "two", "title": "Bombing", **DAY, **NINE}
C = {"incident_id": "c", "dataset": "three", "title": "Attack", **DAY, **FOUR}
TOLD = {"account_id": "b-1", "incident_id": "b", "publisher": "Agency", "killed_low": 9}

Made = Callable[..., Batch]


@pytest.fixture
def filled(store: Store, batch: Made) -> Store:
    store.add(batch([A, C], file="one.csv"))
    store.add(batch([B], [TOLD], file="two.csv"))
    return store


def ids(store: Store) -> list[str]:
    return sorted(store.snapshot().incidents["incident_id"].to_pylist())


def killed(store: Store) -> int | None:
    return store.snapshot().summary(IncidentFilter()).killed_best


def whole(store: Store) -> list[dict[str, Any]]:
    rows = store.snapshot().incidents.drop_columns(["updated_at"]).to_pylist()
    accounts = store.accounts().to_dict("records")
    return [*rows, *sorted(accounts, key=lambda account: str(account["account_id"]))]


def test_a_merged_incident_counts_once_and_keeps_every_account(filled: Store) -> None:
    assert killed(filled) == 17
    filled.merge("a", ["b"], who="amal", why="one strike")
    assert (ids(filled), killed(filled)) == (["a", "c"], 8)
    held = filled.incident("a")
    assert held is not None
    told = {account["account_id"]: account for account in held["accounts"]}
    assert set(told) == {"a/record", "b/record", "b/b-1"}
    assert (told["b/record"]["publisher"], told["b/record"]["killed_low"]) == ("two", 9)
    assert (told["a/record"]["killed_high"], told["b/record"]["date_text"]) == (4, "2016-06-16")
    assert (held["n_accounts"], held["disputed"], held["killed_best"]) == (3, True, 4)
    (merge,) = filled.merges()
    assert (merge.kept, merge.merged, merge.who, merge.why) == ("a", ("b",), "amal", "one strike")
    assert held["history"][0]["what"] == "merge"


def test_a_merge_taken_back_leaves_everything_as_it_was(filled: Store) -> None:
    before = whole(filled)
    filled.merge("a", ["b", "c"], who="amal", why="one strike")
    assert ids(filled) == ["a"]
    (merge,) = filled.merges()
    filled.unmerge(merge.version, who="amal", why="two after all")
    assert whole(filled) == before
    assert filled.merges() == []
    with pytest.raises(ImpossibleValue, match="No merge"):
        filled.unmerge(merge.version, who="amal", why="twice")


def test_what_a_person_set_after_a_merge_stays_when_it_is_taken_back(filled: Store) -> None:
    filled.merge("a", ["b"], who="amal", why="one strike")
    filled.edit("a", {"title": "Strike on a market"}, who="amal", why="read again")
    filled.unmerge(filled.merges()[0].version, who="amal", why="two after all")
    held = filled.incident("a")
    assert held is not None
    assert (held["title"], held["n_accounts"], held["disputed"]) == (
        "Strike on a market", 0, False,
    )  # fmt: skip
    assert ids(filled) == ["a", "b", "c"]


def test_merges_that_stand_on_one_another_are_taken_back_in_order(filled: Store) -> None:
    before = whole(filled)
    filled.merge("a", ["b"], who="amal", why="one")
    filled.merge("c", ["a"], who="amal", why="two")
    assert ids(filled) == ["c"]
    held = filled.incident("c")
    assert held is not None
    assert {account["publisher"] for account in held["accounts"]} == {
        "one", "two", "three", "Agency",
    }  # fmt: skip
    later, earlier = filled.merges()
    with pytest.raises(ImpossibleValue, match="take that back first"):
        filled.unmerge(earlier.version, who="amal", why="order")
    filled.unmerge(later.version, who="amal", why="order")
    filled.unmerge(earlier.version, who="amal", why="order")
    assert whole(filled) == before


def test_a_merged_incident_does_not_come_in_again(filled: Store, batch: Made) -> None:
    filled.merge("a", ["b"], who="amal", why="one strike")
    same = filled.add(batch([B], [TOLD], file="two.csv"))
    assert (same.added, same.duplicates) == (0, 1)
    other = filled.add(batch([{**B, "killed_high": 12}], file="two.csv"))
    assert (other.rows, other.attention) == (1, 1)
    assert 'merged it into "a"' in filled.attention()["reason"][0]
    news = filled.add(batch([B], [{**TOLD, "account_id": "b-2", "killed_low": 10}], file="n.csv"))
    assert (news.rows, news.attention) == (1, 1)
    assert (ids(filled), killed(filled)) == (["a", "c"], 8)


def test_undoing_the_import_of_either_brings_the_other_back(filled: Store) -> None:
    filled.merge("a", ["b"], who="amal", why="one strike")
    first, second = filled.imports()
    filled.undo(first.import_id, who="amal", why="wrong file")
    assert (ids(filled), filled.merges()) == (["b"], [])
    filled.redo(first.import_id, who="amal", why="right file")
    assert (ids(filled), killed(filled)) == (["a", "b", "c"], 17)
    filled.merge("a", ["b"], who="amal", why="one strike")
    filled.undo(second.import_id, who="amal", why="wrong file")
    assert ids(filled) == ["a", "c"]
    held = filled.incident("a")
    assert held is not None
    assert held["accounts"] == []


def test_a_data_set_withdrawn_takes_its_merges_with_it(filled: Store) -> None:
    before = whole(filled)
    filled.merge("a", ["b"], who="amal", why="one strike")
    filled.remove_dataset("two", who="amal", why="not ours")
    assert (ids(filled), filled.merges()) == (["a", "c"], [])
    filled.restore_dataset("two", who="amal", why="ours")
    assert whole(filled) == before


def test_what_cannot_be_merged_is_refused_and_changes_nothing(filled: Store) -> None:
    version = filled.version()
    for kept, others, said in (
        ("a", [], "at least two"),
        ("a", ["a"], "at least two"),
        ("a", ["z"], "no incident 'z'"),
    ):
        with pytest.raises(ImpossibleValue, match=said):
            filled.merge(kept, others, who="amal", why="no")
    assert filled.version() == version
    filled.merge("a", ["b"], who="amal", why="one strike")
    with pytest.raises(ImpossibleValue, match="was merged"):
        filled.merge("c", ["b"], who="amal", why="again")


def test_pairs_that_are_two_are_remembered(filled: Store) -> None:
    filled.set_apart("b", "a", who="amal", why="two streets")
    assert filled.apart() == [("a", "b")]
