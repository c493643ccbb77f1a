"""Records of every source, damaged at random: no row is lost and nothing escapes."""

from __future__ import annotations

import datetime as dt
import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.sources import SOURCES, read


def record(test: str, name: str) -> dict[str, Any]:
    """The made-up record of the tests of a source."""
    found: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name(f"{test}.py")))[name]
    return found


WHOLE: dict[str, dict[str, Any]] = {
    "acled": record("test_source_acled", "EVENT"),
    "airwars": record("test_source_others", "HARM"),
    "gtd": record("test_source_others", "ATTACK"),
    "dronestream": record("test_source_dronestream", "STRIKE"),
    "gdelt": record("test_source_gdelt", "EVENT"),
    "timemap": record("test_source_others", "EVENT"),
    "ucdp-ged": record("test_source_ucdp_ged", "EVENT"),
    "viina": record("test_source_viina", "REPORT"),
    "canonical": {"incident_id": "a", "date": "2016-06-16", "lat": "1", "lon": "2", "killed": "3",
                  "publisher": "A", "weapon": "mortar", "accounts": "[]"},
}  # fmt: skip
JUNK = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        ["", "x", "9" * 400, "-99", "1e999", "NaN", "inf", "0000-00-00", "03/04/2016", "1970-01-01",
         "4-Mar", "[]", "[{", "a;b | c", "٣", None, 7, -1, 1e300, [], {"a": [1]}, True]
    ),
)  # fmt: skip


def test_every_source_is_damaged_here() -> None:
    assert set(WHOLE) == set(SOURCES)


@pytest.mark.parametrize("source", WHOLE)
@settings(max_examples=25)
@given(data=st.data())
def test_no_damage_loses_a_row_or_escapes(
    tmp_path_factory: pytest.TempPathFactory, source: str, data: st.DataObject
) -> None:
    whole = WHOLE[source]
    hurt = st.dictionaries(st.sampled_from(sorted(whole)), JUNK, max_size=4)
    rows = [whole | damage for damage in data.draw(st.lists(hurt, min_size=1, max_size=5))]
    path = tmp_path_factory.mktemp("damaged") / "t.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    reading = read(path, source=source, today=dt.date(2026, 11, 22))
    faulty = reading.attention["column"].fillna("").str.startswith("accounts ").sum()
    assert len(reading.incidents) + len(reading.attention) == len(rows) + faulty
    assert len(reading.raw) == len(reading.incidents)
    assert all(reading.attention["reason"])
