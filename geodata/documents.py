"""Files with a report in them -> plain text with what is known of its source.

Reads txt, html, eml, docx and pdf. What comes out is text only: no script, no style, no markup, no
remote part is fetched. Offsets of the reader refer to `Document.text`, which is stored with its
SHA-256. PDF needs the package pypdf; everything else is the standard library.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.parsers import expat

from geodata.errors import UnreadableFile
from geodata.zip_faults import ZIP_FAULTS

LARGEST_FILE = 50_000_000
"""Bytes of a file that are read at all."""

LARGEST_TEXT = 5_000_000
"""Characters that one document may give; a longer one is refused."""

_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "table",
        "section",
        "article",
        "header",
        "footer",
        "blockquote",
        "figure",
        "figcaption",
        "main",
        "aside",
        "nav",
        "title",
        "dd",
        "dt",
    ]
)
_SILENT = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "form",
        "button",
        "select",
        "option",
    ]
)
_DATE_NAMES = frozenset(
    [
        "article:published_time",
        "datepublished",
        "date",
        "dc.date",
        "dcterms.date",
        "pubdate",
        "publishdate",
        "publish-date",
        "sailthru.date",
        "parsely-pub-date",
        "og:article:published_time",
    ]
)
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_WORD_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file.

    Attributes:
        name: file name without its folder.
        text: plain text, paragraphs set apart by line ends; offsets refer to it.
        sha256: of the text in UTF-8.
        kind: txt, html, eml, docx or pdf.
        title: as the file gives it, or None.
        published: the day the file gives as publication or sending; None unknown. Never the day
            on which the file was saved.
        author: as the file gives it, or None.
    """

    name: str
    text: str
    sha256: str
    kind: str
    title: str | None = None
    published: dt.date | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    text: str
    title: str | None = None
    published: dt.date | None = None
    author: str | None = None


def read_document(path: Path) -> Document:
    """The text of a file, by its ending.

    Raises:
        UnreadableFile: unknown ending, too large, damaged, encrypted, or without any text.
    """
    try:
        size = path.stat().st_size
        body = path.read_bytes() if size <= LARGEST_FILE else b""
    except OSError as error:
        raise UnreadableFile(path, f"cannot be opened: {error.strerror}") from error
    if size > LARGEST_FILE:
        raise UnreadableFile(path, f"is larger than {LARGEST_FILE:,} bytes; split it")
    return document_from_bytes(path.name, body)


def document_from_bytes(name: str, body: bytes) -> Document:
    """As `read_document`, for an uploaded file: its name and its bytes."""
    kind = KINDS.get(Path(name).suffix.lower())
    if kind is None:
        known = ", ".join(sorted(KINDS))
        raise UnreadableFile(name, f"is no kind of document that is read here ({known})")
    found = _READERS[kind](name, body)
    text = _tidy(found.text)
    if not text.strip():
        raise UnreadableFile(name, "holds no text; a scanned page needs text recognition first")
    if len(text) > LARGEST_TEXT:
        raise UnreadableFile(name, f"holds more than {LARGEST_TEXT:,} characters; split it")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Document(name, text, digest, kind, found.title, found.published, found.author)


def _tidy(text: str) -> str:
    """One line end for all; no characters that mean nothing in a text."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return re.sub(r"\n{3,}", "\n\n", plain).strip("\n\ufeff")


def _decoded(body: bytes) -> str:
    """Text of unknown encoding: by its mark, as UTF-8, else as Windows-1252."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _txt(_: str, body: bytes) -> _Found:
    return _Found(_decoded(body))


class _TextOfHtml(HTMLParser):
    """Collects the readable text of a page, its title and its date of publication."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.title: list[str] = []
        self.published: dt.date | None = None
        self.author: str | None = None
        self._silent = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        known = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        elif tag == "title":
            self._in_title = True
        elif tag == "meta":
            self._meta(known)
        elif tag == "time" and self.published is None:
            self.published = _day(known.get("datetime", ""))
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "title":
            self._in_title = False
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Take text in."""
        if self._in_title:
            self.title.append(data)
        elif not self._silent:
            self.parts.append(re.sub(r"\s+", " ", data))

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Pass over what no browser knows either, such as `<![x[`; Python 3.11 fails over it."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            end = self.rawdata.find(">", i)
            return end + 1 if end >= 0 else -1

    def _meta(self, known: dict[str, str]) -> None:
        name = (known.get("property") or known.get("name") or known.get("itemprop") or "").lower()
        if name in _DATE_NAMES and self.published is None:
            self.published = _day(known.get("content", ""))
        elif name == "author" and known.get("content"):
            self.author = known["content"]

    def text(self) -> str:
        """The text in paragraphs."""
        joined = re.sub(r" *\n *", "\n", "".join(self.parts))
        return re.sub(r"\n{2,}", "\n", joined)


def _day(written: str) -> dt.date | None:
    match = _ISO_DAY.search(written)
    if match is None:
        return None
    try:
        return dt.date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
    except ValueError:
        return None


