"""Which canonical column a header means: by its name, by other usual names, by HXL tag.

The HXL tags are those that the Humanitarian Data Exchange puts on conflict tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from geodata import schema

_OTHER_NAMES: dict[str, str] = {
    "incident_id": "id, event_id, incident, incident_no, incident_number, incident_code",
    "dataset": "data_set",
    "source_record_id": "source_id, record_id, original_id",
    "title": "incident_title, event_title, incident_name, event_name",
    "summary": "description, notes, details, narrative, event_description, #description",
    "event_type": "type, incident_type, event_category, category, #event+type",
    "date_start": "date, event_date, incident_date, start_date, start, date_from, day, "
    "#date+start, #date+occurred, #date",
    "date_end": "end_date, end, date_to, #date+end",
    "time_text": "time, time_of_day",
    "place_text": "place_description, location_description, where",
    "place_name": "place, location, location_name, town, city, village, settlement, locality, "
    "#loc+name, #loc",
    "admin1": "adm1, adm_1, adm1_name, admin1_name, province, governorate, oblast, state, "
    "#adm1+name, #adm1",
    "admin2": "adm2, adm_2, adm2_name, admin2_name, district, county, #adm2+name, #adm2",
    "country": "country_name, country_code, iso3, iso_3, #country+code, #country+name, #country",
    "latitude": "lat, y, decimal_latitude, #geo+lat",
    "longitude": "lon, lng, long, x, decimal_longitude, #geo+lon",
    "location_precision": "place_precision",
    "side_a": "actor1, actor_1, actor_a, #group+name+first",
    "side_b": "actor2, actor_2, actor_b, #group+name+second",
    "perpetrators": "perpetrator, belligerent, belligerents",
    "targets": "target, victim, victims",
    "weapon": "weapons, weapon_type, weapon_system",
    "killed_low": "killed_min, deaths_low, deaths_min, fatalities_low, min_killed",
    "killed_best": "killed, deaths, dead, fatalities, kills, number_killed, #affected+killed",
    "killed_high": "killed_max, deaths_high, deaths_max, fatalities_high, max_killed",
    "injured_low": "injured_min, wounded_low, wounded_min, min_injured",
    "injured_best": "injured, wounded, injuries, number_injured, #affected+injured",
    "injured_high": "injured_max, wounded_high, wounded_max, max_injured",
    "civilians_killed_best": "civilians_killed, civilian_deaths, deaths_civilians",
    "civilians_injured_best": "civilians_injured, civilian_injuries",
    "n_sources": "number_of_sources",
    "source_title": "headline, article_title",
    "publisher": "source, source_name, sources, outlet, #meta+source",
    "url": "link, source_url, source_link, #meta+url",
    "published": "publication_date, published_date, published_on",
}

ACCOUNT_ONLY = tuple(
    name for name in schema.names(schema.ACCOUNTS) if name not in schema.names(schema.INCIDENTS)
)
"""Columns that only an account has: where a row fills one, the row brings an account."""

_KNOWN = frozenset((*schema.names(schema.INCIDENTS), *ACCOUNT_ONLY, "accounts"))
_ALIASES = {
    alias.strip(): name for name, aliases in _OTHER_NAMES.items() for alias in aliases.split(",")
}
_SAYS_WHERE = frozenset(("place_text", "place_name", "admin1", "admin2", "country", "latitude"))
_SAYS_WHEN = frozenset(("date_start", "date_end", "date_text"))


def canonical_name(header: str) -> str | None:
    """The canonical column that a header means; None where it means none."""
    text = header.strip().casefold()
    plain = re.sub(r"[^a-z0-9]+", "_", text).strip("_")
    tag = re.sub(r"\s+", "", text)
    if plain in _KNOWN and not tag.startswith("#"):
        return plain
    return _ALIASES.get(tag if tag.startswith("#") else plain)


def called(headers: Sequence[str]) -> dict[str, str]:
    """Canonical names to the headers that mean them; the exact name wins, then the first."""
    found: dict[str, str] = {}
    for header in headers:
        name = canonical_name(header)
        if name is None:
            continue
        if name not in found or header.strip().casefold() == name:
            found[name] = header
    return found


def is_incident_table(names: Iterable[str]) -> bool:
    """Whether canonical columns are enough for incidents: when or where, and one thing more."""
    have = set(names)
    return len(have) >= 2 and bool(have & (_SAYS_WHERE | _SAYS_WHEN))


def is_account_table(names: Iterable[str]) -> bool:
    """Whether canonical columns are those of accounts."""
    have = set(names)
    return "incident_id" in have and bool(have & set(ACCOUNT_ONLY))
