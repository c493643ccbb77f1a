"""The file: refused where it is not ours, shared with other processes, whole after a crash."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from geodata.errors import StoreBusy, StoreError, StoreNewer, StoreUnreadable
from geodata.store import Batch, Store, tables
from geodata.store import file as store_file
from geodata.store.lock import Lock

Make = Callable[..., Batch]
UNPRIVILEGED = 65534
"""The user `nobody`."""
ROOT = Path(__file__).parents[3]

CHILD = """
import os, signal, sys
from geodata.store import Store, file
from tests.geodata.store.store_cases import make_batch

path, moment, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def progress(share, _what):
    if moment != "never" and moment != "unmarked" and share >= float(moment):
        die()

if moment == "unmarked":
    write = file._write_mark
    file._write_mark = lambda descriptor, mark: (die() if mark.still else write(descriptor, mark))
store = Store.open(path)
number = first
while True:
    ids = range(number * 1000, number * 1000 + count)
    rows = [{"incident_id": str(n), "title": "x" * 50} for n in ids]
    store.add(make_batch(rows), progress=progress)
    number += 1
    print(number, flush=True)
    if moment == "never" and first == 0:
        break
"""


@contextmanager
def child(path: Path, moment: str, first: int, count: int) -> Iterator[subprocess.Popen[str]]:
    """A process that imports `count` rows (again and again, where `first` is not 0)."""
    command = [sys.executable, "-c", CHILD, str(path), moment, str(first), str(count)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_new_store_is_empty_and_its_folder_is_made(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "new" / "folder" / "record.duckdb")
    assert store.version() == 0
    assert len(store.snapshot()) == 0
    assert store.imports() == []
    assert store.datasets().empty
    assert store.attention().empty
    assert store.accounts().empty
    assert store.history().empty


def test_a_store_is_not_made_where_none_is_asked_for(path: Path) -> None:
    with pytest.raises(StoreUnreadable, match="no such file"):
        Store.open(path, create=False)
    assert list(path.parent.iterdir()) == []


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    assert Store.open(path).version() == 0


@pytest.mark.parametrize("content", [b"incident_id,title\n1,x\n", b"x", b"\x00" * 4096])
def test_another_kind_of_file_is_refused_and_left_as_it_was(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreUnreadable, match="not a store"):
        Store.open(path)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreadable, match="folder"):
        Store.open(tmp_path)


def test_a_duckdb_file_of_something_else_is_refused(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE meta AS SELECT 1 AS x")
    with pytest.raises(StoreUnreadable, match="something else"):
        Store.open(path)
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("FROM meta").fetchall() == [(1,)]


def test_a_store_of_a_later_version_is_refused(store: Store, batch: Make) -> None:
    with duckdb.connect(str(store.path)) as connection:
        connection.execute("UPDATE meta SET content = '99' WHERE name = 'schema'")
    with pytest.raises(StoreNewer, match="update Conflict Map"):
        Store.open(store.path)
    with pytest.raises(StoreNewer):
        store.add(batch([{"title": "x"}]))
    with pytest.raises(StoreNewer):
        store.imports()


def test_a_store_of_an_earlier_version_is_brought_up_to_date(
    store: Store, batch: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(batch([{"incident_id": "a", "title": "kept"}]))

    def step(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("ALTER TABLE changes ADD COLUMN place VARCHAR")

    later = tables.SCHEMA_VERSION + 1
    monkeypatch.setattr(tables, "SCHEMA_VERSION", later)
    monkeypatch.setitem(tables.MIGRATIONS, later - 1, step)
    opened = Store.open(store.path)
    assert opened.snapshot().incidents["title"].to_pylist() == ["kept"]
    with duckdb.connect(str(store.path), read_only=True) as connection:
        kept = connection.execute("SELECT content FROM meta WHERE name = 'schema'").fetchone()
        assert kept == (str(later),)
        assert "place" in [row[0] for row in connection.execute("DESCRIBE changes").fetchall()]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_file_without_permission_is_refused() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "record.duckdb"
        Store.open(path)
        path.chmod(0o400)
        Path(folder).chmod(0o755)
        with as_nobody_special(), pytest.raises(StoreUnreadable, match="may not"):
            Store.open(path)


@contextmanager
def as_nobody_special() -> Iterator[None]:
    """Without root's powers, which know no permissions; anybody else stays who they are."""
    own = os.geteuid()
    if own == 0:
        os.seteuid(UNPRIVILEGED)
    try:
        yield
    finally:
        os.seteuid(own)


def test_a_damaged_file_is_refused_with_what_to_do(store: Store, batch: Make) -> None:
    store.add(batch([{"incident_id": str(n), "title": f"{n}" * 9} for n in range(3000)]))
    whole = store.path.read_bytes()
    store.path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreUnreadable, match="backup"):
        Store.open(store.path).snapshot()
    spoilt = bytearray(whole)
    for at in range(12_288, len(spoilt), 512):
        spoilt[at] ^= 0xFF
    store.path.write_bytes(bytes(spoilt))
    with pytest.raises(StoreUnreadable, match="backup"):
        Store.open(store.path).snapshot()


def test_a_backup_put_back_in_place_is_noticed(store: Store, batch: Make) -> None:
    store.add(batch([{"incident_id": "a", "title": "first"}]))
    backup = shutil.copy(store.path, store.path.with_name("backup.duckdb"))
    store.add(batch([{"incident_id": "b", "title": "second"}]))
    assert (store.version(), len(store.snapshot())) == (2, 2)
    shutil.copy(backup, store.path)
    assert (store.version(), len(store.snapshot())) == (1, 1)


