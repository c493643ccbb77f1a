"""What the door tells of those who go, and of what goes wrong."""

from __future__ import annotations

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.access.door import Door
from tests.waiting import finished

HOST = "127.0.0.1"
STREAM: Scope = {
    "type": "websocket", "path": "/_stcore/stream", "root_path": "", "query_string": b"",
    "scheme": "ws", "client": (HOST, 1), "server": (HOST, 80), "subprotocols": [],
    "headers": [(b"host", HOST.encode()), (b"origin", f"http://{HOST}".encode())],
}  # fmt: skip


async def accepts(scope: Scope, receive: Receive, send: Send) -> None:
    del scope, receive
    await send({"type": "websocket.accept"})


async def fails(scope: Scope, receive: Receive, send: Send) -> None:
    await accepts(scope, receive, send)
    raise ConnectionResetError("of another's")


async def _nothing() -> Message:
    return {"type": "websocket.connect"}


async def _gone(message: Message) -> None:
    raise ConnectionResetError(message["type"])


async def _heard(message: Message) -> None:
    del message


@pytest.mark.parametrize(
    ("app", "send", "told"), [(accepts, _gone, 0), (accepts, _heard, 0), (fails, _heard, 1)]
)
def test_whoever_leaves_is_no_failure_and_what_fails_is_one(
    app: ASGIApp, send: Send, told: int
) -> None:
    failures: list[Exception] = []

    def failed(error: Exception) -> str:
        failures.append(error)
        return "0123abcd"

    door = Door(app, None, {HOST}, failed=failed)
    if (app, send) == (accepts, _heard):
        finished(door(STREAM, _nothing, send))
    else:
        with pytest.raises(ConnectionResetError):
            finished(door(STREAM, _nothing, send))
    assert len(failures) == told
