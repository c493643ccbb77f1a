"""The button that makes a shared file of what the map page shows."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from dashboard.access import asking
from dashboard.fold import folded
from dashboard.plain import say
from dashboard.served import served
from dashboard.share import MOST_DETAILED, standalone_html
from dashboard.shared_layers import packed_layers
from geodata.errors import ConflictMapError, UnreadableFile
from geodata.filters import IncidentFilter, to_query
from geodata.layers import LayerFolder

MEDIA_TYPE = "text/html"


def layers_to_share() -> LayerFolder | None:
    """The layers from files, for those who see them; None where there is none to take along."""
    who = asking.principal()
    if who is None or not who.team:
        return None
    folder = served().layers
    try:
        return folder if folder.current() else None
    except UnreadableFile:  # the map's own control says so
        return None


def _taken(layers: LayerFolder) -> bool:
    """Whether the person wants them and a file can carry them; says so if it cannot."""
    if not st.checkbox("Take the layers along", key="share_layers"):
        return False
    try:
        packed_layers(layers)
    except ConflictMapError as error:
        say(f"{error} The file is made without them.")
        return False
    return True


def share_button(chosen: IncidentFilter) -> None:
    """Draw it at the end of the sidebar; the file is made when it is asked for."""
    folded("Share as one file", "open_share", lambda: _share(chosen))


def _share(chosen: IncidentFilter) -> None:
    say(
        "A web page with map, timeline and list that opens anywhere without a network. "
        "Published incidents of this filter only, without their history. Up to "
        f"{MOST_DETAILED:,} incidents take their texts and accounts along."
    )
    sensitive = st.checkbox("Include incidents marked sensitive", key="share_sensitive")

    layers = layers_to_share()
    if layers is not None and not _taken(layers):
        layers = None

    def made() -> bytes:
        asking.exporting(f"one file: {to_query(chosen)}")
        now = dt.datetime.now(tz=dt.UTC)
        store = served().store
        return standalone_html(
            store, chosen, made_at=now, sensitive=sensitive, layers=layers
        ).content

    st.download_button(
        "Make the file",
        made,
        file_name=f"incidents-{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}.html",
        mime=MEDIA_TYPE,
        on_click="ignore",
        width="stretch",
    )
