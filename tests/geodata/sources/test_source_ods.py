"""ODS workbooks: as GDAL writes them, and as cells and rows that repeat without end."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyogrio
import pytest

from geodata.errors import UnreadableFile
from geodata.sources import read
from geodata.sources.ods import read_ods

HEAD = (
    '<?xml version="1.0"?><office:document-content '
    + " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    + "><office:body><office:spreadsheet>"
)
END = "</office:spreadsheet></office:body></office:document-content>"


def sheet(*rows: str, name: str = "Sheet1") -> str:
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


def row(*cells: str, repeated: int = 1) -> str:
    told = f'table:number-rows-repeated="{repeated}"'
    return f"<table:table-row {told}>{''.join(cells)}</table:table-row>"


def cell(text: str = "", *, repeated: int = 1, **value: str) -> str:
    told = "".join(f' office:{name.replace("_", "-")}="{own}"' for name, own in value.items())
    inner = f"<text:p>{text}</text:p>" if text else ""
    return (
        f'<table:table-cell table:number-columns-repeated="{repeated}"{told}>{inner}'
        "</table:table-cell>"
    )


def saved(folder: Path, *sheets: str) -> Path:
    path = folder / "t.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", HEAD + "".join(sheets) + END)
    return path


HEADER = row(cell("date"), cell("place"), cell("killed"))


def test_a_workbook_of_another_program_is_read(tmp_path: Path) -> None:
    rows = {
        "incident_id": ["a", "b"], "date": ["2016-06-16", "17/06/2016"],
        "place": ["al-Tanf & co", "التنف"], "latitude": [33.5, None], "longitude": [38.66, None],
        "killed": [2, 0],
    }  # fmt: skip
    path = tmp_path / "t.ods"
    pyogrio.write_arrow(pa.table(rows), path, driver="ODS", geometry_type=None, layer="Events")
    found = read(path).incidents
    assert found["incident_id"].tolist() == ["a", "b"]
    assert [str(day) for day in found["date_start"]] == ["2016-06-16", "2016-06-17"]
    assert found["place_name"].tolist() == ["al-Tanf & co", "التنف"]
    assert found["latitude"].isna().tolist() == [False, True]
    assert found["killed_low"].tolist() == [2, 0]


def test_cells_are_read_by_their_kind(tmp_path: Path) -> None:
    kinds = row(
        cell("16.06.16", value_type="date", date_value="2016-06-16T00:00:00"),
        '<table:table-cell office:value-type="string"><office:annotation><text:p>a note</text:p>'
        "</office:annotation>\n<text:p>al<text:s text:c='2'/>Tanf</text:p><text:p>two<text:tab/>"
        "<text:span>lines</text:span></text:p></table:table-cell>",
        cell("2,0", value_type="float", value="2"),
        cell("WAHR", value_type="boolean", boolean_value="true"),
        cell("12:30", value_type="time", time_value="PT12H30M00S"),
        cell("#NAME?", value_type="string", string_value="saved"),
    )
    head = row(*map(cell, ("date", "place", "killed", "sensitive", "time", "title")))
    table = read_ods(saved(tmp_path, sheet(head, kinds))).columns.to_pylist()
    assert list(table[0].values()) == [
        "2016-06-16", "al  Tanf\ntwo\tlines", "2", "true", "12:30", "saved"
    ]  # fmt: skip


def test_rows_keep_their_number_and_repeat_as_often_as_they_say(tmp_path: Path) -> None:
    once = row(cell("2016-06-16"), cell("al-Tanf"), cell("2"))
    path = saved(
        tmp_path,
        sheet(
            row(cell(repeated=1024), repeated=3), HEADER, once,
            row(cell(repeated=16384), repeated=2),
            row(cell("2016-06-17"), cell("x", repeated=2), cell(repeated=16_000), repeated=2),
            row(cell(repeated=5_000), cell("far out")),
            row(cell(repeated=16384), repeated=1_048_570),
        ),
    )  # fmt: skip
    table = read_ods(path)
    assert table.rows.tolist() == [1, 4, 5]
    assert table.columns.column("killed").to_pylist() == ["2", "x", "x"]


def test_a_sheet_of_accounts_stands_beside_and_others_are_named(tmp_path: Path) -> None:
    accounts = sheet(
        row(cell("incident_id"), cell("publisher")), row(cell("a"), cell("A")), name="Accounts"
    )
    main = sheet(row(cell("incident_id"), cell("date")), row(cell("a"), cell("2016-06-16")))
    reading = read(saved(tmp_path, accounts, main, sheet(HEADER, name="Notes")))
    assert reading.accounts["publisher"].tolist() == ["A"]
    assert reading.notes == ("Of its sheets only 'Sheet1' was read.",)
    alone = read_ods(saved(tmp_path, accounts))
    assert alone.columns.column_names == ["incident_id", "publisher"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (sheet(HEADER, row(cell("x", repeated=3), repeated=1_048_576)), "far more rows"),
        (sheet(row(cell("x", repeated=16_384))), "columns"),
        (sheet(row(cell(repeated=16_383), cell("x"))), "columns"),
        (sheet(), "first sheet is empty"),
        ("", "no sheet"),
        ("<broken", "no ODS workbook"),
    ],
)
def test_a_workbook_that_cannot_be_read_gets_one_sentence(
    tmp_path: Path, content: str, said: str
) -> None:
    with pytest.raises(UnreadableFile, match=said) as caught:
        read(saved(tmp_path, content))
    assert "\n" not in str(caught.value)


def test_entities_and_locked_workbooks_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.ods"
    for content in ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "\x8f\x01 encrypted"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("content.xml", content)
        with pytest.raises(UnreadableFile, match="locked with a password"):
            read(path)


def test_a_formula_is_its_saved_value_and_is_never_run(tmp_path: Path) -> None:
    formula = '<table:table-cell table:formula="of:=WEBSERVICE(&quot;http://x.example&quot;)"/>'
    line = row(cell("2016-06-16"), cell("al-Tanf"), formula)
    assert pd.isna(read(saved(tmp_path, sheet(HEADER, line))).incidents["killed_low"][0])
