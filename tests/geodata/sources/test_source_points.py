"""Points of a source that cannot be quite right are flagged, and good ones are let be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geodata import boundaries
from geodata.sources import FLAGS, Profile, points, read


def outside(latitude: float, longitude: float, country: str | None) -> bool:
    return bool(points.outside(np.array([latitude]), np.array([longitude]), [country])[0])


def centred(latitude: float, longitude: float, country: str | None) -> bool:
    return bool(points.centred(np.array([latitude]), np.array([longitude]), [country])[0])


@pytest.mark.parametrize(
    ("latitude", "longitude", "country", "expected"),
    [
        (36.2, 37.16, "SYR", False),  # Aleppo
        (33.3152, 44.3661, "SYR", True),  # Baghdad
        (35.5, 35.6, "SYR", False),  # at sea, 15 km off Latakia
        (34.9, 34.6, "SYR", True),  # at sea, 100 km off
        (44.6, 33.5, "RUS", False),  # Sevastopol, which both claim
        (44.6, 33.5, "UKR", False),
        (31.9, 35.2, "ISR", False),  # Ramallah, coded by the state that occupies it
        (-17.8, 177.4, "FJI", False),  # a country on both sides of the date line
        (33.3152, 44.3661, None, False),
        (33.3152, 44.3661, "ZZZ", False),
        (float("nan"), float("nan"), "SYR", False),
    ],
)
def test_a_point_is_outside_only_well_beyond_border_and_coast(
    latitude: float, longitude: float, country: str | None, expected: bool
) -> None:
    assert outside(latitude, longitude, country) is expected


def test_a_thousand_wrong_points_are_all_found() -> None:
    draw = np.random.default_rng(2016)
    latitudes, longitudes = draw.uniform(30, 32, 1000), draw.uniform(43, 45, 1000)  # Iraq
    assert points.outside(latitudes, longitudes, ["SYR"] * 1000).all()


def test_many_points_are_judged_as_one_is() -> None:
    draw = np.random.default_rng(17)
    syria = boundaries.countries()["SYR"]
    latitudes, longitudes = draw.uniform(32, 38, 300), draw.uniform(35, 43, 300)
    together = boundaries.inside(syria, latitudes, longitudes)
    each = [boundaries.contains(syria, *at) for at in zip(latitudes, longitudes, strict=True)]
    assert together.tolist() == each
    assert 0 < together.sum() < 300


def test_the_centre_of_gravity_of_a_state_that_is_nearly_a_rectangle() -> None:
    wyoming = boundaries.find_admin1("Wyoming", "USA")
    assert wyoming is not None
    assert boundaries.centroid(wyoming) == pytest.approx((-107.55, 43.0), abs=0.05)


def test_the_middle_of_a_country_or_province_is_known() -> None:
    syria, (aleppo,) = boundaries.countries()["SYR"], boundaries.admin1_named("Aleppo", "SYR")
    longitude, latitude = boundaries.centroid(aleppo)
    assert centred(latitude, longitude, "SYR")
    assert not centred(latitude + 0.02, longitude, "SYR")
    longitude, latitude = boundaries.centroid(syria)
    assert centred(latitude + 0.02, longitude, "SYR")
    assert centred(35.0, 38.0, None)  # whole degrees
    assert not centred(36.2, 37.16, "SYR")
    assert not centred(36.2, 37.16, "ZZZ")


def test_a_row_is_flagged_where_its_code_says_more_than_its_point(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "date,country,latitude,longitude,location_precision\n"
        "2016-06-16,Syria,33.3152,44.3661,town\n"
        "2016-06-16,Syria,34.9,34.6,sea\n"
        "2016-06-16,Syria,35,38,town\n"
        "2016-06-16,Syria,35,38,country\n"
        "2016-06-16,Syria,36.2,37.16,town\n"
        "2016-06-16,Syria,,,\n",
        encoding="utf-8",
    )
    flags = read(path).incidents["quality_flags"].fillna("").tolist()
    assert flags == ["point-outside-country", "", "point-centroid-like", "", "", ""]
    assert {"point-outside-country", "point-centroid-like"} <= FLAGS.keys()


SWAPPED = (
    "date,country,latitude,longitude,location_precision,quality_flags\n"
    "2016-06-16,Syria,37.16,36.2,town,\n"  # in Turkey, and Aleppo the other way round
    "2016-06-16,Syria,38.66,33.5,town,\n"
    "2016-06-16,Syria,38.66,33.5,town,point-outside-country\n"
    "2016-06-16,Syria,33.5,38.66,town,\n"
    "2016-06-16,Syria,33.3152,44.3661,town,\n"
    "2016-06-16,,38.66,33.5,town,\n"
    "2016-06-16,Chile,-70.6,-33.4,town,\n"
)


def test_a_point_with_its_axes_swapped_waits_with_the_other_way_round(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(SWAPPED, encoding="utf-8")
    reading = read(path)
    assert reading.attention["row"].tolist() == [1, 2, 7]
    assert reading.attention["column"].tolist() == ["latitude | longitude"] * 3
    assert reading.attention["reason"].str.count("lies outside").tolist() == [1] * 3
    assert reading.attention["repair"].tolist() == [
        "latitude and longitude swapped? 36.2, 37.16",
        "latitude and longitude swapped? 33.5, 38.66",
        "latitude and longitude swapped? -33.4, -70.6",
    ]
    assert "38.66, 33.5 lies outside the country" in reading.attention["reason"][1]
    flags = reading.incidents["quality_flags"].fillna("").tolist()
    assert flags == ["point-outside-country", "", "point-outside-country", ""]
    assert reading.notes == ()


def test_a_file_with_its_columns_swapped_is_told_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = "".join(f"2016-06-{day},Syria,38.{day},33.5\n" for day in range(10, 20))
    path.write_text(f"date,country,lat,lon\n{rows}", encoding="utf-8")
    reading = read(path)
    assert (len(reading.incidents), len(reading.attention)) == (0, 10)
    assert "seem to be swapped: 10 of 10 points" in reading.notes[0]
    columns = {"date_start": "date", "country": "country", "latitude": "lon", "longitude": "lat"}
    mended = read(path, profile=Profile(columns))
    assert (len(mended.incidents), mended.notes) == (10, ())
