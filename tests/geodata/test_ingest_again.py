"""A file that was imported before is not read again where nothing could come out otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geodata import sources
from geodata.gazetteer import Gazetteer
from geodata.ingest import IngestReport, ingest
from geodata.sources import Profile, Reading, again
from geodata.store import COUNTS, Store

TODAY = dt.date(2026, 11, 22)
POINTS = """incident_id,title,date_start,latitude,longitude,killed
a,Strike,2016-06-16,33.5,38.66,2
b,Clash,2016-06-17,36.5,37.9,?
a,Strike,2016-06-16,33.5,38.66,2
"""
NAMED = POINTS.replace("36.5,37.9", ",").replace("title,", "title,place_name,country,").replace(
    "Strike,", "Strike,,,").replace("Clash,", "Clash,Manbij,SYR,")  # fmt: skip

Import = Callable[..., IngestReport]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "incidents.csv"
    path.write_text(POINTS, encoding="utf-8")
    return path


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read, in order."""
    found: list[Path] = []
    real = sources.read

    def told(path: Path, **said: Any) -> Reading:
        found.append(path)
        return real(path, **said)

    monkeypatch.setattr(sources, "read", told)
    return found


def test_every_row_is_then_a_duplicate_and_the_import_is_told_of(
    file: Path, store: Store, gazetteer: Gazetteer, reads: list[Path]
) -> None:
    first = ingest(file, store, gazetteer, today=TODAY)
    shares: list[float] = []
    second = ingest(
        file, store, gazetteer, today=TODAY + dt.timedelta(days=1), who="amal", why="once more",
        progress=lambda _what, share: shares.append(share),
    )  # fmt: skip
    assert len(reads) == 1
    none = dict.fromkeys(COUNTS, 0)
    assert first.counts == none | {"rows": 3, "added": 2, "duplicates": 1}
    assert second.counts == none | {"rows": 3, "duplicates": 3}
    assert (second.source, second.datasets) == (first.source, first.datasets)
    assert second.needs_attention.columns.equals(first.needs_attention.columns)
    assert "imported before" in second.notes[-1]
    assert shares[-1] == 1.0
    kept = store.imports()[-1]
    assert (kept.who, kept.why, kept.rows, kept.sha256) == ("amal", "once more", 3, first.sha256)
    third = ingest(file, store, gazetteer, today=TODAY + dt.timedelta(days=2))
    assert (len(reads), third.duplicates, third.notes) == (1, 3, second.notes)


def test_what_a_person_has_set_since_is_no_reason_to_read_again(
    file: Path, store: Store, gazetteer: Gazetteer, reads: list[Path]
) -> None:
    ingest(file, store, gazetteer)
    store.edit("a", {"title": "Raid"}, who="amal", why="the title was wrong")
    store.undo_edit(store.version(), who="amal", why="it was not")
    assert ingest(file, store, gazetteer).duplicates == 3
    assert len(reads) == 1


def _undo(store: Store, _file: Path) -> None:
    store.undo("import-1", who="amal", why="wrong file")


def _undo_and_redo(store: Store, file: Path) -> None:
    _undo(store, file)
    store.redo("import-1", who="amal", why="it was right")


def _withdraw(store: Store, _file: Path) -> None:
    store.remove_dataset("incidents", who="amal", why="not ours")


def _merge(store: Store, _file: Path) -> None:
    store.merge("a", ["b"], who="amal", why="one incident")


def _other_words(store: Store, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Strike", "Air strike"), encoding="utf-8")
    ingest(file, store, Gazetteer([]))
    file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        (_undo, (2, 0, 1)),
        (_undo_and_redo, (0, 0, 3)),
        (_withdraw, (2, 0, 1)),
        (_merge, (0, 0, 3)),
        (_other_words, (0, 1, 2)),
    ],
)
def test_a_change_of_its_incidents_since_is_found_by_reading_again(
    file: Path,
    store: Store,
    reads: list[Path],
    change: Callable[[Store, Path], None],
    counts: tuple[int, int, int],
) -> None:
    ingest(file, store, Gazetteer([]))
    change(store, file)
    before = len(reads)
    done = ingest(file, store, Gazetteer([]))
    assert len(reads) == before + 1
    assert (done.added, done.updated, done.duplicates) == counts


