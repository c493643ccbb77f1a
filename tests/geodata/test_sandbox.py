"""Files from outside are read in a process of its own, and the worst of them ends in a sentence."""

from __future__ import annotations

import dataclasses
import io
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from geodata import layers, sandbox, sources
from geodata.errors import UnknownCode, UnreadableFile
from geodata.gazetteer import Gazetteer
from geodata.ingest import ingest
from geodata.sources import Profile
from geodata.store import Store
from tests.geodata import hostile_files

MB = 1_000_000
ROOT = Path(__file__).parents[2]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    rows = hostile_files.ROW + "2016-06-16,x,Nowhereland,1\n"
    path.write_text(hostile_files.HEADER + rows, encoding="utf-8")
    return path


def test_what_is_read_apart_is_what_is_read_here(table: Path) -> None:
    profile = Profile(columns={"date_start": "date", "place_name": "place_name"})
    told: list[float] = []
    apart = sandbox.read(
        table, dataset="d", profile=profile, progress=lambda _, share: told.append(share)
    )
    here = sources.read(table, dataset="d", profile=profile)
    for field in ("incidents", "accounts", "raw", "attention"):
        assert getattr(apart, field).equals(getattr(here, field)), field
    assert (apart.rows, apart.notes, apart.source_name) == (here.rows, here.notes, here.source_name)
    assert told
    before = apart.incidents.copy()
    apart.let_go()
    assert apart.incidents.equals(before)


def test_a_large_program_reads_a_small_file_as_a_small_one_does(table: Path) -> None:
    large = """
import sys
from pathlib import Path
from geodata import sandbox
held = b"x" * 900_000_000
print(sandbox.read(Path(sys.argv[1]), dataset="d").rows)
"""
    done = subprocess.run(
        [sys.executable, "-c", large, str(table)],
        check=False, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.stdout.split() == ["2"], done.stderr[-500:]


def test_an_import_from_outside_is_stored_whole(table: Path, tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.duckdb")
    report = ingest(table, store, Gazetteer.open, apart=True)
    assert (report.added, report.attention) == (1, 1)
    (incident_id,) = store.snapshot().incidents.column("incident_id").to_pylist()
    found = store.incident(incident_id)
    assert found is not None
    assert json.loads(found["raw"])["place_name"] == "At Tanf"
    assert (found["country"], found["location_precision"] is not None) == ("SYR", True)


READ_ALL = """
import json, sys, time
from pathlib import Path
from geodata import layers, sandbox, sources
sandbox._keep_within(sandbox.Limits(memory=512_000_000, seconds=60))
told = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    begun = time.process_time()
    try:
        ending = sources.read(path, dataset="d").rows
    except sources.registry.UnreadableFile as error:
        ending = str(error)
    told[path.name] = [ending, time.process_time() - begun]
print(json.dumps(told))
"""


def test_every_hostile_file_ends_in_a_sentence_or_is_read_within_the_limits(tmp_path: Path) -> None:
    expected = hostile_files.make(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(tmp_path)],
        check=False, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    told: dict[str, Any] = json.loads(done.stdout)
    assert told.keys() == expected.keys()
    for name, (ending, seconds) in told.items():
        part = expected[name]
        assert seconds < 10, name
        if part is None:
            assert isinstance(ending, int), (name, ending)
        else:
            assert part in ending, name
            assert ending.startswith(f"{name}: "), ending
            assert len(ending) < 400, ending


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits time alone")
@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (sandbox.Limits(memory=60 * MB, seconds=60), "more than 60 MB of memory"),
        (sandbox.Limits(memory=512 * MB, seconds=-60), "more than -60 s"),
    ],
)
def test_what_passes_its_limits_is_ended_and_told(
    table: Path, limits: sandbox.Limits, sentence: str
) -> None:
    with pytest.raises(UnreadableFile, match=sentence):
        sandbox.read(table, limits=limits)


