"""Whose day a day is, and what is no incident although people died."""

from __future__ import annotations

import datetime as dt

import pytest

from geodata.reading import Draft, read_text
from geodata.reading.dates import dates_in

PUBLISHED = dt.date(2017, 3, 8)  # a Wednesday
BISHOP = (
    "Yesterday the bishop made a statement regarding the murder of two priests in Homs. "
    "The priests were killed on 16 February."
)
SAILORS = (
    "Thirty sailors have been injured in the port of Callao by a bomb under a bus. A ministry was "
    "asked for details. It happened on 5 March, an official said."
)


def only(text: str) -> Draft:
    (draft,) = read_text(text, published=PUBLISHED).drafts
    return draft


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Two men were killed near Homs on Sunday, police said.", "2017-03-05"),
        (BISHOP, "2017-02-16"),
        (SAILORS, "2017-03-05"),
        (
            "A group named the 19 April Movement shot dead two policemen in Homs yesterday.",
            "2017-03-07",
        ),
    ],
)
def test_the_day_of_the_act_is_told_from_the_day_of_its_telling(text: str, day: str) -> None:
    date = only(text).date
    assert date.start == date.end == dt.date.fromisoformat(day)
    assert date.question is None


DIED_LATER = (
    "A guard died in hospital yesterday. He was shot on Sunday when two men attacked a bank "
    "in Homs, police said."
)
CRIMES = (
    "The president referred today to the murder of two nuns in Homs. He spoke in the "
    "palace. Guests had come from many countries. Those behind the crimes committed on 2 March "
    "would be found, he said."
)
LAW = (
    "The minister today condemned the murder of two nuns and referred to a law that was "
    "approved on Monday. It is a terrible crime, he said."
)
NIGHT = (
    "A police officer was killed today in Homs, the ministry said. Power lines were cut on "
    "the night of 6 March. In the dark, gunmen threw three grenades at a police post and fired "
    "rifles, injuring two policemen."
)
TIGHTENED = (
    "Security was tightened after an attack early this morning near the hotel. Ministers met "
    "inside. They spoke of trade. The talks went on for hours. An explosion broke windows "
    "and wounded a guard."
)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (DIED_LATER, "2017-03-05"),
        (CRIMES, "2017-03-02"),
        (LAW, "2017-03-08"),
        (NIGHT, "2017-03-06"),
        (TIGHTENED, "2017-03-08"),
    ],
)
def test_days_of_deaths_in_hospital_laws_and_nights_before(text: str, day: str) -> None:
    date = read_text(text, published=PUBLISHED).drafts[0].date
    assert date.start == date.end == dt.date.fromisoformat(day)
    assert date.precision == "day"


def test_a_search_that_goes_on_speaks_for_the_day_of_publication_and_is_asked_about() -> None:
    date = only(
        "Troops are searching the hills near Homs for the men who killed five farmers there."
    ).date
    assert (date.start, date.precision) == (PUBLISHED, "unknown")
    assert date.question is not None


def test_a_telling_without_a_day_asks_for_the_day_named_before() -> None:
    draft = only(
        "The city council met today in Homs. It spoke of schools and of water for two hours. "
        "Roads were on the list as well. Shortly after the meeting a kiosk near the market was "
        "destroyed by a bomb."
    )
    assert (draft.date.start, draft.date.precision) == (PUBLISHED, "unknown")
    assert draft.date.span is not None
    assert draft.date.span.quote == "today"
    assert draft.date.question == "The text names no day here. Was it still “today”?"
    assert "date_doubtful" in draft.flags


def test_years_ago_today_is_a_day_and_years_ago_a_span() -> None:
    text = "nine years ago today a bomb went off, and nine years ago another"
    today, loose = dates_in(text, text, 0, len(text), PUBLISHED)
    assert (today.start, today.precision) == (dt.date(2008, 3, 8), "day")
    assert loose.precision == "year"
    leap = dates_in(text, text, 0, len(text), dt.date(2016, 2, 29))[0]
    assert (leap.start, leap.question is None) == (None, False)
    assert [day.start for day in dates_in(text, text, 0, len(text), None)] == [None, None]


