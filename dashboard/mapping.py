"""Which column of a file is what: suggested, shown on its first rows, and set by a person.

Names and cells come from a file: they stand in tables, choices and plain text, never in labels.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import streamlit as st

from dashboard.column_labels import GROUPS, MORE, in_words, label_of
from dashboard.plain import notice, say, short
from geodata import sandbox
from geodata.boundaries import countries
from geodata.errors import ConflictMapError
from geodata.sources import Options, Reading, is_clear
from geodata.sources.canonical import OTHER_WORDS
from geodata.sources.codes import fold, spelling_table
from geodata.sources.days import DAY_FIRST, MONTH_FIRST, NOTHING
from geodata.sources.heading import LAST_HEADER_ROW
from geodata.sources.matching import suggest, suggested_profile
from geodata.sources.profile import Profile, from_toml, read_with, without_tags
from geodata.sources.raw_table import RawTable
from geodata.vocabulary import EVENT_TYPE, WEAPON, Vocabulary

PREVIEWED: Final = 100
_HEAD: Final = 2_000
_MOST_WORDS: Final = 30
_TABLE: Final = "mapping_table"
_LOOKED: Final = "mapping_looked"
_ON: Final = "mapping_on"
_ORDERS: Final = {None: "Ask", DAY_FIRST: "3 April", MONTH_FIRST: "4 March"}
_WAITING: Final = {"row": "Row", "column": "Column", "reason": "Why it would wait",
                   "repair": "What would help"}  # fmt: skip
_CODED: Final[Mapping[str, Vocabulary]] = {"event_type": EVENT_TYPE, "weapon": WEAPON}


def chosen_profile(uploaded: Sequence[Any]) -> Profile | None:
    """Draw the choice for the first of the files; the profile that it comes to.

    It is open from the start where the columns' names leave questions, so that nothing comes in
    without its day. None where no file is there, or the columns are taken by their names.
    """
    if not uploaded:
        return None
    asks = _leaves_questions(uploaded[0])
    if not st.toggle("Say which column is what", key=_ON):
        return None
    raw = _table(uploaded[0], None)
    if raw is None:
        return None
    if asks:
        say("Not all columns go by names that are known. See what each is taken for, then import.")
    if len(uploaded) > 1:
        say("What is said of the first file holds for all of them.")
    kept = _kept_earlier()
    row = _header_row(raw, kept, f"{uploaded[0].file_id} {kept.as_toml() if kept else ''}")
    if row is not None:
        raw = _table(uploaded[0], row)
        if raw is None:
            return None
    for note in raw.notes:
        say(note)
    start = replace(kept or suggested_profile(raw), header_row=row)
    profile = form(raw, start, f"{uploaded[0].file_id} {start.as_toml()}")
    preview(raw, profile)
    st.download_button(
        "Keep this profile", profile.as_toml(), "profile.toml", "application/toml",
        on_click="ignore",
    )  # fmt: skip
    return profile


def _kept_earlier() -> Profile | None:
    """Draw where a profile can be given; that, None where there is none that can be read."""
    given = st.file_uploader("A profile kept earlier (TOML)", type="toml", key="mapping_given")
    if given is None:
        return None
    try:
        return from_toml(given.getvalue().decode("utf-8", "replace"))
    except ConflictMapError as error:
        notice([str(error)])
        return None


def _header_row(raw: RawTable, kept: Profile | None, version: str) -> int | None:
    """Draw the row in which the header stands; what a person says, None where it is as found."""
    if raw.header_row is None:
        return None
    told = kept.header_row if kept is not None else None
    row = st.number_input(
        "The header stands in row", min_value=1, max_value=LAST_HEADER_ROW,
        value=told or raw.header_row, key=f"map_{_token(version)}_header_row", width=240,
    )  # fmt: skip
    return row if told is not None or row != raw.header_row else None


def _token(version: str) -> str:
    return f"{zlib.crc32(version.encode('utf-8', 'replace')):08x}"


def _leaves_questions(file: Any) -> bool:
    """Whether the names of a file's columns do; a new file opens or closes the choice by that."""
    kept = st.session_state.get(_LOOKED)
    if kept is None or kept[0] != file.file_id:
        try:
            with st.spinner("Looking at the columns …"):
                asks = not is_clear(_first_rows(file, None))
        except ConflictMapError:
            asks = False  # what is wrong with it is said where it is imported
        st.session_state[_ON] = asks
        st.session_state[_LOOKED] = kept = (file.file_id, asks)
    return bool(kept[1])


def _table(file: Any, row: int | None) -> RawTable | None:
    """The first rows of an uploaded file; None where they cannot be read, which is said."""
    try:
        return _first_rows(file, row)
    except ConflictMapError as error:
        notice([str(error)])
        return None


def _first_rows(file: Any, row: int | None) -> RawTable:
    """The first rows of an uploaded file; read once, in a process of its own."""
    asked = (file.file_id, row)
    key = _TABLE if row is None else f"{_TABLE}_below"
    kept = st.session_state.get(key)
    if kept is None or kept[0] != asked:
        with TemporaryDirectory(prefix="conflictmap-") as folder:
            path = Path(folder) / f"upload{Path(file.name).suffix}"
            path.write_bytes(file.getbuffer())
            raw = sandbox.first_rows(path, _HEAD, header_row=row)
        kept = (asked, raw)
        st.session_state[key] = kept
    table: RawTable = kept[1]
    return table


