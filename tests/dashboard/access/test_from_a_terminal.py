"""Links, sessions, audit and the check of a server, from a terminal."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from dashboard.access.book import Book, BookError, book_beside
from dashboard.access.settings import SECRET
from dashboard.cli import main
from dashboard.commands.guests import check_access
from geodata.errors import ConflictMapError
from geodata.store import Store
from tests.dashboard.access.visitors import Clock

SETTINGS = """
address = "http://127.0.0.1:8765"
[oidc]
issuer = "http://127.0.0.1:9"
client_id = "map"
[people]
viewers = ["*@example.org"]
"""


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What names the settings and the store."""
    monkeypatch.setenv(SECRET, "k" * 32)
    settings, store = tmp_path / "access.toml", tmp_path / "store.duckdb"
    settings.write_text(SETTINGS)
    Store.open(store)
    store.chmod(0o600)
    return ["--access", str(settings), "--store", str(store)]


def told(capsys: pytest.CaptureFixture[str], *given: str) -> Any:
    capsys.readouterr()
    assert main([*given, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *given: str) -> str:
    capsys.readouterr()
    assert main([*given]) == 2
    return capsys.readouterr().err


def test_a_link_is_made_listed_and_revoked(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    made = told(capsys, "access", "link", "--note", "desk\n\x1b[2J", "--days", "1.5", *words)
    (listed,) = told(capsys, "access", "links", *words)
    assert (listed["link"], listed["role"], listed["revoked"]) == (made["link"], "viewer", None)
    assert main(["access", "links", *words]) == 0
    assert "\x1b" not in capsys.readouterr().out
    assert told(capsys, "access", "revoke", made["link"], *words)["link"] is True
    assert "no link or session" in refused(capsys, "access", "revoke", made["link"], *words)
    assert told(capsys, "access", "links", *words)[0]["revoked"]
    assert [entry["what"] for entry in told(capsys, "access", "audit", *words)] == [
        "revoked", "link made",
    ]  # fmt: skip
    assert told(capsys, "access", "sessions", *words) == []


def test_a_session_is_ended_by_the_first_letters_of_its_name(
    words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "store.duckdb"
    book = Book(book_beside(path), Store.open(path).name())
    book.open_session(who="vera@example.org", link=None, seconds=3600)
    (one,) = told(capsys, "access", "sessions", *words)
    assert one["who"] == "vera@example.org"
    assert "no link or session" in refused(capsys, "access", "revoke", one["key"][:4], *words)
    assert told(capsys, "access", "revoke", one["key"], *words)["sessions"] == 1
    assert book.sessions() == []
    book.close()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--days", "0"], "366"), (["--days", "nan"], "366"), (["--where", "from=never"], "never"),
        (["--role", "editor", "--where", "country=SYR"], "--where"),
    ],
)  # fmt: skip
def test_a_link_that_cannot_be_is_refused(
    more: list[str], said: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused(capsys, "access", "link", *more, *words)
    assert told(capsys, "access", "links", *words) == []


def checked(words: list[str]) -> str:
    """What the check of a server's access says, good or bad."""
    try:
        return check_access(Namespace(access=Path(words[1]), store=Path(words[3])))
    except ConflictMapError as error:
        return str(error)


def test_the_check_says_what_is_wrong(words: list[str], tmp_path: Path, provider: str) -> None:
    assert "does not answer" in checked(words)
    settings, store = tmp_path / "access.toml", tmp_path / "store.duckdb"
    settings.write_text(SETTINGS.replace("http://127.0.0.1:9", provider))
    assert checked(words) == "http://127.0.0.1:8765"
    settings.write_text(SETTINGS.replace("http://127.0.0.1:9", f"{provider}/jwks"))
    assert "provider" in checked(words)
    settings.write_text(SETTINGS.partition("[people]")[0])
    assert "[people] is empty" in checked(words)
    store.chmod(0o644)
    settings.write_text('address = "http://127.0.0.1:8765"')
    assert "chmod 600" in checked(words)
    assert "Nobody can come in" in checked(words)
    store.chmod(0o600)
    settings.write_text('address = "http://127.0.0.1:8765"\npublish = true')
    assert checked(words) == "http://127.0.0.1:8765"


def test_a_book_is_its_owners_alone_and_forgets_old_sessions(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "book"
    book = Book(path, "ours", clock)
    assert path.stat().st_mode & 0o077 == 0
    token = book.open_session(who="vera@example.org", link=None, seconds=10)
    assert token.encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    book.close()
    clock.now += 31 * 86_400
    book = Book(path, "ours", clock)
    assert book._run("SELECT count(*) FROM sessions", {}) == [(0,)]
    book.close()
    with pytest.raises(BookError, match="cannot be used"):
        Book(tmp_path / "missing" / "book", "ours", clock)
