"""Likely the same incident: found across data sets, with reasons, one to one."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata import schema
from geodata.dedupe import Pair, likely_pairs
from geodata.dedupe.candidates import candidates, kilometres
from geodata.dedupe.events import Events
from geodata.dedupe.word_sets import _alike, _alike_words

MARKET = {
    "dataset": "one",
    "date_start": dt.date(2016, 6, 16),
    "latitude": 35.44,
    "longitude": 36.65,
    "location_precision": "town",
    "place_name": "Khan Shaykhun",
    "country": "SYR",
    "side_a": "Government of Syria",
    "side_b": "Syrian insurgents",
    "title": "Shells hit the vegetable market",
    "killed_best": 11,
}
PRESS = {"dataset": "two", "place_name": "Khan Sheikhun", "latitude": 35.45, "longitude": 36.66}


def table(*rows: dict[str, Any]) -> pa.Table:
    made = []
    for number, row in enumerate(rows):
        whole = {"incident_id": f"i{number}", **row}
        day = whole["date_start"]
        made.append({"date_end": day, "date_precision": "day", **whole})
    return pa.Table.from_pylist(made, schema.arrow_schema(schema.INCIDENTS))


def found(*rows: dict[str, Any], **more: Any) -> dict[tuple[str, str], float]:
    return {(p.first, p.second): p.score for p in likely_pairs(table(*rows), **more)}


def test_one_strike_in_two_data_sets_is_found_with_its_reasons() -> None:
    (pair,) = likely_pairs(table(MARKET, MARKET | PRESS | {"killed_best": 12}))
    assert (pair.first, pair.second, pair.rivals) == ("i0", "i1", 0)
    assert pair.score > 0.9
    said = {evidence.what: evidence.says for evidence in pair.evidence}
    assert said["days"] == "the same day"
    assert said["distance"] == "1.4 km apart, known to 6 km together"
    assert said["killed"] == "11 and 12 killed"
    assert "khan" in said["place"]
    assert "market" in said["words"]
    assert "weapon" not in said


def test_two_strikes_on_one_town_on_one_day_stay_two() -> None:
    school = {"title": "A rocket fell on the school", "killed_best": 3}
    rows = (MARKET, MARKET | school, MARKET | PRESS, MARKET | PRESS | school)
    assert set(found(*rows)) == {("i0", "i2"), ("i1", "i3")}
    assert found(MARKET, MARKET | school) == {}
    assert found(MARKET, MARKET | PRESS | school | {"side_b": "IS", "weapon_group": "x"}) == {}


def test_an_incident_that_fits_two_alike_is_left_in_doubt() -> None:
    alone = found(MARKET, MARKET | PRESS)
    doubtful = found(MARKET, MARKET, MARKET | PRESS, at_least=0.0)
    assert max(doubtful.values()) <= 0.5 < min(alone.values())


def test_days_and_places_beyond_the_window_are_no_candidates() -> None:
    later = {"date_start": dt.date(2016, 6, 19)}
    assert found(MARKET, MARKET | PRESS | later, at_least=0.0) == {}
    assert len(found(MARKET, MARKET | PRESS | later, at_least=0.0, window_days=3)) == 1
    assert found(MARKET, MARKET | PRESS | {"latitude": 35.6}, at_least=0.0) == {}
    coarse = {"latitude": 35.6, "location_precision": "near"}
    assert len(found(MARKET, MARKET | PRESS | coarse, at_least=0.0)) == 1
    nowhere = {"latitude": None, "longitude": None}
    assert found(MARKET, MARKET | PRESS | nowhere, at_least=0.0) == {}


def test_a_span_of_days_meets_every_day_in_it() -> None:
    week = {"date_start": dt.date(2016, 6, 13), "date_end": dt.date(2016, 6, 19)}
    (pair,) = likely_pairs(table(MARKET, MARKET | PRESS | week), at_least=0.0)
    assert {e.says for e in pair.evidence if e.what == "days"} == {"days that overlap"}


def test_what_a_person_has_said_is_two_is_not_suggested_again() -> None:
    assert found(MARKET, MARKET | PRESS, apart=[("i1", "i0")]) == {}


def test_headlines_tell_apart_what_the_columns_cannot() -> None:
    plain = MARKET | {"title": None}
    words = {"i0": "hospital bombed", "i1": "bakery queue hit", "i2": "queue at bakery hit"}
    pairs = likely_pairs(table(plain, plain, plain | PRESS), words, at_least=0.3)
    assert [(pair.first, pair.second) for pair in pairs] == [("i1", "i2")]


@given(st.integers(0, 10_000))
def test_no_incident_is_paired_twice_with_one_data_set_nor_within_its_own(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - test data
    rows = [
        MARKET
        | {
            "dataset": rng.choice("abc"),
            "date_start": dt.date(2016, 6, rng.randint(14, 17)),
            "latitude": rng.choice([35.44, 35.45, None]),
            "killed_best": rng.choice([None, 1, 11]),
            "weapon_group": rng.choice([None, "air-launched", "ied"]),
        }
        for _ in range(rng.randint(0, 12))
    ]
    made = table(*rows)
    owner = dict(zip(made["incident_id"].to_pylist(), made["dataset"].to_pylist(), strict=True))
    pairs: list[Pair] = likely_pairs(made, at_least=0.0)
    ends = [end for p in pairs for end in ((p.first, owner[p.second]), (p.second, owner[p.first]))]
    assert len(ends) == len(set(ends))
    assert all(owner[pair.first] < owner[pair.second] for pair in pairs)
    assert all(0 <= pair.score <= 1 for pair in pairs)
    assert list(np.diff([pair.score for pair in pairs]) <= 0) == [True] * max(len(pairs) - 1, 0)


def test_places_known_to_a_province_meet_however_far_their_reach() -> None:
    province = MARKET | {"location_precision": "admin1", "latitude": 35.4}
    for north in (0.55, 0.9, -0.55, -0.9):  # up to 103 km, two bands of half a degree away
        other = province | PRESS | {"latitude": 35.4 + north}
        assert found(province, other, at_least=0.0), north
    assert not found(province, province | PRESS | {"latitude": 36.4}, at_least=0.0)


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"), st.integers(1, 6), st.integers(0, 3),
            st.floats(-89.9, 89.9) | st.floats(34, 36), st.floats(-180, 180) | st.floats(36, 38),
            st.sampled_from(["site", "town", "near", "admin1"]),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_the_search_finds_all_that_comparing_each_with_each_does(
    rows: list[tuple[str, int, int, float, float, str]],
) -> None:
    made = [
        {"dataset": d, "date_start": dt.date(2016, 6, s), "date_end": dt.date(2016, 6, s + span),
         "latitude": lat, "longitude": lon, "location_precision": precision}
        for d, s, span, lat, lon, precision in rows
    ]  # fmt: skip
    events = Events.of(table(*made))
    one, other = (at.ravel() for at in np.indices((len(made), len(made)), dtype=np.int32))
    gap = np.maximum(events.start[one] - events.end[other], events.start[other] - events.end[one])
    near = kilometres(events, one, other) <= events.reach_km[one] + events.reach_km[other] + 3
    pairs = (events.datasets[one] < events.datasets[other]) & (gap <= 2) & near
    expected = set(zip(one[pairs].tolist(), other[pairs].tolist(), strict=True))
    first, second = candidates(events, 2)
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == sorted(expected)


def test_only_the_words_of_candidates_and_of_a_sample_are_asked_for() -> None:
    asked: list[str] = []

    def words(ids: Sequence[str]) -> dict[str, str]:
        asked.extend(ids)
        return {"i0": "bakery queue", "i1": "queue at the bakery"}

    plain = MARKET | {"title": None}
    lonely = [plain | {"date_start": dt.date(2000, 1, 1) + dt.timedelta(n)} for n in range(6)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geodata.dedupe.rare_words._SAMPLE", 3)
        (pair,) = likely_pairs(table(plain, plain | PRESS, *lonely), words)
    assert set(asked) == {"i0", "i1", "i3", "i6"}
    said = {evidence.what: evidence.says for evidence in pair.evidence}
    assert "bakery" in said["words"]


def test_words_are_alike_by_one_letter_as_comparing_each_with_each_finds() -> None:
    rng = random.Random(5)  # noqa: S311 - test data
    words = {"".join(rng.choices("abc", k=rng.randint(3, 7))) for _ in range(300)}
    near = _alike_words(words)
    for word in words:
        others = {v for v in words if v != word and len(word) > 4 and _alike(word, v)}
        assert near.get(word, frozenset()) == others, word
