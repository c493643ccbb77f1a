"""Days, places and figures in Arabic, French, Russian, Spanish and Ukrainian."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.gazetteer import Gazetteer
from geodata.reading import Draft, read_text
from geodata.reading.foreign_days import dates
from geodata.reading.foreign_places import places_in
from geodata.reading.slavic_names import nominatives
from geodata.reading.spans import fold

GOLD = Path(__file__).parents[2] / "gold" / "articles_foreign.jsonl"
ITEMS = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.open()


def _told(draft: Draft) -> dict[str, Any]:
    events = [place for place in draft.places if place.role == "event"]
    return {
        "killed": draft.killed and [draft.killed.low, draft.killed.high],
        "injured": draft.injured and [draft.injured.low, draft.injured.high],
        "start": draft.date.start and draft.date.start.isoformat(),
        "end": draft.date.end and draft.date.end.isoformat(),
        "place": events[0].name if events else None,
    }


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(item["id"]))
def test_a_note_in_another_language_tells_day_place_and_figures(
    item: dict[str, Any], gazetteer: Gazetteer
) -> None:
    published = dt.date.fromisoformat(item["published"]) if "published" in item else None
    reading = read_text(item["text"], published=published, places=gazetteer)
    assert reading.language == item["language"]
    assert [_told(draft) for draft in reading.drafts] == item["drafts"]
    assert all("experimental_language" in draft.flags for draft in reading.drafts)


def test_most_places_of_the_notes_are_found_in_their_own_country(gazetteer: Gazetteer) -> None:
    found = []
    for item in ITEMS:
        for draft in read_text(item["text"], places=gazetteer).drafts:
            found += [place for place in draft.places if place.role == "event"]
    pinned = [place for place in found if place.latitude is not None]
    assert len(pinned) / len(found) >= 0.7
    assert all(place.country for place in pinned)


def _day(code: str, words: str, published: dt.date | None = None) -> list[tuple[Any, ...]]:
    found = dates(code, words, fold(words), (0, len(words)), published)
    return [(day.start, day.end, day.precision) for day in found]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ar", "يوم 16 يونيو 2016"),
        ("ar", "الخميس 16 حزيران/يونيو 2016"),
        ("ar", "في ١٦ حزيران ٢٠١٦"),
        ("ar", "16 جوان 2016"),
        ("ar", "يوم الخميس، 16 يونيو (حزيران) من عام 2016"),
        ("ar", "بتاريخ 2016/6/16"),
        ("uk", "16 червня 2016 року"),
        ("uk", "у четвер, 16 червня 2016 р."),
        ("ru", "16 июня 2016 года"),
        ("ru", "16-го июня 2016"),
        ("fr", "jeudi 16 juin 2016"),
        ("fr", "le 16 juin 2016"),
        ("es", "el jueves 16 de junio de 2016"),
        ("es", "el 16 de junio del 2016"),
    ],
)
def test_a_day_that_is_written_in_full_needs_no_day_of_publication(code: str, words: str) -> None:
    day = dt.date(2016, 6, 16)
    assert _day(code, words) == [(day, day, "day")]


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("كانون الثاني", 1), ("شباط", 2), ("آذار", 3), ("نيسان", 4), ("أيار", 5), ("حزيران", 6),
        ("تموز", 7), ("آب", 8), ("أيلول", 9), ("تشرين الأول", 10), ("تشرين الثاني", 11),
        ("كانون الأول", 12), ("جانفي", 1), ("فيفري", 2), ("أفريل", 4), ("ماي", 5), ("جويلية", 7),
        ("غشت", 8), ("أوت", 8), ("دجنبر", 12), ("نونبر", 11), ("يناير", 1), ("مارس", 3),
        ("أغسطس", 8), ("ديسمبر", 12),
    ],
)  # fmt: skip
def test_arabic_months_go_by_three_sets_of_names(name: str, month: int) -> None:
    day = dt.date(2019, month, 5)
    assert _day("ar", f"في 5 {name} 2019") == [(day, day, "day")]


def test_a_day_without_its_year_is_the_latest_by_publication() -> None:
    published = dt.date(2022, 3, 1)
    assert _day("ru", "16 июня", published) == [(dt.date(2021, 6, 16),) * 2 + ("day",)]
    assert _day("ru", "16 июня") == [(None, None, "unknown")]
    assert _day("es", "31 de febrero de 2020") == []


def test_spans_of_days_months_years_and_nights() -> None:
    published = dt.date(2022, 3, 1)
    assert _day("fr", "du 3 au 5 mars 2017") == [(dt.date(2017, 3, 3), dt.date(2017, 3, 5), "days")]
    assert _day("uk", "в ніч на 1 березня 2022 року")[0][0] == dt.date(2022, 2, 28)
    assert _day("ru", "в марте 2017 года") == [(dt.date(2017, 3, 1), dt.date(2017, 3, 31), "month")]
    assert _day("ar", "في عام 2014") == [(dt.date(2014, 1, 1), dt.date(2014, 12, 31), "year")]
    assert _day("es", "anteayer", published) == [(dt.date(2022, 2, 27),) * 2 + ("day",)]
    assert _day("fr", "avant-hier", published) == [(dt.date(2022, 2, 27),) * 2 + ("day",)]
    assert _day("ar", "الأسبوع الماضي", published)[0][2] == "week"
    assert _day("uk", "у четвер") == [(None, None, "weekday")]
    assert _day("uk", "у четвер", published) == [(dt.date(2022, 2, 24),) * 2 + ("day",)]


def test_where_the_day_stands_in_full_nobody_is_asked_for_the_day_of_publication() -> None:
    for item in ITEMS:
        for draft in read_text(item["text"]).drafts:
            if "published" not in item:
                assert "no_publication_date" not in draft.flags
                assert draft.date.question is None


def test_the_day_of_a_report_is_not_that_of_the_act() -> None:
    words = "Губернатор сообщил в четверг о гибели людей"
    assert dates("ru", words, fold(words), (0, len(words)), None)[0].reporting


def test_years_ages_and_weapons_are_no_figures_of_people() -> None:
    text = "El 3 de marzo de 2017 un niño de 12 años murió cuando 4 drones atacaron Tibú."
    (draft,) = read_text(text).drafts
    assert draft.killed is not None
    assert (draft.killed.low, draft.killed.high) == (1, 1)


@pytest.mark.parametrize(
    ("text", "place", "filed", "day"),
    [
        (
            "NIAMEY, 3 mars 2017 (AFP) – Quinze soldats ont été tués jeudi dans une embuscade.",
            "NIAMEY",
            dt.date(2017, 3, 3),
            dt.date(2017, 3, 2),
        ),
        (
            "Niamey, le 8 août 2019 - Quinze soldats ont été tués hier dans une embuscade.",
            "Niamey",
            dt.date(2019, 8, 8),
            dt.date(2019, 8, 7),
        ),
        (
            "Bogotá, jueves 12 de junio de 2025 (EFE). - El martes murieron siete civiles en Cali.",
            "Bogotá",
            dt.date(2025, 6, 12),
            dt.date(2025, 6, 10),
        ),
        (
            (
                "Київ, 16 червня 2023 року (Укрінформ) — У четвер російські війська атакували "
                "Харків. Внаслідок удару загинули двоє людей."
            ),
            "Київ",
            dt.date(2023, 6, 16),
            dt.date(2023, 6, 15),
        ),
        (
            "КИЕВ, 14 июля 2022 года – В среду при ударе по Виннице погибли 23 человека.",
            "КИЕВ",
            dt.date(2022, 7, 14),
            dt.date(2022, 7, 13),
        ),
        (
            "بيروت، 3 آذار/مارس 2017 (أ ف ب) – قُتل مدنيان الخميس جراء قصف على مدينة دوما",
            "بيروت",
            dt.date(2017, 3, 3),
            dt.date(2017, 3, 2),
        ),
    ],
    ids=["fr", "fr with le", "es", "uk", "ru", "ar"],
)
def test_a_dateline_with_its_month_dates_the_report_and_its_weekdays(
    text: str, place: str, filed: dt.date, day: dt.date
) -> None:
    reading = read_text(text)
    assert reading.dateline is not None
    assert (reading.dateline.place.quote, reading.published) == (place, filed)
    (draft,) = reading.drafts
    assert (draft.date.start, draft.date.end) == (day, day)
    assert all(span.start >= text.index(reading.dateline.span.quote) for span in draft.sentences)
    assert not any(p.role == "event" and p.span.quote == place for p in draft.places)


@pytest.mark.parametrize(
    "text",
    [
        "Le 3 mars 2017 – jour de deuil – quinze soldats ont été tués dans une embuscade.",
        "Quinze soldats tués le 3 mars 2017 – des hommes armés ont tué deux civils aussi.",
        "Niamey, 3 mars – Quinze soldats ont été tués dans une embuscade des hommes armés.",
        "Niamey, 3 mars 2017, selon la police – Quinze soldats ont été tués dans une embuscade.",
    ],
    ids=["no place", "a sentence", "no year", "something else"],
)
def test_a_day_at_the_head_of_a_sentence_is_no_dateline_with_a_date(text: str) -> None:
    assert read_text(text).published is None


def test_names_in_other_cases_are_turned_back() -> None:
    assert "Харьков" in nominatives("ru", "Харькове")
    assert "Мар'їнка" in nominatives("uk", "Мар'їнці")
    assert nominatives("uk", "Харківській області") == ["Харківська область"]
    assert "Кривой Рог" in nominatives("ru", "Кривом Роге")
    assert nominatives("fr", "Gao") == []


@pytest.mark.parametrize(
    ("code", "written", "name"),
    [
        ("ru", "Белой Церкви", "Белая Церковь"),
        ("uk", "Білій Церкві", "Біла Церква"),
        ("uk", "Новій Каховці", "Нова Каховка"),
        ("ru", "Великом Новгороде", "Великий Новгород"),
        ("uk", "Кривому Розі", "Кривий Ріг"),
        ("uk", "Кривого Рогу", "Кривий Ріг"),
        ("uk", "Волновасі", "Волноваха"),
        ("uk", "Сумах", "Суми"),
        ("ru", "Мариуполем", "Мариуполь"),
        ("uk", "Запоріжжі", "Запоріжжя"),
        ("", "Києві", "Київ"),
    ],
)
def test_the_name_that_the_gazetteer_knows_is_among_the_forms(
    code: str, written: str, name: str
) -> None:
    assert name in nominatives(code, written)


@pytest.mark.parametrize(
    ("code", "written", "names"),
    [
        ("ru", "Харьковской области", ["Харьковская область"]),
        ("ru", "Харьковскую область", ["Харьковская область"]),
        ("uk", "Сумську область", ["Сумська область"]),
        ("uk", "Покровському районі", ["Покровський район"]),
        ("uk", "Покровського району", ["Покровський район"]),
        ("ru", "Краснодарском крае", ["Краснодарский край"]),
        ("uk", "Мирноградську громаду", ["Мирноградська громада"]),
        ("ru", "Донецк области", ["Донецк область"]),
        ("uk", "Сумська область", []),
        ("uk", "Харків", []),
    ],
)
def test_a_unit_and_its_adjective_are_turned_back_together(
    code: str, written: str, names: list[str]
) -> None:
    assert nominatives(code, written) == names


def test_a_province_is_not_its_chief_town(gazetteer: Gazetteer) -> None:
    for text in (
        "قتل خمسة مدنيين في محافظة إدلب السورية.",
        "В Харьковской области Украины погибли пять человек.",
        "Cinq civils ont été tués dans la province de Gao, au Mali.",
    ):
        (draft,) = read_text(text, places=gazetteer).drafts
        place = next(place for place in draft.places if place.role == "event")
        assert place.location_precision in (None, "admin1")


def test_a_place_left_or_fled_to_is_not_the_place_of_the_event() -> None:
    text = "نزحت العائلات من مدينة حلب إلى مدينة إدلب"
    found = {place.name: place.role for place in places_in("ar", text, fold(text), 0, len(text))}
    assert found["حلب"] == "origin"
    assert found["إدلب"] == "mention"


_PIECES = st.sampled_from(
    ["قتل", " 5 ", "في", "مدينة", "خان", " 16 يونيو ", "الرقة", " погибли ", "в ", "Харькове ",
     " tués à ", "Gao", "de la ", " le 3 mars ", "\n", ". ", "،", "(", "”", "’", "ِ", "٣", "-"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_every_span_quotes_the_text(text: str) -> None:
    for code in ("ar", "fr", "es", "ru", "uk"):
        folded = fold(text)
        for place in places_in(code, text, folded, 0, len(text)):
            assert place.span.quote == text[place.span.start : place.span.end]
        for day in dates(code, text, folded, (0, len(text)), None):
            assert day.span.quote == text[day.span.start : day.span.end]
