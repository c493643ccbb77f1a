"""The choice of columns on the Data page."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import NumberInput

from dashboard.column_labels import LABELS, in_words, label_of
from dashboard.served import ServedStore
from geodata import schema
from geodata.sources.profile import TARGETS, from_toml
from tests.dashboard.test_pages import page_at
from tests.hostile import PAYLOADS

HOSTILE = PAYLOADS[16]
FILE = (
    f"Fall,Tag,Breite,Laenge,Art,Tote,Merkmal,{HOSTILE}\n"
    "1,03/04/2016,33.51234,38.61234,Luftangriff,4,x,a\n"
    "2,05/06/2016,33.61234,38.71234,Gefecht,viele,y,{{7*7}}\n"
    "3,06/06/2016,33.61234,38.71234,Luftangriff,,z,b\n"
    "4,07/06/2016,33.61234,38.71234,Luftangriff,2,z,c\n"
)


def uploaded(text: str = FILE) -> AppTest:
    """The Data page with a file dropped and the columns asked for."""
    test = page_at("data")
    test.file_uploader[0].set_value(("fälle.csv", text.encode(), "text/csv")).run()
    test.toggle(key="mapping_on").set_value(True).run()
    assert not test.exception
    return test


def test_the_choice_is_open_where_names_leave_questions_and_only_there(here: ServedStore) -> None:
    del here
    test = page_at("data")
    table = "Fecha;Lugar;Muertos;Lat;Lon\n3/5/2023;El Plateado;4;2,283;-77,25\n"
    test.file_uploader[0].set_value(("caso.csv", table.encode(), "text/csv")).run()
    assert test.toggle(key="mapping_on").value
    assert box(test, "Day, or first day").value == "Fecha"
    assert any("See what each is taken for" in text.value for text in test.text)
    test.toggle(key="mapping_on").set_value(False).run()
    assert not test.toggle(key="mapping_on").value, "who closes it is not asked again"
    known = "date_start,place_name,country,killed_best\n2016-04-03,Afrin,SYR,4\n"
    test.file_uploader[0].set_value(("known.csv", known.encode(), "text/csv")).run()
    assert not test.toggle(key="mapping_on").value
    test.file_uploader[0].set_value(("note.csv", b"\x00\x01\x02", "text/csv")).run()
    assert not test.toggle(key="mapping_on").value
    assert not test.exception


def box(test: AppTest, label: str) -> object:
    return next(one for one in test.selectbox if one.label == label)


def test_columns_are_suggested_changed_kept_and_imported(here: ServedStore) -> None:
    test = uploaded()
    assert box(test, "Day, or first day").value == "Tag"
    assert box(test, "Latitude").value == "Breite"
    assert box(test, "Killed").value == "Tote"
    assert any("1 of 4 rows can be used; 3 would wait." in text.value for text in test.text)
    box(test, "03/04/2016 is").select("day-first").run()
    assert any("3 of 4 rows can be used; 1 would wait." in text.value for text in test.text)
    box(test, "Title").select(HOSTILE).run()
    box(test, "Country, if no column says it").select("SYR").run()
    box(test, "Code of word 1").select("Explosions/Remote violence").run()
    next(button for button in test.button if button.label == "Import").click().run()
    assert any("4 rows, of which 3 added" in text.value for text in test.text)
    held = here.store.snapshot().incidents.to_pylist()
    mine = next(row for row in held if row["dataset"] == "fälle" and row["title"] == "a")
    assert mine["date_start"] == dt.date(2016, 4, 3)
    assert (mine["title"], mine["country"], mine["killed_best"]) == ("a", "SYR", 4)
    assert mine["event_type"] == "Explosions/Remote violence"
    assert not test.exception


def test_a_kept_profile_sets_the_form(here: ServedStore) -> None:
    del here
    kept = '[columns]\ndate_start = "Tag"\ntitle = "Merkmal"\n[fixed]\ncountry = "SYR"\n'
    assert from_toml(kept).columns["title"] == "Merkmal"
    test = uploaded()
    test.file_uploader(key="mapping_given").set_value(("p.toml", kept.encode(), "text/plain")).run()
    assert box(test, "Title").value == "Merkmal"
    assert box(test, "Killed").value is None
    assert box(test, "Country, if no column says it").value == "SYR"
    test.file_uploader(key="mapping_given").set_value(("p.toml", b"what", "text/plain")).run()
    assert any("is no TOML" in text.value for text in test.text)


def test_the_row_of_the_header_is_shown_and_changed(here: ServedStore) -> None:
    del here
    test = uploaded(f"Bericht {HOSTILE}\n\nTag,Ort,Tote\n2016-04-03,Afrin,4\n2016-04-04,Azaz,2\n")

    def row() -> NumberInput:
        return next(one for one in test.number_input if "header" in one.label)

    assert row().value == 3
    assert any("passed over above it" in text.value for text in test.text)
    assert box(test, "Day, or first day").value == "Tag"
    row().set_value(4).run()
    assert box(test, "Day, or first day").options == ["2016-04-03", "Afrin", "4"]
    row().set_value(2).run()
    assert any("row 2 holds nothing" in text.value for text in test.text)
    assert not test.exception


def test_a_file_that_is_no_table_is_refused_in_a_sentence(here: ServedStore) -> None:
    del here
    test = uploaded('a,"b\n1,2\n')
    assert any("quotation mark" in text.value for text in test.text)


def test_the_preview_speaks_peoples_words_and_leaves_unknown_cells_empty(
    here: ServedStore,
) -> None:
    del here
    test = uploaded(FILE.replace("4,07/06/2016,33.61234", "4,17/06/2016,33.61234"))
    tables = [frame.value for frame in test.dataframe]
    suggested = next(frame for frame in tables if "Taken for" in frame)
    assert suggested.set_index("Column").loc["Tote", "Taken for"] == "Killed"
    assert suggested.set_index("Column").loc["Merkmal", "Taken for"] == ""
    read = next(frame for frame in tables if "Latitude" in frame)
    assert read["Day, or first day"].tolist() == ["2016-04-03", "2016-06-06", "2016-06-17"]
    assert read["Killed"].tolist() == ["4", "", "2"]
    assert read["How exactly it is known"].tolist() == ["Town or village"] * 3
    assert not set(read) & {"date_start", "Status", "Grade", "Incident's id"}
    labels = [one.label for one in test.selectbox]
    assert labels.index("Latitude") == labels.index("Country") + 1  # in reading order on a phone
    waiting = next(frame for frame in tables if "Why it would wait" in frame)
    assert waiting["What would help"].tolist() == ["a whole number, or nothing"]
    assert not any((frame == "None").any(axis=None) for frame in tables)


def test_every_column_that_a_file_may_bring_has_a_label() -> None:
    assert set(LABELS) == set(TARGETS)
    assert len(set(LABELS.values())) == len(LABELS)
    assert label_of("mine") == "mine"


def test_codes_and_checks_are_told_in_words() -> None:
    rows = pa.table(
        {
            "event_type": ["Battles", None],
            "weapon": ["air-strike | mortar", None],
            "quality_flags": ["date-in-words", None],
            "sensitive": [True, False],
            "grade": ["ungraded", "ungraded"],
        }
    )
    told = in_words(schema.conform(schema.to_frame(rows), schema.INCIDENTS))
    assert told.columns.tolist() == ["Event type", "Weapon", "Shown with care", "Checks not passed"]
    first, second = told.to_dict("records")
    assert first["Weapon"] == "Air strike, Mortar"
    assert first["Shown with care"] == "yes"
    assert first["Checks not passed"].startswith("the day is given in words")
    assert set(second.values()) == {""}
