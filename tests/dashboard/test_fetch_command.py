"""`conflictmap fetch`: results on standard output, one sentence for what cannot be done."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli import main
from dashboard.commands import fetch
from geodata.connectors import CONNECTORS
from geodata.store import Store

CSV = "incident_id,date_start,country,latitude,longitude,title\n{},2024-01-05,SYR,36.5,37.9,Clash\n"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for connector in CONNECTORS.values():
        for setting in connector.settings:
            monkeypatch.delenv(setting.name, raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one table in it."""
    path = tmp_path / "watched"
    path.mkdir()
    put(path, "a")
    return path


def put(folder: Path, name: str) -> None:
    file = folder / f"{name}.csv"
    file.write_text(CSV.format(name), encoding="utf-8")
    os.utime(file, (1_700_000_000,) * 2)


def run(tmp_path: Path, *words: object) -> int:
    return main(["fetch", *map(str, words), "--store", str(tmp_path / "store.duckdb")])


def test_services_are_listed_with_what_is_to_be_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFLICTMAP_UCDP_TOKEN", "s3cret")
    assert run(tmp_path, "--json") == 0
    listed: dict[str, Any] = {s["name"]: s for s in json.loads(capsys.readouterr().out)}
    assert set(listed) == set(CONNECTORS)
    assert listed["ucdp"]["configured"]
    assert listed["acled"]["to_set"] == ["CONFLICTMAP_ACLED_USER", "CONFLICTMAP_ACLED_PASSWORD"]
    assert run(tmp_path) == 0
    said = capsys.readouterr().out
    assert "never fetched" in said
    assert "s3cret" not in said
    assert not (tmp_path / "store.duckdb").exists()  # a look makes no store


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["acled", "--since", "2024-01-01"], "ACLED: it is not configured. Set CONFLICTMAP_ACLED"),
        (["nobody"], "is no service; known are acled"),
        (
            ["gdelt", "--since", "yesterday"],
            "--since 'yesterday' is no day; write it as 2024-01-31",
        ),
        (["hapi", "--country", "Atlantis"], "is no country that is known"),
        (["acled", "--every", "5"], "--every looks again at a folder or at feeds"),
        (["feed", "--from", "http://example.org/"], "must begin with https://"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, *words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1


def test_a_fetch_that_cannot_begin_leaves_no_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFLICTMAP_GDELT", "on")
    assert run(tmp_path, "gdelt") == 2
    assert "--since" in capsys.readouterr().err
    assert not any(file.is_file() for file in tmp_path.glob("store.duckdb*"))


def test_a_folder_is_fetched_from_once(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "folder", "--from", folder, "--dry-run") == 0
    assert "1 files are new or changed." in capsys.readouterr().err
    assert run(tmp_path, "folder", "--from", folder, "--once", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["rows"], result["added"], result["service"]) == (1, 1, "folder")
    assert result["imports"] == [
        r.import_id for r in Store.open(tmp_path / "store.duckdb").imports()
    ]
    assert run(tmp_path) == 0
    assert "last on 20" in capsys.readouterr().out


def test_a_watch_takes_what_comes_later_and_ends_at_an_interrupt(
    tmp_path: Path,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rests: list[float] = []

    def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 2:
            raise KeyboardInterrupt
        put(folder, "b")

    monkeypatch.setattr(fetch, "REST", rest)
    assert run(tmp_path, "folder", "--from", folder, "--every", 7) == 0
    said = capsys.readouterr()
    assert rests == [7.0, 7.0]
    assert said.out.count("Folder: 1 row, of which 1 added") == 2
    assert "Watching has ended." in said.err