def test_a_file_that_grows_while_it_is_read_is_refused(table: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def grow() -> None:
        while not stop.wait(0.01):
            with table.open("a", encoding="utf-8") as file:
                file.write(hostile_files.ROW)

    writer = threading.Thread(target=grow)
    writer.start()
    store = Store.open(tmp_path / "s.duckdb")
    try:
        with pytest.raises(UnreadableFile, match="changed while it was read"):
            ingest(table, store, Gazetteer.open, apart=True)
    finally:
        stop.set()
        writer.join()
    assert store.version() == 0


class Endless:
    """A process that never ends by itself."""

    returncode = -9
    killed = False

    def __init__(self, *_: object, **__: object) -> None:
        self.stdin = io.BytesIO()

    def poll(self) -> int | None:
        return -9 if self.killed else None

    def wait(self, seconds: float | None = None) -> None:
        if not self.killed:
            raise subprocess.TimeoutExpired("reader", seconds or 0)

    def kill(self) -> None:
        Endless.killed = True


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Endless]]:
    monkeypatch.setattr(subprocess, "Popen", Endless)
    yield Endless
    Endless.killed = False


def test_a_reader_that_hangs_is_ended(
    table: Path, endless: type[Endless], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_LEAST_SECONDS", 0.0)
    with pytest.raises(UnreadableFile, match="takes more than 0 s"):
        sandbox.read(table, limits=sandbox.Limits(memory=1, seconds=0))
    assert endless.killed


def test_whoever_stops_the_import_stops_the_reader(table: Path, endless: type[Endless]) -> None:
    def stop(_what: str, _share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sandbox.read(table, progress=stop)
    assert endless.killed


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-signal.SIGABRT, "memory"),
        (77, "memory"),
        (-signal.SIGSEGV, "broke down"),
        (1, "broke down"),
    ],
)
def test_each_way_to_end_has_its_sentence(code: int, words: str) -> None:
    assert words in sandbox._why_ended(code, sandbox.Limits(512 * MB, 8))


