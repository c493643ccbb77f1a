"""What a shared file takes along of layers from files, and what it leaves."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import shared_layers
from dashboard.access import asking
from dashboard.access.principal import Principal, Role
from dashboard.cli import main
from dashboard.served import ServedStore
from dashboard.shared_layers import packed_layers
from dashboard.sharing import layers_to_share
from geodata.errors import ImpossibleValue
from geodata.layers import LayerFolder, read_layer

CODE = "10031000001211000000"


def add(folder: LayerFolder, source: Path, *rows: dict[str, Any]) -> None:
    at = {"type": "Point", "coordinates": [38.66, 33.5]}
    features = [{"type": "Feature", "geometry": at, "properties": row} for row in rows]
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    folder.add(read_layer(source), name="Forces", who="amal", why="from a friend", source="a desk")


def test_shapes_days_sources_and_symbols_leave_and_who_added_them_stays(tmp_path: Path) -> None:
    folder = LayerFolder(tmp_path / "layers")
    assert packed_layers(folder) is None
    shown = {"name": "</script>", "valid_to": "2016", "sidc": CODE}
    add(folder, tmp_path / "secret name.geojson", shown, {"name": "plain"})
    packed = packed_layers(folder)
    assert packed is not None
    text = gzip.decompress(packed).decode()
    held = json.loads(text)
    (layer,) = held["layers"]
    assert (layer["name"], layer["source"], layer["frames"]) == ("Forces", "a desk", "neutral")
    names = [feature["name"] for feature in held["bodies"][layer["id"]]]
    assert names == ["</script>", "plain"]
    (picture,) = held["symbols"].items()
    assert picture[0] == f"neutral/{CODE}"
    assert picture[1].startswith("data:image/svg+xml;base64,")
    for word in ("amal", "friend", "secret name", "added"):
        assert word not in text
    folder.remove("Forces", who="amal", why="")
    assert packed_layers(folder) is None


def test_layers_that_are_too_large_are_refused_with_their_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_layers, "MOST_BYTES", 100)
    folder = LayerFolder(tmp_path / "layers")
    add(folder, tmp_path / "x.geojson", {"name": "one"})
    with pytest.raises(ImpossibleValue, match=r"take \d{3} bytes packed, and a file carries 100"):
        packed_layers(folder)


def test_the_command_takes_layers_along_when_asked(
    sample_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], here: ServedStore
) -> None:
    del sample_file
    add(here.layers, tmp_path / "x.geojson", {"name": "one"})
    words = ["export", "--format", "html", "--where", "q=tanf", "--store", str(here.store.path)]
    for more, there in (([], False), (["--layers"], True)):
        out = tmp_path / "x.html"
        assert main([*words, "--out", str(out), *more]) == 0
        assert (b'id="shared-layers"' in out.read_bytes()) is there
    capsys.readouterr()


def test_guests_share_no_layers(
    here: ServedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert layers_to_share() is None
    add(here.layers, tmp_path / "x.geojson", {"name": "one"})
    assert layers_to_share() == here.layers
    monkeypatch.setattr(asking, "principal", lambda: Principal(Role.VIEWER, team=False))
    assert layers_to_share() is None


def test_the_page_asks_whether_layers_go_along_and_says_when_they_cannot(
    here: ServedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script() -> None:
        from dashboard.sharing import share_button  # noqa: PLC0415 — the function runs as a script
        from geodata.filters import IncidentFilter  # noqa: PLC0415 — likewise

        share_button(IncidentFilter())

    test = AppTest.from_function(script, default_timeout=60)
    test.session_state["open_share"] = True
    test.run()
    assert [box.key for box in test.checkbox] == ["share_sensitive"]
    add(here.layers, tmp_path / "x.geojson", {"name": "one"})
    test.run()
    test.checkbox(key="share_layers").check().run()
    assert not any("made without them" in text.value for text in test.text)
    monkeypatch.setattr(shared_layers, "MOST_BYTES", 100)
    add(here.layers, tmp_path / "y.geojson", {"name": "two"})
    test.run()
    assert any("The file is made without them." in text.value for text in test.text)
    assert not test.exception
