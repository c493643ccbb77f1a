"""Files made to harm whoever reads them, and files that only look so."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from contextlib import closing
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


_ODS = (
    '<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:p="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><o:body><o:spreadsheet>'
    '<t:table t:name="s"><t:table-row>%s</t:table-row>%s</t:table></o:spreadsheet></o:body>'
    "</o:document-content>"
)
_ODS_HEADER = "".join(
    f"<t:table-cell><p:p>{name}</p:p></t:table-cell>" for name in HEADER.strip().split(",")
)


def _packed(name: str, content: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr(name, content)
    return held.getvalue()


def _ods(rows: str, header: str = _ODS_HEADER) -> bytes:
    return _packed("content.xml", _ODS % (header, rows))


def _laughs(entities: int) -> bytes:
    """Entities of entities, which would unpack to gigabytes."""
    named = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(entities))
    return f'<!DOCTYPE kml [<!ENTITY l0 "lol">{named}]><kml>&l{entities};</kml>'.encode()


def _geopackage(path: Path, view: str) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.executescript(
            "create table gpkg_contents (table_name, data_type);"
            "insert into gpkg_contents values ('incidents', 'features');"
            "create table gpkg_geometry_columns (table_name, column_name, srs_id);"
            "insert into gpkg_geometry_columns values ('incidents', 'geom', 4326);"
            "create table gpkg_spatial_ref_sys (srs_id, organization, organization_coordsys_id);"
            "insert into gpkg_spatial_ref_sys values (4326, 'EPSG', 4326);"
        )
        file.execute("create view incidents as " + view)


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
        "zip bomb.ods": (_packed("content.xml", " " * 40_000_000), "it unpacks to"),
        "rows without end.ods": (
            _ods('<t:table-row t:number-rows-repeated="1048576">' + _ODS_HEADER + "</t:table-row>"),
            "far more rows"),
        "columns without end.ods": (
            _ods("", '<t:table-cell t:number-columns-repeated="999999999"><p:p>x</p:p>'
                 "</t:table-cell>"), "columns"),
        "last cell.ods": (
            _ods('<t:table-row t:number-rows-repeated="1048574"/><t:table-row>'
                 '<t:table-cell t:number-columns-repeated="16383"/><t:table-cell><p:p>x</p:p>'
                 "</t:table-cell></t:table-row>"), None),
        "spaces.ods": (
            _ods('<t:table-row><t:table-cell><p:p><p:s p:c="999999999"/></p:p></t:table-cell>'
                 "</t:table-row>"), None),
        "laughs.kml": (_laughs(30), "document type"),
        "deep.kml": (b"<kml>" + b"<Folder>" * 1_000_000, "deep"),
        "bomb.kmz": (_packed("doc.kml", "<kml>" + " " * 60_000_000), "unpacks"),
        "no end.csv": (b"date,country," * 1_000_000, "columns"),
    }  # fmt: skip
    for name, (content, _) in contents.items():
        (folder / name).write_bytes(content)
    _parquet_bomb(folder / "bomb.parquet", 50_000_000)
    digits = "(" + " union all ".join(["select 'x' as date, null as geom"] * 10) + ")"
    many = ", ".join(f"{digits} d{n}" for n in range(8))
    _geopackage(folder / "view.gpkg", f"select d0.* from {many}")  # noqa: S608 - ours
    _geopackage(folder / "long.gpkg", "select zeroblob(900000000) as geom, 'x' as date")
    _geopackage(
        folder / "endless.gpkg",
        "with recursive r(n) as (select 1 union all select n + 1 from r) select n as date from r",
    )
    made = {"bomb.parquet": "unpacks", "view.gpkg": "far more", "long.gpkg": "cannot be read",
            "endless.gpkg": "cannot be read"}  # fmt: skip
    return {name: part for name, (_, part) in contents.items()} | made
