"""Shared borders: rings of many polygons become arcs, each stored once.

The method is TopoJSON's (Bostock, "How to infer topology", 2013): a vertex at which the set of
neighbours differs from ring to ring is a junction; rings are cut there; an arc that two rings
share is one arc. Simplification is Visvalingam and Whyatt's (1993), arc by arc with its ends kept,
so that neighbours stay neighbours.
"""

from __future__ import annotations

import gzip
import heapq
import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vertex = tuple[int, int]
Ring = list[Vertex]

MAGIC = b"CMTOPO1\0"
LARGEST_STEP = 32_000  # deltas are int16


@dataclass
class Topology:
    """Arcs, and for every unit its rings as arc numbers; `~i` is arc `i` backwards."""

    arcs: list[list[Vertex]] = field(default_factory=list)
    units: list[list[list[int]]] = field(default_factory=list)

    def sides(self) -> list[set[int]]:
        """For every arc the units that it bounds."""
        found: list[set[int]] = [set() for _ in self.arcs]
        for unit, rings in enumerate(self.units):
            for ring in rings:
                for arc in ring:
                    found[arc if arc >= 0 else ~arc].add(unit)
        return found


def _junctions(rings: Iterable[Ring]) -> set[Vertex]:
    neighbours: dict[Vertex, frozenset[Vertex]] = {}
    found: set[Vertex] = set()
    for ring in rings:
        for i, vertex in enumerate(ring):
            around = frozenset((ring[i - 1], ring[(i + 1) % len(ring)]))
            if neighbours.setdefault(vertex, around) != around:
                found.add(vertex)
    return found


def _cut(ring: Ring, junctions: set[Vertex]) -> list[list[Vertex]]:
    """The ring as open arcs from junction to junction, or as one closed arc."""
    places = [i for i, vertex in enumerate(ring) if vertex in junctions]
    if not places:
        start = ring.index(min(ring))
        turned = ring[start:] + ring[:start]
        return [[*turned, turned[0]]]
    turned = ring[places[0] :] + ring[: places[0]] + [ring[places[0]]]
    cuts = [i - places[0] for i in places] + [len(ring)]
    return [turned[a : b + 1] for a, b in itertools.pairwise(cuts)]


def build(units: Sequence[Sequence[Ring]], cuts: Iterable[Vertex] = ()) -> Topology:
    """Arcs of many units' rings.

    Args:
        units: for every unit its rings, open (the first vertex is not repeated), without equal
            consecutive vertices.
        cuts: vertices at which an arc ends although no third unit touches it.
    """
    junctions = _junctions(ring for rings in units for ring in rings) | set(cuts)
    topology, known = Topology(), {}
    for rings in units:
        numbered = []
        for ring in rings:
            numbers = []
            for arc in _cut(ring, junctions):
                forward, backward = tuple(arc), tuple(reversed(arc))
                if forward in known:
                    numbers.append(known[forward])
                elif backward in known:
                    numbers.append(~known[backward])
                else:
                    known[forward] = len(topology.arcs)
                    topology.arcs.append(arc)
                    numbers.append(known[forward])
            numbered.append(numbers)
        topology.units.append(numbered)
    return topology


def outline(topology: Topology, members: Iterable[int]) -> list[Ring]:
    """The rings around several units taken as one."""
    uses: dict[int, int] = defaultdict(int)
    directed: dict[int, int] = {}
    for unit in members:
        for ring in topology.units[unit]:
            for arc in ring:
                key = arc if arc >= 0 else ~arc
                uses[key] += 1
                directed[key] = arc
    starts: dict[Vertex, list[list[Vertex]]] = defaultdict(list)
    for key, arc in directed.items():
        if uses[key] == 1:
            points = topology.arcs[key] if arc >= 0 else topology.arcs[key][::-1]
            starts[points[0]].append(points)
    rings: list[Ring] = []
    while starts:
        first = next(iter(starts))
        ring, at = [], first
        while at in starts:
            points = starts[at].pop()
            if not starts[at]:
                del starts[at]
            ring += points[:-1]
            at = points[-1]
        if len(ring) >= 3:
            rings.append(ring)
    return rings


