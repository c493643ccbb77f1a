"""The file that is passed on: what is in it, what is not, and what could never run."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import html.parser
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import share
from dashboard.cli import main
from dashboard.share import SharedPage, page, standalone_html
from geodata.filters import IncidentFilter, parse_filter
from geodata.pack import in_pack_order
from geodata.schema import ACCOUNTS, INCIDENTS, conform, to_arrow
from geodata.store import Store
from tests.hostile import PAYLOADS

MADE_AT = dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC)
AL_TANF = "sample-al-tanf-2016"


class Blocks(html.parser.HTMLParser):
    """The script elements of a page by their id, and every tag."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.held: dict[str, str] = {}
        self.tags: list[str] = []
        self.policy = ""
        self._open: str | None = None
        self.feed(content.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self._open = given.get("id") if tag == "script" else None
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.held[self._open] = self.held.get(self._open, "") + data

    def about(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.held["shared-about"])
        return read

    def details(self) -> dict[str, Any]:
        unpacked = gzip.decompress(base64.b64decode(self.held["shared-details"]))
        read: dict[str, Any] = json.loads(unpacked)
        return read


def shared(store: Store, query: str = "", **options: Any) -> tuple[SharedPage, Blocks]:
    made = standalone_html(store, parse_filter(query), made_at=MADE_AT, **options)
    return made, Blocks(made.content)


def test_the_file_says_when_from_which_store_and_with_which_filter_it_was_made(
    sample_store: Store,
) -> None:
    made, blocks = shared(sample_store, "country=SYR", title="Syria")
    about = blocks.about()
    expected = sample_store.snapshot().summary(parse_filter("country=SYR")).incidents
    assert made.incidents == expected
    assert about["made_at"] == "2026-01-02T03:04:00+00:00"
    assert about["store_version"] == sample_store.version()
    assert about["predicate"] == {"countries": ["SYR"]}
    assert about["title"] == "Syria"
    assert about["sentence"].startswith(f"{expected:,} incidents")
    assert [entry["dataset"] for entry in about["datasets"]] == ["sample"]
    assert "CC BY 4.0" in about["datasets"][0]["licence"]
    assert {"GeoNames", "Natural Earth", "Leaflet"} <= {one["name"] for one in about["credits"]}


def test_only_the_chosen_incidents_and_their_accounts_are_inside(sample_store: Store) -> None:
    _, blocks = shared(sample_store, "q=al-tanf")
    details = blocks.details()
    ids = details["incidents"]["values"]["incident_id"]
    assert AL_TANF in ids
    assert len(ids) < len(sample_store.snapshot())
    expected = sample_store.accounts(ids)
    assert sorted(details["accounts"]["values"]["account_id"]) == sorted(expected["account_id"])
    assert details["account_rows"].count(ids.index(AL_TANF)) == 2


def test_drafts_and_withheld_incidents_stay_and_are_counted(sample_store: Store) -> None:
    ids = sample_store.snapshot().incidents["incident_id"].to_pylist()[:2]
    for name, status in zip(ids, ("draft", "withheld"), strict=True):
        sample_store.edit(name, {"status": status}, who="test", why="test")
    made, blocks = shared(sample_store)
    assert made.unpublished == blocks.about()["unpublished_left_out"] == 2
    inside = blocks.details()["incidents"]["values"]["incident_id"]
    assert not set(ids) & set(inside)
    assert len(inside) == made.incidents == len(sample_store.snapshot()) - 2


def test_sensitive_incidents_leave_only_when_asked(sample_store: Store) -> None:
    sample_store.edit(AL_TANF, {"sensitive": True}, who="test", why="test")
    made, blocks = shared(sample_store)
    assert made.sensitive == blocks.about()["sensitive_left_out"] == 1
    assert AL_TANF not in blocks.details()["incidents"]["values"]["incident_id"]
    made, blocks = shared(sample_store, sensitive=True)
    assert made.sensitive == 0
    assert AL_TANF in blocks.details()["incidents"]["values"]["incident_id"]


def test_who_changed_what_does_not_leave(sample_store: Store) -> None:
    sample_store.edit(AL_TANF, {"title": "Mended"}, who="Nora Secret", why="a private reason")
    _, blocks = shared(sample_store)
    everything = json.dumps([blocks.details(), blocks.about()])
    assert "Mended" in everything
    assert "Nora Secret" not in everything
    assert "a private reason" not in everything
    assert "import_id" not in everything


def test_beyond_the_limit_texts_stay_and_the_file_says_so(
    sample_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share, "MOST_DETAILED", 10)
    made, blocks = shared(sample_store)
    assert not made.details
    assert blocks.about()["details"] is False
    assert "shared-details" not in blocks.held
    assert b"al-Tanf border crossing" not in made.content


def test_lakes_and_rivers_leave_where_they_fit_and_the_map_does_not_ask_for_them_elsewhere(
    sample_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    water = "conflictmap/data/water.bin.gz"
    made, blocks = shared(sample_store)
    assert len(blocks.held[water]) > 50_000
    assert f'"#{water}"'.encode() in made.content
    monkeypatch.setattr(share, "SIZE_LIMITS", {True: 0, False: 0})
    made, blocks = shared(sample_store)
    assert water not in blocks.held
    assert water.encode() not in made.content
    assert b'"water": null' in made.content


def test_a_choice_of_nothing_is_a_page_all_the_same(sample_store: Store) -> None:
    made, blocks = shared(sample_store, "country=ATA")
    assert made.incidents == 0
    assert blocks.about()["sentence"].startswith("0 incidents")


def test_the_policy_allows_no_connection_and_only_the_scripts_of_the_page(
    sample_store: Store,
) -> None:
    _, blocks = shared(sample_store, "q=al-tanf")
    rules = dict(rule.split(" ", 1) for rule in blocks.policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == "data: blob:"
    assert "unsafe" not in rules["script-src"]
    assert rules["script-src"].count("'sha256-") == 4
    assert "http" not in blocks.policy


def hostile_tables() -> tuple[pa.Table, pa.Table]:
    """A payload in every text of an incident and of its account."""
    free = [column.name for column in INCIDENTS if column.kind in {"text", "list"}]
    coded = {"weapon", "weapon_group"}
    rows = [
        {name: text for name in free if name not in coded}
        | {"incident_id": f"h{number}-{text[:40]}", "location_precision": "unknown"}
        for number, text in enumerate(PAYLOADS)
    ]
    texts = [column.name for column in ACCOUNTS if column.kind in {"text", "list"}]
    accounts = [
        dict.fromkeys(texts, row["title"])
        | {"account_id": f"a{number}", "incident_id": row["incident_id"]}
        for number, row in enumerate(rows)
    ]
    frames = (
        conform(pd.DataFrame(rows), INCIDENTS),
        conform(pd.DataFrame(accounts), ACCOUNTS),
    )
    return in_pack_order(to_arrow(frames[0], INCIDENTS)), to_arrow(frames[1], ACCOUNTS)


def test_hostile_text_adds_no_element_and_comes_out_as_it_was(sample_store: Store) -> None:
    _, plain = shared(sample_store, "q=al-tanf")
    incidents, accounts = hostile_tables()
    said = {
        "title": PAYLOADS[20] + PAYLOADS[21],
        "made_at": "2026-01-02T03:04:00+00:00",
        "store_version": 1,
        "predicate": {"text": "</script><!--<script>", "actors": list(PAYLOADS)},
        "unpublished_left_out": 0,
        "sensitive_left_out": 0,
    }
    blocks = Blocks(page(incidents, accounts, said))
    assert blocks.tags == plain.tags
    assert blocks.about()["predicate"] == said["predicate"]
    titles = blocks.details()["incidents"]["values"]["title"]
    assert titles == incidents["title"].to_pylist()


def test_the_command_writes_the_file_and_tells_what_is_in_it(
    sample_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "syria.html"
    words = ["export", "--format", "html", "--out", str(out), "--store", str(sample_file)]
    assert main([*words, "--where", "country=SYR", "--title", "Syria", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["bytes"] == out.stat().st_size
    assert told["files"] == [str(out)]
    snapshot = Store.open(sample_file).snapshot()
    assert told["rows"] == len(snapshot.rows(IncidentFilter(countries=("SYR",))))
    assert Blocks(out.read_bytes()).about()["title"] == "Syria"
    assert [path.name for path in tmp_path.iterdir()] == ["syria.html"]


@pytest.mark.parametrize("more", [["--title", "x"], ["--sensitive"], ["--layers"]])
def test_what_only_a_page_has_is_refused_with_other_formats(
    sample_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    out = tmp_path / "x.csv"
    words = ["export", "--format", "csv", "--out", str(out), "--store", str(sample_file)]
    assert main([*words, *more]) == 2
    assert "--format html" in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_that_is_not_there_is_one_sentence(
    sample_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "nowhere" / "x.html"
    words = ["export", "--format", "html", "--out", str(out), "--store", str(sample_file)]
    assert main(words) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_the_map_page_offers_the_file() -> None:
    script = Path(__file__).parents[2] / "dashboard" / "app.py"
    test = AppTest.from_file(str(script), default_timeout=60)
    test.session_state["open_share"] = True
    test.run()
    assert not test.exception
    assert any("Share as one file" in fold.label for fold in test.sidebar.expander)
    assert test.sidebar.checkbox(key="share_sensitive").value is False
