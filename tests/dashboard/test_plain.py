"""Words from outside within sentences of our own."""

from __future__ import annotations

from dashboard.plain import isolated, short
from dashboard.review_queue import title_of
from geodata.review import Report


def test_words_that_run_the_other_way_are_kept_apart_from_what_stands_beside_them() -> None:
    assert isolated("غارة جوية") == "\u2068غارة جوية\u2069"


def test_marks_of_direction_from_outside_leave_nothing_open() -> None:
    assert isolated("a\u202eb\u2069c") == "\u2068abc\u2069"


def test_a_long_first_line_names_a_text_and_shows_that_it_goes_on() -> None:
    title = title_of(Report("word " * 60))
    assert len(title) <= 100
    assert title.endswith("…")
    assert title_of(Report("Short line.\nMore.")) == short("Short line.") == "Short line."
