"""The bundled sample: real incidents, named sources, no coordinates, nothing invented."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter, defaultdict
from importlib.resources import as_file, files
from pathlib import Path

import pandas as pd
import pytest

from geodata import sources
from geodata.gazetteer import Gazetteer
from geodata.gazetteer.index import PlaceIndex
from geodata.gazetteer.layers import site_places, sites_text
from geodata.gazetteer.lookup import SITES
from geodata.incident import Account, Count, Source, accounts_disagree
from geodata.schema import ACCOUNTS, INCIDENTS, names
from geodata.vocabulary import (
    DATE_PRECISION,
    EVENT_TYPE,
    GRADE,
    LIST_SEPARATOR,
    LOCATION_PRECISION,
    STANCE,
    WEAPON,
    WEAPON_GROUP,
    weapon_group_of,
)

MODIFIERS = {"cluster-munition", "incendiary", "chemical"}
"""They stand beside a weapon and then do not decide its group."""

Row = dict[str, str]


def bundled(name: str) -> str:
    return files("geodata").joinpath(f"bundled/{name}").read_text(encoding="utf-8")


def rows_of(name: str) -> list[Row]:
    return list(csv.DictReader(bundled(name).splitlines()))


def cell(text: str) -> list[str]:
    return text.split(LIST_SEPARATOR) if text else []


@pytest.fixture(scope="module")
def incidents() -> list[Row]:
    return rows_of("sample_incidents.csv")


@pytest.fixture(scope="module")
def accounts() -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of("sample_accounts.csv"):
        grouped[row["incident_id"]].append(row)
    return grouped


def number(text: str) -> int | None:
    return int(text) if text else None


def count(row: Row, stem: str) -> Count | None:
    low, high = number(row[f"{stem}_low"]), number(row[f"{stem}_high"])
    return None if low is None and high is None else Count(low=low, high=high)


def as_account(row: Row) -> Account:
    return Account(
        account_id=row["account_id"],
        source=Source(title=row["source_title"] or None, publisher=row["publisher"] or None),
        stance=row["stance"],
        killed=count(row, "killed"),
        injured=count(row, "injured"),
        perpetrators=tuple(cell(row["perpetrators"])),
        targets=tuple(cell(row["targets"])),
    )


def test_the_sample_has_the_canonical_columns_in_order(incidents: list[Row]) -> None:
    assert list(incidents[0]) == names(INCIDENTS)
    assert list(rows_of("sample_accounts.csv")[0]) == names(ACCOUNTS)


def test_every_row_is_read_and_none_needs_attention() -> None:
    with as_file(files("geodata").joinpath("bundled")) as folder:
        reading = sources.read(folder / "sample_incidents.csv", today=dt.date(2026, 1, 1))
    assert reading.attention.empty
    assert len(reading.incidents) == reading.rows >= 80
    assert len(reading.accounts) == len(rows_of("sample_accounts.csv"))


def test_the_sample_covers_many_countries_and_every_year(incidents: list[Row]) -> None:
    assert len({row["country"] for row in incidents if row["country"]}) >= 10
    assert {int(row["date_start"][:4]) for row in incidents} == set(range(2011, 2026))


def test_every_event_type_and_every_weapon_group_occurs(incidents: list[Row]) -> None:
    assert {row["event_type"] for row in incidents} == set(EVENT_TYPE.codes)
    groups = {group for row in incidents for group in cell(row["weapon_group"])}
    assert groups == set(WEAPON_GROUP.codes)


def test_every_modifier_occurs(incidents: list[Row]) -> None:
    assert {code for row in incidents for code in cell(row["weapon"])} >= MODIFIERS


def test_no_row_brings_coordinates(incidents: list[Row]) -> None:
    for column in ("latitude", "longitude", "radius_km", "location_method", "location_source"):
        assert not any(row[column] for row in incidents), column


def test_codes_are_in_their_vocabularies(incidents: list[Row]) -> None:
    for row in incidents:
        assert row["date_precision"] in DATE_PRECISION
        assert row["grade"] in GRADE
        assert row["location_precision"] in {"", *LOCATION_PRECISION.codes}
        assert all(code in WEAPON for code in cell(row["weapon"])), row["incident_id"]


def test_a_weapon_group_follows_from_the_weapons(incidents: list[Row]) -> None:
    for row in incidents:
        weapons = cell(row["weapon"])
        bearing = [code for code in weapons if code not in MODIFIERS] or weapons
        expected = list(dict.fromkeys(weapon_group_of(code) for code in bearing))
        assert cell(row["weapon_group"]) == expected, row["incident_id"]


def test_counts_are_ranges_and_days_are_spans(incidents: list[Row]) -> None:
    for row in incidents:
        for stem in ("killed", "injured", "civilians_killed", "civilians_injured"):
            known = [row[f"{stem}_{bound}"] for bound in ("low", "best", "high")]
            figures = [int(text) for text in known if text]
            assert figures == sorted(figures), (row["incident_id"], stem)
        start, end = (dt.date.fromisoformat(row[c]) for c in ("date_start", "date_end"))
        assert start <= end
        assert (row["date_precision"] == "day") == (start == end), row["incident_id"]


def test_nobody_is_counted_as_zero_without_a_source_that_says_none(
    incidents: list[Row], accounts: dict[str, list[Row]]
) -> None:
    for row in incidents:
        said = {a["killed_low"] for a in accounts[row["incident_id"]]}
        if row["killed_low"] == "0":
            assert "0" in said, row["incident_id"]


def test_every_incident_has_a_named_source(
    incidents: list[Row], accounts: dict[str, list[Row]]
) -> None:
    for row in incidents:
        publishers = [a["publisher"] for a in accounts[row["incident_id"]] if a["publisher"]]
        assert publishers, row["incident_id"]
    assert set(accounts) == {row["incident_id"] for row in incidents}


def test_ids_are_unique_and_accounts_have_known_stances(
    incidents: list[Row], accounts: dict[str, list[Row]]
) -> None:
    every = [a for group in accounts.values() for a in group]
    for ids in ([r["incident_id"] for r in incidents], [a["account_id"] for a in every]):
        assert max(Counter(ids).values()) == 1
    assert {a["stance"] for a in every} == set(STANCE.codes)


def test_no_address_or_quotation_is_made_up(accounts: dict[str, list[Row]]) -> None:
    for row in (a for group in accounts.values() for a in group):
        assert not any(row[column] for column in ("url", "archive_url", "quote", "author"))


def test_at_least_a_dozen_incidents_have_accounts_that_disagree(
    accounts: dict[str, list[Row]],
) -> None:
    disputed = [
        incident
        for incident, rows in accounts.items()
        if len(rows) > 1 and accounts_disagree(map(as_account, rows))
    ]
    assert len(disputed) >= 12
    assert "sample-al-tanf-2016" in disputed


def test_several_incidents_are_known_no_better_than_a_province_or_a_country(
    incidents: list[Row],
) -> None:
    coarse = Counter(row["location_precision"] for row in incidents)
    assert coarse["admin1"] >= 3
    assert coarse["country"] >= 3
    for row in incidents:
        if row["location_precision"] == "admin1":
            assert "" not in {row["admin1"], row["country"]}
            assert not row["place_name"]
        if row["location_precision"] == "country":
            assert row["country"]
            assert not row["place_name"] + row["admin1"]


def test_exactly_two_incidents_cannot_be_located(incidents: list[Row]) -> None:
    lost = [row["incident_id"] for row in incidents if not row["country"]]
    assert lost == ["sample-galwan-2020", "sample-moskva-2022"]


def test_al_tanf_stands_with_both_of_its_accounts(
    incidents: list[Row], accounts: dict[str, list[Row]]
) -> None:
    row = next(r for r in incidents if r["incident_id"] == "sample-al-tanf-2016")
    assert row["source_record_id"] == "UCDP 224317"
    assert (row["country"], row["admin1"], row["place_name"]) == ("SYR", "Homs", "al-Tanf")
    assert (row["date_start"], row["date_end"]) == ("2016-06-16", "2016-06-17")
    assert cell(row["weapon"]) == ["air-dropped-bomb", "cluster-munition"]
    assert row["side_b"] == row["targets"] == "New Syrian Army"
    assert (row["killed_low"], row["killed_high"]) == ("2", "2")
    assert (row["injured_low"], row["injured_high"]) == ("10", "18")
    report, coded = accounts["sample-al-tanf-2016"]
    assert (report["date_text"], report["published"]) == ("Thursday", "2016-06-19")
    assert (report["injured_low"], report["injured_high"]) == ("18", "18")
    assert report["perpetrators"] == "Government of Russia"
    assert (coded["date_text"], coded["perpetrators"]) == ("2016-06-17", "Government of Syria")
    assert (coded["injured_low"], coded["injured_high"]) == ("10", "10")
    assert "within agreed procedures" in row["summary"]


def test_incidents_at_bundled_sites_are_placed_there(incidents: list[Row]) -> None:
    text = sites_text()
    assert text is not None
    gazetteer = Gazetteer([(SITES, PlaceIndex.build(site_places(text), "sites"))])
    expected = {
        "sample-al-tanf-2016": (33.5, 38.66),
        "sample-shayrat-2017": (34.49, 36.91),
        "sample-snake-island-2022": (45.255, 30.204),
        "sample-zamzam-2025": (13.487, 25.31),
    }
    rows = {row["incident_id"]: row for row in incidents}
    for incident, (latitude, longitude) in expected.items():
        row = rows[incident]
        place = gazetteer.locate(row["place_name"], country=row["country"], admin1=row["admin1"])
        found = (place.latitude, place.longitude)
        assert found == pytest.approx((latitude, longitude), abs=0.01), incident


@pytest.mark.real_data
def test_figures_taken_from_ucdp_are_those_of_its_rows(
    real_data: Path, incidents: list[Row], accounts: dict[str, list[Row]]
) -> None:
    columns = ["id", "date_start", "date_end", "low", "best", "high"]
    events = pd.concat(
        pd.read_csv(real_data / name, usecols=columns)
        for name in ("ucdp_ged231_part.csv", "ucdp_ged_syria_2016_2017.csv")
    ).drop_duplicates("id")
    by_id = {int(row["id"]): row for row in events.to_dict("records")}
    taken = [row for row in incidents if row["source_record_id"].startswith("UCDP ")]
    assert len(taken) >= 50
    for row in taken:
        event = by_id[int(row["source_record_id"].removeprefix("UCDP "))]
        coded = next(
            a
            for a in accounts[row["incident_id"]]
            if a["publisher"] == "Uppsala Conflict Data Program"
        )
        assert coded["licence"] == "CC BY 4.0"
        assert (int(coded["killed_low"]), int(coded["killed_high"])) == (
            event["low"],
            event["high"],
        )
        first, last = event["date_start"][:10], event["date_end"][:10]
        assert coded["date_text"] == (first if first == last else f"{first} to {last}")
        assert row["date_start"] <= first <= last <= row["date_end"], row["incident_id"]
        high = int(row["killed_high"]) if row["killed_high"] else event["best"]
        assert int(row["killed_low"]) <= event["best"] or event["best"] == 0
        assert event["best"] <= high, row["incident_id"]


def test_the_sample_report_holds_the_traps_of_a_real_one() -> None:
    paragraphs = bundled("sample_report.txt").strip().splitlines()
    assert paragraphs[1].startswith("GENEVA")
    assert paragraphs[2:5] == paragraphs[6:9]
    text = " ".join(paragraphs)
    assert "On Monday" in text
    assert not any(year in text for year in ("2015", "2016", "2017"))
    assert "hold Russia responsible" in text
    assert "denied" in text
    assert "62 soldiers killed" in paragraphs[5]
