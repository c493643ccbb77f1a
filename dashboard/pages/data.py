"""Data: add a file, see what became of each row, take an import back, remove the sample."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Hashable, Mapping
from pathlib import Path, PurePath
from typing import Any

import streamlit as st

from dashboard import attention, layer_files, mapping, service_panel
from dashboard.access import asking
from dashboard.plain import notice, say
from dashboard.served import ServedStore, served
from geodata.errors import ConflictMapError
from geodata.gazetteer import Gazetteer
from geodata.ingest import ingest, load_sample
from geodata.sources import SOURCES, Profile
from geodata.store import ImportRecord, Store, counted
from geodata.store.telling import Progress

_OUTCOME = "import_outcome"


def show() -> None:
    """Draw the page."""
    st.title("Data")
    here = served()
    say(
        "This store is a throw-away one: it goes when the server stops."
        if here.throw_away
        else f"This store is {here.store.path}."
    )
    _add(here)
    service_panel.show(here)
    attention.show(here)
    _datasets(here)
    _imports(here)
    layer_files.show(here)


def _add(here: ServedStore) -> None:
    st.header("Add a file", divider="grey")
    say(
        "A table of incidents, recognised by its columns; of any other you say which column is "
        "what. Places are located on this machine; nothing is sent anywhere. Rows that cannot be "
        "used are kept, with the reason."
    )
    with st.expander("What can be read"):
        for source in SOURCES.values():
            say(f"{source.title}: {source.description}")
    uploaded = st.file_uploader("Files", accept_multiple_files=True, label_visibility="collapsed")
    profile = mapping.chosen_profile(uploaded)
    if st.button("Import", type="primary", disabled=not uploaded):
        with tempfile.TemporaryDirectory(prefix="conflictmap-") as folder:
            paths = [Path(folder) / _safe_name(file.name) for file in uploaded]
            for path, file in zip(paths, uploaded, strict=True):
                path.write_bytes(file.getbuffer())
            st.session_state[_OUTCOME] = [
                told
                for path in paths
                if not _is_accounts(path, paths)
                for told in _import(here, path, profile)
            ]
    notice(st.session_state.get(_OUTCOME, []))


def _safe_name(name: str) -> str:
    return PurePath(name.replace("\\", "/")).name[-120:] or "upload"


def _is_accounts(path: Path, paths: list[Path]) -> bool:
    """Whether a file holds the accounts of another one beside it, which brings them along."""
    stem = path.stem.replace("accounts", "incidents")
    return "accounts" in path.stem and any(other.stem == stem for other in paths if other != path)


def _import(here: ServedStore, path: Path, profile: Profile | None) -> list[str]:
    bar = st.progress(0.0)

    def progress(what: str, share: float) -> None:
        # The words beside a bar are Markdown, and the file's name is not ours.
        bar.progress(min(max(share, 0.0), 1.0), what.replace(path.name, "the file"))

    left_out: list[str] = []

    def gazetteer() -> Gazetteer:
        """Asked for only where a file's places must be looked up."""
        found = here.gazetteer()
        left_out[:] = found.left_out
        return found

    try:
        done = ingest(
            path,
            here.store,
            gazetteer,
            today=dt.datetime.now(tz=dt.UTC).date(),
            profile=profile,
            who=asking.writer(),
            progress=progress,
            apart=True,
        )
    except ConflictMapError as error:
        return [f"{error} Nothing was added."]
    finally:
        bar.empty()
    return [_sentence(done), *done.notes, *left_out]


def _sentence(done: ImportRecord) -> str:
    return f"{done.file}: {counted(done.counts)}."


def _datasets(here: ServedStore) -> None:
    st.header("Data sets", divider="grey")
    sets = here.store.datasets()
    for number, row in enumerate(sets.to_dict("records")):
        label, button = st.columns([4, 1], vertical_alignment="center")
        sample = " (the sample that comes with Conflict Map)" if row["sample"] else ""
        label.text(f"{row['dataset']}{sample}: {_held(row)}")
        word, act = _REMOVE if row["incidents"] else _BRING_BACK
        # A key of the data set's name would be text from outside in the page's markup.
        if _can(row) and button.button(word, key=f"dataset_{number}", width="stretch"):
            act(here.store, row["dataset"], label.progress(0.0).progress)
            st.rerun()
    if not sets["sample"].any() and st.button("Load the sample"):
        with st.spinner("Locating the sample's places …"):
            load_sample(here.store, here.gazetteer, who=asking.writer())
        st.rerun()
    if not sets["incidents"].sum():
        say("There is no incident in this store. Add a file above, or bring a data set back.")


def _can(row: Mapping[Hashable, Any]) -> bool:
    return bool(row["incidents"] or row["withdrawn"])


def _held(row: Mapping[Hashable, Any]) -> str:
    if row["incidents"]:
        return f"{row['incidents']:,} incidents"
    return "removed" if row["withdrawn"] else "taken back with its import"


def _remove(store: Store, dataset: str, progress: Progress) -> None:
    why = "removed on the Data page"
    store.remove_dataset(dataset, who=asking.writer(), why=why, progress=progress)


def _bring_back(store: Store, dataset: str, progress: Progress) -> None:
    why = "brought back on the Data page"
    store.restore_dataset(dataset, who=asking.writer(), why=why, progress=progress)


_REMOVE = ("Remove", _remove)
_BRING_BACK = ("Bring back", _bring_back)


def _imports(here: ServedStore) -> None:
    st.header("Imports", divider="grey")
    for record in here.store.imports():
        label, button = st.columns([4, 1], vertical_alignment="center")
        undone = "Taken back. " if record.undone else ""
        label.text(f"{record.at:%Y-%m-%d %H:%M} UTC. {undone}{_sentence(record)}")
        act = here.store.redo if record.undone else here.store.undo
        word = "Redo" if record.undone else "Undo"
        if button.button(word, key=f"{word}_{record.import_id}", width="stretch"):
            why, bar = f"{word.lower()} on the Data page", label.progress(0.0)
            act(record.import_id, who=asking.writer(), why=why, progress=bar.progress)
            st.rerun()
