"""What a place phrase asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.gazetteer.phrases import PlacePhrase, readings, split_feature


@pytest.mark.parametrize(
    ("phrase", "name", "role"),
    [
        ("Teir Maaleh village", "Teir Maaleh", "settlement"),
        ("at-Tanf garrison", "at-Tanf", "site"),
        ("camp de Kakuma", "Kakuma", "site"),
        ("Raqqa governorate", "Raqqa", "admin1"),
        ("Eastern Aleppo Governorate", "Aleppo", "admin1"),
        ("Rutshuru territory", "Rutshuru", "admin2"),
        ("countryside of Hama", "Hama", "area"),
        ("Damascus countryside", "Damascus", "area"),
        ("село Піски", "Піски", "settlement"),
        ("Харківська область", "Харківська", "admin1"),
        ("قرية الميادين", "الميادين", "settlement"),
        ("ville de Bunia", "Bunia", "settlement"),
        ("the town of Manbij", "Manbij", "settlement"),
        ("near the al-Tanaf border crossing", "al-Tanaf", "near"),
        ("The Hague", "The Hague", ""),
    ],
)
def test_a_feature_word_says_what_is_meant(phrase: str, name: str, role: str) -> None:
    assert split_feature(phrase) == (name, role)


def reading(phrase: str, relation: str) -> PlacePhrase:
    return next(found for found in readings(phrase) if found.relation == relation)


@pytest.mark.parametrize(
    "phrase",
    [
        "Road between Afrin and A'zaz, close to Qibar Junction",
        "between the towns of Afrin and A'zaz",
        "on the road from Afrin to A'zaz",
        "Water crossing between Afrin and A'zaz",
    ],
)
def test_a_thing_between_two_places_lies_between_them(phrase: str) -> None:
    found = reading(phrase, "between")
    assert (found.name, found.other) == ("Afrin", "A'zaz")


def test_a_thing_near_a_place_is_itself_or_near_it() -> None:
    found = readings("Abirha near Al Busaira")
    assert [(one.name, one.relation) for one in found[1:]] == [
        ("Abirha", "at"),
        ("Al Busaira", "near"),
    ]
    assert found[1].within == ("Al Busaira",)


def test_the_vicinity_of_a_dam_is_near_the_dam_before_it_is_near_its_village() -> None:
    near = [one.name for one in readings("Vicinity of Tishreen Dam") if one.relation == "near"]
    assert near == ["Tishreen Dam", "Tishreen"]


def test_a_leading_word_is_left_out_and_an_article_is_not() -> None:
    assert readings("at al-Tanf")[1].name == "al-Tanf"
    assert [one.name for one in readings("At Taybah")] == ["At Taybah"]


def test_west_of_a_town_after_a_comma_is_near_the_town() -> None:
    assert reading("Ankarati, east of Tal Mardikh", "near").name == "Tal Mardikh"


def test_a_distance_and_a_direction_are_an_offset() -> None:
    found = reading("about 10 km north-east of Homs", "offset")
    assert (found.name, found.distance_km, found.bearing) == ("Homs", 10.0, 45)


def test_miles_are_turned_into_kilometres() -> None:
    assert reading("5 miles south of Ghazni", "offset").distance_km == pytest.approx(8.04672)


def test_a_distance_without_a_direction_is_a_ring() -> None:
    assert reading("3 km from Manbij", "near").distance_km == 3.0


def test_between_two_places_names_both() -> None:
    found = reading("between Manbij and al-Bab", "between")
    assert (found.name, found.other) == ("Manbij", "al-Bab")


def test_the_road_of_two_towns_lies_between_them() -> None:
    found = reading("Ar Raqqah - Deir Ezzor road", "between")
    assert (found.name, found.other) == ("Ar Raqqah", "Deir Ezzor")


def test_a_street_named_for_a_town_is_not_in_that_town() -> None:
    assert all(found.name != "Tal Abyad" for found in readings("Tal Abyad Street, Raqqa"))


def test_a_thing_after_a_colon_lies_in_the_town_before_it() -> None:
    assert reading("Al Soussa: mosque and internet cafe", "in town").name == "Al Soussa"


def test_a_village_before_a_comma_lies_in_the_district_after_it() -> None:
    found = readings("Bulbu, Afrin")
    assert [(r.name, r.relation) for r in found[1:]] == [("Bulbu", "at"), ("Afrin", "in district")]


def test_a_name_in_brackets_is_another_name() -> None:
    assert reading("Jala'a (Al-Salakha)", "alias").name == "Al-Salakha"


def test_the_whole_phrase_is_tried_first() -> None:
    assert readings("Camp Perrin")[0].name == "Camp Perrin"


@pytest.mark.parametrize("empty", ["", "   ", "...", "—", "()"])
def test_a_phrase_without_a_letter_asks_for_nothing(empty: str) -> None:
    assert readings(empty) == ()


@given(st.text(max_size=400))
def test_any_text_reads_without_an_error(text: str) -> None:
    assert all(found.name for found in readings(text))
