"""Asking one service: politely, within limits, and with its failures told apart.

"Not configured", "refused", "over quota" and "down" stay four different things, each a sentence
that says what to do. No sentence holds an address, a parameter, a token or words of the service's.
"""

from __future__ import annotations

import datetime as dt
import http
import json
import math
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from geodata import __version__
from geodata.connectors.connector import Task
from geodata.errors import NotConfigured, OverQuota, ServiceDown, ServiceError, ServiceRefused
from geodata.guarded_http import (
    Answer,
    Fault,
    NoAnswer,
    Question,
    ask,
    is_loopback,
    public_or_loopback,
)

TRIES: Final = 3
LONGEST_WAIT_SECONDS: Final = 120.0
"""What a service may ask us to wait, in all, before we leave and say so."""
USUAL_PAUSE_SECONDS: Final = 30.0
"""Waited where a service is over quota and does not say how long."""
LEAST_PAUSE_SECONDS: Final = 1.0
SECONDS_PER_REQUEST: Final = 60.0
LARGEST_BODY: Final = 64_000_000

Take = Callable[[bytes], None]


class Client:
    """One service within one fetch.

    Args:
        service: its title.
        base: where it is; https, or http on this machine.
        task: the fetch that it serves.
        between: least seconds between two requests.
        headers: sent with each.
    """

    def __init__(
        self,
        service: str,
        base: str,
        task: Task,
        *,
        between: float,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.service = service
        self.headers = {"User-Agent": f"conflictmap/{__version__}", "Accept-Encoding": "identity"}
        self.headers |= headers or {}
        self._base = checked_base(service, base)
        self._task, self._between = task, between
        self._next = -math.inf
        self._waited = 0.0

    def send(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        taking: tuple[Callable[[], Take], int] | None = None,
    ) -> Answer:
        """The answer to a request, after tries and waits; its status is below 500 and not 429.

        Args:
            path: after the base, beginning with a slash; or "".
            query: parameters.
            form: makes it a POST.
            headers: beside the client's own.
            taking: makes what takes the body block by block, anew at each try, and the most bytes.

        Raises:
            ServiceRefused, OverQuota, ServiceDown.
        """
        return self._send(
            self._base + path + (f"?{urlencode(query)}" if query else ""), form, headers, taking
        )

    def own_path(self, url: str) -> str:
        """Path and query of an address that the service gave, which must be on its own host.

        Raises:
            ServiceRefused: it leads elsewhere.
        """
        here = urlsplit(self._base)
        try:
            there = urlsplit(url)
            same = there.hostname == here.hostname and there.port in (None, here.port, 80, 443)
        except ValueError:
            same = False
        if not same:
            raise ServiceRefused(
                self.service, "it sends to another host for the next page; that was refused."
            )
        return f"{there.path}?{there.query}" if there.query else there.path

    def follow(self, own_path: str) -> Answer:
        """The answer at a path of `own_path`, by the scheme of the base; raises as `send`."""
        here = urlsplit(self._base)
        return self._send(f"{here.scheme}://{here.netloc}{own_path}", None, None, None)

    def _send(
        self,
        url: str,
        form: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        taking: tuple[Callable[[], Take], int] | None,
    ) -> Answer:
        body = None if form is None else urlencode(form).encode("ascii")
        own = self.headers | dict(headers or {})
        if not all(value.isascii() and value.isprintable() for value in own.values()):
            raise NotConfigured(
                self.service, "a setting holds a character that cannot be sent. Copy it anew."
            )
        if body is not None:
            own["Content-Type"] = "application/x-www-form-urlencoded"
        question = Question(url, own, SECONDS_PER_REQUEST, taking[1] if taking else LARGEST_BODY,
                            body)  # fmt: skip
        fault: ServiceError = self.down("it does not answer")
        tried = 0
        while tried < TRIES:
            self._pace()
            try:
                take = taking[0]() if taking else None
                answer = ask(question, allowed=public_or_loopback, take=take)
            except NoAnswer as error:
                fault = self._no_answer(error)
                tried += 1
            else:
                if _asks_to_wait(answer):
                    self._wait_as_asked(answer)
                    continue
                if answer.status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                    return answer
                fault = self.down(f"it answers with its own fault, status {answer.status}")
                tried += 1
            if tried < TRIES:
                self._task.wait(2.0**tried)
        raise fault

    def json(self, answer: Answer, hint: str = "") -> Any:
        """The JSON of an answer; NaN, which JSON does not have, is unknown.

        Raises:
            ServiceRefused: the status says so; `hint` says what to do.
            ServiceDown: the body is no JSON, or cut.
        """
        self.accept(answer, hint)
        text = answer.body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
        if text[:1] == "<":
            raise self.down("it answers with a web page in place of data")
        try:
            return json.loads(text, parse_constant=_constant, parse_float=_number)
        except (ValueError, RecursionError) as error:
            raise self.down("its answer is no JSON, or breaks off") from error

    def accept(self, answer: Answer, hint: str = "") -> None:
        """Nothing for a good status.

        Raises:
            ServiceRefused: for any other.
        """
        if answer.status < http.HTTPStatus.BAD_REQUEST:
            return
        if answer.status == http.HTTPStatus.NOT_FOUND:
            raise ServiceRefused(
                self.service,
                "it does not know what is asked (status 404). Check the address or version that "
                "is set.",
            )
        what = hint or "Check what is set for it."
        raise ServiceRefused(self.service, f"it refuses (status {answer.status}). {what}")

    def rows(self, document: Any, name: str) -> list[dict[str, Any]]:
        """The list of records in an answer.

        Raises:
            ServiceDown: there is none.
        """
        found = document.get(name) if isinstance(document, dict) else None
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise self.down(f"its answer has another shape: no list of records in {name!r}")
        return found

    def down(self, what: str) -> ServiceDown:
        """The error that says the service is down, and to try again."""
        return ServiceDown(self.service, f"{what}. Try again later; what came is kept.")

    def _no_answer(self, error: NoAnswer) -> ServiceError:
        """The error to raise when all tries are used up.

        Raises:
            NotConfigured, ServiceRefused, ServiceDown: where another try would end alike.
        """
        if error.fault is Fault.NOT_ALLOWED:
            raise NotConfigured(self.service, f"its address is not asked: {error}.") from error
        if error.fault is Fault.ELSEWHERE:
            raise ServiceRefused(
                self.service, f"{error}. Check the address that is set for it."
            ) from error
        if error.fault is Fault.TOO_LARGE:
            raise ServiceDown(self.service, f"{error}; it was not taken.") from error
        return self.down(str(error))

    def _wait_as_asked(self, answer: Answer) -> None:
        pause = retry_after(answer.fields.get("retry-after"))
        # One that asks to wait no time at all, again and again, is over quota as well.
        pause = USUAL_PAUSE_SECONDS if pause is None else max(pause, LEAST_PAUSE_SECONDS)
        if self._waited + pause > LONGEST_WAIT_SECONDS:
            raise OverQuota(
                self.service,
                f"its quota is used up; it asks to wait {_spoken(pause)}. Fetch again after that: "
                "it goes on where it stopped.",
            )
        self._waited += pause
        self._task.tell(f"{self.service} asks to wait {_spoken(pause)}", 0.0)
        self._task.wait(pause)

    def _pace(self) -> None:
        now = time.monotonic()
        if now > self._task.ends_at:
            raise ServiceDown(
                self.service, "it took longer than a fetch may. Fetch again: it goes on."
            )
        if self._next > now:
            self._task.wait(self._next - now)
        self._next = time.monotonic() + self._between


def checked_base(service: str, base: str) -> str:
    """An address without a slash at its end.

    Raises:
        NotConfigured: it is neither https nor http on this machine, or holds a name or password.
    """
    try:
        url = urlsplit(base.strip())
        fit = bool(url.hostname) and not (url.username or url.password)
        fit = fit and (
            url.scheme == "https" or (url.scheme == "http" and is_loopback(str(url.hostname)))
        )
        _ = url.port
    except ValueError:
        fit = False
    if not fit:
        raise NotConfigured(
            service,
            "the address that is set for it cannot be used: it must begin with https:// (or "
            "http:// on this very machine) and hold no password.",
        )
    return base.strip().rstrip("/")


def retry_after(value: str | None) -> float | None:
    """Seconds that a `Retry-After` names, as a number or a time; None where it does neither."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return max(0.0, (at - dt.datetime.now(dt.UTC)).total_seconds())


def _asks_to_wait(answer: Answer) -> bool:
    if answer.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        return retry_after(answer.fields.get("retry-after")) is not None
    return answer.status == http.HTTPStatus.TOO_MANY_REQUESTS


def _constant(name: str) -> None:
    if name != "NaN":
        raise ValueError(name)


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):  # 1e999, which could not be written down again
        raise ValueError(text)
    return number


def _spoken(seconds: float) -> str:
    if seconds < 120:
        return f"{math.ceil(seconds)} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{math.ceil(minutes / 60)} hours"
