"""The pack: what the browser finds in it is what the store finds."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import random
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pytest

from geodata.errors import ImpossibleValue, MissingColumn
from geodata.filters import IncidentFilter, summarise
from geodata.pack import FORMAT, MAGIC, in_pack_order, pack, pack_gzip
from geodata.schema import INCIDENTS, conform, to_arrow
from geodata.sources import read
from geodata.vocabulary import (
    DATE_PRECISION,
    EVENT_TYPE,
    GRADE,
    LIST_SEPARATOR,
    LOCATION_PRECISION,
    ROLE,
    WEAPON,
    WEAPON_GROUP,
    weapon_group_of,
)

ANSWER = Path(__file__).parents[1] / "js" / "answer_filters.mjs"
needs_node = pytest.mark.usefixtures("node")

ACTORS = [f"Actor {number}" for number in range(300)] + ["Army of 'x'; --", "الجيش", "A+B (c)"]
COUNTRIES = ["SYR", "IRQ", "FJI", "UKR"]


def canonical(rows: list[dict[str, Any]]) -> pa.Table:
    frame = conform(pd.DataFrame(rows), INCIDENTS)
    return in_pack_order(to_arrow(frame, INCIDENTS))


def maybe(chance: random.Random, share: float, value: Any) -> Any:
    return value if chance.random() < share else None


def random_days(chance: random.Random) -> dict[str, Any]:
    start = dt.date(2015, 1, 1) + dt.timedelta(days=chance.randrange(900))
    length = chance.choice([0, 0, 0, 0, 1, 3, 6, 29, 364])
    days = {"date_start": start, "date_end": start + dt.timedelta(days=length)}
    kept = {name: maybe(chance, 0.96, day) for name, day in days.items()}
    return kept | {"date_precision": maybe(chance, 0.95, chance.choice(DATE_PRECISION.codes))}


def random_figures(chance: random.Random, stem: str) -> dict[str, Any]:
    low, more, most = (
        chance.choice([0, 1, 3, 40]),
        chance.randrange(4),
        chance.choice([0, 9, 70000]),
    )
    figures = {"low": low, "best": low + more, "high": low + more + most}
    return {f"{stem}_{end}": maybe(chance, 0.7, value) for end, value in figures.items()}


def random_place(chance: random.Random) -> dict[str, Any]:
    if chance.random() < 0.1:
        latitude, longitude = None, None
    elif chance.random() < 0.5:  # a garrison that is named again and again
        latitude, longitude = chance.choice([(33.4938, 38.6646), (-17.5, 179.9), (-17.4, -179.95)])
    else:
        latitude = round(chance.uniform(-88, 88), 6)
        longitude = round(chance.uniform(-180, 180), 6)
    return {
        "latitude": latitude,
        "longitude": longitude,
        "location_precision": maybe(chance, 0.95, chance.choice(LOCATION_PRECISION.codes)),
        "radius_km": maybe(chance, 0.3, chance.choice([0.014, 5.0, 250.5])),
        "country": maybe(chance, 0.9, chance.choice(COUNTRIES)),
        "admin1": maybe(chance, 0.8, chance.choice(["Homs", "Ḥalab", "Anbar | x"])),
    }


def random_incident(chance: random.Random, number: int) -> dict[str, Any]:
    weapons = chance.sample(WEAPON.codes, chance.choice([0, 1, 1, 2]))
    groups = dict.fromkeys(weapon_group_of(weapon) for weapon in weapons)
    actors = {
        role: LIST_SEPARATOR.join(chance.sample(ACTORS, chance.choice([0, 1, 1, 2])))
        for role in ROLE.codes
    }
    return {
        "incident_id": f"x{number:05d}",
        "event_type": maybe(chance, 0.95, chance.choice(EVENT_TYPE.codes)),
        "weapon": LIST_SEPARATOR.join(weapons),
        "weapon_group": LIST_SEPARATOR.join(groups),
        "grade": maybe(chance, 0.8, chance.choice(GRADE.codes)),
        "disputed": maybe(chance, 0.9, chance.random() < 0.2),
        "n_accounts": maybe(chance, 0.9, chance.choice([1, 2, 900])),
        **random_days(chance),
        **random_place(chance),
        **actors,
        **random_figures(chance, "killed"),
        **random_figures(chance, "injured"),
    }


def random_window(chance: random.Random) -> dict[str, Any]:
    day = dt.date(2014, 11, 1) + dt.timedelta(days=chance.randrange(1100))
    later = day + dt.timedelta(days=chance.choice([0, 1, 20, 400]))
    return {"date_from": maybe(chance, 0.8, day), "date_to": maybe(chance, 0.8, later)}


def random_area(chance: random.Random) -> dict[str, Any]:
    west, east = chance.uniform(-180, 180), chance.uniform(-180, 180)
    south, north = sorted([chance.uniform(-90, 90), chance.uniform(-90, 90)])
    start = chance.choice([-180, 0, 100])  # the last goes on past the antimeridian
    corners = tuple(
        (chance.uniform(start, start + 300), chance.choice([-17.4, chance.uniform(-90, 90)]))
        for _ in range(chance.randrange(3, 8))
    )
    return chance.choice([{"bbox": (west, south, east, north)}, {"polygon": corners}])


def random_filter(chance: random.Random) -> IncidentFilter:
    def some(values: Any) -> tuple[Any, ...]:
        return tuple(chance.sample(values, chance.choice([1, 2, 3])))

    choices: list[dict[str, Any]] = [
        random_window(chance),
        {"countries": some(COUNTRIES)},
        {"admin1": some(["Homs", "Ḥalab", "Anbar | x", "Anbar", "nowhere"])},
        {"actors": some(ACTORS), "roles": maybe(chance, 0.5, some(ROLE.codes)) or ()},
        {"weapons": some(WEAPON.codes + WEAPON_GROUP.codes)},
        {"event_types": some(EVENT_TYPE.codes)},
        {"killed_min": chance.choice([0, 1, 4, 40])},
        {"injured_min": chance.choice([0, 1, 4, 40])},
        {"grades": some(GRADE.codes)},
        {"disputed": chance.random() < 0.5},
        {"precisions": some(LOCATION_PRECISION.codes)},
        {"date_precisions": some(DATE_PRECISION.codes)},
        random_area(chance),
        {"text": chance.choice(["actor 1", "x000", "الجيش"])},
    ]
    chosen: dict[str, Any] = {}
    for choice in chance.sample(choices, chance.choice([0, 1, 1, 2, 2, 3])):
        chosen |= choice
    return IncidentFilter(**chosen)


def as_database(table: pa.Table) -> ir.Table:
    """The table in a private database, each row with its number in pack order."""
    database = duckdb.connect()
    numbered = table.append_column("row", pa.array(range(table.num_rows), pa.int64()))
    database.register("given", numbered)
    database.execute("create table incidents as select * from given")
    return ibis.duckdb.from_connection(database).table("incidents")


def found(incidents: ir.Table, chosen: IncidentFilter) -> list[int]:
    rows = incidents.filter(chosen.expression(incidents)).select("row").to_pyarrow()
    return sorted(rows.column(0).to_pylist())


def hits(incidents: ir.Table, chosen: IncidentFilter) -> list[int] | None:
    """The rows that the server would name for the filter's text."""
    return None if chosen.text is None else found(incidents, IncidentFilter(text=chosen.text))


