"""About: what this is, what it does not know, and whose data it stands on."""

from __future__ import annotations

import streamlit as st

import geodata
from dashboard.plain import say
from geodata.credits import CREDITS


def show() -> None:
    """Draw the page."""
    st.title("About Conflict Map")
    say(
        f"Version {geodata.__version__}. Everything runs on this machine, and no request leaves "
        "it: no map tiles, no geocoder, no statistics about you."
    )
    st.header("How to read the map", divider="grey")
    say(
        "A symbol stands where the town, the site or the street is known. A ring says that it "
        "happened somewhere within. Where only the country is known, or the place could not be "
        "found, nothing is drawn: such incidents are in the list, and counted above the map.",
        "Figures are ranges. Not reported is not zero. Accounts that disagree stand side by side; "
        "nobody's figure replaces another's.",
        "Colours name kinds of events, never a side.",
    )
    st.header("What it cannot do", divider="grey")
    say(
        "It does not know whether an account is true. A place name can be placed wrongly: each "
        "incident says by what it was located, and a coarse place stays coarse. An absence of "
        "incidents may be an absence of reports.",
    )
    st.header("Sources and licences", divider="grey")
    for credit in CREDITS:
        say(f"{credit.name}: {credit.use} {credit.licence}. {credit.citation}")
