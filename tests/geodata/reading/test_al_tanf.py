"""The article that the project starts from, against what a perfect reader makes of it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from geodata.reading import Draft, read_text

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def text(real_data: Path) -> str:
    return (real_data / "article_al_tanf.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def gold(real_data: Path) -> dict[str, Any]:
    path = real_data / "article_al_tanf.gold.json"
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def draft(text: str) -> Draft:
    drafts = read_text(text).drafts
    assert len(drafts) == 1
    return drafts[0]


def _edges(span: Any) -> tuple[int, int]:
    return (span["start"], span["end"]) if isinstance(span, dict) else (span.start, span.end)


def test_the_article_pasted_twice_is_read_once(text: str, gold: dict[str, Any]) -> None:
    copies = [tuple(block["copy"]) for block in gold["document"]["duplicate_blocks"]]
    assert list(read_text(text).repeated) == copies


def test_the_sentence_and_every_field_stand_where_the_gold_has_them(
    draft: Draft, gold: dict[str, Any]
) -> None:
    truth = gold["incidents"][0]
    events = [place for place in draft.places if place.role == "event"]
    by_role = {actor.role: actor for actor in draft.actors if actor.role != "associate"}
    assert draft.date.span is not None
    assert draft.killed is not None
    assert draft.injured is not None
    assert _edges(draft.sentence) == _edges(truth["source_sentence"])
    assert _edges(draft.date.span) == _edges(truth["date"]["span"])
    assert [_edges(place.span) for place in events] == [_edges(truth["places"][0]["span"])]
    assert events[0].relation == "near"
    assert _edges(draft.killed.span) == _edges(truth["killed"]["span"])
    assert (draft.killed.low, draft.killed.best, draft.killed.high) == (2, 2, 2)
    assert _edges(draft.injured.span) == _edges(truth["injured"]["span"])
    assert (draft.injured.low, draft.injured.best, draft.injured.high) == (18, 18, 18)
    assert _edges(by_role["perpetrator"].span) == _edges(truth["perpetrator"]["span"])
    assert _edges(by_role["target"].span) == _edges(truth["target"]["span"])
    assert [_edges(w.span) for w in draft.weapons] == [_edges(truth["weapon"]["span"])]
    assert (draft.weapons[0].weapon, draft.weapons[0].weapon_group) == (
        "cluster-munition",
        "air-launched",
    )


def test_each_account_has_its_span_and_stance(draft: Draft, gold: dict[str, Any]) -> None:
    told = [(_edges(a.span), a.stance) for a in draft.accounts]
    assert told == [(_edges(c["span"]), c["stance"]) for c in gold["incidents"][0]["claims"]]


def test_backers_are_associates_and_the_enemy_fought_elsewhere_is_nobody(draft: Draft) -> None:
    associates = {actor.name for actor in draft.actors if actor.role == "associate"}
    assert associates == {"United States", "United Kingdom"}
    assert not any("ISIS" in actor.name or "Islamic" in actor.name for actor in draft.actors)


def test_no_capital_dateline_or_training_place_is_the_place_of_the_event(draft: Draft) -> None:
    roles = {place.name: place.role for place in draft.places}
    assert roles["ERBIL"] == "dateline"
    assert roles["Jordan"] == "training"
    assert all(p.latitude is None for p in draft.places if p.role != "event")


def test_denying_wrongdoing_is_not_denying_the_strike(draft: Draft) -> None:
    assert next(a for a in draft.actors if a.role == "perpetrator").stance is None


def test_without_a_publication_date_thursday_stays_thursday(draft: Draft) -> None:
    assert (draft.date.start, draft.date.precision) == (None, "weekday")
    assert draft.date.calendar_precision == "unknown"
    assert draft.date.question is not None
    assert "no_publication_date" in draft.flags


def test_published_on_a_sunday_thursday_is_the_one_before(text: str) -> None:
    date = read_text(text, published=dt.date(2016, 6, 19)).drafts[0].date
    assert (date.start, date.end, date.precision) == (dt.date(2016, 6, 16),) * 2 + ("day",)
    assert date.question is None


def test_published_on_that_thursday_it_is_asked(text: str) -> None:
    date = read_text(text, published=dt.date(2016, 6, 16)).drafts[0].date
    assert date.start == dt.date(2016, 6, 16)
    assert date.question is not None
