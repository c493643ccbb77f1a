"""A gate with a clock of its own, and everybody who might come to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.access import asking
from dashboard.access.book import Book
from dashboard.access.gate import Gate
from dashboard.access.principal import Role
from dashboard.access.settings import AccessSettings
from tests.dashboard.access.provider import provider_process
from tests.dashboard.access.visitors import ADDRESS, Clock

PEOPLE = {
    "ada@example.org": Role.ADMIN,
    "edith@example.org": Role.EDITOR,
    "*@example.org": Role.VIEWER,
}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings() -> AccessSettings:
    return AccessSettings(ADDRESS, "s" * 32, publish=True, people=PEOPLE)


@pytest.fixture
def gate(settings: AccessSettings, clock: Clock, tmp_path: Path) -> Iterator[Gate]:
    """In force for the routes of this process."""
    book = Book(tmp_path / "store.duckdb.access", "our store", clock)
    gate = Gate(settings, book, "our store")
    asking.guard_with(gate)
    yield gate
    asking.guard_with(None)
    book.close()


@pytest.fixture(scope="session")
def provider() -> Iterator[str]:
    """The address of an OpenID provider in a process of its own."""
    with provider_process() as address:
        yield address
