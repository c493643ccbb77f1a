"""The gazetteer as geopy's users know a geocoder."""

from __future__ import annotations

import pandas as pd
import pytest
from geopy.exc import GeocoderQueryError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from geodata.gazetteer import Gazetteer
from geodata.gazetteer.index import Place, PlaceIndex
from geodata.gazetteer.lookup import BASE
from geodata.geocode import GazetteerGeocoder

PLACES = [
    Place("Manbij", [], 36.5281, 37.9549, "SYR", "09", population=99_497),
    Place("Haddad", [], 36.6, 38.0, "SYR", "09"),
    Place("Haddad", [], 36.1, 36.75, "SYR", "09"),
]


@pytest.fixture
def geocoder() -> GazetteerGeocoder:
    return GazetteerGeocoder(Gazetteer([(BASE, PlaceIndex.build(PLACES, "test 1"))]))


def test_it_is_a_geopy_geocoder(geocoder: GazetteerGeocoder) -> None:
    assert isinstance(geocoder, Geocoder)


def test_a_string_with_its_country_gives_a_location(geocoder: GazetteerGeocoder) -> None:
    found = geocoder.geocode("Manbij, Aleppo, Syria")
    assert isinstance(found, Location)
    assert (found.latitude, found.longitude) == (36.5281, 37.9549)
    assert found.address == "Manbij, Aleppo, SYR"
    assert found.raw["precision"] == "town"
    assert found.raw["source"] == "test 1"
    assert found.raw["radius_km"] >= 3


def test_a_mapping_is_taken_with_geopys_and_our_own_keys(geocoder: GazetteerGeocoder) -> None:
    ours = geocoder.geocode({"name": "Manbij", "admin1": "Aleppo", "country": "Syria"})
    theirs = geocoder.geocode({"city": "Manbij", "state": "Aleppo", "country": "Syria"})
    assert ours == theirs


def test_an_unknown_key_is_refused(geocoder: GazetteerGeocoder) -> None:
    with pytest.raises(GeocoderQueryError, match="postcode"):
        geocoder.geocode({"name": "Manbij", "postcode": "1"})


def test_an_ambiguous_name_is_none_and_its_candidates_are_a_list(
    geocoder: GazetteerGeocoder,
) -> None:
    assert geocoder.geocode("Haddad, Syria") is None
    ranked = geocoder.geocode("Haddad, Syria", exactly_one=False)
    assert [place.latitude for place in ranked] in ([36.6, 36.1], [36.1, 36.6])


def test_nothing_found_is_none_either_way(geocoder: GazetteerGeocoder) -> None:
    assert geocoder.geocode("Xyzzy, Syria") is None
    assert geocoder.geocode("Xyzzy, Syria", exactly_one=False) is None


def test_reverse_gives_the_nearest_place(geocoder: GazetteerGeocoder) -> None:
    assert geocoder.reverse((36.5, 37.95)).address == "Manbij, Aleppo, SYR"
    assert len(geocoder.reverse("36.5, 37.95", exactly_one=False)) == 3
    assert geocoder.reverse((-60, 0)) is None


def test_it_works_with_a_rate_limiter_over_a_pandas_column(geocoder: GazetteerGeocoder) -> None:
    limited = RateLimiter(geocoder.geocode, min_delay_seconds=0)
    column = pd.Series(["Manbij, Syria", "Nowhere, Syria"]).apply(limited)
    assert column[0].latitude == 36.5281
    assert column[1] is None


def test_a_default_country_serves_where_none_is_named() -> None:
    gazetteer = Gazetteer([(BASE, PlaceIndex.build(PLACES, "test 1"))])
    assert GazetteerGeocoder(gazetteer, country="SYR").geocode("Manbij").latitude == 36.5281
    assert GazetteerGeocoder(gazetteer).geocode("Manbij") is None
