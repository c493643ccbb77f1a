"""ACLED's exports and API rows, in made-up rows of their shape."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from geodata.sources import read

EVENT = {
    "event_id_cnty": "SYR1", "event_date": "09 May 2020", "year": "2020", "time_precision": "1",
    "event_type": "Battles", "sub_event_type": "Armed clash", "actor1": "A",
    "assoc_actor_1": "B; C", "inter1": "1", "actor2": "D", "assoc_actor_2": "", "inter2": "2",
    "country": "Syria", "admin1": "Aleppo", "location": "Tadef", "latitude": "36.34",
    "longitude": "37.53", "geo_precision": "1", "source": "SOHR; Radio", "notes": "On 9 May, …",
    "fatalities": "3",
}  # fmt: skip


def acled(folder: Path, *events: dict[str, str]) -> Path:
    path = folder / "acled.csv"
    pd.DataFrame([EVENT | event for event in events]).to_csv(path, index=False)
    return path


def test_an_event_is_read_whole(tmp_path: Path) -> None:
    reading = read(acled(tmp_path, {}))
    event = reading.incidents.iloc[0]
    assert reading.source_name == "acled"
    assert (event["incident_id"], event["event_type"]) == ("acled-SYR1", "Battles")
    assert str(event["date_start"]) == str(event["date_end"]) == "2020-05-09"
    assert (event["side_a"], event["side_b"]) == ("A | B | C", "D")
    assert (event["killed_low"], event["killed_high"]) == (3, 3)
    assert event["weapon"] is pd.NA
    assert event["injured_low"] is pd.NA
    assert reading.accounts["publisher"].tolist() == ["SOHR", "Radio"]


def test_the_api_gives_the_same_event(tmp_path: Path) -> None:
    path = tmp_path / "acled.json"
    path.write_text(json.dumps({"status": 200, "data": [EVENT]}), encoding="utf-8")
    pd.testing.assert_frame_equal(read(path).incidents, read(acled(tmp_path, {})).incidents)


@pytest.mark.parametrize("date", ["9-May-20", "2020-05-09", "9 May 2020"])
def test_dates_of_all_exports_are_read(tmp_path: Path, date: str) -> None:
    day = read(acled(tmp_path, {"event_date": date})).incidents["date_start"].tolist()[0]
    assert str(day) == "2020-05-09"


@pytest.mark.parametrize(
    ("precision", "first", "last", "word"),
    [("2", "2020-05-06", "2020-05-12", "week"), ("3", "2020-05-01", "2020-05-31", "month")],
)
def test_a_coarse_time_is_a_span(
    tmp_path: Path, precision: str, first: str, last: str, word: str
) -> None:
    event = read(acled(tmp_path, {"time_precision": precision})).incidents.iloc[0]
    assert (str(event["date_start"]), str(event["date_end"])) == (first, last)
    assert event["date_precision"] == word


@pytest.mark.parametrize(("code", "word"), [("1", "town"), ("2", "near"), ("3", "admin1")])
def test_places_are_as_exact_as_acled_says(tmp_path: Path, code: str, word: str) -> None:
    event = read(acled(tmp_path, {"geo_precision": code})).incidents.iloc[0]
    assert event["location_precision"] == word


@pytest.mark.parametrize("inter", ["7", "Civilians"])
def test_civilians_are_known_by_number_and_by_word(tmp_path: Path, inter: str) -> None:
    event = read(acled(tmp_path, {"inter2": inter, "actor2": "Civilians (Syria)"})).incidents.iloc[
        0
    ]
    assert (event["perpetrators"], event["targets"]) == ("A", "Civilians (Syria)")


@pytest.mark.parametrize(
    ("sub_event", "weapon"),
    [("Air/drone strike", "air-strike"), ("Suicide bomb", "suicide-bomb"), ("Grenade", "grenade")],
)
def test_a_sub_event_names_its_weapon(tmp_path: Path, sub_event: str, weapon: str) -> None:
    changed = {"sub_event_type": sub_event, "event_type": "Explosions/Remote Violence"}
    event = read(acled(tmp_path, changed)).incidents.iloc[0]
    assert (event["event_type"], event["weapon"]) == ("Explosions/Remote violence", weapon)
    assert (event["weapon_text"], event["weapon_basis"]) == (sub_event, "coded")


def test_a_line_that_breaks_off_is_kept(tmp_path: Path) -> None:
    path = acled(tmp_path, {}, {"event_id_cnty": "SYR2"})
    path.write_text(path.read_text(encoding="utf-8")[:-60], encoding="utf-8")
    reading = read(path)
    assert len(reading.incidents) == 1
    assert "breaks off" in reading.attention["reason"].tolist()[0]


def test_a_deleted_event_waits_for_a_person(tmp_path: Path) -> None:
    path = tmp_path / "deleted.csv"
    path.write_text("event_id_cnty,deleted_timestamp\nSYR1,1600000000\n", encoding="utf-8")
    reading = read(path)
    assert reading.source_name == "acled"
    assert "deleted" in reading.attention["reason"].tolist()[0]
