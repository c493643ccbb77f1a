"""Build the table that the map's own H3 is held against.

    pip install h3==4.5.0
    python tools/build_h3_gold.py tests/js/h3_gold.csv

Points are drawn with a fixed seed: anywhere, in and around the twelve pentagons, along the edges of
the icosahedron, at the poles and beside the antimeridian; resolutions 0 to 15, most of them up to
10. Each has its cell; of every second one, and of all pentagons, also the corners. The first line
says which version of H3 made it.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
from collections.abc import Iterator
from pathlib import Path

import h3

SEED = 20160616
POINTS_OF_A_KIND = 500
COARSEST_OF_MOST, FINEST = 10, 15

Point = tuple[float, float]


def points(chance: random.Random) -> Iterator[Point]:
    """Latitudes and longitudes in degrees, to a millionth."""
    corners = [h3.cell_to_latlng(cell) for cell in h3.get_pentagons(1)]
    for _ in range(POINTS_OF_A_KIND):
        yield math.degrees(math.asin(chance.uniform(-1, 1))), chance.uniform(-180, 180)
        latitude, longitude = chance.choice(corners)
        spread = 10 ** chance.uniform(-5, 1.2)
        yield chance.gauss(latitude, spread), chance.gauss(longitude, spread)
        yield on_edge(*chance.sample(corners, 2), chance)
        yield beside_the_seam(chance)


def on_edge(first: Point, second: Point, chance: random.Random) -> Point:
    """A point near the great circle through two of the icosahedron's corners."""
    share, off = chance.random(), 10 ** chance.uniform(-6, -1)
    x, y, z = (
        share * a + (1 - share) * b + chance.gauss(0, off)
        for a, b in zip(towards(first), towards(second), strict=True)
    )
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def towards(point: Point) -> tuple[float, float, float]:
    """A point on the unit sphere: x, y, z."""
    latitude, longitude = (math.radians(degrees) for degrees in point)
    flat = math.cos(latitude)
    return flat * math.cos(longitude), flat * math.sin(longitude), math.sin(latitude)


def beside_the_seam(chance: random.Random) -> Point:
    """A point near a pole, or near 180 degrees."""
    if chance.random() < 0.5:
        return chance.choice((-1, 1)) * (90 - 10 ** chance.uniform(-5, 1)), chance.uniform(
            -180, 180
        )
    return chance.uniform(-90, 90), chance.choice((-180, 180, -179.9999, 179.9999))


def rows() -> Iterator[tuple[str, ...]]:
    """Latitude, longitude, resolution, cell, and its corners or nothing."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    for number, point in enumerate(points(chance)):
        latitude = round(max(-90, min(90, point[0])), 6)
        longitude = round((point[1] + 180) % 360 - 180, 6)
        finest = FINEST if number % 10 == 0 else COARSEST_OF_MOST
        resolution = chance.randint(0, finest)
        yield row(latitude, longitude, resolution, corners=number % 2 == 0)
    for resolution in range(FINEST + 1):
        for cell in sorted(h3.get_pentagons(resolution)):
            latitude, longitude = (round(degrees, 8) for degrees in h3.cell_to_latlng(cell))
            yield row(latitude, longitude, resolution, corners=True)


def row(latitude: float, longitude: float, resolution: int, *, corners: bool) -> tuple[str, ...]:
    """What H3 says of a point, as text."""
    cell = h3.latlng_to_cell(latitude, longitude, resolution)
    around = h3.cell_to_boundary(cell) if corners else ()
    return (
        str(latitude),
        str(longitude),
        str(resolution),
        cell,
        ";".join(f"{north:.7f} {east:.7f}" for north, east in around),
    )


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description="Build the table that H3 is tested with.")
    parser.add_argument("to", type=Path)
    to: Path = parser.parse_args().to
    with to.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# made with H3 {h3.versions()['c']} by tools/build_h3_gold.py\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("latitude", "longitude", "resolution", "cell", "corners"))
        writer.writerows(rows())


if __name__ == "__main__":
    main()
