"""Names that contradict themselves or are common end as several candidates or an honest ring."""

from __future__ import annotations

import pandas as pd
import pytest

from geodata.gazetteer import Gazetteer
from geodata.gazetteer.index import Place, PlaceIndex
from geodata.gazetteer.layers import site_places, sites_text, table_places
from geodata.gazetteer.learned import checked_places, learned_places
from geodata.gazetteer.lookup import BASE, LEARNED, PACKS
from geodata.gazetteer.places import distance_km, middle

TOWNS = [
    Place("Aleppo", ["Halab"], 36.2012, 37.1612, "SYR", "09", population=2_098_210),
    Place("Idlib", [], 35.9306, 36.6339, "SYR", "12", population=165_000),
    Place("Manbij", [], 36.5281, 37.9549, "SYR", "09", population=99_497),
    Place("Ariha", [], 35.8139, 36.6106, "SYR", "12", population=39_500),
    Place("Kyiv", [], 50.4547, 30.5238, "UKR", "12", population=2_952_301),
]
SALHIYA = Place("Şalḩīyah", [], 34.74, 36.9, "SYR", "11", population=900)
TAUGHT = {"place_name": "Al Salhiyyah village", "admin1": "Aleppo", "country": "SYR",
          "latitude": 36.3, "longitude": 37.7, "location_precision": "town"}  # fmt: skip


def gazetteer(
    taught: list[dict[str, object]] | None = None, *more: Place, packs: list[Place] | None = None
) -> Gazetteer:
    layers = [(BASE, PlaceIndex.build([*TOWNS, *more], "base"))]
    if packs:
        layers.append((PACKS, PlaceIndex.build(packs, "pack")))
    if taught:
        table = checked_places(learned_places(pd.DataFrame(taught)))
        layers.append((LEARNED, PlaceIndex.build(table_places(table), "learned")))
    return Gazetteer(layers)


def test_a_common_name_that_few_incidents_taught_is_not_pinned() -> None:
    found = gazetteer([TAUGHT] * 9, SALHIYA).locate("Salhiya", country="SYR", admin1="Aleppo")
    assert found.precision == "admin1"
    assert "a common name, taught by few incidents" in found.method
    assert {one.source for one in found.candidates} == {"learned", "base"}


@pytest.mark.parametrize("why", ["many", "alone", "as written", "admin2", "beside", "confirmed"])
def test_a_common_name_is_pinned_where_something_settles_it(why: str) -> None:
    taught = [TAUGHT] * (10 if why == "many" else 2)
    also = Place("Salhiyeh", [], 36.31, 37.71, "SYR", "09")
    more = {"alone": [], "confirmed": [SALHIYA, also]}.get(why, [SALHIYA])
    found = gazetteer(taught, *more).locate(
        "Al Salhiyyah" if why == "as written" else "Salhiya",
        country="SYR",
        admin1="Aleppo",
        admin2="Manbij" if why == "admin2" else None,
        beside=[(36.31, 37.6)] if why == "beside" else [],
    )
    assert (found.latitude, found.precision, found.source) == (36.3, "town", "learned")


def test_other_vowels_are_not_enough_for_a_common_name_that_one_incident_taught() -> None:
    sajnah = {**TAUGHT, "place_name": "Kafr Sajnah town"}
    other = Place("Kafr Sijnah", [], 34.7, 36.9, "SYR", "11")
    for incidents, precision in ((1, "admin1"), (2, "near")):
        found = gazetteer([sajnah] * incidents, other).locate(
            "Kafar Sijna", country="SYR", admin1="Aleppo"
        )
        assert found.precision == precision


def test_a_taught_place_with_other_vowels_is_nearer_than_the_district_behind_the_comma() -> None:
    jandaris = {**TAUGHT, "place_name": "Jenderis", "latitude": 36.5, "longitude": 37.9}
    found = gazetteer([jandaris]).locate("Jindires town, Manbij", country="SYR", admin1="Aleppo")
    assert (found.precision, found.method) == ("near", "like a taught name: Jenderis")
    district = gazetteer().locate("Jindires town, Manbij", country="SYR", admin1="Aleppo")
    assert (district.precision, district.method) == ("admin2", "district of Manbij")


def test_the_surroundings_of_a_second_name_do_not_teach_the_first() -> None:
    river = {**TAUGHT, "place_name": "Al Zzfurat/Euphrates river near Kobane"}
    found = gazetteer([river]).locate("Zzfurat", country="SYR", admin1="Aleppo")
    assert found.precision == "admin1"


def test_a_provinces_town_in_brackets_is_the_town() -> None:
    found = gazetteer().locate("Al Sakhour (Aleppo)", country="SYR", admin1="Aleppo")
    assert (found.precision, found.method, found.matched_name) == ("near", "near Aleppo", "Aleppo")
    assert distance_km(found.latitude or 0, found.longitude or 0, 36.2012, 37.1612) < 0.1
    # Nothing else says that the province is meant beside the brackets, or the town behind a comma.
    alone = gazetteer().locate("Al Sakhour (Aleppo)", country="SYR")
    assert (alone.precision, alone.admin1) == ("admin1", "Aleppo")
    comma = gazetteer().locate("Al Sakhour, Aleppo", country="SYR", admin1="Aleppo")
    assert comma.precision == "admin1"


