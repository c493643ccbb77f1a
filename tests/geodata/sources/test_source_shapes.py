"""KML, KMZ, GeoPackage and GeoJSON: placemarks, points, and lines and areas as a ring."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata import geofiles, schema
from geodata.errors import UnreadableFile
from geodata.gazetteer.places import distance_km
from geodata.sources import Reading, read
from geodata.sources.shapes import place_of

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document><name>My map</name><Folder><name>Strikes</name>{}</Folder></Document></kml>"""
MARK = """<Placemark><name>Strike at al-Tanf</name>
<description><![CDATA[Two killed<br>says <b>A &amp; B</b> <img src="http://x.example/p.png">]]>
</description><LookAt><gx:TimeStamp><when>1999-01-01</when></gx:TimeStamp></LookAt>
<TimeStamp><when>2016-06-16T04:00:00Z</when></TimeStamp>
<ExtendedData><Data name="killed"><value>4-6</value></Data>
<SchemaData schemaUrl="#s"><SimpleData name="country">Syria</SimpleData></SchemaData></ExtendedData>
<Point><coordinates>38.66,33.5,710</coordinates></Point></Placemark>"""


def kml(folder: Path, *marks: str) -> Path:
    path = folder / "map.kml"
    path.write_text(KML.format("".join(marks)), encoding="utf-8")
    return path


def first(reading: Reading) -> dict[str, Any]:
    assert len(reading.incidents), reading.attention["reason"].tolist()
    return {k: None if pd.isna(v) else v for k, v in reading.incidents.iloc[0].items()}


def test_a_placemark_is_an_incident_with_its_words_and_data(tmp_path: Path) -> None:
    reading = read(kml(tmp_path, MARK))
    mark = first(reading)
    assert (reading.source_name, reading.rows) == ("canonical", 1)
    assert (mark["title"], mark["country"]) == ("Strike at al-Tanf", "SYR")
    assert mark["summary"] == "Two killed\nsays A & B"
    assert (str(mark["date_start"]), mark["time_text"]) == ("2016-06-16", "04:00:00Z")
    assert (mark["killed_low"], mark["killed_high"]) == (4, 6)
    assert (mark["latitude"], mark["longitude"]) == (33.5, 38.66)
    assert mark["location_precision"] == "town"
    assert "<b>A &amp; B</b>" in json.loads(reading.raw.tolist()[0])["properties"]["description"]


def test_a_packed_file_is_read_as_its_document_is(tmp_path: Path) -> None:
    held = tmp_path / "map.kmz"
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", KML.format(MARK))
        archive.writestr("files/p.png", b"\x89PNG")
    plain = read(kml(tmp_path, MARK), dataset="d")
    pd.testing.assert_frame_equal(read(held, dataset="d").incidents, plain.incidents)


def test_a_time_span_is_its_days_and_extended_data_go_first(tmp_path: Path) -> None:
    span = "<TimeSpan><begin>2016-06</begin><end>2016-06-20</end></TimeSpan>"
    data = '<ExtendedData><Data name="Date"><value>17/06/2016</value></Data></ExtendedData>'
    point = "<Point><coordinates>38.66,33.5</coordinates></Point>"
    marks = [f"<Placemark><name>x</name>{more}{point}</Placemark>" for more in (span, span + data)]
    incidents = read(kml(tmp_path, *marks)).incidents
    assert [str(day) for day in incidents["date_start"]] == ["2016-06-01", "2016-06-17"]
    assert [str(day) for day in incidents["date_end"]] == ["2016-06-20", "2016-06-20"]


def test_an_area_is_a_ring_around_all_of_it(tmp_path: Path) -> None:
    ring = "38,34 38.4,34 38.4,34.3 38,34.3 38,34"
    mark = (
        "<Placemark><name>Shelled</name><TimeStamp><when>2016-06-16</when></TimeStamp><Polygon>"
        f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon></Placemark>"
    )
    area = first(read(kml(tmp_path, mark)))
    assert (area["latitude"], area["longitude"]) == pytest.approx((34.15, 38.2))
    assert area["location_precision"] == "near"
    assert area["radius_km"] == pytest.approx(distance_km(34.15, 38.2, 34, 38), abs=0.01)
    assert area["quality_flags"] == "point-of-shape"
    assert area["location_method"] == "middle of a shape in the source"


