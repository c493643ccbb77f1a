"""Everybody who might come to the door, and a way to let them ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp

from dashboard.access.book import Book
from dashboard.access.gate import Gate
from dashboard.access.principal import Role
from tests.waiting import finished

ADDRESS = "https://map.example.org"
HOST = "map.example.org"
HOURS = 3600.0


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Answer:
    """What came back; a websocket that was let in has the status 101."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    closed_with: int | None = None

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    def cookies(self) -> dict[str, str]:
        """Cookies that were set, with their value and flags."""
        set_by = [value for key, value in self.headers if key == "set-cookie"]
        return {text.partition("=")[0]: text.partition("=")[2] for text in set_by}


def ask(app: ASGIApp, path: str, **request: Any) -> Answer:
    """One request, see `asked`, in an event loop of its own."""
    return finished(asked(app, path, **request))


async def asked(  # noqa: PLR0913 — what a request has
    app: ASGIApp,
    path: str,
    *,
    method: str = "GET",
    cookies: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    client: str = "203.0.113.7",
    messages: list[dict[str, Any]] | None = None,
) -> Answer:
    """One request, or, with the method WEBSOCKET, one handshake and the messages after it."""
    socket = method == "WEBSOCKET"
    way, _, query = path.partition("?")
    given = {"host": HOST} | ({"origin": ADDRESS} if method not in {"GET", "HEAD"} else {})
    given |= headers or {}
    if cookies:
        given["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    if body:
        given["content-length"] = str(len(body))
    scope = {
        "type": "websocket" if socket else "http", "path": way, "raw_path": way.encode(),
        "headers": [(n.lower().encode(), v.encode("latin-1")) for n, v in given.items() if v],
        "query_string": query.encode(), "root_path": "", "http_version": "1.1",
        "scheme": "wss" if socket else "https", "server": (HOST, 443), "client": (client, 40_000),
    } | ({"subprotocols": []} if socket else {"method": method})  # fmt: skip
    answer = Answer()
    first: list[dict[str, Any]] = (
        [{"type": "websocket.connect"}, *(messages or [])]
        if socket
        else [{"type": "http.request", "body": body, "more_body": False}]
    )

    async def receive() -> dict[str, Any]:
        if first:
            return first.pop(0)
        return {"type": "websocket.disconnect" if socket else "http.disconnect"}

    async def send(message: Any) -> None:
        match message["type"]:
            case "http.response.start":
                answer.status = message["status"]
                answer.headers = [(n.decode().lower(), v.decode()) for n, v in message["headers"]]
            case "http.response.body":
                answer.body += message.get("body", b"")
            case "websocket.accept":
                answer.status = 101
            case "websocket.close":
                answer.status = answer.status or 403
                answer.closed_with = message.get("code")

    await app(scope, receive, send)
    return answer


def session_of(gate: Gate, *, who: str | None = None, link: str | None = None) -> dict[str, str]:
    return {gate.cookie.name: gate.let_in(who=who, link=link)}


def guest(gate: Gate, role: Role, within: str = "", days: float = 1) -> dict[str, str]:
    link, _ = gate.make_link(role, within=within, note="", by="ada", days=days)
    return session_of(gate, link=link.link)


def visitors(gate: Gate, clock: Clock) -> dict[str, dict[str, str]]:
    """Cookies of everybody, by who they are; those named `no …` may do nothing."""
    name = gate.cookie.name
    revoked = session_of(gate, who="ada@example.org")
    gate.book.end_session(gate.principal(revoked).session or "")  # type: ignore[union-attr]
    revoked_link = guest(gate, Role.ADMIN)
    gate.book.revoke_link(gate.book.links()[0].link)
    clock.now -= 48 * HOURS
    over = session_of(gate, who="ada@example.org")
    over_link = guest(gate, Role.ADMIN, days=1)
    clock.now += 24 * HOURS
    clock.now += 23 * HOURS
    idle = session_of(gate, who="ada@example.org")
    clock.now += 1 * HOURS
    token = gate.let_in(who="ada@example.org")
    other = Gate(gate.settings, Book(gate.book.path, "their store", clock), "their store")
    theirs = session_of(other, who="ada@example.org")
    other.book.close()
    clock.now += 2 * HOURS - 1  # idle is now three hours old, the rest is fresh
    fresh = {name: gate.let_in(who="ada@example.org")}
    return {
        "anonymous": {},
        "viewer": session_of(gate, who="vera@example.org"),
        "guest": guest(gate, Role.VIEWER),
        "editor": session_of(gate, who="edith@example.org"),
        "guest editor": guest(gate, Role.EDITOR),
        "admin": fresh,
        "no longer: session revoked": revoked,
        "no longer: link revoked": revoked_link,
        "no longer: session over": over,
        "no longer: link over": over_link,
        "no longer: idle": idle,
        "never: changed token": {name: token[:-2] + ("aa" if token[-2:] != "aa" else "bb")},
        "never: a key for a token": {name: gate.book.sessions()[0].key},
        "never: another store": theirs,
        "never: a stranger's name": session_of(gate, who="mallory@evil.test"),
        "never: an id like an address": session_of(gate, who="sub:ada@example.org"),
        "never: empty": {name: ""},
    }
