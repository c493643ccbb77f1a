"""A long change is told of while it goes on, and stops where whoever is told says so."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from geodata.store import Batch, Store
from geodata.store.file import connect
from geodata.store.telling import Teller, settle

Make = Callable[..., Batch]
TANF = {"incident_id": "tnf-1", "title": "Strike", "latitude": 33.5, "longitude": 38.66}
LONG = "SELECT count(*) FROM range(1000000000000) WHERE range % 7 = 1"


class Stopped(Exception):
    """Whoever is told wants no more."""


def test_a_statement_is_told_of_while_it_runs_and_stopped_from_there() -> None:
    told: list[tuple[float, str, int | None]] = []

    def progress(share: float, what: str) -> None:
        told.append((share, what, threading.current_thread().ident))
        if len(told) == 4:
            raise Stopped

    with connect() as connection:
        teller = Teller(connection, progress)
        teller.step("counting", 0.5, 0.6)
        with pytest.raises(Stopped):
            teller.run(LONG)
        assert connection.execute("SELECT 1").fetchone() == (1,)
    shares = [share for share, _, _ in told]
    assert shares == sorted(shares)
    assert all(0.5 <= share <= 0.6 for share in shares)
    assert {(what, thread) for _, what, thread in told} == {
        ("counting", threading.current_thread().ident)
    }


def test_what_a_statement_takes_down_is_told_and_never_goes_back() -> None:
    told: list[float] = []
    with connect() as connection:
        teller = Teller(connection, lambda share, _what: told.append(share))
        teller.step("first", 0.0, 0.5)
        teller.know(0.8)
        assert teller.run("SELECT 42").fetchone() == (42,)
        teller.step("second", 0.2, 1.0)
    assert told == sorted(told)
    assert told[0] == 0.0


def test_what_cannot_be_stopped_ends_before_anybody_hears_of_a_stop() -> None:
    ended = threading.Event()
    heard = threading.Event()

    def stop(error: BaseException) -> Callable[[], None]:
        def hear() -> None:
            heard.set()
            raise error

        return hear

    def work() -> None:
        assert heard.wait(20)
        ended.set()

    settle(work, stop(Stopped()))  # the change stands, whatever is said now
    assert ended.is_set()
    ended.clear()
    heard.clear()
    with pytest.raises(KeyboardInterrupt):
        settle(work, stop(KeyboardInterrupt()))
    assert ended.is_set()
    with pytest.raises(ZeroDivisionError):
        settle(lambda: 1 / 0, lambda: None)


def test_undo_redo_and_withdrawal_are_told_of_and_can_be_stopped(store: Store, batch: Make) -> None:
    store.add(batch([TANF]))
    acts: list[Callable[..., object]] = [
        lambda **told: store.undo("import-1", who="amal", why="wrong", **told),
        lambda **told: store.redo("import-1", who="amal", why="right", **told),
        lambda **told: store.remove_dataset("press", who="amal", why="not ours", **told),
        lambda **told: store.restore_dataset("press", who="amal", why="ours", **told),
    ]

    def stop(share: float, _what: str) -> None:
        if share >= 0.8:
            raise Stopped

    for act in acts:
        version, live = store.version(), len(store.snapshot())
        with pytest.raises(Stopped):
            act(progress=stop)
        assert (store.version(), len(store.snapshot())) == (version, live)
        shares: list[float] = []
        act(progress=lambda share, _what, kept=shares: kept.append(share))
        assert store.version() == version + 1
        assert len(store.snapshot()) != live
        assert shares == sorted(shares)
        assert shares[-1] >= 0.9
