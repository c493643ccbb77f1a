"""JSON, JSON lines and GeoJSON: a list of objects, however it is wrapped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from geodata.errors import UnreadableFile
from geodata.sources.raw_table import BrokenRow, RawTable, from_records
from geodata.sources.shapes import place_of

_WRAPPERS = ("data", "Result", "results", "result", "records", "items", "events", "incidents",
             "strike")  # fmt: skip


def read_json(path: Path) -> RawTable:
    """The objects in a JSON file: a list, a list in a wrapper, a FeatureCollection, or lines.

    Raises:
        UnreadableFile: empty, no JSON, cut off, nested beyond reason, or without objects.
    """
    text = _text(path)
    if _by_lines(text):
        return _lines(path, text)
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError, ValueError) as error:
        raise UnreadableFile(path, _why(error)) from error
    found = _objects(path, document)
    broken = tuple(
        BrokenRow(number, "it is no JSON object", _dump(value))
        for number, value in enumerate(found, start=1)
        if not isinstance(value, dict)
    )
    records = (
        (number, flat(value), _dump(value))
        for number, value in enumerate(found, start=1)
        if isinstance(value, dict)
    )
    return from_records(path, records, broken=broken)


def _text(path: Path) -> str:
    data = path.read_bytes()
    if not data.strip():
        raise UnreadableFile(path, "it is empty. Save it again, and import that file.")
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        raise UnreadableFile(path, "it is no JSON text: its letters cannot be read.") from error


def _by_lines(text: str) -> bool:
    start = text.lstrip()
    if not start.startswith("{"):
        return False
    first = start.split("\n", 1)[0]  # as the lines are told apart, not at U+2028 in a text
    try:
        return isinstance(json.loads(first), dict) and "features" not in json.loads(first)
    except (json.JSONDecodeError, RecursionError, ValueError):
        return False


def _lines(path: Path, text: str) -> RawTable:
    broken: list[BrokenRow] = []
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) == 1 and (wrapped := _wrapped(json.loads(lines[0]))) is not None:
        lines = [_dump(value) for value in wrapped]

    def records() -> Iterator[tuple[int, Mapping[str, object], str]]:
        for number, line in enumerate(lines, start=1):
            try:
                value = json.loads(line)
            except (json.JSONDecodeError, RecursionError, ValueError) as error:
                broken.append(BrokenRow(number, _why(error), line))
                continue
            if isinstance(value, dict):
                yield number, flat(value), line.strip()
            else:
                broken.append(BrokenRow(number, "it is no JSON object", line))

    table = from_records(path, records())
    return RawTable(table.columns, table.rows, tuple(broken), table.records)


def _objects(path: Path, document: object) -> list[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        wrapped = _wrapped(document)
        return [document] if wrapped is None else wrapped
    raise UnreadableFile(path, "it holds no list of records.")


def _wrapped(document: dict[str, Any]) -> list[Any] | None:
    for key in ("features", *_WRAPPERS):
        value = document.get(key)
        if isinstance(value, list) and (not value or isinstance(value[0], dict)):
            return value
    return None


def flat(record: dict[str, Any]) -> Mapping[str, object]:
    """A GeoJSON feature as its properties and its place; any other object as it is."""
    if record.get("type") != "Feature":
        return record
    properties = record.get("properties")
    flat: dict[str, object] = dict(properties) if isinstance(properties, dict) else {}
    flat |= place_of(record.get("geometry"), flat)
    if "id" in record:
        flat.setdefault("id", record["id"])
    return flat


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply to be a table."
    if isinstance(error, json.JSONDecodeError):
        # The parser stands at the end where a file was cut off.
        cut = error.pos >= len(error.doc.rstrip()) or "Unterminated" in error.msg
        where = f"at line {error.lineno:,}"
        return f"the JSON breaks off {where}." if cut else f"it is no JSON {where}: {error.msg}."
    return "it holds a number that is too long to read."
