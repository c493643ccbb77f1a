"""A server leaves no memory behind in each of its threads."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

# Counts the C library's arenas after many threads have asked for memory at once.
ASKING = """
import ctypes, sys, tempfile, threading
import pyarrow
from dashboard.thrift import give_back, waste_little
if sys.argv[1] == "thrifty":
    print(waste_little(), pyarrow.default_memory_pool().backend_name)
together = threading.Barrier(24)
def ask():
    together.wait()
    held = [bytes(1000 + n) for n in range(2000)]
    together.wait()
threads = [threading.Thread(target=ask) for _ in range(24)]
[t.start() for t in threads]
[t.join() for t in threads]
give_back()
c = ctypes.CDLL(None)
c.fopen.restype = ctypes.c_void_p
c.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
c.fclose.argtypes = [ctypes.c_void_p]
with tempfile.NamedTemporaryFile() as file:
    out = c.fopen(file.name.encode(), b"w")
    c.malloc_info(0, out)
    c.fclose(out)
    print(file.read().count(b"<heap nr="))
"""


def _asked(how: str, **environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", ASKING, how],
        cwd=Path(__file__).parents[2],
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps arenas")
def test_many_threads_share_few_arenas_unless_the_environment_says_otherwise() -> None:
    (wasteful,) = _asked("wasteful")
    known, pool, thrifty = _asked("thrifty")
    assert (known, pool) == ("True", "system")
    assert int(thrifty) <= 3 < int(wasteful)
    known, pool, obeyed = _asked(
        "thrifty", MALLOC_ARENA_MAX="16", ARROW_DEFAULT_MEMORY_POOL="mimalloc"
    )
    assert (known, pool) == ("False", "mimalloc")
    assert int(obeyed) > 3
