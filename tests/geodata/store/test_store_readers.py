"""How a store's file is read without DuckDB being started anew each time."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pytest

from geodata.store.file import connect
from geodata.store.readers import Readers


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
