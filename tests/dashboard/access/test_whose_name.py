"""Whose name a review's decisions and a store's changes bear, on a server with access."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

import dashboard
from dashboard import reviewing
from dashboard.access import asking
from dashboard.access.gate import Gate
from dashboard.served import ServedStore
from geodata.errors import NotAllowed
from geodata.review import Report, Review
from tests.dashboard.access.visitors import session_of

TWO_INCIDENTS = Report(
    "Four people were killed on 2 May 2017 in an air strike on Raqqa, Syria. Residents said so. "
    "Nine people were injured on 14 May 2017 in shelling of Douma, Syria.",
    name="two.txt",
    published=dt.date(2017, 6, 1),
)


def decided_by_all_ways(here: ServedStore) -> Review:
    """A review that was added to, joined and split, with one draft accepted and one rejected."""
    review = reviewing.start(here, TWO_INCIDENTS)
    free = [
        span for span in reviewing.sentences_of(review.report)
        if span.quote.startswith("Residents")
    ]  # fmt: skip
    review = reviewing.add_draft(here, review, free[0])
    first, other, *_ = review.proposals
    review = reviewing.merge(here, review, first, other)
    joined = next(one for one in review.proposals if len(one.quotes["sentences"]) > 1)
    review = reviewing.split_off(here, review, joined, joined.quotes["sentences"][-1:])
    accepted, rejected, *_ = review.proposals
    review = reviewing.accepted(here, review, accepted)
    return reviewing.rejected(here, review, rejected)


def test_a_review_bears_the_name_of_whoever_is_signed_in(gate: Gate, here: ServedStore) -> None:
    edith = gate.principal(session_of(gate, who="edith@example.org"))
    with asking.asked_by(edith, "203.0.113.7"):
        review = decided_by_all_ways(here)
        kept = reviewing.folder_of(here).load(TWO_INCIDENTS.sha256)
        reopened = reviewing.reopened(here, review, review.proposals[0])
        changes = here.store.history(limit=2)
    assert kept == review
    assert {one.who for one in review.decisions.values()} == {"edith@example.org"}
    assert [one.who for one in review.steps] == ["edith@example.org"] * 3
    assert review.proposals[0].key not in reopened.decisions
    assert set(changes["who"]) == {"edith@example.org"}


def test_a_viewer_decides_nothing(gate: Gate, here: ServedStore) -> None:
    edith = gate.principal(session_of(gate, who="edith@example.org"))
    with asking.asked_by(edith, "203.0.113.7"):
        review = reviewing.start(here, TWO_INCIDENTS)
    vera = gate.principal(session_of(gate, who="vera@example.org"))
    with asking.asked_by(vera, "203.0.113.7"), pytest.raises(NotAllowed):
        reviewing.rejected(here, review, review.proposals[0])
    with asking.asked_by(edith, "203.0.113.7"):
        kept = reviewing.folder_of(here).load(TWO_INCIDENTS.sha256)
    assert kept is not None
    assert kept.decisions == {}


def test_where_nobody_signs_in_a_review_bears_the_one_name_for_that(here: ServedStore) -> None:
    review = decided_by_all_ways(here)
    assert {one.who for one in review.decisions.values()} == {asking.UNNAMED}
    assert {one.who for one in review.steps} == {asking.UNNAMED}


def test_the_unnamed_person_has_a_name_in_one_place_only() -> None:
    name = re.compile(rf"""["']{asking.UNNAMED}["']""")
    root = Path(dashboard.__file__).parent
    holding = [path for path in root.rglob("*.py") if name.search(path.read_text("utf-8"))]
    assert holding == [Path(asking.__file__)]
