"""A fuzzer that is led by what the code does, for each format of text.

`python -m tests.fuzz.guided csv --seconds 600` (atheris must be installed; it is no dependency, as
it has wheels for Linux alone). It starts from the seeds of `test_fuzz_formats` and from
`tests/fuzz/corpus/csv`, and notes each input that ends in anything but a reading that adds up or
one sentence; what is found is put into that folder by hand, and so is a test from then on.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
import traceback
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType
from typing import Any

FORMATS = ("csv", "tsv", "json", "jsonl", "geojson", "kml", "gdelt", "html", "eml", "txt")

DICTIONARY = (
    '"', '""', "\\x00", "\\x0d", "\\x0a", ",", ";", "\\x09", "|", " | ", "\\xff\\xfe", "{", "[",
    "]", "}", ":", "null", "true", "1e999", "NaN", "-", "\\xe2\\x80\\xae", "\\xd8\\x84", "#date",
    "#geo+lat", "2016-06-16", "31/12/2016", "date", "latitude", "country", "killed", "type",
    "FeatureCollection", "Feature", "coordinates", "geometry", "features", "Point", "Polygon",
    "<Placemark>", "</Placemark>", "<Point>", "<coordinates>", "<when>", "<!DOCTYPE", "<!ENTITY",
    "&amp;", "]]>", "<![CDATA[", "Content-Type: ", "charset=", "=?utf-8?b?", "multipart/mixed",
    "boundary=", "event_id_cnty", "event_date", "where_prec", "accounts", "incident_id", "dataset",
)  # fmt: skip


class Finds:
    """Inputs that ended badly, one for each place in the code where they did."""

    def __init__(self, name: str, folder: Path, checked: ModuleType) -> None:
        self.name, self.folder, self.checked = name, folder, checked
        self.seen: set[str] = set()
        self.tried = 0
        self.slowest = 0.0

    def one_input(self, content: bytes) -> None:
        """Read one input; keep it if it is the first to end badly where it did."""
        self.tried += 1
        begun = time.perf_counter()
        try:
            self.checked.check(self.name, content, self.folder)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            self._keep(content, _where(error), traceback.format_exc())
        spent = time.perf_counter() - begun
        if spent > max(self.slowest, 0.5):
            self.slowest = spent
            self._keep(content, f"slow {spent:.0f} s", "")

    def _keep(self, content: bytes, where: str, told: str) -> None:
        if where not in self.seen:
            self.seen.add(where)
            path = (
                self.folder / f"find-{len(self.seen)}{Path(self.checked.FORMATS[self.name]).suffix}"
            )
            path.write_bytes(content)
            sys.stdout.write(f"FOUND {where}: {path}\n{told}\n")
            sys.stdout.flush()


def _where(error: Exception) -> str:
    """The kind of an error and the innermost lines of ours that it came through."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "geodata" in f.filename]
    lines = "; ".join(f"{Path(f.filename).name}:{f.lineno}" for f in frames[-2:])
    return f"{type(error).__name__} at {lines or 'the check'}"


def _instrumented(atheris: Any) -> ModuleType:
    """What checks a file, loaded so that atheris sees which branches of our readers are taken."""
    ours = ["geodata.sources", "geodata.documents", "geodata.layers", "geodata.schema"]
    with atheris.instrument_imports(include=ours):
        return importlib.import_module("tests.fuzz.checked")


def main() -> None:
    """Fuzz one format for some seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("format", choices=FORMATS)
    parser.add_argument("--seconds", type=int, default=600)
    given = parser.parse_args()
    atheris: Any = importlib.import_module("atheris")
    checked = _instrumented(atheris)
    folder = Path(mkdtemp(prefix=f"conflictmap-fuzz-{given.format}-"))
    grown, words = folder / "corpus", folder / "words.dict"
    grown.mkdir()
    from tests.fuzz.test_fuzz_formats import SEEDS  # noqa: PLC0415 - loads what is instrumented

    for suffix, content in SEEDS.items():
        if suffix == checked.FORMATS[given.format]:
            (grown / "seed").write_bytes(content)
    for kept in (checked.CORPUS / given.format).glob("*"):
        (grown / kept.name).write_bytes(kept.read_bytes())
    escaped = (word.replace('"', '\\"') for word in DICTIONARY)
    words.write_text("".join(f'"{word}"\n' for word in escaped))
    finds = Finds(given.format, folder, checked)
    settings = [f"-max_total_time={given.seconds}", f"-dict={words}", "-max_len=4096",
                f"-artifact_prefix={folder}/",
                "-timeout=20", "-rss_limit_mb=3000", "-print_final_stats=1"]  # fmt: skip
    atheris.Setup([sys.argv[0], *settings, str(grown)], finds.one_input)
    sys.stdout.write(f"what is found goes into {folder}\n")
    atheris.Fuzz()


if __name__ == "__main__":
    main()
