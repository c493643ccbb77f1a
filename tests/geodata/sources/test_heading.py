"""Titles above a header, headers of two rows, totals and notes below a table."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from geodata import sandbox
from geodata.errors import ImpossibleValue, UnreadableFile
from geodata.sources import Profile, Reading, open_table, read
from geodata.sources.profile import from_toml

TITLED: list[list[Any]] = [
    ["Weekly incident report, March"],
    ["Generated on", "2024-03-12"],
    [],
    ["Date", "Town", "Province", "Killed", "Injured"],
    ["2024-03-01", "Afrin", "Aleppo", 3, 4],
    ["2024-03-02", "Sarmin", "Idlib", 1, 0],
    ["Total", None, None, 4, 4],
    ["Source: field teams"],
]
GROUPED: list[list[Any]] = [
    ["Incident monitoring"],
    ["Date", "Location", None, "Killed", None, "Injured", None],
    [None, "Province", "Town", "Min", "Max", "Min", "Max"],
    ["2024-03-01", "Aleppo", "Afrin", 3, 5, 1, 2],
]


def csv_of(folder: Path, rows: list[list[Any]], separator: str = ",") -> Path:
    width = max(map(len, rows))
    lines = [
        separator.join(
            f'"{cell}"' if "," in str(cell) else "" if cell is None else str(cell)
            for cell in [*row, *[None] * (width - len(row))]
        )
        for row in rows
    ]
    path = folder / "t.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def bare_csv_of(folder: Path, rows: list[list[Any]]) -> Path:
    """Titles and notes as lines of their own, without the separators of the table."""
    lines = [";".join("" if cell is None else str(cell) for cell in row) for row in rows]
    path = folder / "t.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def xlsx_of(folder: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = folder / "t.xlsx"
    book.save(path)
    return path


def ods_of(folder: Path, rows: list[list[Any]]) -> Path:
    names = {n: f"urn:oasis:names:tc:opendocument:xmlns:{n}:1.0" for n in ("office", "table")}
    names["text"] = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    root = ET.Element(f"{{{names['office']}}}document-content")
    sheet = ET.SubElement(root, f"{{{names['table']}}}table")
    for row in rows:
        line = ET.SubElement(sheet, f"{{{names['table']}}}table-row")
        for cell in row:
            box = ET.SubElement(line, f"{{{names['table']}}}table-cell")
            if cell is not None:
                ET.SubElement(box, f"{{{names['text']}}}p").text = str(cell)
    path = folder / "t.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", ET.tostring(root))
    return path


WRITERS: list[Callable[[Path, list[list[Any]]], Path]] = [csv_of, bare_csv_of, xlsx_of, ods_of]


@pytest.mark.parametrize("write", WRITERS)
def test_titles_above_a_header_are_named_and_totals_and_notes_below_wait(
    write: Callable[[Path, list[list[Any]]], Path], tmp_path: Path
) -> None:
    reading = read(write(tmp_path, TITLED))
    assert reading.incidents["place_name"].tolist() == ["Afrin", "Sarmin"]
    assert reading.incidents["killed_best"].tolist() == [3, 1]
    assert reading.attention["row"].tolist() == [3, 4]
    assert reading.rows == 4
    totals, note = reading.attention["reason"]
    assert "row of totals" in totals
    assert "note below the table" in note
    assert (
        "Its header was taken from row 4; passed over above it: 'Weekly incident report, March', "
        "'Generated on 2024-03-12'." in reading.notes
    )


@pytest.mark.parametrize("write", WRITERS)
def test_a_header_of_two_rows_is_one(
    write: Callable[[Path, list[list[Any]]], Path], tmp_path: Path
) -> None:
    path = write(tmp_path, GROUPED)
    assert open_table(path).columns.column_names == [
        "Date", "Province", "Town", "Killed Min", "Killed Max", "Injured Min", "Injured Max",
    ]  # fmt: skip
    (incident,) = read(path).incidents.to_dict("records")
    ends = [incident[f"{stem}_{end}"] for stem in ("killed", "injured") for end in ("low", "high")]
    assert ends == [3, 5, 1, 2]


@pytest.mark.parametrize("write", WRITERS)
def test_a_person_may_say_where_the_header_stands(
    write: Callable[[Path, list[list[Any]]], Path], tmp_path: Path
) -> None:
    odd = [["Date", "Town", "Killed"], ["draft"], ["Wann", "Wobei", "Wieviel"],
           ["2024-03-01", "Afrin", 3]]  # fmt: skip
    path = write(tmp_path, odd)
    assert open_table(path).columns.column_names[0] == "Date"
    profile = Profile({"date_start": "Wann", "place_name": "Wobei"}, header_row=3)
    assert from_toml(profile.as_toml()) == profile
    reading = read(path, profile=profile)
    assert reading.incidents["place_name"].tolist() == ["Afrin"]
    assert "taken from row 3" in reading.notes[0]
    with pytest.raises(UnreadableFile, match="row 90 holds nothing"):
        open_table(path, 90)


@pytest.mark.parametrize("row", [0, 5000, True])
def test_a_header_cannot_stand_where_no_row_is(row: int) -> None:
    with pytest.raises(ImpossibleValue, match="cannot stand in row"):
        Profile(header_row=row)


def test_a_profile_names_the_row_of_the_header_as_a_number() -> None:
    with pytest.raises(ImpossibleValue, match="header_row is a number"):
        from_toml('header_row = "4"')


@pytest.mark.parametrize(
    "rows",
    [
        [["a", "b", "c"], ["date", "place", "killed"], ["x", "y", "z"]],  # a table of words
        [["Date", "Place", "Notes"], ["2024-03-01", "Town", "dead and injured"],
         ["Country", "District", "Killed"]],
        [["Date"], ["Place", "2024", "killed"], ["2024-03-01"]],
        [["Date", "Place", ""], ["2024-03-01", "Aleppo", "killed"], ["2024-03-02", "Idlib", "no"]],
    ],
)  # fmt: skip
def test_a_header_in_the_first_row_stays_one(rows: list[list[Any]], tmp_path: Path) -> None:
    names = open_table(xlsx_of(tmp_path, rows)).columns.column_names
    assert names == [name for name in rows[0] if name]


def test_a_cover_sheet_is_no_table_and_other_tables_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Prepared by the field team"])
    for year in ("2023", "2024"):
        sheet = book.create_sheet(year)
        sheet.append(["Date", "Town", "Killed"])
        sheet.append([f"{year}-03-01", "Afrin", 3])
    path = tmp_path / "t.xlsx"
    book.save(path)
    reading = read(path)
    assert reading.incidents["date_start"].astype(str).tolist() == ["2023-03-01"]
    assert reading.notes[0] == "Of its sheets only '2023' was read."
    assert "'2024' may hold incidents too" in reading.notes[1]


def test_what_stands_in_which_row_is_told_across_processes(tmp_path: Path) -> None:
    path = csv_of(tmp_path, TITLED)
    for said, found in ((None, 4), (2, 2)):
        answer = sandbox._read_rows({"path": path, "most": 10, "header_row": said}, tmp_path)
        assert sandbox._believed_rows(answer, tmp_path).header_row == found


def test_a_total_in_any_column_of_words_is_no_incident(tmp_path: Path) -> None:
    rows = [["date", "admin1", "place_name", "killed"], ["2024-03-01", "Idlib", "Sarmin", 3],
            ["", "Total killed", "", 3], ["", "", "Total", 3]]  # fmt: skip
    reading: Reading = read(csv_of(tmp_path, rows))
    assert len(reading.incidents) == 1
    assert reading.attention["row"].tolist() == [2, 3]


def test_a_row_of_blanks_below_the_header_is_no_damage(tmp_path: Path) -> None:
    rows = [["Date", "Place", "Killed"], [" ", " ", None], ["2024-03-01", "Afrin", 3]]
    reading = read(xlsx_of(tmp_path, rows))
    assert len(reading.incidents) == 1
    assert reading.rows == len(reading.incidents) + len(reading.attention)


def test_the_row_of_the_header_may_be_said_alone(tmp_path: Path) -> None:
    rows = [["Date", "Place", "Killed"], ["of the report", "of the desk", "so far"], *TITLED[3:6]]
    path = csv_of(tmp_path, rows)
    reading = read(path, profile=Profile(header_row=3))
    assert reading.incidents["killed_best"].tolist() == [3, 1]
    assert reading.incidents["place_name"].tolist() == ["Afrin", "Sarmin"]
    with pytest.raises(UnreadableFile, match="row"):
        read(path, profile=Profile(header_row=900))
