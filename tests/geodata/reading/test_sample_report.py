"""The report that comes with the package, and the kinds of sentences that it is made of."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.reading import Draft, read_text

PUBLISHED = dt.date(2016, 9, 21)
SAMPLE = files("geodata").joinpath("bundled/sample_report.txt").read_text("utf-8")


@pytest.fixture(scope="module")
def drafts() -> tuple[Draft, ...]:
    return read_text(SAMPLE, published=PUBLISHED).drafts


def only(text: str, published: dt.date | None = PUBLISHED) -> Draft:
    (draft,) = read_text(text, published=published).drafts
    return draft


def acting(draft: Draft, role: str = "perpetrator") -> list[tuple[str, str | None]]:
    return [(actor.name, actor.stance) for actor in draft.actors if actor.role == role]


class TestTheSample:
    """Two attacks, one of them only remembered; a page pasted twice."""

    def test_the_convoy_is_hit_on_monday_in_the_town_that_is_named(
        self, drafts: tuple[Draft, ...]
    ) -> None:
        convoy, _ = drafts
        assert (convoy.date.start, convoy.date.precision) == (dt.date(2016, 9, 19), "day")
        assert next(p.name for p in convoy.places if p.role == "event") == "Urum al-Kubra"
        assert {p.name for p in convoy.places if p.role == "metonym"} == {"Washington", "Moscow"}

    def test_twenty_civilians_and_one_of_the_staff_are_twenty_one(
        self, drafts: tuple[Draft, ...]
    ) -> None:
        killed = drafts[0].killed
        assert killed is not None
        assert (killed.low, killed.best, killed.high, killed.qualifier) == (21, 21, 21, "about")
        assert drafts[0].injured is None

    def test_who_blames_whom_and_who_denies_it(self, drafts: tuple[Draft, ...]) -> None:
        assert acting(drafts[0]) == [("Russia", "denies")]
        assert [(a.speaker, a.stance) for a in drafts[0].accounts] == [
            ("Red Cross", "asserts"),
            ("United Nations", "asserts"),
            ("American officials", "asserts"),
            ("Russia's Ministry of Defence", "denies"),
        ]

    def test_the_strike_before_is_an_incident_of_its_own(self, drafts: tuple[Draft, ...]) -> None:
        _, strike = drafts
        assert strike.date.start == dt.date(2016, 9, 17)
        assert next(p.name for p in strike.places if p.role == "event") == "Deir ez-Zor"
        assert strike.killed is not None
        assert strike.injured is not None
        assert (strike.killed.best, strike.injured.best) == (62, 100)
        assert acting(strike) == [("United States", None)]
        assert acting(strike, "target") == [("Syrian army position", None)]
        assert [(a.speaker, a.stance) for a in strike.accounts] == [
            ("Russia", "asserts"),
            ("Washington", "concedes"),
        ]
        assert strike.weapons[0].weapon == "air-strike"

    def test_without_a_day_of_publication_nothing_is_dated_and_each_draft_asks(self) -> None:
        undated = read_text(SAMPLE).drafts
        assert [d.date.start for d in undated] == [None, None]
        assert all(d.date.question for d in undated)


@pytest.mark.parametrize(
    "name", ["Deir ez-Zor", "Dayr az-Zawr", "Tell esh-Shihab", "Umm ul-Qasr", "Khan ash-Shih"]
)
def test_a_name_goes_on_after_an_article_within_it(name: str) -> None:
    draft = only(f"A car bomb killed three people in {name} on Monday.")
    assert [place.name for place in draft.places if place.role == "event"] == [name]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Schools closed on Tuesday, a day after shells killed two pupils in Homs.", 19),
        ("On Tuesday, two days after a bomb killed nine people in Homs, talks began.", 18),
        ("Gunmen killed two people in Homs on Tuesday, a day after talks failed.", 20),
        ("Gunmen killed two people in Homs on Tuesday, one day before the vote.", 20),
    ],
)
def test_a_day_after_is_the_day_of_what_is_told_beside_it(text: str, day: int) -> None:
    assert only(text).date.start == dt.date(2016, 9, day)


@pytest.mark.parametrize(
    ("text", "speaker", "stance"),
    [
        (
            "A strike killed four people in Idlib. The army denied that it had carried out a raid.",
            "army",
            "denies",
        ),
        (
            "A strike killed four in Idlib. Turkey and its allies have denied that they bombed it.",
            "Turkey and its allies",
            "denies",
        ),
        ("Four people were killed in Idlib, according to the White Helmets.",
         "White Helmets", "asserts"),
        (
            "A strike killed four people in Idlib on Monday; France called the strike a mistake.",
            "France",
            "concedes",
        ),
    ],
)  # fmt: skip
def test_who_says_so_is_an_account_with_its_stance(text: str, speaker: str, stance: str) -> None:
    assert (speaker, stance) in [(a.speaker, a.stance) for a in only(text).accounts]


def test_denying_to_have_known_is_not_denying_the_act() -> None:
    draft = only(
        "Turkish warplanes bombed a market in Idlib on Monday, killing five people. "
        "Turkey denied that it had been told of the talks."
    )
    assert [stance for _, stance in acting(draft)] == [None]


def test_people_who_are_killed_did_not_do_it() -> None:
    draft = only("The ministry put the toll near Idlib at 12 soldiers killed and 30 wounded.")
    assert acting(draft) == []
    both = only("Rebels killed and wounded 30 soldiers near Idlib on Monday.")
    assert acting(both) == [("Rebels", None)]


def test_the_name_of_a_people_in_the_name_of_a_body_is_nobody() -> None:
    killed = only("Six nurses of the Syrian Arab Red Crescent were killed in Idlib.").killed
    assert killed is not None
    assert killed.best == 6


def test_the_day_of_a_report_is_proposed_only_with_a_question() -> None:
    draft = only("Police said on Tuesday that two men were shot dead in Lagos.")
    assert draft.date.start == dt.date(2016, 9, 20)
    assert draft.date.question is not None
    assert "date_doubtful" in draft.flags


PIECES = [
    "Gunmen killed two people in Homs", "A bomb has exploded in Idlib", "on Monday", "today",
    "yesterday", "last week", "police said on Friday", "shells hit a market", "three have died",
    "on 12 May", "overnight", ". ", "; ", ", ", "a day after", "Clashes continue in Aleppo", "\n\n",
    "The army denied that it attacked", "this morning", "in March", "two days ago",
]  # fmt: skip
_DAYS = (
    "mon", "tues", "fri", "day", "week", "night", "morning", "may", "march", "ago", "20",
)  # fmt: skip


@settings(max_examples=150)
@given(text=st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map(" ".join))
def test_no_day_without_publication_and_none_without_words_or_a_question(text: str) -> None:
    assert all(draft.date.start is None for draft in read_text(text).drafts)
    for draft in read_text(text, published=PUBLISHED).drafts:
        quote = draft.date.span.quote.lower() if draft.date.span else ""
        if draft.date.start is not None and not any(word in quote for word in _DAYS):
            assert draft.date.question
        if draft.date.start is None:
            assert draft.date.question


@pytest.mark.parametrize(
    ("text", "killed"),
    [
        ("A bomb killed four people, an official said.", 4),
        ("A roadside bomb killed four passengers, a provincial spokesman told reporters.", 4),
        ("A bomb killed four passengers, a child and a policeman.", 6),
        ("A bomb killed a man and a boy who the police said were brothers.", 2),
        ("A bomb killed four people and a policeman, officials said.", 5),
    ],
)
def test_who_tells_of_the_dead_is_not_among_them(text: str, killed: int) -> None:
    figure = only(text).killed
    assert figure is not None
    assert figure.best == killed


def test_who_is_shot_dead_is_named_without_the_dead() -> None:
    draft = only("Gunmen shot dead a provincial councillor in Jalalabad.")
    assert acting(draft, "target") == [("provincial councillor", None)]
