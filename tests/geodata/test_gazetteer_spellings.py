"""Names with their languages, in GeoNames' own format: found, shown, and former ones said so."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.boundaries import Bounds
from geodata.errors import UnreadableFile
from geodata.gazetteer import Gazetteer
from geodata.gazetteer.index import EXACT, IndexBuilder, Place, PlaceIndex
from geodata.gazetteer.labels import labels
from geodata.gazetteer.lookup import PACKS
from geodata.gazetteer.names import folded, romanised
from geodata.gazetteer.packs import add_pack, installed_packs, open_packs, remove_pack
from geodata.gazetteer.spellings import (
    FORMER,
    PREFERRED,
    SHORT,
    Spelling,
    languages_of,
    name_in,
    read_spelling,
)

BAKHMUT, SOLEDAR, AIRPORT = 709_932, 692_487, 7_000_001
PLACES = (
    # GeoNames' own column of spellings holds former names too, and does not say that they are.
    (BAKHMUT, "Bakhmut", "Artemivsk,Artyomovsk,Bakhmut,Бахмут", 48.59, 38.0, "P", "PPLA2", 71_094),
    (SOLEDAR, "Soledar", "", 48.68, 38.09, "P", "PPL", 10_490),
    (AIRPORT, "Bakhmut Airfield", "", 48.57, 37.95, "S", "AIRF", 0),
)
NAMES = (
    (BAKHMUT, "uk", "Бахмут", "1", "", "", "", "", ""),
    (BAKHMUT, "ru", "Бахмут", "", "", "", "", "", ""),
    (BAKHMUT, "de", "Bachmut", "", "", "", "", "", ""),
    (BAKHMUT, "uk", "Артемівськ", "", "", "", "1", "1924", "2016"),
    (BAKHMUT, "en", "Artemivsk", "", "", "", "1", "1924", "2016"),
    (BAKHMUT, "link", "https://en.wikipedia.org/wiki/Bakhmut", "", "", "", "", "", ""),
    (BAKHMUT, "wkdt", "Q156783", "", "", "", "", "", ""),
    (BAKHMUT, "post", "84500", "", "", "", "", "", ""),
    (SOLEDAR, "uk", "Соледар", "1", "", "", "", "", ""),
    (SOLEDAR, "", "Karlo-Libknekhtivsk", "", "", "", "", "", "1991"),
    (AIRPORT, "icao", "UKCB", "", "", "", "", "", ""),
    (999_999, "uk", "Десь", "", "", "", "", "", ""),
)


def country_rows() -> str:
    rows = [
        (id_, name, name, more, latitude, longitude, kind, code, "UA", "", "05", "", "", "",
         population, "", 100, "Europe/Kyiv", "2026-01-01")
        for id_, name, more, latitude, longitude, kind, code, population in PLACES
    ]  # fmt: skip
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)


def name_rows(*rows: tuple[object, ...], columns: int = 10) -> str:
    numbered = [(n, *row)[:columns] for n, row in enumerate(rows or NAMES, 1)]
    return "".join("\t".join(map(str, row)) + "\n" for row in numbered)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A folder laid out as GeoNames' own."""
    folder = tmp_path / "dump"
    (folder / "alternatenames").mkdir(parents=True)
    with zipfile.ZipFile(folder / "UA.zip", "w") as archive:
        archive.writestr("readme.txt", "about")
        archive.writestr("UA.txt", country_rows())
    with zipfile.ZipFile(folder / "alternatenames" / "UA.zip", "w", zipfile.ZIP_DEFLATED) as names:
        names.writestr("readme.txt", "about")
        names.writestr("UA.txt", name_rows())
    return folder


def gazetteer(packs: Path) -> Gazetteer:
    return Gazetteer([(PACKS, pack) for pack in open_packs(packs).values() if pack is not None])


