"""Whole files of each format spoilt byte by byte: a reading that adds up, or one sentence.

Short here. By hand, for as long as one likes:
`CONFLICTMAP_FUZZ_EXAMPLES=100000 pytest tests/fuzz`. What it finds becomes a seed below.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.checked import check_table

EXAMPLES = int(os.environ.get("CONFLICTMAP_FUZZ_EXAMPLES", "15"))
ROWS = [
    {"date": "2016-06-16", "place_name": "At Tanf", "country": "Syria", "latitude": "33.5",
     "longitude": "38.66", "killed": "2", "title": 'A "quoted", cut | joined title'},
    {"date": "Thursday", "place_name": "حلب", "country": "SYR", "latitude": "", "longitude": "",
     "killed": "4-6", "title": "=1+1"},
]  # fmt: skip


def _delimited(separator: str, encoding: str = "utf-8") -> bytes:
    lines = [list(ROWS[0]), *(list(row.values()) for row in ROWS)]
    quoted = (['"' + cell.replace('"', '""') + '"' for cell in line] for line in lines)
    return "\n".join(separator.join(line) for line in quoted).encode(encoding)


def _workbook() -> bytes:
    book, held = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for line in (list(ROWS[0]), *(list(row.values()) for row in ROWS)):
        book.active.append(line)
    book.save(held)
    return held.getvalue()


def _parquet() -> bytes:
    held = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), held)
    return held.getvalue()


def _geojson() -> bytes:
    features = [
        {"type": "Feature", "properties": row,
         "geometry": {"type": "Point", "coordinates": [38.66, 33.5]}}
        for row in ROWS
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _kml() -> bytes:
    marks = "".join(
        f"<Placemark><name>{row['place_name']}</name><TimeStamp><when>{row['date']}</when>"
        f"</TimeStamp><ExtendedData><Data name='killed'><value>{row['killed']}</value></Data>"
        "</ExtendedData><LineString><coordinates>38.66,33.5 38.7,33.6</coordinates></LineString>"
        "</Placemark>"
        for row in ROWS
    )
    return f"<kml xmlns='http://www.opengis.net/kml/2.2'>{marks}</kml>".encode()


def _written(name: str, **how: Any) -> bytes:
    """The rows as GDAL writes them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        table = pa.Table.from_pylist(ROWS)
        if how["geometry_type"]:
            table = table.append_column(*POINTS)
        pyogrio.write_arrow(table, path, **how)
        return path.read_bytes()


POINTS = "geom", pa.array([b"\x01\x01\x00\x00\x00" + bytes(16), None], pa.binary())


def _gdelt() -> bytes:
    cells = [""] * 61
    cells[:4] = ["1", "20260314", "202603", "2026"]
    cells[26:30] = ["195", "195", "19", "4"]
    cells[51:54] = ["4", "Tadef, Halab, Syria", "SY"]
    cells[56:61] = ["36.3", "37.5", "", "20260314120000", "https://example.org/a"]
    return ("\t".join(cells) + "\n").encode() * 2


def _packed(name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:  # not pressed, so that what is spoilt is the text
        archive.writestr(name, content)
    return held.getvalue()


def _ods() -> bytes:
    whole = _written("t.ods", driver="ODS", geometry_type=None)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return _packed("content.xml", archive.read("content.xml"))


SEEDS = {
    "commas.csv": _delimited(","),
    "tabs.tsv": _delimited("\t"),
    "wide.csv": _delimited(";", "utf-16"),
    "list.json": json.dumps(ROWS).encode(),
    "lines.jsonl": "\n".join(map(json.dumps, ROWS)).encode(),
    "map.geojson": _geojson(),
    "book.xlsx": _workbook(),
    "table.parquet": _parquet(),
    "map.kml": _kml(),
    "map.kmz": _packed("doc.kml", _kml()),
    "map.gpkg": _written("t.gpkg", driver="GPKG", geometry_type="Point", crs="EPSG:4326",
                         geometry_name="geom"),
    "book.ods": _ods(),
    "20260314120000.export.CSV": _gdelt(),
}  # fmt: skip
PIECES = st.sampled_from(
    [b"", b'"', b"\0", b"\r", b"\n", b",", b"\xff\xfe", b"{", b"[", b"]" * 9, b"\\u00",
     b"9" * 400, b"1e999", b"-", "\u202e".encode(), b"null", b"#date", b"PK\x03\x04", b"\x80"]
) | st.binary(max_size=6)  # fmt: skip
SPOILING = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), PIECES), min_size=1, max_size=5
)  # fmt: skip


@pytest.mark.filterwarnings("ignore")  # libraries warn of what a broken file makes them skip
@pytest.mark.parametrize("name", SEEDS)
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck),
    derandomize="CONFLICTMAP_FUZZ_EXAMPLES" not in os.environ,
)  # fmt: skip
@given(spoiling=SPOILING)
def test_a_spoilt_file_adds_up_or_ends_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    spoiling: list[tuple[float, int, bytes]],
) -> None:
    content = SEEDS[name]
    for share, gone, piece in spoiling:
        at = int(share * len(content))
        content = content[:at] + piece + content[at + gone :]
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(content)
    check_table(path)
