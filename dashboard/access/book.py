"""What a server remembers of comings and goings: sessions, links, sign-ins under way, the audit.

A SQLite file of its own, shared by all processes of one server. It is kept apart from the record:
whoever is handed a copy of the store learns nothing of who looked at it. Tokens are kept as their
SHA-256 only, so that a copy of this file opens no door either.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dashboard.access.principal import Role
from geodata.errors import ConflictMapError

FLOW_SECONDS: Final = 600.0
"""How long a sign-in at the provider may take."""
_SEEN_EVERY_S: Final = 60.0
_SECONDS_A_DAY: Final = 86_400.0

_KEPT_DAYS: Final = 30
_FORGET: Final = "DELETE FROM sessions WHERE until < :before"
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS sessions (key TEXT PRIMARY KEY, store TEXT, who TEXT, link TEXT,
    made REAL, seen REAL, until REAL, revoked REAL);
CREATE TABLE IF NOT EXISTS links (link TEXT PRIMARY KEY, store TEXT, role INTEGER, within TEXT,
    note TEXT, made_by TEXT, made REAL, until REAL, revoked REAL);
CREATE TABLE IF NOT EXISTS flows (key TEXT PRIMARY KEY, content TEXT, until REAL);
CREATE TABLE IF NOT EXISTS audit (at REAL, what TEXT, who TEXT, detail TEXT, session TEXT);
CREATE INDEX IF NOT EXISTS audit_at ON audit (at);
"""


class BookError(ConflictMapError, OSError):
    """The book cannot be opened or written."""


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser.

    Attributes:
        key: hash of its token; its first letters name it.
        who: the name that the provider vouches for; None for one that came by a link.
        link: the link it came by.
        made, seen, until: seconds since 1970.
    """

    key: str
    who: str | None
    link: str | None
    made: float
    seen: float
    until: float


@dataclass(frozen=True, slots=True)
class GuestLink:
    """A link that lets in whoever has it.

    Attributes:
        link: its name.
        role: what it lets them do.
        within: the query that narrows what a viewer sees.
        note: whom it is for.
        made, until, revoked: seconds since 1970; `revoked` None while it holds.
    """

    link: str
    role: Role
    within: str
    note: str
    made_by: str
    made: float
    until: float
    revoked: float | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit; `at` in seconds since 1970."""

    at: float
    what: str
    who: str | None
    detail: str
    session: str | None