def test_a_change_of_other_data_sets_is_no_reason_to_read_again(
    file: Path, store: Store, gazetteer: Gazetteer, reads: list[Path]
) -> None:
    ingest(file, store, gazetteer)
    other = file.with_name("other.csv")
    other.write_text(POINTS.replace("\na,", "\nx,").replace("\nb,", "\ny,"), encoding="utf-8")
    ingest(other, store, gazetteer)
    store.undo("import-2", who="amal", why="wrong file")
    assert ingest(file, store, gazetteer).duplicates == 3
    assert reads == [file, other]


def test_it_is_read_again_where_it_is_asked_for_otherwise(
    file: Path, store: Store, gazetteer: Gazetteer, reads: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def read_again(path: Path, **said: Any) -> bool:
        before = len(reads)
        ingest(path, store, gazetteer, **said)
        return len(reads) == before + 1

    assert read_again(file, today=TODAY)
    assert not read_again(file, today=TODAY)
    assert read_again(file, today=TODAY - dt.timedelta(days=1))  # what is late then is not now
    assert not read_again(file, today=None)  # nothing was late, so nothing is without a look
    assert read_again(file, today=TODAY, dataset="other")
    assert read_again(file, today=TODAY, source="canonical")
    renamed = file.with_name("renamed.csv")  # a file's name is its data set's
    renamed.write_bytes(file.read_bytes())
    assert read_again(renamed, today=TODAY)
    assert not read_again(file, today=TODAY)
    monkeypatch.setattr(again, "code_in_use", lambda: "later readers")
    assert read_again(file, today=TODAY)
    beside = file.with_name("incidents.accounts.csv")
    beside.write_text("incident_id,account_id,publisher\na,a-1,SOHR\n", encoding="utf-8")
    assert read_again(file, today=TODAY)
    assert store.accounts()["publisher"].tolist() == ["SOHR"]
    assert not read_again(file, today=TODAY)


def test_another_row_for_the_header_is_another_way_to_read(
    file: Path, store: Store, gazetteer: Gazetteer, reads: list[Path]
) -> None:
    columns = {
        name: name for name in ("incident_id", "title", "date_start", "latitude", "longitude")
    }
    for row, count in ((None, 1), (1, 2), (1, 2), (None, 2)):
        ingest(file, store, gazetteer, profile=Profile(columns, header_row=row))
        assert len(reads) == count


def test_rows_that_wait_are_looked_at_again(
    file: Path, store: Store, gazetteer: Gazetteer, reads: list[Path]
) -> None:
    file.write_text(POINTS + "c,Clash,31/02/2016,33.5,38.66,1\n", encoding="utf-8")
    assert ingest(file, store, gazetteer).attention == 1
    assert ingest(file, store, gazetteer).attention == 1
    assert len(reads) == 2


def test_names_are_looked_up_again_once_the_gazetteer_knows_more(
    file: Path, store: Store, gazetteer: Gazetteer, reads: list[Path]
) -> None:
    file.write_text(NAMED, encoding="utf-8")
    ingest(file, store, gazetteer)
    assert ingest(file, store, lambda: gazetteer).duplicates == 3
    assert len(reads) == 1
    place = {"name": "Manbij", "country": "SYR", "latitude": 36.6, "longitude": 37.8}
    taught = Gazetteer.open(corrections=pd.DataFrame([place | {"precision": "town"}]))
    assert ingest(file, store, taught).updated == 1
    assert len(reads) == 2
    found = store.incident("b")
    assert found is not None
    assert found["latitude"] == 36.6


def test_a_file_that_changes_while_it_is_read_is_read_again(
    file: Path, store: Store, gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sources.read

    def changing(path: Path, **said: Any) -> Reading:
        reading = real(path, **said)
        path.write_text(POINTS + "d,Raid,2016-06-18,33.5,38.66,1\n", encoding="utf-8")
        return reading

    monkeypatch.setattr(sources, "read", changing)
    assert ingest(file, store, gazetteer).sha256 is None
    monkeypatch.setattr(sources, "read", real)
    assert ingest(file, store, gazetteer).added == 1
