"""The one door: every request and the websocket pass it, whichever part of the program answers.

It refuses in this order: a host that is not ours, a request that another site's page makes, an
address that is no route, a person who may not. What passes carries a note of who asks.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.access import rules
from dashboard.access.asking import asked_by
from dashboard.access.book import BookError
from dashboard.access.gate import Gate
from dashboard.access.html import refusal_page
from dashboard.access.principal import LOCAL, Principal
from dashboard.access.rules import Matched, Need
from dashboard.served import root

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
FROM_THIS_MACHINE: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Answered under the loopback's own name too, for whatever watches the server."""
RECHECK_SECONDS: Final = 10.0
_FORWARDED: Final = ("x-forwarded-for", "forwarded", "x-real-ip")
_POLICY_VIOLATION: Final = 1008

Watcher = Callable[[str, str, int, float, Principal | None], None]
"""Told of every answer: route template, method, status, seconds, who."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request does not pass."""

    status: int
    sentence: str


class Door:
    """ASGI middleware; the first that a request meets but for the headers of the answer.

    Args:
        app: what is behind it.
        gate: None for one person on their own machine, who may do everything.
        hosts: host names that are ours.
        watch: told of every answer.
        failed: told of an error behind the door; gives the id that is shown in its place. Without
            it errors go on to the server.
    """

    def __init__(
        self,
        app: ASGIApp,
        gate: Gate | None = None,
        hosts: Iterable[str] = LOOPBACK,
        watch: Watcher | None = None,
        failed: Callable[[Exception], str] | None = None,
    ) -> None:
        self._app, self._gate, self._watch, self._failed = app, gate, watch, failed
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass; refuse the rest in the form that it asks in."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        asks = HTTPConnection(scope)
        path = _below_root(scope["path"])
        matched = None if path is None else rules.match(path)
        acts = matched is None or matched.template not in rules.ASKED_BY_TIMERS
        try:
            principal = (
                LOCAL if self._gate is None else self._gate.principal(asks.cookies, acts=acts)
            )
        except BookError as error:
            if self._failed is None:
                raise
            await self._refuse(asks, None, _failure(self._failed(error)), send)
            return
        started = time.perf_counter()
        seen = _Seen(send)
        refusal = self._refusal(asks, matched, principal)
        address = asks.client.host if asks.client else ""
        with asked_by(principal, address):
            if refusal is not None:
                await self._refuse(asks, matched, refusal, seen.send)
            elif matched is not None and matched.page and (embedded := _embedded(scope)):
                await RedirectResponse(embedded, 307)(scope, receive, seen.send)
            else:
                await self._let_pass(asks, receive, seen)
        if self._watch is not None:
            template = "unknown" if matched is None else matched.template
            method = scope.get("method", "WEBSOCKET")
            self._watch(template, method, seen.status, time.perf_counter() - started, principal)

    async def _let_pass(self, asks: HTTPConnection, receive: Receive, seen: _Seen) -> None:
        socket = asks.scope["type"] == "websocket"
        if socket:
            receive = self._rechecked(asks, receive, seen.send)
        try:
            await self._app(asks.scope, receive, seen.send)
        except Exception as error:
            if self._failed is None or error is seen.left:
                raise  # whoever has left meanwhile is no failure; the server below knows
            name = self._failed(error)
            if socket or seen.status:
                raise
            await self._refuse(asks, None, _failure(name), seen.send)

    def _refusal(
        self, asks: HTTPConnection, matched: Matched | None, principal: Principal | None
    ) -> Refusal | None:
        host = _host(asks)
        watching = matched is not None and matched.template in FROM_THIS_MACHINE
        if host not in self._hosts and not (watching and host in LOOPBACK):
            return Refusal(400, "This server is not known under that name.")
        if "\\" in asks.scope["path"]:
            return Refusal(400, "There is no such address.")
        if self._from_elsewhere(asks, matched):
            return Refusal(403, "Another site's page asked for this.")
        return None if self._gate is None else self._denial(asks, matched, principal, host)

    @staticmethod
    def _denial(
        asks: HTTPConnection, matched: Matched | None, principal: Principal | None, host: str | None
    ) -> Refusal | None:
        """Whether the route is there, and theirs to use."""
        method = asks.scope.get("method", "GET")
        need = None if matched is None else rules.need_of(matched, method)
        if need is None or need is Need.NEVER:
            return Refusal(404, "There is no such address.")
        if need.allows(principal) or (need is Need.WATCH and _on_this_machine(asks, host)):
            return None
        if principal is None or principal.session is None:
            return Refusal(401, "Sign in first.")
        return Refusal(403, "Your role does not include this.")

    def _from_elsewhere(self, asks: HTTPConnection, matched: Matched | None) -> bool:
        """Whether a page of another site asks: for a websocket, a change, or data."""
        origin = asks.headers.get("origin")
        changes = asks.scope.get("method", "GET") not in rules.READING
        if asks.scope["type"] == "websocket" or changes:
            if origin in {None, "null"}:  # of a form under no-referrer, a browser sends "null"
                same = asks.headers.get("sec-fetch-site") == "same-origin"
                own_program = origin is None and self._gate is None
                return not (same or own_program)
            return not self._is_ours(str(origin), asks)
        if matched is None or matched.rule.read is Need.OPEN:
            return False
        led_here = asks.headers.get("sec-fetch-mode") == "navigate"
        return asks.headers.get("sec-fetch-site") == "cross-site" and not led_here

    def _is_ours(self, origin: str, asks: HTTPConnection) -> bool:
        if self._gate is not None:
            return origin.lower() == self._gate.settings.address
        return urlsplit(origin).netloc == asks.headers.get("host")

    @classmethod
    async def _refuse(
        cls, asks: HTTPConnection, matched: Matched | None, refusal: Refusal, send: Send
    ) -> None:
        if asks.scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        answer = cls._answer(asks, matched, refusal)
        answer.headers["cache-control"] = "no-store"
        await answer(asks.scope, _nothing_more, send)

    @staticmethod
    def _answer(asks: HTTPConnection, matched: Matched | None, refusal: Refusal) -> Response:
        if matched is None or not matched.page:
            return JSONResponse({"error": refusal.sentence}, refusal.status)
        if refusal.status == 401:
            query = asks.scope["query_string"].decode("latin-1")
            path = _below_root(asks.scope["path"]) or "/"
            back = path + (f"?{query}" if query else "")
            return RedirectResponse(f"{root()}signin?next={quote(back, safe='')}", 303)
        return refusal_page(refusal.sentence, refusal.status)

    def _rechecked(self, asks: HTTPConnection, receive: Receive, send: Send) -> Receive:
        """`receive` that ends the websocket soon after its session has ended."""
        if self._gate is None:
            return receive
        gate, asked = self._gate, asks.cookies
        came_as = gate.principal(asked, acts=False)
        waiting: asyncio.Task[Message] | None = None

        async def checked() -> Message:
            nonlocal waiting
            while True:
                waiting = waiting or asyncio.ensure_future(receive())
                done, _ = await asyncio.wait({waiting}, timeout=RECHECK_SECONDS)
                if gate.principal(asked, acts=False) != came_as:
                    waiting.cancel()
                    with contextlib.suppress(RuntimeError):  # the other side may have closed
                        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
                    return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}
                if done:
                    message, waiting = waiting.result(), None
                    return message

        return checked


