"""CSV and TSV as people have them: any of four separators, three encodings, loose ends."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from geodata.errors import UnreadableFile
from geodata.sources.headerless import Headerless, headerless
from geodata.sources.raw_table import BrokenRow, RawTable, check_width, unique_names

SEPARATORS = (",", ";", "\t", "|")
_LONGEST_CELL = 1_000_000
_BLOCK = 1 << 24
_QUOTE = b'"'


def read_delimited(path: Path) -> RawTable:
    """The table in a text file; rows that do not fit its header are kept as broken.

    Raises:
        UnreadableFile: empty, no text, cut off inside a quotation, or too wide.
    """
    data, notes = _utf8(path, path.read_bytes())
    data = _with_line_ends(data)
    known = headerless(data[: data.find(b"\n")][:_LONGEST_CELL].decode("utf-8", "replace"))
    names, separator = _header(path, data) if known is None else (known.columns, known.separator)
    if known is None:
        _check_quotes(path, data, separator)
    broken: list[tuple[int, int, str]] = []
    try:
        table = _parse(data, names, separator, broken, known)
    except pa.ArrowInvalid as error:
        raise UnreadableFile(path, f"it cannot be read as a table: {_plain(error)}") from error
    del data  # a large file is not held twice
    before = 1 if known is None else 0
    broken = [(number - before, cells, text) for number, cells, text in broken]
    rows, kept = _numbered(table.num_rows, broken, len(names))
    return RawTable(_combined(table), rows, kept, notes=notes, protected=True)


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
    """The same lines ended by a line feed, without blank ones before the header."""
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")  # as old spreadsheets on a Mac write them
    data = data.lstrip(b"\r\n")
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


def _header(path: Path, data: bytes) -> tuple[Sequence[str], str]:
    """The names in the header, and the separator that gives the most of them."""
    sample = data[: _LONGEST_CELL * 4].decode("utf-8", "replace")
    line = sample[: sample.find("\n")]
    check_width(path, 1 + max(line.count(separator) for separator in SEPARATORS))
    found = [(_first_row(sample, separator), separator) for separator in SEPARATORS]
    header, separator = max(found, key=lambda pair: len(pair[0]))
    if not header:
        raise UnreadableFile(path, "it cannot be read as a table: its first line is no header.")
    return unique_names(header), separator


def _first_row(sample: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(sample, newline=""), delimiter=separator), [])
    except csv.Error:  # a header cell longer than any real one
        return []


def _check_quotes(path: Path, data: bytes, separator: str) -> None:
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
            f"a quotation mark that opens at about line {line:,} is never closed: the file is cut "
            "off or damaged. Save or download it again.",
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
    if last and cells < width:
        return f"the file breaks off in this row: it has {cells} of {width} cells"
    return f"it has {cells} cells where the header has {width}"


def _plain(error: Exception) -> str:
    return str(error).splitlines()[0].removeprefix("CSV parse error: ").rstrip(".") + "."
