"""What settlements are called on a map: in Latin letters or a language, and as their country says.

Only country packs with GeoNames' alternate names know in which language a name is; where no such
pack is installed there are no labels here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from geodata.boundaries import Bounds
from geodata.gazetteer.admin import alpha2_by_alpha3
from geodata.gazetteer.index import PlaceIndex
from geodata.gazetteer.spellings import local_name, name_in


@dataclass(frozen=True, slots=True)
class PlaceLabel:
    """What a settlement is called.

    Attributes:
        name: in the language asked for, else GeoNames' Latin spelling.
        local_name: in the country's own language, where that is another name; None unknown.
        latitude: WGS 84 degrees, six decimals.
        longitude: likewise.
        population: inhabitants; None unknown.
    """

    name: str
    local_name: str | None
    latitude: float
    longitude: float
    population: int | None


def labels(
    layers: Iterable[PlaceIndex], box: Bounds, language: str = "", limit: int = 500
) -> list[PlaceLabel]:
    """The settlements in a box by the layers that have names with languages, the largest first.

    Args:
        layers: of a gazetteer, such as `Gazetteer.layers`.
        box: WGS 84 degrees.
        language: ISO 639 code of the language of `name`; "" for GeoNames' own, Latin spelling.
        limit: how many at most.
    """
    found = []
    for layer in layers:
        if len(layer.spellings):
            inside = layer.inside(box.south, box.west, box.north, box.east).tolist()
            found += [(-layer.population(n), layer.name(n), n, layer) for n in inside
                      if layer.kind(n) == "populated"]  # fmt: skip
    found.sort(key=lambda hit: hit[:3])
    return [_label(layer, number, language) for _, _, number, layer in found[:limit]]


def _label(layer: PlaceIndex, number: int, language: str) -> PlaceLabel:
    spellings = layer.spellings.of(number)
    own = layer.name(number)
    name = (name_in([language], spellings) if language else None) or own
    latitude, longitude = layer.point(number)
    alpha2 = alpha2_by_alpha3().get(layer.country(number), "")
    return PlaceLabel(
        name, local_name(name, spellings, alpha2), latitude, longitude,
        layer.population(number) or None,
    )  # fmt: skip
