"""Countries and provinces: where they are, how far they reach, what they are called."""

from __future__ import annotations

import csv
import itertools
import math
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geodata import boundaries
from geodata.errors import UnknownCode

CODES = sorted(boundaries.countries())
UNITS = [unit for code in CODES for unit in boundaries.admin1_units(code)]


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    (lat1, lon1), (lat2, lon2) = ([math.radians(v) for v in point] for point in (a, b))
    h = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * boundaries.EARTH_RADIUS_KM * math.asin(math.sqrt(h))


@pytest.mark.parametrize(
    ("place", "latitude", "longitude", "country"),
    [
        ("Aleppo", 36.20, 37.16, "SYR"),
        ("al-Tanf", 33.51, 38.62, "SYR"),
        ("Mosul", 36.34, 43.13, "IRQ"),
        ("Kharkiv", 49.99, 36.23, "UKR"),
        ("Juba", 4.85, 31.6, "SSD"),
        ("Goma", -1.67, 29.2, "COD"),
        ("Ramallah", 31.9, 35.2, "PSE"),
        ("Khan Yunis", 31.35, 34.32, "PSE"),
        ("Cayenne's hinterland", 4.0, -53.0, "GUF"),
        ("Chukotka beyond the date line", 66.0, -175.0, "RUS"),
    ],
)
def test_a_town_is_in_its_country(
    place: str, latitude: float, longitude: float, country: str
) -> None:
    assert boundaries.country_of(latitude, longitude) == country, place


@pytest.mark.parametrize(
    ("place", "latitude", "longitude", "country"),
    [
        ("Simferopol", 44.95, 34.10, "UKR"),
        ("Majdal Shams", 33.27, 35.77, "SYR"),
        ("Kyrenia", 35.33, 33.32, "CYP"),
        ("Laayoune", 27.14, -13.19, "ESH"),
        ("Hargeisa", 9.56, 44.06, "SOM"),
        ("Pristina", 42.67, 21.17, "XKX"),
    ],
)
def test_contested_land_follows_iso_and_the_united_nations(
    place: str, latitude: float, longitude: float, country: str
) -> None:
    assert boundaries.country_of(latitude, longitude) == country, place


def test_the_open_sea_and_the_spratly_islands_have_no_country() -> None:
    assert boundaries.country_of(0.0, -30.0) is None
    assert boundaries.country_of(43.2, 34.5) is None
    assert boundaries.country_of(8.64, 111.92, within_km=5) is None


def test_a_point_that_is_no_point_on_earth_is_in_no_country() -> None:
    assert boundaries.country_of(91.0, 0.0) is None
    assert boundaries.country_of(36.0, 4239.00416) is None
    assert boundaries.country_of(math.nan, 10.0) is None


def test_a_pier_belongs_to_its_coast_only_when_asked_with_a_distance() -> None:
    off_latakia = (35.52, 35.70)
    assert boundaries.country_of(*off_latakia) is None
    assert boundaries.country_of(*off_latakia, within_km=10) == "SYR"
    assert boundaries.country_of(*off_latakia, within_km=1) is None


@pytest.mark.parametrize(
    ("written", "country", "code"),
    [
        ("Aleppo Governorate", "SYR", "SYR.aleppo"),
        ("muhafazat Halab", "SYR", "SYR.aleppo"),
        ("Ar Raqqah", "SYR", "SYR.raqqa"),
        ("al-Raqqa", "SYR", "SYR.raqqa"),
        ("Deir Ezzor", "SYR", "SYR.deir-ez-zor"),
        ("Al-Hasakah", "SYR", "SYR.hasakah"),
        ("DARA'A", "SYR", "SYR.daraa"),
        ("Rural Damascus", "SYR", "SYR.rif-dimashq"),
        ("Damascus", "SYR", "SYR.damascus"),
        ("Kharkiv oblast", "UKR", "UKR.kharkiv"),
        ("Kyiv", "UKR", "UKR.kyiv"),
        ("Kyiv Oblast", "UKR", "UKR.kyiv-oblast"),
        ("Nangarhar Province", "AFG", "AFG.nangarhar"),
        ("Panjshir", "AFG", "AFG.panjshir"),
        ("Lower Shabelle region", "SOM", "SOM.lower-shabelle"),
        ("Nīnawá province", "IRQ", "IRQ.nineveh"),
        ("Taizz", "YEM", "YEM.taiz"),
        ("Kharkov", "UKR", "UKR.kharkiv"),
    ],
)
def test_a_province_is_found_by_what_people_write(written: str, country: str, code: str) -> None:
    found = boundaries.find_admin1(written, country)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "written", ["Khariv", "Kharkov City Hall", "", "   ", "Governorate", "%", "{{7*7}}"]
)
def test_what_is_not_a_name_is_not_bent_into_one(written: str) -> None:
    assert boundaries.find_admin1(written, "UKR") is None


