"""The one place from which a geocoding request leaves the machine, with limits on what comes back.

A geopy adapter: a whole request has one deadline however slowly bytes drip, a body ends at one
megabyte, and a redirect to another host is refused. Proxies of the environment are not used.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import (
    GeocoderParseError,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeocoderUnavailable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

DEADLINE_SECONDS: Final = 10.0
LARGEST_BODY: Final = 1_000_000
MOST_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))


@dataclass
class _Deadline:
    """Cuts a connection off when the time for a request is over."""

    seconds: float
    ended: bool = False
    started: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds left; never below a hundredth, which a socket would take for "do not wait"."""
        return max(0.01, self.seconds - (time.monotonic() - self.started))

    @contextmanager
    def over(self, connection: http.client.HTTPConnection) -> Iterator[None]:
        """Connect, and shut the socket at the deadline: a blocked read then returns at once."""
        connection.connect()
        # The connection forgets its socket once the answer's head is read.
        wire = connection.sock

        def cut() -> None:
            self.ended = True
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(self.left, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            connection.close()


class GuardedAdapter(BaseSyncAdapter):  # type: ignore[misc]  # geopy carries no types
    """Sends geopy's requests within the limits of this module."""

    def __init__(
        self,
        *,
        proxies: object = None,  # noqa: ARG002 - geopy passes it to every adapter
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._context = ssl_context or ssl.create_default_context()

    def get_json(self, url: str, *, timeout: float | None, headers: Mapping[str, str]) -> Any:
        """The JSON at an address.

        Raises:
            GeocoderParseError: the body is no JSON.
            GeocoderServiceError: as for `get_text`.
        """
        text = self.get_text(url, timeout=timeout, headers=headers)
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise GeocoderParseError("the answer is no JSON") from error

    def get_text(self, url: str, *, timeout: float | None, headers: Mapping[str, str]) -> str:
        """The text at an address.

        Raises:
            AdapterHTTPError: a status of 400 or more.
            GeocoderTimedOut: not whole by the deadline.
            GeocoderUnavailable: no connection, or one that broke.
            GeocoderServiceError: too large, a redirect elsewhere, or no HTTP.
        """
        deadline = _Deadline(min(timeout or DEADLINE_SECONDS, DEADLINE_SECONDS))
        for _ in range(MOST_REDIRECTS + 1):
            status, fields, body = self._once(urlsplit(url), headers, deadline)
            if status not in _REDIRECTS:
                return _text(status, fields, body)
            url = _followed(url, fields.get("location"))
        raise GeocoderServiceError(f"more than {MOST_REDIRECTS} redirects")

    def _once(
        self, url: SplitResult, headers: Mapping[str, str], deadline: _Deadline
    ) -> tuple[int, dict[str, str], bytes]:
        connection = self._connection(url, deadline)
        try:
            with deadline.over(connection):
                target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
                connection.request("GET", target, headers={**headers, "Connection": "close"})
                response = connection.getresponse()
                fields = {name.lower(): value for name, value in response.getheaders()}
                return response.status, fields, _body(response)
        except (OSError, http.client.HTTPException) as error:
            if deadline.ended or isinstance(error, TimeoutError):
                raise GeocoderTimedOut(f"no whole answer in {deadline.seconds:g} s") from error
            if isinstance(error, http.client.HTTPException):
                raise GeocoderServiceError(f"a broken answer ({type(error).__name__})") from error
            raise GeocoderUnavailable(f"no connection ({error})") from error

    def _connection(self, url: SplitResult, deadline: _Deadline) -> http.client.HTTPConnection:
        if not url.hostname or url.scheme not in ("http", "https"):
            raise GeocoderServiceError("only http and https addresses are asked")
        if url.scheme == "http":
            return http.client.HTTPConnection(url.hostname, url.port, timeout=deadline.left)
        return http.client.HTTPSConnection(
            url.hostname, url.port, timeout=deadline.left, context=self._context
        )


def _body(response: http.client.HTTPResponse) -> bytes:
    body = response.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        raise GeocoderServiceError(f"the answer is larger than {LARGEST_BODY:,} bytes")
    if response.length:
        raise http.client.IncompleteRead(body, response.length)
    return body


def _text(status: int, fields: dict[str, str], body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    if status >= 400 or status < 200:
        raise AdapterHTTPError(
            f"status {status}", status_code=status, headers=fields, text=text[:200]
        )
    return text


def _followed(url: str, location: str | None) -> str:
    """The address of a redirect, which must stay on the host, the port and the scheme."""
    if not location:
        raise GeocoderServiceError("a redirect that leads nowhere")
    target = urljoin(url, location)
    here, there = urlsplit(url), urlsplit(target)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise GeocoderServiceError("a redirect to another host was refused")
    return target
