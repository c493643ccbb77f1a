"""Which day "today" is in a report: that of its dateline, with or without a year."""

from __future__ import annotations

import datetime as dt

import pytest

from geodata.reading import read_text
from geodata.reading.structure import Dateline, layout

PUBLISHED = dt.date(2012, 10, 4)  # a Thursday
BLAST = "Two soldiers were killed yesterday in a bomb blast in Ghazni."


def dateline(text: str) -> Dateline:
    found = layout(text).dateline
    assert found is not None
    return found


@pytest.mark.parametrize(
    "head",
    [
        "KABUL, Oct 3 (AFP) –",
        "KABUL, Oct. 3 (Reuters) -",
        "KABUL, Afghanistan, October 3 (AP) —",
        "KABUL, 3 October (AFP) --",
        "Kabul, Oct 3 (AFP) –",
        "KABUL, OCT 3 —",
    ],
)
def test_yesterday_in_a_report_is_the_day_before_its_dateline(head: str) -> None:
    reading = read_text(f"{head} {BLAST}", published=PUBLISHED)
    assert reading.dateline is not None
    assert reading.dateline.place.quote.upper() == "KABUL"
    assert (reading.dateline.date, reading.dateline.month_and_day) == (None, (10, 3))
    (draft,) = reading.drafts
    assert draft.date.start == draft.date.end == dt.date(2012, 10, 2)
    assert reading.published == PUBLISHED


@pytest.mark.parametrize(
    "text",
    [
        "NIAMEY, le 3 octobre (AFP) – Quinze soldats ont été tués hier dans une embuscade.",
        "Bogotá, 3 oct (EFE).- Siete personas murieron ayer en un atentado con explosivos en Cali.",
        "Bogotá, 3 de octubre (EFE) - Siete personas murieron ayer en un atentado en Cali.",
        "Харків, 3 жовтня — Учора російські війська атакували Ізюм. Загинули двоє людей.",
        "КИЕВ, 3 октября – Вчера ракетный удар был нанесён по Виннице. Погибли 23 человека.",
        "بيروت، 3 تشرين الأول (أ ف ب) – قُتل مدنيان أمس جراء قصف مدفعي على مدينة دوما",
    ],
    ids=["fr", "es short", "es", "uk", "ru", "ar"],
)
def test_so_it_is_in_other_languages(text: str) -> None:
    assert dateline(text).month_and_day == (10, 3)
    days = {draft.date.start for draft in read_text(text, published=PUBLISHED).drafts}
    assert days == {dt.date(2012, 10, 2)}


def test_a_day_without_its_year_dates_no_report_by_itself() -> None:
    reading = read_text(f"KABUL, Oct 3 (AFP) – {BLAST}")
    assert reading.published is None
    assert reading.published_from is None
    (draft,) = reading.drafts
    assert draft.date.start is None
    assert draft.date.question


def test_a_dateline_with_its_year_behind_the_month_dates_the_report() -> None:
    reading = read_text(f"Kabul, October 3, 2012 (AFP) – {BLAST}")
    assert (reading.published, reading.published_from) == (dt.date(2012, 10, 3), "dateline")


def test_the_turn_of_the_year_lies_between_dateline_and_publication() -> None:
    text = f"KABUL, Dec 31 (AFP) – {BLAST}"
    (draft,) = read_text(text, published=dt.date(2013, 1, 1)).drafts
    assert draft.date.start == dt.date(2012, 12, 30)


def test_a_dateline_months_before_publication_is_not_believed() -> None:
    text = f"KABUL, May 3 (AFP) – {BLAST}"
    (draft,) = read_text(text, published=PUBLISHED).drafts
    assert draft.date.start == dt.date(2012, 10, 3)


@pytest.mark.parametrize("head", ["KABUL, 12 people (AP) –", "KABUL, Feb 30 (AP) –"])
def test_what_is_no_day_of_a_calendar_is_no_day_of_a_dateline(head: str) -> None:
    found = dateline(f"{head} {BLAST}")
    assert found.date is None
    assert found.month_and_day is None


def test_a_sentence_that_begins_with_a_day_is_no_dateline() -> None:
    assert layout(f"On Tuesday, May 3 – a day of mourning – {BLAST}").dateline is None
