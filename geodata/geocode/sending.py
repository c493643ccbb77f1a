"""How geopy's requests leave the machine: through `geodata.guarded_http`, with its limits.

A geopy adapter: a whole request has ten seconds, a body ends at one megabyte, and a redirect to
another host is refused.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from typing import Any, Final

from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import (
    GeocoderParseError,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeocoderUnavailable,
)

from geodata.guarded_http import Answer, Fault, NoAnswer, Question, anywhere, ask

DEADLINE_SECONDS: Final = 10.0
LARGEST_BODY: Final = 1_000_000
_AS_GEOPY: Final = {Fault.TOO_SLOW: GeocoderTimedOut, Fault.NO_CONNECTION: GeocoderUnavailable}


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
        seconds = min(timeout or DEADLINE_SECONDS, DEADLINE_SECONDS)
        question = Question(url, headers, seconds, LARGEST_BODY)
        try:
            # A person's own geocoder may well stand in their own network.
            return _text(ask(question, allowed=anywhere, context=self._context))
        except NoAnswer as error:
            raise _AS_GEOPY.get(error.fault, GeocoderServiceError)(str(error)) from error


def _text(answer: Answer) -> str:
    text = answer.body.decode("utf-8", "replace")
    if answer.status >= 400 or answer.status < 200:
        raise AdapterHTTPError(
            f"status {answer.status}",
            status_code=answer.status, headers=answer.fields, text=text[:200],
        )  # fmt: skip
    return text
