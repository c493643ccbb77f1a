"""Who says it, who did it and to whom in Arabic, French, Russian, Spanish and Ukrainian."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.reading import Reading, read_text
from geodata.reading.foreign_voices import VoiceFinder, languages
from geodata.reading.spans import fold

GOLD = Path(__file__).parents[2] / "gold" / "voices_foreign.jsonl"
ITEMS = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
BOMB = "Dos policías murieron en un ataque con granadas en Arauca. "


def _accounts(reading: Reading) -> list[list[str]]:
    return [[a.speaker, a.stance] for draft in reading.drafts for a in draft.accounts]


def _actors(reading: Reading) -> list[list[str]]:
    return [[a.name, a.role] for draft in reading.drafts for a in draft.actors]


@pytest.mark.parametrize("code", sorted(languages()))
def test_most_speakers_and_actors_of_a_language_are_named_and_hardly_any_other(code: str) -> None:
    wanted = found = other = 0
    for item in (item for item in ITEMS if item["language"] == code):
        reading = read_text(item["text"])
        for got, gold in (
            (_accounts(reading), item["accounts"]),
            (_actors(reading), item["actors"]),
        ):
            wanted += len(gold)
            found += sum(told in got for told in gold)
            other += sum(told not in gold for told in got)
    assert wanted >= 10
    assert found / wanted >= 0.84
    assert other <= 1


def test_nineteen_of_twenty_notes_are_right_in_every_speaker_and_actor() -> None:
    right = 0
    for item in ITEMS:
        reading = read_text(item["text"])
        actors = sorted(_actors(reading)) == sorted(item["actors"])
        right += len(reading.drafts) == 1 and actors and _accounts(reading) == item["accounts"]
    assert right / len(ITEMS) >= 0.95


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(item["id"]))
def test_every_name_and_account_quotes_the_text(item: dict[str, Any]) -> None:
    text = item["text"]
    for draft in read_text(text).drafts:
        for span in [a.span for a in draft.actors] + [a.span for a in draft.accounts]:
            assert span.quote == text[span.start : span.end]
        assert all(account.about in " ".join(text.split()) for account in draft.accounts)
        assert all(account.speaker in text for account in draft.accounts)


def test_who_claims_an_attack_asserts_it_and_a_weapon_is_nobody() -> None:
    (draft,) = read_text(BOMB + "El ELN reivindicó el ataque.").drafts
    assert [(a.name, a.role, a.stance) for a in draft.actors] == [("ELN", "perpetrator", "asserts")]
    (draft,) = read_text("Trois civils ont été tués par des tirs de drone à Kidal.").drafts
    assert draft.actors == ()


def test_what_is_said_of_something_else_is_no_account() -> None:
    (draft,) = read_text(BOMB + "El presidente anunció que viajará a Bruselas.").drafts
    assert draft.accounts == ()


def test_two_accounts_that_differ_are_flagged() -> None:
    text = (
        "Семь человек погибли при ударе по школе, сообщил губернатор. "
        "Минобороны России отрицает удар по школе."
    )
    (draft,) = read_text(text).drafts
    assert [a.stance for a in draft.accounts] == ["asserts", "denies"]
    assert "accounts_differ" in draft.flags


@given(st.sampled_from(sorted(languages())), st.text(max_size=120))
def test_any_text_is_read_without_an_error(code: str, text: str) -> None:
    finder = VoiceFinder(code, text, fold(text))
    for actor in finder.actors(0, len(text)):
        assert actor.span.quote == text[actor.span.start : actor.span.end]
