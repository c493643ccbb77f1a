"""What an analyst has accepted, as rows for the store.

Accepting is one import of one incident in the data set "reviewed", so that it is taken back like
any other. The source record that is kept with it holds the draft as it was read, the values as
they were accepted, and every quotation with its offsets into the text of that SHA-256.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from geodata.errors import ImpossibleValue
from geodata.review.proposal import UNSAID, Proposal, Range, Report, Values, problems, questions
from geodata.review.record import values_to_json
from geodata.schema import ACCOUNTS, INCIDENTS, conform, join_list, names
from geodata.store import Batch, no_attention
from geodata.vocabulary import WEAPON, weapon_group_of

DATASET = "reviewed"
METHOD = "read from a text, chosen in review"


def accept(report: Report, proposal: Proposal, values: Values) -> Batch:
    """A new incident with its accounts; the same draft accepted again is the same incident.

    Raises:
        ImpossibleValue: a blocking question is open, or a value cannot be.
    """
    _refuse(report, proposal, values)
    name = f"{DATASET}-{report.sha256[:12]}-{proposal.key}"
    incident = _incident(proposal, values) | {
        "incident_id": name,
        "dataset": DATASET,
        "source_record_id": f"{report.sha256[:12]}/{proposal.key}",
    }
    frame = conform(pd.DataFrame([incident], columns=names(INCIDENTS), dtype=object), INCIDENTS)
    return _batch(report, frame, _accounts(report, proposal, values, name), [
        _raw(report, proposal, values)
    ])  # fmt: skip


def accept_as_account(
    report: Report, proposal: Proposal, values: Values, incident: Mapping[str, Any]
) -> Batch:
    """Another account of an incident that the store already holds; its own figures stay.

    `incident` is as `Store.incident` gives it.

    Raises:
        ImpossibleValue: a blocking question is open, or a value cannot be.
    """
    _refuse(report, proposal, values)
    row = {name: incident[name] for name in names(INCIDENTS)}
    frame = conform(pd.DataFrame([row], dtype=object), INCIDENTS)
    accounts = _accounts(report, proposal, values, str(row["incident_id"]))
    return _batch(report, frame, accounts, [incident.get("raw")])


def _refuse(report: Report, proposal: Proposal, values: Values) -> None:
    for question in questions(report, proposal, values):
        if question.blocking:
            raise ImpossibleValue(f"This question is still open: {question.sentence}")
    for problem in problems(values):
        raise ImpossibleValue(problem)


def _batch(
    report: Report, incidents: pd.DataFrame, accounts: list[dict[str, Any]], raw: list[str | None]
) -> Batch:
    told = conform(pd.DataFrame(accounts, columns=names(ACCOUNTS), dtype=object), ACCOUNTS)
    return Batch(
        incidents=incidents,
        accounts=told,
        raw=raw,
        attention=no_attention(),
        rows=1,
        file=report.name or report.title or "pasted text",
        sha256=report.sha256,
    )


def _incident(proposal: Proposal, values: Values) -> dict[str, Any]:
    groups = join_list(
        dict.fromkeys(
            weapon_group_of(code)
            for code in values.weapons
            if not WEAPON[code].attributes.get("modifier") or len(values.weapons) == 1
        )
    )
    return {
        "title": values.title,
        "event_type": values.event_type,
        "date_start": values.date_start,
        "date_end": values.date_end,
        "date_precision": values.date_precision,
        "date_text": _written(proposal, "date"),
        "perpetrators": join_list(values.perpetrators),
        "targets": join_list(values.targets),
        "weapon": join_list(values.weapons),
        "weapon_group": groups,
        "weapon_text": _written(proposal, "weapons"),
        "weapon_basis": "text" if values.weapons else None,
        "grade": "ungraded",
        "status": "published",
        "n_sources": 1,
        **_place(values),
        **_figures(values),
    }


def _place(values: Values) -> dict[str, Any]:
    place = values.place
    if place is None:
        return {"location_precision": "unknown"}
    pinned = place.latitude is not None
    return {
        "place_text": place.span.quote if place.span else None,
        "place_name": place.name,
        "admin1": place.admin1,
        "country": place.country,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "location_precision": place.precision,
        "radius_km": place.radius_km,
        "location_method": METHOD if pinned else None,
        "location_source": (place.source or "gazetteer of the reader") if pinned else None,
    }


def _figures(values: Values) -> dict[str, Any]:
    figures: dict[str, Range] = {
        "killed": values.killed,
        "injured": values.injured,
        "civilians_killed": values.civilians_killed,
    }
    return {
        f"{stem}_{end}": number
        for stem, figure in figures.items()
        for end, number in zip(("low", "best", "high"), figure, strict=True)
    }


def _written(proposal: Proposal, name: str) -> str | None:
    """The words of a field as the text has them, each once."""
    quotes = dict.fromkeys(span.quote for span in proposal.quotes.get(name, ()))
    return "; ".join(quotes) or None


def _accounts(
    report: Report, proposal: Proposal, values: Values, incident_id: str
) -> list[dict[str, Any]]:
    """The report's own account first, then what each speaker says in it."""
    source = {
        "incident_id": incident_id,
        "source_title": report.title,
        "publisher": report.publisher,
        "author": report.author,
        "url": report.url,
        "published": report.published,
        "language": report.language,
        "sha256": report.sha256,
    }
    return [
        source | {"account_id": f"{report.sha256[:12]}-{proposal.key}-{number}"} | told
        for number, told in enumerate(_told(proposal, values))
    ]


def _told(proposal: Proposal, values: Values) -> Iterator[dict[str, Any]]:
    sentence = proposal.quotes["sentences"][0]
    killed, injured = _ends(values.killed), _ends(values.injured)
    yield {
        "stance": "reports",
        "quote": sentence.quote,
        "quote_start": sentence.start,
        "quote_end": sentence.end,
        "date_text": _written(proposal, "date"),
        "place_text": values.place.span.quote if values.place and values.place.span else None,
        "killed_low": killed[0],
        "killed_high": killed[1],
        "injured_low": injured[0],
        "injured_high": injured[1],
        "perpetrators": join_list(values.perpetrators),
        "targets": join_list(values.targets),
        "weapon_text": _written(proposal, "weapons"),
    }
    for account in proposal.accounts:
        yield {
            "speaker": account.speaker,
            "stance": account.stance,
            "quote": account.span.quote,
            "quote_start": account.span.start,
            "quote_end": account.span.end,
        }
    for speaker, stance in proposal.stances:
        yield {"speaker": speaker, "stance": stance}


def _ends(figure: Range) -> tuple[int | None, int | None]:
    """Low and high of a figure; a lone best one is both."""
    low, best, high = figure
    if figure == UNSAID or (low, high) != (None, None):
        return low, high
    return best, best


def _raw(report: Report, proposal: Proposal, values: Values) -> str:
    quotes = {n: [span.to_json() for span in spans] for n, spans in proposal.quotes.items()}
    record = {
        "sha256": report.sha256,
        "reader": proposal.reader,
        "read": values_to_json(proposal.values),
        "accepted": values_to_json(values),
        "quotes": quotes,
        "flags": list(proposal.flags),
        "confidence": proposal.confidence,
    }
    return json.dumps(record, ensure_ascii=False)
