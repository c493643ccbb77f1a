"""A named place looked up in the text's own context: its country, its containers, its nearness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from geodata.reading.lexicons import lexicon
from geodata.reading.model import DraftPlace
from geodata.reading.places import PlaceFinder, countries_by_name, demonyms, units
from geodata.reading.structure import layout

if TYPE_CHECKING:
    from geodata.reading.places import Located, PlaceMention, PlaceResolver
    from geodata.reading.spans import Span
    from geodata.reading.structure import Layout

_NEAR_KM = 5.0
_MOST_CANDIDATES = 5
_WIDEST_KM = 161.0
_MOST_COUNTRIES = 4
_OUTWEIGHS = 2.0
_DEGREES = 1.5
_CITY = 500_000
_HOME = {"uk": "UKR"}
"""Where a text is set that names no country, by its language."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where a text is set.

    Attributes:
        countries: the likeliest first; may be empty.
        weights: country -> how much of the text speaks for it.
        containers: folded name -> what contains it, as the text says it once ("London, Ontario").
    """

    countries: tuple[str, ...]
    weights: Mapping[str, float] = field(default_factory=dict)
    containers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def mentions(self, country: str) -> bool:
        """Whether the text speaks of a country at all."""
        return country in self.weights or country in self.countries

    def weight(self, country: str) -> float:
        """How much of the text speaks for a country; 1 for the one that the caller gave."""
        return self.weights.get(country, 1.0)

    @classmethod
    def of(cls, mentioned: list[PlaceMention], layout: Layout, country: str | None) -> Context:
        """From the caller's country, else from the countries that things happen in."""
        containers = {place.core: place.within for place in reversed(mentioned) if place.within}
        if country:
            return cls((country.upper(),), {}, containers)
        weights = _weights(mentioned, layout)
        home = _HOME.get(layout.language.code or "")
        if home and not weights:
            weights[home] = 1
        likely = weights.most_common(_MOST_COUNTRIES)
        return cls(tuple(code for code, _ in likely), dict(weights), containers)


