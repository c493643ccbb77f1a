"""Page setup and navigation, nothing else."""

import streamlit as st

from dashboard import account, session
from dashboard.pages import about, admin, data, duplicates, places, review
from dashboard.pages import map as map_page

embedded = bool(st.context.is_embedded)
st.set_page_config(
    page_title="Conflict Map",
    layout="wide",
    initial_sidebar_state="collapsed" if embedded else "auto",
)
st.html("<style>[data-testid=stMainBlockContainer] { padding-top: 4.75rem; }</style>")
# No icons: Streamlit would take the page's as favicon and fetch it from a stranger.
page = st.navigation(
    account.pages_for(
        [
            st.Page(map_page.show, title=session.MAP_PAGE, url_path="map", default=True),
            st.Page(data.show, title="Data", url_path="data"),
            st.Page(review.show, title="Review", url_path="review"),
            st.Page(places.show, title="Places", url_path="places"),
            st.Page(duplicates.show, title="Duplicates", url_path="duplicates"),
            st.Page(about.show, title="About", url_path="about"),
            st.Page(admin.show, title="Admin", url_path="admin"),
        ]
    ),
    position="hidden" if embedded else "top",
)
session.visit(page.title)
page.run()
account.show()
