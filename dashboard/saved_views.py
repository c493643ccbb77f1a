"""Named views: what the map page shows, kept under a short name that can be passed on.

They lie in a SQLite file of their own beside the store, which is opened for each question and held
by nobody. Saving one changes no incident, so the store stays at its version; and whoever is handed
a copy of the store is not told what its people looked at.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from dashboard.access.principal import LOCAL, Principal, Role
from geodata.errors import ConflictMapError, ImpossibleValue, NotAllowed
from geodata.filters import MAX_QUERY_LENGTH, Link, parse_link

LONGEST_NAME: Final = 120
LONGEST_NOTE: Final = 2_000
MOST_VIEWS: Final = 500
"""Of one owner; a limit against a page that saves in a loop."""
PARAMETER: Final = "view"
"""Names the view in the address that it leads to."""

# No vowels and nothing that is read for something else: an id is told over the telephone.
_SIGNS: Final = "23456789bcdfghjkmnpqrstvwxz"
_SIGNS_AN_ID: Final = 10
_KEPT_DAYS: Final = 30
_COLUMNS: Final = "view, name, note, query, owner, seen_by, made, changed"
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS views (view TEXT PRIMARY KEY, name TEXT NOT NULL, note TEXT NOT NULL,
    query TEXT NOT NULL, owner TEXT, seen_by TEXT NOT NULL, made REAL NOT NULL,
    changed REAL NOT NULL, deleted REAL)
"""
# They turn the direction of what stands around them, on any page that shows the name.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class ViewsUnusable(ConflictMapError, OSError):
    """The file with the saved views cannot be read or written."""


class NoSuchView(ConflictMapError, LookupError):
    """There is no view of that name, or not for whoever asks: the two are told alike."""

    def __init__(self) -> None:
        super().__init__("There is no such view: it was deleted, or is not shown to you.")


class SeenBy(StrEnum):
    """Who may open a view."""

    OWNER = "owner"
    TEAM = "team"
    EVERYBODY = "everybody"
    """Where the server shows what is published; they see only that of the view's incidents."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A named view.

    Attributes:
        view: its id in addresses.
        name: one line.
        note: what it is for; empty where nothing was said.
        query: of the address that it leads to, without question mark.
        owner: who saved it; None where that was on a machine of one person.
        seen_by: who may open it.
        made, changed: seconds since 1970.
    """

    view: str
    name: str
    note: str
    query: str
    owner: str | None
    seen_by: SeenBy
    made: float
    changed: float

    @property
    def link(self) -> Link:
        """Filter and view of its query; what can no longer be read is in the notices."""
        return parse_link(self.query)


def views_beside(store: Path) -> Path:
    """Where the views of a store are kept."""
    return store.with_name(store.name + ".views")


