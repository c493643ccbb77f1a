"""What the columns of incidents and accounts are called on pages, and their cells in words.

Labels are ours, so they may stand in widgets; cells may come from outside, and go into tables only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pandas as pd

from geodata import schema
from geodata.sources.flags import FLAGS
from geodata.vocabulary import vocabularies

GROUPS: Final[Mapping[str, Mapping[str, str]]] = {
    "When": {"date_start": "Day, or first day", "date_end": "Last day", "time_text": "Time of day"},
    "Where": {
        "place_name": "Place", "admin1": "Province", "admin2": "District", "country": "Country",
        "latitude": "Latitude", "longitude": "Longitude",
        "location_precision": "How exactly it is known",
    },
    "What": {
        "incident_id": "Incident's id", "title": "Title", "summary": "Summary",
        "event_type": "Event type", "weapon": "Weapon",
    },
    "Who": {
        "side_a": "First side", "side_b": "Second side", "perpetrators": "Perpetrators",
        "targets": "Targets",
    },
    "People": {
        "killed_low": "Killed, at least", "killed_best": "Killed", "killed_high": "Killed, at most",
        "injured_low": "Injured, at least", "injured_best": "Injured",
        "injured_high": "Injured, at most", "civilians_killed_best": "Civilians killed",
    },
    "Who says so": {
        "publisher": "Source", "source_title": "Headline", "url": "Address",
        "published": "Day of publication",
    },
}  # fmt: skip
"""The columns that most tables have, under their headings."""

MORE: Final[Mapping[str, str]] = {
    "dataset": "Data set", "source_record_id": "Id in its source",
    "date_precision": "How exactly the day is known", "date_text": "Day, as written",
    "place_text": "Place, as written", "radius_km": "Radius, km",
    "location_method": "How it was placed", "location_source": "What placed it",
    "weapon_group": "How it was launched", "weapon_text": "Weapon, as written",
    "weapon_basis": "How the weapon is known",
    "civilians_killed_low": "Civilians killed, at least",
    "civilians_killed_high": "Civilians killed, at most",
    "civilians_injured_low": "Civilians injured, at least",
    "civilians_injured_best": "Civilians injured",
    "civilians_injured_high": "Civilians injured, at most",
    "grade": "Grade", "status": "Status", "sensitive": "Shown with care",
    "n_sources": "Number of sources", "quality_flags": "Checks not passed",
    "account_id": "Account's id", "author": "Author", "archive_url": "Address of an archived copy",
    "accessed": "Day it was read", "language": "Language", "licence": "Licence",
    "sha256": "SHA-256 of the text", "speaker": "Whose words", "stance": "Stance",
    "quote": "Quotation", "quote_start": "Quotation begins at", "quote_end": "Quotation ends at",
}  # fmt: skip
"""The others that a file may bring."""

LABELS: Final = MappingProxyType(
    {name: label for group in (*GROUPS.values(), MORE) for name, label in group.items()}
)
"""Column to label, in the order in which people look for them."""

_CODES: Final = ("event_type", "weapon", "weapon_group", "location_precision", "date_precision",
                 "grade", "status")  # fmt: skip
_YES_OR_NO: Final = MappingProxyType({"True": "yes", "False": ""})


def label_of(column: str) -> str:
    """The label of a canonical column; the column's own name where it has none."""
    return LABELS.get(column, column)


def in_words(incidents: pd.DataFrame) -> pd.DataFrame:
    """Incidents as a table to read: labels for columns, words for codes, nothing for unknown.

    Columns without a value are left out, and so are those that hold in every row what is taken
    where nothing is said.
    """
    defaults = {column.name: column.default for column in schema.INCIDENTS}
    shown: dict[str, pd.Series[str]] = {}
    for name in LABELS:
        if name not in incidents or incidents[name].isna().all():
            continue
        if defaults[name] is not None and (incidents[name] == defaults[name]).all():
            continue
        shown[LABELS[name]] = _words(name, incidents[name])
    return pd.DataFrame(shown, index=incidents.index)


def _words(name: str, values: pd.Series[str]) -> pd.Series[str]:
    texts = values.astype("string").fillna("")
    if name in _CODES:
        vocabulary = vocabularies()[name]
        return texts.map(lambda cell: ", ".join(map(vocabulary.label, schema.split_list(cell))))
    if name == "quality_flags":
        return texts.map(lambda cell: "; ".join(FLAGS.get(f, f) for f in schema.split_list(cell)))
    if name == "sensitive":
        return texts.map(lambda cell: _YES_OR_NO.get(cell, cell))
    return texts
