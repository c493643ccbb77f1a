"""What a picture is and how large it becomes, told by its first bytes alone."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

_PNG: Final = b"\x89PNG\r\n\x1a\n"
# Start-of-frame markers; C4, C8 and CC among them are tables and extensions.
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that browsers can show.

    Attributes:
        media_type: ``image/png``, ``image/jpeg`` or ``image/webp``.
        width: in pixels, as its head says.
        height: likewise.
    """

    media_type: str
    width: int
    height: int


def picture(content: bytes) -> Picture | None:
    """What a PNG, JPEG or WebP says of itself; None for anything else, and for a cut head."""
    for media_type, size in (
        ("image/png", _png_size(content)),
        ("image/jpeg", _jpeg_size(content)),
        ("image/webp", _webp_size(content)),
    ):
        if size is not None:
            return Picture(media_type, *size)
    return None


def _png_size(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(_PNG) or content[12:16] != b"IHDR" or len(content) < 24:
        return None
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        if marker == 0xFF:
            at += 1
        elif marker in _JPEG_BARE:
            at += 2
        else:
            at += 2 + max(2, int(struct.unpack_from(">H", content, at + 2)[0]))
    return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 30:
        return None
    kind = content[12:16]
    if kind == b"VP8X":
        return 1 + _three(content, 24), 1 + _three(content, 27)
    if kind == b"VP8L" and content[20] == 0x2F:
        bits = int(struct.unpack_from("<I", content, 21)[0])
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _three(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 3], "little")
