"""Answers that leave the server at once.

TCP holds back a small packet until the one before it is acknowledged (Nagle's algorithm), and the
other side waits 40 ms to acknowledge. asyncio switches this off, but only for sockets that were
made with the protocol's number, which Streamlit's is not: each answer in two parts, and each
message of a page's websocket, came up to 40 ms late.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any


def send_promptly(loop: asyncio.AbstractEventLoop) -> None:
    """Let all connections to servers that a loop starts from now on send without waiting."""
    create_server: Any = loop.create_server

    async def create_prompt_server(*args: Any, **options: Any) -> asyncio.Server:
        listening = options.get("sock")
        if listening is not None and listening.family in {socket.AF_INET, socket.AF_INET6}:
            # Connections have the options of the socket that they come in by.
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server: asyncio.Server = await create_server(*args, **options)
        return server

    setattr(loop, "create_server", create_prompt_server)  # noqa: B010 — a method, to type checkers
