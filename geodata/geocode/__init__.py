"""From names to coordinates: a table at once, or one query as geopy's users expect."""

from geodata.geocode.geopy_adapter import GazetteerGeocoder
from geodata.geocode.table import locate_table

__all__ = ["GazetteerGeocoder", "locate_table"]
