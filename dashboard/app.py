"""Page setup and navigation, nothing else."""

import streamlit as st

from dashboard.pages import about, data, map

st.set_page_config(
    page_title="Conflict Map",
    layout="wide",
    initial_sidebar_state="auto",
)
st.navigation(
    [
        st.Page(map.show, title="Map", icon=":material/map:", url_path="map", default=True),
        st.Page(data.show, title="Data", icon=":material/database:", url_path="data"),
        st.Page(about.show, title="About", icon=":material/info:", url_path="about"),
    ],
    position="top",
).run()