def test_a_placemark_without_a_place_or_with_a_broken_one_is_kept(tmp_path: Path) -> None:
    marks = [
        "<Placemark><name>Nowhere</name></Placemark>",
        "<Placemark><name>Odd</name><Point><coordinates>a,b</coordinates></Point></Placemark>",
        "<Placemark><name>Far</name><Point><coordinates>33,480</coordinates></Point></Placemark>",
    ]
    reading = read(kml(tmp_path, *marks, MARK))
    assert reading.incidents["title"].tolist() == ["Nowhere", "Odd", "Strike at al-Tanf"]
    assert reading.incidents["quality_flags"].tolist()[1] == "shape-unreadable"
    assert reading.attention["row"].tolist() == [3]
    assert "no point on Earth" in reading.attention["reason"].tolist()[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (KML.format("<Folder>" * 300 + "</Folder>" * 300), "too deep"),
        ('<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>', "document type"),
        ("<html><body>Sign in</body></html>", "no KML"),
        (KML.format(""), "no placemarks"),
        (KML.format(MARK)[:-40], "no KML that can be read"),
    ],
)
def test_a_kml_that_cannot_be_read_gets_one_sentence(
    tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "t.kml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=said) as caught:
        read(path)
    assert "\n" not in str(caught.value)


# --- GeoPackage ----------------------------------------------------------------------------------


def exported(folder: Path, count: int = 3) -> tuple[pa.Table, pa.Table]:
    """Canonical tables such as our export writes."""
    rows = [
        {"incident_id": f"i{n}", "dataset": "d", "title": f"=1+{n} | «x»",
         "date_start": "2016-06-16", "date_end": "2016-06-17", "date_precision": "days",
         "time_text": "dawn", "country": "SYR", "place_name": "al-Tanf", "latitude": "33.5",
         "longitude": "38.66", "location_precision": ["town", "admin1", "site"][n % 3],
         "radius_km": "3", "side_a": "A | B", "weapon": "mortar", "killed_low": "2",
         "killed_best": "", "killed_high": "4", "injured_best": "0", "sensitive": "true",
         "grade": "fair"}
        for n in range(count)
    ]  # fmt: skip
    accounts = [
        {"incident_id": "i0", "publisher": "A", "published": "2016-06-18", "killed_low": 2,
         "quote": "two\nlines"},
    ]  # fmt: skip
    told = [rows[0] | {"accounts": json.dumps(accounts)}, *rows[1:]]
    path = folder / "t.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    reading = read(path)
    return (
        schema.to_arrow(reading.incidents, schema.INCIDENTS),
        schema.to_arrow(reading.accounts, schema.ACCOUNTS),
    )


def test_our_own_geopackage_comes_back_whole(tmp_path: Path) -> None:
    incidents, accounts = exported(tmp_path)
    path = tmp_path / "ours.gpkg"
    geofiles.write_geopackage(incidents, accounts, path)
    again = read(path, dataset="other")
    assert (again.rows, len(again.attention), again.notes) == (3, 0, ())
    pd.testing.assert_frame_equal(again.incidents, schema.to_frame(incidents))
    pd.testing.assert_frame_equal(again.accounts, schema.to_frame(accounts))


def test_the_points_of_our_own_kml_come_back_whole(tmp_path: Path) -> None:
    incidents, _ = exported(tmp_path)
    path = tmp_path / "ours.kml"
    geofiles.write_kml(incidents, path)
    pins = incidents.filter(pa.array([True, False, True]))
    pd.testing.assert_frame_equal(read(path).incidents, schema.to_frame(pins))


def package(path: Path, columns: dict[str, Any], shapes: list[bytes | None], **how: Any) -> Path:
    """A GeoPackage that GDAL writes."""
    table = pa.table({**columns, "geom": pa.array(shapes, pa.binary())})
    told = {"layer": "events", "geometry_type": "Unknown", "crs": "EPSG:4326"} | how
    pyogrio.write_arrow(table, path, driver="GPKG", geometry_name="geom", **told)
    return path


def point(x: float, y: float) -> bytes:
    return struct.pack("<BIdd", 1, 1, x, y)


def test_anyones_geopackage_is_read_with_the_names_of_its_columns(tmp_path: Path) -> None:
    columns = {
        "Event date": ["2016-06-16", "2016-06-17"], "Deaths": [2, None], "Lat": [None, 36.2],
        "Lon": [None, 37.1], "Where": ["al-Tanf", "Aleppo"],
    }  # fmt: skip
    path = package(tmp_path / "t.gpkg", columns, [point(38.66, 33.5), point(0, 1)])
    incidents = read(path).incidents
    assert incidents["latitude"].tolist() == [33.5, 36.2]
    assert incidents["longitude"].tolist() == [38.66, 37.1]
    assert incidents["killed_best"].isna().tolist() == [False, True]


def test_web_mercator_is_read_and_other_systems_are_named(tmp_path: Path) -> None:
    columns = {"date": ["2016-06-16"]}
    at = [point(4303611.5, 3961791.6)]
    mercator = package(tmp_path / "m.gpkg", columns, at, crs="EPSG:3857")
    found = read(mercator).incidents
    assert (found["latitude"][0], found["longitude"][0]) == pytest.approx((33.5, 38.66), abs=0.01)
    zone = package(tmp_path / "z.gpkg", columns, [point(468958, 3707046)], crs="EPSG:32637")
    found = read(zone).incidents
    assert (found["latitude"][0], found["longitude"][0]) == (33.502497, 38.665794)
    with pytest.raises(UnreadableFile, match="EPSG:2154"):
        read(package(tmp_path / "u.gpkg", columns, at, crs="EPSG:2154"))


def test_a_geopackage_of_an_odd_program_keeps_its_points_and_texts(tmp_path: Path) -> None:
    columns = {"date": ["2016-06-16"], "title": ["x"]}
    path = package(tmp_path / "t.gpkg", columns, [point(38.66, 33.5)])
    with sqlite3.connect(path) as file:
        triggers = file.execute("select name from sqlite_master where type = 'trigger'").fetchall()
        for (name,) in triggers:
            file.execute(f"drop trigger {name}")
        file.execute("update gpkg_geometry_columns set column_name = 'GEOM'")
        file.execute("update events set title = cast(x'436166E9' as text)")
    reading = read(path)
    assert (reading.incidents["latitude"][0], reading.incidents["title"][0]) == (33.5, "Café")
    assert "not UTF-8; these were read as Windows-1252" in reading.notes[0]


@pytest.mark.parametrize("suffix", ["kmz", "ods", "xlsx"])
def test_a_file_packed_with_damaged_lzma_gets_one_sentence(tmp_path: Path, suffix: str) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_LZMA) as archive:
        for name in ("doc.kml", "content.xml", "[Content_Types].xml"):
            archive.writestr(name, "<a>" + "a" * 1_000)
    damaged = held.getvalue().replace(b"\x09\x04\x05\x00]", b"\x09\x04\x05\x00\xff")
    assert damaged != held.getvalue()
    path = tmp_path / f"t.{suffix}"
    path.write_bytes(damaged)
    with pytest.raises(UnreadableFile, match=r"cannot be unpacked|can be opened"):
        read(path)


