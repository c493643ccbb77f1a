"""The picture of a published view, drawn on the server from the bundled borders.

It shows what everybody may see of the view, at its place and zoom. As on the map, a dot stands
where a town or something closer is known; coarser places are rings as wide as what is known of
them; where only the country is known, nothing is drawn. No text but our own is in it.
"""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from geodata.boundaries import EARTH_RADIUS_KM, world_outline
from geodata.filters import View
from geodata.vocabulary import on_the_map

WIDTH: Final = 1200
HEIGHT: Final = 630
"""What sites that show such pictures ask for, in pixels."""

DRAWN_FROM: Final = ("location_precision", "latitude", "longitude", "radius_km")
"""The columns of `schema.INCIDENTS` that a picture is drawn from."""

_FINER: Final = 2  # drawn so much larger and made small, so that lines are smooth
_TILE: Final = 256
_WORLD_ZOOM: Final = 2.0
_CLOSEST_FIT: Final = 9.0
_MARGIN: Final = 60
_OUTER_SHARE: Final = 0.04  # as the map's own first view leaves out
_CELL: Final = 7
_MOST_RINGS: Final = 400
_DOTS: Final = ("exact", "site", "street", "neighbourhood", "town")
_WATER, _LAND, _COAST, _BORDER = "#d9e4ea", "#f6f4ef", "#a9bcc7", "#aaa498"
_MARK: Final = (166, 58, 80)
_CREDIT: Final = "Conflict Map. Borders: Natural Earth"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Which part of the world the picture shows: the Mercator world is `size` pixels wide."""

    size: float
    west: float
    north: float

    def x(self, longitude: Floats) -> Floats:
        return (longitude + 180) / 360 * self.size - self.west

    def y(self, latitude: Floats) -> Floats:
        return _mercator(latitude) * self.size - self.north

    def pixels(self, kilometres: Floats, latitude: Floats) -> Floats:
        around = 2 * math.pi * EARTH_RADIUS_KM * np.cos(np.radians(latitude))
        scaled: Floats = kilometres / around * self.size
        return scaled


def view_picture(incidents: pa.Table, view: View) -> bytes:
    """A PNG of incidents, `WIDTH` by `HEIGHT`.

    Args:
        incidents: the columns `DRAWN_FROM` of all that is to be drawn, and of nothing else.
        view: zoom and centre; where they are not set, the picture fits what it draws.
    """
    drawn = _Drawn.of(incidents)
    frame = _frame(drawn, view)
    picture = Image.new("RGB", (WIDTH * _FINER, HEIGHT * _FINER), _WATER)
    _draw_world(ImageDraw.Draw(picture), frame)
    _draw_rings(picture, drawn, frame)
    _draw_dots(picture, drawn, frame)
    picture = picture.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    ImageDraw.Draw(picture).text(
        (WIDTH - 12, HEIGHT - 10), _CREDIT, "#5b6068", ImageFont.load_default(16), anchor="rs"
    )
    out = io.BytesIO()
    picture.quantize(64, dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What the map draws of incidents: degrees, kilometres, and whether it is a dot."""

    latitude: Floats
    longitude: Floats
    radius_km: Floats
    dot: NDArray[np.bool_]

    @classmethod
    def of(cls, incidents: pa.Table) -> _Drawn:
        known = incidents["location_precision"].fill_null("unknown").combine_chunks()
        coded = known.dictionary_encode()
        named = [str(code) for code in coded.dictionary.to_pylist()]
        number = coded.indices.to_numpy()
        latitude, longitude, radius = (
            np.asarray(incidents[name].cast(pa.float64()).fill_null(np.nan).to_numpy())
            for name in ("latitude", "longitude", "radius_km")
        )
        drawn = np.array([on_the_map(code) for code in named], dtype=bool)
        there = drawn[number] & np.isfinite(latitude) & np.isfinite(longitude)
        dot = np.array([code in _DOTS for code in named], dtype=bool)[number]
        radius = np.where(np.isfinite(radius), radius, 1.0)
        return cls(latitude[there], longitude[there], radius[there], dot[there])


def _frame(drawn: _Drawn, view: View) -> _Frame:
    zoom, latitude, longitude = view.zoom, view.latitude, view.longitude
    if zoom is None or latitude is None or longitude is None:
        zoom, latitude, longitude = _fitted(drawn)
    size = _TILE * 2**zoom
    centre = np.array([longitude]), np.array([latitude])
    world = _Frame(size, 0.0, 0.0)
    return _Frame(
        size,
        float(world.x(centre[0])[0]) - WIDTH / 2,
        float(world.y(centre[1])[0]) - HEIGHT / 2,
    )


def _fitted(drawn: _Drawn) -> tuple[float, float, float]:
    """Zoom and centre that show all but the outermost; the world where nothing is drawn."""
    if not len(drawn.latitude):
        return _WORLD_ZOOM, 25.0, 15.0
    ends = (_OUTER_SHARE, 1 - _OUTER_SHARE)
    south, north = np.quantile(drawn.latitude, ends)
    west, east = np.quantile(drawn.longitude, ends)
    top, bottom = _mercator(np.array([north, south]))
    across = max((east - west) / 360, 1e-9)
    down = max(float(bottom - top), 1e-9)
    size = min((WIDTH - 2 * _MARGIN) / across, (HEIGHT - 2 * _MARGIN) / down)
    zoom = min(max(math.log2(size / _TILE), _WORLD_ZOOM), _CLOSEST_FIT)
    middle = math.degrees(math.atan(math.sinh(math.pi * (1 - (float(top) + float(bottom))))))
    return zoom, middle, float(west + east) / 2