_CHARSET = re.compile(rb"<meta[^>]{0,100}charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)


def _html(_: str, body: bytes) -> _Found:
    declared = _CHARSET.search(body[:4096])
    text = _decoded(body)
    if declared and not body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        try:
            text = body.decode(declared.group(1).decode("ascii"), "replace")
        except LookupError:  # a page may declare an encoding that does not exist
            text = _decoded(body)
    return _page(text)


def _page(text: str) -> _Found:
    parser = _TextOfHtml()
    parser.feed(text)
    parser.close()
    title = " ".join("".join(parser.title).split()) or None
    return _Found(parser.text(), title, parser.published, parser.author)


_ODD_MAIL = (AttributeError, LookupError, OverflowError, TypeError, ValueError)
"""What Python's own reader of mail raises over a message that is none by the rules."""


def _eml(name: str, body: bytes) -> _Found:
    try:
        message = email.message_from_bytes(body, policy=email.policy.default)
    except _ODD_MAIL as error:
        raise UnreadableFile(name, "is an e-mail whose parts cannot be told apart") from error
    if not isinstance(message, EmailMessage) or not message.keys():
        raise UnreadableFile(name, "is no e-mail: it has no header lines")
    try:
        part = message.get_body(preferencelist=("plain", "html"))
    except _ODD_MAIL as error:
        raise UnreadableFile(name, "is an e-mail whose parts cannot be told apart") from error
    text = ""
    if isinstance(part, EmailMessage):
        content = _said(part)
        text = _page(content).text if part.get_content_subtype() == "html" else content
    return _Found(text, _header(message, "subject"), _sent(message), _header(message, "from"))


def _said(part: EmailMessage) -> str:
    """The text of a part; where its encoding is none, as text of an unknown one is read."""
    try:
        return str(part.get_content())
    except _ODD_MAIL:
        whole = part.get_payload(decode=True)
        return _decoded(whole) if isinstance(whole, bytes) else ""


def _header(message: EmailMessage, name: str) -> str | None:
    try:
        value = message.get(name)
    except _ODD_MAIL:
        return None
    return " ".join(str(value).split()) or None if value is not None else None


def _sent(message: EmailMessage) -> dt.date | None:
    """The calendar day of the Date header in the sender's own zone."""
    try:
        return parsedate_to_datetime(_header(message, "date") or "").date()
    except _ODD_MAIL:
        return None


def _docx(name: str, body: bytes) -> _Found:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            info = archive.getinfo("word/document.xml")
            xml = archive.read(info) if info.file_size <= 10 * LARGEST_TEXT else None
    except ZIP_FAULTS as error:
        raise UnreadableFile(name, "is no Word document (docx), or is damaged") from error
    if xml is None:
        raise UnreadableFile(name, "unpacks to more than can be read; split it")
    return _Found(_text_of_word(name, xml))


def _text_of_word(name: str, xml: bytes) -> str:
    """Runs of text and paragraph ends of a Word document; entities are not expanded."""
    parts: list[str] = []
    inside = False

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal inside
        short = tag.removeprefix(_WORD_NAMESPACE + " ")
        inside = short == "t"
        if short in ("br", "cr"):
            parts.append("\n")
        elif short == "tab":
            parts.append("\t")

    def end(tag: str) -> None:
        nonlocal inside
        inside = False
        if tag.removeprefix(_WORD_NAMESPACE + " ") == "p":
            parts.append("\n")

    def refuse(*_: object) -> None:
        raise UnreadableFile(name, "declares entities, which a Word document does not need")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda data: parts.append(data) if inside else None
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise UnreadableFile(name, f"is damaged: {error}") from error
    return "".join(parts)


def _pdf(name: str, body: bytes) -> _Found:
    try:
        import pypdf  # noqa: PLC0415 - loaded only where a PDF is read
        from pypdf.errors import PyPdfError  # noqa: PLC0415 - likewise
    except ImportError as error:
        raise UnreadableFile(name, "is a PDF; install the package pypdf to read it") from error
    try:
        reader = pypdf.PdfReader(io.BytesIO(body))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFile(name, "is locked with a password")  # noqa: TRY301 - known only here
        pages = [page.extract_text() for page in reader.pages]
        title = reader.metadata.title if reader.metadata else None
        author = reader.metadata.author if reader.metadata else None
    except UnreadableFile:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableFile(name, "is no PDF, or is damaged") from error
    return _Found("\n\n".join(pages), title or None, None, author or None)


KINDS = {
    ".txt": "txt",
    ".text": "txt",
    ".md": "txt",
    ".html": "html",
    ".htm": "html",
    ".eml": "eml",
    ".docx": "docx",
    ".pdf": "pdf",
}
"""File ending -> kind of document."""

_READERS: dict[str, Callable[[str, bytes], _Found]] = {
    "txt": _txt,
    "html": _html,
    "eml": _eml,
    "docx": _docx,
    "pdf": _pdf,
}
