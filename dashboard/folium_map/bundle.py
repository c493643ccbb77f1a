"""The modules and styles of the map page as one file each, so that a page opens in one round trip.

Sixty small modules, each naming the next ones, cost a browser six round trips and a server sixty
answers. Our modules are plain: imports and exports stand at the start of a line and name what they
mean, none imports itself in a circle. So each can be wrapped in a function, in order, without a
parser; a module that is written otherwise is refused, and the tests say so.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

_IMPORT: Final = re.compile(
    r"""^import\s+(?:\{(?P<names>[^{}]*)\}\s+from\s+)?["'](?P<path>\.{1,2}/[^"']+)["'];?$""",
    re.MULTILINE,
)
_EXPORTED: Final = re.compile(
    r"^export (?P<default>default )?(?P<kind>(?:async )?function\*?|class|const) (?P<name>\w+)",
    re.MULTILINE,
)
_LISTED: Final = re.compile(r"^export \{(?P<names>[^{}]*)\};?$", re.MULTILINE)
_LEFT: Final = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)
_ADDRESS: Final = re.compile(r"url\((?P<quote>[\"']?)(?P<path>(?!data:)[^\"')]+)(?P=quote)\)")

Read = Callable[[str], str]
"""Gives the text of a file by its name."""


@dataclass
class _Module:
    """One module taken apart: its text without imports and exports, and what it gives."""

    name: str
    text: str
    needs: list[tuple[str, str]] = field(default_factory=list)  # file, names as imported
    gives: dict[str, str] = field(default_factory=dict)  # exported name -> name inside


def modules(entries: Iterable[str], read: Read, outside: Iterable[str] = ()) -> str:
    """One ES module with the exports of all entries; a default export is the first entry's.

    Args:
        entries: names of modules, such as ``js/host.js``.
        read: gives a module's text.
        outside: modules that stay files of their own, imported relative to the first entry.

    Raises:
        ValueError: a module is written in a way that cannot be joined, or imports go in a circle.
    """
    entries, outside = tuple(entries), frozenset(outside)
    ordered = list(_ordered(entries, read, outside))
    names = {module.name: f"$module{number}" for number, module in enumerate(ordered)}
    here = posixpath.dirname(entries[0])
    lines = []
    for number, name in enumerate(sorted(outside)):
        names[name] = f"$outside{number}"
        lines.append(f'import * as {names[name]} from "./{posixpath.relpath(name, here)}";')
    lines += [_wrapped(module, names) for module in ordered]
    gives = {module.name: module.gives for module in ordered}
    for number, entry in enumerate(entries):
        if "default" in gives[entry] and number == 0:
            lines.append(f"export default {names[entry]}.default;")
        shown = ", ".join(name for name in gives[entry] if name != "default")
        if shown:
            lines.append(f"export const {{ {shown} }} = {names[entry]};")
    return "\n".join(lines) + "\n"


def styles(names: Iterable[str], read: Read, folder: str) -> str:
    """Style sheets in order as one that lies in `folder`; addresses in them still lead there."""

    def sheet(name: str) -> str:
        def moved(match: re.Match[str]) -> str:
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), match["path"]))
            return f'url("{posixpath.relpath(target, folder)}")'

        return _ADDRESS.sub(moved, read(name))

    return "\n".join(sheet(name) for name in names)


def _ordered(entries: Iterable[str], read: Read, outside: frozenset[str]) -> Iterator[_Module]:
    """All modules that entries need, each after those that it needs itself."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> Iterator[_Module]:
        if name in done or name in outside:
            return
        if name in path:
            raise ValueError(f"{' imports '.join([*path, name])}: modules in a circle")
        module = _taken_apart(name, read(name))
        for needed, _ in module.needs:
            yield from visit(needed, (*path, name))
        done.add(name)
        yield module

    for entry in entries:
        yield from visit(entry, ())


def _taken_apart(name: str, source: str) -> _Module:
    module = _Module(name, "")

    def imported(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), match["path"]))
        module.needs.append((target, match["names"] or ""))
        return ""

    def exported(match: re.Match[str]) -> str:
        module.gives["default" if match["default"] else match["name"]] = match["name"]
        return f"{match['kind']} {match['name']}"

    def listed(match: re.Match[str]) -> str:
        for inside, outside in _pairs(match["names"]):
            module.gives[outside] = inside
        return ""

    text = _LISTED.sub(listed, _EXPORTED.sub(exported, _IMPORT.sub(imported, source)))
    if left := _LEFT.search(text):
        raise ValueError(f"{name}: {left[0]!r} is no import or export that can be joined")
    module.text = text
    return module


def _pairs(names: str) -> Iterator[tuple[str, str]]:
    """What stands between the braces of an import or export: name, and its other name."""
    for name in filter(None, (part.strip() for part in names.split(","))):
        one, _, other = name.partition(" as ")
        yield one.strip(), (other or one).strip()


def _wrapped(module: _Module, names: dict[str, str]) -> str:
    lines = [f"// {module.name}", f"const {names[module.name]} = (() => {{"]
    for needed, wanted in module.needs:
        pairs = [one if one == other else f"{one}: {other}" for one, other in _pairs(wanted)]
        if pairs:
            lines.append(f"const {{ {', '.join(pairs)} }} = {names[needed]};")
    gives = [one if one == other else f"{one}: {other}" for one, other in module.gives.items()]
    return "\n".join([*lines, module.text.strip(), f"return {{ {', '.join(gives)} }};", "})();"])