def form(raw: RawTable, start: Profile, version: str) -> Profile:
    """Draw every rule, set as `start` has it until a person changes it; what they say now.

    Args:
        raw: the first rows of the file.
        start: what is suggested.
        version: names file and suggestion; another one sets the form anew.
    """
    token = _token(version)
    present = raw.columns.column_names
    _reasons(raw)
    columns: dict[str, str] = {}
    for title, labels in GROUPS.items():
        st.subheader(title)
        _choices(labels, present, start, token, columns)
    with st.expander("More columns"):
        _choices(MORE, present, start, token, columns)
    profile = _of_all_rows(replace(start, columns=columns, codes={}), token)
    codes = {}
    for target in _CODED:
        if target in columns:
            codes[target] = _words(raw, columns[target], target, start.codes.get(target, {}), token)
    codes = {target: words for target, words in codes.items() if words}
    return replace(profile, codes=codes)


def _reasons(raw: RawTable) -> None:
    matches = suggest(raw)
    told = [match for match in matches if match.target is not None]
    say(f"Of {len(matches):,} columns, {len(told):,} are recognised. Change what is wrong.")
    with st.expander("What each column is taken for"):
        frame = pd.DataFrame(
            {
                "Column": [match.column for match in matches],
                "Taken for": [label_of(match.target) if match.target else "" for match in matches],
                "Because": [match.why for match in matches],
            }
        )
        st.dataframe(frame, hide_index=True)


def _choices(
    labels: Mapping[str, str], present: list[str], start: Profile, token: str,
    columns: dict[str, str],
) -> None:  # fmt: skip
    for n, (target, label) in enumerate(labels.items()):
        if n % 3 == 0:  # a row at a time: on a phone the boxes stand one below the other
            boxes = st.columns(3)
        suggested = start.columns.get(target)
        chosen = boxes[n % 3].selectbox(
            label, present, format_func=short, placeholder="No column",
            index=present.index(suggested) if suggested in present else None,
            key=f"map_{token}_{target}",
        )  # fmt: skip
        if chosen is not None:
            columns[target] = chosen


def _of_all_rows(profile: Profile, token: str) -> Profile:
    st.subheader("For all rows")
    left, middle, right = st.columns(3)
    dataset = left.text_input(
        "Name of the data set", value=profile.dataset or "", placeholder="the file's name",
        key=f"map_{token}_name_of_all",
    )  # fmt: skip
    names = sorted(countries(), key=lambda code: countries()[code].name)
    fixed = profile.fixed.get("country")
    country = middle.selectbox(
        "Country, if no column says it", names, format_func=lambda code: countries()[code].name,
        index=names.index(fixed) if fixed in names else None, placeholder="None",
        key=f"map_{token}_country_of_all",
    )  # fmt: skip
    orders = list(_ORDERS)
    order = right.selectbox(
        "03/04/2016 is", orders, format_func=_ORDERS.__getitem__,
        index=orders.index(profile.day_order), key=f"map_{token}_order",
    )  # fmt: skip
    values = {name: value for name, value in profile.fixed.items() if name != "country"}
    if country is not None:
        values["country"] = country
    return replace(profile, fixed=values, dataset=dataset.strip() or None, day_order=order)


def _words(
    raw: RawTable, header: str, target: str, before: Mapping[str, str], token: str
) -> dict[str, str]:
    """The file's words for a code, those that are no code themselves, and what they mean."""
    vocabulary = _CODED[target]
    known = spelling_table(vocabulary, OTHER_WORDS[target])
    cells = pc.unique(without_tags(raw).columns.column(header).combine_chunks().drop_null())
    words = [word.strip() for word in cells.to_pylist()]
    foreign = [w for w in words if w.casefold() not in NOTHING and fold(w) not in known]
    if not foreign:
        return {}
    meant: dict[str, str] = {}
    title = "Words for the event type" if target == "event_type" else "Words for the weapon"
    with st.expander(title):
        say("What the file's own words mean. Words without a code are kept as they are, flagged.")
        for n, word in enumerate(foreign[:_MOST_WORDS]):
            left, right = st.columns(2, vertical_alignment="center")
            left.text(short(word))
            code = right.selectbox(
                f"Code of word {n + 1}", vocabulary.codes, format_func=vocabulary.label,
                index=vocabulary.codes.index(before[word]) if before.get(word) in vocabulary.codes
                else None, placeholder="No code", label_visibility="collapsed",
                key=f"map_{token}_{target}_{header}_{n}",
            )  # fmt: skip
            if code is not None:
                meant[word] = code
    return meant


def preview(raw: RawTable, profile: Profile) -> None:
    """Show the first rows before and after."""
    st.subheader("The first rows")
    head = raw.only(np.arange(len(raw.rows)) < PREVIEWED)
    before, after = st.tabs(["As read", "As in the file"])
    with after:
        st.dataframe(head.columns.to_pandas().fillna(""), hide_index=True)
    with before:
        try:
            reading = read_with(head, _options(profile), profile)
        except ConflictMapError as error:
            notice([f"{error} Choose a column for the day or the place."])
            return
        _show(reading, profile)


def _options(profile: Profile) -> Options:
    today = dt.datetime.now(tz=dt.UTC).date()
    return Options(profile.dataset or "the file's name", today, profile.day_order)


def _show(reading: Reading, profile: Profile) -> None:
    waiting = len(reading.attention)
    say(f"{len(reading.incidents):,} of {reading.rows:,} rows can be used; {waiting:,} would wait.")
    # An id made from the row, and the file's own name, would tell nothing.
    ours = [name for name in ("incident_id", "dataset") if name not in profile.columns]
    st.dataframe(in_words(reading.incidents.drop(columns=ours)), hide_index=True)
    if waiting:
        frame = reading.attention[list(_WAITING)].rename(columns=_WAITING)
        st.dataframe(frame.astype("string").fillna(""), hide_index=True)
