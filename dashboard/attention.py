"""Rows that need attention, on a page: listed, corrected and submitted, set aside, taken away.

What rows and columns say comes from outside: it stands in tables, in choices and in plain text,
never in labels, which Streamlit reads as Markdown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.access import asking
from dashboard.plain import notice, say, short
from dashboard.served import ServedStore
from geodata.errors import ConflictMapError
from geodata.export import attention_csv
from geodata.mending import WaitingRow, alike, submit, waiting_rows
from geodata.store import ImportRecord, SetAside

MOST_LISTED: Final = 1_000
"""Rows that are listed and offered at a time; the file to take away holds all."""
_OUTCOME: Final = "attention_outcome"
_ROWS: Final = "attention_rows"
_ALL: Final = "All files"
_HINTS: Final = {
    "incident": "Give it an id of its own to add it as another incident. With the same id it "
    "replaces what that incident says; the former stays in the history.",
    "account": "It is one account of an incident, and is added to it.",
    "broken": "Its cells do not fit the header: mend it in the file and import that again, "
    "or set it aside.",
}


def show(here: ServedStore) -> None:
    """Draw the section; nothing where no row waits and none is set aside."""
    told = st.session_state.pop(_OUTCOME, [])
    rows = _waiting(here)
    asides, left_out = here.store.set_asides(), here.store.left_out()
    if not (rows or asides or told or len(left_out)):
        return
    st.header("Rows that need attention", divider="grey")
    notice(told)
    if rows:
        say(
            "They could not be used and are kept as they were read. Correct one here, or take "
            "them all away as a table, correct it in a spreadsheet and add that file."
        )
        shown = _of_file(rows)
        _list(here, shown, len(rows))
        _form(here, shown)
    else:
        say("No row waits.")
    _set_asides(here, asides)
    _left_out(here, left_out)


def _waiting(here: ServedStore) -> list[WaitingRow]:
    """The rows that wait; read anew when the store has changed."""
    version = here.store.version()
    kept = st.session_state.get(_ROWS)
    if kept is None or kept[0] != version:
        kept = st.session_state[_ROWS] = (version, waiting_rows(here.store))
    rows: list[WaitingRow] = kept[1]
    return rows


def _of_file(rows: Sequence[WaitingRow]) -> list[WaitingRow]:
    files = sorted({row.file for row in rows})
    if len(files) == 1:
        return list(rows)
    chosen = st.selectbox("Of which file", [_ALL, *files], key="attention_file")
    return [row for row in rows if chosen in (_ALL, row.file)]


def _list(here: ServedStore, shown: Sequence[WaitingRow], count: int) -> None:
    listed = shown[:MOST_LISTED]
    frame = pd.DataFrame(
        {
            "row": [row.row for row in listed],
            "what is wrong": [row.reason for row in listed],
            "what would help": [row.repair or "" for row in listed],
            "column": [" | ".join(row.at_fault) for row in listed],
            "file": [row.file for row in listed],
        }
    )
    st.dataframe(frame, hide_index=True, height=min(38 + 35 * len(frame), 320))
    more = "" if len(listed) == len(shown) else f", the first {len(listed):,} listed"
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.text(f"{count:,} {'row waits' if count == 1 else 'rows wait'}{more}.")
    with right:
        _take_away("Take away as CSV", here.store.attention, "attention.csv")


def _form(here: ServedStore, rows: Sequence[WaitingRow]) -> None:
    # By their keys, not by their place in the list: that changes when one is mended.
    named = {row.key: row for row in rows[:MOST_LISTED]}
    key = st.selectbox(
        "Which row to correct", list(named), key="attention_row",
        format_func=lambda key: _label(named[key]) if key in named else str(key),
    )  # fmt: skip
    row = named.get(key) or rows[0]
    with st.container(border=True):
        say(f"{row.reason}.".replace("..", "."))
        if row.repair:
            say(f"What would help: {row.repair}")
        if row.kind in _HINTS:
            say(_HINTS[row.kind])
        with st.expander("The row as it was read"):
            cells = {"column": list(row.cells), "cell": list(row.cells.values())}
            st.dataframe(pd.DataFrame(cells), hide_index=True)
        changed = {} if row.kind == "broken" else _changed(row)
        chosen = [row, *_others(row, rows)]
        _buttons(here, chosen, changed)


def _label(row: WaitingRow) -> str:
    where = "" if row.row is None else f", row {row.row:,}"
    return short(f"{row.file}{where}: {row.reason}")


def _changed(row: WaitingRow) -> dict[str, str]:
    """What the form says of the cells at fault, and of one cell more."""
    changed: dict[str, str] = {}
    faulty = [name for name in dict.fromkeys(row.at_fault) if name in row.cells]
    for n, name in enumerate(faulty, 1):
        which = f" {n} of {len(faulty)}" if len(faulty) > 1 else ""
        st.text(f"Column {name}")
        changed[name] = st.text_input(
            f"Correct cell{which}", value=row.cells[name], key=f"mend_{row.key}_{n}"
        )
    left, right = st.columns(2)
    others = [name for name in row.cells if name not in faulty]
    another = left.selectbox(
        "Another column to correct", others, index=None, placeholder="None",
        key=f"mend_{row.key}_other",
    )  # fmt: skip
    if another is not None:
        changed[another] = right.text_input(
            "Its correct cell", value=row.cells[another],
            key=f"mend_{row.key}_cell_{others.index(another)}",
        )  # fmt: skip
    return {name: cell for name, cell in changed.items() if cell != row.cells[name]}


def _others(row: WaitingRow, rows: Sequence[WaitingRow]) -> list[WaitingRow]:
    """The rows of the same fault, where the person wants them treated alike."""
    found = alike(row, rows)
    if not found:
        return []
    many = "row that says" if len(found) == 1 else "rows that say"
    together = st.checkbox(
        f"Also the {len(found):,} other {many} the same there", key=f"mend_{row.key}_alike"
    )
    return found if together else []


def _buttons(here: ServedStore, chosen: list[WaitingRow], changed: dict[str, str]) -> None:
    first = chosen[0]
    why = st.text_input("Why", key=f"mend_{first.key}_why", placeholder="for the history")
    left, right = st.columns(2)
    submitted = left.button(
        "Submit", type="primary", key="attention_submit", width="stretch",
        disabled=first.kind == "broken",
    )  # fmt: skip
    aside = right.button("Set aside", key="attention_aside", width="stretch")
    if not (submitted or aside):
        return
    try:
        if submitted:
            told = _submitted(here, chosen, changed, why)
        else:
            keys = [row.key for row in chosen]
            here.store.set_aside(keys, who=asking.writer(), why=why or "set aside on the Data page")
            told = [f"{_rows(len(keys))} set aside."]
    except ConflictMapError as error:
        told = [str(error)]
    st.session_state[_OUTCOME] = told
    st.rerun()


def _submitted(
    here: ServedStore, chosen: list[WaitingRow], changed: dict[str, str], why: str
) -> list[str]:
    if not changed and chosen[0].kind != "incident":
        return ["Nothing was changed; the row would be refused again."]
    today = dt.datetime.now(tz=dt.UTC).date()
    members = [(row, row.cells | changed) for row in chosen]
    records = submit(
        here.store,
        here.gazetteer,
        members,
        today=today,
        who=asking.writer(),
        why=why or "mended by hand",
    )
    return [_sentence(record) for record in records]


def _sentence(record: ImportRecord) -> str:
    return (
        f"{record.file}: {_rows(record.rows)} submitted, of which {record.added:,} added, "
        f"{record.updated:,} updated, {record.duplicates:,} already there, "
        f"{record.attention:,} still waiting. It can be undone below."
    )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _set_asides(here: ServedStore, asides: Sequence[SetAside]) -> None:
    for aside in asides:
        label, button = st.columns([4, 1], vertical_alignment="center")
        label.text(
            f"{aside.at:%Y-%m-%d %H:%M} UTC. {_rows(aside.rows)} set aside by {aside.who}: "
            f"{aside.why}"
        )
        if button.button("Let wait again", key=f"take_up_{aside.version}", width="stretch"):
            here.store.take_up(aside.version, who=asking.writer(), why="taken up on the Data page")
            st.rerun()


def _left_out(here: ServedStore, counted: pd.DataFrame) -> None:
    """What readers left out as no incidents: kept, counted, and to be taken away."""
    if counted.empty:
        return
    with st.expander("Rows that were left out"):
        say(
            f"{_rows(int(counted['rows'].sum()))} of sources that hold more than incidents. They "
            "are kept as they were read, count as rows that need attention, and wait for nobody."
        )
        st.dataframe(counted[["file", "reason", "rows"]].head(MOST_LISTED), hide_index=True)
        _take_away("Take them away as CSV", here.store.left_out_rows, "left-out.csv")


def _take_away(label: str, rows: Callable[[], pd.DataFrame], file_name: str) -> None:
    """A button for rows as they were read; the file is made when it is asked for."""
    st.download_button(
        label,
        lambda: attention_csv(rows()),
        file_name=file_name,
        mime="text/csv",
        on_click="ignore",
        width="stretch",
    )
