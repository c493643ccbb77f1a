"""CSV and TSV as people have them: any of four separators, three encodings, loose ends."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from geodata.errors import UnreadableFile
from geodata.sources.headerless import Headerless, headerless
from geodata.sources.heading import Heading, Row, find_heading, recognised
from geodata.sources.raw_table import BrokenRow, RawTable, check_width, unique_names

SEPARATORS = (",", ";", "\t", "|")
_LONGEST_CELL = 1_000_000
_BLOCK = 1 << 24
_HEAD_LINES = 200
"""Lines in which the header is looked for; a cell may run over several."""
_QUOTE = b'"'


def read_delimited(path: Path, header_row: int | None = None) -> RawTable:
    """The table in a text file; rows that do not fit its header are kept as broken.

    Args:
        path: the file.
        header_row: in which row the header stands, empty lines counted; None looks for it.

    Raises:
        UnreadableFile: empty, no text, cut off inside a quotation, too wide, or without a header
            in that row.
    """
    data, notes = _utf8(path, path.read_bytes())
    data = _with_line_ends(data)
    known = headerless(_first_line(data))
    if known is None:
        head = _header(path, data, header_row)
        data, notes = data[head.starts_at :], (*notes, *head.notes)
        _check_quotes(path, data, head.separator, head.lines_above)
    else:
        head = _Head(known.columns, known.separator)
    names = head.names
    broken: list[tuple[int, int, str]] = []
    try:
        table = _parse(data, names, head.separator, broken, known)
    except pa.ArrowInvalid as error:
        raise UnreadableFile(path, f"it cannot be read as a table: {_plain(error)}") from error
    del data  # a large file is not held twice
    before = 1 if known is None else 0
    broken = [(number - before, cells, text) for number, cells, text in broken]
    rows, kept = _numbered(table.num_rows, broken, len(names))
    return RawTable(_combined(table), rows, kept, notes=notes, protected=True, header_row=head.row)


def _utf8(path: Path, data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The bytes as UTF-8 without a mark, and notes on how they were read."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(path, data, "utf-16"), ("It was read as UTF-16.",)
    data = data.removeprefix(codecs.BOM_UTF8)
    if not data[:4096].strip() and not data.strip():
        raise UnreadableFile(path, "it is empty. Save the table again, and import that file.")
    if b"\0" in data[:4096] and (order := _utf16_order(data[:4096])):
        return _decoded(path, data, order), ("It was read as UTF-16.",)
    if b"\0" in data:
        raise UnreadableFile(path, "it holds NUL bytes: it is no text, or it is damaged.")
    if _is_utf8(data):
        return data, ()
    repaired = data.decode("utf-8", errors="conflictmap.cp1252").encode()
    return repaired, ("It is not all UTF-8: the other letters were read as Windows-1252.",)


def _with_line_ends(data: bytes) -> bytes:
    """The same lines ended by a line feed."""
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")  # as old spreadsheets on a Mac write them
    return data if data.endswith(b"\n") else data + b"\n"


def _decoded(path: Path, data: bytes, encoding: str) -> bytes:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile(path, "it says that it is UTF-16 text, but breaks off.") from error
    if "\0" in text or not text.strip("\ufeff\r\n\t "):
        raise UnreadableFile(path, "it holds no text. Save the table again as UTF-8.")
    return text.removeprefix("\ufeff").encode("utf-8", "replace")


def _utf16_order(sample: bytes) -> str | None:
    """UTF-16's byte order where a mark is missing: Latin text has a NUL in every pair."""
    pairs = len(sample) // 2
    if sample[1::2].count(0) > 0.4 * pairs and not sample[0::2].count(0):
        return "utf-16-le"
    if sample[0::2].count(0) > 0.4 * pairs and not sample[1::2].count(0):
        return "utf-16-be"
    return None


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _BLOCK):
            decoder.decode(data[start : start + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.start + 1]
    return byte.decode("cp1252", "ignore") or byte.decode("latin-1"), error.start + 1


codecs.register_error("conflictmap.cp1252", _as_cp1252)


@dataclass(frozen=True, slots=True)
class _Head:
    """The header: its names, its last row, the byte and the line where that one begins."""

    names: Sequence[str]
    separator: str
    row: int | None = None
    starts_at: int = 0
    lines_above: int = 0
    notes: tuple[str, ...] = ()


def _first_line(data: bytes) -> str:
    start = data[:_LONGEST_CELL].lstrip(b"\r\n")
    return start.split(b"\n", 1)[0].decode("utf-8", "replace")


def _header(path: Path, data: bytes, said: int | None) -> _Head:
    """The header, read with the separator that most of the first rows fit, and that tells most."""
    line = _first_line(data)
    check_width(path, 1 + max(line.count(separator) for separator in SEPARATORS))
    sample = io.StringIO(data[: _LONGEST_CELL * 4].decode("utf-8", "replace"), newline="")
    lines = list(itertools.islice(sample, max(said or 0, _HEAD_LINES)))
    found = []
    for separator in SEPARATORS:
        if rows := _rows(lines, separator, said):
            heading = find_heading(path, [row for row, _ in rows], said)
            found.append((_fits(heading, rows), separator, rows, heading))
    if not found:
        raise UnreadableFile(path, "it cannot be read as a table: its first line is no header.")
    _, separator, rows, heading = max(found, key=lambda each: each[0])
    above = rows[heading.last][1]
    starts_at = len("".join(lines[:above]).encode())
    names = unique_names(heading.names)
    return _Head(names, separator, heading.row, starts_at, above, heading.notes)


def _rows(lines: Sequence[str], separator: str, said: int | None) -> list[tuple[Row, int]]:
    """The rows in some lines that hold anything, each with the number of lines above it."""
    reader = csv.reader(lines, delimiter=separator)
    rows: list[tuple[Row, int]] = []
    above = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if said is not None and number > said:
                break
            if any(cell.strip() for cell in cells) or (not rows and cells):
                rows.append((Row(number, cells), above))
            above = reader.line_num
    except csv.Error:  # a cell longer than any real one
        pass
    return rows


def _fits(heading: Heading, rows: Sequence[tuple[Row, int]]) -> tuple[bool, int, int]:
    """How well a separator suits: most rows are as wide as the header; names known, and all."""
    width = len(heading.names)
    below = [len(row.cells) == width for row, _ in rows[heading.last + 1 :]]
    return width > 1 and sum(below) * 2 >= len(below), recognised(heading.names), width


def _check_quotes(path: Path, data: bytes, separator: str, lines_above: int) -> None:
    """Refuse a file that ends inside a quotation: its last cell would swallow the rows before.

    An odd number of quotation marks is only a hint (5" in a cell); a strict reader decides.
    """
    if data.count(_QUOTE) % 2 == 0:
        return
    limit = csv.field_size_limit(_LONGEST_CELL)
    try:
        line = _open_quotation(data, separator)
    finally:
        csv.field_size_limit(limit)
    if line is not None:
        raise UnreadableFile(
            path,
            f"a quotation mark that opens at about line {line + lines_above:,} is never closed: "
            "the file is cut off or damaged. Save or download it again.",
        )


def _open_quotation(data: bytes, separator: str) -> int | None:
    """The line of the row that ends inside a quotation; None where every one is closed."""
    lines = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    reader = csv.reader(lines, delimiter=separator)
    before = line = 0
    try:
        for _ in reader:
            before, line = line, reader.line_num
    except csv.Error:  # a cell longer than any real one
        return line + 1
    lines = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    last = [text for number, text in enumerate(lines) if number >= before]
    try:
        list(csv.reader(last, delimiter=separator, strict=True))
    except csv.Error as error:
        return before + 1 if "unexpected end" in str(error) else None
    return None


def _parse(
    data: bytes,
    names: Sequence[str],
    separator: str,
    broken: list[tuple[int, int, str]],
    known: Headerless | None,
) -> pa.Table:
    def keep(row: arrow_csv.InvalidRow) -> str:
        broken.append((row.number, row.actual_columns, row.text))
        return "skip"

    return arrow_csv.read_csv(
        pa.BufferReader(data),
        # One thread: only then does a broken row know its number.
        read_options=arrow_csv.ReadOptions(
            use_threads=False, block_size=_BLOCK, column_names=list(names),
            skip_rows_after_names=1 if known is None else 0,
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=separator, quote_char='"' if known is None else False,
            newlines_in_values=known is None, invalid_row_handler=keep,
        ),
        convert_options=arrow_csv.ConvertOptions(
            strings_can_be_null=False, column_types={name: pa.string() for name in names}
        ),
    )  # fmt: skip


def _combined(table: pa.Table) -> pa.Table:
    """The table with each column in one piece, copied column by column."""
    names = table.column_names
    columns: list[pa.Array] = []
    while table.num_columns:
        columns.append(table.column(0).combine_chunks())
        table = table.remove_column(0)
    return pa.table(columns, names=names)


def _numbered(
    good: int, broken: list[tuple[int, int, str]], width: int
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], tuple[BrokenRow, ...]]:
    """Row numbers of the good rows, and the broken ones with their reasons."""
    total = good + len(broken)
    numbers = {number: (cells, text) for number, cells, text in broken}
    at = np.fromiter(numbers, dtype=np.int64, count=len(numbers))
    rows = np.delete(np.arange(1, total + 1, dtype=np.int64), at - 1)
    kept = tuple(
        BrokenRow(row, _misfit(cells, width, last=row == total), text)
        for row, (cells, text) in sorted(numbers.items())
    )
    return rows, kept


def _misfit(cells: int, width: int, *, last: bool) -> str:
    if last and cells == 1 < width - 1:
        return (
            f"a note below the table, or the file breaks off in this row: it has 1 of {width} cells"
        )
    if last and cells < width:
        return f"the file breaks off in this row: it has {cells} of {width} cells"
    return f"it has {cells} cells where the header has {width}"


def _plain(error: Exception) -> str:
    return str(error).splitlines()[0].removeprefix("CSV parse error: ").rstrip(".") + "."
