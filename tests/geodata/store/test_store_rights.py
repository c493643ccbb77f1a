"""A store in the hands of somebody whose role is smaller refuses by construction."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from geodata.errors import NotAllowed
from geodata.filters import IncidentFilter
from geodata.store import Batch, RestrictedStore, Rights, Store
from tests.geodata.store.store_cases import make_batch

Make = Callable[..., Batch]
PUBLISHED = {"incident_id": "A-1", "title": "Shelling", "country": "SYR", "status": "published"}
ROWS = [
    PUBLISHED,
    PUBLISHED | {"incident_id": "A-2", "status": "draft", "title": "Draft"},
    PUBLISHED | {"incident_id": "A-3", "status": "withheld", "title": "Withheld"},
    PUBLISHED | {"incident_id": "A-4", "sensitive": True, "title": "Sensitive"},
    PUBLISHED | {"incident_id": "A-5", "country": "IRQ", "title": "Elsewhere"},
]
ACCOUNTS = [{"incident_id": row["incident_id"], "account_id": f"{row['incident_id']}-a",
             "quote": f"said of {row['incident_id']}"} for row in ROWS]  # fmt: skip
BY = {"who": "somebody else", "why": "tried"}

SHOWN_TO_ALL = {"version", "snapshot", "incident", "accounts", "learned_places"}
"""What also works for others than the team, narrowed to what they may see."""
NO_DATA = {"open", "name", "require_write"}

TRIED: dict[str, tuple[Any, ...]] = {
    "add": (make_batch([PUBLISHED | {"incident_id": "B-1"}]),),
    "edit": ("A-1", {"title": "Changed"}),
    "place": (["A-1"], {"latitude": 1.0, "longitude": 1.0}),
    "undo_edit": (1,),
    "undo": ("x",),
    "redo": ("x",),
    "remove_dataset": ("press",),
    "restore_dataset": ("press",),
}


@pytest.fixture
def filled(store: Store) -> Store:
    store.add(make_batch(ROWS, ACCOUNTS))
    return store


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A filled store for tests after which it must be as it was."""
    store = Store.open(tmp_path_factory.mktemp("kept") / "record.duckdb")
    store.add(make_batch(ROWS, ACCOUNTS))
    return store


def public_methods() -> list[str]:
    return [name for name, _ in inspect.getmembers(Store, callable) if not name.startswith("_")]


def arguments_of(name: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Something to call a method with; a method that is not known here gets text for everything."""
    signature = inspect.signature(getattr(Store, name))
    given = {key: value for key, value in BY.items() if key in signature.parameters}
    needed = [
        parameter
        for parameter in list(signature.parameters.values())[1:]
        if parameter.default is parameter.empty and parameter.name not in given
    ]
    return TRIED.get(name, tuple("1" for _ in needed)), given


@pytest.mark.parametrize("name", sorted(set(public_methods()) - SHOWN_TO_ALL - NO_DATA))
def test_others_than_the_team_reach_nothing_else_of_a_store(name: str, kept: Store) -> None:
    before = kept.version()
    visitor = RestrictedStore(kept, Rights())
    positional, named = arguments_of(name)
    with pytest.raises(NotAllowed):
        getattr(visitor, name)(*positional, **named)
    assert kept.version() == before


def test_one_of_the_team_who_only_looks_changes_nothing(kept: Store) -> None:
    before = kept.version()
    viewer = RestrictedStore(kept, Rights(who="vera", team=True))
    for name in TRIED:
        positional, named = arguments_of(name)
        with pytest.raises(NotAllowed, match="not change"):
            getattr(viewer, name)(*positional, **named)
    assert kept.version() == before
    assert len(viewer.snapshot()) == len(ROWS)
    assert len(viewer.imports()) == 1


def test_the_history_names_who_is_signed_in_whatever_the_page_says(filled: Store) -> None:
    editor = RestrictedStore(filled, Rights(who="edith@example.org", write=True, team=True))
    editor.edit("A-1", {"title": "Changed"}, **BY)
    filled.edit("A-1", {"title": "Changed back"}, **BY)
    assert filled.history("A-1")["who"].tolist()[:2] == ["somebody else", "edith@example.org"]


def ids(store: Store) -> list[str]:
    found: list[str] = store.snapshot().incidents["incident_id"].to_pylist()
    return found


def test_others_see_published_incidents_that_are_not_sensitive(filled: Store) -> None:
    visitor = RestrictedStore(filled, Rights())
    assert ids(visitor) == ["A-1", "A-5"]
    assert sorted(visitor.accounts()["incident_id"]) == ["A-1", "A-5"]
    assert visitor.accounts(["A-2", "A-4"]).empty
    assert [visitor.incident(name) for name in ("A-2", "A-3", "A-4", "Z")] == [None] * 4
    shown = visitor.incident("A-1")
    assert shown is not None
    assert (shown["history"], shown["raw"], shown["import_id"]) == ([], None, None)
    assert shown["accounts"][0]["quote"] == "said of A-1"


def test_a_choice_narrows_what_others_see(filled: Store) -> None:
    syria = RestrictedStore(filled, Rights(within=IncidentFilter(countries=("SYR",))))
    word = RestrictedStore(filled, Rights(within=IncidentFilter(text="elsewhere")))
    assert ids(syria) == ["A-1"]
    assert ids(word) == ["A-5"]
    assert syria.incident("A-5") is None
    assert syria.snapshot().store != word.snapshot().store != filled.snapshot().store
    assert syria.snapshot() is syria.snapshot()


def test_what_is_withheld_later_is_gone_for_others_at_once(filled: Store) -> None:
    visitor = RestrictedStore(filled, Rights())
    assert ids(visitor) == ["A-1", "A-5"]
    filled.edit("A-5", {"status": "withheld"}, **BY)
    assert ids(visitor) == ["A-1"]
    assert visitor.incident("A-5") is None
