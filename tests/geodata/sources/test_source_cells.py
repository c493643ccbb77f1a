"""Days, numbers of people and degrees as people write them."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.sources.counts import MOST, Figure, read_count
from geodata.sources.days import DAY_FIRST, MONTH_FIRST, order_of, read_day, read_days
from geodata.sources.degrees import nearest_repair, read_degree


@pytest.mark.parametrize(
    ("cell", "first", "last", "precision"),
    [
        ("2016-06-16", "2016-06-16", "2016-06-16", "day"),
        ("2016/6/7", "2016-06-07", "2016-06-07", "day"),
        ("20160616", "2016-06-16", "2016-06-16", "day"),
        ("2013-01-03 00:00:00.000", "2013-01-03", "2013-01-03", "day"),
        ("2016-06-16T23:30:00Z", "2016-06-16", "2016-06-16", "day"),
        ("2016-06-16T01:30:00+14:00", "2016-06-16", "2016-06-16", "day"),
        ("9-May-20", "2020-05-09", "2020-05-09", "day"),
        ("09 May 2020", "2020-05-09", "2020-05-09", "day"),
        ("May 9, 2020", "2020-05-09", "2020-05-09", "day"),
        ("Thursday, 9 May 2019", "2019-05-09", "2019-05-09", "day"),
        ("1st Sept. 2019", "2019-09-01", "2019-09-01", "day"),
        ("31.12.2015", "2015-12-31", "2015-12-31", "day"),
        ("03.04.2016", "2016-04-03", "2016-04-03", "day"),
        ("25/12/2016", "2016-12-25", "2016-12-25", "day"),
        ("12/25/2016", "2016-12-25", "2016-12-25", "day"),
        ("05/05/2016", "2016-05-05", "2016-05-05", "day"),
        ("2016-02", "2016-02-01", "2016-02-29", "month"),
        ("June 2016", "2016-06-01", "2016-06-30", "month"),
        ("2016", "2016-01-01", "2016-12-31", "year"),
        ("06/2016", "2016-06-01", "2016-06-30", "month"),
        ("12:30 25/12/2016", "2016-12-25", "2016-12-25", "day"),
        ("16th of June 2016", "2016-06-16", "2016-06-16", "day"),
        ("16 août 2016", "2016-08-16", "2016-08-16", "day"),
        ("16 de junio de 2016", "2016-06-16", "2016-06-16", "day"),
        ("16. März 2016", "2016-03-16", "2016-03-16", "day"),
        ("16 Haziran 2016", "2016-06-16", "2016-06-16", "day"),
        ("16 червня 2016 року", "2016-06-16", "2016-06-16", "day"),
        ("16 июня 2016 г.", "2016-06-16", "2016-06-16", "day"),
        ("١٦ كانون الأول ٢٠١٦", "2016-12-16", "2016-12-16", "day"),
        ("12-14 June 2016", "2016-06-12", "2016-06-14", "day"),
        ("June 12–14, 2016", "2016-06-12", "2016-06-14", "day"),
        ("30 May - 2 June 2016", "2016-05-30", "2016-06-02", "day"),
        ("30 décembre 2015 au 2 janvier 2016", "2015-12-30", "2016-01-02", "day"),
        ("16/06/2016 to 18/06/2016", "2016-06-16", "2016-06-18", "day"),
        ("16-18/06/2016", "2016-06-16", "2016-06-18", "day"),
        ("2016-06-16/2016-06-18", "2016-06-16", "2016-06-18", "day"),
        ("May 2016 to June 2016", "2016-05-01", "2016-06-30", "month"),
    ],
)
def test_a_day_is_the_span_that_its_cell_allows(
    cell: str, first: str, last: str, precision: str
) -> None:
    span = read_day(cell)
    assert (str(span.start), str(span.end), span.precision) == (first, last, precision)
    assert span.problem is None


def test_a_time_of_day_is_kept_and_midnight_is_none() -> None:
    assert read_day("2016-06-16 14:30").clock == "14:30"
    assert read_day("2016-06-16 00:00:00").clock is None


def test_thursday_stays_thursday() -> None:
    span = read_day("Thursday")
    assert span.words
    assert span.start is None
    assert span.problem is None


@pytest.mark.parametrize("cell", ["31/02/2016", "2016-13-01", "30 February 2016", "0000-01-01"])
def test_a_day_that_no_calendar_has_is_a_problem(cell: str) -> None:
    assert "no day of the calendar" in str(read_day(cell).problem)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("18 June 2016 to 16 June 2016", "ends before it starts"),
        ("03/04/2016 - 05/04/2016", "its column does not tell"),
        ("1437-09-11", "another calendar"),
        ("42537", "a spreadsheet's number"),
        ("early June 2016", "cannot be read"),
        ("ca. 16 June 2016", "cannot be read"),
        ("16 June to nowhere 2016", "cannot be read"),
    ],
)
def test_what_may_be_a_day_and_is_not_waits_with_its_reason(cell: str, reason: str) -> None:
    span = read_day(cell)
    assert span.start is None
    assert reason in (span.problem or "")


@pytest.mark.parametrize("piece", ["12:30 ", "1 to ", "1-", "5 people ", "(", "de ", "1. "])
def test_a_cell_made_to_keep_a_reader_busy_is_read_at_once(piece: str) -> None:
    cell = piece * 20_000
    begun = time.process_time()
    assert read_day(cell).start is None
    assert read_count(cell).best is None
    assert time.process_time() - begun < 2


def test_a_spreadsheets_number_of_a_day_is_suggested_not_repaired() -> None:
    assert read_day("42537").repair == "2016-06-16"


@pytest.mark.parametrize("cell", ["", "?", "n/a", "unknown", "NaT"])
def test_a_cell_that_says_nothing_is_no_problem(cell: str) -> None:
    assert read_day(cell).start is None
    assert read_day(cell).problem is None


def test_march_or_april_is_told_by_the_rest_of_the_column() -> None:
    assert [s.start for s in read_days(["03/04/2016", "25/04/2016"])] == [
        dt.date(2016, 4, 3), dt.date(2016, 4, 25)
    ]  # fmt: skip
    assert [s.start for s in read_days(["03/04/2016", "04/25/2016"])] == [
        dt.date(2016, 3, 4), dt.date(2016, 4, 25)
    ]  # fmt: skip


def test_march_or_april_is_asked_about_where_nothing_tells() -> None:
    span = read_day("03/04/2016")
    assert span.start is None
    assert "2016-04-03 or 2016-03-04" in str(span.problem)
    assert read_day("03/04/2016", DAY_FIRST).start == dt.date(2016, 4, 3)
    assert read_day("03/04/2016", MONTH_FIRST).start == dt.date(2016, 3, 4)


def test_a_column_that_contradicts_itself_tells_nothing() -> None:
    assert order_of(["25/12/2016", "12/25/2016"]) is None
    assert order_of(["03/04/2016"]) is None


@given(st.dates(min_value=dt.date(1900, 1, 1)))
def test_a_day_written_in_iso_is_read_as_itself(day: dt.date) -> None:
    span = read_day(day.isoformat())
    assert (span.start, span.end) == (day, day)


@given(st.text())
def test_any_cell_of_days_is_read_or_explained(cell: str) -> None:
    span = read_day(cell)
    assert (span.start is None) == (span.end is None)
    if span.start is not None and span.end is not None:
        assert span.start <= span.end


@pytest.mark.parametrize(
    ("cell", "low", "best", "high"),
    [
        ("12", None, 12, None),
        ("12.0", None, 12, None),
        ("1,200", None, 1200, None),
        ("0", None, 0, None),
        ("none", None, 0, None),
        ("4-6", 4, None, 6),
        ("4 – 6", 4, None, 6),
        ("6-4", 4, None, 6),
        ("between 4 and 6", 4, None, 6),
        ("At least 1", 1, None, None),
        ("30+", 30, None, None),
        ("more than 5", 6, None, None),
        ("up to 9", None, None, 9),
        ("fewer than 9", None, None, 8),
        ("about 20", None, 20, None),
        ("Dozens", 24, None, None),
        ("several", 3, None, None),
        ("Scores", 40, None, None),
        ("two", None, 2, None),
        ("at least three", 3, None, None),
        ("4-Mar", 3, None, 4),
        ("Mar-4", 3, None, 4),
        ("2024-03-04", 3, None, 4),
        ("?", None, None, None),
        ("", None, None, None),
        ("unknown", None, None, None),
        ("unknown number", None, None, None),
        ("–", None, None, None),
        ("5 people", None, 5, None),
        ("2-3 civilians", 2, None, 3),
        ("2 (incl. 1 child)", None, 2, None),
        ("3*", None, 3, None),
        ("3 à 5", 3, None, 5),
        ("twenty-five", None, 25, None),
        ("over forty", 41, None, None),
        ("at least fifty two", 52, None, None),
        ("más de 2", 3, None, None),
        ("mas de dos", 3, None, None),
        ("5 al menos", 5, None, None),
        ("uno", None, 1, None),
        ("varios", 3, None, None),
        ("2 o 3", 2, None, 3),
        ("jusqu'à 10", None, None, 10),
        ("quelque 1 200", None, 1200, None),
        ("не менее 5", 5, None, None),
        ("близько 20", None, 20, None),
        ("أكثر من 5", 6, None, None),
        ("ما لا يقل عن ٥", 5, None, None),
    ],
)
def test_people_are_counted_as_the_words_allow(
    cell: str, low: int | None, best: int | None, high: int | None
) -> None:
    figure = read_count(cell)
    assert (figure.low, figure.best, figure.high) == (low, best, high)
    assert figure.problem is None


@pytest.mark.parametrize(
    "cell",
    ["abc", "-5", "1.5", "12 cows", str(MOST + 1), "9" * 5000, "1.000", "3 injured",
     "10 (3 killed)", "twenty-zero", "a family of five", "5 people " * 40, "más", "más de muchos",
     "x más de 3"],
)  # fmt: skip
def test_what_is_no_number_of_people_is_a_problem(cell: str) -> None:
    assert read_count(cell).problem is not None
    assert read_count(cell).low is None


@given(st.text())
def test_any_cell_of_people_is_read_or_explained(cell: str) -> None:
    figure = read_count(cell)
    assert isinstance(figure, Figure)
    known = [n for n in (figure.low, figure.best, figure.high) if n is not None]
    assert all(0 <= number <= MOST for number in known)
    assert known == sorted(known)


@pytest.mark.parametrize(
    ("cell", "degrees"),
    [
        ("33.5", 33.5),
        ("33,5", 33.5),
        ("-3.25", -3.25),
        ("33.5 S", -33.5),
        ("W 3.25", -3.25),
        ("33°30'N", 33.5),
        ("33°30'36\"S", -33.51),
        ("?", None),
    ],
)
def test_degrees_are_read_in_any_dress(cell: str, degrees: float | None) -> None:
    value = read_degree(cell).value
    assert value == (None if degrees is None else pytest.approx(degrees))


@given(st.text())
def test_any_cell_of_degrees_is_read_or_explained(cell: str) -> None:
    degree = read_degree(cell)
    assert degree.value is None or degree.problem is None


def test_a_lost_decimal_point_is_suggested_not_repaired() -> None:
    assert nearest_repair(14.5, 4239.00416) == "decimal point lost? 14.500000, 42.390042"
    assert nearest_repair(120.0, 33.5) == "latitude and longitude swapped? 33.5, 120"
