"""Every row read ends in one bucket, and nothing is lost, overwritten or counted twice."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import ImpossibleValue, MissingColumn
from geodata.incident import Account, Count, Source, accounts_disagree
from geodata.schema import ACCOUNTS, INCIDENTS
from geodata.store import Batch, Store, no_attention, with_ids
from tests.geodata.store.store_cases import canonical, make_batch

Make = Callable[..., Batch]
TANF = {
    "incident_id": "TNF-1",
    "title": "Air strike on a garrison",
    "date_start": dt.date(2016, 6, 16),
    "date_end": dt.date(2016, 6, 16),
    "date_precision": "day",
    "killed_low": 2,
    "killed_best": 2,
    "killed_high": 2,
}


def buckets(record: Any) -> tuple[int, int, int, int]:
    return record.added, record.updated, record.duplicates, record.attention


def test_a_new_incident_is_added_and_stands_as_it_was_written(store: Store, batch: Make) -> None:
    record = store.add(batch([TANF]), who="amal", why="press review")
    assert buckets(record) == (1, 0, 0, 0)
    found = store.incident("TNF-1")
    assert found is not None
    assert {name: found[name] for name in TANF} == TANF
    assert found["injured_best"] is None
    assert found["import_id"] == record.import_id
    assert json.loads(found["raw"])["title"] == TANF["title"]
    assert store.imports() == [record]
    assert (record.who, record.why, record.datasets) == ("amal", "press review", ("press",))


def test_the_same_file_twice_adds_nothing(store: Store, batch: Make) -> None:
    wrong = {"row": 3, "column": "date", "reason": "no day", "raw": "{}"}
    accounts = [{"incident_id": "TNF-1", "quote": "two were killed"}]
    both = batch([TANF, TANF | {"incident_id": "TNF-2"}], accounts, [wrong])
    store.add(both)
    before, waiting = store.snapshot().incidents, len(store.attention())
    assert buckets(store.add(both)) == (0, 0, 2, 1)
    assert store.snapshot().incidents.equals(before)
    assert len(store.accounts()) == 1
    assert len(store.attention()) == waiting == 1


def test_changed_content_updates_and_the_former_words_stay_in_the_history(
    store: Store, batch: Make
) -> None:
    store.add(batch([TANF]))
    figures = {"killed_low": 3, "killed_best": 3, "killed_high": 3}
    assert buckets(store.add(batch([TANF | figures]))) == (0, 1, 0, 0)
    found = store.incident("TNF-1")
    assert found is not None
    assert found["killed_best"] == 3
    assert found["history"][0]["before"] == dict.fromkeys(figures, 2)
    assert found["history"][0]["after"] == figures


def test_rows_without_an_id_are_told_apart_by_their_content(store: Store, batch: Make) -> None:
    nameless = {name: value for name, value in TANF.items() if name != "incident_id"}
    other = nameless | {"title": "Another"}
    assert buckets(store.add(batch([nameless, other, nameless]))) == (2, 0, 1, 0)
    assert buckets(store.add(batch([nameless]))) == (0, 0, 1, 0)
    elsewhere = batch([nameless], dataset="radio")
    assert buckets(store.add(elsewhere)) == (1, 0, 0, 0)


def test_ids_made_beforehand_are_the_ids_that_the_store_makes(store: Store, batch: Make) -> None:
    nameless = batch([{"title": "a"}, {"title": "b", "latitude": 33.5, "longitude": 38.6}])
    store.add(nameless)
    named = with_ids(nameless.incidents)["incident_id"].tolist()
    assert sorted(named) == sorted(store.snapshot().incidents["incident_id"].to_pylist())


def test_an_id_that_repeats_with_other_content_waits_for_a_person(
    store: Store, batch: Make
) -> None:
    unread = {"row": 2, "column": "date", "reason": "no day", "raw": "{}"}
    rows = [TANF, TANF | {"title": "Something else"}, TANF]
    assert buckets(store.add(batch(rows, attention=[unread]))) == (1, 0, 1, 2)
    waiting = store.attention()
    assert waiting["row"].tolist() == [2, 3]
    assert "TNF-1" in waiting["reason"][1]
    assert json.loads(waiting["record"][1])["incident"]["title"] == "Something else"
    assert json.loads(waiting["raw"][1])["title"] == "Something else"


def test_an_id_of_another_data_set_waits_for_a_person(store: Store, batch: Make) -> None:
    store.add(batch([TANF]))
    account = {"incident_id": "TNF-1", "quote": "kept with the row that waits"}
    record = store.add(batch([TANF | {"title": "Theirs"}], [account], dataset="radio"))
    assert buckets(record) == (0, 0, 0, 1)
    found = store.incident("TNF-1")
    assert found is not None
    assert (found["title"], found["n_accounts"]) == (TANF["title"], 0)
    kept = json.loads(store.attention()["record"][0])
    assert kept["accounts"][0]["quote"] == account["quote"]
    assert store.accounts().empty


def test_within_one_file_the_first_data_set_to_use_an_id_has_it(store: Store, batch: Make) -> None:
    rows = [TANF, TANF | {"dataset": "radio"}, {"dataset": None, "title": "whose?"}]
    assert buckets(store.add(batch(rows))) == (1, 0, 0, 2)
    assert store.attention()["column"].tolist() == ["incident_id", "dataset"]


def test_another_account_updates_and_never_replaces_the_first(store: Store, batch: Make) -> None:
    store.add(batch([TANF], [{"incident_id": "TNF-1", "killed_low": 2, "killed_high": 2}]))
    denial = {"incident_id": "TNF-1", "stance": "denies", "speaker": "a ministry"}
    assert buckets(store.add(batch([TANF], [denial]))) == (0, 1, 0, 0)
    found = store.incident("TNF-1")
    assert found is not None
    assert [account["stance"] for account in found["accounts"]] == ["reports", "denies"]
    assert (found["n_accounts"], found["disputed"]) == (2, True)


def test_two_accounts_under_one_id_in_one_file_are_both_kept(store: Store, batch: Make) -> None:
    told = [{"incident_id": "TNF-1", "account_id": "A", "quote": quote} for quote in ("one", "two")]
    twice = batch([TANF], told)
    store.add(twice)
    assert buckets(store.add(twice)) == (0, 0, 1, 0)
    kept = store.accounts(["TNF-1"])
    assert sorted(kept["quote"]) == ["one", "two"]
    assert kept["account_id"].nunique() == 2


def test_a_later_wording_of_an_account_takes_its_place(store: Store, batch: Make) -> None:
    for quote in ("two were killed", "two soldiers were killed"):
        told = [{"incident_id": "TNF-1", "account_id": "A", "quote": quote}]
        store.add(batch([TANF], told))
    assert store.accounts()["quote"].tolist() == ["two soldiers were killed"]
    store.undo("import-2", who="amal", why="wrong file")
    assert store.accounts()["quote"].tolist() == ["two were killed"]


def test_an_account_of_an_unknown_incident_stops_the_import(store: Store, batch: Make) -> None:
    with pytest.raises(ImpossibleValue, match="TNF-9"):
        store.add(batch([TANF], [{"incident_id": "TNF-9"}]))
    assert store.version() == 0
    assert store.imports() == []


def test_rows_that_do_not_add_up_stop_the_import(store: Store, batch: Make) -> None:
    good = batch([TANF])
    short = Batch(good.incidents, good.accounts, good.raw, no_attention(), 2, "file.csv")
    with pytest.raises(ImpossibleValue, match="2 rows were read"):
        store.add(short)
    unlike = Batch(good.incidents, good.accounts, [], no_attention(), 1, "file.csv")
    with pytest.raises(ImpossibleValue, match="0 source records"):
        store.add(unlike)
    with pytest.raises(MissingColumn):
        store.add(Batch(good.accounts, good.accounts, [], no_attention(), 0, "file.csv"))


def test_an_import_that_is_stopped_half_way_leaves_nothing(store: Store, batch: Make) -> None:
    def stop(share: float, _what: str) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.add(batch([TANF]), progress=stop)
    assert store.version() == 0
    assert len(store.snapshot()) == 0
    assert buckets(store.add(batch([TANF]))) == (1, 0, 0, 0)


def test_hostile_text_is_kept_as_text(store: Store, batch: Make) -> None:
    hostile = "'); DROP TABLE incidents; -- {{ 7 * 7 }} <script> \x00 | ' \" $version @made"
    row = {"incident_id": hostile, "title": hostile, "dataset": hostile}
    store.add(batch([row], [{"incident_id": hostile, "quote": hostile}]), who=hostile, why=hostile)
    store.edit(hostile, {"summary": hostile}, who=hostile, why=hostile)
    found = store.incident(hostile)
    assert found is not None
    assert {found[name] for name in ("title", "summary", "dataset")} == {hostile}
    assert found["accounts"][0]["quote"] == hostile
    store.remove_dataset(hostile, who=hostile, why=hostile)
    assert len(store.snapshot()) == 0


WORDS = st.sampled_from(["a", "b", "c"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {"dataset": st.sampled_from(["press", "radio", None]), "title": WORDS},
        optional={"incident_id": WORDS, "killed_best": st.integers(0, 2)},
    ),
    max_size=25,
)


@settings(max_examples=6)
@given(st.lists(ROWS, min_size=1, max_size=2), st.integers(0, 2))
def test_no_row_is_ever_lost(files: list[list[dict[str, Any]]], unread: int) -> None:
    attention = [{"row": n + 1, "column": None, "reason": "unread"} for n in range(unread)]
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "s.duckdb")
        for rows in files:
            handed = make_batch(rows, attention=attention)
            record = store.add(handed)
            assert sum(buckets(record)) == record.rows == len(rows) + unread
            again = store.add(handed)
            assert (again.added, again.updated) == (0, 0)
            assert again.attention == record.attention
        held = store.snapshot().incidents
        assert len(set(held["incident_id"].to_pylist())) == len(held)
        titles = {(row["dataset"], row["title"]) for rows in files for row in rows}
        kept = {(row["dataset"], row["title"]) for row in held.to_pylist()}
        waiting = [json.loads(record) for record in store.attention()["record"].dropna()]
        kept |= {(row["incident"]["dataset"], row["incident"]["title"]) for row in waiting}
        replaced = [json.loads(text) for text in store.history()["before"].dropna()]
        gone = {row["title"] for row in replaced if "title" in row}
        assert {pair for pair in titles - kept if pair[1] not in gone} == set()


COUNTS = st.one_of(
    st.just((None, None)),
    st.tuples(st.integers(0, 3), st.none()),
    st.integers(0, 3).flatmap(lambda low: st.tuples(st.just(low), st.integers(low, 4))),
    st.tuples(st.none(), st.integers(0, 4)),
)
ACCOUNT = st.fixed_dictionaries(
    {
        "stance": st.sampled_from(["reports", "asserts", "concedes", "denies"]),
        "killed": COUNTS,
        "injured": COUNTS,
        "perpetrators": st.lists(st.sampled_from(["A", "B", "C D"]), max_size=2, unique=True),
    }
)


def as_account(number: int, told: dict[str, Any]) -> Account:
    counts = {
        stem: None if told[stem] == (None, None) else Count(told[stem][0], None, told[stem][1])
        for stem in ("killed", "injured")
    }
    parties = tuple(told["perpetrators"])
    return Account(str(number), Source(), stance=told["stance"], perpetrators=parties, **counts)


@settings(max_examples=5)
@given(st.lists(st.lists(ACCOUNT, max_size=4), min_size=5, max_size=40))
def test_the_store_calls_disputed_what_the_incident_itself_does(
    incidents: list[list[dict[str, Any]]],
) -> None:
    rows, accounts, expected = [], [], {}
    for number, told in enumerate(incidents):
        name = f"i{number}"
        rows.append({"incident_id": name, "title": name})
        expected[name] = accounts_disagree(as_account(n, one) for n, one in enumerate(told))
        for n, one in enumerate(told):
            accounts.append(
                {
                    "incident_id": name,
                    "account_id": str(n),
                    "speaker": str(n),
                    "stance": one["stance"],
                    "perpetrators": " | ".join(one["perpetrators"]) or None,
                    "killed_low": one["killed"][0],
                    "killed_high": one["killed"][1],
                    "injured_low": one["injured"][0],
                    "injured_high": one["injured"][1],
                }
            )
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "s.duckdb")
        store.add(make_batch(rows, accounts))
        held = store.snapshot().incidents.to_pylist()
    assert {row["incident_id"]: row["disputed"] for row in held} == expected
    assert {row["incident_id"]: row["n_accounts"] for row in held} == {
        f"i{number}": len(told) for number, told in enumerate(incidents)
    }


def test_an_empty_file_is_an_import_of_no_rows(store: Store) -> None:
    empty = Batch(canonical([], INCIDENTS), canonical([], ACCOUNTS), [], no_attention(), 0, "e.csv")
    record = store.add(empty)
    assert (record.rows, buckets(record), record.datasets) == (0, (0, 0, 0, 0), ())
