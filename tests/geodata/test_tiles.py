"""Files of tiles that somebody brings along."""

from __future__ import annotations

import gzip
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from pmtiles.tile import TileType

from geodata.errors import UnreadableFile
from geodata.tiles import open_tiles, plain_text
from geodata.tiles.archive import MOST_BYTES
from geodata.tiles.image import Picture, picture
from geodata.tiles.pmtiles_file import _varints
from tests.geodata.tile_files import image, mbtiles, pmtiles
from tests.hostile import PAYLOADS

Make = Callable[..., Path]
HERE = (6, 38, 25)
TILES = {HERE: image(), (6, 39, 25): image(colour="#223344"), (0, 0, 0): image(colour="#556677")}


@pytest.mark.parametrize(
    ("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
)
def test_a_picture_is_told_by_its_bytes(kind: str, media_type: str) -> None:
    assert picture(image(kind, (300, 200))) == Picture(media_type, 300, 200)


def test_every_kind_of_webp_says_its_size() -> None:
    lossless = b"RIFF\0\0\0\0WEBPVP8L" + b"\0\0\0\0\x2f" + (299 | 199 << 14).to_bytes(4, "little")
    extended = b"RIFF\0\0\0\0WEBPVP8X" + b"\n\0\0\0" + bytes(4)
    extended += (299).to_bytes(3, "little") + (199).to_bytes(3, "little")
    for content in (lossless.ljust(40, b"\0"), extended):
        assert picture(content) == Picture("image/webp", 300, 200)


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload=alert(1)>", b"GIF89a" + bytes(40), b"\xff" * 99]
)
def test_what_is_no_picture_is_none(content: bytes) -> None:
    assert picture(content) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_cut_head_is_no_picture_and_no_crash(kind: str) -> None:
    whole = image(kind)
    for end in range(24):
        assert picture(whole[:end]) is None


@pytest.mark.parametrize("make", [mbtiles, pmtiles])
def test_a_file_gives_the_tile_of_each_place(make: Make, tmp_path: Path) -> None:
    archive = open_tiles(make(tmp_path / "map", TILES, name="Streets"))
    for place, content in TILES.items():
        found = archive.tile(*place)
        assert found is not None
        assert (found.content, found.media_type) == (content, "image/png")
    for nowhere in [(6, 37, 25), (6, -1, 0), (6, 64, 0), (99, 0, 0), (1, 0, 0)]:
        assert archive.tile(*nowhere) is None
    assert archive.about.name == "Streets"
    assert (archive.about.first_zoom, archive.about.last_zoom) == (0, 6)
    archive.close()


def test_many_tiles_lie_in_leaves_and_each_is_found(tmp_path: Path) -> None:
    place_of = {(9, x, y): (x, y) for x in range(130) for y in range(130)}
    tiles = {place: image(size=(1, 1)) + bytes(f"{xy}", "ascii") for place, xy in place_of.items()}
    archive = open_tiles(pmtiles(tmp_path / "many.pmtiles", tiles))
    for place in [(9, 0, 0), (9, 129, 129), (9, 64, 3), (9, 1, 128)]:
        found = archive.tile(*place)
        assert found is not None
        assert found.content == tiles[place]
    archive.close()


def test_what_a_file_says_of_itself_is_cut_to_plain_words(tmp_path: Path) -> None:
    link = '© <a href="http://stranger.example">Open<b>Map</b></a>\n&amp; <script>x</script>'
    archive = open_tiles(mbtiles(tmp_path / "a", TILES, attribution=link, bounds="1,2,300,x"))
    assert archive.about.attribution == "© OpenMap & x"
    assert archive.about.name == "a"
    assert archive.about.bounds == (-180.0, -85.06, 180.0, 85.06)
    archive.close()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_words_are_longer_than_a_line_or_hold_what_cannot_be_printed(payload: str) -> None:
    words = plain_text(payload, 80)
    assert words is None or (len(words) <= 80 and words.isprintable())


def test_bounds_of_a_file_are_those_it_names(tmp_path: Path) -> None:
    archive = open_tiles(mbtiles(tmp_path / "a", TILES, bounds="35.5,32,42.5,37.5"))
    assert archive.about.bounds == (35.5, 32.0, 42.5, 37.5)
    archive.close()
    other = open_tiles(pmtiles(tmp_path / "b", {HERE: image("JPEG")}, TileType.JPEG))
    assert other.about.bounds == (35.0, 32.0, 43.0, 38.0)
    assert other.about.photographs
    other.close()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg onload=alert(1)></svg>", "neither PNG nor JPEG nor WebP"),
        (image(size=(1025, 10)), "1025 x 10 pixels"),
        (b"", "neither PNG nor JPEG nor WebP"),
    ],
)
@pytest.mark.parametrize("make", [mbtiles, pmtiles])
def test_a_tile_that_is_no_map_tile_is_refused(
    make: Make, content: bytes, sentence: str, tmp_path: Path
) -> None:
    archive = open_tiles(make(tmp_path / "map", {(0, 0, 0): image(), HERE: content}))
    with pytest.raises(UnreadableFile, match=sentence):
        archive.tile(*HERE)
    archive.close()