def test_points_with_blanks_behind_their_commas_are_points(tmp_path: Path) -> None:
    mark = MARK.replace("38.66,33.5", "38.66, 33.5")
    assert mark != MARK
    assert first(read(kml(tmp_path, mark)))["latitude"] == 33.5


def test_of_several_tables_one_is_read_and_said(tmp_path: Path) -> None:
    path = package(tmp_path / "t.gpkg", {"date": ["2016-06-16"]}, [point(1, 2)])
    package(path, {"date": ["2016-06-17"]}, [point(3, 4)], layer="incidents", append=True)
    reading = read(path)
    assert [str(day) for day in reading.incidents["date_start"]] == ["2016-06-17"]
    assert "only 'incidents'" in reading.notes[0]


def test_a_view_that_gives_rows_without_end_is_refused(tmp_path: Path) -> None:
    path = package(tmp_path / "t.gpkg", {"date": ["2016-06-16"] * 300}, [point(1, 2)] * 300)
    with sqlite3.connect(path) as file:
        file.executescript(
            "alter table events rename to held; create view events as "
            "select a.* from held a, held b, held c, held d;"
        )
    with pytest.raises(UnreadableFile, match="far more than a file of its size"):
        read(path)


def test_an_sqlite_file_that_is_no_geopackage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    with sqlite3.connect(path) as file:
        file.execute("create table incidents (date)")
    with pytest.raises(UnreadableFile, match="cannot be read as GeoPackage"):
        read(path)


# --- GeoParquet ----------------------------------------------------------------------------------


def parquet(folder: Path, geo: object, columns: dict[str, Any], kind: pa.DataType) -> Path:
    path = folder / "t.parquet"
    shapes = pa.array([point(38.66, 33.5), None, b"\x01\x09"], kind)
    table = pa.table({**columns, "geom": shapes})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    return path


GEO: dict[str, Any] = {"primary_column": "geom", "columns": {"geom": {"encoding": "WKB"}}}
EVENTS = {"date": ["2016-06-16"] * 3, "killed": [1, 2, 3]}


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
def test_the_points_of_a_geoparquet_file_are_read(tmp_path: Path, kind: pa.DataType) -> None:
    found = read(parquet(tmp_path, GEO, EVENTS, kind)).incidents
    assert (found["latitude"][0], found["longitude"][0]) == (33.5, 38.66)
    assert found["latitude"].isna().tolist() == [False, True, True]
    assert found["quality_flags"].tolist()[2] == "shape-unreadable"
    assert found["killed_best"].tolist() == [1, 2, 3]


