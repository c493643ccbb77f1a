"""Files made to harm whoever reads them, and files that only look so."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

HEADER = "date,place_name,country,killed\n"
ROW = "2016-06-16,At Tanf,SYR,2\n"


def _workbook(cells: dict[tuple[int, int], object]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for (row, column), value in cells.items():
        sheet.cell(row, column, value)  # type: ignore[arg-type]
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _zip_bomb() -> bytes:
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_workbook({(1, 1): "date"}))) as plain,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed,
    ):
        for member in plain.namelist():
            bulk = b" " * 40_000_000 if member.endswith("sheet1.xml") else b""
            packed.writestr(member, plain.read(member) + bulk)
    return held.getvalue()


def _parquet_bomb(path: Path, rows: int) -> None:
    piece = pa.table({"date": pa.nulls(1_000_000, pa.int8()), "country": pa.nulls(1_000_000)})
    with pq.ParquetWriter(path, piece.schema) as writer:
        for _ in range(rows // len(piece)):
            writer.write_table(piece)


def make(folder: Path) -> dict[str, str | None]:
    """Make the files; by name, a part of the sentence each ends in, or None where it is read."""
    header = {(1, n): name for n, name in enumerate(HEADER.strip().split(","), start=1)}
    row = {(2, n): name for n, name in enumerate(ROW.strip().split(","), start=1)}
    contents: dict[str, tuple[bytes, str | None]] = {
        "a million columns.csv": (b"date,country," + b"a," * 1_000_000 + b"\n", "columns"),
        "last cell alone.xlsx": (_workbook({(1_048_576, 16_384): "x"}), "columns"),
        "last cell.xlsx": (_workbook(header | row | {(1_048_576, 16_384): "x"}), None),
        "zip bomb.xlsx": (_zip_bomb(), "it unpacks to"),
        "unclosed.csv": ((HEADER + ROW * 100_000 + '"open,' + ROW * 100_000).encode(), "quot"),
        "one cell.csv": (HEADER.encode() + b'"' + b"x" * 3_000_000 + b'"\n', None),
        "nul.csv": ((HEADER + ROW + "\0").encode(), "NUL"),
        "utf-16.csv": ((HEADER + ROW).encode("utf-16"), None),
        "mixed.csv": (HEADER.encode() + ROW.encode() + "2016-06-16,Şam,SYR,2\n".encode()
                      + "2016-06-17,Café,SYR,1\n".encode("cp1252"), None),
        "deep.json": (b"[" * 1_000_000 + b"]" * 1_000_000, "deep"),
        "deep lines.jsonl": (b'{"a":' * 200_000 + b"1" + b"}" * 200_000 + b"\n", "deep"),
        "long number.json": (b'[{"date":"2016-06-16","country":"SYR","killed":' + b"9" * 9_000
                             + b"}]", "too long"),
        "formulas.xlsx": (_workbook(header | row | {(2, 2): '=WEBSERVICE("http://x.example")'}),
                          None),
        "no end.csv": (b"date,country," * 1_000_000, "columns"),
    }  # fmt: skip
    for name, (content, _) in contents.items():
        (folder / name).write_bytes(content)
    _parquet_bomb(folder / "bomb.parquet", 50_000_000)
    return {name: part for name, (_, part) in contents.items()} | {"bomb.parquet": "unpacks"}
