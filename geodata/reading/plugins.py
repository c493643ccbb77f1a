"""A reader of one's own beside the rules: spaCy, GLiNER, a language model, a word list.

A plug-in is called only where it is handed in. It is given the text and the drafts of the rules,
and answers with `Suggestion`s, each a passage of the text. They fill what the rules left open and
never overwrite; every draft then names the plug-in, its version and its hash. A plug-in that fails
or does not answer in time leaves the drafts of the rules as they are, with a sentence in
`Reading.notes`.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from geodata.errors import ImpossibleValue
from geodata.reading.deadline import NoAnswer, within
from geodata.reading.locating import Context, located
from geodata.reading.model import Draft, DraftActor, DraftDate, DraftPlace, DraftWeapon, Reading
from geodata.reading.places import PlaceMention
from geodata.reading.spans import Span
from geodata.reading.tally import Figure
from geodata.vocabulary import WEAPON, weapon_group_of

if TYPE_CHECKING:
    from geodata.reading.places import PlaceResolver

SETTING = "CONFLICTMAP_READER"
"""The environment variable that names a plug-in for the dashboard and the command line."""
MOST_SUGGESTIONS = 2_000
SECONDS = 60.0
"""What a plug-in has for one text, where it does not name its own `seconds`."""
_MOST_SECONDS = 3_600.0
FIELDS = ("sentence", "date", "place", "perpetrator", "target", "killed", "injured", "weapon")
"""What a plug-in can suggest."""
_LONGEST_NAME = 100
_DAY = "When did this happen?"

Value = str | int | tuple[int | None, int | None, int | None] | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A passage of the text, and what a plug-in takes it for.

    Attributes:
        field: one of `FIELDS`; "sentence" is an incident of its own, where the rules found none.
        start: offset in code points.
        end: likewise, exclusive.
        value: for killed and injured a number, or low, best and high; for weapon a code of
            `vocabulary.WEAPON`; for places and actors their name, None takes the passage itself.
        draft: number of the draft that it is about; None is the one whose sentences hold it.
    """

    field: str
    start: int
    end: int
    value: Value = None
    draft: int | None = None


class Plugin(Protocol):
    """Whatever reads a text beside the rules.

    It may have `seconds`, what it asks for one text; else it has `SECONDS`.
    """

    @property
    def name(self) -> str:
        """Of the model or list, such as "en_core_web_sm"."""

    @property
    def version(self) -> str:
        """Of the model."""

    @property
    def fingerprint(self) -> str:
        """A hash of what decides its answers: weights, settings, prompt. See `hash_of`."""

    def suggest(self, text: str, drafts: Sequence[Draft]) -> Iterable[Suggestion]:
        """What it finds; `drafts` are those of the rules, in the order of the text."""


def hash_of(*paths: Path | str) -> str:
    """SHA-256 of files and folders, names and bytes, for `Plugin.fingerprint`.

    Raises:
        OSError: one cannot be read.
    """
    found = hashlib.sha256()
    for path in map(Path, paths):
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in (file for file in inside if file.is_file()):
            with file.open("rb") as body:
                found.update(file.name.encode() + hashlib.file_digest(body, "sha256").digest())
    return found.hexdigest()


def load(name: str) -> Plugin:
    """The plug-in that `module:attribute` names; the attribute is called where it is a class.

    Raises:
        ImpossibleValue: it cannot be imported or made, or is no plug-in; the sentence says why.
    """
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise ImpossibleValue(f"{name!r} names no plug-in; expected MODULE:ATTRIBUTE.")
    try:
        found = getattr(importlib.import_module(module), attribute)
        made: Plugin = found if hasattr(found, "suggest") and not _makes(found) else found()
        signature(made)
    except Exception as error:  # foreign code may raise anything
        why = " ".join(str(error).split())[:300]
        raise ImpossibleValue(
            f"The plug-in {name!r} cannot be used ({type(error).__name__}: {why})."
        ) from error
    return made


def signature(plugin: Plugin) -> str:
    """Name, version and hash of a plug-in as every draft carries them.

    Raises:
        ImpossibleValue: one of them is missing.
    """
    parts = [getattr(plugin, name, None) for name in ("name", "version", "fingerprint")]
    if not all(isinstance(part, str) and part.strip() for part in parts):
        raise ImpossibleValue("A plug-in has a name, a version and a fingerprint, all text.")
    if not callable(getattr(plugin, "suggest", None)):
        raise ImpossibleValue("A plug-in has a function suggest(text, drafts).")
    name, version, fingerprint = (" ".join(str(part).split())[:_LONGEST_NAME] for part in parts)
    return f"{name} {version} ({fingerprint})"


