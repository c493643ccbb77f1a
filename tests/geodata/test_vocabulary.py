"""The code lists."""

from __future__ import annotations

import pytest

from geodata.errors import UnknownCode
from geodata.vocabulary import (
    EVENT_TYPE,
    LOCATION_PRECISION,
    WEAPON,
    WEAPON_GROUP,
    default_radius_km,
    on_the_map,
    vocabularies,
    weapon_group_of,
)


def test_an_unknown_code_lists_the_known_ones() -> None:
    with pytest.raises(UnknownCode, match="no weapon group; known are air-launched"):
        WEAPON_GROUP["sling"]


def test_every_weapon_has_a_launch_group_of_the_list() -> None:
    assert {weapon_group_of(code) for code in WEAPON.codes} <= set(WEAPON_GROUP.codes)


def test_every_list_says_where_it_comes_from_and_repeats_no_code() -> None:
    for name, vocabulary in vocabularies().items():
        assert vocabulary.provenance, name
        assert len(set(vocabulary.codes)) == len(vocabulary.codes), name


def test_codes_of_other_lists_map_onto_ours() -> None:
    for name in ("ucdp_where_prec", "acled_geo_precision"):
        for term in vocabularies()[name].terms:
            assert term.attributes["maps_to"] in LOCATION_PRECISION


def test_a_country_is_never_drawn_as_a_point() -> None:
    assert not on_the_map("country")
    assert not on_the_map("unknown")
    assert on_the_map("town")
    assert default_radius_km("country") is None
    assert default_radius_km("near") == 25


def test_every_event_type_has_a_shape_of_its_own() -> None:
    shapes = [term.attributes["shape"] for term in EVENT_TYPE.terms]
    assert len(set(shapes)) == len(shapes)


def test_a_code_that_is_not_listed_is_its_own_label() -> None:
    assert EVENT_TYPE.label("Battles") == "Battles"
    assert EVENT_TYPE.label("elsewhere") == "elsewhere"