def browser_answers(table: pa.Table, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    question = {
        "pack": base64.b64encode(pack(table, version="v")).decode(),
        "predicates": asked,
    }
    answer = subprocess.run(
        ["node", str(ANSWER)], input=json.dumps(question).encode(), capture_output=True, check=True
    )
    answers: list[dict[str, Any]] = json.loads(answer.stdout)
    return answers


@needs_node
def test_the_browser_finds_and_sums_what_the_store_does_on_random_filters() -> None:
    chance = random.Random(20160616)  # noqa: S311  (a fixed seed, no secret)
    table = canonical([random_incident(chance, number) for number in range(1500)])
    incidents = as_database(table)
    filters = [random_filter(chance) for _ in range(200)]
    answers = browser_answers(
        table,
        [{"predicate": one.predicate(), "hits": hits(incidents, one)} for one in filters],
    )
    sizes = set()
    for number, (chosen, answer) in enumerate(zip(filters, answers, strict=True)):
        rows = found(incidents, chosen)
        assert answer["rows"] == rows, chosen
        assert answer["one_by_one"] == answer["totals"]["incidents"] == len(rows)
        sizes.add(len(rows))
        if number % 4 == 0:  # each sum is a query of its own
            summary = summarise(incidents, chosen)
            assert answer["totals"] == {name: getattr(summary, name) for name in answer["totals"]}
            assert answer["sentence"] == summary.sentence
    assert len(sizes) > 60, "the filters must tell the rows apart, or nothing is compared"


@needs_node
def test_a_table_without_rows_is_no_error_in_the_browser() -> None:
    table = to_arrow(conform(pd.DataFrame(), INCIDENTS), INCIDENTS)
    chosen = IncidentFilter(countries=("SYR",), date_from=dt.date(2016, 1, 1), killed_min=1)
    answers = browser_answers(table, [{"predicate": chosen.predicate(), "hits": None}])
    assert answers[0]["totals"]["incidents"] == 0
    assert answers[0]["sentence"] == "0 incidents"


def test_the_same_rows_in_any_order_are_the_same_pack() -> None:
    chance = random.Random(3)  # noqa: S311  (a fixed seed, no secret)
    rows = [random_incident(chance, number) for number in range(60)]
    first = pack_gzip(canonical(rows), version="v")
    chance.shuffle(rows)
    assert pack_gzip(canonical(rows), version="v") == first


def test_rows_in_another_order_are_refused() -> None:
    table = canonical([{"incident_id": "a", "date_start": dt.date(2016, 1, day)} for day in (1, 2)])
    with pytest.raises(ImpossibleValue, match="pack order"):
        pack(table.take([1, 0]), version="v")


def test_a_place_beyond_the_pole_and_a_negative_count_are_refused() -> None:
    with pytest.raises(ImpossibleValue, match="longitude"):
        pack(
            canonical([{"incident_id": "a", "latitude": 1.0, "longitude": 4239.00416}]), version=""
        )
    with pytest.raises(ImpossibleValue, match="killed_low is -1"):
        pack(canonical([{"incident_id": "a", "killed_low": -1}]), version="v")


def test_a_table_that_lacks_a_column_is_refused_by_name() -> None:
    table = canonical([{"incident_id": "a"}])
    with pytest.raises(MissingColumn, match="grade"):
        pack(table.drop_columns(["grade"]), version="v")


def test_no_title_summary_or_place_text_is_in_the_pack() -> None:
    secret = {
        "title": "s3cret",
        "summary": "s3cret",
        "place_text": "s3cret",
        "place_name": "s3cret",
    }
    assert b"s3cret" not in pack(canonical([{"incident_id": "s3cret", **secret}]), version="v")


def test_the_preamble_tells_lengths_and_checksum() -> None:
    content = pack(canonical([{"incident_id": "a"}]), version="v7")
    magic, number, _, header, body, checksum = struct.unpack_from("<4sHHIII", content)
    assert (magic, number) == (MAGIC, FORMAT)
    assert len(content) == 20 + header + body
    assert checksum == zlib.crc32(content[20:])
    assert json.loads(content[20 : 20 + header])["version"] == "v7"
    assert gzip.decompress(pack_gzip(canonical([{"incident_id": "a"}]), version="v7")) == content


@needs_node
@pytest.mark.real_data
def test_the_real_syria_file_takes_seven_bytes_a_row_and_sums_to_the_same(real_data: Path) -> None:
    reading = read(real_data / "ucdp_ged_syria_2016_2017.csv")
    table = in_pack_order(to_arrow(reading.incidents, INCIDENTS))
    assert len(pack_gzip(table, version="v")) / table.num_rows <= 7
    chosen = IncidentFilter(
        date_from=dt.date(2016, 6, 1), date_to=dt.date(2016, 6, 30), bbox=(36.0, 35.0, 38.0, 37.0)
    )
    answers = browser_answers(table, [{"predicate": chosen.predicate(), "hits": None}])
    summary = summarise(as_database(table), chosen)
    assert 100 < summary.incidents < table.num_rows
    assert answers[0]["sentence"] == summary.sentence
