"""What Python raises where a zip file from outside is damaged, locked or strangely packed."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from typing import Final

ZIP_FAULTS: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError,
    KeyError, RuntimeError,
)  # fmt: skip
"""Each was met: bz2 raises OSError, a locked file RuntimeError, a way of packing that is not known
NotImplementedError, which is a RuntimeError, and a member that is not there KeyError. `OSError`
takes `errors.UnreadableFile` in: let that pass first."""