def test_no_unit_is_found_under_the_name_of_another_in_its_country() -> None:
    own = {(unit.country, unit.name): unit.code for unit in UNITS}
    wrong = [
        (unit.name, other)
        for unit in UNITS
        for other in [boundaries.find_admin1(unit.name, unit.country)]
        if other is not None
        and other.code != unit.code
        and own[unit.country, unit.name] == unit.code
    ]
    assert wrong == []


def test_a_name_that_several_units_share_means_none_of_them() -> None:
    shared = Counter((unit.country, unit.name) for unit in UNITS)
    (country, name), count = shared.most_common(1)[0]
    assert count > 1
    assert boundaries.find_admin1(name, country) is None
    assert len(boundaries.admin1_named(name, country)) == count


def test_an_unknown_country_or_unit_says_so() -> None:
    with pytest.raises(UnknownCode, match="XYZ"):
        boundaries.admin1_units("XYZ")
    with pytest.raises(UnknownCode, match=r"SYR\.atlantis"):
        boundaries.admin1("SYR.atlantis")


def test_codes_are_unique_and_every_alias_has_its_unit() -> None:
    assert len({unit.code for unit in UNITS}) == len(UNITS) > 4_000
    table = Path(boundaries.__file__).parent / "bundled" / "admin1_aliases.csv"
    with table.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            unit = boundaries.admin1(row["unit"])
            assert unit in boundaries.admin1_named(row["alias"], unit.country), row


@given(st.sampled_from(UNITS))
def test_a_circle_of_the_given_radius_covers_the_unit(unit: boundaries.Admin1) -> None:
    centre = (unit.latitude, unit.longitude)
    shape = boundaries.outline(unit)
    farthest = max(
        great_circle_km(centre, (latitude, longitude))
        for polygon in shape["coordinates"]
        for ring in polygon
        for longitude, latitude in ring
    )
    assert farthest <= unit.radius_km + 1
    assert unit.radius_km <= farthest + 2
    assert unit.bounds.contains(*centre)


@given(st.sampled_from(UNITS))
def test_the_middle_of_a_unit_is_in_it_and_in_its_country(unit: boundaries.Admin1) -> None:
    assert boundaries.contains(unit, unit.latitude, unit.longitude)
    assert boundaries.country_of(unit.latitude, unit.longitude) == unit.country
    assert boundaries.distance_km(unit, unit.latitude, unit.longitude) == 0.0


@given(st.floats(-89, 89), st.floats(-180, 180))
@example(-85.0, -179.875)  # Antarctica goes all the way round
def test_a_point_is_in_the_unit_that_is_said_to_hold_it(latitude: float, longitude: float) -> None:
    unit = boundaries.admin1_of(latitude, longitude)
    if unit is None:
        return
    assert boundaries.contains(unit, latitude, longitude)
    assert unit.bounds.contains(latitude, longitude)
    assert (
        great_circle_km((latitude, longitude), (unit.latitude, unit.longitude))
        <= unit.radius_km + 1
    )


AROUND = st.tuples(st.floats(-4, 4), st.floats(-4, 4))


@given(st.sampled_from(UNITS), AROUND, st.sampled_from([0.0, 5.0, 25.0, 160.0]))
def test_what_is_within_a_distance_is_what_is_no_further_off(
    unit: boundaries.Admin1, off: tuple[float, float], km: float
) -> None:
    latitude = min(max(unit.latitude + off[0], -89.0), 89.0)
    longitude = (unit.longitude + off[1] + 180) % 360 - 180
    for area in (unit, boundaries.countries()[unit.country]) if unit.country else (unit,):
        away = boundaries.distance_km(area, latitude, longitude)
        assert boundaries.is_within(area, latitude, longitude, km) == (away <= km)


