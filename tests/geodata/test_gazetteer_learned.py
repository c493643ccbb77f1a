"""What one data set knows, another may ask; what contradicts itself teaches nothing."""

from __future__ import annotations

import pandas as pd

from geodata.gazetteer import Gazetteer
from geodata.gazetteer.index import PlaceIndex
from geodata.gazetteer.layers import table_places
from geodata.gazetteer.learned import checked_places, learned_places
from geodata.gazetteer.lookup import LEARNED

HAYYAN = {"place_name": "Hayyan village", "admin1": "Aleppo Governorate", "country": "SYR",
          "latitude": 36.324, "longitude": 37.098, "location_precision": "town"}  # fmt: skip


def learned(*rows: dict[str, object]) -> pd.DataFrame:
    return learned_places(pd.DataFrame([{**HAYYAN, **row} for row in rows]))


def test_rows_of_one_place_are_one_place_at_their_middle() -> None:
    table = learned({}, {"latitude": 36.326}, {"latitude": 36.325, "place_name": "HAYYAN"})
    assert len(table) == 1
    place = table.iloc[0]
    assert (place["name"], place["count"], place["latitude"]) == ("Hayyan", 3, 36.325)
    assert 0 < place["spread_km"] < 1


def test_a_learned_place_answers_another_spelling_and_script() -> None:
    index = PlaceIndex.build(table_places(learned({})), "learned places")
    gazetteer = Gazetteer([(LEARNED, index)])
    for name in ("Hayan", "Ḩayyān", "Hayyan town"):
        found = gazetteer.locate(name, country="Syria", admin1="حلب")
        assert (found.latitude, found.source) == (36.324, "learned places")


def test_one_name_at_two_spots_teaches_nothing() -> None:
    assert learned({}, {"latitude": 36.1}).empty


def test_coordinates_outside_the_stated_province_teach_nothing() -> None:
    assert learned({"latitude": 33.5, "longitude": 36.3}).empty


def test_what_is_only_near_or_a_unit_teaches_nothing() -> None:
    assert learned({"location_precision": "near"}, {"location_precision": "admin1"}).empty
    assert learned({"place_name": "Aleppo Governorate"}, {"place_name": "near Hayyan"}).empty


def test_what_a_gazetteer_placed_is_not_learned_back() -> None:
    assert learned({"location_method": "name+admin1"}).empty
    assert len(learned({"location_method": "source"})) == 1


def test_rows_without_a_country_or_coordinates_teach_nothing() -> None:
    assert learned({"country": None}, {"latitude": None}, {"place_name": None}).empty


def test_long_arabic_names_reach_a_latin_spelling_by_their_consonants() -> None:
    table = learned({"place_name": "Maarah al-Naasan", "admin1": "Idlib",
                     "latitude": 36.0, "longitude": 36.8})  # fmt: skip
    gazetteer = Gazetteer([(LEARNED, PlaceIndex.build(table_places(table), "learned places"))])
    found = gazetteer.locate("معارة النعسان", country="SYR", admin1="إدلب")
    assert (found.latitude, found.method) == (36.0, "consonants+admin1")
    assert gazetteer.locate("Maarat Naasin", country="SYR", admin1="Idlib").precision == "admin1"


def taught(*rows: dict[str, object]) -> Gazetteer:
    table = checked_places(learned(*rows))
    return Gazetteer([(LEARNED, PlaceIndex.build(table_places(table), "learned places"))])


SAJNAH = {"place_name": "Kafr Sajnah town", "latitude": 36.3, "longitude": 37.7}


def test_a_taught_name_with_other_vowels_is_a_ring_around_the_place() -> None:
    found = taught(SAJNAH).locate("Kafar Sijna", country="SYR", admin1="Aleppo")
    assert (found.latitude, found.precision, found.radius_km) == (36.3, "near", 25.0)
    assert found.method == "like a taught name: Kafr Sajnah"


def test_likeness_to_a_taught_name_is_not_enough_in_doubt() -> None:
    gazetteer = taught(SAJNAH)
    assert gazetteer.locate("Kafar Sijna", country="SYR").latitude is None
    assert gazetteer.locate("Kafar Sijna", country="SYR", admin1="Homs").precision == "admin1"
    for unlike in ("Kafir Isjouniya", "Kufair Sajoun"):
        assert gazetteer.locate(unlike, country="SYR", admin1="Aleppo").precision == "admin1"
    second = {"place_name": "Kafir Sojna", "latitude": 36.3, "longitude": 38.1}
    found = taught(SAJNAH, second).locate("Kafar Sijna", country="SYR", admin1="Aleppo")
    assert found.precision == "admin1"


