"""GDELT's event files, in made-up rows of their shape: tab-separated, 61 columns, no header."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
import pytest

from dashboard.cli import main
from geodata.ingest import ingest
from geodata.sources import Reading, read
from geodata.sources.headerless import GDELT_COLUMNS
from geodata.store import Store, counted

EVENT = dict.fromkeys(GDELT_COLUMNS, "") | {
    "GLOBALEVENTID": "1000000001", "SQLDATE": "20260314", "MonthYear": "202603", "Year": "2026",
    "FractionDate": "2026.2000", "Actor1Code": "SYRMIL", "Actor1Name": "SYRIA",
    "Actor1CountryCode": "SYR", "Actor1Type1Code": "MIL", "Actor2Code": "CVL",
    "Actor2Name": "VILLAGER", "Actor2Type1Code": "CVL", "IsRootEvent": "1", "EventCode": "195",
    "EventBaseCode": "195", "EventRootCode": "19", "QuadClass": "4", "GoldsteinScale": "-10",
    "NumMentions": "12", "NumSources": "2", "NumArticles": "12", "AvgTone": "-7.5",
    "ActionGeo_Type": "4", "ActionGeo_FullName": "Tadef, Halab, Syria",
    "ActionGeo_CountryCode": "SY", "ActionGeo_ADM1Code": "SY09", "ActionGeo_ADM2Code": "",
    "ActionGeo_Lat": "36.3483", "ActionGeo_Long": "37.5311", "ActionGeo_FeatureID": "-1",
    "DATEADDED": "20260314120000", "SOURCEURL": 'https://www.example.org/a"b.html',
}  # fmt: skip


TALKS = (
    {"GLOBALEVENTID": "8", "EventCode": "042", "EventRootCode": "04"},
    {"GLOBALEVENTID": "9", "EventCode": "141", "EventRootCode": "14"},
)


def saved(folder: Path, *events: dict[str, str], name: str = "20260314120000.export.CSV") -> Path:
    path = folder / name
    lines = ["\t".join((EVENT | event)[column] for column in GDELT_COLUMNS) for event in events]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def first(reading: Reading) -> dict[str, Any]:
    assert len(reading.incidents), reading.attention["reason"].tolist()
    return {k: None if pd.isna(v) else v for k, v in reading.incidents.iloc[0].items()}


def test_a_file_without_a_header_is_known_by_what_it_holds(tmp_path: Path) -> None:
    reading = read(saved(tmp_path, {}, {"GLOBALEVENTID": "1000000002"}))
    event = first(reading)
    assert (reading.source_name, reading.rows) == ("gdelt", 2)
    assert reading.incidents["incident_id"].tolist() == ["gdelt-1000000001", "gdelt-1000000002"]
    assert str(event["date_start"]) == "2026-03-14"
    assert event["event_type"] == "Explosions/Remote violence"
    assert (event["weapon"], event["weapon_basis"]) == ("air-strike", "coded")
    assert (event["side_a"], event["side_b"]) == ("SYRIA", "VILLAGER")
    assert (event["perpetrators"], event["targets"]) == ("SYRIA", "VILLAGER")
    assert event["title"] == "Aerial weapons, Tadef, Halab, Syria"
    assert (event["place_name"], event["admin1"], event["country"]) == ("Tadef", "Halab", "SYR")
    assert (event["latitude"], event["location_precision"]) == (36.3483, "town")
    assert (event["n_sources"], event["summary"]) == (2, "Coded by machine from 12 articles.")
    account = reading.accounts.iloc[0]
    assert (account["publisher"], account["url"]) == ("example.org", EVENT["SOURCEURL"])


def test_gdelt_counts_nobody_so_nobody_is_counted_as_none(tmp_path: Path) -> None:
    figures = read(saved(tmp_path, {})).incidents
    people = [c for c in figures if c.endswith(("_low", "_best", "_high"))]
    assert figures[people].isna().all(axis=None)


def test_what_is_no_material_conflict_is_kept_with_its_reason(tmp_path: Path) -> None:
    talk = {"EventCode": "042", "EventBaseCode": "042", "EventRootCode": "04", "QuadClass": "1"}
    protest = {"EventCode": "141", "EventBaseCode": "141", "EventRootCode": "14"}
    reading = read(saved(tmp_path, talk, {}, protest, protest))
    assert (reading.rows, len(reading.incidents), len(reading.attention)) == (4, 1, 3)
    assert reading.attention["row"].tolist() == [1, 3, 4]
    assert reading.attention["reason"].tolist() == [
        f"Left out: no material conflict (CAMEO root {root})" for root in ("04", "14", "14")
    ]
    assert json.loads(reading.attention["raw"][0])["EventCode"] == "042"
    assert "Of its 4 events 3 are no material conflict" in reading.notes[0]


def test_rows_that_are_left_out_add_up_and_wait_for_nobody(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.duckdb")
    path = saved(tmp_path, *TALKS, {}, {"GLOBALEVENTID": "7", "EventCode": "99"})
    done = ingest(path, store, _no_gazetteer)
    ends = {"rows": 4, "added": 1, "updated": 0, "duplicates": 0, "attention": 3, "left_out": 2}
    assert done.counts == ends
    assert counted(ends) == (
        "4 rows, of which 1 added, 0 updated, 0 already there, 1 need attention, 2 left out"
    )
    assert store.attention()["row"].tolist() == [4]
    assert done.needs_attention["row"].tolist() == [4]
    found = store.left_out()
    assert found["rows"].tolist() == [1, 1]
    assert "CAMEO root 14" in found["reason"][1]
    assert json.loads(store.left_out_rows()["raw"][1])["GLOBALEVENTID"] == "9"
    store.undo(done.import_id, who="a", why="b")
    assert store.left_out().empty
    store.redo(done.import_id, who="a", why="b")
    assert store.left_out()["rows"].sum() == 2


def test_a_file_of_which_only_left_out_rows_wait_is_not_read_again(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.duckdb")
    path = saved(tmp_path, *TALKS, {})
    first = ingest(path, store, _no_gazetteer)
    again = ingest(path, store, _no_gazetteer)
    assert (first.left_out, again.counts["duplicates"], again.left_out) == (2, 3, 0)
    assert store.left_out()["import_id"].unique().tolist() == [first.import_id]
    assert "imported before" in again.notes[-1]


def test_what_a_reader_left_out_is_listed_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, out = tmp_path / "s.duckdb", tmp_path / "left.csv"
    path = saved(tmp_path, *TALKS, {})
    assert main(["import", str(path), "--store", str(store), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["attention"], told["left_out"], told["attention_file"]) == (2, 2, None)
    asked = ["attention", "--left-out", "--store", str(store)]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "1 rows: Left out: no material conflict (CAMEO root 04)" in said
    assert "2 rows are left out." in said
    assert main([*asked, "--out", str(out)]) == 0
    written = csv.DictReader(out.read_text("utf-8").splitlines())
    assert [line["GLOBALEVENTID"] for line in written] == ["8", "9"]
    assert main(["attention", "--store", str(store)]) == 0
    assert capsys.readouterr().out.endswith("0 rows wait.\n")


def _no_gazetteer() -> NoReturn:
    raise AssertionError("every row here has its point")


@pytest.mark.parametrize(
    ("kind", "name", "known"),
    [
        ("1", "Syria", ("country", None, None)),
        ("5", "Halab, Syria", ("admin1", None, "Halab")),
        ("2", "Texas, United States", ("admin1", None, "Texas")),
        ("3", "Dallas, Texas, United States", ("town", "Dallas", "Texas")),
    ],
)
def test_a_centroid_is_not_drawn_as_a_town(
    tmp_path: Path, kind: str, name: str, known: tuple[str | None, ...]
) -> None:
    place = {"ActionGeo_Type": kind, "ActionGeo_FullName": name}
    event = first(read(saved(tmp_path, place)))
    assert (event["location_precision"], event["place_name"], event["admin1"]) == known
    assert (event["latitude"] is None) is (kind == "1")


@pytest.mark.parametrize(
    ("code", "event_type", "weapon"),
    [
        ("190", "Battles", None),
        ("1952", "Explosions/Remote violence", "drone-strike"),
        ("1834", "Explosions/Remote violence", "explosive-unclear"),
        ("1829", "Violence against civilians", None),  # in no list: read as 182
        ("155", "Strategic developments", None),
        ("192", "Strategic developments", None),
        ("202", "Violence against civilians", None),
    ],
)
def test_a_code_says_what_kind_of_event_it_is(
    tmp_path: Path, code: str, event_type: str, weapon: str | None
) -> None:
    event = first(read(saved(tmp_path, {"EventCode": code, "EventRootCode": code[:2]})))
    assert (event["event_type"], event["weapon"]) == (event_type, weapon)


@pytest.mark.parametrize(
    ("code", "name", "iso"),
    [("IS", "Gaza, Israel (general), Israel", "ISR"), ("RB", "Nis, Serbia", "SRB"),
     ("GZ", "Khan Yunis, Gaza Strip (general), Gaza Strip", "PSE"), ("IZ", "Mosul, Iraq", "IRQ"),
     ("", "Mosul, Iraq", "IRQ")],
)  # fmt: skip
def test_a_country_code_is_fips_and_not_iso(tmp_path: Path, code: str, name: str, iso: str) -> None:
    cells = {"ActionGeo_CountryCode": code, "ActionGeo_FullName": name}
    assert first(read(saved(tmp_path, cells)))["country"] == iso


def test_a_row_that_cannot_be_used_waits_with_its_reason(tmp_path: Path) -> None:
    rows = [
        {"GLOBALEVENTID": ""}, {"EventCode": ""}, {"EventCode": "99", "EventRootCode": "99"},
        {"ActionGeo_Type": "7"}, {"SQLDATE": "20261301"}, {},
    ]  # fmt: skip
    reading = read(saved(tmp_path, {}, *rows))
    assert (reading.rows, len(reading.incidents)) == (7, 2)
    assert reading.attention["row"].tolist() == [2, 3, 4, 5, 6]
    reasons = " ".join(reading.attention["reason"])
    for part in ("has a number", "no event code", "'99' is no CAMEO code", "no geography code"):
        assert part in reasons


def test_a_row_without_a_place_is_kept(tmp_path: Path) -> None:
    nowhere = {name: "" for name in GDELT_COLUMNS if name.startswith("ActionGeo")}
    event = first(read(saved(tmp_path, nowhere | {"ActionGeo_Type": "0"})))
    assert (event["latitude"], event["location_precision"], event["country"]) == (None, None, None)


def test_a_row_cut_off_is_kept_under_its_own_number(tmp_path: Path) -> None:
    path = saved(tmp_path, {}, {})
    path.write_text(path.read_text() + "1000000009\t2026\n", encoding="utf-8")
    reading = read(path)
    assert (len(reading.incidents), reading.attention["row"].tolist()) == (2, [3])
    assert "2 of 61 cells" in reading.attention["reason"].tolist()[0]


def test_the_same_events_are_read_from_a_table_with_a_header(tmp_path: Path) -> None:
    path = tmp_path / "bq.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, GDELT_COLUMNS)
        writer.writeheader()
        writer.writerow(EVENT)
    whole = read(path)
    pd.testing.assert_frame_equal(whole.incidents, read(saved(tmp_path, {})).incidents)
    few = pd.DataFrame([EVENT]).drop(columns=["EventRootCode"])
    few.to_csv(path, index=False)
    assert read(path).incidents["incident_id"].tolist() == ["gdelt-1000000001"]


def test_an_address_that_is_none_is_a_title(tmp_path: Path) -> None:
    account = read(saved(tmp_path, {"SOURCEURL": "BBC Monitoring"})).accounts.iloc[0]
    assert account["source_title"] == "BBC Monitoring"
    assert pd.isna(account["url"])
    assert read(saved(tmp_path, {"SOURCEURL": ""})).accounts.empty
