"""A store with the sample in it, served by this process."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dashboard import served
from geodata.gazetteer import Gazetteer
from geodata.ingest import load_sample
from geodata.store import Store


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
