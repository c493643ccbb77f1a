"""`conflictmap layer`: files with shapes over the map, and the days on which they hold."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from dashboard.commands.terminal import Terminal, store_path
from geodata import sandbox
from geodata.errors import ImpossibleValue
from geodata.layers import Layer, LayerFolder, day

_TOLD = 5
"""Rows left out whose reasons are told at once; the JSON has them all."""


def layer(arguments: Namespace, terminal: Terminal) -> int:
    """Add, list, remove or restore layers."""
    folder = LayerFolder.beside(store_path(arguments))
    if arguments.action == "list":
        shown = folder.current()
        lines = [_told(one) for one in shown]
        terminal.result([asdict(one) for one in shown], "\n".join(lines) or "There is no layer.")
        return 0
    if arguments.what is None:
        raise ImpossibleValue(
            "Name the file to add." if arguments.action == "add" else "Name the layer, or its id."
        )
    if arguments.action == "add":
        return _add(folder, arguments, terminal)
    act = {"remove": folder.remove, "restore": folder.restore}[arguments.action]
    done = act(arguments.what, who="local", why=arguments.why)
    verb = {"remove": "Removed", "restore": "Restored"}[arguments.action]
    names = ", ".join(f"{one.name} ({one.id})" for one in done)
    terminal.result([asdict(one) for one in done], f"{verb}: {names}.")
    return 0


def _add(folder: LayerFolder, arguments: Namespace, terminal: Terminal) -> int:
    valid_from, valid_to = day(arguments.valid_from), day(arguments.valid_to, last=True)
    path = Path(arguments.what).expanduser().absolute()
    read = sandbox.read_layer(path)
    added, new = folder.add(
        read,
        name=arguments.name or path.stem,
        who="local",
        why=arguments.why,
        valid_from=valid_from,
        valid_to=valid_to,
        source=arguments.source,
        frames=arguments.frames,
    )
    for reason in read.left_out[:_TOLD]:
        terminal.tell(f"Left out: {reason}.")
    if len(read.left_out) > _TOLD:
        terminal.tell(f"and {len(read.left_out) - _TOLD:,} more.")
    left_out = [str(reason) for reason in read.left_out]
    text = _told(added) if new else f"Already there: {_told(added)}"
    terminal.result(
        asdict(added) | {"rows": read.rows, "new": new, "reasons": left_out},
        f"{text}\n{read.rows - len(left_out):,} of {read.rows:,} rows can be drawn.",
    )
    return 0


def _told(one: Layer) -> str:
    days = " ".join(
        part
        for part in (
            "" if one.valid_from is None else f"from {one.valid_from}",
            "" if one.valid_to is None else f"to {one.valid_to}",
        )
        if part
    )
    shapes = f"{one.features:,} shape{'' if one.features == 1 else 's'}"
    return f"{one.id}  {one.name}: {shapes} from {one.file}{', ' if days else ''}{days}."
