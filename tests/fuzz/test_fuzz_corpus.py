"""Inputs that the guided fuzzer found, or that take it far: each adds up or ends in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.checked import CORPUS, FORMATS, check


@pytest.mark.filterwarnings("ignore")  # libraries warn of what a broken file makes them skip
@pytest.mark.parametrize("kind", FORMATS)
def test_whatever_a_fuzzer_once_made_adds_up_or_ends_in_one_sentence(
    kind: str, tmp_path: Path
) -> None:
    kept = sorted((CORPUS / kind).glob("*"))
    assert kept, f"no corpus of {kind}"
    for path in kept:
        check(kind, path.read_bytes(), tmp_path)
