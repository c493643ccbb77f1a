"""The part of the Data page where layers and base maps come from files, and go again.

Every name here comes from outside: it is shown as plain text, and is in no label and no key.
"""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath
from typing import Any, Final

import streamlit as st

from dashboard.access import asking
from dashboard.base_map_folder import BaseMapFolder
from dashboard.plain import notice, say
from dashboard.served import ServedStore
from geodata import sandbox
from geodata.errors import ConflictMapError
from geodata.layers import FRAMES, Layer, day

_LAYER_OUTCOME: Final = "layer_outcome"
_MAP_OUTCOME: Final = "base_map_outcome"
_TOLD: Final = 5
"""Rows left out whose reasons are told."""
_FRAME_WORDS: Final = {
    "neutral": "Neutral: nobody's view",
    "unknown": "Unknown",
    "as-coded": "As the file codes them",
}


def show(here: ServedStore) -> None:
    """Draw both parts."""
    if here.throw_away:
        return
    st.header("Layers over the map", divider="grey")
    say(
        "Areas of control, front lines, positions of forces: GeoJSON, KML, KMZ or GeoPackage in "
        "WGS 84. Days in the file follow the timeline; a layer is shown under Layers on the map."
    )
    _layer_form(here)
    notice(st.session_state.get(_LAYER_OUTCOME, []))
    _layers(here)
    st.header("Base maps of your own", divider="grey")
    say(
        "Streets or imagery without a network: MBTiles or PMTiles with pictures. The file is "
        "copied beside the store. A larger one than can be uploaded is named when the program is "
        "started: conflictmap serve --base-map FILE."
    )
    _base_map_form(here)
    notice(st.session_state.get(_MAP_OUTCOME, []))
    _base_maps(here)


# --- layers --------------------------------------------------------------------------------------


def _layer_form(here: ServedStore) -> None:
    with st.form("layer_form"):
        uploaded = st.file_uploader("File with shapes", key="layer_file")
        name = st.text_input(
            "Name", key="layer_name", max_chars=80, placeholder="as the file is called",
            help="Files of one name are one layer: each holds until the next begins.",
        )  # fmt: skip
        first, last = st.columns(2)
        given: dict[str, Any] = {
            "valid_from": first.text_input("Holds from", key="layer_from", placeholder="2016-06"),
            "valid_to": last.text_input("Holds until", key="layer_to", placeholder="2016-12-31"),
            "source": st.text_input("Source: who made it", key="layer_source"),
            "frames": st.selectbox(
                "Frames of symbols of forces", FRAMES, key="layer_frames",
                format_func=_FRAME_WORDS.__getitem__,
            ),
        }  # fmt: skip
        if st.form_submit_button("Add the layer", type="primary"):
            st.session_state[_LAYER_OUTCOME] = _add_layer(here, uploaded, name, given)


def _add_layer(here: ServedStore, uploaded: Any, name: str, given: dict[str, Any]) -> list[str]:
    """Keep an uploaded layer; what became of it, in sentences."""
    if uploaded is None:
        return ["Choose a file first."]
    called = _last(uploaded.name)
    try:
        with tempfile.TemporaryDirectory(prefix="conflictmap-") as folder:
            path = Path(folder) / called
            path.write_bytes(uploaded.getbuffer())
            read = sandbox.read_layer(path)
        layer, new = here.layers.add(
            read,
            name=name.strip() or PurePath(called).stem[:80],
            who=asking.writer(),
            why="added on the Data page",
            valid_from=day(given["valid_from"].strip() or None, column="Holds from"),
            valid_to=day(given["valid_to"].strip() or None, column="Holds until", last=True),
            source=given["source"],
            frames=given["frames"],
        )
    except ConflictMapError as error:
        return [f"{error} Nothing was added."]
    more = len(read.left_out) - _TOLD
    return [
        f"{'Added' if new else 'Already there'}: {_words(layer)}",
        *(f"Left out: {reason}." for reason in read.left_out[:_TOLD]),
        *([f"and {more:,} more."] if more > 0 else []),
    ]


def _layers(here: ServedStore) -> None:
    try:
        layers = here.layers.all()
    except ConflictMapError as error:
        say(str(error))
        return
    if not layers:
        say("There is no layer yet.")
    for number, layer in enumerate(layers):
        label, button = st.columns([4, 1], vertical_alignment="center")
        label.text(f"{'Removed. ' if layer.removed else ''}{_words(layer)}")
        word = "Bring back" if layer.removed else "Remove"
        if button.button(word, key=f"layer_{number}", width="stretch"):
            st.session_state[_LAYER_OUTCOME] = _turn(here, layer)
            st.rerun()


def _turn(here: ServedStore, layer: Layer) -> list[str]:
    folder = here.layers
    act = folder.restore if layer.removed else folder.remove
    try:
        act(layer.id, who=asking.writer(), why="on the Data page")
    except ConflictMapError as error:
        return [str(error)]
    return []


def _words(layer: Layer) -> str:
    days = " ".join(
        f"{word} {iso}"
        for word, iso in (("from", layer.valid_from), ("until", layer.valid_to))
        if iso
    )
    shapes = f"{layer.features:,} shape{'' if layer.features == 1 else 's'}"
    parts = [f"{shapes} from {layer.file}", days, f"source: {layer.source or 'not stated'}"]
    return f"{layer.name}: {', '.join(part for part in parts if part)}."


# --- base maps -----------------------------------------------------------------------------------


def _base_map_form(here: ServedStore) -> None:
    with st.form("base_map_form"):
        uploaded = st.file_uploader("File with tiles", key="base_map_file")
        if st.form_submit_button("Add the base map", type="primary"):
            st.session_state[_MAP_OUTCOME] = _add_base_map(here, uploaded)


def _add_base_map(here: ServedStore, uploaded: Any) -> list[str]:
    if uploaded is None:
        return ["Choose a file first."]
    try:
        asking.writer()
        path = BaseMapFolder.beside(here.store.path).add(uploaded.name, uploaded.getbuffer())
        added = here.base_maps.add(path)
    except ConflictMapError as error:
        return [f"{error} Nothing was added."]
    return [f"Added: {added.about.name}. It is a choice under Layers on the map."]


def _base_maps(here: ServedStore) -> None:
    folder = BaseMapFolder.beside(here.store.path)
    own = set(folder.files())
    for number, (key, file) in enumerate(list(here.base_maps.files.items())):
        label, button = st.columns([4, 1], vertical_alignment="center")
        zooms = f"zoom {file.about.first_zoom} to {file.about.last_zoom}"
        added = file.archive.path in own
        named = "" if added else ", named when the program was started"
        label.text(f"{file.about.name}: {zooms}, {file.archive.path.name}{named}.")
        if added and button.button("Delete", key=f"base_map_{number}", width="stretch"):
            st.session_state[_MAP_OUTCOME] = _delete(here, folder, key)
            st.rerun()


def _delete(here: ServedStore, folder: BaseMapFolder, key: str) -> list[str]:
    try:
        asking.writer()
        folder.remove(here.base_maps.remove(key))
    except ConflictMapError as error:
        return [str(error)]
    return []


def _last(name: str) -> str:
    return PurePath(name.replace("\\", "/")).name[-120:] or "layer"