def _failure(name: str) -> Refusal:
    return Refusal(500, f"Something failed here. Its error id is {name}.")


async def _nothing_more() -> Message:
    return {"type": "http.disconnect"}


class _Seen:
    """Passes messages on and keeps the status of the answer; 101 for a websocket let in.

    Attributes:
        left: what a send raised as nobody listened any more; None while somebody does.
    """

    def __init__(self, send: Send) -> None:
        self._send, self.status = send, 0
        self.left: OSError | None = None

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            self.status = message["status"]
        elif kind == "websocket.accept":
            self.status = 101
        elif kind == "websocket.close" and not self.status:
            self.status = 403
        try:
            await self._send(message)
        except OSError as error:  # as ASGI has it where the client has disconnected
            self.left = error
            raise


def _embedded(scope: Scope) -> str | None:
    """Where `?embed=1` leads: Streamlit's own word for it is `true`; None where not asked."""
    given = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if ("embed", "1") not in given:
        return None
    others = [pair for pair in given if pair[0] != "embed"]
    return f"{scope['path']}?{urlencode([*others, ('embed', 'true')])}"


def _below_root(path: str) -> str | None:
    base = root()
    if path == base.rstrip("/"):
        return "/"
    return path[len(base) - 1 :] if path.startswith(base) else None


def _host(asks: HTTPConnection) -> str | None:
    given = asks.headers.getlist("host")
    if len(given) != 1:
        return None
    try:
        parts = urlsplit(f"//{given[0]}")
        _ = parts.port
    except ValueError:
        return None
    bare = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    return parts.hostname if bare else None


def _on_this_machine(asks: HTTPConnection, host: str | None) -> bool:
    """Whether a program on this machine asks by itself, not a proxy for somebody else."""
    near = asks.client is not None and asks.client.host in LOOPBACK
    forwarded = any(name in asks.headers for name in _FORWARDED)
    return near and host in LOOPBACK and not forwarded
