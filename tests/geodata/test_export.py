"""What goes out: exactly the choice, safe in a spreadsheet, and unchanged when it comes back."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata import schema
from geodata.errors import ConflictMapError, UnknownCode
from geodata.export import EXPORTS, export, write_attention
from geodata.filters import IncidentFilter, parse_filter
from geodata.gazetteer import Gazetteer
from geodata.ingest import ingest
from geodata.sources import ATTENTION, protect, read
from geodata.store import Batch, Store, no_attention
from geodata.vocabulary import LOCATION_PRECISION
from tests.hostile import PAYLOADS

AT = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
HOSTILE = [
    '=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)", "'=already", "''+twice", "＝1", "plain",
    'a,b\n"c"', "{{ 7 }}", "<b>x</b>", "|bar",
]  # fmt: skip


def never() -> Gazetteer:
    raise AssertionError("what was placed before is not placed again")


def incident(number: int, title: str, **more: Any) -> dict[str, Any]:
    day = dt.date(2016, 6, 1 + number)
    return {
        "incident_id": f"x{number}", "dataset": "made up", "title": title, "date_start": day,
        "date_end": day, "date_precision": "day", "country": "SYR", "latitude": 33.5,
        "longitude": 38.66, "location_precision": "town", "location_method": "source coordinates",
        "location_source": "made up", "killed_low": 2, "killed_best": 2, "killed_high": 2,
        "place_text": title, "updated_at": pd.NaT, "sensitive": False,
    } | more  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    rows = [incident(0, "First"),
            incident(1, "Second", country="UKR", latitude=49.98, longitude=36.25, killed_high=None),
            incident(2, "Province", location_precision="admin1", latitude=34.0),
            incident(3, "Nowhere", latitude=None, longitude=None, location_precision="country",
                     location_method="country only", killed_low=None, killed_best=None,
                     killed_high=None)]  # fmt: skip
    for number, text in enumerate(HOSTILE, start=4):
        rows.append(incident(number, text))
    incidents = schema.conform(pd.DataFrame(rows).drop(columns="updated_at"), schema.INCIDENTS)
    told = [{"incident_id": "x0", "account_id": "x0/a", "publisher": "=Agency", "killed_low": 2},
            {"incident_id": "x0", "account_id": "x0/b", "publisher": "Radio", "stance": "denies",
             "published": dt.date(2016, 6, 2)}]  # fmt: skip
    accounts = schema.conform(pd.DataFrame(told), schema.ACCOUNTS)
    made = Store.open(tmp_path / "store.duckdb")
    made.add(Batch(incidents, accounts, [None] * len(rows), no_attention(), len(rows), "made.csv"))
    return made


WHOLE = [name for name, export in EXPORTS.items() if export.whole]


@pytest.mark.parametrize("form", WHOLE)
def test_reading_an_export_back_changes_nothing(tmp_path: Path, store: Store, form: str) -> None:
    out = tmp_path / f"out.{form}"
    done = export(store, IncidentFilter(), form, out, at=AT)
    assert done.rows == len(store.snapshot())
    back = ingest(out, store, never)
    assert (back.added, back.updated, back.attention) == (0, 0, 0)
    assert back.duplicates == done.rows


@pytest.mark.parametrize("form", WHOLE)
def test_an_export_fills_an_empty_store_with_the_same(
    tmp_path: Path, store: Store, form: str
) -> None:
    out = tmp_path / f"out.{form}"
    export(store, IncidentFilter(), form, out, at=AT)
    other = Store.open(tmp_path / "other.duckdb")
    ingest(out, other, never)
    kept = [c for c in schema.names(schema.INCIDENTS) if c not in {"updated_at", "import_id"}]
    assert other.snapshot().incidents.select(kept) == store.snapshot().incidents.select(kept)
    pd.testing.assert_frame_equal(other.accounts(), store.accounts())


@pytest.mark.parametrize("form", WHOLE)
def test_exactly_the_choice_leaves(tmp_path: Path, store: Store, form: str) -> None:
    out = tmp_path / f"out.{form}"
    done = export(store, parse_filter("country=UKR"), form, out, at=AT)
    assert done.rows == 1
    assert read(out).incidents["incident_id"].tolist() == ["x1"]


def test_what_is_not_published_stays(tmp_path: Path, store: Store) -> None:
    store.edit("x0", {"status": "withheld"}, who="a", why="b")
    out = tmp_path / "out.csv"
    done = export(store, IncidentFilter(), "csv", out, at=AT)
    assert (done.withheld, "x0" in out.read_text(encoding="utf-8")) == (1, False)
    assert read(out).accounts.empty
    every = export(store, IncidentFilter(), "csv", out, at=AT, unpublished=True)
    assert (every.withheld, every.rows) == (0, len(store.snapshot()))


def test_the_manifest_speaks_of_what_is_in_the_file_and_counts_the_sensitive(
    tmp_path: Path, store: Store
) -> None:
    every = len(store.snapshot())
    store.edit("x0", {"status": "withheld"}, who="a", why="b")
    store.edit("x1", {"sensitive": True}, who="a", why="b")
    out = tmp_path / "out.csv"
    done = export(store, IncidentFilter(), "csv", out, at=AT)
    manifest = json.loads(out.with_name("out.csv.manifest.json").read_text("utf-8"))
    assert (done.sensitive, manifest["marked_sensitive"]) == (1, 1)
    assert manifest["sentence"].startswith(f"{every - 1} of {every} incidents")


def test_no_cell_of_a_csv_can_run(tmp_path: Path, store: Store) -> None:
    export(store, IncidentFilter(), "csv", tmp_path / "out.csv", at=AT)
    for name in ("out.csv", "out.accounts.csv"):
        with (tmp_path / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        text = [c.name for c in (*schema.INCIDENTS, *schema.ACCOUNTS) if c.kind in {"text", "list"}]
        cells = [row[column] for row in rows for column in text if column in row]
        assert not [cell for cell in cells if cell and cell[0] in "=+-@＝＋－＠"]


def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path, store: Store) -> None:
    export(store, IncidentFilter(), "xlsx", tmp_path / "out.xlsx", at=AT)
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    titles = [row[3].value for row in book["incidents"].iter_rows()]
    assert "f" not in kinds
    assert '=HYPERLINK("http://x")' in titles


@given(st.lists(st.text(), min_size=1))
def test_protected_text_is_never_run_and_is_read_as_it_was(texts: list[str]) -> None:
    protected = protect(pa.array(texts)).to_pylist()
    assert not [text for text in protected if text and text[0] in "=+-@＝＋－＠"]
    assert len(set(protected)) == len(set(texts))


def test_a_coarse_place_is_no_point_of_a_map(tmp_path: Path, store: Store) -> None:
    export(store, IncidentFilter(), "geojson", tmp_path / "out.geojson", at=AT)
    features = json.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))["features"]
    shapes = {f["properties"]["incident_id"]: f["geometry"] for f in features}
    assert shapes["x0"] == {"type": "Point", "coordinates": [38.66, 33.5]}
    assert shapes["x2"] is None
    assert shapes["x3"] is None
    assert (
        next(f for f in features if f["properties"]["title"] == "Province")["properties"][
            "latitude"
        ]
        == 34.0
    )


def test_the_manifest_says_what_was_chosen_and_proves_it(tmp_path: Path, store: Store) -> None:
    out = tmp_path / "out.csv"
    done = export(store, parse_filter("country=UKR"), "csv", out, at=AT)
    said = json.loads(done.files[-1].read_text(encoding="utf-8"))
    assert said["filter"] == "country=UKR"
    assert said["sentence"].startswith(f"1 of {len(store.snapshot())} incidents")
    assert (said["incidents"], said["store_version"]) == (1, store.version())
    assert said["made_at"] == "2026-11-22T12:00:00+00:00"
    for file in said["files"]:
        data = (tmp_path / file["name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == file["sha256"]


def test_a_known_data_set_brings_its_licence(tmp_path: Path, store: Store) -> None:
    frame = schema.conform(
        pd.DataFrame([incident(20, "T", dataset="UCDP GED", date_start=None, date_end=None)]
                     ).drop(columns="updated_at"), schema.INCIDENTS,
    )  # fmt: skip
    none = schema.empty(schema.ACCOUNTS)
    store.add(Batch(frame, none, [None], no_attention(), 1, "u.csv"))
    done = export(store, IncidentFilter(), "jsonl", tmp_path / "out.jsonl", at=AT)
    sets = json.loads(done.files[-1].read_text(encoding="utf-8"))["datasets"]
    terms = {entry["dataset"]: entry["licence"] for entry in sets}
    assert terms == {"UCDP GED": "CC BY 4.0", "made up": None}


def test_a_place_that_cannot_be_written_gets_a_sentence(tmp_path: Path, store: Store) -> None:
    with pytest.raises(ConflictMapError, match="cannot be written"):
        export(store, IncidentFilter(), "csv", tmp_path / "absent" / "out.csv", at=AT)
    with pytest.raises(UnknownCode, match="csv, xlsx"):
        export(store, IncidentFilter(), "shp", tmp_path / "out.shp", at=AT)
    assert not list(tmp_path.glob("*.part"))


def attention(*raw: dict[str, str]) -> pd.DataFrame:
    lines = [{"row": n, "column": "country", "reason": "=no", "repair": None, "raw": json.dumps(r)}
             for n, r in enumerate(raw, start=1)]  # fmt: skip
    return schema.to_frame(pa.Table.from_pylist(lines, schema=ATTENTION))


def test_rows_that_need_attention_can_be_mended_and_imported(tmp_path: Path) -> None:
    rows = attention({"id": "a", "title": "=1+1", "date": "2016-01-01", "country": "Syra"})
    path = write_attention(rows, tmp_path / "t.attention.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("Syra", "Syria"), encoding="utf-8")
    mended = read(path).incidents.iloc[0]
    assert (mended["title"], mended["country"], mended["dataset"]) == ("=1+1", "SYR", "t")


def test_a_persons_own_file_is_not_overwritten(tmp_path: Path) -> None:
    own = tmp_path / "t.attention.csv"
    own.write_text("mine", encoding="utf-8")
    rows = attention({"id": "a"})
    assert write_attention(rows, own).name == "t.attention-2.csv"
    assert write_attention(rows, own).name == "t.attention-2.csv"
    assert own.read_text(encoding="utf-8") == "mine"


# --- geographic programs -------------------------------------------------------------------------


def opened(path: Path, layer: str) -> pa.Table:
    """A layer as GDAL reads it."""
    about, table = pyogrio.read_arrow(path, layer=layer)
    point = about["geometry_name"] or "wkb_geometry"
    return table.rename_columns([{point: "point"}.get(n, n) for n in table.column_names])


def at_points(store: Store) -> dict[str, tuple[float, float]]:
    pins = {term.code for term in LOCATION_PRECISION.terms if term.attributes["pin"]}
    return {
        row["incident_id"]: (row["longitude"], row["latitude"])
        for row in store.snapshot().incidents.to_pylist()
        if row["latitude"] is not None and row["location_precision"] in pins
    }


def coordinates(wkb: bytes | None) -> tuple[float, float] | None:
    return None if wkb is None else struct.unpack("<dd", wkb[5:21])


def test_a_geopackage_opens_in_gdal_with_every_row_and_no_pin_for_a_province(
    tmp_path: Path, store: Store
) -> None:
    out = tmp_path / "out.gpkg"
    done = export(store, IncidentFilter(), "gpkg", out, at=AT)
    table = opened(out, "incidents")
    rows = {row["incident_id"]: row for row in table.to_pylist()}
    assert len(rows) == done.rows == len(store.snapshot())
    place = {name: coordinates(row["point"]) for name, row in rows.items()}
    assert {name: at for name, at in place.items() if at is not None} == at_points(store)
    assert None in place.values()
    held = {row["incident_id"]: row for row in store.snapshot().incidents.to_pylist()}
    for name in ("title", "date_start", "killed_best", "country", "quality_flags"):
        assert {key: row[name] for key, row in rows.items()} == {
            key: row[name] for key, row in held.items()
        }
    told = opened(out, "accounts")
    assert told.num_rows == len(store.accounts())
    assert sorted(path.name for path in tmp_path.glob("*out.gpkg*")) == [
        "out.gpkg", "out.gpkg.manifest.json",
    ]  # fmt: skip
    assert json.loads(done.files[-1].read_text("utf-8"))["incidents"] == done.rows


def test_kml_opens_in_gdal_and_shows_no_text_as_html(tmp_path: Path, store: Store) -> None:
    out = tmp_path / "out.kml"
    store.edit("x0", {"title": PAYLOADS[16] + "\x0b"}, who="a", why="b")
    export(store, IncidentFilter(), "kml", out, at=AT)
    rows = {row["incident_id"]: row for row in opened(out, "incidents").to_pylist()}
    assert {n: coordinates(row["point"]) for n, row in rows.items()} == at_points(store)
    text = out.read_text("utf-8")
    assert "<description>" not in text
    assert PAYLOADS[16] not in text


def test_geoparquet_says_where_its_points_are(tmp_path: Path, store: Store) -> None:
    out = tmp_path / "out.geoparquet"
    export(store, IncidentFilter(), "geoparquet", out, at=AT)
    table = pq.read_table(out)
    about = json.loads(table.schema.metadata[b"geo"])
    assert about["columns"][about["primary_column"]]["encoding"] == "WKB"
    place = {row["incident_id"]: coordinates(row["geometry"]) for row in table.to_pylist()}
    assert {name: at for name, at in place.items() if at is not None} == at_points(store)


def test_a_geopackage_that_cannot_be_written_leaves_nothing(tmp_path: Path, store: Store) -> None:
    with pytest.raises(ConflictMapError, match="cannot be written"):
        export(store, IncidentFilter(), "gpkg", tmp_path / "no" / "out.gpkg", at=AT)
    assert not list(tmp_path.glob("*gpkg*"))
