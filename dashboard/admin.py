"""The parts of the admin page.

Names, notes and queries are what people wrote: they are shown in tables and as plain text, and as
choices, which are no Markdown. What a press does asks anew who presses.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import operations
from dashboard.access.administration import LINK_ROLES, LONGEST_NOTE, PAGE_LINES, Administration
from dashboard.access.gate import LONGEST_LINK_DAYS
from dashboard.plain import notice, say, short
from dashboard.saved_views import SeenBy
from dashboard.served import whole
from dashboard.view_routes import path_of, views_of_asker
from geodata.errors import ConflictMapError

_SAID: Final = "admin_said"
_ADDRESS: Final = "admin_link_address"
_EVERY: Final = "everything"


def news() -> None:
    """What the last press did."""
    said = st.session_state.pop(_SAID, None)
    notice([said] if said else [])
    address = st.session_state.pop(_ADDRESS, None)
    if address:
        say("Whoever has this link gets in. It is shown here this once.")
        st.code(address, language=None, wrap_lines=True)


def people() -> None:
    """Who may come in, who did, and the sessions that hold."""
    books = Administration()
    st.subheader("Signed in now")
    sessions = books.sessions()
    _table(sessions, "Nobody.")
    if sessions:
        named = {
            row["session"]: f"{row['who']}, since {row['began']}"
            + (" (this one is yours)" if row["yours"] else "")
            for row in sessions
        }
        _chosen(
            "Sessions to end", named, "sessions", "End them",
            lambda names: f"{books.end_sessions(names)} ended. Their pages say so within seconds.",
        )  # fmt: skip
    st.subheader("Came in the last weeks")
    _table(books.seen(), "Nobody has signed in yet.")
    st.subheader("On the list")
    say("As the settings say; who is taken off is out after a restart.")
    _table(books.people(), "Nobody: links alone lead in.")


def links() -> None:
    """Links for guests: made here, listed, revoked."""
    books = Administration()
    with st.form("admin_link"):
        st.selectbox("Role", LINK_ROLES, key="admin_link_role")
        st.number_input(
            "Days", min_value=1, max_value=int(LONGEST_LINK_DAYS), value=7, key="admin_link_days"
        )
        st.text_input(
            "Query", key="admin_link_query", placeholder="country=SYR&from=2016-01-01",
            help="Narrows what a viewer sees: copy what stands behind the ? of the map's address.",
        )  # fmt: skip
        st.text_input("For whom", key="admin_link_note", max_chars=LONGEST_NOTE)
        st.form_submit_button("Make a link", on_click=_make_link)
    rows = books.links()
    _table(rows, "No link was made yet.")
    holding = {row["link"]: f"{row['link']} {short(row['note'], 60)}" for row in rows
               if row["holds"]}  # fmt: skip
    if holding:
        _chosen(
            "Links to revoke", holding, "links", "Revoke them",
            lambda names: f"{books.revoke_links(names)} revoked, with the sessions they opened.",
        )  # fmt: skip


def audit() -> None:
    """Sign-ins, exports, links: page by page, and as a file."""
    books = Administration()
    counts = books.audit_kinds()
    left, right = st.columns(2)
    kind = left.selectbox("Lines", [_EVERY, *counts], key="admin_audit_kind")
    what = None if kind == _EVERY else kind
    total = sum(counts.values()) if what is None else counts.get(what, 0)
    last = max(math.ceil(total / PAGE_LINES), 1)
    # Another kind has other pages: each keeps its own number.
    number = right.number_input(
        f"Page, of {last:,}", min_value=1, max_value=last, key=f"admin_audit_page_{kind}_{last}"
    )
    _table(books.audit(int(number) - 1, what), "Nothing was noted yet.")
    st.download_button(
        "Make a CSV file",
        lambda: books.audit_file(what),
        file_name=f"audit-{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}.csv",
        mime="text/csv",
        on_click="ignore",
    )


def published() -> None:
    """Views that everybody may open, and the way to end that."""
    Administration().require()
    shown = [view for view in views_of_asker().all() if view.seen_by is SeenBy.EVERYBODY]
    rows = [
        {
            "address": path_of(view), "name": view.name, "note": view.note, "owner": view.owner,
            "query": view.query,
            "changed": dt.datetime.fromtimestamp(view.changed, dt.UTC).strftime("%Y-%m-%d %H:%M"),
        }
        for view in shown
    ]  # fmt: skip
    _table(rows, "None. Editors publish a view where they save it, in the map's sidebar.")
    if shown:
        _chosen(
            "Views to withdraw", {view.view: f"{view.view} {short(view.name)}" for view in shown},
            "views", "Show them to the team only", _withdraw,
        )  # fmt: skip


def server() -> None:
    """The settings in force, what is wrong with them, and how the process is."""
    books = Administration()
    st.subheader("Health")
    why = operations.ready()
    notice(books.problems())
    say("Ready: the store can be read." if why is None else f"Not ready: {why}.")
    snapshot = whole().store.snapshot()
    _table(
        [
            {"what": name, "figure": figure}
            for name, figure in {
                "program": books.version(),
                "incidents": f"{len(snapshot):,}",
                "changes to the store": f"{snapshot.version:,}",
                **operations.figures(),
            }.items()
        ],
        "",
    )
    st.subheader("Settings in force")
    _table(books.settings(), "")


# --- what they are made of -----------------------------------------------------------------------


def _table(rows: Sequence[dict[str, Any]], none: str) -> None:
    if rows:
        st.dataframe(pd.DataFrame(rows).astype(object).fillna(""), hide_index=True)
    else:
        say(none)


def _chosen(
    label: str, named: dict[str, str], key: str, press: str, act: Callable[[list[str]], str]
) -> None:
    """A choice among rows, and the button that does something with them."""
    field = f"admin_{key}"

    def pressed() -> None:
        names = st.session_state.get(field) or []
        _say(lambda: act(list(names)) if names else "Choose from the list above the button first.")
        st.session_state[field] = []

    st.multiselect(label, list(named), key=field, format_func=lambda name: named.get(name, name))
    st.button(press, on_click=pressed, key=f"{field}_do")


def _say(act: Callable[[], str]) -> None:
    try:
        st.session_state[_SAID] = act()
    except ConflictMapError as error:
        st.session_state[_SAID] = str(error)


def _withdraw(names: list[str]) -> str:
    views = views_of_asker()
    withdrawn = [views.withdraw(name) for name in names]
    return f"{len(withdrawn)} withdrawn: the team sees them, and nobody else."


def _make_link() -> None:
    role, days, query, note = (
        st.session_state[f"admin_link_{field}"] for field in ("role", "days", "query", "note")
    )

    def act() -> str:
        st.session_state[_ADDRESS] = Administration().make_link(
            role, query=query, note=note, days=days
        )
        return "The link is made."

    _say(act)
