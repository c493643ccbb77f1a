"""Parts of the sidebar that are drawn only while a person has them open.

What a browser has to draw anew after each filter is most of what the filter takes; half of the
sidebar is folded away as a rule.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def folded(label: str, key: str, draw: Callable[[], None], *, expanded: bool = False) -> bool:
    """Draw a part of the sidebar with a heading that opens it.

    Args:
        label: our words; Markdown.
        key: the session's key that says whether it is open.
        draw: draws what is within, where it is open.
        expanded: whether it is open at first.

    Returns:
        Whether it is open.
    """
    # Said by the session alone: an expander that is given another start is another expander.
    st.session_state.setdefault(key, expanded)
    part = st.sidebar.expander(label, key=key, on_change="rerun")
    if part.open:
        with part:
            draw()
    return bool(part.open)