def _mercator(latitude: Floats) -> Floats:
    """The share of the world's height above a latitude."""
    turned = np.radians(np.clip(latitude, -85.0511, 85.0511))
    share: Floats = 0.5 - np.arcsinh(np.tan(turned)) / (2 * math.pi)
    return share


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines of the base map as shares of the Mercator world, and the box around each."""

    points: tuple[Floats, ...]
    low: Floats
    high: Floats

    @classmethod
    def of(cls, lines: tuple[Floats, ...]) -> _Lines:
        points = tuple(
            np.stack([(line[:, 0] + 180) / 360, _mercator(line[:, 1])], axis=1) for line in lines
        )
        low, high = (
            np.array([edge(axis=0) for edge in edges])
            for edges in ([p.min for p in points], [p.max for p in points])
        )
        return cls(points, low, high)


@functools.cache
def _world() -> tuple[tuple[_Lines, str], tuple[_Lines, str], _Lines]:
    """Land and lakes with their colours, and borders."""
    world = world_outline()
    land, lakes, borders = map(_Lines.of, (world.land, world.lakes, world.borders))
    return (land, _LAND), (lakes, _WATER), borders


def _draw_world(draw: ImageDraw.ImageDraw, frame: _Frame) -> None:
    *filled, borders = _world()
    for rings, fill in filled:
        for ring in _seen(rings, frame):
            if len(ring) > 4:
                draw.polygon(ring, fill=fill, outline=_COAST)
    for border in _seen(borders, frame):
        draw.line(border, fill=_BORDER, width=_FINER)


def _seen(lines: _Lines, frame: _Frame) -> Iterator[list[float]]:
    """The lines that touch the picture, as x, y, x, y … in pixels, a point a pixel at most."""
    for shift in (-1.0, 0.0, 1.0):  # the world goes on beyond the date line
        corner = np.array([frame.west, frame.north]) / frame.size - (shift, 0)
        end = corner + np.array([WIDTH, HEIGHT]) / frame.size
        touch = ((lines.high >= corner) & (lines.low <= end)).all(axis=1)
        for number in np.flatnonzero(touch):
            points = (lines.points[number] - corner) * frame.size
            cells = np.floor(points)
            moves = np.ones(len(points), dtype=bool)
            moves[1:] = (cells[1:] != cells[:-1]).any(axis=1)
            kept = np.clip(points[moves] * _FINER, -1e6, 1e6)
            if len(kept) > 1:
                yield kept.ravel().tolist()


def _draw_rings(picture: Image.Image, drawn: _Drawn, frame: _Frame) -> None:
    """Rings of places that are known coarsely, the widest first."""
    coarse = ~drawn.dot
    x, y = frame.x(drawn.longitude[coarse]), frame.y(drawn.latitude[coarse])
    radius = np.maximum(frame.pixels(drawn.radius_km[coarse], drawn.latitude[coarse]), 4)
    rings = np.round(np.stack([radius, x, y], axis=1))
    inside = (
        (rings[:, 0] < 4 * WIDTH)  # a wider one has no rim to be seen
        & (rings[:, 1] + rings[:, 0] > 0) & (rings[:, 1] - rings[:, 0] < WIDTH)
        & (rings[:, 2] + rings[:, 0] > 0) & (rings[:, 2] - rings[:, 0] < HEIGHT)
    )  # fmt: skip
    # Many incidents have the same ring: pandas tells them apart far sooner than np.unique.
    table = pd.DataFrame(rings[inside], columns=["radius", "x", "y"])
    rings = table.drop_duplicates().sort_values(["radius", "x", "y"]).to_numpy()
    layer = Image.new("RGBA", picture.size)
    draw = ImageDraw.Draw(layer)
    for size, east, south in rings[::-1][:_MOST_RINGS] * _FINER:
        box = (east - size, south - size, east + size, south + size)
        draw.ellipse(box, fill=(*_MARK, 16), outline=(*_MARK, 120), width=_FINER)
    picture.paste(layer, mask=layer)


def _draw_dots(picture: Image.Image, drawn: _Drawn, frame: _Frame) -> None:
    """Dots of places that are known closely; those of one cell are one, larger by their number."""
    x, y = frame.x(drawn.longitude[drawn.dot]), frame.y(drawn.latitude[drawn.dot])
    inside = (x >= 0) & (x < WIDTH) & (y >= 0) & (y < HEIGHT)
    x, y = x[inside], y[inside]
    numbered = (x // _CELL).astype(np.int64) * HEIGHT + (y // _CELL).astype(np.int64)
    _, cell, counts = np.unique(numbered, return_inverse=True, return_counts=True)
    middles = [np.bincount(cell, axis, len(counts)) / counts for axis in (x, y)]
    draw = ImageDraw.Draw(picture, "RGBA")
    for place in np.argsort(-counts, kind="stable"):
        east, south = (axis[place] * _FINER for axis in middles)
        size = _FINER * min(3.5 + 1.5 * math.log2(counts[place]), 16)
        box = (east - size, south - size, east + size, south + size)
        draw.ellipse(box, fill=(*_MARK, 190), outline="#ffffff", width=_FINER)
