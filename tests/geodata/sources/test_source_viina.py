"""VIINA's reports, in made-up rows of their shapes: version 1, and events joined over reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geodata.sources import Reading, read

REPORT = {
    "event_id": "1", "report_id": "37244", "location": "1", "tempid": "116738", "source": "ria",
    "date": "20220224", "url": "https://example.org/1", "time": "00:10",
    "text": "Обстрел, заявили в Донецке", "lang": "ua",
    "address": "Украина, Донецкая область, Горловка", "longitude": "38.00254",
    "latitude": "48.30608", "GEO_PRECISION": "ADM3", "GEO_API": "Yandex",
    "t_mil_pred": "0.9999957", "t_airstrike_pred": "5.35e-10", "t_artillery_pred": "0.9999992",
    "a_rus_pred": "6.58e-06", "a_ukr_pred": "0.9999998", "t_mil_b": "1", "t_airstrike_b": "0",
    "t_artillery_b": "1", "a_rus_b": "0", "a_ukr_b": "1",
}  # fmt: skip
JOINED = {
    "event_id_1pd": "7", "date": "20250301", "geonameid": "706483", "asciiname": "Kharkiv",
    "ADM1_NAME": "Kharkiv", "longitude": "36.25", "latitude": "49.98", "GEO_PRECISION": "STREET",
    "n_reports": "3", "t_mil_b": "1", "t_uav_b": "1", "t_airstrike_b": "1", "a_rus_b": "1",
    "a_ukr_b": "1", "a_rus_init_b": "1", "a_ukr_init_b": "0",
}  # fmt: skip


def table(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "viina.csv"
    pd.DataFrame(list(rows), dtype=object).to_csv(path, index=False)
    return path


def first(reading: Reading) -> dict[str, Any]:
    assert len(reading.incidents), reading.attention["reason"].tolist()
    return {k: None if pd.isna(v) else v for k, v in reading.incidents.iloc[0].items()}


def test_a_report_is_read_whole(tmp_path: Path) -> None:
    reading = read(table(tmp_path, REPORT))
    report = first(reading)
    assert reading.source_name == "viina"
    assert report["incident_id"] == "viina-20220224-1"
    assert (str(report["date_start"]), report["time_text"]) == ("2022-02-24", "00:10")
    assert (report["event_type"], report["weapon"]) == ("Explosions/Remote violence", "shelling")
    assert report["perpetrators"] == "Ukrainian or Ukrainian-aligned forces"
    assert (report["location_precision"], report["country"]) == ("town", "UKR")
    assert report["quality_flags"] is None
    assert report["killed_low"] is None
    account = reading.accounts.iloc[0]
    assert (account["publisher"], account["language"]) == ("ria", "uk")
    assert (account["quote"], account["url"]) == (REPORT["text"], REPORT["url"])


def test_events_joined_over_reports_say_who_began_them(tmp_path: Path) -> None:
    reading = read(table(tmp_path, JOINED))
    event = first(reading)
    assert event["incident_id"] == "viina-1pd-20250301-7"
    assert event["weapon"] == "air-strike | drone-strike"
    assert event["perpetrators"] == "Russian or Russian-aligned forces"
    assert (event["place_name"], event["location_precision"]) == ("Kharkiv", "street")
    assert event["title"] == "Air strike, Kharkiv"
    assert reading.accounts.empty


@pytest.mark.parametrize(
    ("cells", "event_type"),
    [
        ({"t_artillery_b": "", "t_artillery_pred": "0.5"}, "Explosions/Remote violence"),
        ({"t_artillery_b": "", "t_artillery_pred": "0.49"}, None),
        ({"t_artillery_b": "0", "t_artillery_pred": "0.99"}, None),
        ({"t_mil_b": "0"}, None),
        ({"t_mil_b": "", "t_mil_pred": "1e-3"}, None),
        ({"t_artillery_b": "0", "t_firefight_b": "1"}, "Battles"),
    ],
)
def test_a_label_counts_from_a_half_and_a_yes_before_a_probability(
    tmp_path: Path, cells: dict[str, str], event_type: str | None
) -> None:
    report = first(read(table(tmp_path, REPORT | cells)))
    assert report["event_type"] == event_type
    assert (report["quality_flags"] == "source-unclear") is (event_type is None)


@pytest.mark.parametrize(
    ("code", "precision"), [("ADM1", "admin1"), ("adm2", "admin2"), ("", "near")]
)
def test_a_point_is_as_exact_as_its_code_says(tmp_path: Path, code: str, precision: str) -> None:
    report = first(read(table(tmp_path, REPORT | {"GEO_PRECISION": code})))
    assert report["location_precision"] == precision


def test_an_unknown_precision_is_flagged_and_a_country_is_no_point(tmp_path: Path) -> None:
    rows = [
        REPORT | {"GEO_PRECISION": "RIVER"},
        REPORT | {"event_id": "2", "GEO_PRECISION": "ADM0"},
        REPORT | {"event_id": "3", "latitude": "50.59", "longitude": "36.58"},
    ]
    incidents = read(table(tmp_path, *rows)).incidents
    assert incidents["location_precision"].tolist() == ["near", "country", "town"]
    assert "code-unknown" in incidents["quality_flags"].tolist()[0]
    assert incidents["latitude"].isna().tolist() == [False, True, False]
    assert pd.isna(incidents["country"].tolist()[2])  # Belgorod


def test_an_event_without_a_number_or_a_day_waits(tmp_path: Path) -> None:
    reading = read(table(tmp_path, REPORT | {"event_id": ""}, REPORT | {"date": ""}))
    assert len(reading.attention) == 2
