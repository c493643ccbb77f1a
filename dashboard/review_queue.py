"""The texts under review as a queue: what is open in each, how far one has come, what is next."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.plain import say, short
from geodata.review import ORDERS, Report, Review, Waiting, labels_text, progress, queue

_ORDER = "review_order"
_TABLE = "review_queue"
_ROWS = "review_queue_rows"


def show(reviews: Sequence[Review], open_key: str) -> tuple[Waiting, ...]:
    """Draw the queue, and return it in its order.

    A row that is pressed puts its review's id under `open_key` of the session.
    """
    items = queue(reviews, st.session_state.get(_ORDER, ORDERS[0]))
    came = progress(items)
    say(
        f"{came.texts_done} of {came.texts} texts are reviewed, "
        f"{came.drafts_done} of {came.drafts} drafts decided."
    )
    st.progress(came.share)
    with st.expander("Queue and decisions"):
        st.selectbox("Sort by", ORDERS, key=_ORDER, format_func=str.capitalize)
        _table(items, open_key)
        st.download_button(
            "Decisions as labelled data",
            data=lambda: labels_text(reviews),
            file_name="decisions.jsonl",
            mime="application/x-ndjson",
            disabled=not came.drafts_done,
            on_click="ignore",
            help="One JSON object a line: text, what was read, what was decided, quotations.",
        )
    return items


def after(items: Sequence[Waiting], name: str) -> str | None:
    """The id of the text to look at after one: the next with open drafts, from the top again."""
    left = [item.review.id for item in items if item.open_drafts]
    if name in left and len(left) > 1:
        return left[(left.index(name) + 1) % len(left)]
    return next((other for other in left if other != name), None)


def title_of(report: Report) -> str:
    """What a text is called: its headline, its file, else its first line."""
    first = next((line.strip() for line in report.text.splitlines() if line.strip()), "")
    return short(report.title or report.name or first)


def _table(items: Sequence[Waiting], open_key: str) -> None:
    st.session_state[_ROWS] = [item.review.id for item in items]

    def chosen() -> None:
        rows = st.session_state[_TABLE]["selection"]["rows"]
        if rows and rows[0] < len(st.session_state[_ROWS]):
            st.session_state[open_key] = st.session_state[_ROWS][rows[0]]

    st.dataframe(
        {
            "Text": [title_of(item.review.report) for item in items],
            "Open drafts": [item.open_drafts for item in items],
            "Open questions": [item.open_questions for item in items],
            "Killed and injured": [item.severity for item in items],
            "Doubt": [item.doubt for item in items],
        },
        height=min(38 + 35 * len(items), 400),
        hide_index=True,
        on_select=chosen,
        selection_mode="single-row",
        key=_TABLE,
    )
