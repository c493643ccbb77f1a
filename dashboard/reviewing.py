"""What a person does with reviews: begin one, answer, accept, reject, take back; each is saved."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import Final

from dashboard.access import asking
from dashboard.served import ServedStore
from geodata.documents import Document
from geodata.errors import ImpossibleValue
from geodata.reading import Plugin, Reading, Relevance, Span, load_plugin, read_text
from geodata.reading.plugins import SETTING, signature
from geodata.reading.structure import layout
from geodata.review import (
    Decision,
    Match,
    Named,
    Place,
    Proposal,
    Report,
    Review,
    ReviewFolder,
    accept,
    accept_as_account,
    added,
    begin,
    matches,
    merged,
    named,
    place_of,
    read_again,
    split,
    taken_back,
)
from geodata.store import ImportRecord

WHY = "accepted in review"
MOST_SENTENCES = 2_000
"""Sentences of a text that are offered for a draft by hand."""
LONGEST_PASTE = 1_000_000
"""Characters of a pasted text; a file may be longer (`documents.LARGEST_TEXT`)."""

READS_WELL: Final = (
    "Short reports of one incident: who was killed or injured and how many, when the figure stands "
    "in the same sentence; hedges such as “at least” and “up to”; weekdays, when the day of "
    "publication is known; a place that the gazetteer knows; who asserts and who denies. English "
    "first; figures in a few other languages, as an experiment."
)
READS_BADLY: Final = (
    "Long articles that tell of several incidents, or go back years: incidents may be split, "
    "joined or missed, and a figure may belong to another one. Who did it, where a text only hints "
    "at it; irony, film plots, threats and predictions. It never knows whether a text is true. "
    "Every value shows the words it came from: read them."
)


def folder_of(here: ServedStore) -> ReviewFolder:
    """Where the reviews of a served store are kept; for those who may write to it.

    Raises:
        NotAllowed: the role of the person who asks does not include it.
    """
    here.store.require_write()
    return ReviewFolder.beside(here.store.path)


def example() -> Report:
    """The report that comes with the package, to try the page with."""
    text = files("geodata").joinpath("bundled/sample_report.txt").read_text("utf-8")
    return Report(text, name="sample_report.txt")


def report_of(document: Document) -> Report:
    """A file's text with what the file itself says of its source."""
    return Report(
        document.text,
        name=document.name,
        title=document.title,
        author=document.author,
        published=document.published,
    )


def start(here: ServedStore, report: Report) -> Review:
    """Read a text and keep the review; a text that has one already is not read again."""
    folder = folder_of(here)
    review = folder.load(report.sha256)
    if review is None:
        review = begin(report, _read(here, report), _now())
        folder.save(review)
    return review


def answer(here: ServedStore, review: Review, report: Report) -> Review:
    """Take over what a person says of the source; read again where that changes the drafts."""
    if report == review.report:
        return review
    if (report.published, report.country) == (review.report.published, review.report.country):
        changed = replace(review, report=report)
    else:
        changed = read_again(
            review, report, _read(here, report), lambda text: _part(here, report, text)
        )
    folder_of(here).save(changed)
    return changed


def accepted(here: ServedStore, review: Review, proposal: Proposal) -> Review:
    """Make an incident of a draft, in one import of its own.

    Raises:
        ImpossibleValue: a blocking question is open, or a value cannot be.
        StoreError: the store cannot be written.
    """
    batch = accept(review.report, proposal, review.values(proposal))
    done = here.store.add(batch, who=asking.writer(), why=WHY)
    name = str(batch.incidents["incident_id"].iloc[0])
    return _decide(here, review, proposal, ("accepted", name, done))


def accepted_as_account(
    here: ServedStore, review: Review, proposal: Proposal, incident_id: str
) -> Review:
    """Add a draft to an incident of the store, as another account of it.

    Raises:
        ImpossibleValue: likewise, or the incident is no longer there.
        StoreError: the store cannot be written.
    """
    incident = here.store.incident(incident_id)
    if incident is None:
        raise ImpossibleValue(f"The store no longer has the incident {incident_id!r}.")
    batch = accept_as_account(review.report, proposal, review.values(proposal), incident)
    done = here.store.add(batch, who=asking.writer(), why=f"{WHY} as another account")
    return _decide(here, review, proposal, ("account", incident_id, done))


def rejected(here: ServedStore, review: Review, proposal: Proposal) -> Review:
    """Set a draft aside; nothing is stored but the decision."""
    return _decide(here, review, proposal, ("rejected", None, None))


def reopened(here: ServedStore, review: Review, proposal: Proposal) -> Review:
    """Open a draft again; what accepting it brought to the store is taken back.

    Raises:
        StoreError: the store cannot be written.
    """
    decision = review.decisions[proposal.key]
    undone = {record.import_id for record in here.store.imports() if record.undone}
    if decision.import_id is not None and decision.import_id not in undone:
        here.store.undo(decision.import_id, who=asking.writer(), why="opened again in review")
    changed = review.decided(proposal, None)
    folder_of(here).save(changed)
    return changed


