"""Admin: who comes, what lets them in, what they did, and how the server is."""

from __future__ import annotations

import streamlit as st

from dashboard import admin
from dashboard.plain import say


def show() -> None:
    """Draw the page."""
    st.title("Admin")
    say("Times are UTC.")
    with st.container():  # always there, or the tabs after it would be others, and start anew
        admin.news()
    parts = {
        "People": admin.people,
        "Links": admin.links,
        "Audit": admin.audit,
        "Published views": admin.published,
        "Server": admin.server,
    }
    for tab, draw in zip(st.tabs(list(parts)), parts.values(), strict=True):
        with tab:
            draw()
