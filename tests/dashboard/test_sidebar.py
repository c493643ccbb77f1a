"""What the sidebar says is what is chosen, also where a run of the page was cut short."""

from __future__ import annotations

import datetime as dt

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    """The page as far as the sidebar; one run of it is cut short before that."""
    import streamlit as st  # noqa: PLC0415 — AppTest takes the function's text alone

    from dashboard import session, sidebar  # noqa: PLC0415 — likewise

    if "report" in st.session_state:
        session.adopt(st.session_state.pop("report"))
        session.fill_widgets(session.link().filter)
        st.stop()  # as another wish of the browser ends a run
    session.fill_widgets(session.link().filter)
    sidebar.filters(session.edition())


@pytest.mark.usefixtures("here")
def test_what_a_run_could_not_tell_the_sidebar_is_told_by_the_next() -> None:
    test = AppTest.from_function(page, default_timeout=60).run()
    in_browser = test._tree.get_widget_states()  # as it goes on to send
    assert test.sidebar.date_input[0].value is None
    test.session_state["report"] = {"from": "2016-01-01"}
    test._run(in_browser)
    assert not test.sidebar.date_input
    test._run(in_browser)
    first = test.sidebar.date_input[0]
    assert first.value == dt.date(2016, 1, 1)
    assert first.proto.set_value, "a browser keeps what its widget said before"
    test.run()
    assert test.sidebar.date_input[0].value == dt.date(2016, 1, 1)
    assert not test.sidebar.date_input[0].proto.set_value, "what is told is left to the hand"
