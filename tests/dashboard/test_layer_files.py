"""Layers and base maps that come and go on the Data page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import served
from dashboard.access import asking
from dashboard.base_map_folder import BaseMapFolder
from dashboard.base_maps import BaseMaps
from dashboard.served import ServedStore
from geodata.errors import ImpossibleValue, UnreadableFile
from geodata.filters import IncidentFilter
from geodata.store import Rights, Store
from tests.geodata.tile_files import image, mbtiles, pmtiles
from tests.hostile import PAYLOADS

POINT = {"type": "Point", "coordinates": [38.6, 33.5]}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServedStore:
    """An empty store, served by this process."""
    serving = ServedStore(Store.open(tmp_path / "store.duckdb"))
    monkeypatch.setattr(served, "_served", serving)
    return serving


def page() -> AppTest:
    """This part of the Data page, alone."""

    def script() -> None:
        from dashboard import layer_files, served  # noqa: PLC0415 — the function runs as a script

        layer_files.show(served.served())

    test = AppTest.from_function(script, default_timeout=60).run()
    assert not test.exception
    return test


def shapes(*rows: dict[str, object]) -> bytes:
    features = [{"type": "Feature", "geometry": POINT, "properties": row} for row in rows]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def said(test: AppTest) -> str:
    return "\n".join(text.value for text in test.text)


def press(test: AppTest, label: str) -> AppTest:
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception
    return test


def give_layer(test: AppTest, content: bytes, name: str = "control.geojson") -> AppTest:
    test.file_uploader(key="layer_file").set_value((name, content, "application/json"))
    return press(test, "Add the layer")


def test_a_layer_is_added_taken_away_and_brought_back_with_its_history(here: ServedStore) -> None:
    test = page()
    assert "There is no layer yet." in said(test)
    test.text_input(key="layer_from").set_value("2016-06")
    test.text_input(key="layer_source").set_value("a monitor")
    give_layer(test, shapes({"name": "one"}, {"valid_to": "Thursday"}))
    assert "Added: control: 1 shape from control.geojson, from 2016-06-01" in said(test)
    assert "Left out: row 2, column valid_to: 'Thursday' is no day" in said(test)
    assert [layer.source for layer in here.layers.current()] == ["a monitor"]
    press(test, "Remove")
    assert here.layers.current() == []
    assert "Removed. control" in said(test)
    press(test, "Bring back")
    assert [layer.name for layer in here.layers.current()] == ["control"]
    entries = [(entry["what"], entry["who"]) for entry in here.layers.history()]
    assert entries == [("add", "analyst"), ("remove", "analyst"), ("restore", "analyst")]


def test_what_cannot_be_a_layer_is_refused_in_words(here: ServedStore) -> None:
    cases: list[tuple[dict[str, str], bytes, str]] = [
        ({}, b"\x00", "control.geojson: is neither GeoJSON nor KML, KMZ or GeoPackage."),
        ({}, shapes(), "control.geojson has nothing that can be drawn."),
        ({"layer_to": "June"}, shapes({}), "'June' is no day; write YYYY-MM-DD"),
        ({"layer_from": "2017", "layer_to": "2016"}, shapes({}), "before it begins on 2017-01-01"),
    ]
    test = page()
    assert "Choose a file first." in said(press(test, "Add the layer"))
    for fields, content, sentence in cases:
        for key, text in fields.items():
            test.text_input(key=key).set_value(text)
        give_layer(test, content)
        assert sentence in said(test)
        assert "Nothing was added." in said(test)
    assert here.layers.all() == []


def test_words_of_a_layer_stay_words(here: ServedStore) -> None:
    payload = PAYLOADS[0]
    test = page()
    test.text_input(key="layer_name").set_value(payload[:80])
    give_layer(test, shapes({"name": payload}), name=f"../{payload}.geojson")
    (layer,) = here.layers.current()
    assert "/" not in layer.file
    labels = [one.label for kind in (test.button, test.text_input, test.selectbox) for one in kind]
    assert not any(payload[:10] in text for text in labels)
    assert test.markdown.len == 0


def test_a_base_map_is_offered_at_once_and_at_the_next_start_until_it_is_deleted(
    here: ServedStore, tmp_path: Path
) -> None:
    tiles = mbtiles(tmp_path / "x.mbtiles", {(5, 19, 12): image()}, name="Streets").read_bytes()
    test = page()
    test.file_uploader(key="base_map_file").set_value(("../a b.mbtiles", tiles, "application/x"))
    press(test, "Add the base map")
    assert "Added: Streets." in said(test)
    assert [choice["name"] for choice in here.base_maps.choices()] == ["Streets"]
    folder = BaseMapFolder.beside(here.store.path)
    assert [file.name for file in folder.files()] == ["a_b.mbtiles"]
    later = BaseMaps()
    (folder.path / "broken.pmtiles").write_bytes(b"PMTiles")
    (sentence,) = later.add_those_of(folder)
    assert sentence.startswith("A base map is left out: broken.pmtiles")
    assert [choice["name"] for choice in later.choices()] == ["Streets"]
    later.close()
    (key,) = here.base_maps.files
    press(test, "Delete")
    assert here.base_maps.choices() == []
    with pytest.raises(ImpossibleValue, match="taken away already"):
        here.base_maps.remove(key)
    assert [file.name for file in folder.files()] == ["broken.pmtiles"]


def test_what_has_no_tiles_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    folder = BaseMapFolder.beside(tmp_path / "store.duckdb")
    with pytest.raises(UnreadableFile, match=r"^notes\.txt: is neither an MBTiles"):
        folder.add("C:\\files\\notes.txt", b"words")
    assert list(folder.path.iterdir()) == []
    tiles = pmtiles(tmp_path / "x.pmtiles", {(5, 19, 12): image()}).read_bytes()
    assert folder.add("...", tiles).name == "map.pmtiles"
    with pytest.raises(ImpossibleValue, match=r"map\.pmtiles already"):
        folder.add("map.mbtiles", tiles)
    with pytest.raises(ImpossibleValue, match="not added at the page"):
        folder.remove(tmp_path / "x.pmtiles")


def test_who_may_only_look_adds_and_removes_nothing(
    here: ServedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = give_layer(page(), shapes({"name": "one"}))
    looking = Rights("vera", write=False, team=True, within=IncidentFilter())
    monkeypatch.setattr("dashboard.layer_files.asking.rights", lambda: looking)
    assert asking.rights() is looking
    assert "may look at this store and not change it" in said(press(test, "Remove"))
    assert "may look at this store" in said(give_layer(page(), shapes({"name": "two"})))
    assert [layer.features for layer in here.layers.current()] == [1]
    assert len(here.layers.history()) == 1
