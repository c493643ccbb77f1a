"""A named place looked up in the text's own context: its country, its containers, its nearness."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geodata.reading.lexicons import lexicon
from geodata.reading.model import DraftPlace
from geodata.reading.places import countries_by_name, demonyms

if TYPE_CHECKING:
    from geodata.reading.places import Located, PlaceMention, PlaceResolver
    from geodata.reading.spans import Span
    from geodata.reading.structure import Layout

_NEAR_KM = 5.0
_MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Context:
    """Where a text is set: countries with their weight, the likeliest first; may be empty."""

    countries: tuple[str, ...]

    @classmethod
    def of(cls, mentioned: list[PlaceMention], layout: Layout, country: str | None) -> Context:
        """From the caller's country, else from the countries that things happen in."""
        if country:
            return cls((country.upper(),))
        weights: Counter[str] = Counter()
        for place in mentioned:
            if place.country is not None and place.role == "event":
                weights[place.country] += 3
            for name in place.within:
                code = countries_by_name().get(name.lower())
                if code:
                    weights[code] += 3
        for word in layout.folded[:6000].split():
            code = demonyms().get(word.strip(".,()'\""))
            if code:
                weights[code] += 1
        dateline = _dateline_country(layout)
        if dateline:
            weights[dateline] += 2
        return cls(tuple(code for code, _ in weights.most_common(3)))


def _dateline_country(layout: Layout) -> str | None:
    if layout.dateline is None:
        return None
    for part in layout.dateline.span.quote.lower().replace("(", ",").replace(")", ",").split(","):
        code = countries_by_name().get(" ".join(part.split()))
        if code:
            return code
    city = " ".join(layout.dateline.place.quote.lower().split())
    return _capitals().get(city)


def _capitals() -> dict[str, str]:
    return {
        entry["capital"]: code
        for code, entry in lexicon("countries")["countries"].items()
        if entry["capital"]
    }


def located(
    place: PlaceMention,
    aliases: tuple[Span, ...],
    context: Context,
    resolver: PlaceResolver | None,
) -> DraftPlace:
    """The place with its point, as far as `resolver` knows it; without one, without a point.

    A place "near" a name carries the precision near and a ring of at least 5 km. A country is never
    given a point.
    """
    draft = DraftPlace(place.name, place.role, place.relation, place.span, aliases=aliases)
    if resolver is None or place.country is not None:
        return draft
    found = _look_up(place, context, resolver)
    if found is None or found.latitude is None or found.longitude is None:
        return DraftPlace(
            place.name, place.role, place.relation, place.span, aliases=aliases,
            candidates=_candidates(found),
        )  # fmt: skip
    near = place.relation == "near" and found.precision in ("exact", "site", "street", "neighbourhood", "town")
    radius = found.radius_km
    return DraftPlace(
        place.name,
        place.role,
        place.relation,
        place.span,
        found.latitude,
        found.longitude,
        "near" if near else found.precision,
        max(radius or 0.0, _NEAR_KM) if near else radius,
        found.country,
        _candidates(found),
        aliases,
    )


def _look_up(place: PlaceMention, context: Context, resolver: PlaceResolver) -> Located | None:
    """The first answer with a point: in its containers, then in each likely country, then anywhere."""
    inside = [countries_by_name().get(name.lower()) for name in place.within]
    named = [code for code in inside if code]
    admin1 = next((name for name, code in zip(place.within, inside, strict=True) if code is None), None)
    countries: list[str | None] = list(dict.fromkeys([*named, *context.countries]))
    last: Located | None = None
    for name in dict.fromkeys((place.name, place.core)):
        for country in countries or [None]:
            last = resolver.locate(name, country=country, admin1=admin1)
            if last.latitude is not None:
                return last
    return last


def _candidates(found: Located | None) -> tuple[dict[str, Any], ...]:
    """The gazetteer's candidates as plain values, best first."""
    listed = getattr(found, "candidates", ()) or ()
    keys = ("name", "country", "admin1", "latitude", "longitude", "precision", "score")
    return tuple(
        {key: getattr(candidate, key, None) for key in keys}
        for candidate in list(listed)[:_MOST_CANDIDATES]
    )
