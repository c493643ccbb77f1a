"""A small gazetteer answers, abstains, and says how exact it is."""

from __future__ import annotations

import threading

import pandas as pd
import pytest

from geodata.gazetteer import Gazetteer, Location, country_code
from geodata.gazetteer.admin import admin1_match
from geodata.gazetteer.index import Place, PlaceIndex
from geodata.gazetteer.layers import table_places
from geodata.gazetteer.lookup import BASE, CORRECTED, LEARNED, PACKS, SITES
from geodata.gazetteer.places import distance_km

BASE_PLACES = [
    Place("Aleppo", ["Halab", "حلب"], 36.2012, 37.1612, "SYR", "09", population=2_098_210),
    Place("Homs", ["Ḩimş", "حمص"], 34.7268, 36.7234, "SYR", "11", population=775_404),
    Place("Manbij", ["منبج"], 36.5281, 37.9549, "SYR", "09", population=99_497),
    Place("Al Bāb", ["الباب"], 36.3705, 37.5157, "SYR", "09", population=63_069),
    Place("Idlib", ["إدلب"], 35.9306, 36.6339, "SYR", "12", population=165_000),
    Place("Ḩaddād", [], 36.60, 38.00, "SYR", "09"),
    Place("Ḩaddād", [], 36.10, 36.75, "SYR", "09"),
    Place("Tanaf", [], 12.79, -16.08, "SEN", "12"),
    Place("Rukban", ["الركبان"], 33.3131, 38.7039, "JOR", "15"),
    Place("Kharkiv", ["Харків", "Харьков"], 49.9818, 36.2548, "UKR", "07", population=1_421_125),
    Place("Kyiv", ["Київ", "Киев", "Kiev"], 50.4547, 30.5238, "UKR", "12", population=2_952_301),
    Place("Bakhmut", ["Artemivsk", "Артемівськ"], 48.5942, 37.9989, "UKR", "05", population=80_500),
    Place("San José", [], 9.93, -84.08, "CRI", "08", population=335_000),
    Place("Reyhanlı", [], 36.2692, 36.5672, "TUR", "31", population=98_534),
]
SITE_PLACES = [
    Place("al-Tanf", ["at-Tanf", "al-Tanaf", "التنف"], 33.5, 38.66, "SYR", "Homs", "base",
          radius_km=6.0),
]  # fmt: skip


def build(*layers: tuple[int, list[Place]]) -> Gazetteer:
    return Gazetteer([(rank, PlaceIndex.build(places, f"layer {rank}")) for rank, places in layers])


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return build((BASE, BASE_PLACES), (SITES, SITE_PLACES))


