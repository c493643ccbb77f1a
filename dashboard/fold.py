"""Parts of the sidebar that are drawn only while a person has them open.

What a browser has to draw anew after each filter is most of what the filter takes; half of the
sidebar is folded away as a rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def folded(label: str, key: str, *, expanded: bool = False) -> Iterator[bool]:
    """A part of the sidebar with a heading of ours that opens it.

    Args:
        label: our words; Markdown.
        key: the session's key that says whether it is open.
        expanded: whether it is open at first.

    Yields:
        Whether it is open: what is within is to be drawn then alone.
    """
    # Said by the session alone: an expander that is given another start is another expander.
    st.session_state.setdefault(key, expanded)
    part = st.sidebar.expander(label, key=key, on_change="rerun")
    with part:
        yield bool(part.open)
