"""`conflictmap serve`."""

from __future__ import annotations

from argparse import Namespace

from dashboard import server
from dashboard.commands.terminal import Terminal, store_path


def serve(arguments: Namespace, _terminal: Terminal) -> int:
    """Serve the map until interrupted."""
    return server.serve(
        None if arguments.store is None else store_path(arguments),
        arguments.port,
        open_browser=not arguments.no_browser,
        sample=arguments.sample,
    )
