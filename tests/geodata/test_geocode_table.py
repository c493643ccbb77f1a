"""A table gets its places, and nothing that a source said is changed."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata import schema
from geodata.errors import MissingColumn
from geodata.gazetteer import Gazetteer
from geodata.gazetteer.index import Place, PlaceIndex
from geodata.gazetteer.lookup import BASE
from geodata.geocode import geocode_names, locate_table

PLACES = [
    Place("Manbij", ["منبج"], 36.5281, 37.9549, "SYR", "09", population=99_497),
    Place("Homs", [], 34.7268, 36.7234, "SYR", "11", population=775_404),
]
GAZETTEER = Gazetteer([(BASE, PlaceIndex.build(PLACES, "test places 1"))])


def located(**columns: list[object]) -> pd.DataFrame:
    return locate_table(pd.DataFrame(columns), GAZETTEER)


def test_only_rows_without_coordinates_are_filled() -> None:
    frame = located(
        place_name=["Manbij", "Manbij"], country=["SYR", "SYR"], admin1=["Aleppo", "Aleppo"],
        latitude=[None, 12.5], longitude=[None, 13.5],
    )  # fmt: skip
    assert frame["latitude"].tolist() == [36.5281, 12.5]
    assert frame["longitude"].tolist() == [37.9549, 13.5]
    assert frame["location_precision"][0] == "town"
    assert pd.isna(frame["location_precision"][1])
    assert frame["location_source"][0] == "test places 1"


def test_a_country_alone_keeps_null_coordinates() -> None:
    frame = located(place_name=[None], country=["SYR"])
    assert frame["latitude"].isna().all()
    assert frame["radius_km"].isna().all()
    assert frame["location_precision"].tolist() == ["country"]


def test_a_province_is_drawn_with_its_extent() -> None:
    frame = located(place_name=["Nowhere at all"], admin1=["Aleppo"], country=["SYR"])
    assert frame["location_precision"].tolist() == ["admin1"]
    assert frame["radius_km"][0] > 80


def test_the_place_as_written_serves_where_no_name_is_given() -> None:
    frame = located(place_name=["  "], place_text=["in Manbij"], country=["SYR"])
    assert frame["location_precision"].tolist() in (["town"], ["country"])
    frame = located(place_name=[None], place_text=["Manbij town"], country=["SYR"])
    assert frame["latitude"].tolist() == [36.5281]


def test_what_the_source_knows_only_by_province_is_not_pinned_in_a_town() -> None:
    frame = located(
        place_name=["Manbij", "Manbij"], admin1=["Aleppo", "Aleppo"], country=["SYR", "SYR"],
        location_precision=["admin1", "country"],
    )  # fmt: skip
    assert frame["location_precision"].tolist() == ["admin1", "country"]
    assert pd.isna(frame["latitude"][1])


def test_one_coordinate_alone_is_no_coordinate() -> None:
    frame = located(place_name=["Manbij"], country=["SYR"], latitude=[12.0], longitude=[None])
    assert (frame["latitude"][0], frame["longitude"][0]) == (36.5281, 37.9549)


def test_a_table_that_says_nothing_of_places_is_refused() -> None:
    with pytest.raises(MissingColumn, match="title"):
        locate_table(pd.DataFrame({"title": ["x"]}), GAZETTEER)


def test_a_canonical_table_stays_canonical() -> None:
    rows = pd.DataFrame({"incident_id": ["1"], "place_name": ["Manbij"], "country": ["SYR"]})
    frame = schema.conform(rows, schema.INCIDENTS)
    filled = locate_table(frame, GAZETTEER)
    assert list(filled.dtypes) == list(frame.dtypes)
    assert filled["latitude"].tolist() == [36.5281]
    assert frame["latitude"].isna().all()


def test_distinct_places_are_looked_up_once_and_progress_is_told() -> None:
    told: list[float] = []
    frame = pd.DataFrame({"place_name": ["Manbij"] * 5000, "country": ["SYR"] * 5000})
    locate_table(frame, GAZETTEER, lambda _, share: told.append(share))
    assert told == [0.0, 1.0]


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["Manbij", "Homs", "x", "", None]),
        st.sampled_from(["SYR", "UKR", "", None]),
        st.sampled_from([None, 10.25]),
    ),
    min_size=1,
    max_size=12,
)


@given(ROWS)
def test_no_row_is_lost_moved_or_put_at_zero(rows: list[tuple[object, object, object]]) -> None:
    frame = pd.DataFrame(
        {
            "place_name": pd.Series([r[0] for r in rows], dtype="string"),
            "country": pd.Series([r[1] for r in rows], dtype="string"),
            "latitude": pd.Series([r[2] for r in rows], dtype="Float64"),
            "longitude": pd.Series([r[2] for r in rows], dtype="Float64"),
        },
        index=range(5, 5 + len(rows)),
    )
    filled = locate_table(frame, GAZETTEER)
    assert list(filled.index) == list(frame.index)
    assert filled["place_name"].equals(frame["place_name"])
    given_ = frame["latitude"].notna()
    assert (filled["latitude"][given_] == 10.25).all()
    assert not (filled["latitude"].fillna(1) == 0).any()
    assert filled["location_precision"][~given_].notna().all()
    assert (filled["latitude"].isna() == filled["longitude"].isna()).all()


def test_a_list_of_names_keeps_its_own_columns_and_gains_the_answer() -> None:
    frame = pd.DataFrame(
        {
            "row": [7, 8, 9],
            "name": ["Manbij", "Xyzzy", None],
            "country": ["Syria", "Syria", None],
            "admin1": ["Aleppo", None, None],
        }
    )
    found = geocode_names(frame, GAZETTEER)
    assert found["row"].tolist() == [7, 8, 9]
    assert found["matched_name"][0] == "Manbij"
    assert found["location_precision"].tolist() == ["town", "country", "unknown"]
    assert found["latitude"].isna().tolist() == [False, True, True]
    first = json.loads(found["candidates"][0])[0]
    assert (first["name"], first["country"], first["latitude"]) == ("Manbij", "SYR", 36.5281)
    assert first["reasons"]
    assert json.loads(found["candidates"][1]) == []


def test_a_list_without_names_is_refused() -> None:
    with pytest.raises(MissingColumn, match="place"):
        geocode_names(pd.DataFrame({"place": ["x"]}), GAZETTEER)
