"""A file from outside read in a process of its own, with limits on memory and time.

The process has no secret of ours in its environment, is handed one file and a folder to answer in,
and answers in Arrow's own format and JSON, which are checked before they are believed: nothing it
says is run. What goes wrong in it, a crash included, ends in one sentence here.

The process watches its own resident memory and ends itself, a moment late; Linux keeps it from
running far past that (`RLIMIT_AS`). On Windows only the time is limited.
"""

from __future__ import annotations

import datetime as dt
import json
import mmap
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import pyarrow as pa

import geodata
from geodata import layers, schema, sources
from geodata.errors import AttentionNeeded, ConflictMapError, UnknownCode, UnreadableFile
from geodata.layers import Feature, ReadLayer
from geodata.sources import ATTENTION, Profile, Reading, Said
from geodata.sources.raw_table import RawTable
from geodata.sources.said import as_json, from_json

if sys.platform != "win32":
    import resource

Answer = TypeVar("Answer")
Progress = Callable[[str, float], None]
"""Told what is being done and the share that is done; may raise to stop the reading."""

_MB: Final = 1_000_000
_LEAST_MEMORY: Final = 512 * _MB
_LEAST_SECONDS: Final = 8.0
_WALL: Final = 4
"""The clock may show so many times the processor's seconds: other programs want it too."""
_LOOK_S: Final = 0.05
_TOO_MUCH_MEMORY: Final = 77
_LONGEST_SENTENCE: Final = 2_000
_SHA256: Final = 64
"""Hexadecimal digits of one."""
_PASSED_ON: Final = frozenset(
    {"PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH",
     "DYLD_LIBRARY_PATH", "VIRTUAL_ENV", "COVERAGE_PROCESS_START"}
)  # fmt: skip
_RAW: Final = pa.schema([("raw", pa.string())])
_TABLES: Final[Mapping[str, pa.Schema]] = {
    "incidents": schema.arrow_schema(schema.INCIDENTS),
    "accounts": schema.arrow_schema(schema.ACCOUNTS),
    "attention": ATTENTION,
    "raw": _RAW,
}
_UNPACKS: Final = {".xlsx", ".xlsm", ".parquet", ".geoparquet", ".pq", ".ods", ".kmz", ".gpkg"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take.

    Attributes:
        memory: bytes of the process as a whole, the program itself (some 150 MB) among them.
        seconds: of the processor's time.
    """

    memory: int
    seconds: float

    @classmethod
    def of(cls, path: Path) -> Limits:
        """Ample for an honest file of that size, and no more than three quarters of the memory.

        A packed file may hold many times its size, text a few times.
        """
        size = path.stat().st_size
        packed = path.suffix.casefold() in _UNPACKS
        memory = _LEAST_MEMORY + size * (40 if packed else 12)
        seconds = _LEAST_SECONDS + size / _MB * (10 if packed else 1)
        return cls(max(min(memory, _most_memory()), _LEAST_MEMORY), seconds)


@dataclass(frozen=True)
class ReadApart(Reading):
    """A reading whose tables lie in files, seen through the memory.

    Attributes:
        maps: the files as mapped.
    """

    maps: tuple[mmap.mmap, ...] = ()

    def let_go(self) -> None:
        """Let the pages read so far leave the memory; they come back when they are asked for."""
        _let_go(self.maps)


def read(  # noqa: PLR0913 - each is one thing that a person may say of a file
    path: Path,
    *,
    dataset: str | None = None,
    source: str | None = None,
    today: dt.date | None = None,
    day_order: str | None = None,
    profile: Profile | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> ReadApart:
    """What `sources.read` gives, made in a process of its own.

    Args:
        path: the file.
        dataset: as of `sources.read`, and so the next four.
        source: likewise.
        today: likewise.
        day_order: likewise.
        profile: likewise.
        progress: told every moment how long it has taken; the file's own progress is not known.
        limits: None takes `Limits.of` the file.

    Raises:
        UnreadableFile: it cannot be read, or not within the limits, or it changed meanwhile.
        UnknownCode: no source of that name.
    """
    if source is not None and source not in sources.SOURCES:
        raise UnknownCode("source", source, sources.SOURCES)
    job = {
        "what": "read",
        "said": as_json(source or "", Said(dataset, today, day_order, profile)),
        "today": today.isoformat() if today else None,
    }
    return _asked(path, job, _believed, progress, limits)


def first_rows(
    path: Path, most: int, *, header_row: int | None = None, limits: Limits | None = None
) -> RawTable:
    """The first rows of a table, every cell as text, read in a process of its own.

    Its header's rows of other lengths and its sheet of accounts are left out.

    Args:
        path: the file.
        most: how many rows.
        header_row: as of `sources.open_table`.
        limits: None takes `Limits.of` the file.

    Raises:
        UnreadableFile: as of `read`.
    """
    job = {"what": "first rows", "most": most, "header_row": header_row}
    return _asked(path, job, _believed_rows, None, limits)


def open_table(
    path: Path, *, progress: Progress | None = None, limits: Limits | None = None
) -> RawTable:
    """All rows of a table, likewise.

    Args:
        path: the file.
        progress: as of `read`.
        limits: None takes `Limits.of` the file.

    Raises:
        UnreadableFile: as of `read`.
    """
    job = {"what": "first rows", "most": None, "header_row": None}
    return _asked(path, job, _believed_rows, progress, limits)


def read_layer(path: Path, *, limits: Limits | None = None) -> ReadLayer:
    """What `layers.read_layer` gives, made in a process of its own.

    Args:
        path: the file.
        limits: None takes `Limits.of` the file.

    Raises:
        UnreadableFile: as of `read`.
    """
    return _asked(path, {"what": "layer"}, _believed_layer, None, limits)


def _asked(
    path: Path,
    job: Mapping[str, Any],
    believed: Callable[[Mapping[str, Any], Path], Answer],
    progress: Progress | None,
    limits: Limits | None,
) -> Answer:
    """What another process answers about a file, once it is seen to be whole."""
    if not path.is_file():
        sources.open_table(path)  # which says what is wrong
    limits = limits or Limits.of(path)
    before = _state(path)
    # What is mapped stays readable when its file is gone.
    with tempfile.TemporaryDirectory(prefix="conflictmap-") as folder:
        given = {"path": str(path.absolute()), "folder": folder, "limits": asdict(limits)}
        _run(path, given | dict(job), limits, progress or (lambda _what, _share: None))
        if _state(path) != before:
            raise UnreadableFile(
                path, "it changed while it was read. Import it again when it is complete."
            )
        return _answer(path, Path(folder), believed)


def _state(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _most_memory() -> int:
    """Three quarters of the machine's memory, in bytes."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * 3 // 4
    except (AttributeError, ValueError, OSError):  # Windows does not say
        return 4096 * _MB


# --- the process that asks ----------------------------------------------------------------------


def _run(path: Path, job: Mapping[str, Any], limits: Limits, tell: Progress) -> None:
    """Have the job done, or say in one sentence why it was not."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "geodata.sandbox"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=job["folder"],
        env=_environment(),
    )
    try:
        _hand(process, job)
        while process.poll() is None:
            spent = time.monotonic() - begun
            if spent > _LEAST_SECONDS + limits.seconds * _WALL:
                raise UnreadableFile(path, _too_long(limits))
            tell(f"Reading {path.name}, {spent:.0f} s", min(spent / (spent + 20), 0.95))
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_S if spent < 2 else 5 * _LOOK_S)
    finally:
        process.kill()
        process.wait()
    if process.returncode:
        raise UnreadableFile(path, _why_ended(process.returncode, limits))


def _hand(process: subprocess.Popen[bytes], job: Mapping[str, Any]) -> None:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    with suppress(BrokenPipeError), process.stdin as pipe:  # one that ended says why by its code
        pipe.write(json.dumps(job).encode())


def _environment() -> dict[str, str]:
    passed = {name: value for name, value in os.environ.items() if name in _PASSED_ON}
    return passed | {
        "PYTHONPATH": str(Path(geodata.__file__).parents[1]),
        # Memory that is given back at once, and no address space kept in reserve for threads.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
        # Else glibc keeps columns that were let go, up to half of what a large file takes.
        "MALLOC_MMAP_THRESHOLD_": "65536",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _too_long(limits: Limits) -> str:
    return (
        f"reading it takes more than {limits.seconds:.0f} s, far more than a table of its size "
        "should. It may be damaged; save the table again as CSV and import that file."
    )


def _why_ended(code: int, limits: Limits) -> str:
    if code == -getattr(signal, "SIGXCPU", 0):
        return _too_long(limits)
    # Libraries that find no memory abort; where the system lacks it, it kills.
    if code in {_TOO_MUCH_MEMORY, -signal.SIGABRT, -getattr(signal, "SIGKILL", 9)}:
        return (
            f"reading it needs more than {limits.memory / _MB:,.0f} MB of memory, far more than a "
            "table of its size should. It may be damaged; save the table again as CSV, or in parts."
        )
    return (
        "the program that read it broke down over it: it is damaged, or made to do harm. Save the "
        "table again as CSV and import that file."
    )


def _answer(
    path: Path, folder: Path, believed: Callable[[Mapping[str, Any], Path], Answer]
) -> Answer:
    """What was handed over, once it is seen to be what it should."""
    try:
        answer = json.loads((folder / "answer.json").read_bytes())
        if "reason" in answer:
            named = path.with_name(Path(str(answer["file"])).name or path.name)
            raise UnreadableFile(named, str(answer["reason"])[:_LONGEST_SENTENCE])
        return believed(answer, folder)
    except (KeyError, TypeError, ValueError, pa.ArrowException, FileNotFoundError) as error:
        raise UnreadableFile(path, "what was read of it is not whole. Import it again.") from error


def _believed_rows(answer: Mapping[str, Any], folder: Path) -> RawTable:
    table = _table(folder / "rows.arrow", None, [])
    numbers = np.array(answer["rows"], dtype=np.int64)
    if len(numbers) != len(table) or any(kind != pa.string() for kind in table.schema.types):
        raise ValueError(f"{len(numbers)} rows are no table of text of {len(table)}")
    notes = tuple(str(note)[:_LONGEST_SENTENCE] for note in answer["notes"])
    row = answer["header_row"]
    return RawTable(
        table, numbers, notes=notes, protected=bool(answer["protected"]),
        header_row=None if row is None else int(row),
    )  # fmt: skip


def _believed_layer(answer: Mapping[str, Any], folder: Path) -> ReadLayer:
    told = json.loads((folder / "layer.json").read_bytes())
    features = tuple(Feature.from_json(values) for values in told["features"])
    left_out = tuple(
        AttentionNeeded(
            str(one["reason"])[:_LONGEST_SENTENCE],
            row=int(one["row"]),
            column=None if one["column"] is None else str(one["column"])[:_LONGEST_SENTENCE],
        )
        for one in told["left_out"]
    )
    digest, rows = str(answer["sha256"]), int(answer["rows"])
    if len(features) > layers.MOST_FEATURES or len(left_out) > rows or len(digest) != _SHA256:
        raise ValueError(f"{len(features)} shapes of {rows} rows are no layer")
    return ReadLayer(str(answer["file"]), digest, features, left_out, rows)


def _believed(answer: Mapping[str, Any], folder: Path) -> ReadApart:
    maps: list[mmap.mmap] = []
    tables = {name: _table(folder / f"{name}.arrow", kind, maps) for name, kind in _TABLES.items()}
    frames = {name: schema.to_frame(table) for name, table in tables.items()}
    reading = ReadApart(
        source_name=sources.SOURCES[answer["source_name"]].name,
        incidents=frames["incidents"],
        accounts=frames["accounts"],
        raw=frames["raw"]["raw"],
        attention=frames["attention"],
        rows=int(answer["rows"]),
        notes=tuple(str(note)[:_LONGEST_SENTENCE] for note in answer["notes"]),
        maps=tuple(maps),
    )
    counts = len(reading.incidents), len(reading.raw), len(reading.attention)
    if counts[0] != counts[1] or counts[0] + counts[2] != reading.rows:
        raise ValueError(f"{reading.rows} rows were read, and {counts} handed over")
    return reading


def _table(file: Path, expected: pa.Schema | None, maps: list[mmap.mmap]) -> pa.Table:
    """A table in Arrow's file format, mapped, and checked down to its offsets and letters.

    None expects any columns.
    """
    if os.name == "nt":  # a file that is mapped cannot be removed there
        buffer = pa.py_buffer(file.read_bytes())
    else:
        with file.open("rb") as opened:
            maps.append(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
        buffer = pa.py_buffer(maps[-1])
    table = pa.ipc.open_file(buffer).read_all()
    if expected is not None and not table.schema.equals(expected):
        raise ValueError(f"{file.name} holds other columns")
    for column in table.columns:
        column.validate(full=True)
        _let_go(maps[-1:])  # what was looked at needs not stay in memory
    return table


def _let_go(maps: Sequence[mmap.mmap]) -> None:
    """Let the pages of mapped files leave the memory, where the system can."""
    for mapped in maps:
        with suppress(ValueError, OSError, AttributeError):
            mapped.madvise(mmap.MADV_DONTNEED)


# --- the process that reads ---------------------------------------------------------------------


def main() -> None:
    """Do the one job that stands on standard input, within its limits."""
    job = json.loads(sys.stdin.buffer.read())
    _keep_within(Limits(**job["limits"]))
    folder = Path(job["folder"])
    try:
        answer = _DOES[job["what"]](job, folder)
    except UnreadableFile as error:
        answer = {"file": error.path.name, "reason": error.reason}
    except ConflictMapError as error:
        answer = {"file": Path(job["path"]).name, "reason": str(error)}
    except MemoryError:
        os._exit(_TOO_MUCH_MEMORY)
    except Exception as error:  # noqa: BLE001 - whatever a file brings about is told in a sentence
        kind = type(error).__name__
        reason = f"it cannot be read ({kind}): it is damaged, or of a kind that is not known."
        answer = {"file": Path(job["path"]).name, "reason": reason}
    (folder / "answer.json").write_text(json.dumps(answer))


def _read(job: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    source, said = from_json(job["said"])
    reading = sources.read(
        Path(job["path"]),
        dataset=said.dataset,
        source=source or None,
        today=dt.date.fromisoformat(job["today"]) if job["today"] else None,
        day_order=said.day_order,
        profile=said.profile,
    )
    tables = {
        "incidents": schema.to_arrow(reading.incidents, schema.INCIDENTS),
        "accounts": schema.to_arrow(reading.accounts, schema.ACCOUNTS),
        "attention": pa.Table.from_pandas(reading.attention, ATTENTION, preserve_index=False),
        "raw": pa.table({"raw": reading.raw.array}).cast(_RAW),
    }
    for name, table in tables.items():
        _write(table, folder / f"{name}.arrow")
    return {"source_name": reading.source_name, "rows": reading.rows, "notes": reading.notes}


def _read_rows(job: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    raw = sources.open_table(Path(job["path"]), job.get("header_row"))
    most = job["most"]
    _write(raw.columns.slice(0, most), folder / "rows.arrow")
    told = {"notes": raw.notes, "protected": raw.protected, "header_row": raw.header_row}
    return {"rows": raw.rows[:most].tolist(), **told}


def _read_layer(job: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    layer = layers.read_layer(Path(job["path"]))
    told = {
        "features": [one.to_json() for one in layer.features],
        "left_out": [
            {"reason": e.reason, "row": e.row, "column": e.column} for e in layer.left_out
        ],
    }
    (folder / "layer.json").write_text(json.dumps(told), encoding="utf-8")
    return {"file": layer.file, "sha256": layer.sha256, "rows": layer.rows}


_DOES: Final[Mapping[str, Callable[[Mapping[str, Any], Path], dict[str, Any]]]] = {
    "read": _read, "first rows": _read_rows, "layer": _read_layer,
}  # fmt: skip


def _write(table: pa.Table, file: Path) -> None:
    plain = table.replace_schema_metadata(None)
    with pa.ipc.new_file(str(file), plain.schema) as writer:
        writer.write_table(plain)


def _keep_within(limits: Limits) -> None:
    """Limit this process from here on; what it has used so far is the program's own."""
    if sys.platform == "win32":
        return
    _end_beyond(limits.memory)
    # Before there may be no room for a thread.
    threading.Thread(target=_watch, args=(limits.memory,), daemon=True).start()
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + limits.seconds) + 1
    _lower(resource.RLIMIT_CPU, seconds)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 4 * limits.memory)
    with suppress(OSError):  # not Linux
        pages = Path("/proc/self/statm").read_text().split()
        reserved, resident = (int(n) * resource.getpagesize() for n in pages[:2])
        # Allocators reserve more than they use, and let it go late: this only catches a leap.
        _lower(resource.RLIMIT_AS, reserved - resident + 2 * limits.memory)


def _lower(which: int, most: int) -> None:
    if sys.platform != "win32":
        with suppress(ValueError, OSError):  # a stricter limit stands already, or there is none
            resource.setrlimit(which, (most, most))


def _watch(memory: int) -> None:
    """End the process when its resident memory passes the limit."""
    while True:
        _end_beyond(memory)
        time.sleep(_LOOK_S)


def _end_beyond(memory: int) -> None:
    if _resident() > memory:
        os._exit(_TOO_MUCH_MEMORY)


def _resident() -> int:
    """Resident memory of this process in bytes; 0 where it cannot be told.

    Not Linux's `ru_maxrss`: a process is born with that of the one that started it.
    """
    if sys.platform == "win32":
        return 0
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    return 0


if __name__ == "__main__":
    main()
