"""Short articles as agencies write them today: how many incidents, whose dead, which day."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from geodata.reading import read_text

if TYPE_CHECKING:
    from geodata.reading import Draft
    from geodata.reading.tally import Figure

GOLD = Path(__file__).parents[2] / "gold" / "articles_own.jsonl"
ARTICLES = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]


def _edges(figure: Figure | None) -> list[int | None] | None:
    return None if figure is None else [figure.low, figure.high]


def _as_gold(draft: Draft, wanted: dict[str, Any]) -> dict[str, Any]:
    """Those fields of a draft that the table speaks of."""
    events = [place.name for place in draft.places if place.role == "event"]
    got = {
        "killed": _edges(draft.killed),
        "injured": _edges(draft.injured),
        "start": str(draft.date.start),
        "place": wanted["place"] if wanted.get("place") in events else events,
    }
    return {name: got[name] for name in wanted}


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["id"])
def test_an_article_gives_its_incidents_and_nothing_else(article: dict[str, Any]) -> None:
    published = dt.date.fromisoformat(article["published"])
    drafts = read_text(article["text"], published=published).drafts
    wanted = article["drafts"]
    assert len(drafts) == len(wanted)
    read = [_as_gold(draft, gold) for draft, gold in zip(drafts, wanted, strict=True)]
    assert read == wanted


def test_a_toll_that_rises_on_a_day_leaves_the_day_of_the_attack_open() -> None:
    text = (
        "The death toll from the market bombing rose to 12 on Saturday. Bombs hit it on Thursday."
    )
    (draft,) = read_text(text, published=dt.date(2023, 10, 7)).drafts
    assert draft.date.start == dt.date(2023, 10, 5)
    assert draft.killed is not None
    assert draft.killed.best == 12


def test_a_share_of_the_named_is_a_total_only_where_it_explains_them() -> None:
    explained = read_text("Two people, a nurse and a driver, were killed.").drafts[0].killed
    listed = read_text("Two teachers, a nurse and a driver were killed.").drafts[0].killed
    assert explained is not None
    assert listed is not None
    assert (explained.best, listed.best) == (2, 4)
