"""The fields beside a report's text: its source, and one draft's values with their quotations.

What text says goes into widgets as values and options, and under them as plain text; never into a
label, which Streamlit reads as Markdown.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.plain import isolated, say
from geodata.boundaries import countries
from geodata.review import Place, Proposal, Range, Report, Review, Values
from geodata.review.proposal import MOST_PEOPLE
from geodata.vocabulary import DATE_PRECISION, EVENT_TYPE, LOCATION_PRECISION, WEAPON

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2100, 12, 31)
LONGEST_QUOTE = 300
RESET = "review_reset"
"""Counts how often edits were thrown away, so that the widgets begin anew."""
LookUp = Callable[[str, str | None], tuple[Place, ...]]


def source_fields(review: Review) -> Report:
    """The source of a text as a person says it; the day of publication first, never filled in."""
    report, name = review.report, review.id[:16]
    day, unknown = st.columns([2, 3], vertical_alignment="bottom")
    not_known = unknown.checkbox(
        "The day of publication is not known",
        value=report.published_unknown,
        key=f"unknown_{name}",
        disabled=report.published is not None,
    )
    published = day.date_input(
        "When was this published?",
        value=report.published,
        **_span(report.published),
        format="YYYY-MM-DD",
        key=f"published_{name}",
        disabled=not_known,
    )
    with st.expander("Who published it, and where"):
        said: dict[str, Any] = {
            field: st.text_input(
                label, value=getattr(report, field) or "", key=f"{field}_{name}"
            ).strip()
            or None
            for field, label in (
                ("title", "Headline"),
                ("publisher", "Publisher"),
                ("author", "Author"),
                ("url", "Address (kept as written, never fetched)"),
            )
        }
        country = st.selectbox(
            "Country that the text is about",
            [None, *sorted(countries(), key=_country)],
            index=_index([None, *sorted(countries(), key=_country)], report.country),
            format_func=_country,
            key=f"country_{name}",
        )
    return replace(
        report,
        published=published,
        published_unknown=not_known and published is None,
        country=country,
        **said,
    )


def draft_fields(review: Review, proposal: Proposal, look_up: LookUp) -> Values:
    """The values of a draft as the widgets say them; a decided draft's cannot be changed."""
    form = _Form(review, proposal)
    return Values(
        title=form.line("Title", "title"),
        event_type=form.code("Kind of event", "event_type", EVENT_TYPE.codes, EVENT_TYPE.label),
        **form.days(),
        place=form.place(look_up),
        killed=form.people("Killed", "killed"),
        injured=form.people("Injured", "injured"),
        civilians_killed=form.people("Civilians killed", "civilians_killed"),
        perpetrators=form.names("By whom, one a line", "perpetrators"),
        targets=form.names("Against whom, one a line", "targets"),
        weapons=form.codes(),
    )


