"""The pages, run as Streamlit runs them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.served import ServedStore
from geodata.gazetteer import Gazetteer
from geodata.ingest import ingest
from geodata.store import Store

FOLDS = ("open_more", "open_views", "open_share", "open_download")


def page(*, unfolded: bool = True, **query: list[str]) -> AppTest:
    """The map page after its first run, for a URL query, with all that can be folded away open."""
    return page_at("map", query, dict.fromkeys(FOLDS, unfolded))


def query(test: AppTest) -> dict[str, list[str]]:
    given = test.query_params.items()
    return {name: [text] if isinstance(text, str) else list(text) for name, text in given}


@pytest.mark.usefixtures("here")
class TestMap:
    """The map page's sidebar and the URL."""

    def test_a_link_fills_the_sidebar(self) -> None:
        test = page(**{"country": ["SYR", "IRQ"], "from": ["2016-01-01"], "killed_min": ["2"]})
        assert set(test.multiselect(key="filter_countries").value) == {"SYR", "IRQ"}
        assert test.date_input(key="filter_date_from").value == dt.date(2016, 1, 1)
        assert test.number_input(key="filter_killed_min").value == 2

    def test_a_choice_in_the_sidebar_is_written_to_the_url(self) -> None:
        test = page(country=["SYR"], z=["7"])
        test.multiselect(key="filter_weapons").set_value(["cluster-munition"]).run()
        assert query(test) == {"country": ["SYR"], "weapon": ["cluster-munition"], "z": ["7"]}

    def test_a_browser_that_has_not_heard_of_the_last_choice_does_not_undo_it(self) -> None:
        test = page()
        test.multiselect(key="filter_countries").set_value(["SYR"]).run()
        del test.query_params["country"]
        test.run()
        assert test.multiselect(key="filter_countries").value == ["SYR"]
        test.multiselect(key="filter_weapons").set_value(["cluster-munition"]).run()
        assert query(test) == {"country": ["SYR"], "weapon": ["cluster-munition"]}

    def test_what_is_folded_away_is_not_drawn_and_loses_no_filter(self) -> None:
        test = page(unfolded=False, country=["SYR"], grade=["fair"])
        assert not [box for box in test.multiselect if box.key == "filter_grades"]
        assert not test.sidebar.get("download_button")
        test.multiselect(key="filter_weapons").set_value(["cluster-munition"]).run()
        whole = {"country": ["SYR"], "weapon": ["cluster-munition"], "grade": ["fair"]}
        assert query(test) == whole
        for unfolded in (True, False, True):
            test.session_state["open_more"] = unfolded
            test.run()
            assert query(test) == whole
        assert test.multiselect(key="filter_grades").value == ["fair"]
        test.multiselect(key="filter_grades").set_value([]).run()
        test.session_state["open_more"] = False
        test.run()
        test.multiselect(key="filter_weapons").set_value([]).run()
        assert query(test) == {"country": ["SYR"]}

    def test_clearing_drops_every_filter_and_keeps_the_view(self) -> None:
        test = page(country=["SYR"], q=["strike"], z=["7"], lat=["33"], lon=["38"])
        clear = next(b for b in test.sidebar.button if b.label == "Clear all filters")
        clear.click().run()
        assert query(test) == {"z": ["7"], "lat": ["33"], "lon": ["38"]}
        assert test.multiselect(key="filter_countries").value == []

    def test_accounts_are_chosen_by_whether_they_are_disputed_or_not_at_all(self) -> None:
        test = page(disputed=["no"])
        box = test.selectbox(key="filter_disputed")
        assert (box.value, box.placeholder) == (False, "All")
        box.set_value(True).run()
        assert query(test) == {"disputed": ["yes"]}
        test.selectbox(key="filter_disputed").set_value(None).run()
        assert query(test) == {}

    def test_a_malformed_link_opens_on_what_can_be_read(self) -> None:
        test = page(country=["SYR"], grade=["sure"], **{"from": ["yesterday"]})
        assert test.multiselect(key="filter_countries").value == ["SYR"]
        assert test.multiselect(key="filter_grades").value == []

    def test_a_country_that_the_store_does_not_have_is_still_shown_as_chosen(self) -> None:
        test = page(country=["ATA"])
        assert test.multiselect(key="filter_countries").value == ["ATA"]

    def test_a_window_chosen_backwards_is_turned_round(self) -> None:
        test = page(to=["2016-01-01"])
        test.date_input(key="filter_date_from").set_value(dt.date(2017, 1, 1)).run()
        assert query(test) == {"from": ["2016-01-01"], "to": ["2017-01-01"]}


class TestData:
    """The page on which data come and go."""

    @pytest.mark.usefixtures("here")
    def test_the_sample_is_removed_with_one_click_and_comes_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[float] = []
        whole = {name: getattr(Store, name) for name in ("remove_dataset", "restore_dataset")}
        for name, act in whole.items():

            def tell(*asked: Any, _act: Any = act, progress: Any, **how: Any) -> None:
                def both(share: float, what: str) -> None:
                    told.append(share)
                    progress(share, what)

                _act(*asked, progress=both, **how)

            monkeypatch.setattr(Store, name, tell)
        test = page_at("data")
        assert any("sample that comes with" in text.value for text in test.text)
        test.button(key="dataset_0").click().run()
        assert any("no incident in this store" in text.value for text in test.text)
        test.button(key="dataset_0").click().run()
        assert any("222 incidents" in text.value for text in test.text)
        assert told.count(0.0) == 2  # both are told about from their beginning

    def test_an_import_is_listed_with_its_rows_and_can_be_undone_and_redone(
        self, here: ServedStore, tmp_path: Path
    ) -> None:
        path = tmp_path / "mine.csv"
        pd.DataFrame({"incident_id": ["a"], "title": ["Strike"], "country": ["SYR"]}).to_csv(path)
        record = ingest(path, here.store, Gazetteer.open())
        test = page_at("data")
        assert any("mine.csv: 1 row, of which 1 added" in text.value for text in test.text)
        test.button(key=f"Undo_{record.import_id}").click().run()
        assert any("Taken back." in text.value for text in test.text)
        assert live(here) == {"sample"}
        test.button(key=f"Redo_{record.import_id}").click().run()
        assert live(here) == {"mine", "sample"}


def live(here: ServedStore) -> set[str]:
    sets = here.store.datasets()
    return set(sets.loc[sets["incidents"] > 0, "dataset"])


@pytest.mark.usefixtures("here")
def test_the_about_page_names_whose_data_it_stands_on() -> None:
    said = " ".join(text.value for text in page_at("about").text)
    for name in ("GeoNames", "Natural Earth", "UCDP", "CC BY 4.0"):
        assert name in said


def page_at(
    name: str, query: dict[str, list[str]] | None = None, state: dict[str, bool] | None = None
) -> AppTest:
    """A page by its name, alone: AppTest loses its way in `st.navigation` on a second run."""

    def script(name: str) -> None:
        import importlib  # noqa: PLC0415 — the function runs as a script of its own

        importlib.import_module(f"dashboard.pages.{name}").show()

    test = AppTest.from_function(script, default_timeout=60, kwargs={"name": name})
    for parameter, values in (query or {}).items():
        test.query_params[parameter] = values
    for key, value in (state or {}).items():
        test.session_state[key] = value
    test.run()
    assert not test.exception
    return test


def test_the_application_opens_on_the_map(here: ServedStore) -> None:
    del here
    script = Path(__file__).parents[2] / "dashboard" / "app.py"
    test = AppTest.from_file(str(script), default_timeout=60).run()
    assert not test.exception
    assert test.multiselect(key="filter_countries").value == []
