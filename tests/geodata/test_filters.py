"""The filter: link, expression, sentence and predicate say the same."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import BadLink, UnknownCode
from geodata.filters import (
    PARAMETERS,
    IncidentFilter,
    Summary,
    View,
    parse_filter,
    parse_link,
    predicate_parameters,
    summarise,
    to_parameters,
    to_query,
)
from geodata.schema import INCIDENTS, conform, to_arrow
from geodata.vocabulary import EVENT_TYPE, GRADE, LOCATION_PRECISION, ROLE, WEAPON

GOLD = Path(__file__).parents[1] / "gold"

words = st.text(min_size=1, max_size=20)
several = st.lists(words, max_size=3).map(tuple)
degrees = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def choices(codes: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), max_size=3).map(tuple)


def boxes() -> st.SearchStrategy[tuple[float, float, float, float]]:
    latitudes = st.lists(st.floats(-90, 90), min_size=2, max_size=2).map(sorted)
    longitudes = st.floats(-180, 180)
    return st.builds(lambda w, e, ns: (w, ns[0], e, ns[1]), longitudes, longitudes, latitudes)


filters = st.builds(
    IncidentFilter,
    date_from=st.none() | st.dates(max_value=dt.date(2000, 1, 1)),
    date_to=st.none() | st.dates(min_value=dt.date(2000, 1, 1)),
    countries=several,
    admin1=several,
    actors=several,
    roles=choices(ROLE.codes),
    weapons=choices(WEAPON.codes),
    event_types=choices(EVENT_TYPE.codes),
    killed_min=st.none() | st.integers(0, 10**6),
    injured_min=st.none() | st.integers(0, 10**6),
    grades=choices(GRADE.codes),
    disputed=st.none() | st.booleans(),
    precisions=choices(LOCATION_PRECISION.codes),
    text=st.none() | words,
    bbox=st.none() | boxes(),
    polygon=st.none() | st.lists(degrees, min_size=3, max_size=6).map(tuple),
)
views = st.builds(
    View,
    zoom=st.none() | st.floats(0, 22),
    latitude=st.none() | st.floats(-90, 90),
    longitude=st.none() | st.floats(-180, 180),
    open=st.none() | words,
    layer=st.none() | words,
)


@given(filters, views)
def test_a_link_brings_back_the_same_filter_and_view(chosen: IncidentFilter, view: View) -> None:
    link = parse_link(to_query(chosen, view))
    assert (link.filter, link.view, link.notices) == (chosen, view, ())


@given(filters)
def test_a_link_says_the_predicate_in_the_way_that_is_told(chosen: IncidentFilter) -> None:
    read = {
        "several": lambda texts: texts,
        "number": lambda texts: int(texts[-1]),
        "yes": lambda texts: texts[-1] == "yes",
        "text": lambda texts: texts[-1],
    }
    texts: dict[str, list[str]] = {}
    for name, text in to_parameters(chosen):
        texts.setdefault(name, []).append(text)
    told = predicate_parameters()
    said = {field: read[kind](texts[name]) for name, field, kind in told if name in texts}
    predicate = chosen.predicate()
    assert said.keys() == predicate.keys()
    shapes = {"bbox", "polygon"}
    assert {name: said[name] for name in said.keys() - shapes} == {
        name: predicate[name] for name in predicate.keys() - shapes
    }


@given(st.text())
def test_any_text_after_the_question_mark_is_read_without_an_error(query: str) -> None:
    link = parse_link(query)
    assert isinstance(link.filter, IncidentFilter)


@given(st.lists(st.tuples(st.sampled_from(PARAMETERS), st.text(max_size=30)), max_size=6))
def test_a_malformed_link_falls_back_and_what_is_left_is_a_link_again(
    pairs: list[tuple[str, str]],
) -> None:
    given_values: dict[str, list[str]] = {}
    for name, value in pairs:
        given_values.setdefault(name, []).append(value)
    link = parse_link(given_values)
    again = parse_link(to_query(link.filter, link.view))
    assert (again.filter, again.view, again.notices) == (link.filter, link.view, ())


def test_a_bad_part_of_a_link_is_named_and_the_rest_holds() -> None:
    link = parse_link("from=31/02/2016&country=SYR&grade=sure&bbox=1,2,3")
    assert link.filter == IncidentFilter(countries=("SYR",))
    assert len(link.notices) == 3
    assert "'31/02/2016' is no day" in link.notices[0]


def test_a_window_that_ends_before_it_starts_is_refused_by_name() -> None:
    link = parse_link("from=2017-01-01&to=2016-01-01")
    assert link.filter == IncidentFilter(date_from=dt.date(2017, 1, 1))
    assert "ends (2016-01-01) before it starts" in link.notices[0]


def test_the_command_line_refuses_what_a_page_would_note() -> None:
    with pytest.raises(BadLink, match="no grade"):
        parse_filter("grade=sure")
    with pytest.raises(BadLink, match="'colour' is no filter"):
        parse_filter("colour=red")
    with pytest.raises((UnknownCode, BadLink)):
        IncidentFilter(grades=("sure",))


def test_equal_choices_are_equal_filters() -> None:
    one = IncidentFilter(countries=("SYR", "IRQ", "SYR"), text="  two   words ")
    other = IncidentFilter(countries=("IRQ", "SYR"), text="two words")
    assert one == other
    assert hash(one) == hash(other)


def table(**columns: list[object]) -> ir.Table:
    """A canonical table in a private database."""
    rows = len(next(iter(columns.values())))
    frame = conform(
        pd.DataFrame({"incident_id": [f"i{n}" for n in range(rows)], **columns}), INCIDENTS
    )
    database = duckdb.connect()
    arrow = to_arrow(frame, INCIDENTS)
    database.register("given", arrow)
    database.execute("create table incidents as select * from given")
    return ibis.duckdb.from_connection(database).table("incidents")


def matched(incidents: ir.Table, chosen: IncidentFilter) -> set[str]:
    rows = incidents.filter(chosen.expression(incidents)).select("incident_id").to_pyarrow()
    return set(rows.column(0).to_pylist())


def test_a_span_of_days_is_in_view_when_the_window_touches_any_of_its_days() -> None:
    incidents = table(
        date_start=[dt.date(2016, 6, 14), dt.date(2016, 6, 18), None],
        date_end=[dt.date(2016, 6, 17), dt.date(2016, 6, 18), None],
    )
    day = IncidentFilter(date_from=dt.date(2016, 6, 17), date_to=dt.date(2016, 6, 17))
    assert matched(incidents, day) == {"i0"}
    assert matched(incidents, IncidentFilter()) == {"i0", "i1", "i2"}


def test_an_actor_is_matched_whole_and_in_its_role() -> None:
    incidents = table(
        side_a=["Army | Air Force", "Army of the North", None],
        targets=[None, None, "Army"],
    )
    assert matched(incidents, IncidentFilter(actors=("Army",))) == {"i0", "i2"}
    assert matched(incidents, IncidentFilter(actors=("Army",), roles=("targets",))) == {"i2"}


def test_a_launch_group_finds_its_weapons() -> None:
    incidents = table(
        weapon=["air-strike | cluster-munition", "mortar", None],
        weapon_group=["air-launched", "ground-launched", "air-launched"],
    )
    assert matched(incidents, IncidentFilter(weapons=("air-launched",))) == {"i0", "i2"}
    assert matched(incidents, IncidentFilter(weapons=("cluster-munition",))) == {"i0"}


def test_an_unknown_figure_meets_no_minimum_and_zero_meets_zero() -> None:
    incidents = table(killed_best=[None, 0, 5], killed_low=[None, 0, 5])
    assert matched(incidents, IncidentFilter(killed_min=0)) == {"i1", "i2"}
    assert matched(incidents, IncidentFilter(killed_min=1)) == {"i2"}


def test_a_box_across_the_antimeridian_holds_both_sides() -> None:
    incidents = table(latitude=[0.5, 0.5, 0.5, None], longitude=[179.0, -179.0, 10.0, None])
    assert matched(incidents, IncidentFilter(bbox=(170, -1, -170, 1))) == {"i0", "i1"}


def test_a_polygon_holds_what_lies_inside_it() -> None:
    incidents = table(latitude=[1.0, 3.0, 1.0], longitude=[1.0, 1.0, 2.6])
    triangle = ((0.0, 0.0), (4.0, 0.0), (0.0, 4.0))
    assert matched(incidents, IncidentFilter(polygon=triangle)) == {"i0"} | (
        {"i2"} if 2.6 + 1 < 4 else set()
    )


def test_a_polygon_across_the_antimeridian_holds_both_sides_and_no_more() -> None:
    incidents = table(
        latitude=[0.5, 0.5, 0.5, 0.5, 5.0, None], longitude=[179, -179, 10, -169, 180, None]
    )
    eastward = IncidentFilter(polygon=((170, -1), (190, -1), (190, 1), (170, 1)))
    assert matched(incidents, eastward) == {"i0", "i1"}
    westward = IncidentFilter(polygon=((-190, -1), (-170, -1), (-170, 1), (-190, 1)))
    assert westward == eastward
    assert parse_link(to_query(westward)).filter == eastward
    as_wide_as_the_world = IncidentFilter(polygon=((-180, -1), (180, -1), (180, 1), (-180, 1)))
    assert matched(incidents, as_wide_as_the_world) == {"i0", "i1", "i2", "i3"}


def test_a_polygon_that_goes_around_the_earth_is_refused() -> None:
    with pytest.raises(BadLink, match="more than once"):
        IncidentFilter(polygon=((-190, -1), (180, -1), (0, 1)))
    with pytest.raises(BadLink, match="not on Earth"):
        IncidentFilter(polygon=((541, -1), (542, -1), (542, 1)))


def test_every_word_of_a_text_must_be_found_somewhere() -> None:
    incidents = table(
        title=["Air strike at al-Tanf", "Air raid"], summary=["Two fighters killed", "Two"]
    )
    assert matched(incidents, IncidentFilter(text="TANF fighters")) == {"i0"}
    assert matched(incidents, IncidentFilter(text="air two")) == {"i0", "i1"}
    assert matched(incidents, IncidentFilter(text="%")) == set()


def test_unknown_figures_add_nothing_and_are_counted() -> None:
    incidents = table(
        killed_low=[2, 4, None], killed_best=[2, None, None], killed_high=[2, 9, None],
        location_precision=["town", "country", "unknown"],
        latitude=[33.5, None, None], longitude=[38.6, None, None],
        date_precision=["day", "month", "day"],
    )  # fmt: skip
    summary = summarise(incidents, IncidentFilter())
    assert summary == Summary(
        incidents=3, total=3, killed_low=6, killed_best=6, killed_high=11,
        without_figure=1, not_on_map=2, coarse_dates=1,
    )  # fmt: skip
    assert summary.sentence == "3 incidents, 6–11 killed, 1 without a figure, 2 not on the map"


def test_one_open_upper_bound_makes_the_sum_open() -> None:
    incidents = table(killed_low=[60, 30], killed_high=[70, None])
    summary = summarise(incidents, IncidentFilter())
    assert (summary.killed_low, summary.killed_high) == (90, None)
    assert "at least 90 killed" in summary.sentence


def test_a_choice_of_nothing_has_no_figures() -> None:
    incidents = table(killed_best=[3])
    summary = summarise(incidents, IncidentFilter(countries=("XXX",)))
    assert (summary.incidents, summary.killed_low, summary.killed_high) == (0, None, None)
    assert summary.sentence == "0 of 1 incidents"


def test_an_empty_table_is_summarised() -> None:
    assert summarise(table(title=[]), IncidentFilter()) == Summary()


@pytest.mark.parametrize("case", json.loads((GOLD / "sentences.json").read_text("utf-8")))
def test_the_sentence_is_the_one_that_the_browser_writes(case: dict[str, object]) -> None:
    assert Summary(**case["summary"]).sentence == case["sentence"]  # type: ignore[arg-type]


def test_hostile_text_in_a_filter_is_only_text() -> None:
    incidents = table(title=["x"], country=["SYR"])
    hostile = "'; drop table incidents; --"
    chosen = IncidentFilter(countries=(hostile,), actors=(hostile,), text=hostile)
    assert matched(incidents, chosen) == set()
    assert matched(incidents, IncidentFilter()) == {"i0"}
