"""A desk that fetches from a service on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from geodata.connectors import client
from geodata.gazetteer import Gazetteer
from geodata.store import Store
from tests.geodata.connectors.service import Behave, Desk, Service
from tests.loopback import listening

Serve = Callable[[Behave], Service]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as running:
        yield lambda behave: running.enter_context(listening(Service(behave)))


@pytest.fixture(scope="session")
def places() -> Gazetteer:
    return Gazetteer.open()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store's file without a row, made once to be copied."""
    path = tmp_path_factory.mktemp("empty") / "store.duckdb"
    Store.open(path)
    return path


@pytest.fixture
def desk(empty: Path, tmp_path: Path, places: Gazetteer) -> Desk:
    for file in empty.parent.iterdir():
        shutil.copy(file, tmp_path / file.name)
    return Desk(Store.open(tmp_path / empty.name), {}, places)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request may take long here."""
    monkeypatch.setattr(client, "SECONDS_PER_REQUEST", 5.0)