def book_beside(store: Path) -> Path:
    """Where the book of a store is kept, unless the settings say otherwise."""
    return store.with_name(store.name + ".access")


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class Book:
    """The book of one store; safe to use from several threads and processes.

    Args:
        path: the file; made, readable by its owner alone, where there is none.
        store: the store's own name: sessions and links of another one are unknown here.
        now: seconds since 1970.
    """

    def __init__(self, path: Path, store: str, now: Callable[[], float] = time.time) -> None:
        self.path, self._store, self._now = path, store, now
        self._lock = threading.Lock()
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            with suppress(OSError):
                path.chmod(0o600)
            self._connection = sqlite3.connect(
                path, timeout=10, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(_TABLES)
            self._connection.execute(_FORGET, {"before": now() - _KEPT_DAYS * _SECONDS_A_DAY})
        except (OSError, sqlite3.Error) as error:
            raise BookError(f"The access book {path} cannot be used: {error}.") from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _run(self, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(statement, dict(values)).fetchall()
            except sqlite3.Error as error:
                raise BookError(f"The access book {self.path} cannot be used: {error}.") from error

    # --- sessions ---------------------------------------------------------------------------------

    def open_session(self, *, who: str | None, link: str | None, seconds: float) -> str:
        """A new session; its token, which is kept nowhere else."""
        token, now = secrets.token_urlsafe(32), self._now()
        self._run(
            "INSERT INTO sessions VALUES (:key, :store, :who, :link, :now, :now, :until, NULL)",
            {"key": hashed(token), "store": self._store, "who": who, "link": link,
             "now": now, "until": now + seconds},
        )  # fmt: skip
        return token

    def session(self, token: str, idle_s: float, *, acts: bool = True) -> Session | None:
        """The session of a token; None when there is none, it is over, or was idle too long.

        `acts` is false where a timer asks, not a person: the session goes on being idle.
        """
        key, now = hashed(token), self._now()
        found = self._run(
            "SELECT key, who, link, made, seen, until FROM sessions WHERE key = :key "
            "AND store = :store AND revoked IS NULL AND until > :now AND seen > :idle",
            {"key": key, "store": self._store, "now": now, "idle": now - idle_s},
        )
        if not found:
            return None
        session = Session(*found[0])
        if session.link is not None and self.link(session.link) is None:
            return None
        if acts and now - session.seen > _SEEN_EVERY_S:
            self._run("UPDATE sessions SET seen = :now WHERE key = :key", {"now": now, "key": key})
        return session

    def sessions(self) -> list[Session]:
        """Sessions that hold, the latest first."""
        found = self._run(
            "SELECT key, who, link, made, seen, until FROM sessions WHERE store = :store "
            "AND revoked IS NULL AND until > :now ORDER BY made DESC",
            {"store": self._store, "now": self._now()},
        )
        return [Session(*row) for row in found]

    def end_session(self, name: str) -> int:
        """End the sessions whose key begins so; how many that were."""
        if len(name) < 8:
            return 0
        ended = self._run(
            "UPDATE sessions SET revoked = :now WHERE substr(key, 1, length(:name)) = :name "
            "AND store = :store AND revoked IS NULL RETURNING key",
            {"now": self._now(), "name": name, "store": self._store},
        )
        return len(ended)

    # --- links ------------------------------------------------------------------------------------

    def add_link(self, role: Role, *, within: str, note: str, by: str, days: float) -> GuestLink:
        """A new link, in force at once."""
        now = self._now()
        name, until = secrets.token_hex(6), now + days * _SECONDS_A_DAY
        made = GuestLink(name, role, within, note, by, now, until, None)
        self._run(
            "INSERT INTO links VALUES (:link, :store, :role, :within, :note, :by, :now, :until, "
            "NULL)",
            {"link": name, "store": self._store, "role": int(role), "within": within, "note": note,
             "by": by, "now": now, "until": until},
        )  # fmt: skip
        return made

    def link(self, name: str) -> GuestLink | None:
        """A link that holds; None when there is none, it is over or revoked."""
        return next(
            (link for link in self.links(name) if not link.revoked and link.until > self._now()),
            None,
        )

    def links(self, name: str | None = None) -> list[GuestLink]:
        """All links, or the one of a name; the latest first."""
        found = self._run(
            "SELECT link, role, within, note, made_by, made, until, revoked FROM links "
            "WHERE store = :store AND link = coalesce(:name, link) ORDER BY made DESC",
            {"store": self._store, "name": name},
        )
        return [GuestLink(row[0], Role(row[1]), *row[2:]) for row in found]

    def revoke_link(self, name: str) -> bool:
        """End a link, and with it the sessions that came by it; whether there was one to end."""
        ended = self._run(
            "UPDATE links SET revoked = :now WHERE link = :name AND store = :store "
            "AND revoked IS NULL RETURNING link",
            {"now": self._now(), "name": name, "store": self._store},
        )
        return bool(ended)

    # --- sign-ins under way -----------------------------------------------------------------------

    def begin_flow(self, content: str) -> str:
        """Keep what a sign-in at the provider needs on its return; the token to ask for it."""
        token, now = secrets.token_urlsafe(32), self._now()
        self._run("DELETE FROM flows WHERE until < :now", {"now": now})
        self._run(
            "INSERT INTO flows VALUES (:key, :content, :until)",
            {"key": hashed(token), "content": content, "until": now + FLOW_SECONDS},
        )
        return token

    def end_flow(self, token: str) -> str | None:
        """What was kept, once only; None for a token that is used, unknown or too old."""
        found = self._run(
            "DELETE FROM flows WHERE key = :key RETURNING content, until", {"key": hashed(token)}
        )
        return found[0][0] if found and found[0][1] > self._now() else None

    # --- the audit --------------------------------------------------------------------------------

    def note(
        self, what: str, *, who: str | None, detail: str = "", session: str | None = None
    ) -> None:
        """Write a line of the audit."""
        self._run(
            "INSERT INTO audit VALUES (:at, :what, :who, :detail, :session)",
            {"at": self._now(), "what": what, "who": who, "detail": detail[:500],
             "session": session},
        )  # fmt: skip

    def audit(self, most: int = 200, *, skip: int = 0, what: str | None = None) -> list[Entry]:
        """The latest lines, the latest first.

        Args:
            most: how many.
            skip: leave out so many of the latest.
            what: only lines of this kind.
        """
        found = self._run(
            "SELECT at, what, who, detail, session FROM audit WHERE what = coalesce(:what, what) "
            "ORDER BY at DESC, rowid DESC LIMIT :most OFFSET :skip",
            {"most": most, "skip": skip, "what": what},
        )
        return [Entry(*row) for row in found]

    def audit_kinds(self) -> dict[str, int]:
        """How many lines there are of each kind, by name."""
        return dict(self._run("SELECT what, count(*) FROM audit GROUP BY what ORDER BY what", {}))

    def seen(self) -> list[tuple[str, float, int]]:
        """Who signed in at the provider in the last weeks: name, last seen, sessions that hold."""
        found = self._run(
            "SELECT who, max(seen), sum(revoked IS NULL AND until > :now) FROM sessions "
            "WHERE store = :store AND who IS NOT NULL GROUP BY who ORDER BY max(seen) DESC",
            {"store": self._store, "now": self._now()},
        )
        return [(row[0], row[1], row[2]) for row in found]
