"""`conflictmap export --format html`: a choice as one file that opens without the program."""

from __future__ import annotations

import datetime as dt
from argparse import Namespace
from pathlib import Path

from dashboard.commands.terminal import Terminal
from dashboard.share import standalone_html
from geodata.errors import ConflictMapError
from geodata.filters import IncidentFilter
from geodata.layers import LayerFolder
from geodata.store import Store


def write_page(
    store: Store, chosen: IncidentFilter, out: Path, arguments: Namespace, terminal: Terminal
) -> int:
    """Write the page and tell what is in it and what is not.

    Raises:
        ConflictMapError: the file cannot be written; nothing is left half done.
    """
    page = standalone_html(
        store, chosen, made_at=dt.datetime.now(tz=dt.UTC), title=arguments.title,
        sensitive=arguments.sensitive,
        layers=LayerFolder.beside(store.path) if arguments.layers else None,
    )  # fmt: skip
    _write(out, page.content)
    values = {
        "rows": page.incidents,
        "unpublished_left_out": page.unpublished,
        "sensitive_left_out": page.sensitive,
        "details": page.details,
        "bytes": len(page.content),
        "files": [str(out)],
    }
    texts = "with texts and accounts" if page.details else "figures only, no texts or accounts"
    terminal.result(
        values, f"{page.incidents:,} incidents ({texts}) in {out}, {len(page.content):,} bytes"
    )
    if page.sensitive:
        terminal.tell(f"{page.sensitive:,} marked sensitive are left out; --sensitive takes them")
    return 0


def _write(out: Path, content: bytes) -> None:
    part = out.with_name(f".{out.name}.part")
    try:
        part.write_bytes(content)
        part.replace(out)
    except OSError as error:
        raise ConflictMapError(f"{out} cannot be written ({error.strerror}).") from error
    finally:
        part.unlink(missing_ok=True)
