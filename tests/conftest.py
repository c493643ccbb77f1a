"""What all tests share: where real data is, and which Chromium there is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

# Machines that run these tests are shared and noisy: time is measured in benchmarks/, not here.
settings.register_profile("house", deadline=None, max_examples=60)
settings.load_profile("house")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets; skips where the machine has none."""
    folder = os.environ.get("CONFLICTMAP_REAL_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("CONFLICTMAP_REAL_DATA names no folder of real data")
    return Path(folder)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of an installed Chromium; skips where there is none."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    return found or _lacking(
        "no Chromium found; install one to run the browser tests (apt install chromium)"
    )


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node.js, with which the scripts of the map are held against the library."""
    return shutil.which("node") or _lacking("no Node.js found; install it to run these tests")


def _lacking(reason: str) -> NoReturn:
    """Skip, or fail where everything must run, as in continuous integration."""
    if os.environ.get("CONFLICTMAP_REQUIRE_BROWSER"):
        pytest.fail(reason)
    pytest.skip(reason)
