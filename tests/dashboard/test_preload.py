"""What the map's page names for a browser to fetch while Streamlit starts."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from dashboard import preload
from dashboard.folium_map import assets
from geodata.errors import StoreError
from tests.waiting import finished


def headers_of(
    path: str, *, kind: bytes = b"text/html", incidents: bool = True
) -> dict[bytes, Any]:
    """The headers of an answer that passes the middleware."""
    sent: list[Message] = []

    async def page(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]}
        )

    async def keep(message: Message) -> None:
        sent.append(message)

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    app = preload.Preload(page, incidents=incidents)
    finished(app({"type": "http", "path": path}, nothing, keep))
    return dict(sent[0]["headers"])


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = SimpleNamespace(token="abc")  # noqa: S106 — names a version
    served = SimpleNamespace(edition=lambda: edition)
    monkeypatch.setattr(preload, "whole", lambda: served)


@pytest.mark.usefixtures("store")
def test_the_map_names_its_module_style_and_incidents_after_streamlits_own() -> None:
    link = headers_of("/")[b"link"].decode()
    assert f"<{assets.asset_url(assets.PAGE_MODULE, '/')}>; rel=modulepreload" in link
    assert f"<{assets.asset_url(assets.PAGE_STYLE, '/')}>; rel=preload; as=style" in link
    assert "</data/abc/incidents.pack>; rel=preload; as=fetch; crossorigin" in link
    assert len(link) < 3000, "proxies give up on long headers, often at 4 KB"
    parts = link.split(", <")
    assert all(part.endswith("fetchpriority=low") for part in parts), "Streamlit must start first"
    assert set(re.findall(r"</assets/[^/]+/([^>]+)>", link)) <= set(assets.ASSETS)


@pytest.mark.usefixtures("store")
def test_other_pages_and_other_answers_name_nothing() -> None:
    assert b"link" not in headers_of("/data")
    assert b"link" not in headers_of("/", kind=b"text/plain")
    assert b"link" in headers_of("/map")


def test_where_people_see_different_incidents_none_are_named() -> None:
    assert b"incidents.pack" not in headers_of("/", incidents=False)[b"link"]


def test_a_store_that_cannot_be_read_does_not_keep_the_page_from_opening(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> None:
        raise StoreError(Path("store.duckdb"), "it is damaged.")

    monkeypatch.setattr(preload, "whole", lambda: SimpleNamespace(edition=broken))
    assert b"incidents.pack" not in headers_of("/")[b"link"]


def test_scripts_that_streamlit_does_not_have_are_left_out(tmp_path: Path) -> None:
    assert preload.widget_scripts(tmp_path) == []
    scripts = tmp_path / "static" / "js"
    scripts.mkdir(parents=True)
    (scripts / "TextInput.0a1b2c.js").touch()
    (scripts / "TextInputOfAnotherKind.js").touch()
    assert preload.widget_scripts(tmp_path) == ["TextInput.0a1b2c.js"]
    assert len(preload.widget_scripts()) >= len(preload.WIDGETS) - 2
