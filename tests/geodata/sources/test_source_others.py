"""Airwars, TimeMap and the Global Terrorism Database: made-up rows and real files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geodata.sources import Reading, read

HARM = {
    "code": "CS1", "date": "2016-06-16", "date_end": "", "local_time": "around_dawn",
    "location_en": "Kuma village", "location_ar": "قرية", "region": "Raqqa", "governorate": "",
    "country_ar": "سوريا", "lat": "35.95", "lon": "39.0", "geo_accuracy": "village",
    "belligerents": "Russian Military, U.S.-led Coalition",
    "strike_type": "Airstrike, Drone Strike",
    "evidence": "Contested", "notes": "Cluster Munitions", "civ_killed_min": "2",
    "civ_killed_max": "4", "civ_injured_min": "", "civ_injured_max": "", "mil_killed_min": "",
    "mil_killed_max": "", "n_sources": "3", "url": "https://example.org/cs1",
}  # fmt: skip


def table(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "table.csv"
    pd.DataFrame(list(rows), dtype=object).to_csv(path, index=False)
    return path


def first(reading: Reading) -> dict[str, Any]:
    assert len(reading.incidents), reading.attention["reason"].tolist()
    return {k: None if pd.isna(v) else v for k, v in reading.incidents.iloc[0].items()}


def test_an_assessment_of_airwars_is_read_whole(tmp_path: Path) -> None:
    reading = read(table(tmp_path, HARM))
    row = first(reading)
    assert reading.source_name == "airwars"
    assert (row["incident_id"], row["grade"], row["country"]) == ("airwars-CS1", "contested", "SYR")
    assert row["perpetrators"] == "Russian Military | U.S.-led Coalition"
    assert row["weapon"] == "air-strike | drone-strike | cluster-munition"
    assert (row["killed_low"], row["killed_high"]) == (2, 4)
    assert (row["civilians_killed_low"], row["civilians_killed_high"]) == (2, 4)
    assert row["injured_low"] is None
    assert (row["location_precision"], row["latitude"]) == ("town", 35.95)
    assert row["time_text"] == "around_dawn"
    assert reading.accounts["url"].tolist() == ["https://example.org/cs1"]


def test_fighters_that_airwars_counts_are_among_all_killed(tmp_path: Path) -> None:
    row = first(read(table(tmp_path, HARM | {"mil_killed_min": "1", "mil_killed_max": "5"})))
    assert (row["killed_low"], row["killed_high"]) == (3, 9)
    assert (row["civilians_killed_low"], row["civilians_killed_high"]) == (2, 4)


def test_none_killed_is_not_killed_unknown(tmp_path: Path) -> None:
    none = HARM | {"code": "CS2", "civ_killed_min": "0", "civ_killed_max": "0"}
    unknown = HARM | {"code": "CS3", "civ_killed_min": "", "civ_killed_max": ""}
    killed = read(table(tmp_path, none, unknown)).incidents["killed_low"]
    assert killed.isna().tolist() == [False, True]
    assert killed.tolist()[0] == 0


def test_a_name_without_a_point_is_left_to_be_looked_up(tmp_path: Path) -> None:
    row = first(read(table(tmp_path, HARM | {"lat": "", "lon": "", "geo_accuracy": ""})))
    assert (row["latitude"], row["location_precision"]) == (None, None)
    assert (row["place_name"], row["admin1"]) == ("Kuma village", "Raqqa")


def test_an_arabic_name_serves_where_there_is_no_other(tmp_path: Path) -> None:
    assert first(read(table(tmp_path, HARM | {"location_en": ""})))["place_name"] == "قرية"


@pytest.mark.real_data
def test_no_row_of_airwars_is_lost(real_data: Path) -> None:
    reading = read(real_data / "airwars_syria_dev.csv")
    source = pd.read_csv(real_data / "airwars_syria_dev.csv", dtype=str)
    incidents = reading.incidents
    assert reading.rows == len(incidents) == 2459
    assert incidents["civilians_killed_low"].isna().sum() == source["civ_killed_min"].isna().sum()
    assert (incidents["civilians_killed_low"] == 0).sum() == (source["civ_killed_min"] == "0").sum()
    assert (incidents["grade"] == "confirmed").sum() == (source["evidence"] == "Confirmed").sum()
    assert incidents["latitude"].notna().sum() == source["lat"].notna().sum()


EVENT = {
    "id": "CIV1", "date": "3/4/2022", "latitude": "49.85", "longitude": "36.66",
    "location": "Chuhuiv", "description": "A block was hit.",
    "sources": [{"id": "s1", "path": "https://example.org/1", "description": "A block"},
                {"id": "s2", "path": "https://example.org/2", "description": "The same"}],
    "filters": [{"key": "Weapon System", "value": "Cluster munitions"},
                {"key": "Type of area affected", "value": "Residential"}],
}  # fmt: skip


def test_an_event_of_timemap_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text(json.dumps([EVENT, EVENT | {"id": "CIV2", "sources": []}]), encoding="utf-8")
    reading = read(path)
    row = first(reading)
    assert reading.source_name == "timemap"
    assert str(row["date_start"]) == "2022-03-04"
    assert (row["weapon"], row["targets"]) == ("cluster-munition", "Residential")
    assert (row["latitude"], row["location_precision"]) == (49.85, "site")
    assert row["killed_low"] is None
    assert reading.accounts["url"].tolist() == ["https://example.org/1", "https://example.org/2"]


@pytest.mark.real_data
def test_every_event_of_bellingcat_keeps_all_its_sources(real_data: Path) -> None:
    path = real_data / "bellingcat_ukraine_events.json"
    reading = read(path)
    source = json.loads(path.read_text(encoding="utf-8"))
    assert reading.rows == len(reading.incidents) == 366
    assert len(reading.accounts) == sum(len(event["sources"]) for event in source)
    days = reading.incidents["date_start"]
    assert str(days.min()) == "2022-02-24"
    assert str(days.max()) < "2022-06"
    assert reading.incidents["latitude"].notna().all()


ATTACK = {
    "eventid": "201606160001", "iyear": "2016", "imonth": "6", "iday": "16", "approxdate": "",
    "country_txt": "Iraq", "provstate": "Baghdad", "city": "Baghdad", "latitude": "33.3",
    "longitude": "44.4", "specificity": "1", "attacktype1": "3",
    "attacktype1_txt": "Bombing/Explosion", "weaptype1": "6", "weapsubtype1": "15",
    "gname": "Unknown", "target1": "Market", "nkill": "3", "nwound": "-99",
    "summary": "A car bomb.", "scite1": '"A paper," 16 June 2016.', "scite2": "",
}  # fmt: skip


def test_an_attack_of_gtd_is_read_whole(tmp_path: Path) -> None:
    reading = read(table(tmp_path, ATTACK))
    row = first(reading)
    assert reading.source_name == "gtd"
    assert (str(row["date_start"]), row["date_precision"]) == ("2016-06-16", "day")
    assert (row["event_type"], row["weapon"]) == ("Explosions/Remote violence", "car-bomb")
    assert (row["killed_best"], row["injured_best"]) == (3, None)
    assert (row["perpetrators"], row["targets"]) == (None, "Market")
    assert reading.accounts["account_id"].tolist() == ["gtd-201606160001-1"]


@pytest.mark.parametrize(
    ("changed", "first_day", "last_day", "precision"),
    [
        ({"iday": "0"}, "2016-06-01", "2016-06-30", "month"),
        ({"iday": "0", "imonth": "0"}, "2016-01-01", "2016-12-31", "year"),
    ],
)
def test_a_nought_in_a_date_of_gtd_is_not_known(
    tmp_path: Path, changed: dict[str, str], first_day: str, last_day: str, precision: str
) -> None:
    row = first(read(table(tmp_path, ATTACK | changed)))
    found = (str(row["date_start"]), str(row["date_end"]), row["date_precision"])
    assert found == (first_day, last_day, precision)


def test_a_country_of_gtd_is_no_pin(tmp_path: Path) -> None:
    row = first(read(table(tmp_path, ATTACK | {"specificity": "5"})))
    assert (row["latitude"], row["location_precision"]) == (None, "country")
