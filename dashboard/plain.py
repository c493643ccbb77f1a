"""Sentences and tables on a page as plain text: no Markdown, no HTML, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

_TURNING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def say(*sentences: str) -> None:
    """Show sentences as they are, one below the other."""
    for sentence in sentences:
        st.text(sentence)


def notice(sentences: Iterable[str]) -> None:
    """Show sentences in a frame that stands out; nothing where there are none."""
    sentences = list(sentences)
    if sentences:
        with st.container(border=True):
            say(*sentences)


def isolated(text: str) -> str:
    """Words from outside for the middle of a sentence, whichever way they run.

    Between marks of direction of their own (Unicode's FSI and PDI) Arabic or Hebrew does not turn
    the figures and words beside it around; marks within are taken out, so that none is left open.
    """
    return f"\u2068{text.translate(_TURNING)}\u2069"


def short(text: str | None, most: int = 100) -> str:
    """A text for a choice: one line of at most so many characters."""
    line = " ".join((text or "").split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
