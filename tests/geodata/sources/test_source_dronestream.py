"""Dronestream's strikes, in made-up records of their shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geodata.sources import Reading, read

STRIKE = {
    "_id": "55c79e711cbee48856a30886", "number": 1, "country": "Yemen",
    "date": "2002-11-03T00:00:00.000Z", "narrative": "A car was struck.", "town": "",
    "location": "Marib Province", "deaths": "6", "deaths_min": "6", "deaths_max": "6",
    "civilians": "0", "injuries": "", "children": "", "tweet_id": "1", "bureau_id": "YEM001",
    "bij_summary_short": "A Predator killed six people.", "bij_link": "http://example.org/yem001",
    "target": "Abu Example", "lat": "15.47467", "lon": "45.322755",
    "articles": ["http://example.org/a", "http://example.org/yem001"], "names": [""],
}  # fmt: skip


def saved(folder: Path, *strikes: dict[str, Any]) -> Path:
    path = folder / "data.json"
    document = {"status": "OK", "strike": [STRIKE | strike for strike in strikes]}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def first(reading: Reading) -> dict[str, Any]:
    assert len(reading.incidents), reading.attention["reason"].tolist()
    return {k: None if pd.isna(v) else v for k, v in reading.incidents.iloc[0].items()}


def test_a_strike_is_read_whole(tmp_path: Path) -> None:
    reading = read(saved(tmp_path, {}))
    strike = first(reading)
    assert (reading.source_name, reading.rows) == ("dronestream", 1)
    assert (strike["incident_id"], strike["country"]) == ("dronestream-1", "YEM")
    assert str(strike["date_start"]) == "2002-11-03"
    assert strike["time_text"] is None  # midnight stands for a bare day
    assert (strike["killed_low"], strike["killed_best"], strike["killed_high"]) == (6, 6, 6)
    assert (strike["civilians_killed_best"], strike["injured_best"]) == (0, None)
    assert (strike["perpetrators"], strike["targets"]) == ("United States", "Abu Example")
    assert (strike["weapon"], strike["weapon_group"]) == ("drone-strike", "air-launched")
    assert (strike["location_precision"], strike["latitude"]) == ("admin1", 15.47467)
    assert strike["title"] == "Drone strike, Marib Province"
    accounts = reading.accounts
    assert accounts["url"].tolist() == ["http://example.org/yem001", "http://example.org/a"]
    assert accounts["quote"].tolist()[0] == STRIKE["bij_summary_short"]


@pytest.mark.parametrize(
    ("cells", "killed", "flag"),
    [
        ({"deaths": "4-6", "deaths_min": "4", "deaths_max": "6"}, (4, None, 6), "count-in-words"),
        ({"deaths": "Dozens", "deaths_min": "", "deaths_max": ""}, (24, None, None),
         "count-in-words"),
        ({"deaths": "?", "deaths_min": "", "deaths_max": ""}, (None, None, None), None),
        ({"deaths": "At least 1", "deaths_min": "1", "deaths_max": ""}, (1, None, None),
         "count-in-words"),
        ({"deaths": "4-Mar", "deaths_min": "3", "deaths_max": "4"}, (3, None, 4),
         "count-spoilt-by-spreadsheet"),
        ({"deaths": "", "deaths_min": 0, "deaths_max": 2}, (0, None, 2), None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(
    tmp_path: Path, cells: dict[str, object], killed: tuple[int | None, ...], flag: str | None
) -> None:
    strike = first(read(saved(tmp_path, cells)))
    assert tuple(strike[f"killed_{end}"] for end in ("low", "best", "high")) == killed
    assert strike["quality_flags"] == flag


def test_possibly_civilians_is_a_number_that_nobody_knows(tmp_path: Path) -> None:
    assert first(read(saved(tmp_path, {"civilians": "Possibly"})))["civilians_killed_low"] is None


def test_a_named_town_is_near_and_a_border_is_no_country(tmp_path: Path) -> None:
    border = {"country": "Pakistan-Afghanistan Border", "town": "Datta Khel",
              "location": "North Waziristan"}  # fmt: skip
    strike = first(read(saved(tmp_path, border)))
    assert (strike["location_precision"], strike["place_name"]) == ("near", "Datta Khel")
    assert strike["place_text"] == "Datta Khel, North Waziristan"
    assert (strike["country"], strike["quality_flags"]) == (None, "code-unknown")


def test_articles_in_any_shape_break_nothing(tmp_path: Path) -> None:
    odd = [{"articles": "see http://example.org/x"}, {"articles": [7, None]}, {"articles": None},
           {"articles": {"a": 1}, "bij_link": "", "bij_summary_short": ""}]  # fmt: skip
    reading = read(saved(tmp_path, *({"number": n} | cells for n, cells in enumerate(odd))))
    assert len(reading.incidents) == 4
    assert reading.accounts["url"].tolist().count("http://example.org/x") == 1
    assert "dronestream-3" not in set(reading.accounts["incident_id"])
