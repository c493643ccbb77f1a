"""Locate the bundled sample and compare with the coordinates that UCDP gives for its events.

The sample ships without coordinates. This says how many of its named places the bundled
gazetteer finds, as a point or as the district that is named, and how far the found points lie
from UCDP's own where an event comes from UCDP (GED, CC BY 4.0; Sundberg & Melander 2013).

    CONFLICTMAP_REAL_DATA=folder python tools/check_sample.py

Without the folder only the first figure is printed. Exits with 1 where less than 90 % of the
named places are found, or where a point lies further from UCDP's than both uncertainties allow.
"""

from __future__ import annotations

import os
import sys
from importlib.resources import as_file, files
from pathlib import Path

import pandas as pd

from geodata import sources
from geodata.gazetteer import Gazetteer
from geodata.gazetteer.places import distance_km
from geodata.geocode import locate_table

FOUND = frozenset(("exact", "site", "street", "neighbourhood", "town", "near", "admin2"))
WANTED_SHARE = 0.9
UCDP_FILES = ("ucdp_ged231_part.csv", "ucdp_ged_syria_2016_2017.csv")
UCDP_SLACK_KM = {1: 3.0, 2: 25.0, 3: 50.0}
"""How far UCDP's own point may lie off, by where_prec; coarser ones are not compared."""


def located_sample() -> pd.DataFrame:
    """The bundled incidents with a place name, located by the bundled gazetteer alone."""
    with as_file(files("geodata").joinpath("bundled/sample_incidents.csv")) as path:
        frame = sources.read(path).incidents
    named = frame[frame["place_name"].notna()]
    return locate_table(named, Gazetteer.open(packs_dir=Path(os.devnull)))


def distances(located: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Kilometres between our point and UCDP's, and the distance that is within both rings."""
    events = pd.concat(
        pd.read_csv(folder / name, usecols=["id", "latitude", "longitude", "where_prec"])
        for name in UCDP_FILES
    ).drop_duplicates("id")
    events["source_record_id"] = "UCDP " + events["id"].astype(str)
    found = located[located["location_precision"].isin(FOUND)]
    both = found.merge(events, on="source_record_id", suffixes=("", "_ucdp"))
    both = both[both["where_prec"].isin(list(UCDP_SLACK_KM))]
    both["apart_km"] = [
        distance_km(row.latitude, row.longitude, row.latitude_ucdp, row.longitude_ucdp)
        for row in both.itertuples()
    ]
    both["allowed_km"] = both["radius_km"].astype(float) + both["where_prec"].map(UCDP_SLACK_KM)
    return both[["incident_id", "place_name", "apart_km", "allowed_km"]]


def main() -> int:
    """Print the figures; 0 where they hold."""
    located = located_sample()
    missed = located[~located["location_precision"].isin(FOUND)]
    share = 1 - len(missed) / len(located)
    print(f"{len(located) - len(missed)} of {len(located)} named places found ({share:.1%})")
    print("not found:", ", ".join(missed["place_name"]))
    good = share >= WANTED_SHARE
    folder = os.environ.get("CONFLICTMAP_REAL_DATA")
    if folder:
        apart = distances(located, Path(folder))
        far = apart[apart["apart_km"] > apart["allowed_km"]]
        median, most = apart["apart_km"].median(), apart["apart_km"].max()
        print(f"{len(apart)} compared with UCDP: median {median:.1f} km, most {most:.1f} km apart")
        print(f"{len(far)} outside both rings", *far["place_name"])
        good = good and far.empty
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
