"""`conflictmap read`: news texts to draft incidents, each figure with its quotation."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboard.commands.places import refuse_unknown_country, written
from dashboard.commands.record import gazetteer
from dashboard.commands.terminal import Terminal
from geodata.documents import LARGEST_FILE, read_document
from geodata.errors import ImpossibleValue, UnreadableFile
from geodata.gazetteer import Gazetteer, country_code
from geodata.reading import Draft, Plugin, Reading, load_plugin, read_text
from geodata.reading.plugins import SETTING

_PLAIN = frozenset((".txt", ".text", ".md", ""))


def read(arguments: Namespace, terminal: Terminal) -> int:
    """Read a document, or many texts line by line; nothing is added to a store."""
    published = _day(arguments.published)
    refuse_unknown_country(arguments.country)
    country = country_code(arguments.country)
    if (arguments.jsonl is None) == (arguments.file is None):
        raise ImpossibleValue("Give one document, - for standard input, or --jsonl FILE.")
    wanted = arguments.plugin or os.environ.get(SETTING)
    plugin = load_plugin(wanted) if wanted else None
    places = gazetteer(terminal)
    if arguments.jsonl is not None:
        return _read_lines(arguments, terminal, places, plugin)
    text, stated = _document(arguments.file)
    reading = read_text(
        text, published=published or stated, country=country, places=places,
        document_id=None if arguments.file == "-" else Path(arguments.file).name, plugin=plugin,
    )  # fmt: skip
    for note in reading.notes:
        terminal.tell(note)
    if arguments.out is not None:
        out = arguments.out.expanduser().absolute()
        with written(out) as file:
            file.write(json.dumps(reading.to_json(), ensure_ascii=False) + "\n")
        terminal.tell(f"Written to {out}")
    terminal.result(reading.to_json(), _told(reading))
    return 0


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ImpossibleValue(f"{text!r} is no day; expected YYYY-MM-DD.") from error


def _document(name: str) -> tuple[str, dt.date | None]:
    """The text, and the day of publication where the file itself gives one.

    Plain text in UTF-8 is read as it stands, so that offsets fit the file.
    """
    if name == "-":
        return sys.stdin.buffer.read().decode("utf-8", "replace"), None
    path = Path(name)
    if path.suffix.casefold() in _PLAIN:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if path.stat().st_size <= LARGEST_FILE:
                return path.read_bytes().decode("utf-8-sig"), None
    document = read_document(path)
    return document.text, document.published


def _told(reading: Reading) -> str:
    if not reading.drafts:
        return "No incident was found in the text."
    return "\n".join(_draft_line(draft) for draft in reading.drafts)


def _draft_line(draft: Draft) -> str:
    values = draft.to_json()
    day = values["date"] or {}
    when = day.get("start") or day.get("question") or "day unknown"
    places = ", ".join(place["name"] for place in values["places"][:2]) or "place unknown"
    people = [f"{_figure(values[what])} {what}" for what in ("killed", "injured") if values[what]]
    return "; ".join((str(when), places, *people, f"“{values['sentence']['quote']}”"))


def _figure(figure: dict[str, Any]) -> str:
    low, high = figure["low"], figure["high"]
    if high is None:
        return f"at least {low}"
    return str(low) if low == high else f"{low} to {high}"


def _read_lines(
    arguments: Namespace, terminal: Terminal, places: Gazetteer, plugin: Plugin | None
) -> int:
    """One reading a line; a line that cannot be read gives a line that says so."""
    if arguments.out is None:
        raise ImpossibleValue("Many texts need --out FILE for their readings.")
    out = arguments.out.expanduser().absolute()
    texts = drafts = faults = 0
    with written(out) as file:
        for number, line in _lines(arguments.jsonl):
            texts += 1
            try:
                values = _read_line(line, places, plugin)
            except (ValueError, ImpossibleValue) as error:
                faults += 1
                values = {"id": None, "line": number, "error": str(error), "drafts": []}
            drafts += len(values["drafts"])
            file.write(json.dumps(values, ensure_ascii=False) + "\n")
            if texts % 50 == 0:
                terminal.progress(f"{texts:,} texts read", 0.0)
    counts = {"texts": texts, "drafts": drafts, "unreadable": faults, "out": str(out)}
    text = f"{texts:,} texts, {drafts:,} drafts, {faults:,} unreadable; written to {out}"
    terminal.result(counts, text)
    return 0


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise UnreadableFile(path, f"it cannot be read ({error.strerror}).") from error


def _read_line(line: str, places: Gazetteer, plugin: Plugin | None) -> dict[str, Any]:
    item = json.loads(line)
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise ImpossibleValue("it is no object with a text")
    name = item.get("country")
    reading = read_text(
        item["text"],
        published=_day(item.get("published")),
        country=country_code(name) if isinstance(name, str) else None,
        places=places,
        document_id=None if item.get("id") is None else str(item["id"]),
        plugin=plugin,
    )
    return reading.to_json()
