"""The checks that a row may fail and still be added; their codes stand in `quality_flags`."""

from __future__ import annotations

FLAGS: dict[str, str] = {
    "killed-low-over-best": "the source's low figure of killed is above its best",
    "killed-best-over-high": "the source's best figure of killed is above its high",
    "injured-low-over-best": "the source's low figure of injured is above its best",
    "injured-best-over-high": "the source's best figure of injured is above its high",
    "civilians_killed-low-over-best": "the low figure of civilians killed is above the best",
    "civilians_killed-best-over-high": "the best figure of civilians killed is above the high",
    "civilians_injured-low-over-best": "the low figure of civilians injured is above the best",
    "civilians_injured-best-over-high": "the best figure of civilians injured is above the high",
    "killed-beyond-reason": "more than 100,000 killed in one incident",
    "injured-beyond-reason": "more than 100,000 injured in one incident",
    "count-in-words": "a number of people was read from words or a range",
    "count-approximate": "a number of people is hedged ('about')",
    "count-spoilt-by-spreadsheet": "a range such as 3-4 was saved as the day 4-Mar, and read back",
    "code-unknown": "a word in a column of codes is in no list; it stands in the source's record",
    "date-placeholder": "the date is 1970-01-01, which stands for no date; none is kept",
    "date-in-words": "the day is given in words that name no day, and stays unresolved",
    "point-placeholder": "the point is 0, 0, which stands for no point; none is kept",
    "point-outside-country": "the point is more than 30 km outside the country that is named",
    "point-centroid-like": "the place is said to be exact, but the point is the middle of the "
    "country or of a province, or in whole degrees",
    "point-of-shape": "the file draws a line or an area; the point is its middle, its corners lie "
    "within the radius",
    "shape-unreadable": "the file's shape cannot be read; the place is known by its name alone",
    "source-unclear": "the source marks the event as unclear or aggregated",
    "source-duplicate": "the source marks the record as a possible duplicate",
}
"""Code to meaning, as shown to people."""
