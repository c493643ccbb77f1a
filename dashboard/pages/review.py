"""Review: a news text becomes draft incidents; a person answers, corrects and accepts."""

from __future__ import annotations

import streamlit as st

from dashboard import review_drafts, review_start
from dashboard.plain import notice, say
from dashboard.review_form import source_fields
from dashboard.reviewing import READS_BADLY, READS_WELL, answer, plugin_notice
from dashboard.served import served


def show() -> None:
    """Draw the page."""
    st.title("Review")
    here = served()
    say(
        "Paste a report or drop files; what they tell of becomes drafts. Nothing is an incident, "
        "and nothing is on the map, before you accept it. Texts stay on this machine."
    )
    with st.expander("What it reads well, and what it does not"):
        st.subheader("Well")
        say(READS_WELL)
        st.subheader("Badly, or not at all")
        say(READS_BADLY)
    notice(sentence for sentence in [plugin_notice()] if sentence)
    review = review_start.choose(here)
    if review is None:
        return
    st.header("Source", divider="grey")
    review_start.name_of(review)
    said = source_fields(review)
    if said != review.report:
        review = answer(here, review, said)
        st.rerun()
    st.header("Drafts", divider="grey")
    review_drafts.show(here, review)
