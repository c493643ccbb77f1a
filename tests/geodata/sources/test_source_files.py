"""Files as they come: any encoding and separator, damaged, cut off, or not what they say."""

from __future__ import annotations

import codecs
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from geodata.errors import UnknownCode, UnreadableFile
from geodata.sources import SOURCES, open_table, read, recognise
from geodata.sources.raw_table import MOST_COLUMNS, unique_names

ROWS = "title,date_start,place_name\nÉclat à Gao,2016-01-02,Gao\nУдар,2016-01-03,Київ\n"


def saved(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        ROWS.encode(),
        codecs.BOM_UTF8 + ROWS.encode(),
        ROWS.encode("utf-16"),
        ROWS.encode("utf-16-le"),
        ROWS.replace("\n", "\r\n").encode(),
        ROWS.replace("\n", "\r").encode(),
        ROWS.replace(",", ";").encode(),
        ROWS.replace(",", "\t").encode(),
        ROWS.replace(",", "|").encode(),
        b"\n\n" + ROWS.encode(),
        ROWS.rstrip("\n").encode(),
    ],
)
def test_one_table_is_the_same_in_every_dress(tmp_path: Path, content: bytes) -> None:
    reading = read(saved(tmp_path, "t.csv", content))
    assert reading.incidents["title"].tolist() == ["Éclat à Gao", "Удар"]
    assert reading.rows == 2


def test_windows_letters_are_read_and_said(tmp_path: Path) -> None:
    content = ROWS.split("Удар", maxsplit=1)[0].encode("cp1252")
    reading = read(saved(tmp_path, "t.csv", content))
    assert reading.incidents["title"].tolist() == ["Éclat à Gao"]
    assert any("Windows-1252" in note for note in reading.notes)


