"""RSS, Atom and JSON Feed: each entry becomes a text that waits for review, never an incident.

Shapes as their specifications say (RSS 2.0 with `content:encoded` and `dc:creator`, RSS 1.0, Atom
of RFC 4287, JSON Feed 1.1). The day of publication is the one that the entry states as its
publication, in the zone that it states: the time of an update or of the fetch is none. XML is read
without document types, and what an entry links to is never fetched.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import http
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit
from xml.parsers import expat

from geodata.connectors.client import Client, checked_base
from geodata.connectors.connector import Connector, Parcel, Setting, Task, Text
from geodata.documents import document_from_bytes
from geodata.errors import ServiceDown, ServiceError, UnreadableFile

TITLE: Final = "Feed"
SECONDS_BETWEEN: Final = 1.0
MOST_ENTRIES: Final = 1_000
MOST_KNOWN: Final = 5_000
_LONGEST_FIELD: Final = 1_000
_DEEPEST: Final = 100
_ADDRESSES: Final = "CONFLICTMAP_FEEDS"


@dataclass
class Entry:
    """An entry as the feed has it; fields that it lacks are empty."""

    key: str = ""
    title: str = ""
    body: str = ""
    html: bool = True
    link: str = ""
    author: str = ""
    published: dt.date | None = None


@dataclass
class Feed:
    """A feed's own name, and its entries."""

    title: str = ""
    entries: list[Entry] = field(default_factory=list)


def fetch(task: Task) -> Iterator[Parcel]:
    """Entries that were not seen before, feed by feed."""
    faults: list[ServiceError] = []
    addresses = (task.where or CONNECTOR.value(task.settings, _ADDRESSES)).split()
    for number, address in enumerate(addresses, start=1):
        task.tell(f"Feed {number:,} of {len(addresses):,}", (number - 1) / len(addresses))
        try:
            yield _one(task, address, f"{TITLE} {number}" if len(addresses) > 1 else TITLE)
        except ServiceError as error:  # the others are fetched all the same
            faults.append(error)
    if faults:
        raise faults[0]


def _one(task: Task, address: str, service: str) -> Parcel:
    checked_base(service, address)
    url = urlsplit(address)
    key = hashlib.sha256(address.encode()).hexdigest()[:16]  # an address may hold a token
    former = task.cursor.get(key, {})
    client = Client(service, f"{url.scheme}://{url.netloc}", task, between=SECONDS_BETWEEN)
    asked = {"If-None-Match": "etag", "If-Modified-Since": "modified"}
    headers = {name: former[tag] for name, tag in asked.items() if former.get(tag)}
    path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    answer = client.send(path, headers=headers)
    if answer.status == http.HTTPStatus.NOT_MODIFIED:
        return Parcel(notes=(f"{service}: nothing new since the last time.",))
    client.accept(answer)
    feed = parsed(service, answer.body)
    known = list(former.get("known", []))
    fresh = [entry for entry in feed.entries if _mark(entry) not in known]
    notes: tuple[str, ...]
    notes = (f"{service}: {len(fresh):,} of {len(feed.entries):,} entries are new.",)
    if task.dry:
        return Parcel(notes=notes)
    read = [(entry, _text(entry, feed)) for entry in fresh]
    empty = sum(text is None for _, text in read)
    if empty:
        notes += (f"{service}: {empty:,} entries hold no text and were passed over.",)
    marks = [*known, *(_mark(entry) for entry in fresh)][-MOST_KNOWN:]
    fields = answer.fields
    state = {
        "known": marks, "etag": _tag(fields.get("etag")),
        "modified": _tag(fields.get("last-modified")),
    }  # fmt: skip
    texts = tuple(text for _, text in read if text is not None)
    return Parcel(task.cursor | {key: state}, texts=texts, notes=notes)


def _tag(value: str | None) -> str | None:
    """What a feed is known again by, where it can be sent back."""
    fit = value is not None and value.isascii() and value.isprintable()
    return value if fit and len(value or "") <= _LONGEST_FIELD else None


def parsed(service: str, body: bytes) -> Feed:
    """The feed in an answer, at most `MOST_ENTRIES` entries.

    Raises:
        ServiceDown: it is neither RSS, Atom nor JSON Feed, or damaged.
    """
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    try:
        feed = _json_feed(body) if start == b"{" else _xml_feed(body)
    except (expat.ExpatError, ValueError, RecursionError, LookupError, TypeError) as error:
        raise ServiceDown(
            service,
            "what it gives is no feed (RSS, Atom or JSON Feed), or breaks off. Check the address.",
        ) from error
    feed.entries = feed.entries[:MOST_ENTRIES]
    return feed


def _mark(entry: Entry) -> str:
    words = entry.key or entry.link or f"{entry.title}\n{entry.body}"
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _text(entry: Entry, feed: Feed) -> Text | None:
    body = _plain(entry.body) if entry.html else entry.body.strip()
    title = _line(_plain(entry.title) if "<" in entry.title or "&" in entry.title else entry.title)
    if not body and not title:
        return None
    text = body if not title or body.startswith(title) else f"{title}\n\n{body}".strip()
    link = _line(entry.link)
    return Text(
        text, title or None, _line(feed.title) or None, _line(entry.author) or None,
        link if re.match(r"https?://", link) else None, entry.published,
    )  # fmt: skip


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_FIELD]


