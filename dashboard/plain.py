"""Sentences and tables on a page as plain text: no Markdown, no HTML, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st


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


def short(text: str | None, most: int = 100) -> str:
    """A text for a choice: one line of at most so many characters."""
    line = " ".join((text or "").split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
