"""The server's start and its door, without a browser."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard import headers, server
from geodata.errors import StoreError
from geodata.store import Store


def conflictmap(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The program as a person starts it."""
    command = [sys.executable, "-m", "dashboard.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd, check=False)


def refused_in_one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The sentence; fails where there is more than one line, a traceback or another exit code."""
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_a_taken_port_is_one_sentence_and_exit_code_two(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = conflictmap(
            "serve", "--store", tmp_path / "s.duckdb", "--port", port, "--no-browser", cwd=tmp_path
        )
    assert f"Port {port}" in refused_in_one_sentence(done)
    assert not (tmp_path / "s.duckdb").exists()


@pytest.mark.parametrize("content", [b"this is no store", b"", None])
def test_an_unreadable_store_is_one_sentence_and_exit_code_two(
    content: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "s.duckdb"
    if content is None:
        path.mkdir()
    elif content:
        path.write_bytes(content)
    else:
        path = tmp_path / "file" / "s.duckdb"
        path.parent.write_text("a file stands where the folder should be")
    done = conflictmap("serve", "--store", path, "--no-browser", cwd=tmp_path)
    assert "store" in refused_in_one_sentence(done)


def test_a_store_whose_folder_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="folder"):
        server.open_store(tmp_path / "file" / "below" / "s.duckdb")


def test_a_free_port_is_found_beside_a_taken_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind((server.ADDRESS, 0))
        other.listen()
        taken = other.getsockname()[1]
        monkeypatch.setattr(server, "FIRST_PORT", taken)
        assert taken < server.free_port() < taken + server.PORTS_TRIED


def test_no_script_may_run_but_our_own_and_streamlits_by_its_hash() -> None:
    policy = headers.content_security_policy()
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert "unsafe" not in rules["script-src"]
    assert rules["script-src"].startswith("'self' blob: 'sha256-")
    assert rules["connect-src"] == "'self'"
    assert rules["object-src"] == "'none'"


def test_nothing_is_sent_home() -> None:
    settings = server.settings(8765)
    assert settings["browser.gatherUsageStats"] is False
    assert settings["server.address"] == "127.0.0.1"
    assert settings["client.showErrorDetails"] == "none"


def test_a_first_start_that_was_broken_off_still_opens_on_the_sample(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    Store.open(path)  # made, and ended before anything was recorded
    served = server.open_store(path)
    version = served.store.version()
    assert len(served.store.snapshot()) > 200
    again = server.open_store(path)
    assert again.store.version() == version
