"""Likely duplicates on a page: found, compared side by side, merged or said to be two.

Titles, names and reasons come from outside: they stand in tables, choices and plain text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from dashboard.access import asking
from dashboard.plain import notice, say, short
from dashboard.served import Edition, ServedStore
from geodata.dedupe import WINDOW_DAYS, Pair, account_words, better_known, likely_pairs
from geodata.errors import ConflictMapError
from geodata.store import Merge

MOST_LISTED: Final = 500
_FOUND: Final = "duplicates_found"
_OUTCOME: Final = "duplicates_outcome"
_SCORES: Final = (0.3, 0.5, 0.7, 0.9, 0.95)
_COMPARED: Final = (
    "dataset", "incident_id", "title", "summary", "event_type", "date_start", "date_end",
    "place_name", "admin1", "country", "location_precision", "side_a", "side_b", "perpetrators",
    "targets", "weapon", "killed_low", "killed_best", "killed_high", "injured_low",
    "injured_best", "injured_high", "grade", "n_accounts",
)  # fmt: skip

Row = Mapping[str, Any]


def show(here: ServedStore, edition: Edition) -> None:
    """Draw what is looked for, the pairs that are found, and the merges that stand."""
    notice(st.session_state.pop(_OUTCOME, []))
    pairs = _pairs(here, edition)
    if pairs:
        rows = _rows(edition, pairs)
        _list(pairs, rows)
        _decide(here, pairs[:MOST_LISTED], rows)
    elif pairs is not None:
        say("Nothing that is likely the same was found.")
    _merges(here, here.store.merges())


def _pairs(here: ServedStore, edition: Edition) -> list[Pair] | None:
    """The pairs that wait for a decision; None before they were looked for."""
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    days = left.number_input("Days apart, at most", 0, 14, WINDOW_DAYS, key="duplicates_days")
    score = middle.selectbox(
        "Likeness, at least", _SCORES, index=1, format_func=lambda s: f"{s:.0%}",
        key="duplicates_score",
    )  # fmt: skip
    asked = right.button("Look for duplicates", type="primary", width="stretch")
    if asked:
        with st.spinner("Comparing incidents of different data sets …"):
            st.session_state[_FOUND] = likely_pairs(
                edition.snapshot.incidents,
                lambda ids: account_words(here.store.accounts(ids)),
                window_days=int(days),
                at_least=min(_SCORES),
            )
    if _FOUND not in st.session_state:
        return None
    return _open(here, edition, [p for p in st.session_state[_FOUND] if p.score >= score])


def _open(here: ServedStore, edition: Edition, pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs that nobody has decided on, of incidents that are still there."""
    ends = pa.array(sorted({end for p in pairs for end in (p.first, p.second)}), pa.string())
    live = pc.is_in(ends, value_set=edition.snapshot.incidents["incident_id"].combine_chunks())
    there = set(ends.filter(live).to_pylist())
    apart = {frozenset(pair) for pair in here.store.apart()}
    return [
        pair
        for pair in pairs
        if (both := frozenset((pair.first, pair.second))) <= there and both not in apart
    ]


def _rows(edition: Edition, pairs: Sequence[Pair]) -> dict[str, Row]:
    wanted = pa.array(sorted({end for p in pairs for end in (p.first, p.second)}), pa.string())
    incidents = edition.snapshot.incidents
    held = incidents.filter(pc.is_in(incidents["incident_id"], value_set=wanted))
    return {row["incident_id"]: row for row in held.to_pylist()}


def _list(pairs: Sequence[Pair], rows: Mapping[str, Row]) -> None:
    listed = pairs[:MOST_LISTED]
    more = "" if len(listed) == len(pairs) else f", the likeliest {len(listed):,} listed"
    say(f"{len(pairs):,} likely {'pair' if len(pairs) == 1 else 'pairs'}{more}.")
    frame = pd.DataFrame(
        {
            "likeness": [_likeness(pair) for pair in listed],
            "day": [str(rows[pair.first]["date_start"]) for pair in listed],
            "one": [_titled(rows[pair.first]) for pair in listed],
            "other": [_titled(rows[pair.second]) for pair in listed],
            "because": ["; ".join(e.says for e in pair.evidence[:4]) for pair in listed],
        }
    )
    st.dataframe(frame, hide_index=True, height=min(38 + 35 * len(frame), 320))


