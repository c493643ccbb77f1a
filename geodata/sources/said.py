"""What the person who imports a file says of it, kept with the import for rows mended later."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from geodata.sources.profile import Profile, from_values


@dataclass(frozen=True)
class Said:
    """What a person says of a file.

    Attributes:
        dataset: the name for rows that bring none; None takes the source's, else the file's.
        today: rows dated later need attention; None checks nothing.
        day_order: "day-first" or "month-first" where a column of dates does not tell.
        profile: which column is what; None takes the columns by their names.
    """

    dataset: str | None = None
    today: dt.date | None = None
    day_order: str | None = None
    profile: Profile | None = None


def as_json(source: str, said: Said) -> str:
    """How a file was read, as JSON text: the reader's name and what was said, without the day."""
    profile = None if said.profile is None else said.profile.as_values()
    values = {"source": source, "dataset": said.dataset, "day_order": said.day_order}
    return json.dumps(values | {"profile": profile}, ensure_ascii=False)


def from_json(text: str | None) -> tuple[str | None, Said]:
    """The reader's name and what was said; of an import that did not keep it, nothing.

    Raises:
        ImpossibleValue, UnknownCode: the profile in it is none.
    """
    values = json.loads(text) if text else {}
    profile = values.get("profile")
    said = Said(
        dataset=values.get("dataset"),
        day_order=values.get("day_order"),
        profile=None if profile is None else from_values(profile),
    )
    return values.get("source"), said
