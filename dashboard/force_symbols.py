"""Symbols of forces after APP-6(D) and MIL-STD-2525D, as pictures.

A symbol's frame says friend or foe, and that depends on whose view it is. So it is drawn neutral or
unknown, unless whoever added the layer wants the sides that the file's codes name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_CODE: Final = re.compile(r"[0-9]{20}(?:[0-9]{10})?", re.ASCII)
_IDENTITY: Final = {"neutral": "4", "unknown": "1", "as-coded": None}
"""The fourth digit of a code, standard identity, by the frames of a layer."""
_SIZE: Final = 40


@lru_cache(maxsize=1_000)
def symbol(code: str, frames: str) -> bytes | None:
    """An SVG picture; None where the code is none.

    For a code that is not known, the plain frame of a land unit.

    Args:
        code: 20 or 30 digits.
        frames: ``neutral``, ``unknown`` or ``as-coded``.
    """
    if frames not in _IDENTITY or not _CODE.fullmatch(code):
        return None
    # It reads 30 MB of shapes, which a server without such layers never needs.
    from milsymbol import Symbol  # noqa: PLC0415 — see above

    identity = _IDENTITY[frames]
    seen = code if identity is None else f"{code[:3]}{identity}{code[4:]}"
    drawn = Symbol(seen, size=_SIZE)
    if not drawn.is_valid():
        drawn = Symbol(f"100{identity or '1'}10{'0' * 14}", size=_SIZE)
    return str(drawn.as_svg()).encode()
