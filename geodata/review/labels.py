"""What people decided on drafts, as labelled data: what was read beside what is right.

One JSON object for each draft that was decided on, one a line. Offsets are code points of the
object's own `text`, so that a line can be used alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from geodata.review.proposal import Proposal
from geodata.review.record import Decision, Review, values_to_json

LABELS_FORMAT = 1


def labels(reviews: Iterable[Review]) -> Iterator[dict[str, Any]]:
    """The decided drafts in the order of the reviews.

    Keys: `format, id, text, published, country, language, draft, decision, who, at, read, values,
    changed, quotes, flags, confidence, reader, origin, incident_id`. `read` is what the reader
    found, `values` what was accepted (null for a rejected draft), `changed` the fields in which
    they differ, `origin` is read, merged, split or added.
    """
    for review in reviews:
        origin = _origins(review)
        for proposal in review.proposals:
            decision = review.decisions.get(proposal.key)
            if decision is not None:
                yield _label(review, proposal, decision, origin.get(proposal.key, "read"))


def labels_text(reviews: Iterable[Review]) -> str:
    """The same as JSON lines; empty where nothing is decided."""
    return "".join(json.dumps(label, ensure_ascii=True) + "\n" for label in labels(reviews))


def _origins(review: Review) -> Mapping[str, str]:
    """How drafts that are not as the reader found them came to be."""
    found: dict[str, str] = {}
    for step in review.steps:
        found[step.key] = step.what
        if step.made is not None:
            found[step.made.key] = step.what
    return found


def _label(review: Review, proposal: Proposal, decision: Decision, origin: str) -> dict[str, Any]:
    report = review.report
    read, decided = values_to_json(proposal.values), values_to_json(decision.values)
    rejected = decision.what == "rejected"
    return {
        "format": LABELS_FORMAT,
        "id": review.id,
        "text": report.text,
        "published": report.published.isoformat() if report.published else None,
        "country": report.country,
        "language": report.language,
        "draft": proposal.key,
        "decision": decision.what,
        "who": decision.who,
        "at": decision.at.isoformat(),
        "read": read,
        "values": None if rejected else decided,
        "changed": [] if rejected else [name for name in read if read[name] != decided[name]],
        "quotes": {n: [span.to_json() for span in s] for n, s in proposal.quotes.items()},
        "flags": list(proposal.flags),
        "confidence": proposal.confidence,
        "reader": proposal.reader,
        "origin": origin,
        "incident_id": decision.incident_id,
    }