def merge(here: ServedStore, review: Review, proposal: Proposal, other: Proposal) -> Review:
    """Make one draft of two that tell of one incident.

    Raises:
        ImpossibleValue: one of them is decided on or no longer there.
    """
    return _keep(here, merged(review, proposal, other, at=_now(), who=asking.writer()))


def split_off(
    here: ServedStore, review: Review, proposal: Proposal, passages: Sequence[Span]
) -> Review:
    """Make some sentences of a draft a draft of their own.

    Raises:
        ImpossibleValue: they are not the draft's, or none would be left.
    """
    parts = split(
        review,
        proposal,
        passages,
        lambda text: _part(here, review.report, text),
        at=_now(),
        who=asking.writer(),
    )
    return _keep(here, parts)


def add_draft(here: ServedStore, review: Review, passage: Span) -> Review:
    """Make a draft of a sentence in which the reader found none.

    Raises:
        ImpossibleValue: there is a draft of it already.
    """
    report = review.report
    more = added(
        review, [passage], lambda text: _part(here, report, text), at=_now(), who=asking.writer()
    )
    return _keep(here, more)


def take_back(here: ServedStore, review: Review) -> Review:
    """Take back the last merging, splitting or adding.

    Raises:
        ImpossibleValue: there is none, or a draft that it made is decided on.
    """
    return _keep(here, taken_back(review))


def sentences_of(report: Report) -> tuple[Span, ...]:
    """The sentences of a text that may tell of an incident, at most `MOST_SENTENCES`."""
    return _sentences(report.text)


def why_none(report: Report) -> str | None:
    """What speaks against an incident in a text without drafts; None where it was not weighed."""
    relevance = _weighed(report.text, report.published)
    if relevance is None or not relevance.reasons:
        return None
    return f"What speaks against it: {'; '.join(relevance.reasons)}."


def incidents_named(here: ServedStore, words: str) -> tuple[Named, ...]:
    """Incidents of the store by their id, or by words of title and place."""
    return named(here.edition().snapshot.incidents, words)


def save_edits(here: ServedStore, review: Review) -> None:
    """Keep a review whose values were edited."""
    folder_of(here).save(review)


def known_already(here: ServedStore, review: Review, proposal: Proposal) -> tuple[Match, ...]:
    """Incidents of the store that the draft may be another account of."""
    return matches(here.edition().snapshot.incidents, review.values(proposal))


def look_up(here: ServedStore, name: str, country: str | None) -> tuple[Place, ...]:
    """Places that a name may mean, best first; none for an empty name."""
    if not name.strip():
        return ()
    return tuple(place_of(found) for found in here.gazetteer().candidates(name, country=country))


def _decide(
    here: ServedStore,
    review: Review,
    proposal: Proposal,
    outcome: tuple[str, str | None, ImportRecord | None],
) -> Review:
    what, incident_id, done = outcome
    import_id = done.import_id if done is not None else None
    decision = Decision(
        what, _now(), asking.writer(), review.values(proposal), incident_id, import_id
    )
    changed = review.decided(proposal, decision)
    folder_of(here).save(changed)
    return changed


def plugin_notice() -> str | None:
    """Which plug-in reads texts too, or why the one that is set cannot; None where none is set."""
    plugin, fault = _plugin(os.environ.get(SETTING))
    if plugin is None:
        return fault
    return (
        f"The plug-in {signature(plugin)} reads the texts too; whether they leave this machine is "
        "up to it."
    )


@lru_cache(maxsize=2)
def _plugin(name: str | None) -> tuple[Plugin | None, str | None]:
    """The plug-in that is set, made once; without one, or with one that fails, rules alone read."""
    if not name:
        return None, None
    try:
        return load_plugin(name), None
    except ImpossibleValue as error:
        return None, f"{error} Texts are read by the rules alone."


def _read(here: ServedStore, report: Report) -> Reading:
    return read_text(
        report.text,
        published=report.published,
        country=report.country,
        places=here.gazetteer(),
        document_id=report.name,
        plugin=_plugin(os.environ.get(SETTING))[0],
    )


def _part(here: ServedStore, report: Report, text: str) -> Reading:
    """Passages of a report, the rest of it blank, read as published when the report was."""
    return read_text(
        text,
        published=report.published or _filed(report.text),
        country=report.country,
        places=here.gazetteer(),
        plugin=_plugin(os.environ.get(SETTING))[0],
    )


@lru_cache(maxsize=4)
def _weighed(text: str, published: dt.date | None) -> Relevance | None:
    relevance = read_text(text, published=published).relevance
    return None if relevance is None or relevance.tells else relevance


@lru_cache(maxsize=4)
def _sentences(text: str) -> tuple[Span, ...]:
    told = [s for s in layout(text).sentences if s.role in ("body", "headline")]
    return tuple(Span.of(text, s.start, s.end) for s in told[:MOST_SENTENCES])


@lru_cache(maxsize=4)
def _filed(text: str) -> dt.date | None:
    dateline = layout(text).dateline
    return dateline.date if dateline else None


def _keep(here: ServedStore, review: Review) -> Review:
    folder_of(here).save(review)
    return review


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)
