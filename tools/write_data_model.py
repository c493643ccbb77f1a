"""Write `docs/data-model.md` from the schema and the vocabularies, so that it cannot go stale.

Run: python tools/write_data_model.py
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from geodata.schema import ACCOUNTS, INCIDENTS, Column
from geodata.vocabulary import Vocabulary, vocabularies

DOCUMENT = Path(__file__).parents[1] / "docs" / "data-model.md"
INTRODUCTION = """\
# Data model

*Written by `tools/write_data_model.py` from `geodata/schema.py` and `geodata/vocabulary.py`.*

There are two levels, and the split is the point.

- An **account** is what one source says. It is never altered.
- An **incident** is one event as the analysts hold it, made of one or more accounts. It is
  **disputed** where its accounts contradict one another: one denies, their ranges of killed or
  injured share no number, or they name perpetrators and have none in common. A source that says
  nothing contradicts nobody.

Null means *not reported*; 0 means *reported as none*. Several values in one cell are separated
by ` | `. Coordinates are WGS 84 degrees with six decimals; 0, 0 is refused. A lone best figure is
an exact one. A low without a high is open: "at least".

## How sums are made

A sum adds lows (a missing low is taken from best), bests (a missing best is taken from low) and
highs. One open high makes the sum's high open. Incidents with no figure at all add nothing and
are counted. An incident known to the country at best, or not located, is counted as *not on the
map*.

## Where and when

An incident is in a window of days when its span, `date_start` to `date_end`, touches it. A box or
a polygon holds an incident by its point; for a coarse place that is the middle of the ring.
Incidents without a point are in no box. A least number killed or injured is met by a known figure
only (best, else low).
"""


def document() -> str:
    """The whole document."""
    parts = [INTRODUCTION, "## Incidents\n", *_table(INCIDENTS)]
    parts += ["\n## Accounts\n", *_table(ACCOUNTS), "\n## Code lists\n"]
    for name, vocabulary in vocabularies().items():
        parts += _codes(name, vocabulary)
    return "\n".join(parts) + "\n"


def _table(columns: Iterable[Column]) -> Iterator[str]:
    yield "| column | holds | meaning |\n|---|---|---|"
    for column in columns:
        yield f"| `{column.name}` | {column.kind} | {column.meaning} |"


def _codes(name: str, vocabulary: Vocabulary) -> Iterator[str]:
    yield f"### {name}\n\n{vocabulary.provenance}.\n\n| code | label | |\n|---|---|---|"
    for term in vocabulary.terms:
        more = ", ".join(f"{k} {v}" for k, v in term.attributes.items() if v is not None)
        yield f"| `{term.code}` | {term.label} | {more} |"
    yield ""


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