def _makes(found: object) -> bool:
    return isinstance(found, type)


def with_suggestions(
    text: str,
    reading: Reading,
    plugin: Plugin,
    *,
    country: str | None,
    places: PlaceResolver | None,
) -> Reading:
    """The reading with what a plug-in adds; as it was, with a note, where it fails or hangs."""

    def ask() -> tuple[str, list[Suggestion]]:
        return signature(plugin), _suggested(text, reading, plugin)

    try:
        signed, checked = within(_seconds(plugin), plugin, ask)
        drafts = _Filler(text, reading, country, places).fill(checked)
    except NoAnswer as late:
        return _failed(reading, plugin, str(late))
    except Exception as error:  # noqa: BLE001 - foreign code may raise anything; the rules stand
        why = " ".join(str(error).split())[:300] or "no reason given"
        return _failed(reading, plugin, f"failed ({type(error).__name__}: {why})")
    named = [replace(draft, reader=f"{draft.reader}; {signed}") for draft in drafts]
    return replace(reading, drafts=tuple(named))


def _seconds(plugin: Plugin) -> float:
    """What the plug-in has for one text.

    Raises:
        ImpossibleValue: it asks for no time that can be.
    """
    asked = getattr(plugin, "seconds", SECONDS)
    if type(asked) not in (int, float) or not 0 < asked <= _MOST_SECONDS:
        raise ImpossibleValue(f"its seconds are no number over 0 and up to {_MOST_SECONDS:g}")
    return float(asked)


def _failed(reading: Reading, plugin: object, what: str) -> Reading:
    # Read as it lies there: a property of what has just hung would hang again.
    held = inspect.getattr_static(plugin, "name", None)
    name = (held if isinstance(held, str) and held else type(plugin).__name__)[:_LONGEST_NAME]
    note = f"The plug-in {name} {what}. The drafts are those of the rules alone."
    drafts = tuple(replace(d, flags=(*d.flags, "plugin_failed")) for d in reading.drafts)
    return replace(reading, drafts=drafts, notes=(*reading.notes, note))


def _suggested(text: str, reading: Reading, plugin: Plugin) -> list[Suggestion]:
    found = list(islice(plugin.suggest(text, reading.drafts), MOST_SUGGESTIONS + 1))
    if len(found) > MOST_SUGGESTIONS:
        raise ImpossibleValue(f"it made more than {MOST_SUGGESTIONS:,} suggestions")
    return [_checked(text, one, len(reading.drafts)) for one in found]


def _checked(text: str, one: Suggestion, drafts: int) -> Suggestion:
    """A suggestion that can be: a passage of the text, a field that is known, a fitting value."""
    if one.field not in FIELDS:
        raise ImpossibleValue(f"it suggested the field {one.field!r}; known: {', '.join(FIELDS)}")
    if not 0 <= one.start < one.end <= len(text) or not text[one.start : one.end].strip():
        raise ImpossibleValue(f"{one.start} to {one.end} is no passage of the text")
    if one.draft is not None and not 0 <= one.draft < drafts:
        raise ImpossibleValue(f"there is no draft {one.draft}")
    if one.field == "weapon" and one.value not in WEAPON:
        raise ImpossibleValue(f"{one.value!r} is no code of the weapon vocabulary")
    if one.field in ("killed", "injured"):
        _range(one.value)
    return one


def _range(value: Value) -> tuple[int, int | None, int | None]:
    """Low, best and high; a low that is not said is 0.

    Raises:
        ImpossibleValue: they are no numbers of people, or out of order.
    """
    spread = (value, value, value) if isinstance(value, int) else value
    if not isinstance(spread, tuple) or len(spread) != len(("low", "best", "high")):
        raise ImpossibleValue(f"{value!r} is no number of people, nor low, best and high")
    known = [number for number in spread if number is not None]
    whole = all(type(number) is int and number >= 0 for number in known)
    if not known or not whole or known != sorted(known):
        raise ImpossibleValue(f"{value!r} is no number of people, nor low, best and high")
    low, best, high = spread
    return low or 0, best, high


