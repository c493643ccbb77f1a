"""Spellings of one place meet; spellings of two places do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.gazetteer import names


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Deir ez-Zor", "DEIR-EZ-ZOR"),
        ("Şırnak", "Sirnak"),
        ("Ma'lah", "Maʿlah"),
        ("Mak’alah", "Makalah"),
        ("Łódź", "Lodz"),
        ("Bobo-Dioulasso", "Bobo Dioulasso"),
        ("Beit Lahia", "Beitlahia"),
        ("إدلب", "ادلب"),
        ("الرَّقَّة", "الرقة"),
        ("Артёмовск", "Артемовск"),
    ],
)
def test_case_marks_and_spaces_do_not_count(first: str, second: str) -> None:
    assert names.folded(first) == names.folded(second)


@pytest.mark.parametrize(
    ("first", "second", "country"),
    [
        ("Deir ez-Zor", "Dayr az Zawr", "SYR"),
        ("at-Tanf", "al-Tanf", "SYR"),
        ("at-Tanf", "Tanf", "SYR"),
        ("Ash Shaddadi", "al-Shaddadi", "SYR"),
        ("Raqqa", "Ar Raqqah", "SYR"),
        ("Raqqa", "Rakka", "SYR"),
        ("Khan Sheikhoun", "Khān Shaykhūn", "SYR"),
        ("Al Mayadeen", "Al Mayādīn", "SYR"),
        ("Douma", "Dūmā", "SYR"),
        ("Teir Maaleh", "Tayr Ma'lah", "SYR"),
        ("Kfar Zeita", "Kafr Zayta", "SYR"),
        ("Hayan", "Ḩayyān", "SYR"),
        ("الحسكة", "حسكة", "SYR"),
        ("Харків", "Kharkiv", "UKR"),
        ("Харьков", "Kharkov", "UKR"),
        ("Запоріжжя", "Zaporizhzhia", "UKR"),
        ("Володимирівка", "Volodymyrivka", "UKR"),
        ("Ouagadougou", "Wagadugu", "BFA"),
    ],
)
def test_customs_of_romanising_do_not_count(first: str, second: str, country: str) -> None:
    assert set(names.romanised(first, country)) & set(names.romanised(second, country))


@pytest.mark.parametrize(
    ("first", "second", "country"),
    [
        ("Kharkiv", "Kyiv", "UKR"),
        ("Haditha", "Hadithat al Nahr", "IRQ"),
        ("El Carmen", "Carmen", "COL"),
        ("Kaniyi", "Kanii", "COD"),
        ("Mansura", "Mansuriya", "SYR"),
    ],
)
def test_likeness_alone_makes_no_two_names_one(first: str, second: str, country: str) -> None:
    assert not set(names.romanised(first, country)) & set(names.romanised(second, country))


def test_the_article_stays_where_the_next_word_does_not_begin_with_its_letter() -> None:
    assert names.without_article("at bab") == "at bab"
    assert names.without_article("at tanf") == "tanf"
    assert names.without_article("التنف") == "تنف"


@pytest.mark.parametrize(
    ("arabic", "latin"), [("التنف", "al-Tanf"), ("دير الزور", "Deir ez-Zor"), ("منبج", "Manbij")]
)
def test_consonants_bridge_arabic_and_latin_letters(arabic: str, latin: str) -> None:
    assert names.skeleton(arabic, "SYR") == names.skeleton(latin, "SYR") != ""


def test_two_consonants_make_no_skeleton() -> None:
    assert names.skeleton("Raqqa", "SYR") == ""


@given(st.text(max_size=60), st.sampled_from(["SYR", "UKR", "COD", "AFG"]))
def test_any_text_has_keys_without_blanks_and_without_an_error(text: str, country: str) -> None:
    keys = [names.folded(text), *names.romanised(text, country), names.skeleton(text, country)]
    assert all(" " not in key for key in keys)


@given(st.lists(st.text(st.characters(exclude_characters="\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
                        max_size=20), min_size=1, max_size=8))  # fmt: skip
def test_folding_a_list_gives_the_same_as_folding_each_name(texts: list[str]) -> None:
    lines = names.fold_lines("\n".join(texts)).split("\n")
    assert [line.replace(" ", "") for line in lines] == [names.folded(text) for text in texts]
