"""The map as a Streamlit component: no iframe, no inline script beyond one import.

The component's script only imports the page's module (`js/host.js`, joined with all it needs) from
the application itself; what the host needs travels as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import day_notes
from dashboard.module_component import module_component
from dashboard.opening import map_data
from dashboard.served import Edition
from geodata.filters import Link

KEY = "incident_map"
_component = module_component("conflict_map", box="cm-host")


def incident_map(
    edition: Edition,
    link: Link,
    *,
    restored: str | None = None,
    on_report: Callable[[Mapping[str, Any]], None],
    on_reset: Callable[[], None],
) -> None:
    """Draw map, timeline, list and sentence for a link.

    Args:
        edition: the incidents.
        link: filter and view, from the URL.
        restored: the query that the browser shall put into its URL, where that has none.
        on_report: called with the parameters that the browser has put into its URL itself, when
            they change the filter.
        on_reset: called when a person drops all filters inside the map.
    """

    def reported() -> None:
        on_report(st.session_state[KEY].get("link") or {})

    def noted() -> None:
        day_notes.act(st.session_state[KEY].get("note"))

    _component(
        key=KEY,
        data=map_data(edition, link, day_notes.for_page()) | {"restored": restored},
        default={"link": None},
        on_link_change=reported,
        on_note_change=noted,
        on_reset_change=on_reset,
        on_stale_change=_run_again,
    )


def _run_again() -> None:
    """Nothing to do but to run: the store has moved on, and the page draws its new edition."""
