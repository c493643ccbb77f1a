"""Reading the news: from a text to draft incidents, every value with its quotation.

Rules over text, offline and explainable: `read_text` opens no file but the bundled lexicons, reads
no clock and calls no model but a `Plugin` that it is handed. A draft is a proposal; nothing becomes
an incident before an analyst has accepted it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from geodata.reading.drafts import Composer
from geodata.reading.evidence import SHORT_TEXT, SUPPORTS, Evidence, SentenceReader
from geodata.reading.grouping import Group, group
from geodata.reading.model import (
    Draft,
    DraftAccount,
    DraftActor,
    DraftDate,
    DraftPlace,
    DraftWeapon,
    Reading,
)
from geodata.reading.places import Located, PlaceResolver
from geodata.reading.plugins import Plugin, Suggestion, hash_of, with_suggestions
from geodata.reading.plugins import load as load_plugin
from geodata.reading.relevance import Relevance, features_of, judge, sift
from geodata.reading.spans import Span
from geodata.reading.structure import Layout, layout
from geodata.reading.tally import Figure

MOST_EVENT_SENTENCES = 400
"""Sentences of harm that are read in one text; a longer one is read up to there and says so."""


@dataclass(frozen=True, slots=True)
class TextToRead:
    """One text for `read_many`."""

    text: str
    id: str | None = None
    published: dt.date | None = None
    country: str | None = None


def read_text(  # noqa: PLR0913 - what a caller may know of a text, all optional
    text: str,
    *,
    published: dt.date | None = None,
    country: str | None = None,
    places: PlaceResolver | None = None,
    document_id: str | None = None,
    plugin: Plugin | None = None,
) -> Reading:
    """The incidents that `text` tells of, as drafts in the order of the text.

    Args:
        text: plain text; offsets in the result are code points of it.
        published: resolves "Thursday" and "last week". Without it a full date in the dateline is
            taken, and else such days stay unresolved with a question. Never today. A dateline of
            the week before, with or without its year, says which day "today" is in the report.
        country: ISO 3166-1 alpha-3 of the places, where the caller knows it.
        places: finds places by name; without it no draft has a point.
        document_id: returned as `Reading.id`.
        plugin: a reader of the caller's own that fills gaps; where it fails the drafts of the rules
            stand, and `Reading.notes` says so.
    """
    parts = layout(text)
    filed = parts.dateline.date if parts.dateline else None
    day = published or filed
    told_on = parts.dateline.filed(published) if parts.dateline else published
    reader = SentenceReader(parts, told_on)
    evidence: list[Evidence] = []
    skipped: dict[str, int] = {}
    read_to = len(text)
    for index, sentence in enumerate(parts.sentences):
        if sentence.role not in ("body", "headline"):
            skipped[sentence.role] = skipped.get(sentence.role, 0) + 1
            continue
        if reader.score(sentence)[1] < SUPPORTS:
            continue
        if len(evidence) >= MOST_EVENT_SENTENCES:
            read_to = sentence.start
            break
        evidence.append(reader.read(sentence, index))
    groups, relevance = _incidents(parts, told_on, evidence, reader)
    mentioned = [place for member in evidence for place in member.places]
    drafts = Composer(reader, country, places).compose(groups, mentioned)
    reading = Reading(
        id=document_id,
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        drafts=tuple(drafts),
        repeated=parts.repeated,
        published=day,
        published_from="given" if published else "dateline" if filed else None,
        headline=parts.headline,
        dateline=parts.dateline,
        language=parts.language.code,
        script=parts.language.script,
        read_to=read_to,
        skipped=skipped,
        relevance=relevance,
    )
    if plugin is None:
        return reading
    return with_suggestions(text, reading, plugin, country=country, places=places)


def _incidents(
    parts: Layout, day: dt.date | None, evidence: list[Evidence], reader: SentenceReader
) -> tuple[list[Group], Relevance | None]:
    """The incidents told; of a longer English text only those that its facts speak for."""
    short = len(parts.sentences) <= SHORT_TEXT
    if short or reader.foreign is not None:
        return group(evidence, parts.folded, short=short), None
    found = group(evidence, parts.folded, short=True)
    relevance = judge(features_of(parts, day, evidence, found))
    return sift(found, evidence, relevance, day), relevance


def read_many(
    texts: Iterable[TextToRead],
    *,
    places: PlaceResolver | None = None,
    plugin: Plugin | None = None,
) -> Iterator[Reading]:
    """The readings of many texts, one by one in their order."""
    for item in texts:
        yield read_text(
            item.text,
            published=item.published,
            country=item.country,
            places=places,
            document_id=item.id,
            plugin=plugin,
        )


__all__ = [
    "MOST_EVENT_SENTENCES",
    "Draft",
    "DraftAccount",
    "DraftActor",
    "DraftDate",
    "DraftPlace",
    "DraftWeapon",
    "Figure",
    "Located",
    "PlaceResolver",
    "Plugin",
    "Reading",
    "Relevance",
    "Span",
    "Suggestion",
    "TextToRead",
    "hash_of",
    "load_plugin",
    "read_many",
    "read_text",
]
