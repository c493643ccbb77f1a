"""Layered place index: a name and a country in, a place and how exactly it is known out."""

from geodata.gazetteer.countries import country_code
from geodata.gazetteer.lookup import Gazetteer
from geodata.gazetteer.places import Candidate, Location

__all__ = ["Candidate", "Gazetteer", "Location", "country_code"]
