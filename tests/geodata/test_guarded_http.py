"""The one place from which requests leave: whom it asks, for how long, and what it says of that."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from geodata.guarded_http import (
    Answer,
    Fault,
    NoAnswer,
    Question,
    ask,
    is_public,
    public_or_loopback,
)
from tests.loopback import LoopbackServer, QuietHandler, listening

CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSt/RrRhZ06MqVR7H
wJLp+rkXZlYBGTN+g3dd4TOiW6ahRANCAATL7ddlzu0IWEhvRcC+wqV93ewezvXN
YAEPeHBMgNAa/SwGf2YPKB3xla9j475blJkNDFKriHLhuI00PYVBEY+d
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBoTCCAUegAwIBAgIUYvoX0ycwAOSun89hfDxnlyAwKDYwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNb3RoZXIuZXhhbXBsZTAgFw0yNjExMjMxMTQzNDVaGA8yMTI2
MTAzMDExNDM0NVowGDEWMBQGA1UEAwwNb3RoZXIuZXhhbXBsZTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABMvt12XO7QhYSG9FwL7CpX3d7B7O9c1gAQ94cEyA0Br9
LAZ/Zg8oHfGVr2PjvluUmQ0MUquIcuG4jTQ9hUERj52jbTBrMB0GA1UdDgQWBBSw
DR+WZgYgF6iM7vY0SlPLvSCdgTAfBgNVHSMEGDAWgBSwDR+WZgYgF6iM7vY0SlPL
vSCdgTAPBgNVHRMBAf8EBTADAQH/MBgGA1UdEQQRMA+CDW90aGVyLmV4YW1wbGUw
CgYIKoZIzj0EAwIDSAAwRQIhAL2ODq7WUg4Vvqu498LlF2rypQQ4kaPd9DdKMaYq
TvwSAiAdOLDxa3pGwaFjjqWvtD4dwQoMUYUudar93Wp3CRlMDQ==
-----END CERTIFICATE-----
"""
"""Of other.example, signed by itself, with the key to it; it protects nothing."""


@pytest.mark.parametrize(
    ("number", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("64:ff9b::808:808", True),  # a public host behind a translator
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("240.0.0.1", False),
        ("224.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::127.0.0.1", False),
        ("::ffff:0:10.0.0.1", False),
        ("64:ff9b::a00:1", False),  # 10.0.0.1 by way of NAT64
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b:1::a00:1", False),
        ("2002:a00:1::1", False),  # 10.0.0.1 by way of 6to4
        ("2002:7f00:1::", False),
        ("2001:0:a00:1::1", False),
        ("fec0::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
    ],
)
def test_a_private_number_stays_private_however_it_is_written(number: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(number)) is public


def asked(url: str, seconds: float = 5.0, **how: Any) -> Answer:
    return ask(Question(url, {}, seconds, 1_000), allowed=public_or_loopback, **how)


def fault_of(url: str, seconds: float = 5.0, **how: Any) -> NoAnswer:
    with pytest.raises(NoAnswer) as caught:
        asked(url, seconds, **how)
    return caught.value


class Greeting(QuietHandler):
    """Says two letters."""

    def answer(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"hi")


def test_where_the_first_number_of_a_name_refuses_the_next_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def of_both(_name: str, port: int, **_: object) -> list[Any]:
        return [(0, 0, 0, "", ("::1", port, 0, 0)), (0, 0, 0, "", ("127.0.0.1", port))]

    with listening(LoopbackServer(Greeting)) as server:
        monkeypatch.setattr(socket, "getaddrinfo", of_both)
        monkeypatch.setattr(socket, "create_connection", _without_ipv6)
        assert asked(f"http://localhost:{server.server_port}/").body == b"hi"


def _without_ipv6(address: tuple[str, int], timeout: float) -> socket.socket:
    if ":" in address[0]:
        raise ConnectionRefusedError(111, "Connection refused")
    wire = socket.socket()
    wire.settimeout(timeout)
    wire.connect(address)
    return wire


def test_a_look_up_of_a_name_that_hangs_ends_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = threading.Event()

    def hang(*_: object, **__: object) -> list[Any]:
        release.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        began = time.monotonic()
        assert fault_of("https://example.org/", 0.2).fault is Fault.TOO_SLOW
        assert time.monotonic() - began < 20
    finally:
        release.set()


@pytest.mark.parametrize("name", ["no-such-host.invalid", "a" * 70 + ".invalid", "nul%00"])
def test_a_name_that_is_none_is_told_at_once(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def unknown(asked: str, *_: object, **__: object) -> list[Any]:
        asked.encode("idna")
        if "%" in asked:
            raise ValueError("embedded null character")
        raise socket.gaierror(-2, f"Name or service not known: {asked}")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    told = fault_of(f"https://{name}/", 30.0)
    assert (told.fault, str(told)) == (Fault.NO_CONNECTION, "its name is not known to the network")


@contextmanager
def server_of(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port of this machine at which each caller is answered so."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    wire, _ = door.accept()
                    with wire, suppress(OSError):
                        answer(wire)

        threading.Thread(target=serve, daemon=True).start()
        yield int(door.getsockname()[1])


def test_a_greeting_that_drips_for_ever_ends_at_the_deadline() -> None:
    def drip(wire: socket.socket) -> None:
        wire.sendall(b"\x16\x03\x03\x40\x00")  # begins a record of 16 kB
        for _ in range(200):
            time.sleep(0.02)
            wire.sendall(b"\x00")

    with server_of(drip) as port:
        assert fault_of(f"https://127.0.0.1:{port}/", 0.3).fault is Fault.TOO_SLOW


def test_a_certificate_that_does_not_hold_is_told_without_the_name_of_the_host(
    tmp_path: Path,
) -> None:
    (tmp_path / "own.pem").write_text(CERTIFICATE, encoding="ascii")
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(tmp_path / "own.pem")

    def greet(wire: socket.socket) -> None:
        with own.wrap_socket(wire, server_side=True):
            pass

    trusting = ssl.create_default_context(cafile=str(tmp_path / "own.pem"))
    with server_of(greet) as port:
        unknown = fault_of(f"https://localhost:{port}/")
        foreign = fault_of(f"https://localhost:{port}/", context=trusting)
    assert (unknown.fault, foreign.fault) == (Fault.NO_CONNECTION, Fault.NO_CONNECTION)
    assert str(unknown) == "its certificate is signed by itself"
    assert str(foreign) == "its certificate is another host's"


def test_a_door_that_is_shut_is_told_without_the_name_of_the_host() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    told = str(fault_of(f"http://localhost:{port}/"))
    assert told == "no connection (Connection refused)"
    with server_of(lambda wire: wire.sendall(b"HTTP/1.1 400 No\r\n\r\n")) as other:
        assert str(fault_of(f"https://localhost:{other}/")) == "no encrypted connection"
