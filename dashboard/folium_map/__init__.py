"""The map as folium elements: base map, incident layer, and the scripts they load."""
