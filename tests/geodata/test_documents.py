"""Documents of every kind give the same plain text, and no markup."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.documents import KINDS, document_from_bytes, read_document
from geodata.errors import UnreadableFile

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _docx(*paragraphs: str, prologue: str = "") -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in paragraphs)
    opening = f'<?xml version="1.0"?>{prologue}<w:document xmlns:w="{_WORD}">'
    xml = f"{opening}<w:body>{body}</w:body></w:document>"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", xml)
    return file.getvalue()


def _pdf(line: str) -> bytes:
    stream = f"BT /F1 12 Tf 72 700 Td ({line}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size, start = len(objects) + 1, len(out)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%s"
        b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, table, size, start)
    )


def test_a_page_gives_its_text_title_and_day_and_no_script() -> None:
    page = (
        "<html><head><title>Strike on a market</title>"
        '<meta property="article:published_time" content="2017-03-05T10:00:00Z">'
        "<script>alert('x')</script></head><body><p>Two people were <b>killed</b>.</p>"
        "<style>p{}</style><p>Tom &amp; Ann</p></body></html>"
    )
    read = document_from_bytes("a.html", page.encode())
    assert read.text == "Two people were killed.\nTom & Ann"
    assert (read.title, read.published) == ("Strike on a market", dt.date(2017, 3, 5))


def test_a_page_without_a_date_has_no_publication_day() -> None:
    assert document_from_bytes("a.html", b"<p>Two were killed on Thursday.</p>").published is None


def test_a_page_in_windows_1256_is_read_as_it_declares() -> None:
    page = '<meta charset="windows-1256"><p>قتل اثنان</p>'.encode("windows-1256")
    assert document_from_bytes("a.htm", page).text == "قتل اثنان"


def test_an_email_gives_its_plain_part_and_the_senders_day() -> None:
    raw = (
        "From: Desk <desk@example.org>\r\nSubject: Daily report\r\n"
        "Date: Sun, 19 Jun 2016 23:30:00 -0800\r\n"
        'Content-Type: text/plain; charset="utf-8"\r\n\r\nThree were wounded.\r\n'
    )
    read = document_from_bytes("a.eml", raw.encode())
    assert read.text == "Three were wounded."
    assert (read.title, read.published) == ("Daily report", dt.date(2016, 6, 19))


def test_a_word_document_gives_its_paragraphs() -> None:
    assert document_from_bytes("a.docx", _docx("One.", "Two.")).text == "One.\nTwo."


def test_a_word_document_that_declares_entities_is_refused() -> None:
    hostile = _docx("&a;", prologue='<!DOCTYPE d [<!ENTITY a "aaaa">]>')
    with pytest.raises(UnreadableFile, match="entities"):
        document_from_bytes("a.docx", hostile)


def test_a_pdf_gives_its_line() -> None:
    assert document_from_bytes("a.pdf", _pdf("Five people died.")).text == "Five people died."


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_a_word_document_damaged_within_is_refused_in_a_sentence(packing: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        archive.writestr("word/document.xml", "<a>" * 2000)
    whole = out.getvalue()
    begin = whole.index(b"document.xml") + 12
    for place in range(begin, begin + 30):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        with pytest.raises(UnreadableFile):
            document_from_bytes("a.docx", bytes(damaged))


@pytest.mark.parametrize("ending", [".docx", ".pdf", ".eml"])
def test_a_damaged_file_is_refused_with_its_name(ending: str) -> None:
    with pytest.raises(UnreadableFile, match="report"):
        document_from_bytes(f"report{ending}", b"\x00\x01 no such thing")


def test_an_unknown_ending_lists_those_that_are_read() -> None:
    with pytest.raises(UnreadableFile, match=r"\.docx.*\.pdf"):
        document_from_bytes("a.exe", b"MZ")


def test_a_file_without_text_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="no text"):
        document_from_bytes("a.html", b"<script>1</script>")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        read_document(tmp_path / "none.txt")


@given(body=st.binary(max_size=300), ending=st.sampled_from(sorted(set(KINDS) - {".pdf"})))
def test_any_bytes_give_a_document_or_a_refusal(body: bytes, ending: str) -> None:
    try:
        read = document_from_bytes(f"a{ending}", body)
    except UnreadableFile:
        return
    assert read.text.strip()