@given(st.sampled_from(CODES))
def test_rings_are_closed_and_outer_ones_run_counter_clockwise(code: str) -> None:
    for polygon in boundaries.outline(boundaries.countries()[code])["coordinates"]:
        for number, ring in enumerate(polygon):
            assert ring[0] == ring[-1]
            area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))
            assert (area > 0) == (number == 0)


def test_a_country_over_the_date_line_has_a_narrow_box() -> None:
    fiji = boundaries.countries()["FJI"].bounds
    assert fiji.west > fiji.east
    assert (fiji.east - fiji.west) % 360 < 10
    assert fiji.contains(-17.7, 178.0)
    assert fiji.contains(-16.8, -179.9)
    assert not fiji.contains(-17.0, 0.0)


def test_a_geonames_code_leads_to_its_units_and_back() -> None:
    (aleppo,) = boundaries.geonames_admin1("SY.09")
    assert aleppo.code == "SYR.aleppo"
    assert "SY.09" in aleppo.geonames
    assert {unit.country for unit in boundaries.geonames_admin1("IT.09")} == {"ITA"}
    assert len(boundaries.geonames_admin1("IT.09")) > 5
    assert boundaries.geonames_admin1("SY.99") == ()


def test_importing_reads_no_data_and_pulls_in_no_page() -> None:
    script = (
        "import sys; from geodata import boundaries as b;"
        "assert b._borders.cache_info().currsize == 0;"
        "assert not {'streamlit', 'folium', 'pandas', 'shapely'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.real_data
def test_recorded_events_lie_in_the_country_that_their_record_names(real_data: Path) -> None:
    rows = _ucdp(real_data)
    points = [(float(row["latitude"]), float(row["longitude"])) for row in rows]
    wrong = [
        row["where_coordinates"]
        for row, point in zip(rows, points, strict=True)
        if boundaries.country_of(*point, within_km=10) != "SYR"
    ]
    assert len(wrong) / len(rows) < 0.02, Counter(wrong).most_common(5)


@pytest.mark.real_data
def test_the_governorates_of_recorded_events_are_found_and_hold_them(real_data: Path) -> None:
    rows = [row for row in _ucdp(real_data) if row["adm_1"] and int(row["where_prec"]) <= 2]
    found = {name: boundaries.find_admin1(name, "SYR") for name in {row["adm_1"] for row in rows}}
    assert None not in found.values(), found
    inside = sum(
        boundaries.distance_km(unit, float(row["latitude"]), float(row["longitude"])) <= 10
        for row in rows
        if (unit := found[row["adm_1"]]) is not None
    )
    assert inside / len(rows) > 0.97


def _ucdp(real_data: Path) -> list[dict[str, str]]:
    csv.field_size_limit(10_000_000)
    with (real_data / "ucdp_ged_syria_2016_2017.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))[::12]


@pytest.mark.real_data
def test_provinces_of_events_around_the_world_are_found_where_the_events_are(
    real_data: Path,
) -> None:
    csv.field_size_limit(10_000_000)
    with (real_data / "ucdp_ged231_part.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["adm_1"]]
    found = right = 0
    for row in rows:
        point = float(row["latitude"]), float(row["longitude"])
        country = boundaries.country_of(*point, within_km=10)
        unit = boundaries.find_admin1(row["adm_1"], country)
        if unit is not None:
            found += 1
            right += boundaries.distance_km(unit, *point) < 30  # Baghdad is drawn narrow
    assert found / len(rows) > 0.9
    assert right == found


def test_the_world_has_land_and_the_caspian_is_no_part_of_it() -> None:
    world = boundaries.world_outline()
    rings = [*world.land, *world.lakes]
    assert all((ring[0] == ring[-1]).all() for ring in rings)
    for latitude, longitude, is_land in (
        (33.5, 36.3, True),
        (42.0, 51.0, False),
        (34.0, 20.0, False),
    ):
        assert boundaries._inside(rings, latitude, longitude) == is_land
    assert any(boundaries._inside([ring], 42.0, 51.0) for ring in world.lakes)
    assert len(world.borders) > 200
