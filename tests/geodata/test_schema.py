"""The canonical columns."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import ImpossibleValue, MissingColumn
from geodata.schema import (
    ACCOUNTS,
    INCIDENTS,
    conform,
    empty,
    join_list,
    names,
    split_list,
    to_arrow,
    to_frame,
)


def test_missing_columns_become_null_and_strangers_are_dropped() -> None:
    frame = conform(pd.DataFrame({"incident_id": ["a"], "colour": ["red"]}), INCIDENTS)
    assert list(frame.columns) == names(INCIDENTS)
    assert frame.loc[0, "killed_best"] is pd.NA
    assert frame.loc[0, "grade"] == "ungraded"
    assert frame.loc[0, "status"] == "published"


def test_empty_text_is_unknown() -> None:
    frame = conform(pd.DataFrame({"title": ["", "  ", " Strike "]}), INCIDENTS)
    assert frame["title"].tolist() == [pd.NA, pd.NA, "Strike"]


def test_zero_stays_zero_and_unknown_stays_unknown() -> None:
    frame = conform(pd.DataFrame({"killed_best": [0, None]}), INCIDENTS)
    assert frame["killed_best"].tolist() == [0, pd.NA]


def test_a_lone_best_figure_is_an_exact_one() -> None:
    given_figures = pd.DataFrame(
        {"killed_low": [None, 1], "killed_best": [4, 4], "killed_high": [None, None]}
    )
    frame = conform(given_figures, INCIDENTS)
    assert frame["killed_low"].tolist() == [4, 1]
    assert frame["killed_high"].tolist() == [4, pd.NA]


def test_coordinates_are_held_to_six_decimals() -> None:
    frame = conform(pd.DataFrame({"latitude": [33.123456789]}), INCIDENTS)
    assert frame.loc[0, "latitude"] == 33.123457


def test_a_column_of_the_wrong_sort_is_named() -> None:
    with pytest.raises(ImpossibleValue, match="killed_best"):
        conform(pd.DataFrame({"killed_best": ["many"]}), INCIDENTS)


def test_a_frame_without_a_column_says_which_it_has() -> None:
    with pytest.raises(MissingColumn, match=r"'incident_id'.*are title"):
        to_arrow(pd.DataFrame({"title": ["x"]}), INCIDENTS)


@pytest.mark.parametrize("columns", [INCIDENTS, ACCOUNTS])
def test_an_empty_table_has_all_columns_and_types(columns: tuple[object, ...]) -> None:
    frame = empty(columns)  # type: ignore[arg-type]
    assert len(frame) == 0
    assert all(isinstance(dtype, pd.ArrowDtype) for dtype in frame.dtypes)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "title": st.none() | st.text(max_size=10),
                "killed_best": st.none() | st.integers(0, 2**31 - 1),
                "date_start": st.none() | st.dates(),
                "weapon": st.none() | st.text(alphabet="ab| ", max_size=12),
            }
        ),
        max_size=5,
    )
)
def test_conforming_twice_changes_nothing_and_arrow_brings_it_back(
    rows: list[dict[str, object]],
) -> None:
    frame = pd.DataFrame(rows, columns=["title", "killed_best", "date_start", "weapon"])
    once = conform(frame.astype(object), INCIDENTS)
    pd.testing.assert_frame_equal(conform(once, INCIDENTS), once)
    pd.testing.assert_frame_equal(to_frame(to_arrow(once, INCIDENTS)), once)


@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool), max_size=5))
def test_a_list_in_a_cell_comes_back(values: list[str]) -> None:
    expected = tuple(dict.fromkeys(value.replace("|", "/").strip() for value in values))
    assert split_list(join_list(values)) == expected


def test_days_are_days() -> None:
    frame = conform(pd.DataFrame({"date_start": [dt.date(2016, 6, 16)]}), INCIDENTS)
    assert to_arrow(frame, INCIDENTS).schema.field("date_start").type == pa.date32()
    assert frame.loc[0, "date_start"] == dt.date(2016, 6, 16)
