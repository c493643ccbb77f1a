"""A report's text with what was read from it marked, as a Streamlit component without an iframe.

The text is cut into stretches here, since offsets count code points and a browser counts UTF-16;
the script makes text nodes of them and never reads them as markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypedDict

from dashboard.folium_map import assets
from dashboard.module_component import module_component
from dashboard.served import root
from geodata.reading import Span
from geodata.review import FIELDS, Proposal

_component = module_component("review_text", box="cm-review-text", style="css/review_text.css")


class Stretch(TypedDict):
    """Part of a text that is quoted for the same fields throughout."""

    text: str
    fields: list[str]
    begins: list[str]


def review_text(text: str, proposal: Proposal | None, *, key: str) -> None:
    """Draw a text with the quotations of one draft; plain where there is none."""
    _component(
        key=key,
        data={
            "script": assets.asset_url("js/review_text.js", root()),
            "stretches": stretches(text, proposal.quotes if proposal else {}),
            "labels": FIELDS,
            "draft": proposal.key if proposal else "",
        },
    )


def stretches(text: str, quotes: Mapping[str, Sequence[Span]]) -> list[Stretch]:
    """The whole text in order, cut wherever a quotation begins or ends.

    Fields stand in the order of `FIELDS`, in which a sentence that tells of the incident is last.
    """
    spans = [(field, span) for field in FIELDS for span in quotes.get(field, ())]
    cuts = sorted({0, len(text)}.union(*({span.start, span.end} for _, span in spans)))
    found: list[Stretch] = []
    for start, end in pairwise(cuts):
        over = [(f, span) for f, span in spans if span.start <= start and end <= span.end]
        found.append(
            {
                "text": text[start:end],
                "fields": list(dict.fromkeys(field for field, _ in over)),
                "begins": list(dict.fromkeys(f for f, span in over if span.start == start)),
            }
        )
    return found
