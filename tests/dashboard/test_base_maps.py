"""Base maps that a person switches on: files are served, strangers are asked only after a yes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import headers, server
from dashboard.base_maps import BaseMaps, online_tiles
from dashboard.cli import main, parser
from dashboard.commands.serving import BASE_MAP_SETTING
from dashboard.served import ServedStore
from geodata.errors import ImpossibleValue
from tests.dashboard.asking import ask
from tests.geodata.tile_files import image, mbtiles

HERE = (6, 38, 25)
ADDRESS = "https://tiles.example/{z}/{x}/{y}.png"


@pytest.fixture
def base_maps(here: ServedStore, tmp_path: Path) -> Iterator[BaseMaps]:
    """One file, with one tile that is a picture and one that is a script."""
    tiles = {HERE: image("JPEG"), (6, 0, 0): b"<svg onload=alert(1)></svg>"}
    file = mbtiles(tmp_path / "imagery.mbtiles", tiles, name="<b>Imagery</b> {{7*7}}")
    here.base_maps = BaseMaps.opened([file], [ADDRESS])
    yield here.base_maps
    here.base_maps.close()


def test_a_tile_of_a_file_is_served_as_what_its_bytes_are(base_maps: BaseMaps) -> None:
    (key,) = base_maps.files
    found = ask(f"/tiles/{key}/6/38/25")
    assert (found.status, found.headers["content-type"]) == (200, "image/jpeg")
    assert found.body == image("JPEG")
    assert "immutable" in found.headers["cache-control"]


def test_where_a_file_has_no_tile_a_clear_pixel_is_sent(base_maps: BaseMaps) -> None:
    (key,) = base_maps.files
    found = ask(f"/tiles/{key}/6/1/1")
    assert (found.status, found.headers["content-type"]) == (200, "image/png")
    assert len(found.body) < 100


def test_a_tile_that_is_a_script_is_never_sent(base_maps: BaseMaps) -> None:
    (key,) = base_maps.files
    found = ask(f"/tiles/{key}/6/0/0")
    assert found.status == 422
    assert found.headers["content-type"] == "application/json"
    assert b"onload" not in found.body


@pytest.mark.parametrize("place", ["6/38/x", "6/38/-1", "6/38/٣", "6/38/99999999999999999999"])
def test_a_place_that_is_none_is_refused(base_maps: BaseMaps, place: str) -> None:
    (key,) = base_maps.files
    assert ask(f"/tiles/{key}/{place}").status == 404


@pytest.mark.parametrize("key", ["nothing", "..", "%2e%2e", "imagery.mbtiles"])
def test_no_file_is_reached_by_a_name_from_outside(base_maps: BaseMaps, key: str) -> None:
    assert base_maps.files
    assert ask(f"/tiles/{key}/6/38/25").status == 404


def test_the_page_is_told_what_can_be_chosen_and_who_would_be_asked(base_maps: BaseMaps) -> None:
    (key,) = base_maps.files
    own, online = json.loads(ask("/layers").body)["base_maps"]
    assert own["name"] == "Imagery {{7*7}}"
    assert own["url"] == f"tiles/{key}/{{z}}/{{x}}/{{y}}"
    assert own["photographs"]
    assert own["hosts"] == []
    assert online["hosts"] == ["tiles.example"]
    assert online["url"] == ADDRESS


def test_without_a_word_nothing_is_offered_and_no_stranger_may_be_asked(here: ServedStore) -> None:
    assert here.base_maps.origins() == ()
    assert json.loads(ask("/layers").body)["base_maps"] == []
    assert "img-src 'self' data: blob:;" in headers.content_security_policy()


def test_the_policy_is_widened_by_exactly_the_hosts_that_are_named() -> None:
    names = ["OpenStreetMap.Mapnik", "https://tiles.example:8443/{z}/{x}/{y}.png"]
    origins = BaseMaps.opened([], names).origins()
    assert origins == ("https://tile.openstreetmap.org", "https://tiles.example:8443")
    before = headers.content_security_policy().split("; ")
    after = headers.content_security_policy(origins).split("; ")
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert changed == [(before[3], f"{before[3]} {' '.join(origins)}")]


def test_a_name_with_several_hosts_allows_each_of_them_and_no_wildcard() -> None:
    found = online_tiles("OpenStreetMap.HOT")
    assert set(found.hosts) == {f"{a}.tile.openstreetmap.fr" for a in "abc"}
    assert "{s}" in found.url
    assert found.attribution is not None
    assert "<" not in found.attribution


@pytest.mark.parametrize(
    "text",
    [
        "Nothing.Such", "", "https://a b/{z}/{x}/{y}", "https://h;script-src *;x/{z}/{x}/{y}",
        "javascript://x/{z}/{x}/{y}", "https://user:word@h/{z}/{x}/{y}", "https://h/{z}/{x}",
        "https://h/{z}/{x}/{y}/{s}", "https://h:99999/{z}/{x}/{y}", "https://*/{z}/{x}/{y}",
        "https://{x}.h/{z}/{x}/{y}", "https://h/{z}/{x}/{y}?a=' 'unsafe-inline'", "data://{z}{x}{y}",
        "https:///{z}/{x}/{y}", "https://h/{z}/{x}/{y}\n", "Thunderforest.OpenCycleMap",
    ],
)  # fmt: skip
def test_what_is_no_address_of_tiles_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ImpossibleValue, match=r"\.$"):
        online_tiles(text)


@given(st.text(max_size=40))
def test_no_address_ever_puts_more_than_an_origin_into_the_policy(host: str) -> None:
    try:
        found = online_tiles(f"https://{host}/{{z}}/{{x}}/{{y}}")
    except ImpossibleValue:
        return
    for origin in found.origins:
        assert not set(origin) & set(" ;,'\"*\r\n\t"), origin
        assert origin.isascii()


def served_with(monkeypatch: pytest.MonkeyPatch, *words: str) -> BaseMaps:
    """The base maps that a command would serve; nothing is served."""
    found: list[BaseMaps] = []
    monkeypatch.setattr(server, "serve", lambda *_, base_maps, **__: found.append(base_maps) or 0)
    assert main(["serve", *words]) == 0
    return found[0]


def test_files_come_from_the_command_or_else_from_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (mbtiles(tmp_path / name, {HERE: image()}, name=name) for name in ("one", "two"))
    monkeypatch.setenv(BASE_MAP_SETTING, str(one))
    names = [file.about.name for file in served_with(monkeypatch).files.values()]
    assert names == ["one"]
    given_ = served_with(monkeypatch, "--base-map", str(two))
    assert [file.about.name for file in given_.files.values()] == ["two"]


def test_who_starts_the_server_is_told_who_will_see_what(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert served_with(monkeypatch, "--tiles", ADDRESS).origins() == ("https://tiles.example",)
    assert "https://tiles.example sees" in capsys.readouterr().err


def test_a_file_without_tiles_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text").write_text("no tiles")
    assert main(["serve", "--base-map", str(tmp_path / "text")]) == 2
    assert "neither an MBTiles nor a PMTiles" in capsys.readouterr().err
    assert parser().parse_args(["serve"]).tiles is None
