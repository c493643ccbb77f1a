"""Layers from files; the files in tests/gold/layers are GDAL 3.12's, of one and the same shapes."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import sqlite3
import struct
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import AttentionNeeded, ConflictMapError, ImpossibleValue, UnreadableFile
from geodata.layers import LayerFolder, day, read_layer
from geodata.layers.geometry import shapes
from geodata.layers.model import ReadLayer
from geodata.layers.wkb import shape_of
from tests.hostile import PAYLOADS

GOLD = Path(__file__).parents[1] / "gold" / "layers"
NORTH = [[36, 35], [37, 35], [37, 36], [36, 36], [36, 35]]


def gold(name: str, folder: Path) -> Path:
    """A gold file, unpacked where it is packed."""
    if not name.endswith(".gpkg"):
        return GOLD / name
    (folder / name).write_bytes(gzip.decompress((GOLD / f"{name}.gz").read_bytes()))
    return folder / name


def geojson(folder: Path, *features: object) -> Path:
    path = folder / "layer.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def point(**properties: object) -> dict[str, object]:
    shape = {"type": "Point", "coordinates": [38.5, 33.4]}
    return {"type": "Feature", "geometry": shape, "properties": properties}


@pytest.mark.parametrize(
    "name",
    ["control.geojson", "control.gpkg", "mercator.gpkg", "control.kml", "control_libkml.kml",
     "control.kmz"],
)  # fmt: skip
def test_every_format_brings_the_same_shapes_and_days(name: str, tmp_path: Path) -> None:
    read = read_layer(gold(name, tmp_path))
    assert (read.rows, read.left_out) == (3, ())
    north, *_, line = read.features
    assert north.geometry["coordinates"][0] == NORTH
    assert len(north.geometry["coordinates"]) == 2  # a hole stays a hole
    assert (north.name, north.side) == ("North", "A")
    assert (north.valid_from, north.valid_to) == (dt.date(2016, 1, 1), dt.date(2016, 2, 29))
    assert {one.valid_to for one in read.features if one.name == "East"} == {None}
    assert line.geometry == {"type": "LineString", "coordinates": [[37, 34], [38, 34.5], [39, 34]]}
    assert line.side is None


def test_a_row_that_cannot_be_used_is_kept_with_its_reason(tmp_path: Path) -> None:
    read = read_layer(
        geojson(
            tmp_path,
            point(name="good"),
            point(valid_from="31/12/2016"),
            point(valid_from="2016-05-02", valid_to="2016-05-01"),
            {"type": "Feature", "geometry": None, "properties": {}},
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [540000, 3700000]}},
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": ["x", 1]}},
            {"type": "Feature", "geometry": {"type": "Circle"}},
            {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": []}},
            "nothing",
        )
    )
    assert read.rows == len(read.features) + len(read.left_out) == 9
    reasons = [str(one) for one in read.left_out]
    assert "row 2, column valid_from: '31/12/2016' is no day" in reasons[0]
    assert "ends on 2016-05-01 before it begins" in reasons[1]
    assert "no geometry" in reasons[2]
    assert "WGS 84" in reasons[3]
    assert all(reason.startswith("row ") for reason in reasons)


def test_what_a_file_knows_of_a_position_is_read_whatever_the_case(tmp_path: Path) -> None:
    (found,) = read_layer(
        geojson(
            tmp_path,
            point(NAME="47th Brigade", Unit="47", AS_OF="2016-06-16T10:00:00Z", Source="a report",
                  confidence="likely", sidc="10031000001211000000", fill="#A1B2C3"),
        )
    ).features  # fmt: skip
    assert found.to_json() == {
        "geometry": {"type": "Point", "coordinates": [38.5, 33.4]},
        "name": "47th Brigade", "unit": "47", "as_of": "2016-06-16", "source": "a report",
        "confidence": "likely", "symbol": "10031000001211000000", "colour": "#A1B2C3",
    }  # fmt: skip


def test_what_is_no_symbol_and_no_colour_is_let_go(tmp_path: Path) -> None:
    (found,) = read_layer(
        geojson(tmp_path, point(sidc="../../x.svg", fill="url(http://stranger.example)", name=""))
    ).features
    assert (found.symbol, found.colour, found.name) == (None, None, None)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_words_from_a_file_are_one_short_line_and_nothing_else(
    payload: str, tmp_path: Path
) -> None:
    (found,) = read_layer(geojson(tmp_path, point(name=payload, source=payload))).features
    for said in (found.name, found.source):
        assert said is None or (len(said) <= 300 and said.isprintable())


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2016", dt.date(2016, 1, 1), dt.date(2016, 12, 31)),
        ("2016-02", dt.date(2016, 2, 1), dt.date(2016, 2, 29)),
        ("2016/06/16", dt.date(2016, 6, 16), dt.date(2016, 6, 16)),
        ("2016-06-16 23:59:59+02", dt.date(2016, 6, 16), dt.date(2016, 6, 16)),
        ("9999-12-31", dt.date(9999, 12, 31), None),
    ],
)
def test_a_month_or_a_year_is_all_of_its_days(
    text: str, first: dt.date, last: dt.date | None
) -> None:
    assert (day(text), day(text, last=True)) == (first, last)


@pytest.mark.parametrize(
    "text", ["Thursday", "16.06.2016", "2016-13", "2016-02-30", "1465948800000", "٢٠١٦", "0000"]
)
def test_a_day_is_never_guessed(text: str) -> None:
    with pytest.raises(AttentionNeeded, match="is no day"):
        day(text)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "neither GeoJSON nor KML"),
        (b"name,lat,lon", "neither GeoJSON nor KML"),
        (b"{", "no JSON"),
        (b"{}", "no GeoJSON"),
        (b'{"type":"Point","coordinates":[NaN,1]}', "NaN is no number"),
        (b'{"a":' + b"[" * 200_000, "no JSON"),
        (b'{"type":"Point","crs":{"properties":{"name":"EPSG:32637"}}}', "EPSG:32637"),
        (b"<html></html>", "no KML"),
        (b"<kml><a></kml>", "no KML that can be read"),
        (b'<!DOCTYPE k [<!ENTITY a "b">]><kml>&a;</kml>', "document type"),
        (b"<kml>" + b"<a>" * 300, "too deep"),
        (b"<kml><Placemark><Point><coordinates>x,y</coordinates></Point>", "no KML"),
        (b"PK\x03\x04 nothing", "cannot be unpacked"),
        (b"SQLite format 3\0 nothing", "GeoPackage"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    content: bytes, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(UnreadableFile, match=sentence):
        read_layer(tmp_path / "file")


def test_a_file_that_is_not_there_or_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        read_layer(tmp_path / "nothing")
    with pytest.raises(UnreadableFile, match="is a folder"):
        read_layer(tmp_path)
    path = geojson(tmp_path, point(), point())
    monkeypatch.setattr("geodata.layers.MOST_FEATURES", 1)
    with pytest.raises(UnreadableFile, match="more than 1 shapes"):
        read_layer(path)
    monkeypatch.setattr("geodata.layers.LARGEST_FILE", 10)
    with pytest.raises(UnreadableFile, match="larger than"):
        read_layer(path)


def test_a_packed_file_is_not_unpacked_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geodata.layers.kml._MOST_TEXT", 1_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("doc.kml", "<kml>" + " " * 2_000 + "</kml>")
    (tmp_path / "a.kmz").write_bytes(packed.getvalue())
    with pytest.raises(UnreadableFile, match="unpacks to more"):
        read_layer(tmp_path / "a.kmz")
    with zipfile.ZipFile(tmp_path / "b.kmz", "w") as folder:
        folder.writestr("readme.txt", "x")
    with pytest.raises(UnreadableFile, match="without KML"):
        read_layer(tmp_path / "b.kmz")


def test_a_geopackage_in_metres_of_a_zone_is_refused_with_a_way_out(tmp_path: Path) -> None:
    path = gold("control.gpkg", tmp_path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(
            "update gpkg_spatial_ref_sys set organization_coordsys_id = 2154 where srs_id = 4326"
        )
    with pytest.raises(UnreadableFile, match="EPSG:2154; save it in WGS 84"):
        read_layer(path)


def test_a_geopackage_with_a_hostile_table_and_broken_shapes_is_read_as_far_as_it_goes(
    tmp_path: Path,
) -> None:
    path = gold("control.gpkg", tmp_path)
    name = 'control"; drop table x; --'
    with closing(sqlite3.connect(path)) as file, file:
        for (trigger,) in file.execute(
            "select name from sqlite_master where type = 'trigger'"
        ).fetchall():
            file.execute(f'drop trigger "{trigger}"')
        file.execute("pragma foreign_keys = off")
        file.execute("update control set geom = substr(geom, 1, 30) where name = 'North'")
        file.execute("update control set geom = ? where name = 'East'", (b"XX",))
        quoted = name.replace('"', '""')
        file.execute(f'create table "{quoted}" as select * from control')  # noqa: S608 — that is the test
        for table in ("gpkg_geometry_columns", "gpkg_contents"):
            file.execute(f"update {table} set table_name = ?", (name,))  # noqa: S608 — our names
    read = read_layer(path)
    assert [one.name for one in read.features] == ["Line"]
    assert len(read.left_out) == 2
    assert read.rows == 3


def test_a_geopackage_without_features_says_so(tmp_path: Path) -> None:
    path = gold("control.gpkg", tmp_path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("delete from gpkg_geometry_columns")
    with pytest.raises(UnreadableFile, match="no table of features"):
        read_layer(path)


@given(st.binary(max_size=80))
def test_no_bytes_make_a_shape_that_is_none(content: bytes) -> None:
    for order in (b"\x01", b"\x00"):
        try:
            found = list(shapes(shape_of(order + content, lambda x, y: (x, y)), 1))
        except (ValueError, AttentionNeeded):
            continue
        assert all("coordinates" in one for one in found)


def test_heights_are_let_go_in_every_way_of_writing_them() -> None:
    for code, numbers in ((1001, 3), (2001, 3), (3001, 4), (0x80000001, 3), (0xC0000001, 4)):
        content = struct.pack(f"<BI{numbers}d", 1, code, 38.5, 33.4, *[7.0] * (numbers - 2))
        assert shape_of(content, lambda x, y: (x, y))["coordinates"] == (38.5, 33.4)
    with_system = struct.pack("<BII2d", 1, 0x20000001, 4326, 38.5, 33.4)
    assert shape_of(with_system, lambda x, y: (x, y))["coordinates"] == (38.5, 33.4)


def test_a_count_that_the_bytes_cannot_hold_fills_no_memory() -> None:
    with pytest.raises(ValueError, match="cut off"):
        shape_of(struct.pack("<BII", 1, 2, 0xFFFFFFFF), lambda x, y: (x, y))


@given(st.recursive(st.none() | st.floats() | st.text(max_size=3), st.lists, max_leaves=20))
def test_no_coordinates_whatever_end_in_anything_but_a_reason(coordinates: object) -> None:
    for kind in ("Point", "Polygon", "MultiPolygon"):
        try:
            list(shapes({"type": kind, "coordinates": coordinates}, 1))
        except AttentionNeeded as error:
            assert str(error).startswith("row 1")  # noqa: PT017 — raised or not, both are right


# --- the folder beside the store -----------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> LayerFolder:
    return LayerFolder.beside(tmp_path / "store.duckdb")


@pytest.fixture
def read(tmp_path: Path) -> ReadLayer:
    return read_layer(geojson(tmp_path, point(name="Al-Tanf")))


def test_a_layer_is_kept_and_added_once(folder: LayerFolder, read: ReadLayer) -> None:
    assert folder.all() == folder.current() == []
    layer, new = folder.add(read, name="Bases", who="ana", why="a look", source="a report")
    assert new
    assert (layer.name, layer.features, layer.source) == ("Bases", 1, "a report")
    assert folder.add(read, name="Bases", who="ana", why="", source="a report") == (layer, False)
    assert folder.current() == [layer]
    body = folder.body(layer.id)
    assert body is not None
    assert json.loads(gzip.decompress(body))["features"][0]["name"] == "Al-Tanf"


def test_what_was_removed_stays_in_the_history_and_comes_back(
    folder: LayerFolder, read: ReadLayer
) -> None:
    layer, _ = folder.add(read, name="Bases", who="ana", why="")
    folder.remove("Bases", who="ben", why="outdated")
    assert folder.current() == []
    assert folder.body(layer.id) is None
    assert [one.removed for one in folder.all()] == [True]
    with pytest.raises(ImpossibleValue, match="There is no layer 'Bases'; there are: none"):
        folder.remove("Bases", who="ben", why="")
    folder.restore(layer.id, who="ana", why="")
    assert folder.current() == [layer]
    folder.remove(layer.id, who="ben", why="")
    assert folder.add(read, name="Bases", who="ana", why="")[1]
    assert [(entry["what"], entry["who"]) for entry in folder.history()] == [
        ("add", "ana"), ("remove", "ben"), ("restore", "ana"), ("remove", "ben"), ("add", "ana"),
    ]  # fmt: skip


def test_a_later_layer_of_the_same_name_ends_the_one_before(
    folder: LayerFolder, read: ReadLayer
) -> None:
    for day_ in (3, 1, 2):
        folder.add(read, name="Line", who="a", why="", valid_from=dt.date(2016, 5, day_))
    folder.add(read, name="Other", who="a", why="", valid_from=dt.date(2016, 5, 2))
    ends = {(one.name, one.valid_from): one.valid_to for one in folder.current()}
    assert ends == {
        ("Line", "2016-05-01"): "2016-05-01", ("Line", "2016-05-02"): "2016-05-02",
        ("Line", "2016-05-03"): None, ("Other", "2016-05-02"): None,
    }  # fmt: skip


def test_a_line_that_was_cut_off_is_no_change_and_swallows_none(
    folder: LayerFolder, read: ReadLayer
) -> None:
    layer, _ = folder.add(read, name="Bases", who="a", why="")
    with (folder.path / "history.jsonl").open("a", encoding="ascii") as file:
        file.write('{"what": "rem')
    assert folder.current() == [layer]
    folder.remove("Bases", who="a", why="")
    assert [entry["what"] for entry in folder.history()] == ["add", "remove"]


@pytest.mark.parametrize("line", ["x", "{}", '{"what": "add", "layer": {}}', '{"what": "fly"}'])
def test_a_damaged_history_is_said_and_not_passed_over(folder: LayerFolder, line: str) -> None:
    folder.path.mkdir()
    (folder.path / "history.jsonl").write_text(line + "\n")
    with pytest.raises(UnreadableFile, match="history"):
        folder.all()


def test_a_layer_needs_a_name_and_something_to_draw(
    folder: LayerFolder, read: ReadLayer, tmp_path: Path
) -> None:
    for name in ("", " \n", "x" * 81):
        with pytest.raises(ImpossibleValue, match="name has 1 to 80"):
            folder.add(read, name=name, who="a", why="")
    with pytest.raises(ImpossibleValue, match="'red' is none of neutral"):
        folder.add(read, name="a", who="a", why="", frames="red")
    empty = read_layer(geojson(tmp_path, "nothing"))
    with pytest.raises(ImpossibleValue, match="nothing that can be drawn"):
        folder.add(empty, name="a", who="a", why="")


def test_a_folder_that_cannot_be_used_is_a_sentence(folder: LayerFolder, read: ReadLayer) -> None:
    folder.path.write_text("a file stands where the folder should be")
    with pytest.raises(ConflictMapError, match="cannot be"):
        folder.add(read, name="a", who="a", why="")


def test_a_body_that_is_gone_is_a_sentence(folder: LayerFolder, read: ReadLayer) -> None:
    layer, _ = folder.add(read, name="a", who="a", why="")
    (folder.path / f"{layer.id}.json.gz").unlink()
    with pytest.raises(UnreadableFile, match="cannot be read"):
        folder.body(layer.id)
    assert folder.body("../store.duckdb") is None


def test_one_bad_placemark_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "layer.kml"
    marks = "".join(
        f"<Placemark><Point><coordinates>{text}</coordinates></Point></Placemark>"
        for text in ("38.5,33.4", "n/a", "38.6,33.5")
    )
    path.write_text(f"<kml><Document>{marks}</Document></kml>", encoding="utf-8")
    read = read_layer(path)
    assert (read.rows, len(read.features)) == (3, 2)
    assert "row 2" in str(read.left_out[0])


def test_a_number_beyond_all_numbers_is_one_row_left_out(tmp_path: Path) -> None:
    far = {"type": "Feature", "properties": {}}
    far["geometry"] = {"type": "Point", "coordinates": [10**400, 1]}
    read = read_layer(geojson(tmp_path, point(), far))
    assert (len(read.features), len(read.left_out)) == (1, 1)
    assert "no degrees" in str(read.left_out[0])


def test_a_view_that_gives_more_than_its_file_holds_is_refused(tmp_path: Path) -> None:
    path = gold("control.gpkg", tmp_path)
    with closing(sqlite3.connect(path)) as file:
        file.execute("alter table control rename to real_one")
        file.execute(
            "create view control as select real_one.*, zeroblob(4000000) as large from real_one "
            "join real_one as two join real_one as three"
        )
        file.execute("update gpkg_contents set table_name = 'control'")
        file.execute("update gpkg_geometry_columns set table_name = 'control'")
        file.commit()
    with pytest.raises(UnreadableFile, match="more than can be read"):
        read_layer(path)
