"""What the map's page names for a browser to fetch while Streamlit starts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from dashboard import preload
from dashboard.folium_map import assets
from tests.waiting import finished

PAGE = b"<html><head><title>Streamlit</title></head><body></body></html>"
KEPT = [(b"if-none-match", b'"old"'), (b"accept-encoding", b"gzip"), (b"host", b"127.0.0.1")]


def answer_of(
    path: str, query: bytes = b"", *, kind: bytes = b"text/html"
) -> tuple[dict[bytes, Any], bytes]:
    """The headers and the body of an answer that passes the middleware."""
    sent: list[Message] = []

    async def page(scope: Scope, _receive: Receive, send: Send) -> None:
        asked = dict(scope["headers"])
        if path in {"/", "/map"}:
            assert asked == {b"host": b"127.0.0.1"}, (
                "a kept page is not asked for, nor a packed one"
            )
        headers = [(b"content-type", kind), (b"etag", b'"old"'), (b"content-length", b"65")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": PAGE[:20], "more_body": True})
        await send({"type": "http.response.body", "body": PAGE[20:]})

    async def keep(message: Message) -> None:
        sent.append(message)

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    app = preload.Preload(page)
    asked = {"type": "http", "path": path, "query_string": query, "headers": KEPT}
    finished(app(asked, nothing, keep))
    return dict(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:])


def headers_of(path: str, query: bytes = b"", **more: Any) -> dict[bytes, Any]:
    return answer_of(path, query, **more)[0]


def test_the_map_names_what_it_needs_and_streamlits_own_after_that() -> None:
    link = headers_of("/")[b"link"].decode()
    assert f"<{assets.asset_url(assets.PAGE_MODULE, '/')}>; rel=modulepreload" in link
    assert f"<{assets.asset_url(assets.PAGE_STYLE, '/')}>; rel=preload; as=style" in link
    assert ".pack" not in link, "a thread fetches them, which has no use for what a page fetched"
    assert len(link) < 3000, "proxies give up on long headers, often at 4 KB"
    later = [part for part in link.split(", <") if part.endswith("fetchpriority=low")]
    assert len(later) == len(preload.widget_scripts()), "what the map needs comes before widgets"
    assert set(re.findall(r"</assets/[^/]+/([^>]+)>", link)) <= set(assets.ASSETS)


def test_the_map_brings_its_script_in_an_answer_of_its_own() -> None:
    headers, body = answer_of("/map", b"country=SYR&q=a+b&polygon=1,2;3,4")
    script = f'<script type="module" async src="{assets.asset_url(assets.OPENING, "/")}"></script>'
    assert body == (
        b"<html><head><title>Conflict Map</title>"
        + script.encode()
        + b"</head><body></body></html>"
    )
    assert headers[b"content-length"] == b"%d" % len(body)
    assert b"etag" not in headers
    opening = b"</opening?country=SYR&q=a+b&polygon=1,2;3,4>; rel=preload; as=fetch; crossorigin"
    assert opening in headers[b"link"]


@pytest.mark.parametrize("query", [b"q=a>;b", b"q=\xff", b"q=a\r\nSet-Cookie:b", b'q="', b"q=a b"])
def test_no_query_writes_into_the_header(query: bytes) -> None:
    assert b"</opening" not in headers_of("/", query)[b"link"]


def test_other_pages_and_other_answers_name_nothing() -> None:
    assert b"link" not in headers_of("/data")
    assert b"link" not in headers_of("/", kind=b"text/plain")
    assert b"link" in headers_of("/map")


def test_scripts_that_streamlit_does_not_have_are_left_out(tmp_path: Path) -> None:
    assert preload.widget_scripts(tmp_path) == []
    scripts = tmp_path / "static" / "js"
    scripts.mkdir(parents=True)
    (scripts / "TextInput.0a1b2c.js").touch()
    (scripts / "TextInputOfAnotherKind.js").touch()
    assert preload.widget_scripts(tmp_path) == ["TextInput.0a1b2c.js"]
    assert len(preload.widget_scripts()) >= len(preload.WIDGETS) - 2
