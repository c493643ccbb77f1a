"""The one place from which a request leaves the machine, with limits on what comes back.

A whole request has one deadline however slowly names are found or bytes drip, a body ends at a
size, and a redirect to another host is refused. Proxies of the environment are not used. Whoever
asks says which addresses are allowed: `anywhere`, or `public_or_loopback`, which refuses every
private network.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
"""A number and a port."""
Allowed = Callable[[SplitResult, float], Sequence[Address]]
"""Where to connect for an address, in that order, found within some seconds; raises `NoAnswer`
where it may not be asked."""


def anywhere(url: SplitResult, seconds: float) -> Sequence[Address]:
    """Wherever the address leads: for one that a person has typed, such as a server of theirs."""
    name, port = _named(url)
    return _numbers(name, port, seconds)


def public_or_loopback(url: SplitResult, seconds: float) -> Sequence[Address]:
    """This machine where the address says so; else a public host by https.

    The name is looked up here and the connection goes to the numbers that were checked, so that a
    name cannot lead into a private network the second time it is asked.
    """
    name, port = _named(url)
    here = is_loopback(name)
    if url.scheme == "http" and not here:
        raise NoAnswer(Fault.NOT_ALLOWED, "only https is used beyond this machine")
    found = _numbers(name, port, seconds)
    for text, _ in found:
        number = ipaddress.ip_address(text.partition("%")[0])
        if not (number.is_loopback if here else is_public(number)):
            raise NoAnswer(Fault.NOT_ALLOWED, "it lies in a private network, which is not asked")
    return found


def _named(url: SplitResult) -> Address:
    if not url.hostname or url.scheme not in ("http", "https"):
        raise NoAnswer(Fault.NOT_ALLOWED, "only http and https addresses are asked")
    return url.hostname, _port(url)


def _numbers(name: str, port: int, seconds: float) -> list[Address]:
    """The numbers of a name; asked aside, as the system's own look-up knows no deadline."""
    found: list[Address] = []
    ended = threading.Event()

    def look() -> None:
        try:
            entries = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys((str(entry[4][0]), port) for entry in entries))
        except (OSError, ValueError):  # not known, or no name at all
            found.clear()
        finally:
            ended.set()

    threading.Thread(target=look, daemon=True).start()
    if not ended.wait(seconds):
        raise NoAnswer(Fault.TOO_SLOW, f"its name was not found in {round(seconds, 1):g} s")
    if not found:
        raise NoAnswer(Fault.NO_CONNECTION, "its name is not known to the network")
    return found


def is_loopback(name: str) -> bool:
    """Whether a host is named as this very machine."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


Number = ipaddress.IPv4Address | ipaddress.IPv6Address
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""Numbers of IPv4 written for a translator (NAT64, RFC 6052): the last 32 bits are the number."""


def is_public(number: Number) -> bool:
    """Whether a number is a public host's, and so is every number that is written within it.

    A translator or tunnel at the door hands a packet for `64:ff9b::a00:1` or `2002:a00:1::` on to
    10.0.0.1, though both look like public numbers of IPv6.
    """
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour
        if number in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(number) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
        if number.is_site_local:
            return False
    return number.is_global and not (number.is_multicast or number.is_reserved)


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
    def over(self, connection: _Plain | _Encrypted) -> Iterator[None]:
        """Connect, and shut the socket at the deadline: a blocked read then returns at once."""

        def cut() -> None:
            self.ended = True
            if connection.wire is not None:
                with suppress(OSError):
                    # Not the encrypted socket's own, which forgets what it is in the midst of.
                    socket.socket.shutdown(connection.wire, socket.SHUT_RDWR)

        timer = threading.Timer(self.left, cut)
        timer.daemon = True
        timer.start()
        try:
            connection.connect()
            if self.ended:
                raise TimeoutError
            yield
        finally:
            timer.cancel()
            connection.close()


_How = tuple[Allowed, ssl.SSLContext | None, Callable[[bytes], None] | None]


def _once(url: SplitResult, question: Question, deadline: _Deadline, how: _How) -> Answer:
    allowed, context, take = how
    connection = _connection(url, allowed(url, deadline.left), deadline, context)
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
        raise NoAnswer(Fault.NO_CONNECTION, _why(error)) from None
    except ValueError:
        # Python's words quote the header or the address, in which a secret may be.
        raise NoAnswer(Fault.BROKEN, "an address or a header that cannot be sent") from None


_CERTIFICATES: Final = {
    10: "its certificate is out of date", 18: "its certificate is signed by itself",
    19: "its certificate is signed by itself", 62: "its certificate is another host's",
}  # fmt: skip
"""By OpenSSL's number; its own words quote the host."""


def _why(error: OSError) -> str:
    """Why there is no connection, in words that quote nothing."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _CERTIFICATES.get(error.verify_code, "its certificate cannot be trusted")
    if isinstance(error, ssl.SSLError):
        return "no encrypted connection"
    return f"no connection ({os.strerror(error.errno)})" if error.errno else "no connection"


class _Plain(http.client.HTTPConnection):
    """To the numbers that were checked, one after the other, whatever the name.

    Attributes:
        wire: the socket; the connection itself forgets it once the answer's head is read.
    """

    to: Sequence[Address]
    deadline: _Deadline
    wire: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self.wire = _wired(self.to, self.deadline)


class _Encrypted(http.client.HTTPSConnection):
    """Likewise; the certificate must be the name's."""

    to: Sequence[Address]
    deadline: _Deadline
    context: ssl.SSLContext
    wire: socket.socket | None = None

    def connect(self) -> None:
        wire = _wired(self.to, self.deadline)
        try:
            encrypted = self.context.wrap_socket(
                wire, server_hostname=self.host, do_handshake_on_connect=False
            )
        except BaseException:
            wire.close()
            raise
        self.sock = self.wire = encrypted
        encrypted.do_handshake()


def _wired(to: Sequence[Address], deadline: _Deadline) -> socket.socket:
    """A connection to the first number that takes one; none has more than its share of the time."""
    fault: OSError = ConnectionError()
    for number, address in enumerate(to):
        if deadline.ended:
            break
        try:
            wire = socket.create_connection(address, deadline.left / (len(to) - number))
        except OSError as error:
            fault = error
        else:
            wire.settimeout(deadline.left)
            return wire
    raise fault


def _connection(
    url: SplitResult, to: Sequence[Address], deadline: _Deadline, context: ssl.SSLContext | None
) -> _Plain | _Encrypted:
    name = url.hostname or ""
    connection: _Plain | _Encrypted
    if url.scheme == "http":
        connection = _Plain(name, url.port, timeout=deadline.left)
    else:
        trusted = context or ssl.create_default_context()
        connection = _Encrypted(name, url.port, timeout=deadline.left, context=trusted)
        connection.context = trusted
    connection.to, connection.deadline = to, deadline
    return connection


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
