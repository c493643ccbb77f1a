"""Names of provinces, as sources write them, and the units that are drawn for them."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from dashboard.province_names import provinces
from geodata.schema import INCIDENTS, conform, to_arrow
from tests.hostile import PAYLOADS


def table(*pairs: tuple[str | None, str | None]) -> pa.Table:
    rows = [{"country": country, "admin1": name} for country, name in pairs]
    return to_arrow(conform(pd.DataFrame(rows), INCIDENTS), INCIDENTS)


def test_a_spelling_of_a_source_means_the_unit_that_is_drawn() -> None:
    found = provinces(table(("SYR", "Aleppo governorate"), ("SYR", "Aleppo"), ("UKR", "Kharkiv")))
    assert found["units"] == {
        "SYR": {"Aleppo governorate": "SYR.aleppo", "Aleppo": "SYR.aleppo"},
        "UKR": {"Kharkiv": "UKR.kharkiv"},
    }
    assert found["names"]["SYR.aleppo"] == "Aleppo"


def test_a_country_brings_the_names_of_all_its_provinces_for_those_found_by_their_point() -> None:
    names = provinces(table(("SYR", None)))["names"]
    assert {"SYR.aleppo", "SYR.idlib", "SYR.homs"} <= set(names)
    assert {code.partition(".")[0] for code in names} == {"SYR"}


def test_a_name_that_no_unit_has_is_left_without_one() -> None:
    pairs = [("SYR", name) for name in PAYLOADS]
    found = provinces(table(*pairs, (None, "Aleppo"), ("XXX", "Aleppo"), ("IRQ", "Aleppo")))
    assert found["units"] == {"SYR": {}, "IRQ": {}}


def test_no_incident_names_nothing() -> None:
    empty = to_arrow(conform(pd.DataFrame({"country": []}), INCIDENTS), INCIDENTS)
    assert provinces(empty) == {"units": {}, "names": {}}
