"""Services on the Data page: told what to set, fetched from by a button, taken back like a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.served import ServedStore
from geodata.connectors import CONNECTORS
from tests.dashboard.test_pages import page_at
from tests.geodata.connectors.service import Asked, Handler, Service
from tests.geodata.connectors.test_others import TOKEN, ged
from tests.hostile import PAYLOADS
from tests.loopback import listening


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for connector in CONNECTORS.values():
        for setting in connector.settings:
            monkeypatch.delenv(setting.name, raising=False)


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """UCDP, configured, with two events whose words are hostile."""

    def answer(handler: Handler, asked: Asked) -> None:
        if asked.headers.get("x-ucdp-access-token") != TOKEN:
            handler.reply(b"", 401)
            return
        rows = [ged(1), ged(2, side_a=PAYLOADS[0], where_coordinates=PAYLOADS[1])]
        handler.reply({"TotalCount": 2, "NextPageUrl": "", "Result": rows})

    with listening(Service(answer)) as server:
        monkeypatch.setenv("CONFLICTMAP_UCDP_TOKEN", TOKEN)
        monkeypatch.setenv("CONFLICTMAP_UCDP_ADDRESS", server.address)
        yield server


def words(test: AppTest) -> str:
    return "\n".join(text.value for text in test.text)


def element(test: AppTest, key: str) -> Any:
    return next(e for e in (*test.button, *test.date_input) if e.key == key)


@pytest.mark.usefixtures("here")
def test_without_settings_the_page_says_what_to_set_and_offers_no_button() -> None:
    test = page_at("data")
    assert "No service is configured" in words(test)
    assert "CONFLICTMAP_ACLED_PASSWORD (its password)" in words(test)
    assert not [button for button in test.button if str(button.key).startswith("fetch_")]


def test_a_fetch_is_an_import_that_is_taken_back(here: ServedStore, release: Service) -> None:
    test = page_at("data")
    assert release.asked == []  # a look at the page asks nothing
    assert "Never fetched from. Licence: CC BY 4.0." in words(test)
    element(test, "fetch_ucdp").click().run()
    assert "say from which day on" in words(test)
    element(test, "service_since_ucdp").set_value("2024-01-01").run()
    element(test, "fetch_ucdp").click().run()
    assert not test.exception
    assert "UCDP: 2 rows, of which 2 added" in words(test)
    assert "UTC: 2 rows. Licence" in words(test)
    (record,) = [r for r in here.store.imports() if r.file.startswith("ucdp")]
    element(test, f"Undo_{record.import_id}").click().run()
    assert here.store.incident("ucdp-1") is None
    assert "ucdp-1" not in here.store.snapshot().incidents.column("incident_id").to_pylist()


@pytest.mark.usefixtures("here", "release")
def test_a_refusal_is_told_without_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFLICTMAP_UCDP_TOKEN", "wr0ng")
    test = page_at("data")
    element(test, "service_since_ucdp").set_value("2024-01-01").run()
    element(test, "fetch_ucdp").click().run()
    assert "Check CONFLICTMAP_UCDP_TOKEN" in words(test)
    assert "It did not come to its end" in words(test)
    assert "wr0ng" not in words(test)
    assert "127.0.0.1" not in words(test)


def test_settings_come_from_streamlits_secrets_too_and_the_environment_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import streamlit as st  # noqa: PLC0415 - its secrets are set apart for this test

    from dashboard.connector_settings import settings  # noqa: PLC0415 - likewise

    monkeypatch.setattr(type(st.secrets), "load_if_toml_exists", lambda _: True)
    section = {"CONFLICTMAP_UCDP_TOKEN": "a", "CONFLICTMAP_GDELT": "on", "other": "x"}
    monkeypatch.setattr(type(st.secrets), "get", lambda *_: section)
    monkeypatch.setenv("CONFLICTMAP_UCDP_TOKEN", "b")
    assert settings() == {"CONFLICTMAP_UCDP_TOKEN": "b", "CONFLICTMAP_GDELT": "on"}
