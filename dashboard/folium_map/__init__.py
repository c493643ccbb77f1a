"""The map as folium elements: base map, incident layer, and the scripts they load."""

from __future__ import annotations

from dashboard.folium_map.base_map import BaseMap, OfflineMap
from dashboard.folium_map.incident_layer import IncidentLayer

__all__ = ["BaseMap", "IncidentLayer", "OfflineMap"]