def test_a_road_in_the_countryside_of_a_town_is_not_in_the_town() -> None:
    found = gazetteer().locate(
        "Xyz – Qwerty road in the southern countryside of Manbij", country="SYR", admin1="Aleppo"
    )
    assert found.precision == "admin2"


@pytest.mark.parametrize("admin1", [None, "Idlib", "Aleppo"])
def test_a_city_before_another_province_is_two_places(admin1: str | None) -> None:
    found = gazetteer().locate("Aleppo, Idlib", country="SYR", admin1=admin1)
    assert found.precision == ("admin1" if admin1 else "country")
    assert "abstained: 2 places in one cell" in found.method
    assert {one.name for one in found.candidates} == {"Aleppo", "Idlib"}


def test_a_city_before_what_holds_it_is_the_city() -> None:
    for name, country in (("Manbij, Aleppo", "SYR"), ("Kyiv, Kyiv oblast", "UKR"),
                          ("Aleppo, Syria", "SYR"), ("Idlib, Idlib", "SYR")):  # fmt: skip
        assert gazetteer().locate(name, country=country).precision == "town"
    # A small town may have a namesake in the province behind it; so it is the province, as before.
    small = gazetteer().locate("Ariha, Aleppo governorate", country="SYR")
    assert small.admin1 == "Aleppo"


def test_two_cities_parted_by_a_comma_are_two_places() -> None:
    homs = Place("Homs", [], 34.7268, 36.7234, "SYR", "11", population=775_404)
    found = gazetteer(None, homs).locate("Manbij city, Homs city", country="SYR")
    assert (found.latitude, len(found.candidates)) == (None, 2)


def test_a_district_reaches_the_provinces_only_place_of_the_name() -> None:
    village = Place("Xanadu", [], 35.75, 38.0, "SYR", "09")
    asked = {"country": "SYR", "admin1": "Aleppo", "admin2": "Manbij"}
    found = gazetteer(packs=[village]).locate("Xanadu village", **asked)
    assert (found.precision, found.admin2) == ("admin2", "Manbij")
    for place in (village, TOWNS[2]):
        apart = distance_km(
            found.latitude or 0, found.longitude or 0, place.latitude, place.longitude
        )
        assert apart + 24 < (found.radius_km or 0) < apart + 26
    second = Place("Xanadu", [], 36.6, 36.8, "SYR", "09")
    usual = gazetteer(packs=[village, second]).locate("Xanadu village", **asked)
    assert (usual.latitude, usual.precision) == (36.5281, "admin2")


def test_the_middle_of_two_points_may_lie_across_the_date_line() -> None:
    assert middle(10.0, 179.0, 12.0, -179.0) == (11.0, -180.0)
    assert middle(10.0, 20.0, 12.0, 22.0) == (11.0, 21.0)


def test_a_large_town_is_meant_by_its_sound_and_a_small_one_is_not() -> None:
    hodeidah = Place("Al Ḩudaydah", [], 14.7978, 42.9545, "YEM", "02", population=617_871)
    assert gazetteer(None, hodeidah).locate("Hodeidah", country="YEM").latitude == 14.7978
    village = Place("Al Ḩudaydah", [], 14.7978, 42.9545, "YEM", "02", population=6_000)
    found = gazetteer(None, village).locate("Hodeidah", country="YEM")
    assert (found.precision, [one.name for one in found.candidates]) == ("country", ["Al Ḩudaydah"])
    # Another language's name of a large town is not what a place that sounds like it means.
    beroea = Place("Halab", ["Al Barah"], 36.2, 37.16, "SYR", "09", population=2_000_000)
    assert gazetteer(None, beroea).locate("Bara", country="SYR").latitude is None


def test_without_a_province_only_towns_and_camps_are_looked_for_across_the_border() -> None:
    def across(kind: str, population: int) -> str:
        place = Place("Ceylanpinar", [], 36.847, 40.05, "TUR", "63", kind, population, 2.0)
        return gazetteer(None, place).locate("Ceylanpinar", country="SYR").method

    assert across("populated", 80_000) == "name, across the border"
    assert across("camp", 0) == "name, across the border"
    assert across("populated", 900) == "country only (not found)"


def test_a_district_is_as_wide_as_its_own_province_asks() -> None:
    khan_yunis = Place("Khan Yunis", [], 31.346, 34.303, "PSE", "GZ", population=250_000)
    found = gazetteer(None, khan_yunis).locate("Al-Mawasi, Khan Yunis", country="PSE")
    assert (found.precision, found.radius_km) == ("admin2", 25.0)


def test_a_crossing_is_written_without_its_word_too() -> None:
    crossing = next(p for p in site_places(sites_text() or "") if p.name == "Kerem Shalom crossing")
    assert "Kerem Shalom" in crossing.alternates
