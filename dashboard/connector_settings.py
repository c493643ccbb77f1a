"""Where the settings of connectors come from: the environment, else Streamlit's secrets."""

from __future__ import annotations

import os
from collections.abc import Mapping

from geodata.connectors import CONNECTORS

SECTION = "connectors"


def settings() -> Mapping[str, str]:
    """Every setting of a connector that is set; they are asked for anew, and kept nowhere."""
    names = {s.name for connector in CONNECTORS.values() for s in connector.settings}
    return _from_secrets(names) | {n: os.environ[n] for n in names if os.environ.get(n)}


def _from_secrets(names: set[str]) -> dict[str, str]:
    import streamlit as st  # noqa: PLC0415 - loads slowly, and the command line asks too

    if not st.secrets.load_if_toml_exists():
        return {}
    section = st.secrets.get(SECTION, {})
    if not isinstance(section, Mapping):
        return {}
    return {n: str(section[n]) for n in names if isinstance(section.get(n), str | int | float)}