class _Filler:
    """Fills the gaps of drafts with the suggestions for one text."""

    def __init__(
        self, text: str, reading: Reading, country: str | None, places: PlaceResolver | None
    ) -> None:
        self.text = text
        self.drafts = list(reading.drafts)
        self.resolver = places
        held = [p.country for d in reading.drafts for p in d.places if p.country is not None]
        self.context = Context((country,) if country else tuple(dict.fromkeys(held)))
        self.rules: dict[str, Callable[[Draft, Suggestion, Span], Draft]] = {
            "date": self._date,
            "place": self._place,
            "perpetrator": self._actor,
            "target": self._actor,
            "killed": self._figure,
            "injured": self._figure,
            "weapon": self._weapon,
        }

    def fill(self, suggestions: Sequence[Suggestion]) -> list[Draft]:
        """The drafts in the order of the text, those of suggested sentences among them."""
        for one in suggestions:
            if one.field == "sentence":
                self._sentence(one)
        for one in suggestions:
            number = self._about(one)
            if one.field == "sentence" or number is None:
                continue
            before = self.drafts[number]
            span = Span.of(self.text, one.start, one.end)
            after = self.rules[one.field](before, one, span)
            if after != before:
                flags = tuple(dict.fromkeys((*after.flags, "plugin_added")))
                self.drafts[number] = replace(after, flags=flags)
        return sorted(self.drafts, key=lambda draft: draft.sentence.start)

    def _about(self, one: Suggestion) -> int | None:
        if one.draft is not None:
            return one.draft
        for number, draft in enumerate(self.drafts):
            if any(s.start <= one.start and one.end <= s.end for s in draft.sentences):
                return number
        return None

    def _sentence(self, one: Suggestion) -> None:
        span = Span.of(self.text, one.start, one.end)
        if any(span.overlaps(told) for draft in self.drafts for told in draft.sentences):
            return
        nothing = DraftDate(None, None, "unknown", None, _DAY)
        flags = ("no_place", "plugin_added")
        self.drafts.append(
            Draft(span, (span,), nothing, (), None, None, (), (), (), flags, confidence={})
        )

    @staticmethod
    def _date(draft: Draft, _: Suggestion, span: Span) -> Draft:
        """Words for the day where the rules found none; what day they are is asked."""
        if draft.date.span is not None:
            return draft
        question = f"Which day is “{span.quote}”?"
        return replace(draft, date=DraftDate(None, None, "unknown", span, question))

    def _place(self, draft: Draft, one: Suggestion, span: Span) -> Draft:
        if any(span.overlaps(place.span) for place in draft.places):
            return draft
        name = self._name(one, span)
        mention = PlaceMention(name, name.casefold(), "", "event", "at", span)
        place: DraftPlace = located(mention, (), self.context, self.resolver)
        flags = tuple(flag for flag in draft.flags if flag != "no_place")
        return replace(draft, places=(*draft.places, place), flags=flags)

    def _actor(self, draft: Draft, one: Suggestion, span: Span) -> Draft:
        if any(span.overlaps(actor.span) for actor in draft.actors):
            return draft
        actor = DraftActor(self._name(one, span), one.field, span)
        return replace(draft, actors=(*draft.actors, actor))

    def _figure(self, draft: Draft, one: Suggestion, span: Span) -> Draft:
        low, best, high = _range(one.value)
        held: Figure | None = getattr(draft, one.field)
        if held is not None:
            same = (held.low, held.best, held.high) == (low, best, high)
            flags = (*draft.flags, f"plugin_differs_{one.field}")
            return draft if same else replace(draft, flags=tuple(dict.fromkeys(flags)))
        qualifier = "exact" if low == best == high else "range"
        figure = Figure(low, best, high, qualifier, "undetermined", span, (span,))
        if one.field == "killed":
            return replace(draft, killed=figure)
        return replace(draft, injured=figure)

    def _weapon(self, draft: Draft, one: Suggestion, span: Span) -> Draft:
        code = str(one.value)
        if any(weapon.weapon == code for weapon in draft.weapons):
            return draft
        weapon = DraftWeapon(code, weapon_group_of(code), span)
        return replace(draft, weapons=(*draft.weapons, weapon))

    @staticmethod
    def _name(one: Suggestion, span: Span) -> str:
        return " ".join(str(one.value if one.value is not None else span.quote).split())
