"""Streamlit components whose script is a module of the application itself: no iframe, no eval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from dashboard.folium_map import assets

# Streamlit loads this as a module from a blob: address; an import from there must be absolute.
_SCRIPT: Final = (
    "export default (component) => "
    "import(new URL(component.data.script, document.baseURI).href)\n"
    ".then((module) => module.default(component));"
)


def module_component(name: str, *, box: str, style: str | None = None) -> Callable[..., Any]:
    """A component that hands itself over to the module which `data["script"]` names.

    Args:
        name: of the component.
        box: class of the element that the module fills.
        style: name of the asset with its style sheet; None where the page brings it.

    Returns:
        What draws it, as `st.components.v2.component` gives it.
    """
    css = None if style is None else assets.ASSETS[style].read().decode()
    return st.components.v2.component(
        name, html=f"<div class='{box}'></div>", css=css, js=_SCRIPT, isolate_styles=False
    )