def test_a_pack_takes_the_names_of_its_folder_and_says_so(dump: Path, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    pack = add_pack("UKR", dump, tmp_path / "packs", lambda *said: told.append(said))
    assert (pack.places, pack.names, pack.names_file) == (3, 7, "UA.zip")
    assert pack.names_sha256 not in (None, pack.sha256)
    assert installed_packs(tmp_path / "packs") == [pack]
    assert told[-1][1] == 1.0
    assert remove_pack("UKR", tmp_path / "packs")
    assert open_packs(tmp_path / "packs") == {}


@pytest.mark.parametrize("name", ["Artemivsk", "Artemivs'k", "Артемівськ", "Artemivs’k town"])
def test_a_former_name_is_found_and_said_to_be_one(name: str, dump: Path, tmp_path: Path) -> None:
    add_pack("UKR", dump, tmp_path / "packs")
    found = gazetteer(tmp_path / "packs").locate(name, country="Ukraine", admin1="Donetsk")
    assert (found.latitude, found.matched_name) == (48.59, "Bakhmut")
    assert found.method == "former name+admin1"
    assert "(1924–2016)" in found.candidates[0].reasons[0]
    spelt = "Артемівськ" if name == "Артемівськ" else "Artemivsk"
    assert found.candidates[0].reasons[0].startswith(f"former name {spelt}")


def test_a_name_of_today_is_no_former_one(dump: Path, tmp_path: Path) -> None:
    add_pack("UKR", dump, tmp_path / "packs")
    places = gazetteer(tmp_path / "packs")
    for name, method in (("Bakhmut", "name"), ("Bachmut", "alias"), ("Бахмут", "alias")):
        assert places.locate(name, country="UKR", admin1="Donetsk").method == f"{method}+admin1"
    # Its years are over, though nobody has marked it as historic.
    assert places.locate("Karlo-Libknekhtivsk", country="UKR").method == "former name"


def test_links_numbers_and_codes_are_no_names(dump: Path, tmp_path: Path) -> None:
    add_pack("UKR", dump, tmp_path / "packs")
    (index,) = open_packs(tmp_path / "packs").values()
    assert index is not None
    for text in ("httpsenwikipediaorgwikibakhmut", "q156783", "84500", "ukcb"):
        assert index.find(EXACT, text) == []
    assert [spelling.language for spelling in index.spellings.of(0)] == [
        "uk",
        "ru",
        "de",
        "uk",
        "en",
    ]
    assert index.spellings.of(2) == []


def test_the_names_of_all_countries_serve_as_well(dump: Path, tmp_path: Path) -> None:
    (dump / "alternatenames" / "UA.zip").unlink()
    (dump / "alternateNamesV2.txt").write_text(name_rows(), encoding="utf-8")
    pack = add_pack("UKR", dump, tmp_path / "packs")
    assert (pack.names, pack.names_file) == (7, "alternateNamesV2.txt")


def test_the_older_form_without_years_is_read(dump: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.txt"
    older.write_text(name_rows(columns=8), encoding="utf-8")
    assert add_pack("UKR", dump / "UA.zip", tmp_path / "packs", names=older).names == 7
    found = gazetteer(tmp_path / "packs").locate("Artemivsk", country="UKR")
    assert found.candidates[0].reasons[0] == "former name Artemivsk"


def test_a_pack_without_names_finds_as_before(dump: Path, tmp_path: Path) -> None:
    pack = add_pack("UKR", dump / "UA.zip", tmp_path / "packs")
    assert (pack.names, pack.names_file, pack.names_sha256) == (0, None, None)
    found = gazetteer(tmp_path / "packs").locate("Artemivsk", country="UKR")
    assert (found.latitude, found.method) == (48.59, "alias")


def test_a_pack_of_before_names_were_read_is_still_one(dump: Path, tmp_path: Path) -> None:
    add_pack("UKR", dump / "UA.zip", tmp_path / "packs")
    file = tmp_path / "packs" / "UKR" / "pack.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    older = {key: value for key, value in said.items() if not key.startswith("names")}
    file.write_text(json.dumps(older), encoding="utf-8")
    assert [pack.names for pack in installed_packs(tmp_path / "packs")] == [0]
    assert gazetteer(tmp_path / "packs").locate("Soledar", country="UKR").latitude == 48.68


@pytest.mark.parametrize("content", [country_rows(), "Bakhmut;Бахмут\n", "\x00\x01\n"])
def test_a_file_that_holds_no_names_is_refused_and_installs_nothing(
    content: str, dump: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "names.txt"
    wrong.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFile, match="alternate names"):
        add_pack("UKR", dump, tmp_path / "packs", names=wrong)
    assert open_packs(tmp_path / "packs") == {}


def test_names_that_break_off_are_refused(dump: Path, tmp_path: Path) -> None:
    names = dump / "alternatenames" / "UA.zip"
    content = bytearray(names.read_bytes())
    content[content.index(b"UA.txt") + 20] ^= 0xFF
    names.write_bytes(content)
    with pytest.raises(UnreadableFile, match="read to its end"):
        add_pack("UKR", dump, tmp_path / "packs")


def test_a_row_without_an_end_is_not_held_in_memory(dump: Path, tmp_path: Path) -> None:
    endless = tmp_path / "names.txt"
    endless.write_text(f"{'x' * 3_000_000}\n{name_rows()}", encoding="utf-8")
    assert add_pack("UKR", dump, tmp_path / "packs", names=endless).names == 7


def test_labels_are_in_the_language_asked_for_and_in_the_countrys_own(
    dump: Path, tmp_path: Path
) -> None:
    add_pack("UKR", dump, tmp_path / "packs")
    layers = gazetteer(tmp_path / "packs").layers
    box = Bounds(48.0, 37.0, 49.0, 39.0)
    shown = [(label.name, label.local_name) for label in labels(layers, box)]
    assert shown == [("Bakhmut", "Бахмут"), ("Soledar", "Соледар")]
    assert [label.name for label in labels(layers, box, "de")] == ["Bachmut", "Soledar"]
    assert [label.local_name for label in labels(layers, box, "uk")] == [None, None]
    assert [label.name for label in labels(layers, box, limit=1)] == ["Bakhmut"]
    assert labels(layers, Bounds(48.6, 37.0, 49.0, 39.0))[0].name == "Soledar"
    assert labels(layers, Bounds(48.6, 38.05, 49.0, -170.0))[0].name == "Soledar"
    assert labels([PlaceIndex.build([Place("X", [], 48.5, 38, "UKR")], "no names")], box) == []


def test_full_preferred_names_are_shown_before_others_and_former_ones_never() -> None:
    names = [
        Spelling("Short", "en", SHORT), Spelling("Old", "en", FORMER | PREFERRED),
        Spelling("Full", "en"), Spelling("Official", "en-GB", PREFERRED),
    ]  # fmt: skip
    assert name_in(["fr", "en"], names) == "Official"
    assert name_in(["en"], names[:3]) == "Full"
    assert name_in(["en"], names[1:2]) is None
    assert languages_of("SY")[:2] == ("ar", "ku")
    assert languages_of("??") == ()


@given(st.text("\t\t\t19٣a-Zد\x00 ", max_size=40))
def test_no_row_breaks_the_reading(text: str) -> None:
    read = read_spelling(text)
    assert read is None or read[1].name


@given(st.lists(st.tuples(st.integers(0, 2), st.text("abcdefgхцщ' ", min_size=3)), max_size=20))
def test_every_name_that_was_added_is_there_and_is_found(rows: list[tuple[int, str]]) -> None:
    builder = IndexBuilder()
    for name in ("One", "Two", "Three"):
        builder.add(Place(name, [], 48, 38, "UKR"))
    for number, name in rows:
        builder.add_spelling(number, Spelling(name, "uk"))
    index = builder.finish("test")
    for number in range(3):
        wanted = [name for of, name in rows if of == number]
        assert [spelling.name for spelling in index.spellings.of(number)] == wanted


def test_an_h_counts_for_nothing_in_burmese_names() -> None:
    for one, other in (("Hpapun", "Papun"), ("Kyaukphyu", "Kyaukpyu"), ("Hpakant", "Pakant")):
        assert romanised(one, "MMR") == romanised(other, "MMR")
    assert romanised("Hpapun", "COD") != romanised("Papun", "COD")


def test_a_burmese_town_is_found_with_and_without_the_word_for_town() -> None:
    assert folded("မန္တလေးမြို့") == folded("မန္တလေး")


def test_vowels_written_as_marks_tell_names_apart() -> None:
    assert folded("काम") != folded("कम")
    assert folded("ကော") != folded("ကူ")
