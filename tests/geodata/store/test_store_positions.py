"""One incident is read from where its rows stand, and nothing of it is missed or another's."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geodata.store import Batch, Store
from geodata.store.positions import Positions

Made = Callable[..., Batch]
BY = {"who": "amal", "why": "tried"}
NAMES = [f"i-{number}" for number in range(40)]


def rows(title: str, names: list[str] = NAMES) -> list[dict[str, Any]]:
    return [{"incident_id": name, "title": f"{title} {name}"} for name in names]


def told(names: list[str], word: str) -> list[dict[str, Any]]:
    return [
        {"incident_id": name, "account_id": f"{word}-{name}", "quote": f"{word} of {name}"}
        for name in names
    ]


@pytest.fixture
def filled(store: Store, batch: Made) -> Store:
    store.add(batch(rows("Strike"), told(NAMES, "first"), file="one.csv"))
    return store


def title(store: Store, incident_id: str) -> str | None:
    found = store.incident(incident_id)
    return None if found is None else found["title"]


def assert_like_the_whole(store: Store) -> None:
    """Each incident alone is as the snapshot, all accounts and the whole history have it."""
    live = {row["incident_id"]: row for row in store.snapshot().incidents.to_pylist()}
    accounts, history = store.accounts(), store.history(limit=100_000)
    for name in [*NAMES, "new", "nobody"]:
        found = store.incident(name)
        versions = history.loc[history["incident_id"] == name, "version"].tolist()
        assert store.history(name)["version"].tolist() == versions
        if name not in live:
            assert found is None
            continue
        assert found is not None
        own = accounts.loc[accounts["incident_id"] == name, "account_id"].tolist()
        assert [account["account_id"] for account in found["accounts"]] == own
        assert [entry["version"] for entry in found["history"]] == versions
        assert {column: found[column] for column in live[name]} == live[name]


def test_every_incident_alone_is_as_the_whole_store_has_it(filled: Store, batch: Made) -> None:
    assert_like_the_whole(filled)
    filled.edit("i-3", {"title": "By hand"}, **BY)
    filled.merge("i-5", ["i-6", "i-7"], **BY)
    changed = filled.add(batch(rows("Changed", NAMES[20:]), told(NAMES[20:], "second")))
    assert_like_the_whole(filled)
    filled.unmerge(filled.merges()[0].version, **BY)
    filled.undo(changed.import_id, **BY)
    assert_like_the_whole(filled)
    filled.add(batch([*rows("Again", ["new"]), *rows("Again", NAMES[:3])]))
    filled.redo(changed.import_id, **BY)
    assert_like_the_whole(filled)


def test_what_another_handle_wrote_since_is_found(filled: Store, path: Path, batch: Made) -> None:
    snapshot = filled.snapshot()
    assert title(filled, "i-1") == "Strike i-1"
    other = Store.open(path)
    other.edit("i-1", {"title": "Corrected"}, **BY)
    other.add(batch(rows("Later", ["new"])))
    assert snapshot.column("title").to_pylist().count("Corrected") == 0
    assert (title(filled, "i-1"), title(filled, "new")) == ("Corrected", "Later new")
    found = filled.incident("i-1")
    assert found is not None
    assert [entry["what"] for entry in found["history"]] == ["edit", "import"]
    assert json.loads(found["raw"])["title"] == "Strike i-1"


def test_what_was_withdrawn_meanwhile_is_not_found_and_comes_back(
    filled: Store, path: Path
) -> None:
    row = filled.snapshot().column("incident_id").to_pylist().index("i-9")
    assert title(filled, "i-9") == "Strike i-9"
    other = Store.open(path)
    other.remove_dataset("press", **BY)
    assert filled.incident("i-9") is None
    assert len(filled.history("i-9")) == 2
    other.restore_dataset("press", **BY)
    assert title(filled, "i-9") == "Strike i-9"
    assert filled.snapshot().column("incident_id")[row].as_py() == "i-9"


def test_a_backup_put_in_place_is_read_anew_though_its_version_is_the_same(
    filled: Store, path: Path, batch: Made
) -> None:
    copy = path.with_name("copy.duckdb")
    shutil.copy(path, copy)
    filled.add(batch(rows("Here", ["here"]), told(["here"], "first")))
    there = Store.open(copy)
    there.add(batch(rows("There", ["much", "there"])))
    assert (filled.version(), filled.name()) == (there.version(), there.name())
    assert title(filled, "here") == "Here here"
    copy.replace(path)
    assert (title(filled, "here"), title(filled, "there")) == (None, "There there")


def test_rows_of_another_incident_with_a_like_number_are_not_told_as_its_own(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.edit("i-2", {"title": "By hand"}, **BY)
    alone = [filled.incident(name) for name in NAMES]
    histories = [filled.history(name) for name in NAMES]
    every = {"incidents": list(range(41)), "accounts": list(range(40)), "raws": list(range(40))}
    monkeypatch.setattr(Positions, "of", lambda *_: every)
    assert [filled.incident(name) for name in NAMES] == alone
    for name, history in zip(NAMES, histories, strict=True):
        assert filled.history(name).equals(history)
    assert filled.incident("nobody") is None


def test_an_empty_store_has_no_incident_and_no_history_of_one(store: Store) -> None:
    assert store.incident("i-1") is None
    assert store.history("i-1").empty


def test_rows_are_searched_once_a_version(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    begun = Positions.__init__

    def counted(self: Positions, connection: Any) -> None:
        made.append(filled.version())
        begun(self, connection)

    monkeypatch.setattr(Positions, "__init__", counted)
    for name in NAMES[:5]:
        filled.incident(name)
        Store.open(filled.path).history(name)
    assert made == [1]
    filled.edit("i-1", {"title": "Corrected"}, **BY)
    for name in NAMES[:5]:
        filled.incident(name)
    assert made == [1, 2]