def test_limits_grow_with_the_file_and_stop_at_the_memory_there_is(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sandbox.Limits.of(table).memory < 513 * MB
    assert sandbox.Limits.of(table).seconds < 9
    monkeypatch.setattr(sandbox, "_most_memory", lambda: 300 * MB)
    assert sandbox.Limits.of(table).memory == 512 * MB
    assert sandbox._most_memory() > 0


def test_no_secret_of_ours_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACLED_PASSWORD", "s3cret")
    assert "s3cret" not in str(sandbox._environment())


@pytest.mark.usefixtures("endless")
def test_an_unknown_source_or_a_missing_file_needs_no_process(table: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownCode):
        sandbox.read(table, source="nobody")
    with pytest.raises(UnreadableFile, match="no such file"):
        sandbox.read(tmp_path / "none.csv")


# --- the reading process, without a process ------------------------------------------------------


@pytest.fixture
def job(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    folder = tmp_path / "answer"
    folder.mkdir()
    said = sandbox.as_json("", sources.Said("d"))
    limits = dataclasses.asdict(sandbox.Limits(512 * MB, 8))
    monkeypatch.setattr(sandbox, "_keep_within", lambda _limits: None)
    return {
        "what": "read", "path": str(table), "folder": str(folder), "said": said,
        "today": "2026-11-22",
        "limits": limits,
    }  # fmt: skip


def answered(job: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> sandbox.ReadApart:
    held = io.TextIOWrapper(io.BytesIO(json.dumps(job).encode()))
    monkeypatch.setattr(sys, "stdin", held)
    sandbox.main()
    return sandbox._answer(Path(job["path"]), Path(job["folder"]), sandbox._believed)


def test_the_answer_is_the_reading(job: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(job, monkeypatch).rows == 2


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UnreadableFile("t.csv", "it is a sonnet."), r"t\.csv: it is a sonnet\."),
        (UnknownCode("thing", "x", ["y"]), "'x' is no thing"),
        (IndexError("/home/amal"), r"cannot be read \(IndexError\)"),
    ],
)
def test_whatever_is_raised_over_a_file_is_told_in_a_sentence(
    job: dict[str, Any], monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(sources, "read", fail)
    with pytest.raises(UnreadableFile, match=sentence) as caught:
        answered(job, monkeypatch)
    assert "amal" not in str(caught.value)


def _lose_rows(folder: Path) -> None:
    _rewrite(folder, lambda answer: answer | {"rows": 7})


def _strange_source(folder: Path) -> None:
    _rewrite(folder, lambda answer: answer | {"source_name": "evil"})


def _rewrite(folder: Path, change: Any) -> None:
    file = folder / "answer.json"
    file.write_text(json.dumps(change(json.loads(file.read_text()))))


def _other_columns(folder: Path) -> None:
    table = pa.table({"raw": pa.array([1])})
    with pa.ipc.new_file(str(folder / "raw.arrow"), table.schema) as writer:
        writer.write_table(table)


def _spoil_letters(folder: Path) -> None:
    file = folder / "raw.arrow"
    file.write_bytes(file.read_bytes().replace(b"At Tanf", b"\xff\xfe\xfd Tan"[:7]))


def _cut(folder: Path) -> None:
    file = folder / "incidents.arrow"
    file.write_bytes(file.read_bytes()[:200])


def _say_nothing(folder: Path) -> None:
    (folder / "answer.json").unlink()


@pytest.mark.parametrize(
    "spoil", [_lose_rows, _strange_source, _other_columns, _spoil_letters, _cut, _say_nothing]
)
def test_an_answer_that_is_not_whole_is_not_believed(
    job: dict[str, Any], monkeypatch: pytest.MonkeyPatch, spoil: Any
) -> None:
    answered(job, monkeypatch)
    spoil(Path(job["folder"]))
    with pytest.raises(UnreadableFile, match="not whole"):
        sandbox._answer(Path(job["path"]), Path(job["folder"]), sandbox._believed)


def test_the_first_rows_of_a_table_are_read_apart_as_well(
    table: Path, job: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    head = sandbox.first_rows(table, 1)
    assert head.columns.to_pylist()[0]["place_name"] == "At Tanf"
    assert (head.rows.tolist(), head.protected) == ([1], True)
    answers = sandbox._believed_rows
    monkeypatch.setattr(sandbox, "_believed", answers)
    assert answered(job | {"what": "first rows", "most": 9}, monkeypatch).columns.num_rows == 2
    _rewrite(Path(job["folder"]), lambda answer: answer | {"rows": [1]})
    with pytest.raises(UnreadableFile, match="not whole"):
        sandbox._answer(table, Path(job["folder"]), answers)


# --- whole tables, and layers ---------------------------------------------------------------------


def test_a_whole_table_is_read_apart(table: Path) -> None:
    told: list[float] = []
    apart = sandbox.open_table(table, progress=lambda _, share: told.append(share))
    assert apart.columns.equals(sources.open_table(table).columns)
    assert apart.rows.tolist() == [1, 2]
    assert told


LAYER = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature",
         "properties": {"name": "Held <b>", "valid_from": "2016-06", "valid_to": "9999",
                        "sidc": "1" * 20, "fill": "#123456"},
         "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}},
        {"type": "Feature", "properties": {"valid_from": "soon"},
         "geometry": {"type": "Point", "coordinates": [1, 2]}},
        {"type": "Feature", "properties": {},
         "geometry": {"type": "GeometryCollection", "geometries": [
             {"type": "Point", "coordinates": [1, 2]},
             {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}]}},
    ],
}  # fmt: skip


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    path = tmp_path / "control.geojson"
    path.write_text(json.dumps(LAYER), encoding="utf-8")
    return path


def test_a_layer_read_apart_is_the_layer_read_here(layer: Path, tmp_path: Path) -> None:
    apart, here = sandbox.read_layer(layer), layers.read_layer(layer)
    assert (apart.features, apart.sha256, apart.rows) == (here.features, here.sha256, 3)
    assert [(e.row, e.column, str(e)) for e in apart.left_out] == [
        (e.row, e.column, str(e)) for e in here.left_out
    ]
    bad = tmp_path / "bad.geojson"
    bad.write_text("{", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="is no JSON that can be read"):
        sandbox.read_layer(bad)
    with pytest.raises(UnreadableFile, match="no such file"):
        sandbox.read_layer(tmp_path / "none.kml")


@pytest.mark.parametrize(
    "spoilt",
    [
        {"geometry": {"type": "Point", "coordinates": ["x", 1]}},
        {"geometry": None},
        {"geometry": {"type": "Point", "coordinates": [1, 2]}, "valid_from": "<script>"},
        [],
    ],
)
def test_a_layer_that_is_not_whole_is_not_believed(
    layer: Path, job: dict[str, Any], monkeypatch: pytest.MonkeyPatch, spoilt: Any
) -> None:
    monkeypatch.setattr(sandbox, "_believed", sandbox._believed_layer)
    job |= {"what": "layer", "path": str(layer)}
    assert answered(job, monkeypatch).rows == 3
    told = Path(job["folder"]) / "layer.json"
    told.write_text(json.dumps({"features": [spoilt], "left_out": []}))
    with pytest.raises(UnreadableFile, match="not whole"):
        sandbox._answer(layer, Path(job["folder"]), sandbox._believed_layer)
