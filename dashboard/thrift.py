"""Memory that a server has done with goes back to the machine.

The C library keeps an arena of its own for each thread that asks for memory, and Arrow's allocator
keeps what it was given back. A server has dozens of threads and works in bursts, each of which
would leave tens of megabytes behind in every arena. Two arenas, and the C library for Arrow too,
take a little more time where many ask at once, and return what is free.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final

import pyarrow as pa

# Of glibc's malloc.h.
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8

_ARENAS: Final = 2
_TRIMMED_BYTES: Final = 128 * 1024
_MAPPED_BYTES: Final = 256 * 1024
"""From this size on memory is asked of the machine by itself, and is given back by itself."""


def waste_little() -> bool:
    """Keep few arenas, from now on and for the whole process; to be asked before threads start.

    Whoever sets `MALLOC_ARENA_MAX` or `ARROW_DEFAULT_MEMORY_POOL` in the environment is obeyed.

    Returns:
        Whether the C library knows how; elsewhere than with glibc nothing is changed in it.
    """
    if "ARROW_DEFAULT_MEMORY_POOL" not in os.environ:
        pa.set_memory_pool(pa.system_memory_pool())
    library = _c_library()
    if library is None or "MALLOC_ARENA_MAX" in os.environ:
        return False
    wanted = {
        _ARENA_MAX: _ARENAS,
        _TRIM_THRESHOLD: _TRIMMED_BYTES,
        _MMAP_THRESHOLD: _MAPPED_BYTES,
    }
    taken = [library.mallopt(option, value) for option, value in wanted.items()]
    return all(answer == 1 for answer in taken)


def give_back() -> None:
    """Give back what is free now; a no-operation where the C library does not know how."""
    pa.default_memory_pool().release_unused()
    library = _c_library()
    if library is not None:
        library.malloc_trim(0)


def _c_library() -> ctypes.CDLL | None:
    """glibc; None with another C library."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    known = all(hasattr(library, name) for name in ("gnu_get_libc_version", "mallopt"))
    return library if known else None
