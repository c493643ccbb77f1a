"""How a store's file is read without DuckDB being started anew each time."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pytest

from geodata.store import Store
from geodata.store.file import connect
from geodata.store.readers import Readers
from tests.geodata.store.store_cases import make_batch


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / 'it\'s a "store".duckdb'
    with connect(str(path)) as connection:
        connection.execute("CREATE TABLE said AS SELECT 'one' AS word")
    return path


def words(connection: duckdb.DuckDBPyConnection) -> list[tuple[str]]:
    return connection.execute("SELECT word FROM said").fetchall()


def test_readers_one_after_the_other_see_what_was_written_between_them(file: Path) -> None:
    readers = Readers(file)
    with readers.reading() as connection:
        assert words(connection) == [("one",)]
    with connect(str(file)) as writer:
        writer.execute("UPDATE said SET word = 'two'")
    with readers.reading() as connection:
        assert words(connection) == [("two",)]


def test_readers_at_the_same_time_do_not_meet(file: Path) -> None:
    readers = Readers(file)
    with ExitStack() as together:
        connections = [together.enter_context(readers.reading()) for _ in range(6)]
        connections[0].execute("CREATE TEMP TABLE mine AS SELECT 1")
        assert [words(connection) for connection in connections] == [[("one",)]] * 6
        with pytest.raises(duckdb.CatalogException):
            connections[1].execute("FROM mine")
    with readers.reading() as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("FROM mine")


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel which files are open")
def test_nobody_holds_the_file_between_two_readers(file: Path) -> None:
    def held() -> bool:
        return any(link.resolve() == file for link in Path("/proc/self/fd").iterdir())

    readers = Readers(file)
    with readers.reading():
        assert held()
    assert not held()


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel which files are open")
def test_the_last_of_several_readers_lets_go_of_the_file(file: Path) -> None:
    def held() -> int:
        return sum(link.resolve() == file for link in Path("/proc/self/fd").iterdir())

    readers = Readers(file)
    first, second, third = (readers.reading() for _ in range(3))
    connections = [first.__enter__(), second.__enter__()]
    assert [words(connection) for connection in connections] == [[("one",)]] * 2
    first.__exit__(None, None, None)
    assert held() == 1
    assert words(connections[1]) == words(third.__enter__()) == [("one",)]
    second.__exit__(None, None, None)
    assert held() == 1
    third.__exit__(None, None, None)
    assert held() == 0


def test_a_reader_whose_neighbour_failed_reads_on_and_the_next_begins_anew(file: Path) -> None:
    readers = Readers(file)
    with readers.reading() as whole:
        with pytest.raises(duckdb.ParserException), readers.reading() as failing:
            failing.execute("SELEC")
        assert words(whole) == [("one",)]
        with readers.reading() as later:
            later.execute("SET VARIABLE mine = 1")
            assert words(later) == words(whole) == [("one",)]
    with connect(str(file)) as writer:
        writer.execute("UPDATE said SET word = 'two'")
    with readers.reading() as connection:
        assert words(connection) == [("two",)]


def test_a_stream_of_readers_from_many_threads_reads_beside_a_writer(path: Path) -> None:
    store = Store.open(path)
    store.add(make_batch([{"incident_id": "a", "title": "version 1"}]))
    seen: list[tuple[int, str]] = []
    until = threading.Event()

    def read() -> None:
        while not until.is_set():
            found = store.incident("a")
            assert found is not None
            seen.append((found["history"][0]["version"], found["title"]))

    with ThreadPoolExecutor(4) as threads:
        reading = [threads.submit(read) for _ in range(4)]
        try:
            for version in range(2, 7):
                store.edit("a", {"title": f"version {version}"}, who="amal", why="tried")
                now = store.incident("a")
                assert now is not None
                assert now["title"] == f"version {version}"
        finally:
            until.set()
        for each in reading:
            each.result()
    assert {title for _, title in seen} <= {f"version {version}" for version in range(1, 7)}
    assert all(title == f"version {version}" for version, title in seen)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE said SET word = 'three'",
        "SELECT * FROM read_text('{other}')",
        "COPY said TO '{other}'",
        "ATTACH '{other}' AS other",
        "SET enable_external_access = true",
        "SET allowed_paths = ['{other}']",
        "INSTALL httpfs",
    ],
)
def test_a_reader_can_neither_write_nor_reach_another_file(
    file: Path, tmp_path: Path, statement: str
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("secret", encoding="utf-8")
    with Readers(file).reading() as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(statement.format(other=other)).fetchall()
        assert words(connection) == [("one",)]
    assert other.read_text(encoding="utf-8") == "secret"


def test_what_fails_while_reading_keeps_nobody_from_reading_on(file: Path) -> None:
    readers = Readers(file)
    with pytest.raises(duckdb.ParserException), readers.reading() as connection:
        connection.execute("SELEC")
    moved = file.rename(file.with_name("elsewhere"))
    with pytest.raises(duckdb.IOException), readers.reading():
        pytest.fail("nothing can be read")
    moved.rename(file)
    with readers.reading() as connection:
        assert words(connection) == [("one",)]
