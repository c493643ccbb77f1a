"""From names to coordinates: a table at once, one query as geopy's users expect, or online."""

from geodata.geocode.downloads import fetch_country, fetch_names
from geodata.geocode.geopy_adapter import GazetteerGeocoder
from geodata.geocode.ledger import Ledger
from geodata.geocode.online import GeocoderChain, OnlineGeocoder, Outcome, online_service
from geodata.geocode.table import NamesTable, geocode_names, locate_table

__all__ = [
    "GazetteerGeocoder",
    "GeocoderChain",
    "Ledger",
    "NamesTable",
    "OnlineGeocoder",
    "Outcome",
    "fetch_country",
    "fetch_names",
    "geocode_names",
    "locate_table",
    "online_service",
]
