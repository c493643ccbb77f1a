"""Texts of many wars in the ways that reports are written, field by field, with a floor."""

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

GOLD = Path(__file__).parents[2] / "gold" / "articles_of_many_wars.jsonl"
TEXTS = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]


def _edges(figure: Figure | None) -> list[int | None] | None:
    return None if figure is None else [figure.low, figure.high]


def _agrees(draft: Draft, name: str, wanted: Any) -> bool:
    """Whether a draft has a field as the table has it."""
    if name in ("killed", "injured"):
        return bool(_edges(getattr(draft, name)) == wanted)
    if name == "start":
        return str(draft.date.start) == wanted
    if name == "place":
        events = [place.name for place in draft.places if place.role == "event"]
        return any(event == wanted or event.startswith(f"{wanted} ") for event in events)
    if name == "weapon":
        return bool(draft.weapons) and draft.weapons[0].weapon_group == wanted
    if name == "actors":
        named = {(actor.name.lower().removeprefix("the "), actor.role) for actor in draft.actors}
        return all((who.lower(), role) in named for who, role in wanted)
    raise AssertionError(name)


def _fields(text: dict[str, Any]) -> list[bool]:
    """For the number of incidents and each field of each, whether it was read right."""
    drafts = read_text(text["text"], published=dt.date.fromisoformat(text["published"])).drafts
    wanted = text["drafts"]
    right = [len(drafts) == len(wanted)]
    for number, fields in enumerate(wanted):
        draft = drafts[number] if number < len(drafts) else None
        right += [draft is not None and _agrees(draft, *field) for field in fields.items()]
    return right


def test_of_sixty_texts_nearly_every_field_is_read() -> None:
    read = [_fields(text) for text in TEXTS]
    fields = [right for one in read for right in one]
    assert len(TEXTS) == 60
    assert sum(all(one) for one in read) >= 57
    assert sum(fields) / len(fields) >= 0.98


@pytest.mark.parametrize(
    ("told", "killed"),
    [
        ("3 servicemen aged 24, 31 and 45 were killed near Avdiivka.", 3),
        ("Seven boys aged 10 to 15 died when a shell went off.", 7),
        ("Two brothers aged between 12 and 17 were killed.", 2),
        ("14 soldiers and police officers were killed in clashes.", 14),
    ],
)
def test_ages_and_second_nouns_are_not_counted(told: str, killed: int) -> None:
    (draft,) = read_text(told).drafts
    assert _edges(draft.killed) == [killed, killed]


@pytest.mark.parametrize("word", ["airstrike", "air strike", "landmine", "land mine", "gunfire"])
def test_a_weapon_is_found_in_one_word_or_two(word: str) -> None:
    (draft,) = read_text(f"A {word} killed two people in Gao on Tuesday.").drafts
    assert draft.weapons[0].span.quote == word
