"""What a server has made before the first person asks."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from dashboard import readiness, sidebar
from dashboard.served import Offer, ServedStore


@pytest.fixture(autouse=True)
def nothing_stays_apart() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_pages_choices_and_pack_are_there_before_anybody_asks(
    here: ServedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "dashboard.pages.about", raising=False)
    readiness.make_ready_beside().join(60)
    assert "dashboard.pages.about" in sys.modules
    assert "_pack" in vars(here.edition())
    known = dict(vars(here.edition())["_offers"])
    assert sidebar.offered(here.edition()) in known.values()
    assert sidebar.offered(here.edition())["country"]


def test_the_collector_no_longer_looks_at_what_stays() -> None:
    kept = [[number] for number in range(10_000)]
    assert gc.is_tracked(kept)
    readiness.set_apart()
    assert gc.get_freeze_count() > 10_000
    assert not any(each is kept for each in gc.get_objects())


def test_a_store_that_cannot_be_read_does_not_keep_a_server_from_starting(
    here: ServedStore, sample_store: object, tmp_path: Path
) -> None:
    assert here.store is sample_store
    for file in tmp_path.glob("store.duckdb*"):
        file.unlink()
    readiness.make_ready()
    assert gc.get_freeze_count() > 0


def test_the_choices_of_an_edition_are_found_once_for_all_who_ask_at_once(
    here: ServedStore,
) -> None:
    edition, found, together = here.edition(), [], threading.Barrier(4)

    def find(incidents: pa.Table) -> Offer:
        time.sleep(0.05)  # so that the others would come in meanwhile
        found.append(len(incidents))
        return {"country": ()}

    def ask() -> None:
        together.wait(10)
        edition.offer(find)

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for each in asking:
        each.start()
    for each in asking:
        each.join(10)
    assert len(found) == 1
