"""The command line: results on standard output, one sentence for what cannot be done."""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboard.cli import COMMANDS, main
from geodata.filters import parse_filter
from geodata.store import Store

ROWS = """incident_id,title,date_start,place_name,country,latitude,longitude,killed
a,Strike,2016-06-16,al-Tanf,SYR,33.5,38.66,2
b,Clash,2016-06-17,Kharkiv,UKR,49.98,36.25,?
c,Clash,31/02/2016,Manbij,SYR,36.5,37.9,1
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "incidents.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.fixture
def store(file: Path, tmp_path: Path) -> Path:
    """A store with two incidents."""
    path = tmp_path / "store.duckdb"
    assert main(["import", str(file), "--store", str(path)]) == 0
    return path


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    """What a command prints as JSON; there is nothing beside it."""
    capsys.readouterr()
    assert main([*map(str, words), "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    return json.loads(lines[0])


def refusal(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """The one sentence of a command that cannot be done."""
    capsys.readouterr()
    assert main([*map(str, words)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert len(lines) == 1
    assert "Traceback" not in said.err
    return lines[0]


def program(*words: object, folder: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), **more}
    return subprocess.run(
        [sys.executable, "-m", "dashboard.cli", *map(str, words)],
        capture_output=True, text=True, cwd=folder, env=environment, timeout=120, check=False,
    )  # fmt: skip


def test_an_import_accounts_for_every_row(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "s.duckdb"
    first = answer(capsys, "import", file, "--store", store)
    assert {name: first[name] for name in ("rows", "added", "updated", "duplicates")} == {
        "rows": 3, "added": 2, "updated": 0, "duplicates": 0,
    }  # fmt: skip
    assert first["attention"] == 1
    again = answer(capsys, "import", file, "--store", store)
    assert (again["rows"], again["added"], again["duplicates"], again["attention"]) == (3, 0, 2, 1)


def test_rows_that_need_attention_are_written_with_their_reasons(
    file: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = answer(capsys, "import", file, "--store", store)["attention_file"]
    with Path(written).open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [row["attention_row"] for row in rows] == ["3"]
    assert "no day of the calendar" in rows[0]["attention_reason"]
    assert rows[0]["title"] == "Clash"


def test_the_rows_that_need_attention_go_where_they_are_wanted(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = tmp_path / "mine.csv"
    said = answer(capsys, "import", file, "--store", tmp_path / "s.duckdb", "--attention", wanted)
    assert said["attention_file"] == str(wanted)
    assert wanted.exists()


def test_a_mended_row_can_be_imported_from_the_file_it_was_written_to(
    file: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = Path(answer(capsys, "import", file, "--store", store)["attention_file"])
    mended = written.read_text(encoding="utf-8").replace("31/02/2016", "2016-02-28")
    written.write_text(mended, encoding="utf-8")
    assert answer(capsys, "import", written, "--store", store)["added"] == 1
    assert Store.open(store).incident("c")["dataset"] == "incidents"  # type: ignore[index]


def test_the_summary_is_that_of_the_page(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = answer(capsys, "summary", "--store", store, "--where", "country=SYR")
    page = Store.open(store).snapshot().summary(parse_filter("country=SYR"))
    assert said == json.loads(page.as_json())
    assert (said["incidents"], said["total"], said["killed_low"]) == (1, 2, 2)
    link = "http://localhost:8765/?country=SYR#map"
    assert answer(capsys, "summary", "--store", store, "--where", link) == said


def test_every_command_but_the_server_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    for name in set(COMMANDS) - {"serve"}:
        with pytest.raises(SystemExit):
            main([name, "--help"])
        assert "--json" in capsys.readouterr().out


def test_an_undone_import_is_gone_and_comes_back(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imports = answer(capsys, "undo", "--store", store)
    name = imports[0]["import_id"]
    assert answer(capsys, "undo", name, "--store", store)["undone"] is True
    assert answer(capsys, "summary", "--store", store)["total"] == 0
    answer(capsys, "undo", name, "--redo", "--store", store)
    assert answer(capsys, "summary", "--store", store)["total"] == 2
    assert "no" in refusal(capsys, "undo", "import-99", "--store", store).lower()


def test_an_export_is_written_with_its_manifest(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.geojson"
    said = answer(capsys, "export", "--format", "geojson", "--out", out, "--store", store)
    assert said["rows"] == 2
    assert [Path(name).name for name in said["files"]] == [
        "out.geojson", "out.geojson.manifest.json",
    ]  # fmt: skip


def test_names_are_found_or_honestly_not(capsys: pytest.CaptureFixture[str]) -> None:
    said = answer(capsys, "geocode", "Manbij", "Nowhereville", "--country", "Syria")
    assert said[0]["latitude"] == pytest.approx(36.53, abs=0.05)
    assert said[0]["location_source"]
    assert said[1]["latitude"] is None
    assert "no country" in refusal(capsys, "geocode", "Manbij", "--country", "Atlantis")


def test_a_table_of_names_gets_its_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, out = tmp_path / "in.csv", tmp_path / "out.csv"
    table.write_text("no,name,country\n1,Manbij,SYR\n2,Nowhereville,SYR\n", encoding="utf-8")
    said = answer(capsys, "geocode", "--table", table, "--out", out)
    assert (said["rows"], said["placed"]) == (2, 1)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["no"] for row in rows] == ["1", "2"]
    assert rows[0]["location_precision"] == "town"
    assert rows[1]["latitude"] == rows[1]["longitude"] == ""
    assert isinstance(json.loads(rows[1]["candidates"]), list)
    assert "name" in refusal(capsys, "geocode", "--table", table, "Manbij")


@pytest.mark.real_data
def test_a_country_pack_is_added_listed_and_removed(
    real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    source = real_data / "places" / "SG.zip"
    added = answer(capsys, "places", "add", "Singapore", "--from", source)
    assert added[0]["country"] == "SGP"
    assert added[0]["places"] > 1000
    assert [pack["country"] for pack in answer(capsys, "places", "list")] == ["SGP"]
    assert answer(capsys, "places", "remove", "SGP")["removed"] == ["SGP"]
    assert answer(capsys, "places", "list") == []


def test_a_country_pack_that_cannot_be_had_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Atlantis" in refusal(capsys, "places", "add", "Atlantis", "--from", tmp_path)
    assert "SY.zip" in refusal(capsys, "places", "add", "SYR", "--from", tmp_path)
    words = ("places", "add", "SYR", "--from", tmp_path, "--address", "http://127.0.0.1:9/")
    assert "not both" in refusal(capsys, *words)


def test_a_text_becomes_drafts_and_nothing_is_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "An air strike on Manbij in Syria killed 12 people on 16 June 2016, officials said."
    path = tmp_path / "note.txt"
    path.write_text(text, encoding="utf-8")
    said = answer(capsys, "read", path, "--published", "2016-06-17")
    assert len(said["drafts"]) == 1
    assert said["drafts"][0]["killed"]["best"] == 12
    assert "no day" in refusal(capsys, "read", path, "--published", "yesterday")


def test_a_reader_of_one_s_own_is_called_where_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.txt"
    path.write_text("Two guards were killed in Homs.", encoding="utf-8")
    module = "class Silent:\n    name = 'silent'\n    version = fingerprint = '1'\n"
    module += "    def suggest(self, text, drafts):\n        return 1 / len(text[:0])\n"
    (tmp_path / "silent_reader.py").write_text(module, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    said = answer(capsys, "read", path, "--plugin", "silent_reader:Silent")
    assert said["drafts"][0]["killed"]["best"] == 2
    assert "silent failed (ZeroDivisionError" in said["notes"][0]
    monkeypatch.setenv("CONFLICTMAP_READER", "no_such_reader:Any")
    assert "cannot be used" in refusal(capsys, "read", path)


def test_a_web_page_is_read_as_its_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = "<html><body><p>A bomb killed three people in Kabul on Monday.</p></body></html>"
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    assert answer(capsys, "read", path)["drafts"][0]["killed"]["best"] == 3
    assert "photo.jpg" in refusal(capsys, "read", tmp_path / "photo.jpg")


def test_many_texts_are_read_and_a_broken_line_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    text = "A bomb killed three people in Kabul on Monday."
    lines.write_text(json.dumps({"id": "n1", "text": text}) + "\n{oops\n", encoding="utf-8")
    said = answer(capsys, "read", "--jsonl", lines, "--out", out)
    assert (said["texts"], said["unreadable"]) == (2, 1)
    readings = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert readings[0]["id"] == "n1"
    assert readings[1]["line"] == 2


def test_a_sound_installation_says_so(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "check", "--store", store)["incidents"] == 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", "", "empty"),
        ("cut.csv", 'title,date_start\n"cut off', "never closed"),
        ("other.csv", "colour\nred\n", "not those of incidents"),
        ("page.csv", "<!DOCTYPE html>", "web page"),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_sentence_and_no_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, said: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    store = tmp_path / "new" / "store.duckdb"
    assert said in refusal(capsys, "import", path, "--store", store)
    assert not store.exists()


def test_a_truncated_last_row_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cut.csv"
    path.write_text(ROWS[:-20], encoding="utf-8")
    said = answer(capsys, "import", path, "--store", tmp_path / "s.duckdb")
    assert said["rows"] == said["added"] + said["attention"] == 3
    with Path(said["attention_file"]).open(encoding="utf-8", newline="") as file:
        assert "breaks off in this row" in next(csv.DictReader(file))["attention_reason"]


@pytest.mark.parametrize(
    ("query", "said"),
    [("from=yesterday", "yesterday"), ("bbox=1,2", "box"), ("colour=red", "'colour' is no filter"),
     ("killed_min=many", "many"), ("from=2017-01-01&to=2016-01-01", "before")],
)  # fmt: skip
def test_a_malformed_query_gets_one_sentence(
    store: Path, capsys: pytest.CaptureFixture[str], query: str, said: str
) -> None:
    assert said in refusal(capsys, "summary", "--store", store, "--where", query)


def test_stores_that_cannot_be_read_get_one_sentence(
    store: Path, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "not there" in refusal(capsys, "summary", "--store", tmp_path / "absent.duckdb")
    for wrong in (file, tmp_path):
        refusal(capsys, "summary", "--store", wrong)
        refusal(capsys, "import", file, "--store", wrong)
    foreign = tmp_path / "foreign.duckdb"
    with duckdb.connect(foreign) as connection:
        connection.execute("CREATE TABLE t (i INTEGER)")
    assert "something else" in refusal(capsys, "summary", "--store", foreign)
    damaged = tmp_path / "damaged.duckdb"
    damaged.write_bytes(store.read_bytes()[:5000])
    refusal(capsys, "summary", "--store", damaged)


def test_a_port_that_is_taken_gets_one_sentence(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refusal(capsys, "serve", "--store", store, "--port", port, "--no-browser")
    assert str(port) in said


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_what_is_no_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["serve", "--port", port])
    assert left.value.code == 2
    assert capsys.readouterr().out == ""


def test_the_program_does_the_same_from_any_folder(file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    home = str(tmp_path / "home")
    surroundings = {"HOME": home, "XDG_DATA_HOME": f"{home}/data"}
    done = program("import", f"../{file.name}", "--json", folder=elsewhere, **surroundings)
    assert (done.returncode, json.loads(done.stdout)["added"]) == (0, 2), done.stderr
    said = program("summary", "--json", folder=tmp_path, **surroundings)
    assert json.loads(said.stdout)["total"] == 2, said.stderr
    assert not [path.name for path in elsewhere.iterdir()]


def test_help_is_quick_and_needs_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys, dashboard.cli; dashboard.cli.parser(); "
        "print(sorted({'pandas', 'duckdb', 'streamlit', 'ibis', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
    for words in (["--help"], ["import", "--help"], ["--version"]):
        assert program(*words, folder=tmp_path).returncode == 0


def wait_until_at_work(process: int) -> None:
    """Until the program has begun its command: its libraries are loaded."""
    until = time.monotonic() + 60
    maps = Path(f"/proc/{process}/maps")
    while time.monotonic() < until:
        if maps.exists() and "pyarrow" in maps.read_text(encoding="utf-8"):
            return
        time.sleep(0.1 if maps.exists() else 6)


def test_an_interrupt_is_one_sentence_and_code_130(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    # A shell lets what runs in the background ignore it, and a child inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        [sys.executable, "-m", "dashboard.cli", "read", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=tmp_path, env=environment,
    ) as running:  # fmt: skip
        wait_until_at_work(running.pid)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, "", "conflictmap: Interrupted.\n")


def test_rows_that_wait_are_listed_and_mended_in_a_table(
    tmp_path: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (row,) = answer(capsys, "attention", "--store", store)
    assert (row["file"], row["row"], row["columns"]) == ("incidents.csv", 3, ["date_start"])
    out = tmp_path / "waiting.csv"
    assert answer(capsys, "attention", "--store", store, "--out", out)["rows"] == 1
    out.write_text(out.read_text("utf-8").replace("31/02/2016", "29/02/2016"), "utf-8")
    assert answer(capsys, "import", out, "--dataset", "incidents", "--store", store)["added"] == 1
    assert answer(capsys, "attention", "--store", store) == []
    nowhere = tmp_path / "no" / "such.csv"
    assert "cannot be written" in refusal(capsys, "attention", "--store", store, "--out", nowhere)


def test_a_table_in_other_words_is_read_by_a_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "zahlen.csv"
    text = "Datum,Breite,Länge,Tote\n2016-06-16,33.51234,38.66123,4\n"
    file.write_text(text, encoding="utf-8")
    out, store = tmp_path / "profile.toml", tmp_path / "s.duckdb"
    found = answer(capsys, "columns", file, "--out", out)
    assert [match["target"] for match in found] == [
        "date_start", "latitude", "longitude", "killed_best",
    ]  # fmt: skip
    assert answer(capsys, "import", file, "--map", out, "--store", store)["added"] == 1
    assert Store.open(store).snapshot().incidents["killed_best"].to_pylist() == [4]
    out.write_text("what", encoding="utf-8")
    assert "no TOML" in refusal(capsys, "import", file, "--map", out, "--store", store)
    missing = tmp_path / "none.toml"
    assert "cannot be read" in refusal(capsys, "import", file, "--map", missing, "--store", store)
    assert "cannot be written" in refusal(capsys, "columns", file, "--out", tmp_path / "no" / "x")


def test_the_row_of_the_header_can_be_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "Date,Country,Killed\nof the report,of the desk,so far\nDate,Country,lat,lon,Killed\n"
        "2024-03-01,SYR,36.5,36.9,3\n",
        encoding="utf-8",
    )
    asked = ["import", str(path), "--store", str(tmp_path / "s.duckdb"), "--json"]
    assert main([*asked, "--header-row", "3"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["added"]) == (1, 1)
    assert main([*asked, "--header-row", "0"]) != 0
    assert "The header cannot stand in row 0" in capsys.readouterr().err
