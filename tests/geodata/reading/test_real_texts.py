"""Floors on real news that today's reader passes; `benchmarks/reading.py` prints the figures."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    path = Path(__file__).parents[3] / "benchmarks" / "reading.py"
    spec = importlib.util.spec_from_file_location("benchmark_reading", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_given_sentences_are_read_to_95_in_a_hundred(
    benchmark: ModuleType, real_data: Path
) -> None:
    score = benchmark.sentences(real_data / "casualty_sentences.jsonl")
    assert score.of >= 128
    assert score.right / score.of >= 0.95


def test_a_quarter_of_the_muc_articles_stays_above_its_floors(
    benchmark: ModuleType, real_data: Path
) -> None:
    lines = (real_data / "muc4_dev.jsonl").read_text(encoding="utf-8").splitlines()[::4]
    pairs = [(item, benchmark.read_text(item["text"])) for item in map(json.loads, lines)]
    scores = benchmark.muc(pairs)
    floors = {
        "date first": 0.85,
        "weapon family first": 0.90,
        "deaths exact": 0.54,
        "place among candidates": 0.82,
    }
    assert float(scores["relevance F1"].split()[0]) >= 0.84
    for name, floor in floors.items():
        assert scores[name].right / scores[name].of >= floor, name
    baseline = scores["date, the publication date"]
    assert scores["date first"].right > baseline.right
    assert scores["deaths exact"].right > scores["deaths, always 1"].right


def test_what_is_said_to_be_sure_is_right_and_no_rarity(
    benchmark: ModuleType, real_data: Path
) -> None:
    texts = benchmark.answers(
        benchmark.read_muc(real_data), [real_data / "casualty_sentences.jsonl"]
    )
    found = benchmark.calibration(texts)
    assert float(found["expected calibration error"].split()[0]) <= 0.05
    for name in ("top band (0.9 and over) right", "top band right, articles alone"):
        assert found[name].right / found[name].of >= 0.95, name
    share = found["in the top band, articles alone"]
    assert share.right / share.of >= 0.47