def _plain(markup: str) -> str:
    try:
        return document_from_bytes("entry.html", markup.encode("utf-8", "replace")).text.strip()
    except UnreadableFile:
        return ""


# --- JSON Feed -----------------------------------------------------------------------------------


def _json_feed(body: bytes) -> Feed:
    document = json.loads(body.decode("utf-8-sig"))
    items = document["items"]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise TypeError("items")
    return Feed(_string(document.get("title")), [_json_entry(i) for i in items])


def _json_entry(item: dict[str, Any]) -> Entry:
    markup, plain = _string(item.get("content_html")), _string(item.get("content_text"))
    authors = item.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else item.get("author")
    author = first.get("name") if isinstance(first, dict) else None
    return Entry(
        _string(item.get("id")), _string(item.get("title")),
        markup or plain or _string(item.get("summary")), bool(markup),
        _string(item.get("url")), _string(author), day_of(_string(item.get("date_published"))),
    )  # fmt: skip


def _string(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


# --- RSS and Atom --------------------------------------------------------------------------------

_FIELDS: Final = {
    "guid": "key", "id": "key", "title": "title", "description": "summary", "summary": "summary",
    "encoded": "content", "content": "content", "link": "link", "creator": "author",
    "author": "author", "name": "author", "pubdate": "published", "date": "published",
    "published": "published", "issued": "published",
}  # fmt: skip


def _xml_feed(body: bytes) -> Feed:
    reader = _Reader()
    reader.parser.Parse(body, True)
    if reader.root not in ("rss", "feed", "rdf"):
        raise ValueError("no feed")
    return reader.feed


class _Reader:
    """Collects entries while expat reads."""

    def __init__(self) -> None:
        self.feed = Feed()
        self.root = ""
        self._path: list[str] = []
        self._found: dict[str, str] | None = None
        self._words: list[str] = []
        self._at = 0
        self._kept_as_html = True
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._words.append
        self.parser.StartDoctypeDeclHandler = self._refuse

    @staticmethod
    def _refuse(*_: object) -> None:
        raise ValueError("it declares a document type")

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        name = full.rpartition(" ")[2].casefold()
        self._path.append(name)
        self.root = self.root or name
        if len(self._path) > _DEEPEST:
            raise ValueError("nested too deeply")
        if name in ("item", "entry") and self._found is None:
            self._found, self._at = {}, len(self._path)
        inside = self._found is not None and len(self._path) > self._at + 1
        if inside and "xhtml" in full:
            self._words.append("\n")  # markup in an Atom entry: its words stay, its tags go
            return
        if not inside or name == "name":
            self._words.clear()
        proper = name == "link" and attributes.get("rel", "alternate") == "alternate"
        if self._found is not None and proper and attributes.get("href"):
            self._found.setdefault("link", attributes["href"])
        if self._found is not None and name in ("content", "summary"):
            self._kept_as_html = attributes.get("type") in ("html", "text/html")
            if self.root == "feed":
                self._found[f"{name} html"] = "yes" if self._kept_as_html else ""

    def _end(self, _: str) -> None:
        name = self._path[-1]
        words = "".join(self._words)
        depth = len(self._path)
        self._path.pop()
        if self._found is None:
            if name == "title" and depth <= 3 and not self.feed.title:
                self.feed.title = words
            return
        if depth == self._at:
            if len(self.feed.entries) <= MOST_ENTRIES:
                self.feed.entries.append(self._entry(self._found))
            self._found = None
        elif depth == self._at + 1 or name == "name":
            own = _FIELDS.get(name)
            if own and words.strip():
                self._found.setdefault(own, words)

    def _entry(self, found: dict[str, str]) -> Entry:
        own = "content" if found.get("content") else "summary"
        html = self.root != "feed" or bool(found.get(f"{own} html"))
        return Entry(
            found.get("key", "").strip(), found.get("title", ""), found.get(own, ""), html,
            found.get("link", "").strip(), found.get("author", ""),
            day_of(found.get("published", "").strip()),
        )  # fmt: skip


def day_of(written: str) -> dt.date | None:
    """The day that a time of RFC 822 or ISO 8601 names, in its own zone; None where none is."""
    iso = re.match(r"(\d{4})-(\d{2})-(\d{2})(?!\d)", written)
    try:
        if iso:
            return dt.date(*map(int, iso.groups()))
        return parsedate_to_datetime(written).date() if written else None
    except (ValueError, TypeError, OverflowError):
        return None


CONNECTOR: Final = Connector(
    name="feed",
    title=TITLE,
    description="News feeds (RSS, Atom, JSON Feed): each entry becomes a text to review.",
    licence="as the publisher of the feed says",
    citation=None,
    settings=(
        Setting(
            _ADDRESSES, "addresses of feeds, with spaces between them", secret=True, needed=True
        ),
    ),
    fetch=fetch,
    dated=False,
    takes_where=True,
    gives_texts=True,
)
