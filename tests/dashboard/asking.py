"""The application's routes, asked without a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette

from dashboard.routes import ROUTES
from tests.waiting import finished


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def ask(path: str) -> Answer:
    """GET a path, with or without a query."""
    answer = Answer()
    way, _, query = path.partition("?")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {
                name.decode().lower(): value.decode() for name, value in message["headers"]
            }
        else:
            answer.body += message.get("body", b"")

    scope = {
        "type": "http", "method": "GET", "path": way, "raw_path": way.encode(), "headers": [],
        "query_string": query.encode(), "root_path": "", "scheme": "http", "http_version": "1.1",
        "server": ("127.0.0.1", 80),
    }  # fmt: skip
    finished(Starlette(routes=ROUTES)(scope, receive, send))
    return answer
