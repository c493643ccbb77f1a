"""`conflictmap layer`, and the layers as the page gets them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.access import asking
from dashboard.access.principal import Principal, Role
from dashboard.cli import main
from dashboard.served import ServedStore
from tests.dashboard.asking import ask


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three rows, of which one has a day that is none."""
    path = tmp_path / "control.geojson"
    shape = {"type": "Point", "coordinates": [38.6, 33.5]}
    rows = [{"name": "one"}, {"name": "two", "valid_from": "2016"}, {"valid_to": "Thursday"}]
    features = [{"type": "Feature", "geometry": shape, "properties": row} for row in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def conflictmap(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[Any, str]:
    """What a command gives as JSON, and what it says beside."""
    assert main(["layer", *words, "--json"]) == code
    said = capsys.readouterr()
    return (json.loads(said.out) if said.out else None), said.err


def test_a_layer_is_added_listed_removed_and_brought_back(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ("--store", str(tmp_path / "s.duckdb"))
    added, said = conflictmap(
        capsys, "add", str(file), "--name", "Control", "--valid-from", "2016-05", *store
    )
    assert (added["features"], added["rows"], added["new"]) == (2, 3, True)
    assert added["valid_from"] == "2016-05-01"
    assert "Left out: row 3, column valid_to: 'Thursday' is no day" in said
    listed, _ = conflictmap(capsys, "list", *store)
    assert [one["name"] for one in listed] == ["Control"]
    conflictmap(capsys, "remove", "Control", "--why", "old", *store)
    assert conflictmap(capsys, "list", *store)[0] == []
    restored, _ = conflictmap(capsys, "restore", added["id"], *store)
    assert [one["id"] for one in restored] == [added["id"]]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add",), "Name the file to add."),
        (("remove",), "Name the layer, or its id."),
        (("remove", "Nothing"), "There is no layer 'Nothing'"),
        (("add", "nothing.geojson"), "there is no such file"),
        (("add", "FILE", "--valid-from", "Thursday"), "'Thursday' is no day"),
        (("add", "FILE", "--valid-from", "2017", "--valid-to", "2016"), "ends on 2016-12-31"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    words: tuple[str, ...],
    sentence: str,
    file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = [str(file) if word == "FILE" else word for word in words]
    nothing, said = conflictmap(capsys, *given, "--store", str(tmp_path / "s.duckdb"), code=2)
    assert nothing is None
    assert sentence in said


def test_without_json_a_person_reads_what_was_added(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["layer", "add", str(file), "--store", str(tmp_path / "s.duckdb")]
    for expected in ("control: 2 shapes from control.geojson.\n2 of 3 rows", "Already there: "):
        assert main(words) == 0
        assert expected in capsys.readouterr().out


def test_the_page_gets_layers_packed_and_for_ever(
    here: ServedStore, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    added, _ = conflictmap(capsys, "add", str(file), "--store", str(here.store.path))
    (listed,) = json.loads(ask("/layers").body)["layers"]
    assert listed["id"] == added["id"]
    found = ask(f"/layers/{added['id']}.json")
    assert (found.status, found.headers["content-encoding"]) == (200, "gzip")
    assert "immutable" in found.headers["cache-control"]
    names = [one["name"] for one in json.loads(gzip.decompress(found.body))["features"]]
    assert names == ["one", "two"]
    assert ask("/layers/0123456789abcdef.json").status == 404
    assert ask("/layers/..%2fstore.json").status == 404


def test_layers_stay_with_those_who_see_everything(
    here: ServedStore,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    address = f"/data/{here.edition().token}/current"
    assert ask(address).headers["x-layers"] == "0"
    added, _ = conflictmap(capsys, "add", str(file), "--store", str(here.store.path))
    assert ask(address).headers["x-layers"] != "0"
    for whoever in (None, Principal(Role.ANONYMOUS), Principal(Role.VIEWER, within="country=SYR")):
        monkeypatch.setattr(asking, "principal", lambda whoever=whoever: whoever)
        assert json.loads(ask("/layers").body)["layers"] == []
        assert ask(f"/layers/{added['id']}.json").status == 404
        assert ask(address).headers["x-layers"] == "0"


def test_a_damaged_history_is_said_on_the_page(here: ServedStore) -> None:
    folder = here.layers.path
    folder.mkdir()
    (folder / "history.jsonl").write_text("x\n")
    listed = json.loads(ask("/layers").body)
    assert listed["layers"] == []
    assert "damaged line" in listed["error"]
    assert ask("/layers/0123456789abcdef.json").status == 500
