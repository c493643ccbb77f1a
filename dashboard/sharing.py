"""The button that makes a shared file of what the map page shows."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from dashboard.access import asking
from dashboard.plain import say
from dashboard.served import served
from dashboard.share import MOST_DETAILED, standalone_html
from geodata.filters import IncidentFilter, to_query

MEDIA_TYPE = "text/html"


def share_button(chosen: IncidentFilter) -> None:
    """Draw it at the end of the sidebar; the file is made when it is asked for."""
    with st.sidebar.expander("Share as one file"):
        say(
            "A web page with map, timeline and list that opens anywhere without a network. "
            "Published incidents of this filter only, without their history. Up to "
            f"{MOST_DETAILED:,} incidents take their texts and accounts along."
        )
        sensitive = st.checkbox("Include incidents marked sensitive", key="share_sensitive")

        def made() -> bytes:
            asking.exporting(f"one file: {to_query(chosen)}")
            now = dt.datetime.now(tz=dt.UTC)
            store = served().store
            return standalone_html(store, chosen, made_at=now, sensitive=sensitive).content

        st.download_button(
            "Make the file",
            made,
            file_name=f"incidents-{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}.html",
            mime=MEDIA_TYPE,
            on_click="ignore",
            width="stretch",
        )
