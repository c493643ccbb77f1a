"""The part of the Data page where services are fetched from: what is set, what came, a button.

Nothing is asked before the button is pressed. No value of a setting is shown, only its name.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from typing import Final

import streamlit as st

from dashboard.access import asking
from dashboard.connector_settings import settings
from dashboard.place_words import country_name
from dashboard.plain import say
from dashboard.served import ServedStore
from geodata import boundaries, fetching
from geodata.connectors import CONNECTORS, Connector
from geodata.errors import ConflictMapError, StoreBusy
from geodata.reading import load_plugin
from geodata.reading.plugins import SETTING

_OUTCOME: Final = "service_outcome"
_FIRST_DAY: Final = dt.date(1989, 1, 1)


def show(here: ServedStore) -> None:
    """Draw the section."""
    st.header("From a service", divider="grey")
    configured = settings()
    ready = [c for c in CONNECTORS.values() if not c.missing(configured)]
    say(
        "What is new at a service comes in like a file, and is taken back like one. Nothing is "
        "asked before you press its button; the service then learns who asks, and for which days "
        "and country."
        if ready
        else "No service is configured: nothing is fetched from anywhere."
    )
    for connector in ready:
        _ready(here, connector, configured)
    others = [c for c in CONNECTORS.values() if c not in ready]
    if others:
        with st.expander("Services that are not configured"):
            for connector in others:
                say(f"{connector.title}: {connector.description} To set: {_to_set(connector)}.")
            say(
                "They are set in the environment of the program, or in Streamlit's secrets under "
                "[connectors]."
            )


def _to_set(connector: Connector) -> str:
    return ", ".join(f"{s.name} ({s.what})" for s in connector.settings if s.needed)


def _ready(here: ServedStore, connector: Connector, configured: Mapping[str, str]) -> None:
    former = fetching.former(here.store.path, connector.name)
    told: dict[str, list[str]] = st.session_state.setdefault(_OUTCOME, {})
    with st.container(border=True):
        words, act = st.columns([4, 1], vertical_alignment="center")
        with words:
            say(f"{connector.title}: {connector.description}", _last(connector, former))
        wish = _wish(connector, former)
        if act.button("Fetch now", key=f"fetch_{connector.name}", width="stretch"):
            told[connector.name] = _fetched(here, connector, wish, configured)
            st.rerun()
        say(*told.get(connector.name, ()))


def _wish(connector: Connector, former: fetching.Former) -> fetching.Wish:
    """The days and the country to ask for, by default those of the last time."""
    if not connector.dated:
        return fetching.Wish()
    days, where = st.columns(2)
    since = days.date_input(
        "First day", former.since, min_value=_FIRST_DAY, format="YYYY-MM-DD",
        key=f"service_since_{connector.name}",
    )  # fmt: skip
    if not connector.takes_country:
        return fetching.Wish(since=since)
    codes = sorted(boundaries.countries(), key=country_name)
    last = codes.index(former.country) if former.country in codes else None
    country = where.selectbox(
        "Country", codes, last, format_func=country_name, placeholder="All",
        key=f"service_country_{connector.name}",
    )  # fmt: skip
    return fetching.Wish(since=since, country=country)


def _last(connector: Connector, former: fetching.Former) -> str:
    licence = f"Licence: {connector.licence}."
    if former.at is None:
        return f"Never fetched from. {licence}"
    unit = "texts" if connector.gives_texts else "rows"
    said = f"Last fetched on {former.at:%Y-%m-%d %H:%M} UTC: {former.counts.get(unit, 0):,} {unit}."
    if former.outcome:
        said += f" It did not come to its end ({former.outcome}) The next fetch goes on."
    return f"{said} {licence}"


def _fetched(
    here: ServedStore, connector: Connector, wish: fetching.Wish, configured: Mapping[str, str]
) -> list[str]:
    """Fetch with a bar; what became of it, in sentences."""
    bar = st.progress(0.0)

    def progress(what: str, share: float) -> None:
        # The words beside a bar are Markdown, and names of files in a folder are not ours.
        words = "Reading files" if connector.name == "folder" else what
        bar.progress(min(max(share, 0.0), 1.0), words)

    wanted = os.environ.get(SETTING)
    try:
        done = fetching.fetch(
            connector, here.store, here.gazetteer, wish, settings=configured, who=asking.writer(),
            progress=progress, plugin=load_plugin(wanted) if wanted else None,
        )  # fmt: skip
    except StoreBusy as error:
        return [f"{connector.title}: {error.reason}"]
    except ConflictMapError as error:
        return [str(error)]
    finally:
        bar.empty()
    return [fetching.sentence(connector, done), *done.notes]