def _weights(mentioned: list[PlaceMention], layout: Layout) -> Counter[str]:
    """How much of a text speaks for each country: its names, its units, its people."""
    weights: Counter[str] = Counter()
    for place in mentioned:
        if place.country is not None and place.role == "event":
            weights[place.country] += 3
        elif place.country is not None:
            weights[place.country] += 1
        code = units().get(place.core) or place.region
        if code:
            weights[code] += 2
        for name in place.within:
            code = countries_by_name().get(name.lower()) or units().get(name.lower())
            if code:
                weights[code] += 3
    for word in layout.folded[:6000].split():
        code = demonyms().get(word.strip(".,()'\""))
        if code:
            weights[code] += 1
    dateline = _dateline_country(layout)
    if dateline:
        weights[dateline] += 2
    return weights


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
    given a point, nor is a province whose ring would be wider than 161 km.
    """
    draft = DraftPlace(place.name, place.role, place.relation, place.span, aliases=aliases)
    if resolver is None or place.country is not None:
        return draft
    place, found = _as_listed(place, context, resolver)
    wide = found is not None and (found.radius_km or 0.0) > _WIDEST_KM
    if found is None or found.latitude is None or found.longitude is None or wide:
        return DraftPlace(
            place.name, place.role, place.relation, place.span, aliases=aliases,
            candidates=_candidates(found),
        )  # fmt: skip
    near = place.relation == "near" and found.precision in (
        "exact",
        "site",
        "street",
        "neighbourhood",
        "town",
    )
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


def _as_listed(
    place: PlaceMention, context: Context, resolver: PlaceResolver
) -> tuple[PlaceMention, Located | None]:
    """The place under the first of its forms that is found, as written where none is.

    A province that has other forms is not looked up as written: its chief town may bear its name.
    """
    province = place.kind == "admin1" and bool(place.forms)
    found = None if province else _look_up(place, context, resolver)
    if found is not None and found.latitude is not None:
        return place, found
    for form in place.forms:
        listed = replace(place, name=form, core=form.lower())
        other = _look_up(listed, context, resolver)
        if other is not None and other.latitude is not None:
            return (place if province else listed), other
    return place, found


def _look_up(place: PlaceMention, context: Context, resolver: PlaceResolver) -> Located | None:
    """The place in its containers, or in the one likely country that has it.

    Where two countries of the text have the name far apart and neither outweighs the other, nothing
    is answered. A name that no country of the text has is taken for the one place that outgrows all
    its namesakes ("Paris"), if the text speaks of its country at all.
    """
    within = place.within or context.containers.get(place.core, ())
    inside = [countries_by_name().get(name.lower()) for name in within]
    unit = next((units()[name.lower()] for name in within if name.lower() in units()), None)
    if place.core in units():
        return resolver.locate(f"{place.core} state", country=units()[place.core], admin1=None)
    if unit is not None:
        inside = [
            code or (unit if name.lower() in units() else None)
            for name, code in zip(within, inside, strict=True)
        ]
    named = [code for code in inside if code]
    admin1 = next((name for name in within if name.lower() not in countries_by_name()), None)
    if named:
        return _first_found(place, named, admin1, resolver)
    answers: list[tuple[float, Located]] = []
    for country in context.countries:
        found = _first_found(place, [country], admin1, resolver)
        if found is not None and found.latitude is not None:
            answers.append((context.weight(country), found))
    if answers:
        return _clearest(answers)
    last = resolver.locate(place.core, country=None, admin1=None)
    famous = None if admin1 else _famous(place.core, last)
    return (
        last
        if famous is None or not context.mentions(famous)
        else resolver.locate(place.core, country=famous, admin1=None)
    )


def _first_found(
    place: PlaceMention, countries: list[str], admin1: str | None, resolver: PlaceResolver
) -> Located | None:
    last: Located | None = None
    for name in dict.fromkeys((place.name, place.core)):
        for country in countries:
            last = resolver.locate(name, country=country, admin1=admin1)
            if last.latitude is not None:
                return last
    return last


def _clearest(answers: list[tuple[float, Located]]) -> Located | None:
    """The answer of the weightiest country, if it is near the next or weighs twice as much."""
    (weight, best), *others = sorted(answers, key=lambda answer: -answer[0])
    for other_weight, other in others:
        if weight < _OUTWEIGHS * other_weight and not _near(best, other):
            return None
    return best


def _near(first: Located, second: Located) -> bool:
    """Whether two points lie within some hundred kilometres, by degrees."""
    if None in (first.latitude, first.longitude, second.latitude, second.longitude):
        return False
    north = abs((first.latitude or 0) - (second.latitude or 0))
    east = abs((first.longitude or 0) - (second.longitude or 0))
    return north + east < _DEGREES


def _famous(core: str, found: Located) -> str | None:
    """The country of a world city: well known, of that very name, ten times its next namesake."""
    listed = [
        (getattr(candidate, "population", None) or 0, str(candidate.country))
        for candidate in getattr(found, "candidates", ())
        if str(candidate.name).lower() == core
    ]
    listed.sort(reverse=True)
    if not listed or listed[0][0] < _CITY:
        return None
    return listed[0][1] if len(listed) == 1 or listed[0][0] >= 10 * listed[1][0] else None


def places_in(
    text: str, resolver: PlaceResolver, *, country: str | None = None
) -> list[DraftPlace]:
    """Every place that `text` names, each with its point where the resolver knows it.

    This is for looking at a text's geography as a whole; roles are those of `PlaceMention`, and
    mentions that are no event's place are located too. Countries have no point.
    """
    parts = layout(text)
    finder = PlaceFinder(text, parts.folded)
    found = [
        place
        for sentence in parts.sentences
        if sentence.role in ("body", "headline")
        for place in finder.find(sentence.start, sentence.end)
    ]
    context = Context.of(found, parts, country)
    return [located(place, (), context, resolver) for place in found if place.role != "border"]


def _candidates(found: Located | None) -> tuple[dict[str, Any], ...]:
    """The gazetteer's candidates as plain values, best first."""
    listed = getattr(found, "candidates", ()) or ()
    keys = ("name", "country", "admin1", "latitude", "longitude", "precision", "score")
    return tuple(
        {key: getattr(candidate, key, None) for key in keys}
        for candidate in list(listed)[:_MOST_CANDIDATES]
    )
