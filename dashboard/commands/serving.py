"""`conflictmap serve`."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from dashboard import server
from dashboard.access.settings import read_settings
from dashboard.base_map_folder import BaseMapFolder
from dashboard.base_maps import BaseMaps
from dashboard.commands.terminal import Terminal, store_path

BASE_MAP_SETTING = "CONFLICTMAP_BASE_MAP"
"""Environment variable with the files of `--base-map`, where the command names none."""


def serve(arguments: Namespace, terminal: Terminal) -> int:
    """Serve the map until interrupted."""
    base_maps = BaseMaps.opened(_files(arguments), arguments.tiles or ())
    store = None if arguments.store is None else store_path(arguments)
    if not arguments.sample:
        beside = BaseMapFolder.beside(store or server.default_store())
        for sentence in base_maps.add_those_of(beside):
            terminal.tell(sentence)
    for origin in base_maps.origins():
        terminal.tell(
            f"Online tiles are offered: once somebody at the page agrees, {origin} sees their "
            "address and which places they look at."
        )
    try:
        return server.serve(
            store,
            server.Listening(arguments.port, arguments.address, not arguments.no_browser),
            sample=arguments.sample,
            base_maps=base_maps,
            access=None if arguments.access is None else read_settings(arguments.access),
        )
    finally:
        base_maps.close()


def _files(arguments: Namespace) -> list[Path]:
    if arguments.base_map is not None:
        return list(arguments.base_map)
    return [Path(name) for name in os.environ.get(BASE_MAP_SETTING, "").split(os.pathsep) if name]
