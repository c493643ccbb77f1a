"""Drafts, what an analyst makes of them, and what reaches the store."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import ImpossibleValue, UnreadableFile
from geodata.reading import read_text
from geodata.review import (
    DATASET,
    Decision,
    Place,
    Proposal,
    Report,
    Review,
    ReviewFolder,
    Values,
    accept,
    accept_as_account,
    begin,
    from_json,
    matches,
    problems,
    questions,
    read_again,
    to_json,
)
from geodata.schema import ACCOUNTS, INCIDENTS, conform, to_arrow
from geodata.store import Store
from geodata.vocabulary import DATE_PRECISION, EVENT_TYPE, LOCATION_PRECISION, WEAPON
from tests.hostile import PAYLOADS

STARTED = dt.datetime(2020, 1, 2, 3, 4, tzinfo=dt.UTC)
PUBLISHED = dt.date(2016, 6, 17)
TEXT = (
    "At least four people were killed and nine wounded on Thursday when Russian warplanes bombed a "
    "market in Khan Shaykhun, Syria, residents said. Russia's Ministry of Defence denied that its "
    "aircraft had carried out a strike there. American officials said that they hold Russia "
    "responsible for the attack."
)
TOWN = Place("Khan Shaykhun", 35.442, 36.651, "town", 5.0, "SYR", "Idlib", "test places")


@cache
def review_of(text: str = TEXT, published: dt.date | None = PUBLISHED) -> Review:
    report = Report(text, published=published)
    return begin(report, read_text(text, published=published), STARTED)


def only(review: Review) -> Proposal:
    (proposal,) = review.proposals
    return proposal


def incident(review: Review, values: Values | None = None) -> dict[str, Any]:
    proposal = only(review)
    batch = accept(review.report, proposal, values or proposal.values)
    row: dict[str, Any] = to_arrow(batch.incidents, INCIDENTS).to_pylist()[0]
    return row


class TestNothingIsInvented:
    """What the text does not say stays unknown."""

    def test_without_a_day_of_publication_a_weekday_is_no_date(self) -> None:
        values = only(review_of(published=None)).values
        assert (values.date_start, values.date_end, values.date_precision) == (
            None, None, "unknown",
        )  # fmt: skip

    def test_with_it_the_weekday_is_the_one_before(self) -> None:
        assert only(review_of()).values.date_start == dt.date(2016, 6, 16)

    def test_a_full_date_in_the_text_needs_no_day_of_publication(self) -> None:
        review = review_of(TEXT.replace("on Thursday", "on 16 June 2016"), published=None)
        assert only(review).values.date_start == dt.date(2016, 6, 16)

    def test_a_draft_waits_until_its_day_of_publication_is_asked_for(self) -> None:
        review = review_of(published=None)
        first = questions(review.report, only(review), only(review).values)[0]
        assert (first.field, first.blocking) == ("published", True)
        with pytest.raises(ImpossibleValue, match="When was this published"):
            incident(review)

    def test_nobody_knowing_that_day_is_an_answer_and_gives_no_date(self) -> None:
        review = review_of(published=None)
        known = replace(review, report=replace(review.report, published_unknown=True))
        row = incident(known)
        assert (row["date_start"], row["date_precision"]) == (None, "unknown")
        assert row["date_text"] == "Thursday"

    def test_a_place_without_a_point_is_not_pinned(self) -> None:
        row = incident(review_of())
        assert row["latitude"] is None
        assert row["location_precision"] == "unknown"

    @pytest.mark.parametrize("text", ["", "No one was hurt.", *PAYLOADS])
    def test_a_text_that_tells_of_nothing_has_no_draft_or_none_with_a_date(self, text: str) -> None:
        for proposal in review_of(text, published=None).proposals:
            assert proposal.values.date_start is None


class TestAccepting:
    """What an accepted draft becomes."""

    def test_values_are_those_of_the_analyst_and_quotations_those_of_the_text(self) -> None:
        review = review_of()
        values = replace(only(review).values, place=TOWN, killed=(4, 5, None))
        batch = accept(review.report, only(review), values)
        row = to_arrow(batch.incidents, INCIDENTS).to_pylist()[0]
        assert (row["dataset"], row["status"], row["grade"]) == (DATASET, "published", "ungraded")
        assert (row["killed_low"], row["killed_best"], row["killed_high"]) == (4, 5, None)
        assert (row["latitude"], row["location_source"]) == (35.442, "test places")
        record = json.loads(str(batch.raw[0]))
        assert record["accepted"]["killed"] == [4, 5, None]
        assert record["read"]["killed"] == [4, None, None]
        for spans in record["quotes"].values():
            assert all(TEXT[span["start"] : span["end"]] == span["quote"] for span in spans)

    def test_each_speaker_is_an_account_beside_the_report_s_own(self) -> None:
        review = review_of()
        batch = accept(review.report, only(review), only(review).values)
        accounts = to_arrow(batch.accounts, ACCOUNTS).to_pylist()
        assert accounts[0]["stance"] == "reports"
        assert accounts[0]["speaker"] is None
        assert {account["stance"] for account in accounts[1:]} >= {"asserts", "denies"}
        quoted = [account for account in accounts if account["quote"] is not None]
        assert len(quoted) >= 2
        for account in quoted:
            assert TEXT[account["quote_start"] : account["quote_end"]] == account["quote"]
            assert account["sha256"] == review.report.sha256

    def test_what_cannot_be_is_refused_with_its_reason(self) -> None:
        review = review_of()
        for wrong in (
            replace(only(review).values, killed=(4, 2, None)),
            replace(only(review).values, date_end=dt.date(2016, 6, 1)),
            replace(only(review).values, place=replace(TOWN, latitude=0.0, longitude=0.0)),
            replace(only(review).values, weapons=("sword of light",)),
            replace(only(review).values, event_type="Rumour"),
        ):
            assert problems(wrong)
            with pytest.raises(ImpossibleValue):
                incident(review, wrong)

    def test_accepting_twice_is_one_incident_and_undo_takes_it_back(self, tmp_path: Path) -> None:
        review = review_of()
        store = Store.open(tmp_path / "store.duckdb")
        batch = accept(review.report, only(review), only(review).values)
        first = store.add(batch)
        assert store.add(batch).duplicates == 1
        assert len(store.snapshot()) == 1
        assert store.snapshot().incidents["disputed"].to_pylist() == [True]
        store.undo(first.import_id, who="a", why="b")
        assert len(store.snapshot()) == 0

    def test_another_account_leaves_the_incident_s_figures_and_its_record(
        self, tmp_path: Path
    ) -> None:
        store = Store.open(tmp_path / "store.duckdb")
        review, later = review_of(), review_of(TEXT.replace("nine", "eleven"))
        store.add(accept(review.report, only(review), only(review).values))
        name = store.snapshot().incidents["incident_id"][0].as_py()
        before = store.incident(name)
        assert before is not None
        batch = accept_as_account(later.report, only(later), only(later).values, before)
        assert store.add(batch).updated == 1
        after = store.incident(name)
        assert after is not None
        assert (after["injured_low"], after["raw"]) == (9, before["raw"])
        assert len(after["accounts"]) == len(before["accounts"]) + len(batch.accounts)


days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))
people = st.none() | st.integers(-3, 50)
lines = st.text(max_size=20) | st.sampled_from(PAYLOADS)
some_values = st.builds(
    Values,
    title=st.none() | lines,
    event_type=st.none() | st.sampled_from(EVENT_TYPE.codes),
    date_start=st.none() | days,
    date_end=st.none() | days,
    date_precision=st.sampled_from(DATE_PRECISION.codes),
    place=st.none()
    | st.builds(
        Place,
        lines,
        st.none() | st.floats(-91, 91),
        st.none() | st.floats(-181, 181),
        st.sampled_from(LOCATION_PRECISION.codes),
    ),
    killed=st.tuples(people, people, people),
    perpetrators=st.lists(lines, max_size=3).map(tuple),
    weapons=st.lists(st.sampled_from(WEAPON.codes), max_size=3).map(tuple),
)


@given(some_values)
def test_whatever_is_accepted_conforms_to_the_schema_and_the_rest_is_refused(
    values: Values,
) -> None:
    review = review_of()
    if problems(values):
        with pytest.raises(ImpossibleValue):
            accept(review.report, only(review), values)
        return
    batch = accept(review.report, only(review), values)
    assert batch.rows == len(batch.incidents) == 1
    assert batch.incidents.equals(conform(batch.incidents, INCIDENTS))
    assert batch.accounts.equals(conform(batch.accounts, ACCOUNTS))
    row = to_arrow(batch.incidents, INCIDENTS).to_pylist()[0]
    assert row["date_start"] == values.date_start
    assert (row["latitude"] is None) == (values.place is None or values.place.latitude is None)
    assert set(batch.accounts["incident_id"]) == {row["incident_id"]}


class TestKeeping:
    """A review on disk."""

    @given(some_values, st.none() | st.sampled_from(["accepted", "account", "rejected"]))
    def test_a_review_is_read_back_as_it_was_kept(self, values: Values, what: str | None) -> None:
        review = review_of().edited(only(review_of()), values)
        if what is not None:
            decision = Decision(what, STARTED, "a", values, "incident", "import-1")
            review = review.decided(only(review), decision)
        assert from_json(json.loads(json.dumps(to_json(review)))) == review

    def test_it_is_there_after_a_restart_and_under_its_own_text_only(self, tmp_path: Path) -> None:
        folder = ReviewFolder.beside(tmp_path / "store.duckdb")
        assert folder.reviews() == ([], [])
        review = review_of().edited(only(review_of()), Values(title="Half done"))
        folder.save(review)
        again = ReviewFolder.beside(tmp_path / "store.duckdb")
        assert again.load(review.id) == review
        assert again.load("../" * 3 + "store") is None
        assert [path.name for path in folder.path.iterdir()] == [f"{review.id}.json"]

    def test_a_damaged_review_is_named_and_the_others_are_read(self, tmp_path: Path) -> None:
        folder = ReviewFolder(tmp_path)
        review = review_of()
        folder.save(review)
        changed = to_json(review)
        changed["report"]["text"] = TEXT.replace("four", "many")
        for name, body in (("a" * 64, "{"), ("b" * 64, "[]"), ("c" * 64, json.dumps(changed))):
            (tmp_path / f"{name}.json").write_text(body, "ascii")
        found, damaged = folder.reviews()
        assert found == [review]
        assert len(damaged) == 3
        assert all(isinstance(error, UnreadableFile) for error in damaged)

    def test_an_answer_reads_the_text_again_and_keeps_what_was_changed_by_hand(self) -> None:
        review = review_of(published=None)
        proposal = only(review)
        review = review.edited(proposal, replace(proposal.values, title="Mine"))
        report = replace(review.report, published=PUBLISHED)
        again = read_again(review, report, read_text(TEXT, published=PUBLISHED), read_text)
        values = again.values(only(again))
        assert (values.title, values.date_start) == ("Mine", dt.date(2016, 6, 16))


class TestMatching:
    """The store may have it already."""

    held = pa.Table.from_pylist(
        [
            {
                "incident_id": "held",
                "title": "Strike",
                "date_start": dt.date(2016, 6, 14),
                "date_end": dt.date(2016, 6, 14),
                "latitude": 35.45,
                "longitude": 36.65,
                "location_precision": "town",
                "radius_km": None,
                "perpetrators": "Government of Syria",
                "targets": None,
                "side_a": None,
                "side_b": None,
                "weapon_group": "air-launched",
            }
        ]
    )
    ours = Values(
        date_start=dt.date(2016, 6, 16),
        date_end=dt.date(2016, 6, 16),
        date_precision="day",
        place=TOWN,
        weapons=("air-strike",),
    )

    def test_the_same_place_two_days_apart_with_the_same_weapon_is_proposed(self) -> None:
        (match,) = matches(self.held, self.ours)
        assert (match.incident_id, match.days, match.shared) == ("held", 2, ("air-launched",))

    def test_an_actor_in_common_is_enough(self) -> None:
        ours = replace(self.ours, weapons=(), perpetrators=("government of syria",))
        assert matches(self.held, ours)

    @pytest.mark.parametrize(
        "other",
        [
            {"date_start": dt.date(2016, 6, 17), "date_end": dt.date(2016, 6, 17)},
            {"date_start": None, "date_end": None, "date_precision": "unknown"},
            {"place": replace(TOWN, latitude=36.2)},
            {"place": None},
            {"weapons": ("small-arms",)},
            {"weapons": ()},
        ],
    )
    def test_another_day_place_or_weapon_is_another_incident(self, other: dict[str, Any]) -> None:
        assert matches(self.held, replace(self.ours, **other)) == ()
