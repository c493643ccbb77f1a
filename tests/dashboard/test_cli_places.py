"""Country packs fetched on a person's word, and tables of names of any length."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli import main
from dashboard.commands import places
from geodata.geocode import fetch_country, fetch_names
from geodata.ingest import ingest
from geodata.placing import TYPED, Point, TaughtGazetteer, place
from geodata.store import Store
from tests.loopback import LoopbackServer, QuietHandler, listening

ROW = (
    "1\tZzyirgou\tZzyirgou\t\t13.1\t-1.2\tP\tPPL\tBF\t\t05\t\t\t\t0\t\t300\t"
    "Africa/Ouagadougou\t2026-01-01"
)


def country_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        noise = "\n".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(2000))
        archive.writestr("BF.txt", f"{ROW}\n{noise}\n")
    return content.getvalue()


def names_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("BF.txt", "7\t1\tfr\tZzancien\t\t\t\t1\t1919\t1960\n")
    return content.getvalue()


WHOLE, NAMES = country_zip(), names_zip()


class Handler(QuietHandler):
    """Serves BF.zip alone, and breaks off in the middle as often as the server says."""

    server: Server

    def answer(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Range")))
        if self.path.endswith("/alternatenames/BF.zip") and self.server.has_names:
            self.send_response(200)
            self.send_header("Content-Length", str(len(NAMES)))
            self.end_headers()
            self.wfile.write(NAMES)
            return
        if not self.path.endswith("/dump/BF.zip"):
            self.send_error(404)
            return
        wanted = self.headers.get("Range")
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(WHOLE) - start))
        self.send_header("ETag", '"v1"')
        self.end_headers()
        breaks = self.server.breaks > 0
        self.server.breaks -= 1
        self.wfile.write(WHOLE[start : start + 5000] if breaks else WHOLE[start:])


class Server(LoopbackServer):
    """A loopback server of country files."""

    breaks = 0
    has_names = False

    def __init__(self) -> None:
        super().__init__(Handler)
        self.asked: list[tuple[str, str | None]] = []

    @property
    def folder(self) -> str:
        """The address of the country files."""
        return f"{self.address}/dump"


@pytest.fixture
def server() -> Iterator[Server]:
    with listening(Server()) as running:
        yield running


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packs and downloads of the test's own; the base index stays where it is."""
    packs = tmp_path / "packs"
    monkeypatch.setattr("geodata.gazetteer.packs.default_packs_dir", lambda: packs)
    monkeypatch.setattr(places, "downloads_folder", lambda: tmp_path / "downloads")
    for fetch in (fetch_country, fetch_names):
        monkeypatch.setattr(places, fetch.__name__, partial(fetch, pause_seconds=0.01))


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any, str]:
    capsys.readouterr()
    code = main([*map(str, words), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out else None, said.err


def test_a_pack_is_fetched_listed_used_and_removed(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.has_names = True
    words = ("places", "add", "Burkina Faso", "--address", server.folder)
    code, added, told = run(capsys, *words, "--progress")
    assert code == 0
    digest = hashlib.sha256(WHOLE).hexdigest()
    assert (added[0]["country"], added[0]["sha256"], added[0]["places"]) == ("BFA", digest, 1)
    assert digest in told
    assert server.folder in told
    assert "Fetching places of BFA … 100%" in told
    assert "1 names with their languages from BF-names.zip" in told
    assert (added[0]["names"], added[0]["names_sha256"]) == (1, hashlib.sha256(NAMES).hexdigest())
    assert "Creative Commons Attribution 4.0" in told
    assert list((tmp_path / "downloads").iterdir()) == []
    assert run(capsys, "places", "list")[1] == added
    found = run(capsys, "geocode", "Zzyirgou", "--country", "BFA")[1][0]
    assert (found["latitude"], found["longitude"]) == (13.1, -1.2)
    found = run(capsys, "geocode", "Zzancien", "--country", "BFA")[1][0]
    assert (found["latitude"], found["location_method"]) == (13.1, "former name")
    assert found["candidates"][0]["reasons"][0] == "former name Zzancien (1919–1960)"
    assert run(capsys, "places", "remove", "BFA")[1] == {"removed": ["BFA"]}
    found = run(capsys, "geocode", "Zzyirgou", "--country", "BFA")[1][0]
    assert found["latitude"] is None


def test_a_fetch_that_broke_off_goes_on_at_the_next_try(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.breaks = 4
    code, nothing, told = run(capsys, "places", "add", "BFA", "--address", server.folder)
    assert (code, nothing) == (2, None)
    assert "try again to go on" in told
    assert run(capsys, "places", "list")[1] == []
    code, added, _ = run(capsys, "places", "add", "BFA", "--address", server.folder)
    assert (code, added[0]["sha256"]) == (0, hashlib.sha256(WHOLE).hexdigest())
    assert server.asked[4] == ("/dump/BF.zip", "bytes=20000-")


def test_packs_before_one_that_is_not_there_stay(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, told = run(capsys, "places", "add", "BFA", "MLI", "--address", server.folder)
    assert code == 2
    assert "404" in told
    _, packs, told = run(capsys, "places", "list")
    assert [pack["country"] for pack in packs] == ["BFA"]
    assert "is not used" not in told
    (tmp_path / "packs" / "BFA" / "index" / "key.npy").write_bytes(b"broken")
    for asked in (["places", "list"], ["geocode", "Bobo-Dioulasso"]):
        assert "Add it again: conflictmap places add BFA" in run(capsys, *asked)[2]


def test_places_are_installed_where_the_names_with_languages_cannot_be_had(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    code, added, told = run(capsys, "places", "add", "BFA", "--address", server.folder)
    assert (code, added[0]["places"], added[0]["names_file"]) == (0, 1, None)
    assert "The names of BFA with their languages are left out" in told
    assert "no names with languages" in told


def test_names_that_are_here_are_added_beside_the_places(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "BF.zip").write_bytes(WHOLE)
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / "BF.zip").write_bytes(NAMES)
    words = ("places", "add", "BFA", "--from", tmp_path / "BF.zip", "--names", tmp_path / "names")
    assert run(capsys, *words)[1][0]["names"] == 1
    code, _, told = run(capsys, "places", "add", "BFA", "--names", tmp_path / "names")
    assert (code, server.asked) == (2, [])
    assert "--from" in told


def test_files_that_are_here_are_added_without_asking_anybody(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "BF.zip").write_bytes(WHOLE)
    code, added, _ = run(capsys, "places", "add", "BFA", "--from", tmp_path)
    assert (code, len(added), server.asked) == (0, 1, [])
    assert (tmp_path / "BF.zip").exists()


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_long_table_is_located_in_parts_and_keeps_its_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "ROWS_AT_ONCE", 3)
    asked, out = tmp_path / "in.csv", tmp_path / "out.csv"
    rows = [["no", "Name", "COUNTRY", "note"]]
    rows += [[str(n), "Manbij" if n % 2 else "Nowhereville", "SYR", f"{n},\n!"] for n in range(8)]
    with asked.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    words = ("geocode", "--table", asked, "--out", out, "--progress")
    code, said, told = run(capsys, *words)
    assert (code, said["rows"], said["placed"]) == (0, 8, 4)
    assert "100%" in told
    written = table(out)
    assert list(written[0])[:4] == rows[0]
    assert [[r["no"], r["Name"], r["COUNTRY"], r["note"]] for r in written] == rows[1:]
    assert [bool(r["latitude"]) for r in written] == [False, True] * 4


def test_a_table_of_one_row_or_of_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked, out = tmp_path / "in.csv", tmp_path / "out.csv"
    asked.write_text("name,country\nManbij,SYR\n", encoding="utf-8")
    assert run(capsys, "geocode", "--table", asked, "--out", out)[1]["placed"] == 1
    asked.write_text("place,country\nManbij,SYR\n", encoding="utf-8")
    code, _, told = run(capsys, "geocode", "--table", asked, "--out", out)
    assert code == 2
    assert "name" in told


def test_what_a_person_set_in_a_store_is_asked_first_and_by_imports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, path = tmp_path / "first.csv", tmp_path / "store.duckdb"
    first.write_text("incident_id,place_name,country\na,Zzqashlun,SYR\n", encoding="utf-8")
    store = Store.open(path)
    ingest(first, store, TaughtGazetteer().of(store.snapshot()))
    point = Point(36.51, 37.32, "site", TYPED)
    place(store, ["a"], point, for_name=True, who="amal", why="seen on a map")
    found = run(capsys, "geocode", "Zzqashlun", "--country", "SYR", "--store", path)[1][0]
    assert (found["latitude"], found["location_source"]) == (36.51, "corrections")
    next_file = tmp_path / "next.csv"
    next_file.write_text("incident_id,place_name,country\nb,Zzqashlun,SYR\n", encoding="utf-8")
    assert run(capsys, "import", next_file, "--store", path)[0] == 0
    incident = store.incident("b")
    assert incident is not None
    assert (incident["latitude"], incident["location_precision"]) == (36.51, "site")