def _double_area(a: Vertex, b: Vertex, c: Vertex) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]))


def simplify(points: list[Vertex], smallest: float) -> list[Vertex]:
    """Visvalingam and Whyatt: vertices whose triangle is smaller than `smallest` go, least first.

    Args:
        points: the arc; its two ends stay. A closed arc keeps at least a triangle.
        smallest: area in squared units of the coordinates.
    """
    count = len(points)
    keep_least = 4 if points[0] == points[-1] else 2
    before, after = list(range(-1, count - 1)), list(range(1, count + 1))
    area = [0.0] * count
    heap = []
    for i in range(1, count - 1):
        area[i] = _double_area(points[i - 1], points[i], points[i + 1]) / 2
        heap.append((area[i], i))
    heapq.heapify(heap)
    alive = [True] * count
    left = count
    while heap and left > keep_least:
        size, i = heapq.heappop(heap)
        if not alive[i] or size != area[i]:
            continue
        if size >= smallest:
            break
        alive[i] = False
        left -= 1
        a, b = before[i], after[i]
        after[a], before[b] = b, a
        for j in (a, b):
            if 0 < j < count - 1:
                area[j] = max(
                    size, _double_area(points[before[j]], points[j], points[after[j]]) / 2
                )
                heapq.heappush(heap, (area[j], j))
    return [point for point, stays in zip(points, alive, strict=True) if stays]


def _with_small_steps(points: list[Vertex]) -> list[Vertex]:
    result = [points[0]]
    for x, y in points[1:]:
        x0, y0 = result[-1]
        pieces = -(-max(abs(x - x0), abs(y - y0)) // LARGEST_STEP)
        result += [
            (x0 + round((x - x0) * k / pieces), y0 + round((y - y0) * k / pieces))
            for k in range(1, pieces + 1)
        ]
    return result


def pack(
    header: dict[str, object], arcs: Sequence[list[Vertex]], **lists: NDArray[np.generic]
) -> bytes:
    """The bytes of a boundaries file, before compression.

    Layout: the magic, the header's length (uint32), the header as JSON with `arrays` (name, type,
    length) added, then the arrays in that order, each padded to four bytes; little-endian.
    """
    stepped = [np.array(_with_small_steps(points), dtype=np.int64) for points in arcs]
    steps = np.concatenate([np.diff(points, axis=0) for points in stepped])
    arrays: dict[str, NDArray[np.generic]] = {
        "arc_start_x": np.array([points[0, 0] for points in stepped], dtype="<i4"),
        "arc_start_y": np.array([points[0, 1] for points in stepped], dtype="<i4"),
        "arc_points": np.array([len(points) for points in stepped], dtype="<u4"),
        "step_x": steps[:, 0].astype("<i2"),
        "step_y": steps[:, 1].astype("<i2"),
        **lists,
    }
    described = [[name, array.dtype.str[1:], len(array)] for name, array in arrays.items()]
    text = json.dumps({**header, "arrays": described}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    body = b"".join(
        data + b"\0" * (-len(data) % 4) for data in (array.tobytes() for array in arrays.values())
    )
    return MAGIC + np.uint32(len(text)).tobytes() + text + body


def flat(rings: Sequence[Sequence[int]]) -> tuple[NDArray[np.int32], NDArray[np.uint32]]:
    """Lists of arc numbers as one list and the length of each."""
    numbers = [arc for ring in rings for arc in ring]
    return np.array(numbers, dtype="<i4"), np.array([len(ring) for ring in rings], dtype="<u4")


def write(path: Path, content: bytes) -> int:
    """Compressed without a time stamp, so that equal data is an equal file; gives the size."""
    packed = gzip.compress(content, 9, mtime=0)
    path.write_bytes(packed)
    return len(packed)
