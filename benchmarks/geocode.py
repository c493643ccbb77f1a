"""How well and how fast names become places.

Answers real place names of four data sets whose coordinates are known, and compares. Run:

    CONFLICTMAP_REAL_DATA=../shared/data python benchmarks/geocode.py

Figures: `named` is the share answered with a place (town or finer, or near one); `within 25 km` and
`inside radius` are shares of those answers; `over 161 km` is a share of all queries; `placed` is
the share with any point or unit.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from pathlib import Path

import pandas as pd

from geodata.gazetteer import Gazetteer, country_code
from geodata.gazetteer.index import EXACT
from geodata.gazetteer.learned import learned_places
from geodata.gazetteer.names import folded, romanised, script
from geodata.gazetteer.packs import add_pack
from geodata.gazetteer.phrases import readings
from geodata.gazetteer.places import distance_km

PACK_COUNTRIES = ("COD", "BFA", "LBY", "SDN", "ETH")
CORRECT_KM, GROSS_KM = 25.0, 161.0
SAME_KM, LIKE = 5.0, 0.6


def gold(data: Path, file: str = "geocode_gold_dev.csv") -> pd.DataFrame:
    """Names with coordinates: corpus, name, name_local, admin1, admin2, country, lat, lon."""
    return pd.read_csv(data / file, keep_default_na=False)


def answered(gazetteer: Gazetteer, names: pd.DataFrame, column: str = "name") -> pd.DataFrame:
    """Each name's answer beside what is true: precision, radius_km, off_km, named."""
    rows = []
    for row in names.itertuples():
        found = gazetteer.locate(
            getattr(row, column), country=row.country, admin1=row.admin1, admin2=row.admin2
        )
        off = None
        if found.latitude is not None and found.longitude is not None:
            off = distance_km(row.lat, row.lon, found.latitude, found.longitude)
        rows.append(
            (row.corpus, row.country, script(getattr(row, column)), bool(row.admin1),
             found.precision, found.radius_km, off, found.is_named_point)
        )  # fmt: skip
    columns = ["corpus", "country", "script", "has_admin1", "precision", "radius_km", "off_km"]
    return pd.DataFrame(rows, columns=[*columns, "named"])


def figures(answers: pd.DataFrame) -> dict[str, float]:
    """The figures that the module's docstring explains."""
    named = answers[answers["named"]]
    placed = answers[answers["off_km"].notna()]
    return {
        "names": len(answers),
        "named": len(named) / len(answers),
        "within 25 km": (named["off_km"] <= CORRECT_KM).mean(),
        "over 161 km": (named["off_km"] > GROSS_KM).sum() / len(answers),
        "inside radius": (placed["off_km"] <= placed["radius_km"]).mean(),
        "placed": len(placed) / len(answers),
        "median radius": placed["radius_km"].median(),
    }


def by(answers: pd.DataFrame, column: str, least: int = 10) -> pd.DataFrame:
    """The figures for each value of a column that has enough names, most first."""
    groups = {str(v): figures(g) for v, g in answers.groupby(column) if len(g) >= least}
    return pd.DataFrame(groups).T.sort_values("names", ascending=False)


def as_taught(names: pd.DataFrame) -> pd.DataFrame:
    """Names with coordinates as the canonical rows from which places are learned."""
    renamed = names.rename(columns={"name": "place_name", "lat": "latitude", "lon": "longitude"})
    return renamed.assign(location_precision="town")


def ucdp_syria(data: Path) -> pd.DataFrame:
    """The named points of UCDP GED 2016-2017 as canonical rows."""
    file = pd.read_csv(data / "ucdp_ged_syria_2016_2017.csv", low_memory=False)
    file = file[file["where_prec"] <= 2]
    return pd.DataFrame(
        {
            "place_name": file["where_coordinates"],
            "admin1": file["adm_1"],
            "country": "SYR",
            "latitude": file["latitude"],
            "longitude": file["longitude"],
            "location_precision": "town",
        }
    )


def shared(names: pd.DataFrame, alone: pd.DataFrame, learned: pd.DataFrame) -> tuple[float, float]:
    """What the taught places could give at most, as shares of all names.

    First: answered without them, or truly within `SAME_KM` of a taught place of whatever name;
    second: of a taught place with a like name, so that it can be told to be the same place.
    """
    places = list(zip(learned["latitude"], learned["longitude"], learned["name"], strict=True))
    near_any = near_like = 0
    for row, is_named in zip(names.itertuples(), alone["named"], strict=True):
        around = [p for p in places if distance_km(row.lat, row.lon, p[0], p[1]) <= SAME_KM]
        near_any += bool(is_named or around)
        near_like += bool(is_named or any(is_like(row.name, place[2]) for place in around))
    return near_any / len(names), near_like / len(names)


def is_like(asked: str, taught: str) -> bool:
    """Whether one of the readings of a name shares most letters with a taught name."""
    forms = [form for piece in taught.split("/") for form in romanised(piece, "SYR")]
    return any(
        SequenceMatcher(None, own, form).ratio() >= LIKE
        for reading in readings(asked)
        for own in romanised(reading.name, "SYR")
        for form in forms
    )