def test_another_store_in_the_same_place_is_not_taken_for_the_first(
    store: Store, batch: Make
) -> None:
    store.add(batch([{"incident_id": "a", "title": "first"}]))
    assert store.snapshot().incidents["title"].to_pylist() == ["first"]
    store.path.unlink()
    other = Store.open(store.path)
    other.add(batch([{"incident_id": "a", "title": "other"}]))
    assert other.version() == 1
    assert other.snapshot().incidents["title"].to_pylist() == ["other"]


def test_nobody_holds_the_file_open(store: Store, batch: Make) -> None:
    store.add(batch([{"title": "x"}]))
    held = store.snapshot()
    with duckdb.connect(str(store.path)) as connection:  # would fail if it were open elsewhere
        assert connection.execute("SELECT count(*) FROM incidents").fetchone() == (1,)
    assert len(held) == 1


def test_a_busy_store_says_so_after_the_deadline(store: Store, batch: Make) -> None:
    hasty = Store.open(store.path, lock_deadline_s=0.05)
    with Lock(store.path, 1.0).held(exclusive=True):
        assert hasty.version() == 0
        with pytest.raises(StoreBusy, match="try again"):
            hasty.add(batch([{"title": "x"}]))
    with Lock(store.path, 1.0).held(exclusive=False):
        assert hasty.imports() == []
        with pytest.raises(StoreBusy):
            hasty.add(batch([{"title": "x"}]))
    assert hasty.add(batch([{"title": "x"}])).added == 1


def test_a_stream_of_readers_does_not_keep_a_writer_out(path: Path) -> None:
    lock, over = Lock(path, 10.0), threading.Event()

    def read() -> None:
        while not over.is_set():
            with lock.held(exclusive=False):
                time.sleep(0.02)

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    try:
        start = time.monotonic()
        with lock.held(exclusive=True):
            waited = time.monotonic() - start
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert waited < 5


def test_threads_may_write_at_once(store: Store, batch: Make) -> None:
    errors: list[Exception] = []

    def write(number: int) -> None:
        try:
            store.add(batch([{"incident_id": str(number), "title": "x"}]))
            store.snapshot()
        except Exception as error:  # noqa: BLE001 - reported below, whatever it is
            errors.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    assert (store.version(), len(store.snapshot())) == (4, 4)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_import_leaves_the_store_whole(tmp_path: Path) -> None:
    moments = {"0.4": 0, "0.9": 0, "unmarked": 1}
    stores = {moment: Store.open(tmp_path / moment / "s.duckdb") for moment in moments}
    with ExitStack() as stack:
        running = {
            moment: stack.enter_context(child(stores[moment].path, moment, 0, 300))
            for moment in moments
        }
        ends = {moment: process.wait(120) for moment, process in running.items()}
    assert set(ends.values()) == {-signal.SIGKILL}
    for moment, committed in moments.items():
        store = stores[moment]
        assert store.version() == committed
        assert len(store.snapshot()) == committed * 300
        assert len(store.imports()) == committed


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_process_killed_at_any_moment_loses_nothing_that_it_reported(store: Store) -> None:
    for number, pause in enumerate((0.05, 0.3)):
        before = len(store.snapshot())
        with child(store.path, "never", 1 + 100 * number, 200) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline()]
            time.sleep(pause)
            writer.kill()
            lines += [line for line in writer.stdout if line.endswith("\n")]
        now = len(store.snapshot())
        assert now - before in {len(lines) * 200, (len(lines) + 1) * 200}
        assert store.version() == len(store.imports()) == now // 200


def test_another_process_is_seen_as_soon_as_it_reports(store: Store) -> None:
    assert len(store.snapshot()) == 0
    with child(store.path, "never", 0, 50) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "1\n"
        assert len(store.snapshot()) == 50


def test_too_little_memory_is_told_in_a_sentence(tmp_path: Path) -> None:
    store, big = tmp_path / "s.duckdb", "SELECT list(range) FROM range(5000000)"
    with store_file.connect() as connection:
        connection.execute("SET memory_limit = '5MB'")
        with pytest.raises(StoreError, match="more memory"), store_file._translated(store):
            connection.execute(big)


def test_a_change_of_many_rows_gets_more_memory_but_never_half_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def limit(rows: int, machine_mb: float) -> str:
        monkeypatch.setattr(store_file, "_machine_mb", lambda: machine_mb)
        with store_file.connect() as connection:
            store_file.give_memory(connection, rows)
            found = connection.execute("SELECT current_setting('memory_limit')").fetchone()
        assert found is not None
        return str(found[0])

    usual = limit(0, 24_000)
    assert limit(400_000, 24_000) == usual
    assert limit(2_500_000, 24_000) == "2.5 GiB"  # DuckDB counts in 1024s
    assert limit(2_500_000, 4_000) == "1.8 GiB"
    assert limit(2_500_000, 500) == usual
    assert store_file._machine_mb() > 100


def test_a_machine_that_does_not_say_how_much_memory_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(_name: str) -> int:
        raise ValueError

    monkeypatch.setattr(store_file.os, "sysconf", unknown)
    assert store_file._machine_mb() == 4096
