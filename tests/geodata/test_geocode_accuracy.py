"""Real place names of four data sets become places where they are, or honestly something wider."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from geodata.gazetteer import Gazetteer
from geodata.gazetteer.lookup import default_cache_dir
from geodata.gazetteer.packs import add_pack

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    """The benchmark's own measuring, so that floors and figures are of one kind."""
    path = Path(__file__).parents[2] / "benchmarks" / "geocode.py"
    spec = importlib.util.spec_from_file_location("geocode_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cache() -> Path:
    """Where this machine keeps the base index, so that it is built once for all tests."""
    return default_cache_dir()


@pytest.fixture(scope="module")
def answers(benchmark: ModuleType, real_data: Path, cache: Path) -> pd.DataFrame:
    gazetteer = Gazetteer.open(cache, packs_dir=cache / "none")
    return benchmark.answered(gazetteer, benchmark.gold(real_data))


def test_named_points_are_right_or_not_given(benchmark: ModuleType, answers: pd.DataFrame) -> None:
    found = benchmark.figures(answers)
    assert found["within 25 km"] >= 0.97
    assert found["over 161 km"] <= 0.001
    assert found["named"] >= 0.35


def test_rows_with_a_province_are_nearly_all_placed(
    benchmark: ModuleType, answers: pd.DataFrame
) -> None:
    assert benchmark.figures(answers[answers["has_admin1"]])["placed"] >= 0.99


@pytest.mark.parametrize("precision", ["town", "admin1", "admin2"])
def test_the_truth_lies_inside_the_drawn_ring(answers: pd.DataFrame, precision: str) -> None:
    level = answers[answers["precision"] == precision]
    assert len(level) > 100
    assert (level["off_km"] <= level["radius_km"]).mean() >= 0.9


def test_rings_are_no_wider_than_they_need_be(answers: pd.DataFrame) -> None:
    median = answers.groupby("precision")["radius_km"].median()
    assert median["town"] <= 4
    assert median["admin2"] <= 60
    assert median["admin1"] <= 130


def test_arabic_script_finds_as_much_as_latin(
    benchmark: ModuleType, real_data: Path, cache: Path
) -> None:
    names = benchmark.gold(real_data)
    local = names[names["name_local"] != ""].head(500)
    gazetteer = Gazetteer.open(cache, packs_dir=cache / "none")
    latin = benchmark.figures(benchmark.answered(gazetteer, local))
    arabic = benchmark.figures(benchmark.answered(gazetteer, local, "name_local"))
    assert arabic["named"] >= latin["named"] - 0.05
    assert arabic["within 25 km"] >= 0.95


@pytest.fixture(scope="module")
def packed(
    benchmark: ModuleType,
    real_data: Path,
    cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Gazetteer:
    folder = tmp_path_factory.mktemp("packs")
    for country in benchmark.PACK_COUNTRIES:
        add_pack(country, real_data / "places", folder)
    return Gazetteer.open(cache, packs_dir=folder)


def test_country_packs_find_villages_without_finding_wrong_ones(
    benchmark: ModuleType, packed: Gazetteer, real_data: Path, cache: Path
) -> None:
    names = benchmark.gold(real_data, "geocode_gold_packs.csv")
    alone = Gazetteer.open(cache, packs_dir=cache / "none")
    before = benchmark.figures(benchmark.answered(alone, names))
    after = benchmark.figures(benchmark.answered(packed, names))
    assert after["named"] - before["named"] >= 0.25
    assert after["over 161 km"] <= 0.001
    assert after["within 25 km"] >= 0.95


@pytest.mark.parametrize("precision", ["town", "admin1", "admin2"])
def test_with_country_packs_the_truth_lies_inside_the_drawn_ring(
    benchmark: ModuleType, packed: Gazetteer, real_data: Path, precision: str
) -> None:
    answers = benchmark.answered(packed, benchmark.gold(real_data, "geocode_gold_packs.csv"))
    level = answers[answers["precision"] == precision]
    assert len(level) >= 50
    assert (level["off_km"] <= level["radius_km"]).mean() >= 0.9
    assert level["radius_km"].median() <= {"town": 4, "admin2": 90, "admin1": 200}[precision]


def test_what_other_sources_teach_is_used_in_syria(
    benchmark: ModuleType, real_data: Path, cache: Path
) -> None:
    names = benchmark.gold(real_data)
    asked = names[(names["country"] == "Syria") & (names["corpus"] == "airwars_syria")]
    learned = benchmark.learned_places(benchmark.ucdp_syria(real_data))
    alone = Gazetteer.open(cache, packs_dir=cache / "none")
    taught = Gazetteer.open(cache, packs_dir=cache / "none", learned=learned)
    before = benchmark.figures(benchmark.answered(alone, asked))
    after = benchmark.figures(benchmark.answered(taught, asked))
    assert after["named"] - before["named"] >= 0.23
    assert after["within 25 km"] >= 0.95
    assert after["over 161 km"] <= 0.003
    assert after["inside radius"] >= 0.9
