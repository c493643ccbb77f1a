"""Grid references and metres in tables: read where they are whole, told where something lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import ImpossibleValue
from geodata.grid_reference import from_utm, read_utm
from geodata.mending import submit, waiting_rows
from geodata.sources import Profile, Reading, read
from geodata.store import Batch, Store

NEAR_TANF = (33.5025, 38.6658)


def table(folder: Path, text: str) -> Path:
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return path


def points(reading: Reading) -> list[Any]:
    frame = reading.incidents[["latitude", "longitude"]]
    return [None if row.isna().any() else tuple(row.round(4)) for _, row in frame.iterrows()]


@pytest.mark.parametrize("name", ["MGRS", "Grid reference", "coordinates", "Wo es war"])
def test_a_column_of_grid_references_gives_points(tmp_path: Path, name: str) -> None:
    path = table(
        tmp_path,
        f"date,{name},killed\n16 June 2016,37S DT 68958 07046,3\n17 June 2016,37SDT6895807046,1\n"
        "18 June 2016,,2\n",
    )
    reading = read(path)
    assert points(reading) == [NEAR_TANF, NEAR_TANF, None]
    assert reading.notes == (f"Latitude and longitude were read from {name!r}.",)
    assert "latitude" not in reading.raw.iloc[0]  # the record is the file's own
    assert "37S DT 68958 07046" in reading.raw.iloc[0]


def test_what_only_resembles_a_grid_reference_is_left_alone(tmp_path: Path) -> None:
    reading = read(table(tmp_path, "date,unit,place\n2016-06-16,37S DT 68958 07046,Manbij\n"
                                   "2016-06-16,37th division,Manbij\n"))  # fmt: skip
    assert points(reading) == [None, None]
    assert reading.notes == ()


def test_a_reference_that_is_none_waits_with_its_reason(tmp_path: Path) -> None:
    reading = read(table(tmp_path, "date,MGRS,killed\n2016-06-16,37S DT 68958 07046,1\n"
                                   "2016-06-16,37X DT 1 2,3\n"))  # fmt: skip
    assert (len(reading.incidents), reading.attention["row"].tolist()) == (1, [2])
    assert "'37X DT 1 2'" in reading.attention["reason"].iloc[0]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("UTM", "37S 468958 3707046"),
        ("UTM", "37N 468958mE 3707046mN"),
        ("coordinates", "UTM 37 S 468958.2 3707046.4"),
        ("Easting,Northing,UTM zone", "468958,3707046,37N"),
        ("Easting,Northing,UTM zone", "468958,3707046,37S"),  # the band, not the south
        ("utm_x,utm_y,zone,hemisphere", "468958,3707046,37,North"),
        ("Easting (UTM 37N),Northing (UTM 37N)", "468958,3707046"),
        ("x,y,zone", "468958,3707046,37N"),
    ],
)
def test_metres_of_a_zone_give_a_point(tmp_path: Path, header: str, cells: str) -> None:
    reading = read(table(tmp_path, f"date,{header},killed\n2016-06-16,{cells},3\n"))
    assert points(reading) == [NEAR_TANF], reading.attention["reason"].tolist()
    assert "were read from" in reading.notes[0]


def test_metres_without_their_half_of_the_earth_are_asked_about(tmp_path: Path) -> None:
    path = table(tmp_path, "date,Easting,Northing,UTM zone,killed\n2016-06-16,468958,3707046,37,3\n"
                           "2016-06-16,,,,1\n")  # fmt: skip
    reading = read(path)
    assert points(reading) == [None]
    assert "'UTM 37 468958 3707046' cannot be read" in reading.attention["reason"].iloc[0]
    store = Store.open(tmp_path / "s.duckdb")
    store.add(
        Batch(reading.incidents, reading.accounts, reading.raw, reading.attention, 2, "t.csv")
    )
    (row,) = waiting_rows(store)
    mended = [(row, row.cells | {"UTM zone": "37N"})]
    (record,) = submit(store, _no_gazetteer, mended, today=None, who="a")  # type: ignore[arg-type]
    assert record.added == 1
    assert 33.502497 in store.snapshot().incidents.column("latitude").to_pylist()


def _no_gazetteer() -> None:
    raise AssertionError("a row with a point needs no gazetteer")


def test_metres_without_a_zone_are_named_and_nothing_is_guessed(tmp_path: Path) -> None:
    path = table(tmp_path, "date,Easting,Northing,place\n2016-06-16,468958,3707046,Manbij\n")
    reading = read(path)
    assert points(reading) == [None]
    assert 'once a column "UTM zone" says of which zone' in reading.notes[0]


def test_degrees_of_a_table_win_over_its_grid(tmp_path: Path) -> None:
    text = "date,lat,lon,MGRS,Easting,Northing,zone\n2016-06-16,36.5,37.9,37SDT6895807046,1,2,A\n"
    assert points(read(table(tmp_path, text))) == [(36.5, 37.9)]
    assert points(read(table(tmp_path, "date,x,y,zone,k\n2016-06-16,37.9,36.5,north,1\n"))) == [
        (36.5, 37.9)
    ]


def test_a_profile_may_name_what_metres_came_to(tmp_path: Path) -> None:
    path = table(tmp_path, "wann,Easting,Northing,UTM zone\n2016-06-16,468958,3707046,37N\n")
    columns = {"date_start": "wann", "latitude": "latitude", "longitude": "longitude"}
    assert points(read(path, profile=Profile(columns))) == [NEAR_TANF]


def test_a_tower_stands_where_its_published_metres_say() -> None:
    # The CN Tower in Toronto, 43°38'33.24"N 79°23'13.7"W.
    assert read_utm("17T 630084 4833438") == pytest.approx((43.6425667, -79.3871389), abs=1e-5)


@given(st.integers(1, 60), st.floats(200_000, 800_000), st.floats(1, 9_000_000))
def test_the_south_mirrors_the_north(zone: int, east: float, north: float) -> None:
    latitude, longitude = from_utm(zone, "N", east, north)
    assert from_utm(zone, "S", east, 1e7 - north, of_half=True) == pytest.approx(
        (-latitude, longitude), abs=1e-9
    )
    assert abs(longitude - (6 * zone - 183)) < 90


@pytest.mark.parametrize(
    "text",
    ["61N 500000 100", "37O 500000 100", "37N 950000 100", "37N 500000 20000000", "37T 500000 100",
     "37N 5 100", "north of 37N"],
)  # fmt: skip
def test_metres_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(ImpossibleValue):
        read_utm(text)
