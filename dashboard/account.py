"""On the page: which pages a person has, who they are, and the way in and out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.access import asking
from dashboard.access.principal import Principal
from dashboard.access.rules import PAGES
from dashboard.folium_map import assets
from dashboard.module_component import module_component
from dashboard.plain import say
from dashboard.served import root

_WHOSE: Final = "whose_page"
_watch = module_component("session_watch", box="cm-session-watch")
_OF_SERVERS: Final = frozenset({"admin"})
"""Pages that have nothing to say where one person is alone with their store."""
_IN: Final = '<a href="signin" target="_self">Sign in</a>'
_OUT: Final = '<a href="signout" target="_self">Sign out</a>'


def pages_for(pages: Iterable[StreamlitPage]) -> list[StreamlitPage]:
    """Those of the pages that whoever asks may open; ends the run where that is nobody.

    What a page kept for one person is forgotten before another sees it.
    """
    who = asking.principal()
    if who is None:
        say("Your session has ended.")
        st.html(_IN)
        st.stop()
    _forget_others(who)
    if asking.gate() is None:
        return [page for page in pages if page.url_path not in _OF_SERVERS]
    return [page for page in pages if _may(who, page.url_path)]


def _may(who: Principal, url_path: str) -> bool:
    need = PAGES.get(url_path)
    return need is not None and need.allows(who)


def _forget_others(who: Principal) -> None:
    if st.session_state.get(_WHOSE, who) != who:
        for key in list(st.session_state):
            del st.session_state[key]
    st.session_state[_WHOSE] = who


def show() -> None:
    """Who is signed in, at the end of the sidebar; nothing on a person's own machine.

    Whoever is signed in is also told when that has ended, which this page could no longer say.
    """
    if asking.gate() is None:
        return
    who = asking.principal()
    if who is not None and who.session is not None:
        _watch(
            key="session_watch",
            data={
                "root": root(),
                "script": assets.asset_url("js/session_watch.js", root()),
                "style": assets.asset_url("css/session_watch.css", root()),
            },
        )
    with st.sidebar:
        if who is None or who.name is None:
            st.html(_IN)
        else:
            st.text(f"{who.name}, {who.role.name.lower()}")
            st.html(_OUT)