def test_a_tile_too_large_is_not_read(tmp_path: Path) -> None:
    large = image() + bytes(MOST_BYTES)
    for make in (mbtiles, pmtiles):
        archive = open_tiles(make(tmp_path / make.__name__, {(0, 0, 0): image(), HERE: large}))
        with pytest.raises(UnreadableFile):
            archive.tile(*HERE)
        archive.close()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "neither an MBTiles nor a PMTiles"),
        (b"%PDF-1.7", "neither an MBTiles nor a PMTiles"),
        (b"PMTiles\x03", "cut off or damaged"),
        (b"PMTiles\x02" + bytes(200), "no PMTiles file of version 3"),
        (b"SQLite format 3\0" + bytes(200), "cannot be read as MBTiles"),
    ],
)
def test_a_file_of_another_kind_is_refused_in_a_sentence(
    content: bytes, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "map").write_bytes(content)
    with pytest.raises(UnreadableFile, match=sentence):
        open_tiles(tmp_path / "map")


def test_a_folder_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="is a folder"):
        open_tiles(tmp_path)
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        open_tiles(tmp_path / "nothing")


def test_vector_tiles_are_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="raster tiles first"):
        open_tiles(mbtiles(tmp_path / "a", TILES, format="pbf"))
    with pytest.raises(UnreadableFile, match="raster tiles first"):
        open_tiles(pmtiles(tmp_path / "b", TILES, TileType.MVT))


def test_an_empty_file_of_tiles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="has no tiles"):
        open_tiles(mbtiles(tmp_path / "a", {}))


def test_a_table_of_tiles_that_never_ends_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = mbtiles(tmp_path / "a", TILES)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("create table n (i integer)")
        file.executemany("insert into n values (?)", [(i,) for i in range(2000)])
        file.execute("alter table tiles rename to real")
        file.execute(
            "create view tiles as select * from real union all select a.i, b.i, c.i, d.i "
            "from n a, n b, n c, n d where a.i + b.i + c.i + d.i < 0"
        )
    monkeypatch.setattr("geodata.tiles.mbtiles._OPENING_S", 0.3)
    begun = time.monotonic()
    with pytest.raises(UnreadableFile, match="interrupted"):
        open_tiles(path)
    assert time.monotonic() - begun < 5


def test_a_view_that_calls_itself_or_what_is_forbidden_is_refused(tmp_path: Path) -> None:
    path = mbtiles(tmp_path / "a", TILES)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("drop table metadata")
        file.execute(
            "create view metadata as with recursive r(name, value) as "
            "(select 'name', 'x' union all select name, value from r) select name, value from r"
        )
    with pytest.raises(UnreadableFile, match="not authorized"):
        open_tiles(path)


def test_a_directory_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    path = pmtiles(tmp_path / "bomb", TILES)
    content = bytearray(path.read_bytes())
    bomb = gzip.compress(bytes(40_000_000))
    content[8:16] = len(content).to_bytes(8, "little")
    content[16:24] = len(bomb).to_bytes(8, "little")
    path.write_bytes(bytes(content) + bomb)
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        open_tiles(path)


def test_a_directory_that_points_to_itself_ends(tmp_path: Path) -> None:
    path = pmtiles(tmp_path / "loop", TILES)
    content = bytearray(path.read_bytes())
    loop = gzip.compress(bytes([1, 0, 0, 200, 1, 1]))  # one leaf of 200 bytes at offset 0
    root = len(content)
    content[8:24] = root.to_bytes(8, "little") + len(loop).to_bytes(8, "little")
    content[40:48] = root.to_bytes(8, "little")  # leaves begin where the root does
    path.write_bytes(bytes(content) + loop.ljust(200, b"\0"))
    with closing(open_tiles(path)) as archive, pytest.raises(UnreadableFile, match="no end"):
        archive.tile(*HERE)


@pytest.mark.parametrize("at", range(8, 127, 7))
def test_a_damaged_head_never_ends_in_anything_but_a_sentence(at: int, tmp_path: Path) -> None:
    path = pmtiles(tmp_path / "map", TILES)
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)
    with suppress(UnreadableFile), closing(open_tiles(path)) as archive:
        archive.tile(*HERE)


def test_a_number_without_an_end_is_no_number() -> None:
    assert _varints(bytes([0x96, 0x01, 0x05])) == [150, 5]
    with pytest.raises(ValueError, match="70"):
        _varints(b"\xff" * 12)
