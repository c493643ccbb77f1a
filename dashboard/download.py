"""The menu that takes away what the map page shows, in any format of an export."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from dashboard.access import asking
from dashboard.fold import folded
from dashboard.plain import say
from dashboard.served import served
from geodata.export import EXPORTS, export
from geodata.filters import IncidentFilter, to_query
from geodata.store import Store


def download_menu(chosen: IncidentFilter) -> None:
    """Draw it in the sidebar; the file is made when it is asked for."""
    folded("Download as data", "open_download", lambda: _download(chosen))


def _download(chosen: IncidentFilter) -> None:
    say(
        "Exactly the incidents of this filter that are published, in one zip file with a "
        "manifest: filter, counts, licences, citations, SHA-256."
    )
    form = st.selectbox(
        "Format", list(EXPORTS), key="download_format",
        format_func=lambda name: f"{name}: {EXPORTS[name].description}",
    )  # fmt: skip

    def made() -> bytes:
        asking.exporting(f"{form}: {to_query(chosen)}")
        return zipped(served().store, chosen, form, at=dt.datetime.now(tz=dt.UTC))

    st.download_button(
        "Make the zip file",
        made,
        file_name=f"incidents-{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}-{form}.zip",
        mime="application/zip",
        on_click="ignore",
        width="stretch",
    )


def zipped(store: Store, chosen: IncidentFilter, form: str, *, at: dt.datetime) -> bytes:
    """An export as one zip file: the data files and the manifest.

    Raises:
        UnknownCode, ImpossibleValue, ConflictMapError: as `export`.
    """
    out = io.BytesIO()
    with TemporaryDirectory(prefix="conflictmap-") as folder:
        done = export(store, chosen, form, Path(folder) / f"incidents.{form}", at=at)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in done.files:
                archive.write(file, file.name)
    return out.getvalue()
