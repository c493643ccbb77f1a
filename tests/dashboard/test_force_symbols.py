"""Symbols of forces: drawn from nobody's side unless that is asked for."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from dashboard.force_symbols import symbol
from tests.dashboard.asking import ask

HOSTILE_TANKS = "10061000161205000000"
FRIENDLY_TANKS = "10031000161205000000"


def frames_of(code: str, frames: str) -> bytes:
    drawn = symbol(code, frames)
    assert drawn is not None
    ET.fromstring(drawn)  # noqa: S314 — our own
    return drawn


@pytest.mark.parametrize("frames", ["neutral", "unknown"])
def test_friend_and_foe_look_alike_until_a_side_is_taken(frames: str) -> None:
    assert frames_of(HOSTILE_TANKS, frames) == frames_of(FRIENDLY_TANKS, frames)
    assert frames_of(HOSTILE_TANKS, "as-coded") != frames_of(FRIENDLY_TANKS, "as-coded")


def test_a_code_that_nobody_knows_is_a_plain_unit() -> None:
    plain = frames_of("10041000000000000000", "neutral")
    assert frames_of("99999999999999999999", "neutral") == plain
    assert frames_of("10041000161205000000", "neutral") != plain


@pytest.mark.parametrize(
    ("code", "frames"),
    [("", "neutral"), ("1" * 19, "neutral"), (HOSTILE_TANKS, "red"), ("٠" * 20, "neutral"),
     ("SHGPUCI----K---", "neutral"), (HOSTILE_TANKS + "<svg>", "neutral")],
)  # fmt: skip
def test_what_is_no_code_has_no_symbol(code: str, frames: str) -> None:
    assert symbol(code, frames) is None


def test_a_symbol_is_served_as_a_picture_and_nothing_else_is() -> None:
    found = ask(f"/symbols/neutral/{HOSTILE_TANKS}.svg")
    assert (found.status, found.headers["content-type"]) == (200, "image/svg+xml")
    assert b"script" not in found.body
    assert ask("/symbols/neutral/x.svg").status == 404
