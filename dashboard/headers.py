"""The security headers of every answer, among them what a page may load and run."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

import streamlit
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def _inline_script_hashes() -> Iterator[str]:
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    for script in re.findall(r"<script>(.*?)</script>", page.read_text("utf-8"), re.DOTALL):
        digest = hashlib.sha256(script.encode()).digest()
        yield f"'sha256-{base64.b64encode(digest).decode()}'"


def content_security_policy(pictures_from: Sequence[str] = ()) -> str:
    """What the page may load and run: its own files, Streamlit's one inline script by its hash.

    Args:
        pictures_from: origins of online tiles that whoever started the server has switched on.
    """
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "blob:", *_inline_script_hashes()]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": " ".join(["'self'", "data:", "blob:", *pictures_from]),
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",  # stands last: `Framing` adds to it
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


Pairs = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Framing:
    """Sites that may show the embedded page, of which a browser that is signed in has none.

    A signed-in person's page in another site's frame could be clicked through it.

    Attributes:
        origins: of the sites.
        cookie: the session's; who sends it is not framed.
    """

    origins: tuple[str, ...]
    cookie: str

    def widened(self, headers: Pairs, scope: Scope) -> Pairs:
        """The headers, with the sites let in where this request asks for the embedded page."""
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("embed") == "true"
        if not asked or self.cookie in HTTPConnection(scope).cookies:
            return headers
        policy, sites = b"content-security-policy", " ".join(self.origins).encode()
        return [
            (name, value + b" " + sites if name == policy else value)
            for name, value in headers
            if name != b"x-frame-options"
        ]


class Headers:
    """ASGI middleware that sets the security headers of every answer.

    Args:
        app: what is behind it.
        pictures_from: see `content_security_policy`.
        secure: people come by TLS, and shall never come without it again.
        framed_by: which other sites may show a page in a frame, and when.
    """

    def __init__(
        self,
        app: ASGIApp,
        pictures_from: Sequence[str] = (),
        *,
        secure: bool = False,
        framed_by: Framing | None = None,
    ) -> None:
        self.app, self._framed_by = app, framed_by
        self.headers = [
            (b"content-security-policy", content_security_policy(pictures_from).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"x-frame-options", b"SAMEORIGIN"),
            (b"x-dns-prefetch-control", b"off"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
        ]
        if secure:
            self.headers.append((b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers added to whatever answer starts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        ours = {name for name, _ in self.headers}
        headers = self._framed_by.widened(self.headers, scope) if self._framed_by else self.headers

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in ours]
                message = {**message, "headers": [*kept, *headers]}
            await send(message)

        await self.app(scope, receive, send_with_headers)
