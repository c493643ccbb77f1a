"""What an incident refuses, and what its accounts agree on."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import ImpossibleValue, UnknownCode
from geodata.incident import (
    Account,
    Count,
    Incident,
    Source,
    Weapon,
    When,
    Where,
    accounts_disagree,
    at_least,
    check_point,
)


def account(name: str = "a", **values: object) -> Account:
    return Account(account_id=name, source=Source(publisher=name), **values)  # type: ignore[arg-type]


def test_a_count_refuses_four_to_two_and_names_both() -> None:
    with pytest.raises(ImpossibleValue, match="4 to 2"):
        Count(low=4, high=2)


def test_an_unknown_count_is_none_and_not_an_empty_count() -> None:
    with pytest.raises(ImpossibleValue, match="unknown count is None"):
        Count()


@given(st.lists(st.none() | st.integers(-5, 50), min_size=3, max_size=3))
def test_a_count_is_a_range_of_people_or_no_count_at_all(figures: list[int | None]) -> None:
    known = [figure for figure in figures if figure is not None]
    good = bool(known) and min(known) >= 0 and known == sorted(known)
    if good:
        assert (Count(*figures).low, Count(*figures).high) == (figures[0], figures[2])
    else:
        with pytest.raises(ImpossibleValue):
            Count(*figures)


def test_people_for_certain_leave_unknowns_out() -> None:
    assert at_least([Count(2, None, 5), None, Count.exactly(3), Count(high=9)]) == 5


def test_a_span_of_days_has_two_ends_in_order() -> None:
    with pytest.raises(ImpossibleValue, match="first and its last"):
        When(start=dt.date(2016, 6, 16))
    with pytest.raises(ImpossibleValue, match="before it starts"):
        When(dt.date(2016, 6, 16), dt.date(2016, 6, 15), "days")
    with pytest.raises(UnknownCode, match="fortnight"):
        When(precision="fortnight")


@pytest.mark.parametrize(
    "point", [(0, 0), (91, 0), (10, 180.5), (33.5, 4239.00416), (float("nan"), 1.0)]
)
def test_what_is_no_point_on_earth_is_refused(point: tuple[float, float]) -> None:
    with pytest.raises(ImpossibleValue):
        check_point(*point)


def test_a_place_draws_its_own_ring_or_that_of_its_precision() -> None:
    assert Where(precision="near").drawn_radius_km == 25
    assert Where(precision="near", radius_km=5).drawn_radius_km == 5
    assert Where(precision="country", country="SYR").drawn_radius_km is None
    with pytest.raises(ImpossibleValue, match="both a latitude"):
        Where(latitude=33.5)


def test_a_weapon_knows_its_launch_group() -> None:
    assert Weapon("mortar").group == "ground-launched"
    with pytest.raises(UnknownCode):
        Weapon("trebuchet")


@pytest.mark.parametrize(
    ("one", "other", "disagree"),
    [
        ({"killed": Count.exactly(2)}, {"killed": Count.exactly(2)}, False),
        ({"killed": Count.exactly(2)}, {"killed": Count(3, None, 8)}, True),
        ({"killed": Count(2, None, None)}, {"killed": Count(3, None, 8)}, False),
        ({"injured": Count.exactly(18)}, {"injured": Count.exactly(10)}, True),
        ({"killed": Count.exactly(2)}, {"killed": None}, False),
        ({"perpetrators": ("A",)}, {"perpetrators": ("B",)}, True),
        ({"perpetrators": ("A", "B")}, {"perpetrators": ("B",)}, False),
        ({"perpetrators": ("A",)}, {"perpetrators": ()}, False),
        ({"stance": "asserts"}, {"stance": "denies"}, True),
    ],
)
def test_accounts_disagree_only_where_both_say_something(
    one: dict[str, object], other: dict[str, object], *, disagree: bool
) -> None:
    assert accounts_disagree([account("a", **one), account("b", **other)]) is disagree


def test_an_incident_is_disputed_when_its_accounts_are() -> None:
    incident = Incident(
        "i1", "d", "Strike", When(), Where(),
        accounts=(account("a", killed=Count.exactly(2)), account("b", killed=Count.exactly(9))),
    )  # fmt: skip
    assert incident.disputed
    with pytest.raises(UnknownCode, match="no grade"):
        Incident("i1", "d", "Strike", When(), Where(), grade="sure")
