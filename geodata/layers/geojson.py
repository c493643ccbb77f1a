"""GeoJSON (RFC 7946): features with their properties."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from geodata.errors import UnreadableFile

# Before RFC 7946 a file could name another reference system.
_DEGREES: Final = re.compile(r".*(CRS84|EPSG:+(\d*:)?4326)", re.IGNORECASE)
Raw = tuple[object, Mapping[str, object]]
"""A geometry as GeoJSON writes it, and properties."""


def read(path: Path, content: bytes) -> Iterator[Raw]:
    """The features of a GeoJSON file, a bare geometry as one.

    Raises:
        UnreadableFile: it is no GeoJSON, or not in degrees.
    """
    try:
        whole = json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(path, f"is no JSON that can be read ({error}).") from error
    if not isinstance(whole, dict) or "type" not in whole:
        raise UnreadableFile(path, "is JSON, but no GeoJSON: it has no type.")
    _refuse_other_systems(path, whole)
    features = whole.get("features")
    if whole["type"] == "FeatureCollection" and isinstance(features, list):
        yield from map(_feature, features)
    elif whole["type"] == "Feature":
        yield _feature(whole)
    else:
        yield whole, {}


def _feature(item: object) -> Raw:
    if not isinstance(item, dict):
        return None, {}
    properties = item.get("properties")
    return item.get("geometry"), properties if isinstance(properties, dict) else {}


def _refuse_other_systems(path: Path, whole: Mapping[str, Any]) -> None:
    system = whole.get("crs")
    properties = system.get("properties") if isinstance(system, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if name is not None and not _DEGREES.fullmatch(str(name)[:200]):
        raise UnreadableFile(
            path, f"its coordinates are in {str(name)[:60]!r}; save it in WGS 84 (EPSG:4326)."
        )


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")
