"""`conflictmap columns`: what the columns of a table are taken for, as a profile to correct."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Final

from dashboard.commands.terminal import Terminal
from geodata import sandbox
from geodata.errors import ConflictMapError, UnreadableFile
from geodata.sources import Profile
from geodata.sources.matching import suggest, suggested_profile
from geodata.sources.profile import from_toml

_ENOUGH: Final = 100_000
"""So many rows tell what a column holds."""


def columns(arguments: Namespace, terminal: Terminal) -> int:
    """Print what each column is taken for, or write it as a profile for `import --map`."""
    raw = sandbox.first_rows(arguments.file.expanduser().absolute(), _ENOUGH)
    matches = suggest(raw)
    lines = [
        f"{m.column}: {m.target or 'nothing'}{f' ({m.why})' if m.why else ''}" for m in matches
    ]
    if arguments.out is not None:
        out = arguments.out.expanduser().absolute()
        try:
            out.write_text(suggested_profile(raw).as_toml(), encoding="utf-8")
        except OSError as error:
            raise ConflictMapError(f"{out} cannot be written ({error.strerror}).") from error
        lines.append(f"The profile is written to {out}; correct it and import with --map.")
    terminal.result([asdict(match) for match in matches], "\n".join(lines))
    return 0


def read_profile(path: Path) -> Profile:
    """The profile in a file.

    Raises:
        UnreadableFile: it is not there, is no text, or holds no profile.
    """
    try:
        return from_toml(path.expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(path, "it cannot be read as a profile (TOML in UTF-8).") from error
    except ConflictMapError as error:
        raise UnreadableFile(path, str(error)) from error
