"""What is wrong with a server's access before anybody stands at the door."""

from __future__ import annotations

import importlib.util
import json
import stat
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dashboard.access.book import Book
from dashboard.access.settings import AccessSettings, Provider

_NEEDED: Final = ("authlib", "httpx2")
_TIMEOUT_S: Final = 10.0
_LONGEST_ANSWER: Final = 1_000_000


def problems(settings: AccessSettings, book: Book, *files: Path) -> list[str]:
    """Sentences on what is wrong or open, each with what to do; nothing is asked of a network.

    Args:
        settings: what the owner wrote down.
        book: what is remembered.
        files: that nobody but the owner should read.
    """
    return [*_nobody(settings, book), *_missing(settings), *_readable((book.path, *files))]


def _nobody(settings: AccessSettings, book: Book) -> Iterator[str]:
    holds = any(book.link(link.link) for link in book.links())
    if not (settings.publish or settings.people or holds):
        yield (
            "Nobody can come in: nothing is published, [people] is empty, and there is no link. "
            "Make one with: conflictmap access link"
        )
    if settings.provider is not None and not settings.people:
        yield "[oidc] is set, and [people] is empty: whoever signs in there is sent away."


def _missing(settings: AccessSettings) -> Iterator[str]:
    if settings.provider is None:
        return
    for name in _NEEDED:
        if importlib.util.find_spec(name) is None:
            yield f"[oidc] needs {name}: install conflictmap[hosted]."


def _readable(files: tuple[Path, ...]) -> Iterator[str]:
    if sys.platform == "win32":
        return
    for file in files:
        if file.exists() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield f"{file} can be read by others on this machine; run: chmod 600 {file}"


def provider_problem(provider: Provider) -> str | None:
    """Why people cannot sign in at the provider, asked over the network; None where they can."""
    address = f"{provider.issuer}/.well-known/openid-configuration"
    try:
        with urllib.request.urlopen(address, timeout=_TIMEOUT_S) as answer:  # noqa: S310 — http(s), see settings
            told = json.loads(answer.read(_LONGEST_ANSWER))
    except (OSError, ValueError, urllib.error.URLError) as error:
        return f"The provider does not answer at {address}: {type(error).__name__}."
    named = told.get("issuer") if isinstance(told, dict) else None
    if not isinstance(named, str) or named.rstrip("/") != provider.issuer:
        return f"The provider calls itself {named!r}; write that as [oidc] issuer."
    return None
