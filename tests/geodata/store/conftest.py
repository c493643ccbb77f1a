"""A store of its own for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from geodata.store import Batch, Store
from tests.geodata.store.store_cases import make_batch


@pytest.fixture
def batch() -> Callable[..., Batch]:
    """Makes a batch of rows given as dicts; `dataset` is "press" where a row names none."""
    return make_batch


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.duckdb"


@pytest.fixture
def store(path: Path) -> Store:
    return Store.open(path)
