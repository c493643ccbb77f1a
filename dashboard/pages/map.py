"""The map: sidebar filters, and the workspace that follows them."""

from __future__ import annotations

from dashboard import session
from dashboard.download import download_menu
from dashboard.map_component import incident_map
from dashboard.sharing import share_button
from dashboard.sidebar import filters
from dashboard.views_panel import views_panel, with_notices


def show() -> None:
    """Draw the page for the URL's filter."""
    link = session.link()
    edition = session.edition()
    session.fill_widgets(link.filter)
    # First of all, since it is what people wait for: the sidebar's messages come after it.
    incident_map(
        edition,
        with_notices(link, edition),
        restored=session.restored(),
        on_report=session.adopt,
        on_reset=session.clear,
    )
    filters(edition)
    views_panel()
    share_button(link.filter)
    download_menu(link.filter)
