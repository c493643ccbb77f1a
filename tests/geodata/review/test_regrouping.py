"""Drafts merged, split, added and taken back; the queue; decisions as labelled data."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from geodata.errors import ImpossibleValue
from geodata.reading import Reading, Span, read_text
from geodata.reading.structure import layout
from geodata.review import (
    ORDERS,
    UNSAID,
    Decision,
    Place,
    Proposal,
    Report,
    Review,
    Values,
    accept,
    added,
    begin,
    from_json,
    labels,
    labels_text,
    merged,
    named,
    progress,
    queue,
    read_again,
    split,
    taken_back,
    to_json,
)

AT = dt.datetime(2020, 1, 2, 3, 4, tzinfo=dt.UTC)
PUBLISHED = dt.date(2017, 3, 8)
TWO = (
    "Gunmen killed three policemen in Basra on Monday. "
    "Meanwhile, a car bomb killed eight people and wounded 20 in Mosul on Tuesday."
)
ONE = (
    "A suicide bomber killed 12 people in Kabul on Tuesday. The bomber blew himself up near a "
    "mosque in Kabul, wounding 30. The mayor of Kabul said that a school had been closed."
)


def reads(text: str) -> Reading:
    return read_text(text, published=PUBLISHED)


def review_of(text: str, published: dt.date | None = PUBLISHED) -> Review:
    report = Report(text, published=published)
    return begin(report, read_text(text, published=published), AT)


def sentence(text: str, number: int) -> Span:
    found = layout(text).sentences[number]
    return Span.of(text, found.start, found.end)


def decided(review: Review, proposal: Proposal, what: str = "accepted") -> Review:
    decision = Decision(what, AT, "a", review.values(proposal), "incident", "import-1")
    return review.decided(proposal, decision)


class TestMerging:
    """Two drafts of one incident."""

    def test_the_first_speaks_and_the_second_fills_its_gaps(self) -> None:
        review = review_of(TWO)
        first, second = review.proposals
        (both,) = merged(review, first, second, at=AT, who="a").proposals
        assert both.key == first.key
        assert (both.values.killed, both.values.injured) == ((3, 3, 3), (20, 20, 20))
        assert both.values.date_start == dt.date(2017, 3, 6)
        assert both.values.weapons == (*first.values.weapons, *second.values.weapons)
        assert set(both.quotes["killed"]) == {*first.quotes["killed"], *second.quotes["killed"]}
        assert "figures_differ" in both.flags
        assert first.values.place in both.places
        assert second.values.place in both.places

    def test_what_was_edited_in_either_is_kept_and_comes_back(self) -> None:
        review = review_of(TWO)
        first, second = review.proposals
        review = review.edited(second, replace(second.values, targets=("Market",)))
        both = merged(review, first, second, at=AT, who="a")
        assert "Market" in both.values(both.proposals[0]).targets
        assert taken_back(both) == review

    def test_a_draft_that_is_decided_on_is_not_merged(self) -> None:
        review = review_of(TWO)
        first, second = review.proposals
        with pytest.raises(ImpossibleValue, match="open drafts"):
            merged(decided(review, second), first, second, at=AT, who="a")
        with pytest.raises(ImpossibleValue, match="itself"):
            merged(review, first, first, at=AT, who="a")

    def test_a_merged_draft_is_accepted_as_one_incident(self) -> None:
        review = review_of(TWO)
        review = merged(review, *review.proposals, at=AT, who="a")
        (both,) = review.proposals
        assert len(accept(review.report, both, review.values(both)).incidents) == 1


class TestSplitting:
    """One draft of two incidents."""

    def parted(self) -> tuple[Review, Review]:
        review = review_of(ONE)
        (whole,) = review.proposals
        told = whole.quotes["sentences"]
        return review, split(review, whole, told[1:2], reads, at=AT, who="a")

    def test_each_half_has_what_its_sentences_say(self) -> None:
        review, parts = self.parted()
        (whole,) = review.proposals
        left, made = parts.proposals
        assert (whole.values.killed, whole.values.injured) == ((12, 12, 12), (30, 30, 30))
        assert (left.values.killed, left.values.injured) == ((12, 12, 12), UNSAID)
        assert made.values.injured == (30, 30, 30)
        assert made.values.killed == UNSAID
        assert made.quotes["sentences"] == (whole.quotes["sentences"][1],)
        assert left.key == whole.key
        texts = [parts.report.text[s.start : s.end] == s.quote for p in parts.proposals
                 for spans in p.quotes.values() for s in spans]  # fmt: skip
        assert all(texts)

    def test_it_is_taken_back(self) -> None:
        review, parts = self.parted()
        assert taken_back(parts) == review
        with pytest.raises(ImpossibleValue, match="Open the draft again"):
            taken_back(decided(parts, parts.proposals[1]))
        with pytest.raises(ImpossibleValue, match="No draft"):
            taken_back(review)

    def test_the_sentence_that_names_a_draft_stays(self) -> None:
        review = review_of(ONE)
        (whole,) = review.proposals
        with pytest.raises(ImpossibleValue, match="stays"):
            split(review, whole, whole.quotes["sentences"][:1], reads, at=AT, who="a")
        with pytest.raises(ImpossibleValue, match="this draft"):
            split(review, whole, [sentence(ONE, 2)], reads, at=AT, who="a")

    def test_an_edit_of_what_stayed_is_kept(self) -> None:
        review = review_of(ONE)
        (whole,) = review.proposals
        review = review.edited(whole, replace(whole.values, title="Mine"))
        parts = split(review, whole, whole.quotes["sentences"][1:2], reads, at=AT, who="a")
        values = parts.values(parts.proposals[0])
        assert (values.title, values.injured) == ("Mine", UNSAID)


class TestAdding:
    """A draft that the reader did not find."""

    def test_a_sentence_without_an_incident_gives_an_empty_draft_with_its_words(self) -> None:
        review = added(review_of(ONE), [sentence(ONE, 2)], reads, at=AT, who="a")
        made = review.proposals[-1]
        assert made.values == Values()
        assert made.quotes == {"sentences": (sentence(ONE, 2),)}
        values = replace(made.values, title="School closed", event_type="Strategic developments")
        (row,) = accept(review.report, made, values).incidents.to_dict("records")
        assert row["title"] == "School closed"

    def test_a_text_without_drafts_can_have_one(self) -> None:
        text = "The bridge is gone. Nobody said who did it."
        review = review_of(text)
        assert review.proposals == ()
        review = added(review, [sentence(text, 0)], reads, at=AT, who="a")
        assert [p.key for p in review.proposals] == ["0-19"]
        with pytest.raises(ImpossibleValue, match="already"):
            added(review, [sentence(text, 0)], reads, at=AT, who="a")

    def test_what_is_not_in_the_text_is_no_sentence(self) -> None:
        with pytest.raises(ImpossibleValue, match="sentence of the text"):
            added(review_of(ONE), [Span(0, 3, "xyz")], reads, at=AT, who="a")


def test_an_answer_on_the_source_keeps_what_was_merged_split_and_added() -> None:
    text = f"{TWO} {ONE}"
    review = review_of(text, None)
    undated = read_text
    first, second, third = review.proposals
    review = merged(review, first, second, at=AT, who="a")
    review = split(review, third, third.quotes["sentences"][1:2], undated, at=AT, who="a")
    review = added(review, [sentence(text, 4)], undated, at=AT, who="a")
    report = replace(review.report, published=PUBLISHED)
    again = read_again(review, report, reads(text), reads)
    assert [p.key for p in again.proposals] == [p.key for p in review.proposals]
    assert [p.values.date_start for p in again.proposals[:2]] == [
        dt.date(2017, 3, 6), dt.date(2017, 3, 7),
    ]  # fmt: skip
    assert from_json(json.loads(json.dumps(to_json(again)))) == again


def test_a_decided_merger_stands_when_the_text_is_read_again() -> None:
    review = review_of(TWO, None)
    review = merged(review, *review.proposals, at=AT, who="a")
    review = decided(review, review.proposals[0])
    report = replace(review.report, published=PUBLISHED)
    again = read_again(review, report, reads(TWO), reads)
    assert again.proposals == review.proposals


def test_a_review_of_the_first_format_is_read_and_a_later_one_refused() -> None:
    review = review_of(TWO)
    kept = to_json(review)
    first = {name: value for name, value in kept.items() if name != "steps"} | {"format": 1}
    assert from_json(first) == review
    with pytest.raises(ValueError, match="format 3"):
        from_json(kept | {"format": 3})


class TestTheQueue:
    """Many texts, the one to look at next first."""

    many = "Shells killed 90 people in Aleppo on 6 March 2017."
    few = "Shells killed two people in Aleppo on 6 March 2017."

    def reviews(self) -> list[Review]:
        done = review_of(TWO)
        for proposal in done.proposals:
            done = decided(done, proposal, "rejected")
        return [done, review_of(self.few), review_of(self.many), review_of(ONE, None)]

    def test_open_questions_come_before_severity_and_the_done_last(self) -> None:
        done, few, many, asked = self.reviews()
        assert [item.review for item in queue([done, few, many, asked])] == [asked, many, few, done]

    def test_it_can_be_sorted_otherwise(self) -> None:
        done, few, many, asked = self.reviews()
        assert queue([done, few, asked, many], "severity")[0].review == many
        doubts = [i.doubt for i in queue([done, few, asked, many], "doubt") if i.open_drafts]
        assert doubts == sorted(doubts, reverse=True)
        assert set(ORDERS) == {"open questions", "severity", "doubt", "time"}
        with pytest.raises(ValueError, match="no order"):
            queue([], "luck")

    def test_progress_counts_drafts_and_texts(self) -> None:
        found = progress(queue(self.reviews()))
        assert (found.texts, found.texts_done, found.drafts, found.drafts_done) == (4, 1, 5, 2)
        assert found.share == pytest.approx(0.4)
        assert progress(()).share == 1.0


class TestLabels:
    """Decisions as data."""

    def test_each_decided_draft_is_a_line_with_what_was_read_and_what_is_right(self) -> None:
        review = review_of(TWO)
        first, second = review.proposals
        review = review.edited(first, replace(first.values, killed=(4, 4, 4)))
        review = decided(review, first)
        assert len(list(labels([review]))) == 1
        review = decided(review, second, "rejected")
        one, two = (json.loads(line) for line in labels_text([review]).splitlines())
        assert (one["decision"], one["changed"], one["origin"]) == ("accepted", ["killed"], "read")
        assert (one["read"]["killed"], one["values"]["killed"]) == ([3, 3, 3], [4, 4, 4])
        assert (two["decision"], two["values"]) == ("rejected", None)
        for line in (one, two):
            for span in (span for spans in line["quotes"].values() for span in spans):
                assert line["text"][span["start"] : span["end"]] == span["quote"]

    def test_a_merged_draft_says_so(self) -> None:
        review = review_of(TWO)
        review = merged(review, *review.proposals, at=AT, who="a")
        (label,) = labels([decided(review, review.proposals[0])])
        assert label["origin"] == "merged"
        assert labels_text([]) == ""


class TestLookingForAnIncident:
    """Any incident of the store may be the one that a draft tells of."""

    held = pa.Table.from_pylist(
        [
            {"incident_id": "a-1", "title": "Shelling of a market", "place_name": "Idlib",
             "date_start": dt.date(2016, 1, 1)},
            {"incident_id": "a-2", "title": None, "place_name": "Market of Homs",
             "date_start": dt.date(2017, 1, 1)},
            {"incident_id": "a-3", "title": "Ambush", "place_name": None, "date_start": None},
        ]
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("market", ["a-2", "a-1"]),
            ("MARKET idlib", ["a-1"]),
            ("a-3", ["a-3"]),
            ("  ", []),
            ("nowhere", []),
            ("%", []),
        ],
    )
    def test_by_id_or_by_words_of_title_and_place(self, words: str, found: list[str]) -> None:
        assert [item.incident_id for item in named(self.held, words)] == found


def test_a_place_keeps_the_point_that_it_had_in_the_whole_text() -> None:
    review = review_of(ONE)
    (whole,) = review.proposals
    span = whole.places[0].span
    assert span is not None
    pinned = Place("Kabul", 34.5, 69.2, "town", 5.0, "AFG", None, "test", span)
    held: dict[str, Any] = {"places": (pinned,), "values": replace(whole.values, place=pinned)}
    review = replace(review, read=(replace(whole, **held),))
    parts = split(
        review, review.proposals[0], whole.quotes["sentences"][1:2], reads, at=AT, who="a"
    )
    assert parts.proposals[0].values.place == pinned
