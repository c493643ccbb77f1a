"""Country files come whole from a server that stalls, cuts and lies, or they do not come."""

from __future__ import annotations

import hashlib
import io
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from geodata.errors import ImpossibleValue, UnreadableFile
from geodata.gazetteer.packs import add_pack
from geodata.geocode.downloads import fetch_country, fetch_names
from tests.loopback import LoopbackServer, QuietHandler, listening

ROW = (
    "1\tYirgou\tYirgou\t\t13.1\t-1.2\tP\tPPL\tBF\t\t05\t\t\t\t0\t\t300\t"
    "Africa/Ouagadougou\t2026-01-01"
)


def country_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "about")
        noise = "\n".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(4000))
        archive.writestr("BF.txt", f"{ROW}\n{noise}\n")
    return content.getvalue()


WHOLE = country_zip()


class Handler(QuietHandler):
    """Serves one file, as the server's `behave` wishes."""

    server: Server

    def answer(self) -> None:
        self.server.ranges.append(self.headers.get("Range"))
        self.server.paths.append(self.path)
        self.server.behave(self, len(self.server.ranges))

    def send(self, body: bytes, *, status: int = 200, announce: int | None = None,
             tag: str = '"v1"', start: int = 0, **more: str) -> None:  # fmt: skip
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if announce is None else announce))
        self.send_header("ETag", tag)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{start + len(body) - 1}/*")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def asked_from(self) -> int:
        wanted = self.headers.get("Range")
        return int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0


class Server(LoopbackServer):
    """A loopback server with one way of behaving."""

    def __init__(self, behave: Callable[[Handler, int], None]) -> None:
        super().__init__(Handler)
        self.behave = behave
        self.ranges: list[str | None] = []
        self.paths: list[str] = []


Serve = Callable[[Callable[[Handler, int], None]], Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as running:
        yield lambda behave: running.enter_context(listening(Server(behave)))


def fetch(server: Server, folder: Path) -> Path:
    base = f"{server.address}/dump"
    return fetch_country("BFA", folder, base=base, stall_seconds=0.3, pause_seconds=0.01)


def test_a_fetched_file_becomes_a_pack(serve: Serve, tmp_path: Path) -> None:
    file = fetch(serve(lambda handler, _: handler.send(WHOLE)), tmp_path)
    assert file.read_bytes() == WHOLE
    assert [p.name for p in tmp_path.iterdir()] == ["BF.zip"]
    assert add_pack("BFA", file, tmp_path / "packs").places == 1


def test_a_cut_download_goes_on_where_it_stopped(serve: Serve, tmp_path: Path) -> None:
    def cut(handler: Handler, time_: int) -> None:
        start = handler.asked_from()
        rest = WHOLE[start:]
        status = 206 if start else 200
        sent = rest[:50_000] if time_ < 3 else rest
        handler.send(sent, status=status, announce=len(rest), start=start)

    server = serve(cut)
    assert fetch(server, tmp_path).read_bytes() == WHOLE
    assert server.ranges == [None, "bytes=50000-", "bytes=100000-"]


def test_a_server_that_stalls_is_left_and_asked_for_the_rest(serve: Serve, tmp_path: Path) -> None:
    def stall(handler: Handler, time_: int) -> None:
        start = handler.asked_from()
        if time_ == 1:
            handler.send(WHOLE[:1000], announce=len(WHOLE))
            time.sleep(1.0)
        else:
            handler.send(WHOLE[start:], status=206, start=start)

    assert fetch(serve(stall), tmp_path).read_bytes() == WHOLE


def test_a_new_version_on_the_server_is_fetched_from_the_start(
    serve: Serve, tmp_path: Path
) -> None:
    def changed(handler: Handler, time_: int) -> None:
        if time_ == 1:
            handler.send(b"old" * 10_000, announce=90_000, tag='"old"')
        else:
            # If-Range names the old version, so the server sends the new one whole.
            assert handler.headers["If-Range"] == '"old"'
            handler.send(WHOLE, tag='"new"')

    assert fetch(serve(changed), tmp_path).read_bytes() == WHOLE


def test_a_slow_server_that_breaks_off_often_is_asked_until_the_file_is_whole(
    serve: Serve, tmp_path: Path
) -> None:
    def slow(handler: Handler, _: int) -> None:
        start = handler.asked_from()
        rest = WHOLE[start:]
        handler.send(rest[:70_000], status=206 if start else 200, announce=len(rest), start=start)

    assert len(WHOLE) > 2 * 70_000
    assert fetch(serve(slow), tmp_path).read_bytes() == WHOLE


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_busy_for_a_moment_is_asked_again(
    status: int, serve: Serve, tmp_path: Path
) -> None:
    def busy(handler: Handler, time_: int) -> None:
        if time_ < 3:
            handler.send(b"busy", status=status, Retry_After="0")
        else:
            handler.send(WHOLE)

    assert fetch(serve(busy), tmp_path).read_bytes() == WHOLE


def test_a_server_that_asks_to_wait_long_is_left_at_once(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda handler, _: handler.send(b"", status=503, Retry_After="7200"))
    with pytest.raises(UnreadableFile, match="fetched: the server asks to wait 7,200 seconds"):
        fetch(server, tmp_path)
    assert len(server.ranges) == 1


def test_a_weak_tag_joins_no_parts_but_a_date_does(serve: Serve, tmp_path: Path) -> None:
    asked: list[str | None] = []
    day = "Mon, 05 Oct 2026 02:09:11 GMT"

    def weak(handler: Handler, time_: int) -> None:
        asked.append(handler.headers["If-Range"])
        start = handler.asked_from()
        sent = WHOLE[start : start + 70_000] if time_ == 1 else WHOLE[start:]
        handler.send(sent, status=206 if start else 200, announce=len(WHOLE) - start,
                     tag='W/"v1"', start=start, Last_Modified=day)  # fmt: skip

    assert fetch(serve(weak), tmp_path).read_bytes() == WHOLE
    assert asked == [None, day]


def test_another_part_than_was_asked_for_is_not_joined(serve: Serve, tmp_path: Path) -> None:
    def wrong(handler: Handler, time_: int) -> None:
        if time_ == 1:
            handler.send(WHOLE[:70_000], announce=len(WHOLE))
        elif time_ == 2:
            handler.send(WHOLE[5:], status=206, start=5)
        else:
            handler.send(WHOLE)

    server = serve(wrong)
    assert fetch(server, tmp_path).read_bytes() == WHOLE
    assert server.ranges == [None, "bytes=70000-", None]


def test_names_come_from_their_own_folder_and_do_not_meet_the_places(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve(lambda handler, _: handler.send(WHOLE))
    base = f"{server.address}/dump/"
    names = fetch_names("BFA", tmp_path, base=base, stall_seconds=0.3, pause_seconds=0.01)
    assert server.paths == ["/dump/alternatenames/BF.zip"]
    assert fetch(server, tmp_path) != names
    with pytest.raises(ImpossibleValue):
        fetch_names("XXX", tmp_path)


FAULTS: dict[str, Callable[[Handler, int], None]] = {
    "404": lambda handler, _: handler.send(b"no", status=404),
    "redirect": lambda handler, _: handler.send(b"", status=302),
    "HTML": lambda handler, _: handler.send(b"<html>Log in</html>"),
    "announces more": lambda handler, _: handler.send(WHOLE, announce=len(WHOLE) + 5),
    "announces less": lambda handler, _: handler.send(WHOLE, announce=len(WHOLE) - 5),
    "a damaged zip": lambda handler, _: handler.send(WHOLE[:3000] + b"x" * 50 + WHOLE[3050:]),
    "announces terabytes": lambda handler, _: handler.send(b"PK", announce=10**13),
    "503 for ever": lambda handler, _: handler.send(b"later", status=503),
    "a part that nobody asked for": lambda handler, _: handler.send(WHOLE[9:], status=206, start=9),
    "nothing": lambda handler, _: handler.send(b""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_the_whole_file_is_never_taken_for_it(
    fault: str, serve: Serve, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFile, match="fetched"):
        fetch(serve(FAULTS[fault]), tmp_path)
    assert not (tmp_path / "BF.zip").exists()


def test_no_server_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="fetched"):
        fetch_country("BFA", tmp_path, base="http://127.0.0.1:9/dump", pause_seconds=0.01)


def test_an_unknown_country_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImpossibleValue):
        fetch_country("XXX", tmp_path)
