"""Duplicates: incidents of different data sets that are likely one; a person decides."""

from __future__ import annotations

import streamlit as st

from dashboard import duplicates
from dashboard.plain import say
from dashboard.served import served


def show() -> None:
    """Draw the page."""
    st.title("Duplicates")
    say(
        "The same incident in two data sets is counted twice until you say that it is one. "
        "Nothing is merged by itself. A merged incident keeps the accounts of both, and a merge "
        "can be taken back."
    )
    here = served()
    duplicates.show(here, here.edition())
