"""A store with the sample in it, served by this process."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard import served
from geodata import sandbox, sources
from geodata.gazetteer import Gazetteer
from geodata.ingest import load_sample
from geodata.store import Store


@pytest.fixture(autouse=True)
def read_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read here: what a process of their own does has tests of its own."""

    def read(path: Path, progress: Any = None, **said: Any) -> sandbox.ReadApart:  # noqa: ARG001
        return sandbox.ReadApart(**vars(sources.read(path, **said)))

    def first_rows(path: Path, most: int, header_row: int | None = None) -> Any:
        raw = sources.open_table(path, header_row)
        return raw.only(np.arange(len(raw.rows)) < most)

    monkeypatch.setattr(sandbox, "read", read)
    monkeypatch.setattr(sandbox, "first_rows", first_rows)


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store's file with the sample in it; made once, to be copied."""
    path = tmp_path_factory.mktemp("sample") / "store.duckdb"
    load_sample(Store.open(path), Gazetteer.open())
    return path


@pytest.fixture
def sample_store(sample_file: Path, tmp_path: Path) -> Store:
    """A store of the test's own with the sample in it."""
    for file in sample_file.parent.iterdir():
        shutil.copy(file, tmp_path / file.name)
    return Store.open(tmp_path / sample_file.name)


@pytest.fixture
def here(sample_store: Store, monkeypatch: pytest.MonkeyPatch) -> served.ServedStore:
    """The sample's store, served by this process."""
    serving = served.ServedStore(sample_store)
    monkeypatch.setattr(served, "_served", serving)
    return serving
