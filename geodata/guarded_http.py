"""The one place from which a request leaves the machine, with limits on what comes back.

A whole request has one deadline however slowly bytes drip, a body ends at a size, and a redirect
to another host is refused. Proxies of the environment are not used. Whoever asks says which
addresses are allowed: `anywhere`, or `public_or_loopback`, which refuses every private network.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

MOST_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_BLOCK: Final = 1 << 16


class Fault(Enum):
    """Why there is no answer."""

    TOO_SLOW = "too slow"
    NO_CONNECTION = "no connection"
    BROKEN = "broken"
    TOO_LARGE = "too large"
    ELSEWHERE = "elsewhere"
    NOT_ALLOWED = "not allowed"


class NoAnswer(Exception):
    """A request without an answer; the text never holds the address or what was sent."""

    def __init__(self, fault: Fault, text: str) -> None:
        self.fault = fault
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: of HTTP.
        fields: the head, names in lower case.
        body: empty where it was handed on block by block.
    """

    status: int
    fields: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        url: http or https.
        headers: besides Host and Connection.
        body: makes it a POST.
        seconds: for all of it, redirects and body included.
        largest: bytes of the body.
    """

    url: str
    headers: Mapping[str, str]
    seconds: float
    largest: int
    body: bytes | None = field(default=None, repr=False)


Address = tuple[str, int]
Allowed = Callable[[SplitResult], Address]
"""Where to connect for an address; raises `NoAnswer` where it may not be asked."""


def anywhere(url: SplitResult) -> Address:
    """Wherever the address leads: for one that a person has typed, such as a server of theirs."""
    if not url.hostname or url.scheme not in ("http", "https"):
        raise NoAnswer(Fault.NOT_ALLOWED, "only http and https addresses are asked")
    return url.hostname, _port(url)


def public_or_loopback(url: SplitResult) -> Address:
    """This machine where the address says so; else a public host by https.

    The name is looked up here and the connection goes to the number that was checked, so that a
    name cannot lead into a private network the second time it is asked.
    """
    name, port = anywhere(url)
    here = is_loopback(name)
    if url.scheme == "http" and not here:
        raise NoAnswer(Fault.NOT_ALLOWED, "only https is used beyond this machine")
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswer(Fault.NO_CONNECTION, "its name is not known to the network") from error
    numbers = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not numbers:
        raise NoAnswer(Fault.NO_CONNECTION, "its name is not known to the network")
    for number in numbers:
        if not (number.is_loopback if here else _is_public(number)):
            raise NoAnswer(Fault.NOT_ALLOWED, "it lies in a private network, which is not asked")
    return str(numbers[0]), port


def is_loopback(name: str) -> bool:
    """Whether a host is named as this very machine."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_public(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    inner = getattr(number, "ipv4_mapped", None) or number
    return inner.is_global and not inner.is_multicast


def ask(
    question: Question,
    *,
    allowed: Allowed,
    context: ssl.SSLContext | None = None,
    take: Callable[[bytes], None] | None = None,
) -> Answer:
    """What a server answers, whatever its status.

    Args:
        question: what is asked, and within which limits.
        allowed: which addresses are.
        context: for https; None makes one.
        take: handed the body of a status below 300 block by block, in place of the answer.

    Raises:
        NoAnswer: there is none, with the reason.
    """
    deadline = _Deadline(question.seconds)
    url = question.url
    for _ in range(MOST_REDIRECTS + 1):
        answer = _once(urlsplit(url), question, deadline, (allowed, context, take))
        if answer.status not in _REDIRECTS:
            return answer
        url = _followed(url, answer.fields.get("location"), question)
    raise NoAnswer(Fault.BROKEN, f"more than {MOST_REDIRECTS} redirects")


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


_How = tuple[Allowed, ssl.SSLContext | None, Callable[[bytes], None] | None]


def _once(url: SplitResult, question: Question, deadline: _Deadline, how: _How) -> Answer:
    allowed, context, take = how
    connection = _connection(url, allowed(url), deadline.left, context)
    try:
        with deadline.over(connection):
            target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
            connection.request(
                "GET" if question.body is None else "POST", target, body=question.body,
                headers={**question.headers, "Connection": "close"},
            )  # fmt: skip
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            whole = take is None or response.status >= http.client.MULTIPLE_CHOICES
            body = _body(response, question.largest, None if whole else take)
            return Answer(response.status, fields, body)
    except (OSError, http.client.HTTPException) as error:
        if deadline.ended or isinstance(error, TimeoutError):
            raise NoAnswer(Fault.TOO_SLOW, f"no whole answer in {deadline.seconds:g} s") from error
        if isinstance(error, http.client.HTTPException):
            raise NoAnswer(Fault.BROKEN, f"a broken answer ({type(error).__name__})") from error
        raise NoAnswer(Fault.NO_CONNECTION, f"no connection ({error})") from error
    except ValueError:
        # Python's words quote the header or the address, in which a secret may be.
        raise NoAnswer(Fault.BROKEN, "an address or a header that cannot be sent") from None


class _Plain(http.client.HTTPConnection):
    """To the number that was checked, whatever the name."""

    to: Address

    def connect(self) -> None:
        self.sock = socket.create_connection(self.to, self.timeout)


class _Encrypted(http.client.HTTPSConnection):
    """Likewise; the certificate must be the name's."""

    to: Address
    context: ssl.SSLContext

    def connect(self) -> None:
        wire = socket.create_connection(self.to, self.timeout)
        try:
            self.sock = self.context.wrap_socket(wire, server_hostname=self.host)
        except BaseException:
            wire.close()
            raise


def _connection(
    url: SplitResult, to: Address, seconds: float, context: ssl.SSLContext | None
) -> http.client.HTTPConnection:
    name = url.hostname or ""
    if url.scheme == "http":
        plain = _Plain(name, url.port, timeout=seconds)
        plain.to = to
        return plain
    trusted = context or ssl.create_default_context()
    encrypted = _Encrypted(name, url.port, timeout=seconds, context=trusted)
    encrypted.to, encrypted.context = to, trusted
    return encrypted


def _port(url: SplitResult) -> int:
    try:
        port = url.port
    except ValueError as error:
        raise NoAnswer(Fault.NOT_ALLOWED, "its port is no port") from error
    return port or (http.client.HTTPS_PORT if url.scheme == "https" else http.client.HTTP_PORT)


def _body(
    response: http.client.HTTPResponse, largest: int, take: Callable[[bytes], None] | None
) -> bytes:
    kept = bytearray()
    done = 0
    while block := response.read1(_BLOCK):
        done += len(block)
        if done > largest:
            raise NoAnswer(Fault.TOO_LARGE, f"the answer is larger than {largest:,} bytes")
        if take is None:
            kept += block
        else:
            take(block)
    if response.length:
        raise http.client.IncompleteRead(bytes(kept), response.length)
    return bytes(kept)


def _followed(url: str, location: str | None, question: Question) -> str:
    """The address of a redirect, which must stay on the host, the port and the scheme."""
    if not location:
        raise NoAnswer(Fault.BROKEN, "a redirect that leads nowhere")
    try:
        target = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(target)
    except ValueError as error:
        raise NoAnswer(Fault.BROKEN, "a redirect that leads nowhere") from error
    if question.body is not None or (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise NoAnswer(Fault.ELSEWHERE, "a redirect to another host was refused")
    return target