def test_coordinates_in_columns_of_a_geoparquet_file_go_first(tmp_path: Path) -> None:
    own = {"LAT": [1.5, 2.5, None], "Lon": [3.5, 4.5, None]}
    found = read(parquet(tmp_path, GEO, EVENTS | own, pa.binary())).incidents
    assert found["latitude"].tolist()[:2] == [1.5, 2.5]


def test_our_own_geoparquet_comes_back_whole(tmp_path: Path) -> None:
    incidents, _ = exported(tmp_path)
    path = tmp_path / "ours.geoparquet"
    geofiles.write_geoparquet(incidents, path)
    pd.testing.assert_frame_equal(read(path).incidents, schema.to_frame(incidents))


@pytest.mark.parametrize(
    "geo",
    [7, {}, {"primary_column": "x", "columns": {}}, {"columns": 1},
     {"primary_column": "geom", "columns": {"geom": {"encoding": "point"}}},
     {"primary_column": "date", "columns": {"date": {"encoding": "WKB"}}}],
)  # fmt: skip
def test_a_parquet_file_that_is_no_geoparquet_has_no_points(tmp_path: Path, geo: object) -> None:
    assert read(parquet(tmp_path, geo, EVENTS, pa.binary())).incidents["latitude"].isna().all()


def test_a_geoparquet_file_in_metres_is_refused(tmp_path: Path) -> None:
    metres = {"encoding": "WKB", "crs": {"id": {"authority": "EPSG", "code": 32637}}}
    path = parquet(tmp_path, GEO | {"columns": {"geom": metres}}, EVENTS, pa.binary())
    with pytest.raises(UnreadableFile, match="32637"):
        read(path)


# --- shapes --------------------------------------------------------------------------------------


def test_geojson_lines_and_areas_are_rings_too(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[38, 34], [38.02, 34]]}
    feature = {"type": "Feature", "geometry": line,
               "properties": {"title": "Road", "date": "2016-06-16"}}  # fmt: skip
    path = tmp_path / "t.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    road = first(read(path))
    assert (road["longitude"], road["location_precision"]) == (
        pytest.approx(38.01),
        "neighbourhood",
    )
    assert road["radius_km"] == pytest.approx(0.922, abs=0.002)


def test_the_middle_of_a_hollow_area_lies_inside_it() -> None:
    horseshoe = [[0, 0], [9, 0], [9, 9], [0, 9], [0, 8], [8, 8], [8, 1], [0, 1], [0, 0]]
    found = place_of({"type": "Polygon", "coordinates": [horseshoe]}, {})
    assert found["longitude"] == pytest.approx(8.5)


def test_a_shape_across_the_180th_meridian_is_small() -> None:
    found = place_of({"type": "MultiPoint", "coordinates": [[179.9, -17], [-179.9, -17]]}, {})
    assert float(str(found["radius_km"])) < 25


@pytest.mark.parametrize(
    "geometry",
    [None, 7, {}, {"type": "Polygon", "coordinates": [[[0, 1e9]]]}, {"type": "Circle"},
     {"type": "Polygon", "coordinates": []}, {"type": "GeometryCollection", "geometries": []},
     {"type": "Point", "coordinates": []}],
)  # fmt: skip
def test_a_shape_that_is_none_gives_no_point(geometry: object) -> None:
    assert "latitude" not in place_of(geometry, {})


POSITIONS = st.lists(
    st.tuples(st.floats(-180, 180), st.floats(-85, 85)).map(list), min_size=1, max_size=9
)


@given(
    positions=POSITIONS,
    kind=st.sampled_from(["Polygon", "LineString", "MultiPoint", "MultiPolygon"]),
)
def test_every_corner_lies_within_the_radius(positions: list[list[float]], kind: str) -> None:
    nested: Any = {"Polygon": [positions], "MultiPolygon": [[positions]]}.get(kind, positions)
    found = place_of({"type": kind, "coordinates": nested}, {})
    lat, lon = float(str(found["latitude"])), float(str(found["longitude"]))
    assert -90 <= lat <= 90
    assert -180 <= lon <= 180
    reach = float(str(found.get("radius_km", 0)))
    assert all(distance_km(lat, lon, p[1], p[0]) <= reach + 0.002 for p in positions)


def test_bytes_of_a_packed_file_that_lie_are_told(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("photo.jpg", b"x")
    path = tmp_path / "t.kmz"
    path.write_bytes(held.getvalue())
    with pytest.raises(UnreadableFile, match="without KML"):
        read(path)
