"""Feeds become texts that wait for review; tables in a folder become imports."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from geodata import fetching
from geodata.connectors import feed
from geodata.connectors.client import retry_after
from geodata.errors import ImpossibleValue, NotConfigured, ServiceDown, ServiceRefused
from geodata.review import ReviewFolder
from geodata.store import Store
from tests.geodata.connectors.conftest import Serve
from tests.geodata.connectors.service import Asked, Desk, Handler, ids

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>Desk news</title><link>https://example.org/</link><atom:link rel="self" href="https://x/"/>
<item><title>Strike near Manbij</title><guid>1</guid><link>https://example.org/1</link>
<dc:creator>A. Writer</dc:creator><pubDate>Fri, 05 Jan 2024 23:30:00 -0500</pubDate>
<description>short</description>
<content:encoded><![CDATA[<p>An air strike near Manbij on Thursday killed <b>four</b> people.</p>
<script>alert(1)</script>]]></content:encoded></item>
<item><title>Without a day</title><guid>2</guid><link>javascript:alert(1)</link>
<description>Two people were killed in &lt;i&gt;Aleppo&lt;/i&gt;.</description></item>
<item><guid>3</guid></item></channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Atom news</title>
<entry><id>a</id><title type="html">Clash &amp;amp; fire</title><link rel="self" href="https://x/s"/>
<link href="https://example.org/a"/><author><name>B. Writer</name></author>
<updated>2024-02-09T00:00:00Z</updated><published>2024-02-05T01:00:00+09:00</published>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Three people</p> were killed.
</div></content></entry>
<entry><id>b</id><title>Updated only</title><updated>2024-02-09T00:00:00Z</updated>
<summary>5 &lt; 6 people were hurt.</summary></entry></feed>"""

JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "JSON news", "items": [
{"id": 7, "url": "https://example.org/7", "title": "T", "content_html": "<p>One killed.</p>",
 "authors": [{"name": "C"}], "date_published": "2024-03-01T10:00:00Z"},
{"id": "8", "content_text": "<b> is no markup here; two killed", "date_modified": "2024-03-02"}]}"""


def serving(desk: Desk, serve: Serve, *bodies: str | bytes) -> list[Asked]:
    """Feeds at /0, /1 …, each with a tag by which it is known again; `302` leads elsewhere."""

    def answer(handler: Handler, asked: Asked) -> None:
        body = bodies[int(asked.path[1:])]
        if body == "302":
            handler.reply(b"", 302, Location="http://10.0.0.1/")
        elif asked.headers.get("if-none-match") == '"v1"':
            handler.reply(b"", 304)
        else:
            content = body if isinstance(body, bytes) else body.encode()
            handler.reply(content, ETag='"v1"')

    server = serve(answer)
    addresses = [f"{server.address}/{n}?key=s3cret" for n in range(len(bodies))]
    desk.settings["CONFLICTMAP_FEEDS"] = " ".join(addresses)
    return server.asked


def test_each_entry_of_a_feed_waits_for_review_once(desk: Desk, serve: Serve) -> None:
    asked = serving(desk, serve, RSS)
    done = desk.fetch("feed")
    assert done.counts["texts"] == 2
    assert "Feed: 1 entries hold no text and were passed over." in done.notes
    assert desk.store.imports() == []  # a text is no incident before a person says so
    reviews, _ = ReviewFolder.beside(desk.store.path).reviews()
    by_title = {review.report.title: review for review in reviews}
    first = by_title["Strike near Manbij"]
    assert first.report.published == dt.date(2024, 1, 5)  # in the zone of the feed
    assert (first.report.publisher, first.report.author) == ("Desk news", "A. Writer")
    assert first.report.url == "https://example.org/1"
    assert "killed four people" in first.report.text
    assert "alert" not in first.report.text
    assert first.proposals[0].values.killed == (4, 4, 4)
    second = by_title["Without a day"].report
    assert (second.published, second.url) == (None, None)
    assert "killed in Aleppo." in second.text
    assert desk.fetch("feed").notes == ["Feed: nothing new since the last time."]
    assert asked[1].headers["if-none-match"] == '"v1"'
    assert "s3cret" not in desk.kept
    assert "127.0.0.1" not in desk.kept
    again = desk.fetch("feed", again=True)
    assert (again.texts, again.texts_known) == (0, 2)


def test_atom_and_json_feeds_are_read_as_their_rules_say() -> None:
    atom = feed.parsed("Feed", ATOM.encode())
    assert atom.title == "Atom news"
    first, second = (feed._text(entry, atom) for entry in atom.entries)
    assert first is not None
    assert second is not None
    assert " ".join(first.text.split()) == "Clash & fire Three people were killed."
    assert first.published == dt.date(2024, 2, 5)
    assert (first.url, first.author) == ("https://example.org/a", "B. Writer")
    assert second.published is None  # the day of an update is no day of publication
    assert "5 < 6 people" in second.text
    found = feed.parsed("Feed", JSON_FEED.encode())
    html, plain = (feed._text(entry, found) for entry in found.entries)
    assert html is not None
    assert plain is not None
    assert (html.text, html.published) == ("T\n\nOne killed.", dt.date(2024, 3, 1))
    assert plain.text.startswith("<b> is no markup here")
    assert plain.published is None


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>Sign in</title>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss>&b;</rss>',
        b"<rss><channel><item><title>cut",
        b"<a>" * 500,
        b"[]",
        b'{"items": 3}',
        b'{"items": [3]}',
        b"{" * 100_000,
        b"\x00\xff\xfe",
        b"",
    ],
)
def test_what_is_no_feed_is_a_sentence(body: bytes) -> None:
    with pytest.raises(ServiceDown, match="is no feed"):
        feed.parsed("Feed", body)


@pytest.mark.parametrize(
    "written",
    ["Mon, 01 Jan 2020 00:00:00 +99999999999999", "Mon, 9999999999999999999 Jan 2020 00:00:00 GMT",
     "Mon, 01 Jan 99999 00:00:00 GMT", "2024-13-45", "yesterday", ""],
)  # fmt: skip
def test_a_time_that_cannot_be_is_no_day_and_no_wait(written: str) -> None:
    assert feed.day_of(written) is None
    assert retry_after(written) is None


def test_a_feed_that_fails_does_not_stop_the_others(desk: Desk, serve: Serve) -> None:
    serving(desk, serve, "302", ATOM)
    with pytest.raises(ServiceRefused, match="Feed 1: a redirect to another host was refused"):
        desk.fetch("feed")
    reviews, _ = ReviewFolder.beside(desk.store.path).reviews()
    assert len(reviews) == 2


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://example.org/feed", "must begin with https://"),
        ("ftp://example.org/feed", "must begin with https://"),
        ("https://user:pw@example.org/", "hold no password"),
        ("https://10.1.2.3/feed", "private network"),
        ("https://169.254.169.254/latest", "private network"),
        ("https://[::ffff:10.0.0.1]/", "private network"),
        ("https://[fd00::1]/", "private network"),
        ("https://[64:ff9b::a00:1]/", "private network"),
        ("https://0.0.0.0/", "private network"),
        ("https://192.168.1.1:99999/", "must begin with https://"),
    ],
)
def test_addresses_within_private_networks_are_not_asked(
    address: str, words: str, desk: Desk
) -> None:
    with pytest.raises(NotConfigured, match=words) as caught:
        desk.fetch("feed", where=address)
    assert "pw" not in str(caught.value)


CSV = "incident_id,date_start,country,latitude,longitude,title\n{},2024-01-05,SYR,36.5,37.9,Clash\n"


@pytest.fixture
def put(tmp_path: Path, desk: Desk) -> Callable[[str, str], Path]:
    """Puts a file into the watched folder, as if it had lain there for a while."""
    folder = tmp_path / "watched"
    folder.mkdir()
    desk.settings["CONFLICTMAP_FOLDER"] = str(folder)

    def put(name: str, text: str) -> Path:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        put.times += 1  # type: ignore[attr-defined]
        os.utime(path, (1_700_000_000 + put.times,) * 2)  # type: ignore[attr-defined]
        return path

    put.times = 0  # type: ignore[attr-defined]
    return put


def test_new_and_changed_tables_of_a_folder_are_imported_once(
    desk: Desk, put: Callable[[str, str], Path], tmp_path: Path
) -> None:
    put("a.csv", CSV.format("a"))
    put("notes.pdf", "no table")
    put("bad.csv", "p,q\n1,2\n")
    outside = tmp_path / "outside.csv"
    outside.write_text(CSV.format("outside"), encoding="utf-8")
    (tmp_path / "watched" / "link.csv").symlink_to(outside)
    done = desk.fetch("folder")
    assert [report.file for report in done.imports] == ["a.csv"]
    assert any("bad.csv" in note for note in done.notes)
    assert ids(desk.store) == {"a"}
    assert desk.fetch("folder").notes == []
    put("a.csv", CSV.format("a").replace("Clash", "Clash again"))
    put("b.csv", CSV.format("b"))
    put("b.accounts.csv", "account_id,incident_id,publisher\n1,b,SOHR\n")
    counts = desk.fetch("folder").counts
    assert (counts["added"], counts["updated"]) == (1, 1)
    assert desk.fetch("folder", again=True).counts["duplicates"] == 2


def test_each_watched_folder_has_its_own_memory(
    desk: Desk, put: Callable[[str, str], Path], tmp_path: Path
) -> None:
    first = put("a.csv", CSV.format("a"))
    second = tmp_path / "other" / "a.csv"
    second.parent.mkdir()
    second.write_text(CSV.format("b"), encoding="utf-8")
    mark = first.stat()
    os.utime(second, ns=(mark.st_mtime_ns, mark.st_mtime_ns))
    assert desk.fetch("folder").counts["added"] == 1
    assert desk.fetch("folder", where=str(second.parent)).counts["added"] == 1
    assert desk.fetch("folder").counts["rows"] == 0
    assert desk.fetch("folder", where=str(second.parent)).counts["rows"] == 0


@pytest.mark.parametrize("name", ["..", ".", "", "../../a.csv", "a/b\\c.csv", "x" * 400 + ".csv"])
def test_a_parcel_of_any_name_stays_in_its_folder(name: str) -> None:
    own = fetching._file_name(name)
    assert Path(own).name == own
    assert own.strip(".")
    assert len(own) <= 64
    assert own.endswith(".csv") == name.endswith(".csv")


def test_a_file_that_is_still_being_written_waits(
    desk: Desk, put: Callable[[str, str], Path]
) -> None:
    path = put("a.csv", CSV.format("a"))
    os.utime(path)
    done = desk.fetch("folder")
    assert done.notes == ["1 files are still being written; they wait."]
    assert done.imports == []
    os.utime(path, (1_700_000_000,) * 2)
    assert desk.fetch("folder", dry=True).notes == ["1 files are new or changed."]
    assert desk.fetch("folder").counts["added"] == 1


def test_a_folder_that_is_not_there_and_days_for_one_are_refused(
    desk: Desk, tmp_path: Path
) -> None:
    with pytest.raises(NotConfigured, match="no such folder"):
        desk.fetch("folder", where=str(tmp_path / "none"))
    with pytest.raises(ImpossibleValue, match="leave the days out"):
        desk.fetch("folder", where=str(tmp_path), since=dt.date(2024, 1, 1))
    desk.settings |= {"CONFLICTMAP_GDELT": "on"}
    with pytest.raises(ImpossibleValue, match="one address"):
        desk.fetch("gdelt", where="https://example.org", since=dt.date(2024, 1, 1))


def test_one_fetch_at_a_time_from_a_service(desk: Desk, put: Callable[[str, str], Path]) -> None:
    put("a.csv", CSV.format("a"))
    refused: list[str] = []

    def meanwhile(*_: object) -> None:
        if not refused:
            refused.append("")
            with pytest.raises(OSError, match="under way already") as caught:
                other.fetch("folder")
            refused.append(str(caught.value))

    other = Desk(Store.open(desk.store.path), desk.settings, desk.places)
    desk.told = _Hearing(meanwhile)
    assert desk.fetch("folder").counts["added"] == 1
    assert len(refused) == 2


class _Hearing(list[str]):
    """Does something when it is told."""

    def __init__(self, act: Callable[..., None]) -> None:
        super().__init__()
        self._act = act

    def append(self, item: str) -> None:
        self._act(item)
