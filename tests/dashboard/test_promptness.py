"""What the server sends leaves it at once, whoever made the socket that it listens on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette

from dashboard.promptness import send_promptly
from tests.waiting import finished


def _listening_as_streamlit_does() -> socket.socket:
    listening = socket.socket(socket.AF_INET)  # without the protocol's number
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    listening.setblocking(False)
    return listening


async def _is_prompt(*, promised: bool) -> bool:
    """Whether a connection to a server of uvicorn sends without waiting."""

    @contextlib.asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        if promised:
            send_promptly(asyncio.get_running_loop())
        yield

    config = uvicorn.Config(Starlette(lifespan=lifespan), log_level="critical", ws="none")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    with _listening_as_streamlit_does() as listening:
        await server.startup([listening])
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readline()
        (connection,) = server.server_state.connections
        accepted = connection.transport.get_extra_info("socket")  # type: ignore[union-attr]
        prompt = bool(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()
        await writer.wait_closed()
        await server.shutdown([listening])
    return prompt


@pytest.mark.parametrize("promised", [True, False])
def test_a_connection_holds_nothing_back_once_that_is_asked_for(*, promised: bool) -> None:
    # Where it holds nothing back unasked, Streamlit or uvicorn has mended it, and we need nothing.
    assert finished(_is_prompt(promised=promised)) is promised
