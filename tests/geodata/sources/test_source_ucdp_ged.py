"""UCDP's Georeferenced Event Dataset, made-up rows in its shape and the real files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geodata.sources import read

COLUMNS = [
    "id", "year", "type_of_violence", "side_a", "side_b", "number_of_sources", "source_article",
    "where_prec", "where_coordinates", "adm_1", "adm_2", "latitude", "longitude", "country",
    "event_clarity", "date_prec", "date_start", "date_end", "deaths_a", "deaths_b",
    "deaths_civilians", "deaths_unknown", "low", "best", "high",
]  # fmt: skip
ARTICLES = '"Paper, 2016-06-17,Ten, or eleven, killed";"Radio,2016-06-18,Eleven; all men"'
EVENT = {
    "id": "7", "year": "2016", "type_of_violence": "1", "side_a": "Government of A",
    "side_b": "B", "number_of_sources": "2", "where_prec": "1",
    "source_article": ARTICLES,
    "where_coordinates": "Kuma village", "adm_1": "North", "adm_2": "", "latitude": "13.5",
    "longitude": "2.1", "country": "Yemen (North Yemen)", "event_clarity": "1", "date_prec": "1",
    "date_start": "2016-06-16 00:00:00.000", "date_end": "2016-06-16 00:00:00.000",
    "deaths_a": "1", "deaths_b": "2", "deaths_civilians": "3", "deaths_unknown": "4",
    "low": "9", "best": "10", "high": "12",
}  # fmt: skip


def ged(folder: Path, *events: dict[str, str], columns: list[str] = COLUMNS) -> Path:
    path = folder / "ged.csv"
    pd.DataFrame([EVENT | event for event in events])[columns].to_csv(path, index=False)
    return path


@pytest.mark.parametrize("columns", [COLUMNS, COLUMNS[::-1]])
def test_an_event_is_read_whole_in_any_order_of_columns(tmp_path: Path, columns: list[str]) -> None:
    reading = read(ged(tmp_path, {}, columns=columns))
    event = reading.incidents.iloc[0]
    assert (event["incident_id"], event["source_record_id"]) == ("ucdp-7", "7")
    assert (event["dataset"], event["location_source"]) == ("UCDP GED", "UCDP GED")
    assert (event["event_type"], event["country"]) == ("Battles", "YEM")
    assert (str(event["date_start"]), event["date_precision"]) == ("2016-06-16", "day")
    assert event["time_text"] is pd.NA
    assert [event[f"killed_{end}"] for end in ("low", "best", "high")] == [9, 10, 12]
    assert [event[f"civilians_killed_{end}"] for end in ("low", "best", "high")] == [3, 3, 7]
    assert event["injured_low"] is pd.NA
    assert event["n_sources"] == 2


def test_headlines_with_commas_and_semicolons_become_accounts(tmp_path: Path) -> None:
    accounts = read(ged(tmp_path, {})).accounts
    assert accounts["account_id"].tolist() == ["ucdp-7-1", "ucdp-7-2"]
    assert accounts["publisher"].tolist() == ["Paper", "Radio"]
    assert [str(day) for day in accounts["published"]] == ["2016-06-17", "2016-06-18"]
    assert accounts["source_title"].tolist() == ["Ten, or eleven, killed", "Eleven; all men"]


def test_a_source_in_free_words_is_kept_as_words(tmp_path: Path) -> None:
    accounts = read(
        ged(tmp_path, {"source_article": "Tolo TV, Kabul, 0630 gmt 14 Aug 11"})
    ).accounts
    assert accounts["source_title"].tolist() == ["Tolo TV, Kabul, 0630 gmt 14 Aug 11"]
    assert accounts["publisher"].isna().all()


@pytest.mark.parametrize(
    ("code", "name", "precision"),
    [
        ("1", "Kuma village", "town"),
        ("1", "Kuma bridge", "site"),
        ("1", "Kuma suburb", "neighbourhood"),
        ("2", "Kuma village", "near"),
        ("3", "Kuma district", "admin2"),
        ("4", "North province", "admin1"),
        ("5", "northern border", "admin1"),
        ("6", "A", "country"),
        ("7", "Red Sea", "sea"),
    ],
)
def test_places_are_as_exact_as_ucdp_says(
    tmp_path: Path, code: str, name: str, precision: str
) -> None:
    event = {"where_prec": code, "where_coordinates": name}
    incident = read(ged(tmp_path, event)).incidents.iloc[0]
    assert incident["location_precision"] == precision
    assert pd.isna(incident["latitude"]) == (precision == "country")


def test_one_sided_violence_has_a_perpetrator_and_a_target(tmp_path: Path) -> None:
    event = {"type_of_violence": "3", "side_b": "Civilians"}
    incident = read(ged(tmp_path, event)).incidents.iloc[0]
    assert incident["event_type"] == "Violence against civilians"
    assert (incident["perpetrators"], incident["targets"]) == ("Government of A", "Civilians")


def test_minus_one_source_is_not_known(tmp_path: Path) -> None:
    assert read(ged(tmp_path, {"number_of_sources": "-1"})).incidents["n_sources"].isna().all()


def test_spans_follow_the_precision_of_the_date(tmp_path: Path) -> None:
    event = {"date_prec": "4", "date_start": "2016-06-01", "date_end": "2016-06-30"}
    incident = read(ged(tmp_path, event)).incidents.iloc[0]
    assert (str(incident["date_end"]), incident["date_precision"]) == ("2016-06-30", "month")


@pytest.mark.parametrize(
    "event", [{"type_of_violence": "9"}, {"where_prec": "x"}, {"best": "abc"}, {"id": ""}]
)
def test_an_event_that_cannot_be_used_is_kept(tmp_path: Path, event: dict[str, str]) -> None:
    reading = read(ged(tmp_path, event, {"id": "8"}))
    assert reading.attention["row"].tolist() == [1]
    assert reading.incidents["incident_id"].tolist() == ["ucdp-8"]
    assert reading.accounts["incident_id"].unique().tolist() == ["ucdp-8"]


@pytest.mark.real_data
def test_syria_is_read_to_the_last_figure(real_data: Path) -> None:
    reading = read(real_data / "ucdp_ged_syria_2016_2017.csv")
    incidents = reading.incidents
    assert (reading.source_name, reading.rows, len(incidents)) == ("ucdp-ged", 11757, 11757)
    assert incidents["killed_best"].sum() == 82026
    assert incidents["killed_low"].sum() == 76321
    assert incidents["killed_high"].sum() == 86296
    flags = incidents["quality_flags"].fillna("")
    assert flags.str.contains("killed-(?:low-over-best|best-over-high)").sum() == 66
    coarse = incidents["location_precision"].isin(["admin2", "admin1", "country", "sea"])
    assert coarse.sum() == 1289
    assert reading.accounts["publisher"].notna().all()


@pytest.mark.real_data
def test_the_articles_incident_stands_as_ucdp_has_it(real_data: Path) -> None:
    reading = read(real_data / "ucdp_ged_syria_2016_2017.csv")
    event = reading.incidents.set_index("incident_id").loc["ucdp-224317"]
    assert str(event["date_start"]) == "2016-06-17"
    assert (event["side_a"], event["killed_best"]) == ("Government of Syria", 2)
    assert event["location_precision"] == "town"
    told = reading.accounts[reading.accounts["incident_id"] == "ucdp-224317"]
    assert told["publisher"].tolist() == ["SOHR", "syria.liveuamap.com"]


@pytest.mark.real_data
def test_the_release_with_49_columns_is_read_whole(real_data: Path) -> None:
    reading = read(real_data / "ucdp_ged231_part.csv")
    assert len(reading.incidents) == reading.rows == 394
    assert reading.incidents["country"].notna().all()
    assert reading.incidents["place_text"].notna().any()
    assert reading.accounts["source_title"].notna().all()
