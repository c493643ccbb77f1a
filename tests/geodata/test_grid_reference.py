"""Military grid references become the point that the reference implementation gives."""

from __future__ import annotations

import pytest

from geodata.errors import ImpossibleValue
from geodata.gazetteer.places import distance_km
from geodata.grid_reference import read_grid_reference
from geodata.typed_points import read_point

# Written by NGA's GEOTRANS (through the package `mgrs` 1.5) for the points beside them.
KNOWN = {
    "37SDT6895807046": (33.5025, 38.6658),
    "37SDA0650042999": (36.5278, 37.9556),
    "37UDP2626782984": (48.5956, 38.0),
    "35MQU4698714168": (-1.68, 29.22),
    "32VKN9681712810": (60.5, 5.3),
    "33XWG1369680760": (78.2, 15.6),
}


@pytest.mark.parametrize(("reference", "point"), KNOWN.items())
def test_a_reference_is_the_point_that_it_was_written_for(
    reference: str, point: tuple[float, float]
) -> None:
    assert distance_km(*read_grid_reference(reference), *point) < 0.002


def test_blanks_and_small_letters_do_not_count() -> None:
    written = read_point("37s dt 68958 07046")
    assert written == read_point("37SDT6895807046")
    assert written == pytest.approx((33.5025, 38.6658), abs=2e-6)


def test_fewer_digits_are_the_middle_of_a_larger_square() -> None:
    kilometre, metre = read_grid_reference("37SDT6807"), read_grid_reference("37SDT6850007500")
    assert distance_km(*kilometre, *metre) < 0.001


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("37SDT689580704", "9 digits"),
        ("37SDT68", "2 digits"),
        ("37SDT", "0 digits"),
        ("61SDT68950704", "no grid zone 61S"),
        ("32XWG13698076", "no grid zone 32X"),
        ("37IDT68950704", "no grid zone 37I"),
        ("37SAT68950704", "no square AT"),
        ("37SDW68950704", "no square DW"),
        ("37SDH68950704", "has no square DH there"),
        ("a word", "cannot be read"),
    ],
)
def test_a_reference_to_nowhere_is_refused_with_the_reason(wrong: str, reason: str) -> None:
    with pytest.raises(ImpossibleValue, match=reason):
        read_grid_reference(wrong)
