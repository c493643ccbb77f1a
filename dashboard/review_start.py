"""Where a review begins: a pasted text, files, the example, or one begun before."""

from __future__ import annotations

import streamlit as st

from dashboard import review_queue
from dashboard.plain import isolated, notice, say
from dashboard.reviewing import LONGEST_PASTE, example, folder_of, report_of, start
from dashboard.served import ServedStore
from geodata.documents import KINDS, document_from_bytes
from geodata.errors import UnreadableFile
from geodata.review import Report, Review

_OPEN = "review_open"
_REFUSED = "review_refused"
_PASTED = "review_pasted"


def choose(here: ServedStore) -> Review | None:
    """The review that is open; None where there is none yet."""
    _begin(here)
    reviews, damaged = folder_of(here).reviews()
    notice(str(error) for error in damaged)
    if not reviews:
        return None
    items = review_queue.show(reviews, _OPEN)
    by_id = {item.review.id: item.review for item in items}
    if st.session_state.get(_OPEN) not in by_id:
        st.session_state[_OPEN] = items[0].review.id
    which, forth = st.columns([5, 2], vertical_alignment="bottom")
    name: str = which.selectbox(
        "Text", list(by_id), format_func=lambda name: _title(by_id[name]), key=_OPEN
    )
    following = review_queue.after(items, name)
    forth.button(
        "Next text",
        disabled=following is None,
        on_click=_look_at,
        args=(following,),
        shortcut="Alt+Shift+PageDown",
        width="stretch",
    )
    return by_id[name]


def _look_at(name: str | None) -> None:
    st.session_state[_OPEN] = name


def name_of(review: Review) -> None:
    """Say which text it is, by what holds its quotations."""
    report = review.report
    language = report.language or "language not recognised"
    say(f"{isolated(review_queue.title_of(report))}; {len(report.text):,} characters; {language}")


def _begin(here: ServedStore) -> None:
    reports: list[Report] = []
    with st.expander("Add a text", expanded=not folder_of(here).path.exists()):
        pasted = st.text_area("Paste a report", key=_PASTED, max_chars=LONGEST_PASTE, height=160)
        files = st.file_uploader(
            "Or drop files", type=[kind[1:] for kind in KINDS], accept_multiple_files=True
        )
        read, example_button, _ = st.columns([1, 2, 4])
        if read.button("Read", type="primary", width="stretch"):
            reports += [Report(pasted)] if pasted.strip() else []
            reports += _documents([(file.name, file.getvalue()) for file in files])
        if example_button.button("Try the example", width="stretch"):
            reports.append(example())
    if reports:
        st.session_state[_OPEN] = _started(here, reports)[0].id
    notice(st.session_state.get(_REFUSED, []))


def _started(here: ServedStore, reports: list[Report]) -> list[Review]:
    """Every text read and kept, with a bar where there are many."""
    if len(reports) == 1:
        return [start(here, reports[0])]
    begun: list[Review] = []
    bar = st.progress(0.0, "Reading")
    for number, report in enumerate(reports, start=1):
        begun.append(start(here, report))
        bar.progress(number / len(reports), f"{number} of {len(reports)} texts read")
    bar.empty()
    return begun


def _documents(files: list[tuple[str, bytes]]) -> list[Report]:
    reports: list[Report] = []
    refused: list[str] = []
    for name, body in files:
        try:
            reports.append(report_of(document_from_bytes(name, body)))
        except UnreadableFile as error:
            refused.append(str(error))
    st.session_state[_REFUSED] = refused
    return reports


def _title(review: Review) -> str:
    left = review.open_drafts
    state = f"{left} of {len(review.proposals)} open" if left else "reviewed"
    return f"{isolated(review_queue.title_of(review.report))} ({state})"
