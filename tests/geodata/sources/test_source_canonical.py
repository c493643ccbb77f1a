"""A table in the canonical columns, or near enough to them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata import schema
from geodata.errors import ConflictMapError
from geodata.sources import Reading, read

TODAY = dt.date(2026, 11, 22)


def table(folder: Path, *rows: dict[str, Any], name: str = "t.csv") -> Path:
    path = folder / name
    pd.DataFrame(list(rows), dtype=object).to_csv(path, index=False)
    return path


def only(reading: Reading) -> dict[str, Any]:
    """The one incident of a reading, None for null."""
    assert len(reading.incidents) == 1, reading.attention["reason"].tolist()
    return {k: None if pd.isna(v) else v for k, v in reading.incidents.iloc[0].items()}


def reason(reading: Reading) -> str:
    assert len(reading.attention) == 1
    assert len(reading.incidents) == 0
    return str(reading.attention["reason"].tolist()[0])


BASE = {"incident_id": "x", "title": "Strike", "date_start": "2016-06-16", "country": "SYR"}


def test_headers_may_be_spelled_as_people_spell_them(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        {"ID": "1", "Event Date": "2016-06-16", "Location": "al-Tanf", "Country": "Syria",
         "Lat": "33.5", "Long": "38.66", "Deaths": "2", "Wounded": "18", "Province": "Homs"},
    )  # fmt: skip
    row = only(read(path))
    assert row["incident_id"] == "1"
    assert str(row["date_start"]) == "2016-06-16"
    assert (row["place_name"], row["admin1"], row["country"]) == ("al-Tanf", "Homs", "SYR")
    assert (row["latitude"], row["longitude"]) == (33.5, 38.66)
    assert (row["killed_best"], row["injured_best"]) == (2, 18)


def test_hxl_tags_name_the_columns(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        {"Fecha": "#date+start", "Lugar": "#loc+name", "Muertos": "#affected+killed"},
        {"Fecha": "2016-06-16", "Lugar": "Cali", "Muertos": "3"},
        {"Fecha": "2016-06-17", "Lugar": "Cali", "Muertos": "many men"},
    )
    reading = read(path)
    assert reading.rows == 2
    assert only(reading)["killed_best"] == 3
    assert reading.attention["row"].tolist() == [2]


def test_unknown_is_null_and_none_is_zero(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        BASE | {"incident_id": "a", "killed": "?"},
        BASE | {"incident_id": "b", "killed": 0},
    )
    killed = read(path).incidents["killed_best"]
    assert killed.isna().tolist() == [True, False]
    assert killed.tolist()[1] == 0


def test_a_point_without_a_precision_is_a_towns(tmp_path: Path) -> None:
    row = only(read(table(tmp_path, BASE | {"latitude": 33.5, "longitude": 38.66})))
    assert row["location_precision"] == "town"
    assert row["location_method"] == "source coordinates"
    assert row["location_source"] == "t"


def test_without_a_point_nothing_is_said_of_the_place(tmp_path: Path) -> None:
    row = only(read(table(tmp_path, BASE | {"place_name": "al-Tanf"})))
    assert (row["latitude"], row["location_precision"], row["location_method"]) == (None,) * 3


def test_nought_nought_is_no_point(tmp_path: Path) -> None:
    row = only(read(table(tmp_path, BASE | {"latitude": 0, "longitude": "0.0"})))
    assert row["latitude"] is None
    assert row["quality_flags"] == "point-placeholder"


def test_the_first_of_january_1970_is_no_date(tmp_path: Path) -> None:
    row = only(read(table(tmp_path, BASE | {"date_start": "1970-01-01"})))
    assert (row["date_start"], row["date_precision"]) == (None, "unknown")
    assert row["quality_flags"] == "date-placeholder"


def test_figures_that_contradict_one_another_are_kept_and_flagged(tmp_path: Path) -> None:
    row = only(read(table(tmp_path, BASE | {"killed_low": 5, "killed_best": 4, "killed_high": 3})))
    assert (row["killed_low"], row["killed_best"], row["killed_high"]) == (5, 4, 3)
    assert row["quality_flags"] == "killed-low-over-best | killed-best-over-high"


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"date_start": "31/02/2016"}, "date_start", "no day of the calendar"),
        ({"date_start": "03/04/2016"}, "date_start", "its column does not tell"),
        ({"date_end": "2016-06-01"}, "date_start", "ends before it starts"),
        ({"date_start": "2027-01-01"}, "date_start", "after the day of the import"),
        ({"country": "Atlantis"}, "country", "no country"),
        ({"latitude": "95", "longitude": "38"}, "latitude", "no point on Earth"),
        ({"latitude": "14", "longitude": "4239.00416"}, "longitude", "no point on Earth"),
        ({"latitude": "14"}, "latitude", "needs both"),
        ({"latitude": "north", "longitude": "38"}, "latitude", "cannot be read as degrees"),
        ({"killed": "a lot of men"}, "killed", "no number of people"),
        ({"event_type": "War"}, "event_type", "no event type"),
        ({"weapon": "air-strike | bazooka"}, "weapon", "no weapon"),
        ({"grade": "certain"}, "grade", "no grade"),
        ({"sensitive": "perhaps"}, "sensitive", "neither yes nor no"),
        ({"radius_km": "-3"}, "radius_km", "negative"),
    ],
)
def test_a_cell_that_cannot_be_used_is_kept_with_its_reason(
    tmp_path: Path, cells: dict[str, str], column: str, said: str
) -> None:
    reading = read(table(tmp_path, BASE | cells), today=TODAY)
    assert said in reason(reading)
    assert reading.attention["column"].tolist() == [column]
    kept = json.loads(reading.attention["raw"].tolist()[0])
    assert kept.items() >= (BASE | cells).items()


def test_several_faults_of_a_row_are_one_line(tmp_path: Path) -> None:
    reading = read(table(tmp_path, BASE | {"country": "Atlantis", "killed": "abc"}))
    assert reading.rows == len(reading.attention) == 1
    assert reading.attention["column"].tolist() == ["country | killed"]


def test_a_code_is_suggested_for_one_misspelled(tmp_path: Path) -> None:
    reading = read(table(tmp_path, BASE | {"event_type": "Batles"}))
    assert reading.attention["repair"].tolist()[0].startswith("Battles? ")


def test_labels_count_as_codes(tmp_path: Path) -> None:
    row = only(
        read(table(tmp_path, BASE | {"event_type": "battles", "weapon": "Air strike|MORTAR"}))
    )
    assert row["event_type"] == "Battles"
    assert row["weapon"] == "air-strike | mortar"
    assert row["weapon_group"] == "air-launched | ground-launched"


def test_a_column_of_another_name_may_hold_other_words(tmp_path: Path) -> None:
    cells = {"Type": "Looting", "Weapon system": "bazooka"}
    row = only(read(table(tmp_path, BASE | cells)))
    assert (row["event_type"], row["weapon"]) == (None, None)
    assert (row["weapon_text"], row["quality_flags"]) == ("bazooka", "code-unknown")


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("mortar; small arms", "mortar | small-arms"),
        ("Mortar, rocket", "mortar | rocket"),
        ("air strike and artillery", "air-strike | artillery-shell"),
        ("mortar/rocket", "mortar | rocket"),
        ("IED + small arms fire", "ied | small-arms"),
        ("Shelling/artillery/missile attack", "shelling"),
        ("mortar | rocket", "mortar | rocket"),
    ],
)
def test_several_weapons_in_a_cell_are_several(tmp_path: Path, cell: str, codes: str) -> None:
    assert only(read(table(tmp_path, BASE | {"weapon": cell})))["weapon"] == codes


def test_one_unknown_weapon_among_several_is_no_guess(tmp_path: Path) -> None:
    assert "'mortar; sling' is no weapon" in reason(
        read(table(tmp_path, BASE | {"weapon": "mortar; sling"}))
    )


def test_several_actors_in_a_cell_are_several_and_a_comma_parts_none(tmp_path: Path) -> None:
    told = {"side_a": "A; B\nC", "perpetrators": "Army, Air Force", "targets": "X | Y"}
    row = only(read(table(tmp_path, BASE | told)))
    assert row["side_a"] == "A | B | C"
    assert (row["perpetrators"], row["targets"]) == ("Army, Air Force", "X | Y")
    ours = dict.fromkeys(("quality_flags", "import_id", "n_accounts", "updated_at"), "")
    again = only(read(table(tmp_path, BASE | ours | {"side_a": "A; B"})))
    assert again["side_a"] == "A; B"  # our own export parts by bars alone


@pytest.mark.parametrize("below", [{"date_start": "Total"}, {"title": "ИТОГО:", "date_start": ""}])
def test_a_row_of_totals_is_no_incident(tmp_path: Path, below: dict[str, str]) -> None:
    path = table(tmp_path, BASE | {"killed": "2"}, {"incident_id": "", "killed": "2"} | below)
    reading = read(path)
    assert len(reading.incidents) == 1
    assert "totals" in reading.attention["reason"].tolist()[0]


def test_a_last_day_alone_is_a_day(tmp_path: Path) -> None:
    row = only(read(table(tmp_path, BASE | {"date_start": "", "date_end": "2016-06-17"})))
    assert (str(row["date_start"]), row["date_precision"]) == ("2016-06-17", "day")


def test_a_column_that_may_be_meant_and_is_not_read_is_told(tmp_path: Path) -> None:
    row = {"Datum": "16.06.2016", "lat": "33.5", "lon": "38.66", "Tote": "2"}
    reading = read(table(tmp_path, row))
    assert reading.notes[0].startswith("Not read, though they may be meant: 'Datum' (date_start), ")
    assert "'Tote' (killed_best)" in reading.notes[0]
    assert read(table(tmp_path, BASE | {"mine": "x"})).notes == ()


@pytest.mark.parametrize(
    "cell",
    ["33.5, 38.66", "33.5 38.66 710 5", "33,5; 38,66", "(33.5, 38.66)", "POINT (38.66 33.5)",
     "33°30'N 38°39'36\"E", "N33.5, E38.66", "33.5N 38.66E"],
)  # fmt: skip
def test_a_point_in_one_cell_is_taken_apart(tmp_path: Path, cell: str) -> None:
    reading = read(table(tmp_path, BASE | {"Coordinates": cell}))
    row = only(reading)
    assert (row["latitude"], row["longitude"]) == (33.5, 38.66)
    assert json.loads(reading.raw.tolist()[0]) == BASE | {"Coordinates": cell}
    assert reading.notes == ("Latitude and longitude were read from 'Coordinates'.",)


def test_a_point_in_one_cell_that_cannot_be_read_waits(tmp_path: Path) -> None:
    rows = [BASE | {"GPS": cell} for cell in ("33.5, 38.66", "near the bridge", "", "95, 10")]
    reading = read(table(tmp_path, *({"incident_id": n} | r for n, r in enumerate(rows))))
    assert reading.incidents["latitude"].isna().tolist() == [False, True]
    assert reading.attention["row"].tolist() == [2, 4]
    nothing = read(table(tmp_path, BASE | {"GPS": "by hand"}))
    assert len(nothing.incidents) == 1


def test_a_modifier_alone_has_no_known_launch(tmp_path: Path) -> None:
    first = only(read(table(tmp_path, BASE | {"weapon": "cluster-munition"})))
    second = only(read(table(tmp_path, BASE | {"weapon": "air-strike | cluster-munition"})))
    assert (first["weapon_group"], second["weapon_group"]) == ("unknown", "air-launched")


def test_a_month_is_all_of_its_days(tmp_path: Path) -> None:
    row = only(
        read(table(tmp_path, BASE | {"date_start": "2016-02-10", "date_precision": "month"}))
    )
    assert (str(row["date_start"]), str(row["date_end"])) == ("2016-02-01", "2016-02-29")


def test_a_row_that_says_nothing_is_kept_for_attention(tmp_path: Path) -> None:
    assert "neither when nor where" in reason(read(table(tmp_path, {"title": "", "date": " "})))


def test_the_order_of_day_and_month_can_be_said(tmp_path: Path) -> None:
    path = table(tmp_path, BASE | {"date_start": "03/04/2016"})
    assert str(only(read(path, day_order="day-first"))["date_start"]) == "2016-04-03"
    assert str(only(read(path, day_order="month-first"))["date_start"]) == "2016-03-04"


def test_the_file_names_the_data_set_unless_rows_or_people_do(tmp_path: Path) -> None:
    assert only(read(table(tmp_path, BASE)))["dataset"] == "t"
    assert only(read(table(tmp_path, BASE), dataset="mine"))["dataset"] == "mine"
    path = table(tmp_path, BASE | {"dataset": "theirs"})
    assert only(read(path, dataset="mine"))["dataset"] == "theirs"


ACCOUNT = {"incident_id": "x", "publisher": "Agency", "killed_low": "2", "stance": "asserts"}


@pytest.mark.parametrize("name", ["t.accounts.csv", "t_accounts.csv", "accounts.csv"])
def test_accounts_are_read_from_the_file_beside(tmp_path: Path, name: str) -> None:
    table(tmp_path, ACCOUNT, ACCOUNT | {"publisher": "Ministry", "stance": "denies"}, name=name)
    accounts = read(table(tmp_path, BASE)).accounts
    assert accounts["publisher"].tolist() == ["Agency", "Ministry"]
    assert accounts["stance"].tolist() == ["asserts", "denies"]
    assert accounts["account_id"].tolist() == ["x-1", "x-2"]
    assert accounts["killed_low"].tolist() == [2, 2]


def test_incidents_and_accounts_are_a_pair_by_name(tmp_path: Path) -> None:
    table(tmp_path, ACCOUNT, name="my_accounts.csv")
    assert len(read(table(tmp_path, BASE, name="my_incidents.csv")).accounts) == 1


def test_accounts_of_other_incidents_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    table(tmp_path, ACCOUNT | {"incident_id": "other"}, name="accounts.csv")
    reading = read(table(tmp_path, BASE))
    assert reading.accounts.empty
    assert reading.rows == 1


def test_an_account_without_its_incident_needs_attention(tmp_path: Path) -> None:
    table(tmp_path, ACCOUNT, ACCOUNT | {"incident_id": "other"}, name="t.accounts.csv")
    reading = read(table(tmp_path, BASE))
    assert len(reading.accounts) == 1
    assert reading.rows == 2
    assert reading.attention["reason"].tolist() == ["its incident is not in this import"]


def test_accounts_are_read_from_a_sheet(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame([BASE]).to_excel(book, sheet_name="incidents", index=False)
        pd.DataFrame([ACCOUNT]).to_excel(book, sheet_name="accounts", index=False)
    assert read(path).accounts["publisher"].tolist() == ["Agency"]


def test_accounts_are_read_from_a_json_column(tmp_path: Path) -> None:
    told = json.dumps([ACCOUNT, {"publisher": "Ministry"}])
    reading = read(table(tmp_path, BASE | {"accounts": told}))
    assert reading.accounts["publisher"].tolist() == ["Agency", "Ministry"]
    assert reading.accounts["incident_id"].tolist() == ["x", "x"]
    broken = read(table(tmp_path, BASE | {"accounts": "[{"}))
    assert "no JSON list" in reason(broken)


def test_rows_that_repeat_an_incident_add_accounts(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        BASE | {"publisher": "Agency", "killed": "2"},
        BASE | {"publisher": "Ministry", "killed": "0"},
        {"incident_id": "x", "publisher": "Neighbour"},
    )
    reading = read(path)
    assert reading.rows == len(reading.incidents) == 3
    assert reading.incidents["killed_best"].tolist() == [2, 2, 2]
    assert reading.incidents.drop_duplicates().shape[0] == 1
    assert reading.accounts["publisher"].tolist() == ["Agency", "Ministry", "Neighbour"]
    assert reading.accounts["killed_low"].fillna(-1).tolist() == [2, 0, -1]


def test_a_row_with_a_source_and_no_id_still_holds_its_account(tmp_path: Path) -> None:
    path = table(tmp_path, {"date": "2016-06-16", "place": "al-Tanf", "source": "Agency"})
    reading = read(path)
    assert reading.accounts["incident_id"].tolist() == reading.incidents["incident_id"].tolist()
    assert read(path).incidents["incident_id"].tolist() == reading.accounts["incident_id"].tolist()


HEADERS = [
    "incident_id", "title", "date_start", "date_end", "country", "latitude", "longitude", "killed",
    "injured_low", "weapon", "event_type", "publisher", "published", "accounts", "grade",
    "radius_km", "location_precision", "record", "Killed",
]  # fmt: skip
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "x", "2016-06-16", "03/04/2016", "Thursday", "SYR", "33.5", "0", "4239.00416", "4-Mar",
         "Dozens", "air-strike | mortar", "Battles", "[]", '[{"publisher": "A"}]', "=1+1", "NaN",
         "1e999", "-0", "town", "\x1f", "{{ 7 }}"]
    ),
)  # fmt: skip


@settings(max_examples=80)
@given(
    header=st.lists(st.sampled_from(HEADERS), min_size=1, max_size=8),
    rows=st.lists(st.lists(CELLS, min_size=0, max_size=8), max_size=8),
)
def test_of_any_table_no_row_is_lost_and_nothing_escapes(
    tmp_path_factory: pytest.TempPathFactory, header: list[str], rows: list[list[str]]
) -> None:
    records = [dict(zip(header, row, strict=False)) for row in rows]
    path = tmp_path_factory.mktemp("random") / "t.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    try:
        reading = read(path, today=TODAY)
    except ConflictMapError as error:
        assert "\n" not in str(error)  # noqa: PT017 - a refusal is an allowed end
        return
    faulty_accounts = reading.attention["column"].fillna("").str.startswith("accounts ").sum()
    assert len(reading.incidents) + len(reading.attention) == len(rows) + faulty_accounts
    assert len(reading.raw) == len(reading.incidents)
    assert list(reading.incidents.columns) == schema.names(schema.INCIDENTS)
    assert reading.accounts["incident_id"].isin(reading.incidents["incident_id"]).all()


@settings(max_examples=80)
@given(content=st.text(alphabet=st.sampled_from(list('ab",;\n\r\t|é=0\x00 ')), max_size=80))
def test_of_any_text_no_line_is_lost_and_nothing_escapes(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    path = tmp_path_factory.mktemp("random") / "t.csv"
    path.write_bytes(b"title,date_start,country\n" + content.encode())
    try:
        reading = read(path)
    except ConflictMapError as error:
        assert "\n" not in str(error)  # noqa: PT017 - a refusal is an allowed end
        return
    assert len(reading.incidents) + len(reading.attention) == reading.rows
