"""Places: names that nothing could locate, most frequent first; a person says where they are."""

from __future__ import annotations

import streamlit as st

from dashboard import place_tray
from dashboard.plain import notice, say
from dashboard.served import served
from geodata.placing import unplaced_names


def show() -> None:
    """Draw the page."""
    st.title("Places")
    here = served()
    edition = here.edition()
    notice(place_tray.outcome())
    waiting = unplaced_names(edition.snapshot)
    if waiting:
        notice(here.gazetteer().left_out)
        say(
            f"Names that could not be located, or only within a district or province: "
            f"{len(waiting):,}; incidents that bear them: {sum(n.incidents for n in waiting):,}. "
            "What you say of a name is written to the history and holds for later imports too."
        )
        place_tray.ask(here, edition, waiting)
    else:
        say("Every incident that names a place is located.")
    place_tray.placed(here)
