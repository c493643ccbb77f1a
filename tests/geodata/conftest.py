"""What the tests of the library share: the bundled gazetteer, and a new store."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.gazetteer import Gazetteer
from geodata.store import Store


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.open()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store.duckdb")