def test_a_name_with_its_province_is_a_town(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("Manbij", country="Syria", admin1="Aleppo")
    assert (found.latitude, found.longitude) == (36.5281, 37.9549)
    assert (found.precision, found.method, found.source) == ("town", "name+admin1", "layer 4")
    assert found.radius_km is not None
    assert found.radius_km >= 3.0


@pytest.mark.parametrize("name", ["منبج", "MANBIJ", "Manbij city", "مدينة منبج"])
def test_script_and_feature_words_do_not_change_the_place(gazetteer: Gazetteer, name: str) -> None:
    assert gazetteer.locate(name, country="SYR", admin1="حلب").matched_name == "Manbij"


def test_without_a_country_there_is_no_pin(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("al-Tanaf")
    assert (found.latitude, found.precision) == (None, "unknown")
    assert found.candidates[0].country == "SYR"


def test_a_garrison_of_syria_is_not_a_town_in_senegal(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("al-Tanaf", country="Syria")
    assert (found.matched_name, found.country) == ("al-Tanf", "SYR")
    assert gazetteer.locate("Tanaf", country="Senegal").country == "SEN"


def test_equal_namesakes_make_it_abstain_with_both_as_candidates(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("Haddad", country="SYR")
    assert found.latitude is None
    assert found.precision == "country"
    assert "abstained: 2 namesakes" in found.method
    assert len(found.candidates) == 2


def test_other_places_of_the_text_settle_between_namesakes(gazetteer: Gazetteer) -> None:
    manbij = (36.5281, 37.9549)
    found = gazetteer.locate("Haddad", country="SYR", beside=[manbij])
    assert (found.latitude, found.longitude) == (36.6, 38.0)
    assert "beside" in found.method
    between = (36.35, 37.4)
    assert gazetteer.locate("Haddad", country="SYR", beside=[between]).latitude is None
    assert gazetteer.locate("Haddad", country="SYR", beside=[(33.0, 44.0)]).latitude is None


def test_with_the_province_an_ambiguous_name_ends_as_the_province(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("Haddad", country="SYR", admin1="Aleppo")
    assert found.precision == "admin1"
    assert found.admin1 == "Aleppo"
    assert found.radius_km is not None
    assert found.radius_km > 80


def test_a_missing_village_ends_as_its_province_and_not_as_a_town(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("Jubb al Ghar", country="SYR", admin1="Aleppo")
    assert found.precision == "admin1"
    assert all(
        distance_km(found.latitude or 0, found.longitude or 0, p.latitude, p.longitude) > 1
        for p in BASE_PLACES
    )


def test_a_missing_village_with_its_district_ends_as_a_ring_around_the_seat(
    gazetteer: Gazetteer,
) -> None:
    found = gazetteer.locate("Jubb al Ghar", country="SYR", admin1="Aleppo", admin2="Manbij")
    assert (found.precision, found.admin1) == ("admin2", "Aleppo")
    assert 20 < (found.radius_km or 0) < 80


def test_a_place_in_another_province_is_not_taken(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("Manbij", country="SYR", admin1="Homs")
    assert found.precision == "admin1"
    assert found.admin1 == "Homs"
    assert found.candidates[0].name == "Manbij"


def test_only_the_country_known_leaves_no_point(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("", country="Syria")
    assert (found.latitude, found.longitude, found.precision) == (None, None, "country")


def test_nothing_known_is_unknown(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("", country=None)
    assert (found.latitude, found.precision, found.score) == (None, "unknown", 0.0)


def test_a_fuzzy_spelling_is_a_suggestion_and_never_a_pin(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("Manbaj", country="SYR", admin1="Aleppo")
    assert found.precision == "admin1"
    assert [c.name for c in gazetteer.candidates("Manbaj", country="SYR")] == ["Manbij"]


def test_kharkiv_never_becomes_kyiv(gazetteer: Gazetteer) -> None:
    kharkiv, kyiv = admin1_match("Kharkiv oblast", "UKR"), admin1_match("Kyiv oblast", "UKR")
    assert kharkiv is not None
    assert kyiv is not None
    assert not kharkiv.codes & kyiv.codes
    assert admin1_match("Khyiv", "UKR") is None
    assert gazetteer.locate("Kyiv", country="UKR", admin1="Kharkiv oblast").precision == "admin1"


@pytest.mark.parametrize("name", ["Харків", "Харьков", "Kharkov"])
def test_ukrainian_towns_are_found_in_both_spellings(gazetteer: Gazetteer, name: str) -> None:
    assert gazetteer.locate(name, country="Україна", admin1="Kharkiv").matched_name == "Kharkiv"


def test_a_former_name_leads_to_the_town(gazetteer: Gazetteer) -> None:
    assert gazetteer.locate("Artemivsk", country="UKR").matched_name == "Bakhmut"


def test_a_camp_on_the_border_is_found_under_the_neighbour(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("Rukban", country="Syria", admin1="Homs")
    assert found.country == "JOR"
    assert "across the border" in found.method


def test_a_province_of_the_neighbour_is_looked_for_there(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("Reyhanli", country="Syria", admin1="Hatay")
    assert (found.country, found.matched_name) == ("TUR", "Reyhanlı")


def test_north_of_a_town_is_a_point_north_of_it(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("20 km north of Homs", country="SYR")
    assert found.precision == "near"
    assert found.longitude == 36.7234
    assert (found.latitude or 0) == pytest.approx(34.7268 + 20 / 111.19, abs=1e-3)
    assert (found.radius_km or 0) >= 10


def test_between_two_towns_is_a_ring_that_reaches_both(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("between Manbij and al-Bab", country="SYR")
    for place in (BASE_PLACES[2], BASE_PLACES[3]):
        apart = distance_km(
            found.latitude or 0, found.longitude or 0, place.latitude, place.longitude
        )
        assert apart == pytest.approx(found.radius_km, abs=0.1)


def test_near_a_town_is_not_the_town(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("near Idlib", country="SYR")
    assert (found.precision, found.radius_km) == ("near", 25.0)


def test_a_town_followed_by_a_province_of_a_citys_name_is_not_looked_for_in_the_city(
    gazetteer: Gazetteer,
) -> None:
    found = gazetteer.locate("Manbij, Aleppo, Syria", country="SYR")
    assert (found.matched_name, found.precision) == ("Manbij", "town")


def test_an_airbase_without_a_place_of_its_own_is_near_its_town(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("Homs - Airbase", country="SYR")
    assert (found.precision, found.method) == ("near", "near Homs")


def test_a_governorate_is_its_polygon_and_not_its_capital(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("Aleppo governorate", country="SYR")
    assert (found.precision, found.method) == ("admin1", "admin1 named")


def test_places_far_apart_in_one_cell_are_not_made_into_one(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate("Homs; Manbij", country="SYR")
    assert found.latitude is None
    assert "2 places in one cell" in found.method
    assert {c.name for c in found.candidates} == {"Homs", "Manbij"}


def test_places_near_each_other_in_one_cell_are_one_ring() -> None:
    pair = [
        Place("Zardana", [], 36.04, 36.75, "SYR", "12"),
        Place("Binnish", [], 35.96, 36.71, "SYR", "12"),
    ]
    found = build((BASE, pair)).locate("Zardana and Binnish", country="SYR", admin1="Idlib")
    assert (found.precision, found.method) == ("near", "2 places near each other")
    assert (found.radius_km or 0) > 9


def test_a_listed_place_that_is_missing_makes_it_abstain(gazetteer: Gazetteer) -> None:
    assert gazetteer.locate("Homs and Xyzzy", country="SYR").latitude is None


def test_corrections_win_over_every_other_layer() -> None:
    corrected = Place("Manbij", [], 36.0, 38.0, "SYR", "Aleppo", "precision:exact")
    learned = Place("Manbij", [], 36.1, 38.1, "SYR", "Aleppo", "precision:town")
    both = build((BASE, BASE_PLACES), (LEARNED, [learned]), (CORRECTED, [corrected]))
    found = both.locate("Manbij", country="SYR", admin1="Aleppo")
    assert (found.latitude, found.precision, found.source) == (36.0, "exact", "layer 0")


def test_a_village_in_a_pack_does_not_replace_the_town_of_its_name() -> None:
    village = Place("Homs", [], 36.9, 40.0, "SYR", "01")
    found = build((BASE, BASE_PLACES), (PACKS, [village])).locate("Homs", country="SYR")
    assert found.latitude == 34.7268


def test_terrain_in_a_pack_is_not_taken_for_a_village() -> None:
    hill = Place("Jabal Zawiya", [], 35.7, 36.6, "SYR", "12", "terrain", radius_km=10.0)
    both = build((BASE, BASE_PLACES), (PACKS, [hill]))
    assert both.locate("Jabal Zawiya", country="SYR", admin1="Idlib").precision == "admin1"
    assert both.locate("Jabal Zawiya area", country="SYR", admin1="Idlib").precision == "near"


def test_learned_rows_without_usable_coordinates_teach_nothing() -> None:
    table = pd.DataFrame(
        {
            "name": ["A", "B", "", "D"],
            "country": ["SYR", "SYR", "SYR", ""],
            "latitude": [36.0, float("nan"), 35.0, 35.0],
            "longitude": [37.0, 37.0, 37.0, 37.0],
        }
    )
    assert [place.name for place in table_places(table)] == ["A"]


def test_the_nearest_places_come_first(gazetteer: Gazetteer) -> None:
    assert [c.name for c in gazetteer.reverse(36.37, 37.6, limit=2)] == ["Al Bāb", "Manbij"]
    assert gazetteer.reverse(-60.0, 0.0) == []


def test_threads_share_one_gazetteer(gazetteer: Gazetteer) -> None:
    answers: list[Location] = []

    def ask() -> None:
        answers.extend(
            gazetteer.locate(f"Manbij {n}", country="SYR", admin1="Aleppo") for n in range(20)
        )

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 80
    assert len(set(answers)) <= 20


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Syria", "SYR"),
        ("sy", "SYR"),
        ("سوريا", "SYR"),
        ("Сирия", "SYR"),
        ("Сирія", "SYR"),
        ("Syrie", "SYR"),
        ("Siria", "SYR"),
        ("DR Congo (Zaire)", "COD"),
        ("Russia (Soviet Union)", "RUS"),
        ("Somaliland", "SOM"),
        ("Birmania", "MMR"),
        ("the Netherlands", "NLD"),
        ("Atlantis", None),
        ("", None),
        (None, None),
    ],
)
def test_a_country_is_known_by_its_names(text: str | None, code: str | None) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "country", "name"),
    [
        ("Deir Ezzor", "SYR", "Deir ez-Zor"),
        ("Ar Raqqah Governorate", "SYR", "Raqqa"),
        ("محافظة حلب", "SYR", "Aleppo"),
        ("Донецька область", "UKR", "Donetsk"),
        ("Ituri province", "COD", "Ituri"),
        ("Sahel region", "BFA", "Sahel"),
        ("Transvaal province", "ZAF", "Gauteng / Limpopo / Mpumalanga / North West"),
        ("Northern province", "LKA", "Northern"),
        ("Valle", "COL", "Valle del Cauca"),
        ("N Darfur", "SDN", "North Darfur"),
        ("North Gaza", "PSE", "Gaza Strip"),
        ("Maguindanao del Sur", "PHL", "Maguindanao"),
        ("KRI", "IRQ", "Dohuk / Erbil / Sulaymaniyah"),
    ],
)
def test_a_province_is_known_by_table(text: str, country: str, name: str) -> None:
    match = admin1_match(text, country)
    assert match is not None
    assert match.name == name


@pytest.mark.parametrize("text", ["Lower Shabelle", "Shabeellaha Hoose", "Shabelle Hoose region"])
def test_a_province_has_one_code_by_all_its_names(text: str) -> None:
    match = admin1_match(text, "SOM")
    assert match is not None
    assert match.codes == {"SO.14"}


def test_a_former_province_is_drawn_around_all_of_todays() -> None:
    match = admin1_match("Transvaal", "ZAF")
    assert match is not None
    latitude, longitude, radius = match.circle()
    for unit in match.units:
        reach = distance_km(latitude, longitude, unit.latitude, unit.longitude) + unit.radius_km
        assert reach <= radius + 0.01


def test_kosovo_filed_under_serbia_is_looked_for_in_kosovo() -> None:
    places = [Place("Prizren", [], 42.2139, 20.7397, "XKX", "", population=171_464)]
    found = build((BASE, places)).locate("Prizren", country="Serbia", admin1="Kosovo province")
    assert found.country == "XKX"
    assert found.precision == "town"
