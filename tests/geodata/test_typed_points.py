"""A point is read as it was meant, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import ImpossibleValue
from geodata.typed_points import read_point
from tests.hostile import PAYLOADS

TANF = (33.5, 38.66)


@pytest.mark.parametrize(
    "text",
    [
        "33.5, 38.66", "33.5 38.66", " 33.5;38.66 ", "33,5; 38,66", "33.5N 38.66E",
        "N33.5 E38.66", "38.66E, 33.5N", "33.5N38.66E", "33°30'N 38°39'36\"E",
        "33°30′00″N, 38°39′36″E", "38°39′36″E 33°30′00″N",
    ],
)  # fmt: skip
def test_one_place_is_written_in_many_ways(text: str) -> None:
    assert read_point(text) == pytest.approx(TANF, abs=1e-6)


def test_south_and_west_are_negative() -> None:
    assert read_point("33.5 S, 38.66 W") == (-33.5, -38.66)
    assert read_point("-33.5, -38.66") == (-33.5, -38.66)


@pytest.mark.parametrize(
    ("code", "point"),
    [
        ("8FVC9G8F+6X", (47.365563, 8.524938)),
        ("8fvc9g8f+6x", (47.365563, 8.524938)),
        ("7FG49Q00+", None),
        ("6PH57VP3+PR", (1.286813, 103.854563)),
    ],
)
def test_a_plus_code_is_the_middle_of_its_cell(
    code: str, point: tuple[float, float] | None
) -> None:
    if point is None:
        with pytest.raises(ImpossibleValue):
            read_point(code)
    else:
        assert read_point(code) == pytest.approx(point, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "", "33.5", "Aleppo", "33,5 38,66", "200, 500", "0, 0", "33.5N, 38.66N", "33° 75' N 38° E",
        "9G8F+6X Zurich", "33.5 38.66 12", "nan, nan", *PAYLOADS,
    ],
)  # fmt: skip
def test_what_is_no_point_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(ImpossibleValue):
        read_point(text)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_decimal_degrees_come_back_as_they_were_written(latitude: float, longitude: float) -> None:
    written = f"{latitude:.6f}, {longitude:.6f}"
    if (round(latitude, 6), round(longitude, 6)) == (0, 0):
        return
    assert read_point(written) == (round(latitude, 6), round(longitude, 6))