def _likeness(pair: Pair) -> str:
    return f"{min(int(pair.score * 100), 99)}%"  # nothing here is ever certain


def _titled(row: Row) -> str:
    return short(f"{row['dataset']}: {row['title'] or row['incident_id']}")


def _decide(here: ServedStore, pairs: Sequence[Pair], rows: Mapping[str, Row]) -> None:
    # By their ids, not by their place in the list: that changes when one is decided on.
    named = {f"{pair.first} {pair.second}": pair for pair in pairs}
    name = st.selectbox(
        "Which pair", list(named), key="duplicates_pair",
        format_func=lambda name: _label(named[name], rows) if name in named else str(name),
    )  # fmt: skip
    pair = named.get(name) or pairs[0]
    one, other = rows[pair.first], rows[pair.second]
    with st.container(border=True):
        _side_by_side(one, other)
        _reasons(pair)
        choices = [pair.first, pair.second]
        kept = st.selectbox(
            "Which one to keep; it holds the accounts of both", choices,
            index=choices.index(better_known(one, other)),
            format_func=lambda name: _titled(rows[name]) if name in rows else "",
            key=f"duplicates_kept_{pair.first}_{pair.second}",
        )  # fmt: skip
        why = st.text_input("Why", key="duplicates_why", placeholder="for the history")
        left, right = st.columns(2)
        if left.button("They are one: merge", type="primary", width="stretch"):
            _act(here, pair, kept, why)
        if right.button("They are two", width="stretch"):
            _act(here, pair, None, why)


def _label(pair: Pair, rows: Mapping[str, Row]) -> str:
    one, other = rows[pair.first], rows[pair.second]
    return short(f"{_likeness(pair)}, {one['date_start']}: {_titled(one)} and {_titled(other)}")


def _side_by_side(one: Row, other: Row) -> None:
    told = [name for name in _COMPARED if one[name] is not None or other[name] is not None]
    frame = pd.DataFrame(
        {
            "": told,
            "one": ["" if one[name] is None else str(one[name]) for name in told],
            "other": ["" if other[name] is None else str(other[name]) for name in told],
        }
    )
    st.dataframe(frame, hide_index=True, height=38 + 35 * len(frame))


def _reasons(pair: Pair) -> None:
    frame = pd.DataFrame(
        {
            "compared": [evidence.what for evidence in pair.evidence],
            "found": [evidence.says for evidence in pair.evidence],
            "speaks": [
                f"{'for' if evidence.bits >= 0 else 'against'} {abs(evidence.bits):.1f}"
                for evidence in pair.evidence
            ],
        }
    )
    st.dataframe(frame, hide_index=True)
    if pair.rivals:
        say(f"Other candidates that either of them has: {pair.rivals:,}.")


def _act(here: ServedStore, pair: Pair, kept: str | None, why: str) -> None:
    try:
        if kept is None:
            why = why or "said to be two on the Duplicates page"
            here.store.set_apart(pair.first, pair.second, who=asking.writer(), why=why)
            told = "They stay two, and are not suggested again."
        else:
            other = {pair.first, pair.second} - {kept}
            why = why or "merged on the Duplicates page"
            here.store.merge(kept, other, who=asking.writer(), why=why)
            told = "Merged: counted once, with the accounts of both. It can be taken back below."
    except ConflictMapError as error:
        told = str(error)
    st.session_state[_OUTCOME] = [told]
    st.rerun()


def _merges(here: ServedStore, merges: Sequence[Merge]) -> None:
    if not merges:
        return
    st.header("Merged", divider="grey")
    for merge in merges[:MOST_LISTED]:
        label, button = st.columns([4, 1], vertical_alignment="center")
        label.text(
            f"{merge.at:%Y-%m-%d %H:%M} UTC, {merge.who}: {short(', '.join(merge.merged))} "
            f"into {short(merge.kept)}. {merge.why}"
        )
        if button.button("Take back", key=f"unmerge_{merge.version}", width="stretch"):
            _take_back(here, merge)


def _take_back(here: ServedStore, merge: Merge) -> None:
    try:
        here.store.unmerge(
            merge.version, who=asking.writer(), why="taken back on the Duplicates page"
        )
    except ConflictMapError as error:
        st.session_state[_OUTCOME] = [str(error)]
    st.rerun()