def test_three_consonants_are_enough_where_short_vowels_are_not_written() -> None:
    found = taught({"place_name": "Binnish"}).locate("Bennish", country="SYR", admin1="Aleppo")
    assert (found.precision, found.radius_km, found.matched_name) == ("near", 25.0, "Binnish")
    # One ends with a vowel and the other does not: two villages.
    other = taught({"place_name": "Hazzanu"}).locate("Hazwan", country="SYR", admin1="Aleppo")
    assert other.precision == "admin1"
    congo = {"country": "COD", "admin1": "Ituri", "latitude": 1.57, "longitude": 30.25}
    found = taught({"place_name": "Binisha", **congo}).locate(
        "Benasha", country="COD", admin1="Ituri"
    )
    assert found.precision == "admin1"


def test_a_taught_place_sheds_what_contains_it() -> None:
    for name in ("Babis, Aleppo", "Babis village, western Aleppo countryside", "Babis suburb"):
        found = taught({"place_name": name}).locate("Babis", country="SYR", admin1="Aleppo")
        assert (found.latitude, found.precision) == (36.324, "town")


def test_a_prison_is_learned_as_the_prison_and_not_as_its_village() -> None:
    gazetteer = taught({"place_name": "Gharaz prison"})
    assert gazetteer.locate("Gharaz Prison", country="SYR", admin1="Aleppo").latitude == 36.324
    assert gazetteer.locate("Gharaz", country="SYR", admin1="Aleppo").precision == "admin1"


def test_both_names_of_a_taught_place_find_it() -> None:
    for taught_name in ("Abu Rasin/Zarkan town", "Abu Rasin town/Zarkan", "Abu Rasin (Zarkan)"):
        gazetteer = taught({"place_name": taught_name})
        for name in ("Abu Rasin", "Zarkan", taught_name):
            assert gazetteer.locate(name, country="SYR", admin1="Aleppo").latitude == 36.324
    # A dam on the river is not the river.
    gazetteer = taught({"place_name": "Zzfurat Dam/Zzlake"})
    assert gazetteer.locate("Zzfurat", country="SYR", admin1="Aleppo").precision == "admin1"


def test_a_stores_places_are_checked_before_they_teach() -> None:
    table = pd.DataFrame(
        {
            "name": ["Hayyan town", "Aleppo Governorate", "Wide", "Elsewhere", "Nowhere", None],
            "admin1": ["Aleppo", "Aleppo", "Aleppo", "Homs", None, None],
            "country": ["SYR", "SYR", "SYR", "SYR", "SYR", None],
            "latitude": [36.324, 36.2, 36.3, 36.3, float("nan"), 36.0],
            "longitude": [37.098, 37.1, 37.1, 37.1, 37.1, 37.1],
            "spread_km": [0.5, 0.0, 40.0, 0.0, 0.0, 0.0],
        }
    )
    kept = checked_places(table)
    assert [(name, alias) for name, alias in zip(kept["name"], kept["aliases"], strict=True)] == [
        ("Hayyan", "Hayyan town"),
        ("Nowhere", "Nowhere"),
    ]
    assert [place.name for place in table_places(kept)] == ["Hayyan"]


def test_what_is_near_a_taught_town_or_its_camp_is_as_wide_as_near_any_town() -> None:
    gazetteer = taught({})
    near = gazetteer.locate("near Hayyan", country="SYR", admin1="Aleppo")
    assert (near.precision, near.radius_km, near.method) == ("near", 25.0, "near Hayyan")
    camp = gazetteer.locate("Hayyan camp", country="SYR", admin1="Aleppo")
    assert (camp.precision, camp.radius_km) == ("near", 10.0)


def test_names_parted_by_a_slash_are_one_place_or_none() -> None:
    gazetteer = taught({}, {"place_name": "Anadan", "latitude": 36.29, "longitude": 37.04})
    for one in ("Hayyan / Hayan", "Hayyan/حيان"):
        assert gazetteer.locate(one, country="SYR", admin1="Aleppo").latitude == 36.324
    for two in ("Hayyan / Kafr Nabl", "Nowhere / Hayyan"):
        found = gazetteer.locate(two, country="SYR", admin1="Aleppo")
        assert (found.precision, [one.name for one in found.candidates]) == ("admin1", ["Hayyan"])
