"""Online geocoders against a local server that misbehaves in every way seen in the wild."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from geodata.errors import ImpossibleValue
from geodata.gazetteer import Gazetteer
from geodata.gazetteer.index import Place, PlaceIndex
from geodata.gazetteer.lookup import BASE
from geodata.geocode import (
    GeocoderChain,
    Ledger,
    OnlineGeocoder,
    Outcome,
    online,
    online_service,
    sending,
)
from geodata.geocode.ledger import Entry
from tests.loopback import LoopbackServer, QuietHandler, listening

GOOD = [{"lat": "36.53", "lon": "37.95", "display_name": "Manbij, Syria", "importance": 0.5}]


class Faulty(QuietHandler):
    """Answers as the path's query says; counts requests."""

    server: FaultyServer

    def answer(self) -> None:
        self.server.requests.append(self.path)
        query = parse_qs(urlsplit(self.path).query).get("q", [""])[0]
        self.server.answer(self, query)

    def reply(
        self, body: bytes, status: int = 200, kind: str = "application/json", **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class FaultyServer(LoopbackServer):
    """A loopback server with one way of answering."""

    def __init__(self, answer: Callable[[Faulty, str], None]) -> None:
        super().__init__(Faulty)
        self.answer = answer
        self.requests: list[str] = []


Serve = Callable[[Callable[[Faulty, str], None]], FaultyServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as running:
        yield lambda answer: running.enter_context(listening(FaultyServer(answer)))


def asker(server: FaultyServer, folder: Path, **options: object) -> OnlineGeocoder:
    service = online_service("nominatim", contact="desk@example.org", address=server.address)
    given = {"seconds_between": 0.0, **options}
    return OnlineGeocoder(service, Ledger(folder / "ledger.jsonl"), **given)  # type: ignore[arg-type]


def drip(handler: Faulty, _: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _byte in range(200):
        handler.wfile.write(b"[")
        handler.wfile.flush()
        time.sleep(0.05)


def reset(handler: Faulty, _: str) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    handler.connection.close()
    handler.close_connection = True


def no_http(handler: Faulty, _: str) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")


def body(content: object, **options: object) -> Callable[[Faulty, str], None]:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return lambda handler, _: handler.reply(raw, **options)  # type: ignore[arg-type]


FAULTS: dict[str, tuple[Callable[[Faulty, str], None], Outcome]] = {
    "429": (body(b"slow down", status=429), Outcome.OVER_QUOTA),
    "429 with Retry-After": (body(b"", status=429, Retry_After="7"), Outcome.OVER_QUOTA),
    "500": (body(b"oops", status=500), Outcome.DOWN),
    "502": (body(b"", status=502), Outcome.DOWN),
    "503": (body(b"", status=503), Outcome.DOWN),
    "403": (body(b"blocked", status=403), Outcome.DOWN),
    "HTML": (body(b"<html>Maintenance</html>", kind="text/html"), Outcome.DOWN),
    "empty body": (body(b""), Outcome.DOWN),
    "a string": (body("soon"), Outcome.DOWN),
    "a number": (body(7), Outcome.DOWN),
    "a place without coordinates": (body([{"display_name": "Manbij"}]), Outcome.DOWN),
    "a list of lists": (body([[1, 2]]), Outcome.DOWN),
    "NaN": (body(b'[{"lat": "NaN", "lon": "37", "display_name": "x"}]'), Outcome.DOWN),
    "off the Earth": (body([{"lat": "136", "lon": "37", "display_name": "x"}]), Outcome.DOWN),
    "zero, zero": (body([{"lat": "0", "lon": "0", "display_name": "x"}]), Outcome.DOWN),
    "deeply nested": (body(b"[" * 100_000), Outcome.DOWN),
    "huge body": (body(b" " * 1_200_000), Outcome.DOWN),
    "shorter than it says": (body(b"[]", Content_Length="500"), Outcome.DOWN),
    "slow drip": (drip, Outcome.DOWN),
    "reset": (reset, Outcome.DOWN),
    "no HTTP": (no_http, Outcome.DOWN),
    "redirect elsewhere": (
        body(b"", status=302, Location="http://192.0.2.1/search"), Outcome.DOWN
    ),
    "redirect in a circle": (body(b"", status=302, Location="/search?q=x"), Outcome.DOWN),
    "redirect to nowhere": (body(b"", status=302), Outcome.DOWN),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_never_taken_for_no_such_place(
    fault: str,
    serve: Serve,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "DEADLINE_SECONDS", 0.5)
    answer, outcome = FAULTS[fault]
    geocoder = asker(serve(answer), tmp_path)
    started = time.monotonic()
    found = geocoder.ask("Manbij", "SYR")
    assert (found.outcome, found.entry) == (outcome, None)
    assert found.reason
    assert time.monotonic() - started < 4
    assert not (tmp_path / "ledger.jsonl").exists()


def test_an_empty_list_is_no_such_place_and_is_remembered(serve: Serve, tmp_path: Path) -> None:
    server = serve(body([]))
    geocoder = asker(server, tmp_path)
    assert [geocoder.ask("Nowhere", "SYR").outcome for _ in range(3)] == [Outcome.NOT_FOUND] * 3
    assert len(server.requests) == 1


def test_a_place_is_kept_with_its_licence_and_day(serve: Serve, tmp_path: Path) -> None:
    server = serve(body(GOOD))
    found = asker(server, tmp_path).ask("Manbij, Aleppo", "SYR")
    assert found.outcome is Outcome.FOUND
    assert found.entry is not None
    assert (found.entry.latitude, found.entry.longitude) == (36.53, 37.95)
    assert "ODbL" in found.entry.licence
    assert found.entry.asked_on.count("-") == 2
    assert "countrycodes=sy" in server.requests[0]
    again = asker(server, tmp_path).ask("Manbij, Aleppo", "SYR")
    assert again.entry == found.entry
    assert len(server.requests) == 1


def test_a_redirect_on_the_same_host_is_followed(serve: Serve, tmp_path: Path) -> None:
    def moved(handler: Faulty, query: str) -> None:
        if query == "there":
            handler.reply(json.dumps(GOOD).encode())
        else:
            handler.reply(b"", status=301, Location="/search?q=there")

    assert asker(serve(moved), tmp_path).ask("Manbij", "SYR").outcome is Outcome.FOUND


def test_over_quota_the_service_rests_as_long_as_it_says(serve: Serve, tmp_path: Path) -> None:
    now = [0.0]
    server = serve(body(b"", status=429, Retry_After="30"))
    geocoder = asker(server, tmp_path, clock=lambda: now[0], sleep=lambda _: None)
    assert geocoder.ask("a", "SYR").retry_after == 30
    now[0] = 29.0
    assert geocoder.ask("b", "SYR").outcome is Outcome.OVER_QUOTA
    assert len(server.requests) == 1
    now[0] = 31.0
    server.answer = body(GOOD)
    assert geocoder.ask("c", "SYR").outcome is Outcome.FOUND


def test_one_request_a_second(serve: Serve, tmp_path: Path) -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    geocoder = asker(
        serve(body([])), tmp_path, seconds_between=1.0, clock=lambda: now[0], sleep=sleep
    )
    for name in ("a", "b", "c"):
        geocoder.ask(name, "SYR")
    assert slept == [0.0, 1.0, 1.0]


def test_a_service_that_stays_down_is_left_alone(serve: Serve, tmp_path: Path) -> None:
    server = serve(body(b"", status=503))
    geocoder = asker(server, tmp_path)
    outcomes = [geocoder.ask(f"place {n}", "SYR").outcome for n in range(12)]
    assert set(outcomes) == {Outcome.DOWN}
    assert len(server.requests) == online.PATIENCE


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("nominatim", {"contact": ""}),
        ("nominatim", {"contact": "me"}),
        ("geonames", {"contact": "a@example.org"}),
        ("pelias", {"contact": "a@example.org"}),
        ("bing", {"contact": "a@example.org"}),
    ],
)
def test_a_service_without_what_its_operators_ask_is_refused(
    kind: str, options: dict[str, str]
) -> None:
    with pytest.raises(ImpossibleValue):
        online_service(kind, **options)


@pytest.mark.parametrize("kind", ["nominatim", "photon", "pelias", "geonames"])
def test_every_service_says_who_asks_and_under_which_licence(kind: str) -> None:
    service = online_service(
        kind, contact="desk@example.org", address="http://127.0.0.1:1", key="account"
    )
    assert "desk@example.org" in service.geocoder.headers["User-Agent"]
    assert service.licence


# --- the ledger ------------------------------------------------------------------------------


def entry(query: str) -> Entry:
    return Entry("Test", query, "SYR", 36.5, 37.9, "Manbij", "ODbL", "2026-01-01")


def test_a_cut_last_line_loses_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    first = Ledger(path)
    first.add(entry("a"))
    first.add(entry("b"))
    path.write_bytes(path.read_bytes()[:-15])
    second = Ledger(path)
    assert second.find("Test", "a", "SYR") == entry("a")
    assert second.find("Test", "b", "SYR") is None
    second.add(entry("c"))
    third = Ledger(path)
    assert (len(third), third.find("Test", "c", "SYR")) == (2, entry("c"))


def test_foreign_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b'\x00\xff\n{"service": 1}\n[]\nnull\n')
    ledger = Ledger(path)
    assert len(ledger) == 0


RUN = """
import os, sys
from pathlib import Path
from geodata.geocode import Ledger, OnlineGeocoder, online_service
service = online_service("nominatim", contact="a@example.org", address=sys.argv[1])
geocoder = OnlineGeocoder(service, Ledger(Path(sys.argv[2])), seconds_between=0)
for number in range(int(sys.argv[3])):
    geocoder.ask(f"place {number}", "SYR")
print("done", flush=True)
"""


def test_a_killed_run_goes_on_with_nothing_lost_and_one_repeat_at_most(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve(body(GOOD))
    address, path, names = f"http://127.0.0.1:{server.server_address[1]}", tmp_path / "l", 150
    command = [sys.executable, "-c", RUN, address, str(path), str(names)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    kills = 0
    for stop_after in (40, 90):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        while len(server.requests) < stop_after and process.poll() is None:
            time.sleep(0.005)
        process.kill()
        process.communicate()
        kills += 1
    subprocess.run(command, env=environment, check=True, capture_output=True)
    asked = [parse_qs(urlsplit(path_).query)["q"][0] for path_ in server.requests]
    assert set(asked) == {f"place {n}" for n in range(names)}
    assert len(asked) - names <= kills
    assert len(Ledger(path)) == names


# --- the chain -------------------------------------------------------------------------------

PLACES = [Place("Homs", [], 34.7268, 36.7234, "SYR", "11", population=775_404)]


def chain(server: FaultyServer, folder: Path) -> GeocoderChain:
    gazetteer = Gazetteer([(BASE, PlaceIndex.build(PLACES, "test"))])
    return GeocoderChain(gazetteer, [asker(server, folder)])


def test_what_the_gazetteer_knows_is_never_asked_online(serve: Serve, tmp_path: Path) -> None:
    server = serve(body(GOOD))
    assert chain(server, tmp_path).locate("Homs", country="SYR").source == "test"
    assert server.requests == []


def test_an_online_place_is_taken_with_its_source(serve: Serve, tmp_path: Path) -> None:
    found = chain(serve(body(GOOD)), tmp_path).locate("Manbij", country="SYR", admin1="Aleppo")
    assert (found.latitude, found.precision, found.method) == (36.53, "town", "online: Nominatim")
    assert found.source is not None
    assert "ODbL" in found.source


def test_an_online_place_in_another_province_is_not_taken(serve: Serve, tmp_path: Path) -> None:
    found = chain(serve(body(GOOD)), tmp_path).locate("Manbij", country="SYR", admin1="Daraa")
    assert (found.precision, found.admin1) == ("admin1", "Daraa")


def test_a_service_that_is_down_is_said_in_the_method(serve: Serve, tmp_path: Path) -> None:
    both = chain(serve(body(b"", status=503)), tmp_path)
    found = both.locate("Manbij", country="SYR", admin1="Aleppo")
    assert "Nominatim: service down" in found.method
    assert both.outcomes["Nominatim"][Outcome.DOWN] == 1
