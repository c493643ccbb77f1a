"""A name set once by a person is known from then on, until that is taken back."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geodata.errors import ImpossibleValue
from geodata.gazetteer import Gazetteer
from geodata.ingest import ingest
from geodata.placing import (
    CHOSEN,
    POINT_PRECISIONS,
    TYPED,
    Point,
    TaughtGazetteer,
    UnplacedName,
    candidates,
    corrections,
    incidents_of,
    place,
    unplaced_names,
)
from geodata.store import BY_HAND, SOURCE_COORDINATES, Store
from tests.hostile import PAYLOADS

BY = {"who": "amal", "why": "asked the field office"}
QASHLUN = Point(36.51, 37.32, "site", TYPED, radius_km=0.3)
NAMELESS = "Zzqashlun"


def add(store: Store, folder: Path, rows: list[dict[str, Any]], taught: bool = True) -> None:
    """Import rows from a file, as a person does."""
    file = folder / f"file{store.version()}.csv"
    pd.DataFrame(rows).to_csv(file, index=False)
    teacher = TaughtGazetteer()
    ingest(file, store, lambda: teacher.of(store.snapshot()) if taught else Gazetteer.open())


def row(number: int, name: str | None = NAMELESS, **more: Any) -> dict[str, Any]:
    return {"incident_id": f"i{number}", "title": "Shelling", "date_start": "2016-06-16",
            "place_name": name, "country": "SYR",
            "dataset": "press"} | more  # fmt: skip


def placed(store: Store, incident_id: str) -> dict[str, Any]:
    found = store.incident(incident_id)
    assert found is not None
    return found


def test_names_that_nothing_knows_wait_with_their_counts(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path, [
        row(1), row(2), row(3, "Manbij"), row(4, admin1="Aleppo"), row(5, None),
        row(6, "Zzother", country="IRQ"), row(7, "Zzgiven", latitude=36.0, longitude=37.0),
    ])  # fmt: skip
    waiting = unplaced_names(store.snapshot())
    assert waiting == [
        UnplacedName(NAMELESS, "SYR", incidents=3, off_map=2),
        UnplacedName("Zzother", "IRQ", incidents=1, off_map=1),
    ]
    assert [m["incident_id"] for m in incidents_of(store.snapshot(), waiting[0])] == [
        "i1", "i2", "i4",
    ]  # fmt: skip


def test_a_unit_that_the_name_itself_means_does_not_wait(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path, [row(1, "Raqqa governorate"), row(2, None, admin1="Aleppo")])
    assert unplaced_names(store.snapshot()) == []


def test_a_corrected_name_places_the_row_of_the_next_import(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path, [row(1), row(2)])
    assert placed(store, "i1")["latitude"] is None
    assert place(store, ["i1", "i2"], QASHLUN, for_name=True, **BY) == 2
    assert unplaced_names(store.snapshot()) == []
    add(store, tmp_path, [row(3), row(4, admin1="Aleppo"), row(5, country="IRQ")])
    for incident_id in ("i3", "i4"):
        found = placed(store, incident_id)
        assert (found["latitude"], found["longitude"]) == (36.51, 37.32)
        assert (found["location_precision"], found["radius_km"]) == ("site", 0.3)
        assert found["location_source"] == "corrections"
    assert placed(store, "i5")["latitude"] is None


def test_the_history_says_who_placed_it_and_why(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path, [row(1)])
    place(store, ["i1"], QASHLUN, for_name=True, **BY)
    entry = placed(store, "i1")["history"][0]
    assert (entry["who"], entry["why"], entry["what"]) == ("amal", BY["why"], "place")
    assert entry["before"]["latitude"] is None
    assert entry["after"]["location_method"] == CHOSEN


def test_a_choice_taken_back_teaches_nothing_any_more(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path, [row(1), row(2)])
    before = placed(store, "i1")
    place(store, ["i1", "i2"], QASHLUN, for_name=True, **BY)
    (placing,) = store.placings()
    assert (placing.name, placing.incidents, placing.who) == (NAMELESS, 2, "amal")
    store.undo_edit(placing.version, who="amal", why="wrong village")
    after = placed(store, "i1")
    for column in ("latitude", "location_precision", "location_method", "radius_km"):
        assert after[column] == before[column]
    assert store.placings() == []
    assert corrections(store.snapshot()).empty
    add(store, tmp_path, [row(3)])
    assert placed(store, "i3")["latitude"] is None
    with pytest.raises(ImpossibleValue, match="already"):
        store.undo_edit(placing.version, **BY)


def test_only_what_was_set_by_hand_can_be_taken_back_so(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path, [row(1)])
    for version in (1, 99):
        with pytest.raises(ImpossibleValue, match="by hand"):
            store.undo_edit(version, **BY)


def test_a_place_for_one_incident_alone_is_no_rule_for_its_name(
    store: Store, tmp_path: Path
) -> None:
    add(store, tmp_path, [row(1)])
    place(store, ["i1"], QASHLUN, for_name=False, **BY)
    assert placed(store, "i1")["location_method"] == BY_HAND
    add(store, tmp_path, [row(2)])
    assert placed(store, "i2")["latitude"] is None
    assert [name.incidents for name in unplaced_names(store.snapshot())] == [1]


def test_the_latest_choice_for_a_name_holds(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path, [row(1), row(2)])
    place(store, ["i1"], QASHLUN, for_name=True, **BY)
    time.sleep(0.01)
    place(store, ["i2"], replace(QASHLUN, latitude=36.6), for_name=True, **BY)
    assert corrections(store.snapshot())["latitude"].tolist() == [36.6]


def test_a_person_outranks_what_sources_teach(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path, [row(1)])
    add(store, tmp_path, [row(2, latitude=36.2, longitude=37.1, location_precision="town")])
    place(store, ["i1"], QASHLUN, for_name=True, **BY)
    add(store, tmp_path, [row(3)])
    assert placed(store, "i3")["latitude"] == 36.51


def test_what_one_import_teaches_goes_with_it(store: Store, tmp_path: Path) -> None:
    given = row(1, latitude=36.2, longitude=37.1, location_precision="town")
    add(store, tmp_path, [given])
    assert placed(store, "i1")["location_method"] == SOURCE_COORDINATES
    add(store, tmp_path, [row(2)])
    found = placed(store, "i2")
    assert (found["latitude"], found["location_source"]) == (36.2, "learned places")
    first = store.imports()[0]
    store.undo(first.import_id, **BY)
    add(store, tmp_path, [row(3)])
    assert placed(store, "i3")["latitude"] is None


def test_hostile_names_are_placed_like_any_other(store: Store, tmp_path: Path) -> None:
    names = sorted({text.strip() for text in PAYLOADS if len(text.strip()) > 3})[:40]
    add(store, tmp_path, [row(n, name) for n, name in enumerate(names)], taught=False)
    waiting = unplaced_names(store.snapshot())
    assert len(waiting) > len(names) / 2
    ids = [m["incident_id"] for name in waiting for m in incidents_of(store.snapshot(), name)]
    assert place(store, ids, QASHLUN, for_name=True, **BY) == len(ids)
    assert unplaced_names(store.snapshot()) == []
    add(store, tmp_path, [row(n + 100, each.name) for n, each in enumerate(waiting)])
    # What has neither letter nor digit is no name that can be looked up.
    assert all(not re.search(r"\w", each.name) for each in unplaced_names(store.snapshot()))


def test_candidates_say_how_far_they_are_from_where_it_is_drawn(
    store: Store, tmp_path: Path
) -> None:
    add(store, tmp_path, [row(1, "Haddad", admin1="Aleppo")])
    (name,) = unplaced_names(store.snapshot())
    found = candidates(Gazetteer.open(), name, incidents_of(store.snapshot(), name))
    assert all(distance is not None and distance >= 0 for _, distance in found)


def test_what_a_point_cannot_be_is_refused() -> None:
    for wrong in (
        {"latitude": 91.0}, {"latitude": 0.0, "longitude": 0.0}, {"precision": "admin1"},
        {"precision": "unknown"}, {"radius_km": 0.0}, {"radius_km": 9999.0},
    ):  # fmt: skip
        with pytest.raises(ImpossibleValue):
            replace(QASHLUN, **wrong)
    assert POINT_PRECISIONS == ("exact", "site", "street", "neighbourhood", "town", "near", "sea")


def test_nothing_is_changed_where_one_incident_is_not_there(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path, [row(1)])
    version = store.version()
    store.edit("i1", {}, **BY)
    with pytest.raises(ImpossibleValue, match="nobody"):
        place(store, ["i1", "nobody"], QASHLUN, for_name=True, **BY)
    assert store.version() == version


def test_an_import_leaves_a_place_set_by_hand_alone(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path, [row(1)])
    place(store, ["i1"], QASHLUN, for_name=True, **BY)
    add(store, tmp_path, [row(1, title="Shelling, corrected")])
    found = placed(store, "i1")
    assert (found["title"], found["latitude"]) == ("Shelling, corrected", 36.51)


def test_the_taught_gazetteer_is_made_anew_only_when_something_new_is_taught(
    store: Store, tmp_path: Path
) -> None:
    add(store, tmp_path, [row(1), row(2, "Manbij")])
    teacher = TaughtGazetteer()
    first = teacher.of(store.snapshot())
    store.edit("i2", {"title": "Strike"}, **BY)
    assert teacher.of(store.snapshot()) is first
    place(store, ["i1"], QASHLUN, for_name=True, **BY)
    second = teacher.of(store.snapshot())
    assert second is not first
    assert second.locate(NAMELESS, country="SYR").latitude == 36.51
