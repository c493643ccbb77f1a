"""Places and degrees as people write them in a cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.sources import read
from geodata.sources.degrees import read_degree


@pytest.mark.parametrize(
    ("cell", "degrees"),
    [("35 55 50 N", 35.9306), ("s 35 55 50,0", -35.9306), ("36 38 02 E", 36.6339)],
)
def test_degrees_parted_by_blanks_are_read_where_a_letter_says_so(
    cell: str, degrees: float
) -> None:
    assert read_degree(cell).value == pytest.approx(degrees, abs=1e-4)


@pytest.mark.parametrize("cell", ["35 55 50", "35 65 50 N", "35 55 61 N"])
def test_other_numbers_parted_by_blanks_are_no_degrees(cell: str) -> None:
    assert read_degree(cell).value is None
    assert read_degree(cell).problem


def test_places_below_one_another_in_a_cell_are_several(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('date,place_name,killed\n2024-03-01,"Aleppo\nIdlib",3\n', encoding="utf-8")
    reading = read(path)
    assert reading.incidents["place_name"].tolist() == ["Aleppo; Idlib"]
    assert "Aleppo\\nIdlib" in reading.raw.iloc[0]