class ViewBook:
    """The saved views of one store; safe to use from several threads and processes.

    Args:
        path: the file; made with the first view, readable by its owner alone.
        now: seconds since 1970.

    Raises:
        ViewsUnusable: from every method, when the file cannot be used.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self.path, self.now = path, now

    def find(self, view: str, *, deleted: bool = False) -> SavedView | None:
        """A view by its id; a deleted one only where that is asked for."""
        rows = self._run(
            f"SELECT {_COLUMNS} FROM views WHERE view = :view "  # noqa: S608 — fixed text
            "AND (deleted IS NULL) != :deleted",
            {"view": view, "deleted": deleted},
        )
        return _view(rows[0]) if rows else None

    def all(self) -> list[SavedView]:
        """Every view, by name."""
        rows = self._run(
            f"SELECT {_COLUMNS} FROM views WHERE deleted IS NULL",  # noqa: S608 — fixed text
            {},
        )
        return sorted(map(_view, rows), key=lambda view: (view.name.casefold(), view.view))

    def put(self, view: SavedView) -> None:
        """Write a view, in place of the one with its id."""
        self._run(
            f"INSERT OR REPLACE INTO views ({_COLUMNS}) "  # noqa: S608 — fixed text
            "VALUES (:view, :name, :note, :query, :owner, :seen_by, :made, :changed)",
            {name: getattr(view, name) for name in _COLUMNS.split(", ")},
            writes=True,
        )

    def set_deleted(self, view: str, *, deleted: bool) -> None:
        """Delete a view or bring it back; what was deleted long ago goes for good."""
        now = self.now()
        self._run(
            "UPDATE views SET deleted = :deleted WHERE view = :view",
            {"view": view, "deleted": now if deleted else None},
            writes=True,
        )
        self._run(
            "DELETE FROM views WHERE deleted < :before", {"before": now - _KEPT_DAYS * 86_400}
        )

    def _run(
        self, statement: str, values: Mapping[str, Any], *, writes: bool = False
    ) -> list[tuple[Any, ...]]:
        if not writes and not self.path.exists():
            return []
        try:
            if not self.path.exists():
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            with closing(sqlite3.connect(self.path, timeout=10)) as connection, connection:
                connection.execute(_TABLE)
                return connection.execute(statement, dict(values)).fetchall()
        except (OSError, sqlite3.Error) as error:
            raise ViewsUnusable(
                f"The saved views in {self.path} cannot be used ({error}). Check that the folder "
                "can be written to; if the file is damaged, move it away."
            ) from error


def _view(row: tuple[Any, ...]) -> SavedView:
    view, name, note, query, owner, seen_by, made, changed = row
    return SavedView(view, name, note, query, owner, SeenBy(seen_by), made, changed)


class Views:
    """The saved views as one person may see and change them.

    Args:
        book: where they are kept.
        who: the person.
        publishes: whether the server shows anything to everybody.
        note: told what became of a view that everybody sees or saw, and which it is.
    """

    def __init__(
        self,
        book: ViewBook,
        who: Principal,
        *,
        publishes: bool,
        note: Callable[[str, str], None] | None = None,
    ) -> None:
        self._book, self._who, self._publishes, self._note = book, who, publishes, note

    @property
    def may_save(self) -> bool:
        """Whether they may save any: people of the team may."""
        return self._who == LOCAL or (self._who.team and self._who.name is not None)

    @property
    def choices(self) -> tuple[SeenBy, ...]:
        """Whom they may show a view; on one's own machine there is nothing to choose."""
        if self._who == LOCAL or not self.may_save:
            return (SeenBy.OWNER,)
        if self._publishes and self._who.role >= Role.EDITOR:
            return tuple(SeenBy)
        return (SeenBy.OWNER, SeenBy.TEAM)

    def all(self) -> list[SavedView]:
        """What they may open, by name."""
        return [view for view in self._book.all() if self._sees(view)]

    def find(self, view: str) -> SavedView | None:
        """A view that they may open; None where there is none."""
        found = self._book.find(view)
        return found if found is not None and self._sees(found) else None

    def owns(self, view: SavedView) -> bool:
        """Whether it is theirs; one that was saved before the store had people is the admins'."""
        if self._who == LOCAL:
            return True
        if not self.may_save:
            return False
        if view.owner is None:
            return self._who.role >= Role.ADMIN
        return view.owner == self._who.name

    def may_delete(self, view: SavedView) -> bool:
        """Whether they may delete it, or end that others see it: admins those that others see."""
        others_see = view.seen_by is not SeenBy.OWNER
        return self.owns(view) or (self.may_save and self._is_admin and others_see)

    def save(self, name: str, note: str, query: str, seen_by: SeenBy) -> SavedView:
        """A new view.

        Raises:
            NotAllowed: they may save none, or not show it to so many.
            ImpossibleValue: it has no name, or is too long.
        """
        if not self.may_save:
            raise NotAllowed("Only people who work with this store can save views.")
        self._require_choice(seen_by)
        mine = sum(view.owner == self._who.name for view in self._book.all())
        if mine >= MOST_VIEWS:
            raise ImpossibleValue(f"You have {mine} views; delete one before you save another.")
        now = self._book.now()
        name, note, query = _one_line(name), _plain(note), _checked(query)
        made = SavedView(_new_id(), name, note, query, self._who.name, seen_by, now, now)
        self._book.put(made)
        self._tell("view published", made)
        return made

    def describe(self, view: str, name: str, note: str, seen_by: SeenBy) -> SavedView:
        """Change what it is called, what it is for, and who may open it.

        Raises:
            NoSuchView: it is not theirs.
            NotAllowed, ImpossibleValue: as `save`.
        """
        found = self._own(view)
        if seen_by is not found.seen_by or seen_by is SeenBy.EVERYBODY:
            self._require_choice(seen_by)
        return self._put(found, name=_one_line(name), note=_plain(note), seen_by=seen_by)

    def update(self, view: str, query: str) -> SavedView:
        """Let it lead to another query.

        Raises:
            NoSuchView: it is not theirs.
            NotAllowed: everybody sees it, and they may no longer show anything to everybody.
            ImpossibleValue: as `save`.
        """
        found = self._own(view)
        if found.seen_by is SeenBy.EVERYBODY:
            self._require_choice(SeenBy.EVERYBODY)
        return self._put(found, query=_checked(query))

    def withdraw(self, view: str) -> SavedView:
        """Let only the team see what everybody could.

        Raises:
            NoSuchView: it is not theirs, and they are no admin.
        """
        found = self._book.find(view)
        if found is None or not self.may_delete(found) or found.seen_by is not SeenBy.EVERYBODY:
            raise NoSuchView
        return self._put(found, seen_by=SeenBy.TEAM)

    def delete(self, view: str) -> SavedView:
        """Delete it; `restore` brings it back.

        Raises:
            NoSuchView: it is not theirs, and they are no admin who sees it.
        """
        found = self._book.find(view)
        if found is None or not self.may_delete(found):
            raise NoSuchView
        self._book.set_deleted(view, deleted=True)
        self._tell("view no longer published", found)
        return found

    def restore(self, view: str) -> SavedView:
        """Bring a deleted view back, with its id.

        Raises:
            NoSuchView: it is not deleted, or was not theirs to delete.
        """
        found = self._book.find(view, deleted=True)
        if found is None or not self.may_delete(found):
            raise NoSuchView
        self._book.set_deleted(view, deleted=False)
        self._tell("view published", found)
        return found

    @property
    def _is_admin(self) -> bool:
        return self._who.role >= Role.ADMIN

    def _sees(self, view: SavedView) -> bool:
        if self.owns(view):
            return True
        if view.seen_by is SeenBy.EVERYBODY:
            return self._publishes or self._who.team
        return view.seen_by is SeenBy.TEAM and self._who.team

    def _own(self, view: str) -> SavedView:
        found = self._book.find(view)
        if found is None or not self.owns(found):
            raise NoSuchView
        return found

    def _require_choice(self, seen_by: SeenBy) -> None:
        if self._who != LOCAL and seen_by not in self.choices:
            raise NotAllowed("Showing a view to everybody is for editors, where the server does.")

    def _put(self, view: SavedView, **changes: Any) -> SavedView:
        changed = replace(view, changed=self._book.now(), **changes)
        self._book.put(changed)
        if changed.seen_by is SeenBy.EVERYBODY:
            self._tell("view published", changed)
        else:
            self._tell("view no longer published", view)
        return changed

    def _tell(self, what: str, view: SavedView) -> None:
        if self._note is not None and view.seen_by is SeenBy.EVERYBODY:
            self._note(what, view.view)


def _new_id() -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(_SIGNS_AN_ID))


def _plain(text: str, most: int = LONGEST_NOTE) -> str:
    """A text without signs that no person writes; lines stay lines.

    Raises:
        ImpossibleValue: it is too long.
    """
    kept = "".join(
        sign for sign in text
        if sign == "\n" or (unicodedata.category(sign) not in {"Cc", "Cs"} and sign not in _TURNING)
    ).strip()  # fmt: skip
    if len(kept) > most:
        raise ImpossibleValue(f"{len(kept):,} characters are too many; up to {most:,} are kept.")
    return kept


def _one_line(text: str) -> str:
    line = _plain(" ".join(text.split()), LONGEST_NAME)
    if not line:
        raise ImpossibleValue("Give the view a name, by which you and others find it again.")
    return line


def _checked(query: str) -> str:
    if len(query) > MAX_QUERY_LENGTH or not (query.isascii() and query.isprintable()):
        raise ImpossibleValue("What the map shows is too much for a view; choose fewer values.")
    return query
