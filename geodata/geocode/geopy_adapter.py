"""The gazetteer as a geopy geocoder, for whoever knows geopy and pandas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from geopy.exc import GeocoderQueryError
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location as GeopyLocation
from geopy.point import Point

from geodata.gazetteer import Candidate, Gazetteer, Location, country_code
from geodata.gazetteer.names import words

_FIELDS = ("name", "city", "state", "county", "country", "admin1", "admin2")


class GazetteerGeocoder(Geocoder):  # type: ignore[misc]  # geopy carries no types
    """A geopy geocoder that asks the offline gazetteer and never the network.

    ::

        geocoder = GazetteerGeocoder(Gazetteer.open())
        geocoder.geocode("at-Tanf garrison, Syria").raw["radius_km"]
        geocoder.geocode({"name": "Manbij", "admin1": "Aleppo", "country": "Syria"})

    It behaves as geopy's own do: `geopy.Location` or None, a list with `exactly_one=False`.
    `raw` holds precision, radius_km, method, source, score and candidates.
    """

    def __init__(self, gazetteer: Gazetteer, *, country: str | None = None) -> None:
        """A geocoder; `country` is meant where a query names none."""
        super().__init__()
        self._gazetteer = gazetteer
        self._country = country

    def geocode(
        self,
        query: str | Mapping[str, str | None],
        *,
        exactly_one: bool = True,
        timeout: object = DEFAULT_SENTINEL,  # noqa: ARG002 - geopy's callers pass it
    ) -> Any:
        """Where a query is.

        Args:
            query: "name, …, country" as one string, or a mapping with `name` (or `city`),
                `country` and where known `admin1` (or `state`) and `admin2` (or `county`).
            exactly_one: False for the ranked list of places that the query may mean.
            timeout: taken for geopy's sake; nothing here waits.

        Returns:
            `geopy.Location` or None; with `exactly_one=False` a list or None.

        Raises:
            GeocoderQueryError: a mapping with a key that is not known.
        """
        asked = self._asked(query)
        if exactly_one:
            return _point(self._gazetteer.locate(**asked), asked["name"])
        answer = self._gazetteer.locate(**asked)
        ranked = list(answer.candidates) or self._gazetteer.candidates(**asked)
        return [_candidate_point(candidate) for candidate in ranked] or None

    def reverse(
        self,
        query: Any,
        *,
        exactly_one: bool = True,
        timeout: object = DEFAULT_SENTINEL,  # noqa: ARG002 - geopy's callers pass it
    ) -> Any:
        """The nearest place, or with `exactly_one=False` the nearest ten, or None.

        Args:
            query: `geopy.Point`, (latitude, longitude) or "latitude, longitude".
            exactly_one: False for a list.
            timeout: taken for geopy's sake.
        """
        point = Point(query)
        found = self._gazetteer.reverse(point.latitude, point.longitude, 1 if exactly_one else 10)
        places = [_candidate_point(candidate) for candidate in found]
        if not places:
            return None
        return places[0] if exactly_one else places

    def _asked(self, query: str | Mapping[str, str | None]) -> dict[str, Any]:
        if isinstance(query, str):
            name, country = self._split(query)
            return {"name": name, "country": country, "admin1": None, "admin2": None}
        unknown = set(query) - set(_FIELDS)
        if unknown:
            raise GeocoderQueryError(
                f"unknown keys {', '.join(sorted(unknown))}; known are {', '.join(_FIELDS)}"
            )
        return {
            "name": query.get("name") or query.get("city") or "",
            "country": query.get("country") or self._country,
            "admin1": query.get("admin1") or query.get("state"),
            "admin2": query.get("admin2") or query.get("county"),
        }

    def _split(self, text: str) -> tuple[str, str | None]:
        """The name and the country of "name, …, country"; the default one where none is named."""
        parts = [part.strip() for part in text.split(",") if words(part)]
        if len(parts) > 1 and country_code(parts[-1]):
            return ", ".join(parts[:-1]), parts[-1]
        return text, self._country


def _point(location: Location, name: str) -> GeopyLocation | None:
    if location.latitude is None or location.longitude is None:
        return None
    parts = [location.matched_name or name, location.admin1, location.country]
    address = ", ".join(dict.fromkeys(part for part in parts if part))
    return GeopyLocation(address, (location.latitude, location.longitude), asdict(location))


def _candidate_point(candidate: Candidate) -> GeopyLocation:
    parts = [candidate.name, candidate.admin1, candidate.country]
    address = ", ".join(part for part in parts if part)
    return GeopyLocation(address, (candidate.latitude, candidate.longitude), asdict(candidate))