def left_out(data: Path, names: pd.DataFrame, open_: Callable[..., Gazetteer]) -> pd.DataFrame:
    """Syria: each corpus answered alone, and taught by the other sources one way and all together.

    `gain` is the share named more than alone; `near` and `shared` are the bounds of `shared`, as
    gains too.
    """
    syria, ucdp = names[names["country"] == "Syria"], ucdp_syria(data)
    rows = {}
    for corpus in sorted(syria["corpus"].unique()):
        asked, known = syria[syria["corpus"] == corpus], as_taught(syria[syria["corpus"] != corpus])
        alone = answered(open_(), asked)
        rows[f"{corpus}, alone"] = figures(alone)
        taught = {"the others' names": known}
        if corpus != "ucdp_syria":
            taught |= {"UCDP 2016-2017": ucdp, "both": pd.concat([known, ucdp])}
        for by_whom, table in taught.items():
            learned = learned_places(table)
            found = figures(answered(open_(learned=learned), asked))
            bounds = shared(asked, alone, learned)
            found |= {"gain": found["named"] - alone["named"].mean()}
            found |= {
                key: bound - alone["named"].mean()
                for key, bound in zip(("near", "shared"), bounds, strict=True)
            }
            rows[f"{corpus}, by {by_whom}"] = found
    return pd.DataFrame(rows).T


def packed(data: Path, folder: Path) -> float:
    """Install the countries of `places/`; rows indexed a second."""
    start, rows = time.process_time(), 0
    for country in PACK_COUNTRIES:
        rows += add_pack(country, data / "places", folder).places
    return rows / (time.process_time() - start)


def speed(gazetteer: Gazetteer, names: pd.DataFrame) -> dict[str, float]:
    """Answers a second on one core, each over names that were not asked before."""
    layer = gazetteer.layers[-1]
    keys = [folded(layer.name(n)) for n in range(0, len(layer), 11)]
    rates = {}
    start = time.process_time()
    for key in keys:
        layer.find(EXACT, key)
    rates["index lookups"] = len(keys) / (time.process_time() - start)
    towns = [(layer.name(n), layer.country(n)) for n in range(3, len(layer), 29)]
    start = time.process_time()
    for name, country in towns:
        gazetteer.locate(name, country=country)
    rates["locate, town and country"] = len(towns) / (time.process_time() - start)
    start = time.process_time()
    for name, country in towns:
        gazetteer.locate(name, country=country)
    rates["locate, asked before"] = len(towns) / (time.process_time() - start)
    asked = [(f"{row.name[:-1]}", country_code(row.country)) for row in names.itertuples()]
    start = time.process_time()
    for name, country in asked:
        gazetteer.candidates(name, country=country)
    rates["suggestions"] = len(asked) / (time.process_time() - start)
    return rates


def opening(cache: Path) -> str:
    """Seconds to open the built index, and the memory of a process that answers with it."""
    code = (
        "import time; from pathlib import Path; from geodata.gazetteer import Gazetteer\n"
        f"start = time.perf_counter(); g = Gazetteer.open(Path({str(cache)!r}))\n"
        "print(f'opened in {time.perf_counter() - start:.3f} s;', end=' ')\n"
        "g.locate('Manbij', country='SYR', admin1='Aleppo')\n"
        "status = Path('/proc/self/status').read_text().splitlines()\n"
        "print(*(line for line in status if line.startswith(('VmHWM', 'RssAnon'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def show(title: str, table: pd.DataFrame | dict[str, float]) -> None:
    """Print a table in plain text."""
    if isinstance(table, dict):
        table = pd.DataFrame([table])
    print(f"\n{title}\n{table.round(4).to_string()}")


def report(data: Path, cache: Path, packs: Path) -> None:
    """Everything, in the order of the promises."""

    def open_(**layers: object) -> Gazetteer:
        return Gazetteer.open(cache, **{"packs_dir": cache / "none", **layers})  # type: ignore[arg-type]

    names, own = gold(data), open_()
    full = answered(own, names)
    both = {"base alone": figures(answered(open_(sites=False), names)), "bundled": figures(full)}
    show("Bundled layers, names of the development set", pd.DataFrame(both).T)
    with_admin1 = full[full["has_admin1"]]
    show("Rows with admin1", figures(with_admin1))
    for column in ("precision", "corpus", "country"):
        show(f"By {column}", by(full, column))
    local = names[names["name_local"] != ""]
    scripts = {
        "Latin": figures(answered(own, local)),
        "Arabic": figures(answered(own, local, "name_local")),
    }
    show("The same places in two scripts", pd.DataFrame(scripts).T)
    show("Each corpus taught by the others (Syria)", left_out(data, names, open_))
    rate = packed(data, packs)
    asked = gold(data, "geocode_gold_packs.csv")
    layers = {"without packs": own, "with packs": open_(packs_dir=packs)}
    show(
        "Country packs", pd.DataFrame({k: figures(answered(g, asked)) for k, g in layers.items()}).T
    )
    show("Answers a second", {**speed(open_(), names), "pack rows indexed": rate})
    print("\nA new process:", opening(cache))


def main(arguments: Iterable[str] | None = None) -> None:
    """Run the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cache", type=Path, help="folder of the built index (default: platform)")
    options = parser.parse_args(None if arguments is None else list(arguments))
    folder = os.environ.get("CONFLICTMAP_REAL_DATA")
    if not folder:
        sys.exit("Set CONFLICTMAP_REAL_DATA to the folder of real data sets.")
    from geodata.gazetteer.lookup import default_cache_dir  # noqa: PLC0415 - after the check

    with tempfile.TemporaryDirectory() as packs:
        report(Path(folder), options.cache or default_cache_dir(), Path(packs))


if __name__ == "__main__":
    main()
