"""The menu that takes away what the map shows."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile

import pytest

from dashboard.download import zipped
from dashboard.served import ServedStore
from geodata.filters import parse_filter
from geodata.store import Store
from tests.dashboard.test_pages import page

AT = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("form", ["csv", "gpkg", "kml"])
def test_a_choice_leaves_whole_in_one_file_with_its_manifest(
    sample_store: Store, form: str
) -> None:
    chosen = parse_filter("country=SYR")
    with zipfile.ZipFile(io.BytesIO(zipped(sample_store, chosen, form, at=AT))) as archive:
        names = set(archive.namelist())
        about = json.loads(archive.read(f"incidents.{form}.manifest.json"))
    assert f"incidents.{form}" in names
    assert (about["format"], about["filter"]) == (form, "country=SYR")
    assert about["incidents"] == len(sample_store.snapshot().rows(chosen))


def test_the_menu_offers_every_format(here: ServedStore) -> None:
    del here
    test = page(country=["SYR"])
    offered = test.selectbox(key="download_format").options
    assert [option.partition(":")[0] for option in offered][:2] == ["csv", "xlsx"]
    assert {option.partition(":")[0] for option in offered} >= {"gpkg", "kml", "geoparquet"}