class _Form:
    """Widgets for one draft; their keys change when the draft was read anew."""

    def __init__(self, review: Review, proposal: Proposal) -> None:
        self.values, self.proposal = review.values(proposal), proposal
        self.locked = proposal.key in review.decisions
        read = zlib.crc32(repr(proposal.values).encode("utf-8", "surrogatepass"))
        made = f"{len(review.steps)}_{st.session_state.get(RESET, 0)}"
        self.name = f"{review.id[:16]}_{proposal.key}_{read:08x}_{made}_{self.locked}"

    def key(self, field: str) -> str:
        return f"draft_{field}_{self.name}"

    def common(self, field: str) -> dict[str, Any]:
        return {"key": self.key(field), "disabled": self.locked}

    def quotes(self, field: str) -> None:
        """The words that a value was read from, each once."""
        spans = self.proposal.quotes.get(field, ())
        for quote in dict.fromkeys(span.quote for span in spans):
            shown = quote if len(quote) <= LONGEST_QUOTE else f"{quote[: LONGEST_QUOTE - 1]}…"
            say(isolated(f"“{shown}”"))

    def line(self, label: str, field: str) -> str | None:
        value = st.text_input(label, value=getattr(self.values, field) or "", **self.common(field))
        return value.strip() or None

    def names(self, label: str, field: str) -> tuple[str, ...]:
        text = "\n".join(getattr(self.values, field))
        said = st.text_area(label, value=text, height=68, **self.common(field))
        self.quotes(field)
        return tuple(dict.fromkeys(line.strip() for line in said.splitlines() if line.strip()))

    def code(
        self, label: str, field: str, codes: tuple[str, ...], name: Callable[[str], str]
    ) -> str | None:
        options = [None, *codes]
        chosen: str | None = st.selectbox(
            label,
            options,
            index=_index(options, getattr(self.values, field)),
            format_func=lambda code: "Not said" if code is None else name(code),
            **self.common(field),
        )
        return chosen

    def codes(self) -> tuple[str, ...]:
        chosen = st.multiselect(
            "Weapon",
            WEAPON.codes,
            default=[code for code in self.values.weapons if code in WEAPON],
            format_func=WEAPON.label,
            placeholder="Not said",
            **self.common("weapons"),
        )
        self.quotes("weapons")
        return tuple(chosen)

    def days(self) -> dict[str, Any]:
        """`date_start`, `date_end` and `date_precision`; one day given alone is both."""
        first, last, exactly = st.columns(3)
        start, end = (
            column.date_input(
                label,
                value=getattr(self.values, field),
                **_span(getattr(self.values, field)),
                format="YYYY-MM-DD",
                **self.common(field),
            )
            for column, label, field in (
                (first, "Day", "date_start"),
                (last, "Last possible day", "date_end"),
            )
        )
        precision = exactly.selectbox(
            "Known to",
            DATE_PRECISION.codes,
            index=_index(list(DATE_PRECISION.codes), self.values.date_precision),
            format_func=DATE_PRECISION.label,
            **self.common("date_precision"),
        )
        self.quotes("date")
        if start is None:
            return {"date_start": None, "date_end": None, "date_precision": "unknown"}
        if precision == "unknown":
            precision = "day" if end in (None, start) else "days"
        return {
            "date_start": start,
            "date_end": start if end is None or precision == "day" else end,
            "date_precision": precision,
        }

    def place(self, look_up: LookUp) -> Place | None:
        """One of the places that the text names, or of those that a name looked up may mean."""
        found = () if self.locked else self.looked_up(look_up)
        own = () if self.values.place is None else (self.values.place,)
        options: list[Place | None] = [None, *dict.fromkeys((*self.proposal.places, *own, *found))]
        number: int = st.selectbox(
            "Place",
            range(len(options)),
            index=_index(options, self.values.place),
            format_func=lambda number: _place(options[number]),
            **self.common("place"),
        )
        self.quotes("place")
        return options[number]

    def looked_up(self, look_up: LookUp) -> tuple[Place, ...]:
        name = st.text_input(
            "Look up another place",
            key=self.key("look_up"),
            help="What is found is offered under Place. Nothing is asked of anyone outside.",
        )
        places = look_up(name, None)
        if name.strip() and not places:
            say("The gazetteer has no such place.")
        return places

    def people(self, label: str, field: str) -> Range:
        low, best, high = getattr(self.values, field)
        numbers = [
            column.number_input(
                f"{label}, {word}",
                min_value=0,
                max_value=MOST_PEOPLE,
                value=value,
                step=1,
                **self.common(f"{field}_{word}"),
            )
            for column, word, value in zip(
                st.columns(3), ("at least", "best", "at most"), (low, best, high), strict=True
            )
        ]
        self.quotes(field)
        return numbers[0], numbers[1], numbers[2]


def _span(day: dt.date | None) -> dict[str, Any]:
    """The days that can be chosen; a widget refuses to show one beyond them."""
    return {"min_value": min(EARLIEST, day or EARLIEST), "max_value": max(LATEST, day or LATEST)}


def _index(options: list[Any], value: Any) -> int:
    return options.index(value) if value in options else 0


def _country(code: str | None) -> str:
    return "Not said" if code is None else countries()[code].name


def _place(place: Place | None) -> str:
    if place is None:
        return "Not known"
    where = [part for part in (place.admin1, place.country) if part]
    precision = LOCATION_PRECISION.label(place.precision)
    point = "not found" if place.latitude is None else f"{place.latitude}, {place.longitude}"
    return ", ".join((place.name, *where)) + f" ({point}; {precision})"
