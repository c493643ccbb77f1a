"""Merge two drafts, split one, add one by hand; and take the last of these back."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import reviewing
from dashboard.served import ServedStore
from geodata.reading import Span
from geodata.review import Proposal, Review

LONGEST = 140
TAKE_BACK = {
    "merged": "Take back the last merging",
    "split": "Take back the last splitting",
    "added": "Take back the last adding",
}
Act = Callable[[Callable[[], Review], str | None], None]
"""Does something that gives a review, then looks at the draft of that key, or at the newest."""


def show(here: ServedStore, review: Review, proposal: Proposal | None, act: Act) -> None:
    """Draw the ways to change which drafts the text has; `act` is called for what is pressed."""
    name = f"{review.id[:16]}_{proposal.key if proposal else ''}_{len(review.steps)}"
    with st.expander("Merge, split or add drafts", key=f"regroup_{review.id[:16]}"):
        if proposal is not None and proposal.key not in review.decisions:
            _merge(here, review, proposal, name, act)
            _split(here, review, proposal, name, act)
        _add(here, review, name, act)
        if review.steps:
            last = review.steps[-1]
            if st.button(TAKE_BACK[last.what], key=f"back_{name}"):
                act(lambda: reviewing.take_back(here, review), last.key)


def _merge(here: ServedStore, review: Review, proposal: Proposal, name: str, act: Act) -> None:
    others = [
        other
        for other in review.proposals
        if other.key != proposal.key and other.key not in review.decisions
    ]
    if not others:
        return
    number = st.selectbox(
        "Another draft that tells of the same incident",
        range(len(others)),
        index=None,
        format_func=lambda at: _short(others[at].quotes["sentences"][0]),
        placeholder="Choose a draft",
        key=f"merge_{name}",
    )
    pressed = st.button("Merge it into this one", disabled=number is None, key=f"do_merge_{name}")
    if pressed and number is not None:
        act(lambda: reviewing.merge(here, review, proposal, others[number]), proposal.key)


def _split(here: ServedStore, review: Review, proposal: Proposal, name: str, act: Act) -> None:
    told = proposal.quotes["sentences"][1:]
    if not told:
        return
    chosen = st.multiselect(
        "Sentences that tell of another incident",
        range(len(told)),
        format_func=lambda at: _short(told[at]),
        placeholder="Choose sentences",
        key=f"split_{name}",
    )
    if st.button("Make them a draft of their own", disabled=not chosen, key=f"do_split_{name}"):
        passages = [told[at] for at in chosen]
        act(lambda: reviewing.split_off(here, review, proposal, passages), None)


def _add(here: ServedStore, review: Review, name: str, act: Act) -> None:
    first = {proposal.quotes["sentences"][0] for proposal in review.proposals}
    free = [span for span in reviewing.sentences_of(review.report) if span not in first]
    number = st.selectbox(
        "A sentence that tells of an incident that was missed",
        range(len(free)),
        index=None,
        format_func=lambda at: _short(free[at]),
        placeholder="Choose a sentence",
        key=f"add_{name}",
    )
    pressed = st.button("Add a draft", disabled=number is None, key=f"do_add_{name}")
    if pressed and number is not None:
        act(lambda: reviewing.add_draft(here, review, free[number]), None)


def _short(span: Span) -> str:
    words = " ".join(span.quote.split())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