@pytest.mark.parametrize(
    "text",
    [
        "The plane crashed due to mechanical problems, killing 120 of the 137 passengers.",
        "Six people died in a bus accident on the coast road on Monday.",
        "The mayor died of a heart attack on Monday.",
        "Floods killed 12 people in the valley on Tuesday.",
        "Police said that 393 rebels were killed in more than 600 clashes.",
        "There was an average of 54 killed per day.",
        "So far this year, about 100 people have been killed in clashes.",
        "82 people were killed on Monday, 29 of them by shelling and in other circumstances.",
        "Ten citizens died in air strikes, shelling and other conditions.",
        "He spoke of the possibility of an attack on the airport that killed trade.",
    ],
)
def test_accidents_sums_and_possibilities_are_no_incident(text: str) -> None:
    assert read_text(text, published=PUBLISHED).drafts == ()


@pytest.mark.parametrize(
    "text",
    [
        "Dust and other conditions held up the rescue after a bomb killed six near Homs on Monday.",
        "A helicopter crashed near Homs on Monday after rebels fired a missile, killing six.",
        "A suicide bomber crashed a truck into a post near Homs on Monday, killing six soldiers.",
        "Gunmen attacked a hospital for cholera patients near Homs on Monday, killing six.",
        "Shells killed six people in Homs on Monday, two of them in floods of refugees.",
    ],
)
def test_an_attack_beside_a_crash_or_a_disease_stays_an_incident(text: str) -> None:
    killed = only(text).killed
    assert killed is not None
    assert killed.best == 6


class TestNoDayAtAll:
    """A text that names no day has none; its day of publication is only asked about."""

    TEXT = "Gunmen killed a judge in Homs. The house of the judge was burned down."

    @pytest.mark.parametrize("named", ["", " The police said so today."])
    def test_the_day_of_publication_stands_in_the_question_alone(self, named: str) -> None:
        (draft,) = read_text(self.TEXT + named, published=PUBLISHED).drafts
        assert (draft.date.start, draft.date.end, draft.date.span) == (None, None, None)
        assert draft.date.question
        assert str(PUBLISHED) in draft.date.question

    @pytest.mark.parametrize("named", ["", " The police said so on Tuesday."])
    def test_without_it_or_beside_another_day_nothing_is_made_up(self, named: str) -> None:
        published = PUBLISHED if named else None
        (draft,) = read_text(self.TEXT + named, published=published).drafts
        assert draft.date.precision == "unknown" or draft.date.start != PUBLISHED
        assert draft.date.question


@pytest.mark.parametrize(
    ("told", "start", "end"),
    [
        ("Shells hit Gao on Wednesday. A day earlier two were killed there.", 13, 13),
        ("Two died on Monday night and Tuesday in Gao.", 12, 13),
        ("Two were killed in Gao between Saturday night and Monday.", 10, 12),
        ("Two were killed in Gao on Monday and Thursday.", 12, 12),
        ("Officials said on Wednesday that shells hit Gao overnight, killing two.", 13, 14),
    ],
)
def test_a_day_is_counted_from_the_one_named_before(told: str, start: int, end: int) -> None:
    draft = read_text(told, published=dt.date(2024, 2, 16)).drafts[-1]
    days = (draft.date.start, draft.date.end)
    assert days == (dt.date(2024, 2, start), dt.date(2024, 2, end))


def test_a_day_before_the_calendar_begins_is_left_out() -> None:
    told = (
        "Officials said on 0001-01-01 that shells hit Gao overnight. A day earlier two were killed."
    )
    for draft in read_text(told, published=dt.date(1, 1, 2)).drafts:
        assert draft.date.start is None or draft.date.start >= dt.date.min