def test_one_bad_byte_spoils_no_other_letter(tmp_path: Path) -> None:
    content = ROWS.encode() + b"caf\xe9,2016-01-04,Gao\n"
    titles = read(saved(tmp_path, "t.csv", content)).incidents["title"].tolist()
    assert titles == ["Éclat à Gao", "Удар", "café"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", b"", "empty"),
        ("t.csv", b" \n \n", "empty"),
        ("t.csv", codecs.BOM_UTF16_LE, "no text"),
        ("t.csv", b"title,date_start\nx,\0\n", "NUL"),
        ("t.csv", b'title,date_start\n"cut off,2016', "never closed"),
        ("t.csv", b'title,date_start\nx,"' + b"2016\n" * 400_000, "never closed"),
        ("t.csv", b"a," * (MOST_COLUMNS + 1) + b"\n", "columns"),
        ("t.csv", b"PK\x03\x04rest", "zip file or workbook"),
        ("t.csv", b"%PDF-1.7", "PDF"),
        ("t.csv", b"<!DOCTYPE html><html></html>", "web page"),
        ("t.csv", b"colour,size\nred,4\n", "not those of incidents"),
        ("t.xlsx", b"title,date_start\nx,2016\n", "no such file"),
        ("t.xlsx", b"PK\x03\x04rest", "no workbook"),
        ("t.parquet", b"PAR1rest", "no Parquet"),
        ("t.json", b"", "empty"),
        ("t.json", b'[{"title": "x"', "breaks off"),
        ("t.json", b"[" * 200_000, "nested too deeply"),
        ("t.json", b"7", "no list of records"),
        ("t.doc", b"x", "files named"),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_sentence(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(saved(tmp_path, name, content))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no such file"):
        read(tmp_path / "absent.csv")
    with pytest.raises(UnreadableFile, match="folder"):
        read(tmp_path)


def test_a_row_that_breaks_off_is_kept_and_said(tmp_path: Path) -> None:
    reading = read(saved(tmp_path, "t.csv", ROWS + "Cut"))
    assert len(reading.incidents) == 2
    assert reading.attention["row"].tolist() == [3]
    assert "breaks off in this row" in reading.attention["reason"].tolist()[0]
    assert json.loads(reading.attention["raw"].tolist()[0]) == {"text": "Cut"}


def test_a_row_too_long_keeps_its_number_and_the_others_theirs(tmp_path: Path) -> None:
    content = "title,date_start\na,2016-01-01\nb,2016-01-02,x,y\nc,31/02/2016\n"
    reading = read(saved(tmp_path, "t.csv", content))
    assert reading.attention["row"].tolist() == [2, 3]
    assert reading.incidents["title"].tolist() == ["a"]


def test_a_quotation_mark_within_a_cell_is_no_open_quotation(tmp_path: Path) -> None:
    content = 'title,date_start\na 5" pipe,2016-01-01\nb,2016-01-02\n'
    assert read(saved(tmp_path, "t.csv", content)).incidents["title"].tolist() == ['a 5" pipe', "b"]


def test_a_line_break_within_quotes_is_part_of_the_cell(tmp_path: Path) -> None:
    content = 'title,date_start\n"two\nlines",2016-01-01\n'
    assert read(saved(tmp_path, "t.csv", content)).incidents["title"].tolist() == ["two\nlines"]


def test_the_record_is_kept_verbatim(tmp_path: Path) -> None:
    content = "Title,record,date_start,Mine\n x ,7,2016-01-01,\n"
    raw = read(saved(tmp_path, "t.csv", content)).raw.tolist()
    assert json.loads(raw[0]) == {
        "Title": " x ", "record": "7", "date_start": "2016-01-01", "Mine": ""
    }  # fmt: skip


def test_columns_of_one_name_are_kept_apart() -> None:
    assert unique_names(["a", "A", "", "a"]) == ["a", "A (2)", "column 3", "a (3)"]


def write_xlsx(path: Path, frame: pd.DataFrame) -> None:
    frame.to_excel(path, index=False)


WRITERS: dict[str, Callable[[Path, pd.DataFrame], None]] = {
    "t.csv": lambda path, frame: frame.to_csv(path, index=False),
    "t.tsv": lambda path, frame: frame.to_csv(path, index=False, sep="\t"),
    "t.xlsx": write_xlsx,
    "t.parquet": lambda path, frame: frame.to_parquet(path),
    "t.json": lambda path, frame: frame.to_json(path, orient="records", date_format="iso"),
    "t.jsonl": lambda path, frame: frame.to_json(
        path, orient="records", lines=True, date_format="iso"
    ),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_incidents(tmp_path: Path, name: str) -> None:
    frame = pd.DataFrame(
        {
            "incident_id": ["a", "b"],
            "date": pd.to_datetime(["2016-06-16", "2017-01-31"]),
            "place": ["al-Tanf", "التنف"],
            "latitude": [33.5, None],
            "longitude": [38.66, None],
            "killed": [2, 0],
        }
    )
    WRITERS[name](tmp_path / name, frame)
    found = read(tmp_path / name).incidents
    assert found["incident_id"].tolist() == ["a", "b"]
    assert [str(day) for day in found["date_start"]] == ["2016-06-16", "2017-01-31"]
    assert found["place_name"].tolist() == ["al-Tanf", "التنف"]
    assert found["latitude"].tolist()[0] == 33.5
    assert found["latitude"].isna().tolist() == [False, True]
    assert found["killed_low"].tolist() == [2, 0]


def test_features_bring_their_point(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [38.66, 33.5]},
        "properties": {"title": "Strike", "date": "2016-06-16", "country": "Syria"},
    }
    path = saved(
        tmp_path, "t.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]})
    )
    incident = read(path).incidents.iloc[0]
    assert (incident["latitude"], incident["longitude"]) == (33.5, 38.66)
    assert incident["country"] == "SYR"


def test_a_list_in_a_wrapper_is_found(tmp_path: Path) -> None:
    record = {"title": "Strike", "date_start": "2016-06-16"}
    path = saved(tmp_path, "t.json", json.dumps({"status": 200, "data": [record, 7]}))
    reading = read(path)
    assert len(reading.incidents) == 1
    assert reading.attention["reason"].tolist() == ["it is no JSON object"]


@pytest.mark.parametrize("end", ["\u2028", "\x85"])
def test_what_unicode_calls_a_line_end_ends_no_line_of_json(tmp_path: Path, end: str) -> None:
    path = tmp_path / "t.jsonl"
    lines = [f'{{"date": "2016-06-16", "title": "a{end}b"}}', '{"date": "2016-06-17"}']
    path.write_text("\n".join(lines), encoding="utf-8")
    assert read(path).incidents["title"].tolist()[0] == f"a{end}b"
    path.write_text("{}" + end + lines[0], encoding="utf-8")
    with pytest.raises(UnreadableFile, match="no JSON at line 1"):
        read(path)


def test_a_broken_line_of_json_loses_no_other(tmp_path: Path) -> None:
    lines = [
        '{"title": "a", "date": "2016-01-01"}',
        "{oops",
        '{"title": "b", "date": "2016-01-02"}',
    ]
    reading = read(saved(tmp_path, "t.jsonl", "\n".join(lines)))
    assert reading.incidents["title"].tolist() == ["a", "b"]
    assert reading.attention["row"].tolist() == [2]


def test_a_workbook_with_a_lonely_last_cell_is_read_quickly(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["title", "date_start"])
    sheet.append(["a", "2016-01-01"])
    sheet.cell(row=200_000, column=16_384, value="far out")
    book.save(tmp_path / "t.xlsx")
    assert read(tmp_path / "t.xlsx").incidents["title"].tolist() == ["a"]


def test_a_workbook_that_unpacks_without_measure_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 40_000_000)
    with pytest.raises(UnreadableFile, match="unpacks to 40 MB"):
        read(tmp_path / "t.xlsx")


def test_a_formula_is_read_as_the_value_that_was_saved(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["title", "date_start", "killed"])
    sheet.append(["a", "2016-01-01", "=1+1"])
    book.save(tmp_path / "t.xlsx")
    # No spreadsheet has computed it, so there is no value; the formula is never run.
    assert read(tmp_path / "t.xlsx").incidents["killed_low"].isna().all()


def test_every_source_recognises_its_own_columns_only() -> None:
    assert len({source.name for source in SOURCES.values()}) == len(SOURCES)
    for source in SOURCES.values():
        assert source.fits(frozenset()) == 0
        assert source.description.endswith(".")


def test_an_unknown_source_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownCode, match="ucdp-ged"):
        read(saved(tmp_path, "t.csv", ROWS), source="nobody")


def test_a_table_is_recognised_by_its_columns(tmp_path: Path) -> None:
    path = saved(tmp_path, "t.csv", ROWS)
    assert recognise(path).name == "canonical"
    assert open_table(path).count == 2
