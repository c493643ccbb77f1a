"""The index on disk: small, whole or absent, and the same however it is made."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import UnreadableFile
from geodata.gazetteer import lookup, names
from geodata.gazetteer.index import EXACT, MAIN, OTHER, ROMANISED, Place, PlaceIndex

PLACES = [
    Place("Raqqa", ["Ar Raqqah", "الرقة"], 35.9528, 39.0079, "SYR", "04", population=177_636),
    Place("Raqqa", [], -12.3456789, -179.9999994, "SEN"),
    Place("Tabqa", ["Raqqa"], 35.8367, 38.5481, "SYR", "04", "base", radius_km=2.5),
]


def test_an_index_from_disk_answers_as_the_one_in_memory(tmp_path: Path) -> None:
    made = PlaceIndex.build(PLACES, "test 1")
    made.save(tmp_path / "index")
    opened = PlaceIndex.open(tmp_path / "index")
    assert opened.source == "test 1"
    assert opened.find(EXACT, "raqqa") == made.find(EXACT, "raqqa")
    assert [opened.name(n) for n in range(3)] == ["Raqqa", "Raqqa", "Tabqa"]
    assert opened.point(1) == (-12.345679, -179.999999)
    assert (opened.kind(2), opened.radius_km(2), opened.radius_km(0)) == ("base", 2.5, None)


def test_a_main_name_is_told_from_another_spelling() -> None:
    found = PlaceIndex.build(PLACES, "test").find(EXACT, "raqqa")
    assert sorted(found) == [(0, MAIN), (1, MAIN), (2, OTHER)]


def test_a_place_is_filed_once_under_each_key() -> None:
    index = PlaceIndex.build([Place("Raqqa", ["RAQQA", "Raqqah", "Rakka"], 1, 1, "SYR")], "test")
    assert index.find(EXACT, "raqqa") == [(0, MAIN)]
    assert index.find(ROMANISED, "raka") == [(0, MAIN)]


def test_airport_codes_are_no_names() -> None:
    index = PlaceIndex.build([Place("Kyiv", ["IEV", "Ko", "Київ"], 50.4, 30.5, "UKR")], "test")
    assert not index.find(EXACT, "iev")
    assert not index.find(EXACT, "ko")
    assert index.find(EXACT, names.folded("Київ"))


def test_an_empty_index_finds_nothing() -> None:
    index = PlaceIndex.build([], "empty")
    assert len(index) == 0
    assert index.find(EXACT, "raqqa") == []
    assert index.around(0, 0, 1.0).size == 0


def test_every_key_of_a_large_index_is_found_and_no_other() -> None:
    many = [Place(f"Village{n}", [], 1, 1, "SYR") for n in range(5000)]
    index = PlaceIndex.build(many, "test")
    assert all(index.find(EXACT, f"village{n}") == [(n, MAIN)] for n in range(5000))
    assert not any(index.find(EXACT, f"hamlet{n}") for n in range(2000))
    for hashed in (0, 2**64 - 1):
        assert index.find_hash(hashed) == []


@pytest.mark.parametrize("broken", ["meta.json", "key.npy", "name.npy"])
def test_a_damaged_index_is_refused_by_name(tmp_path: Path, broken: str) -> None:
    PlaceIndex.build(PLACES, "test").save(tmp_path / "index")
    (tmp_path / "index" / broken).write_bytes(b"not what it was")
    with pytest.raises(UnreadableFile, match="index"):
        PlaceIndex.open(tmp_path / "index")


@given(st.floats(-89.9, 89.9, allow_nan=False), st.floats(-179.9, 179.9, allow_nan=False))
def test_a_place_is_around_its_own_point(latitude: float, longitude: float) -> None:
    index = PlaceIndex.build([Place("Here", [], latitude, longitude, "SYR")], "test")
    assert list(index.around(latitude, longitude, 0.1)) == [0]


def test_the_base_index_is_built_once_and_rebuilt_when_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = []

    def few(_: object) -> list[Place]:
        builds.append(1)
        return PLACES

    monkeypatch.setattr(lookup, "base_places", few)
    for _ in range(2):
        assert len(lookup._base_index(tmp_path, None)) == 3
    assert len(builds) == 1
    next(tmp_path.glob("gazetteer-*/key.npy")).write_bytes(b"")
    assert len(lookup._base_index(tmp_path, None)) == 3
    assert len(builds) == 2
    assert len(list(tmp_path.iterdir())) == 1


def _build_in(folder: Path, done: multiprocessing.Queue[int]) -> None:
    lookup.base_places = lambda _: PLACES * 300  # type: ignore[assignment]
    done.put(len(lookup._base_index(folder, None)))


def test_two_processes_at_once_leave_one_whole_index(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    done = context.Queue()
    processes = [context.Process(target=_build_in, args=(tmp_path, done)) for _ in range(3)]
    for process in processes:
        process.start()
    sizes = [done.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert sizes == [900, 900, 900]
    assert len(list(tmp_path.iterdir())) == 1
    assert len(PlaceIndex.open(next(tmp_path.iterdir()))) == 900
