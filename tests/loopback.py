"""Small servers on this machine alone, for tests of what asks one."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar


class QuietHandler(BaseHTTPRequestHandler, ABC):
    """Answers without a word on the terminal."""

    def do_GET(self) -> None:
        """Answer as the test says."""
        self.answer()

    @abstractmethod
    def answer(self) -> None:
        """Write the answer to a request."""

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


class LoopbackServer(ThreadingHTTPServer):
    """A server on a free port of 127.0.0.1.

    Args:
        handler: what answers.
    """

    daemon_threads = True

    def __init__(self, handler: type[QuietHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)

    @property
    def address(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of the test."""


Listening = TypeVar("Listening", bound=LoopbackServer)


@contextmanager
def listening(server: Listening) -> Iterator[Listening]:
    """The server answers until the block ends."""
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
