"""Country packs in GeoNames' own format: read, indexed, replaced and removed."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from geodata.errors import UnreadableFile
from geodata.gazetteer import Gazetteer
from geodata.gazetteer.lookup import PACKS
from geodata.gazetteer.packs import (
    Pack,
    add_pack,
    installed_packs,
    kind_of,
    open_packs,
    remove_pack,
    unusable,
)


def row(name: str, alternates: str = "", **cells: str) -> str:
    """A row of a country file; columns as in GeoNames' readme."""
    values = {
        "id": "1", "name": name, "ascii": name, "alternates": alternates, "latitude": "13.1",
        "longitude": "-1.2", "class": "P", "code": "PPL", "country": "BF", "cc2": "",
        "admin1": "05", "admin2": "", "admin3": "", "admin4": "", "population": "0",
        "elevation": "", "dem": "300", "timezone": "Africa/Ouagadougou", "date": "2026-01-01",
    }  # fmt: skip
    return "\t".join({**values, **cells}.values())


@pytest.fixture
def country_file(tmp_path: Path) -> Path:
    rows = [
        row("Yirgou", "Yirgou-Fulbe,Yirgou Foulbé"),
        row("Kaya", population="54365", latitude="13.0917", longitude="-1.0844"),
        row("Kaya Airport", code="AIRP", **{"class": "S"}),
        row("Barsalogho", latitude="not a number"),
        row("Mali village", country="ML"),
        "a\tshort\trow",
        row("Route 3", code="RD", **{"class": "R"}),
    ]
    file = tmp_path / "BF.txt"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def gazetteer(packs_dir: Path) -> Gazetteer:
    return Gazetteer([(PACKS, pack) for pack in open_packs(packs_dir).values() if pack is not None])


def test_a_pack_finds_its_villages_by_every_spelling(country_file: Path, tmp_path: Path) -> None:
    pack = add_pack("BFA", country_file, tmp_path / "packs")
    assert (pack.places, pack.passed_over) == (3, 4)
    places = gazetteer(tmp_path / "packs")
    for name in ("Yirgou", "Yirgou Foulbe", "yirgou-fulbé"):
        found = places.locate(name, country="Burkina Faso", admin1="Centre-Nord")
        assert (found.latitude, found.longitude, found.precision) == (13.1, -1.2, "town")
        assert found.source == f"GeoNames BFA {pack.sha256[:8]}"


def test_a_zip_and_a_folder_give_the_same_places(country_file: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "BF.zip", "w") as archive:
        archive.writestr("readme.txt", "about\n" * 1000)
        archive.write(country_file, "BF.txt")
    from_zip = add_pack("BFA", tmp_path / "BF.zip", tmp_path / "a")
    from_folder = add_pack("BFA", tmp_path, tmp_path / "b")
    assert from_zip.places == from_folder.places == 3


def test_a_pack_says_where_it_comes_from_and_goes_away_again(
    country_file: Path, tmp_path: Path
) -> None:
    pack = add_pack("BFA", country_file, tmp_path / "packs")
    assert installed_packs(tmp_path / "packs") == [pack]
    assert "Attribution 4.0" in pack.licence
    assert remove_pack("BFA", tmp_path / "packs")
    assert not remove_pack("BFA", tmp_path / "packs")
    assert open_packs(tmp_path / "packs") == {}


def test_adding_again_replaces_the_pack(country_file: Path, tmp_path: Path) -> None:
    add_pack("BFA", country_file, tmp_path / "packs")
    country_file.write_text(row("Solenzo") + "\n", encoding="utf-8")
    assert add_pack("BFA", country_file, tmp_path / "packs").places == 1
    assert [p.name for p in (tmp_path / "packs").iterdir()] == ["BFA"]


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"PK\x03\x04 cut zip", b"name,latitude\nKaya,13\n"]
)
def test_a_file_that_is_no_country_file_is_refused_and_installs_nothing(
    content: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "BF.txt"
    file.write_bytes(content)
    with pytest.raises(UnreadableFile):
        add_pack("BFA", file, tmp_path / "packs")
    assert not (tmp_path / "packs").exists() or not list((tmp_path / "packs").iterdir())


def test_a_truncated_zip_is_refused(country_file: Path, tmp_path: Path) -> None:
    whole = tmp_path / "BF.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(country_file, "BF.txt")
    whole.write_bytes(whole.read_bytes()[:-40])
    with pytest.raises(UnreadableFile):
        add_pack("BFA", whole, tmp_path / "packs")


def test_an_index_that_was_damaged_is_left_out(country_file: Path, tmp_path: Path) -> None:
    add_pack("BFA", country_file, tmp_path / "packs")
    (tmp_path / "packs" / "BFA" / "index" / "key.npy").write_bytes(b"broken")
    opened = open_packs(tmp_path / "packs")
    assert opened == {"BFA": None}
    (told,) = unusable(opened)
    assert "BFA was made by another version" in told
    assert told.endswith("conflictmap places add BFA")
    assert Gazetteer.open(packs_dir=tmp_path / "packs").left_out == (told,)


@pytest.mark.parametrize(
    ("feature_class", "code", "kind"),
    [
        ("P", "PPL", "populated"),
        ("P", "PPLX", "neighbourhood"),
        ("S", "AIRB", "airfield"),
        ("L", "MILB", "base"),
        ("S", "CMPRF", "camp"),
        ("S", "PSTB", "crossing"),
        ("S", "DAM", "dam"),
        ("A", "ADM2", "admin2"),
        ("T", "MT", "terrain"),
        ("R", "RD", None),
        ("U", "BNCH", None),
    ],
)
def test_a_feature_code_says_what_a_place_is(
    feature_class: str, code: str, kind: str | None
) -> None:
    assert kind_of(feature_class, code) == kind


@pytest.mark.real_data
def test_a_real_country_file_is_read_with_all_its_feature_classes(
    real_data: Path, tmp_path: Path
) -> None:
    pack: Pack = add_pack("SGP", real_data / "places" / "SG.zip", tmp_path / "packs")
    assert pack.places > 1800
    places = gazetteer(tmp_path / "packs")
    assert places.locate("Changi Air Base", country="SGP").candidates
    assert {c.kind for c in places.reverse(1.36, 103.99, limit=50)} > {"populated", "airfield"}
