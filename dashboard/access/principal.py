"""The one who asks, and what that means for the store."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from geodata.filters import parse_filter
from geodata.store import Rights


class Role(IntEnum):
    """What a person may do; each includes the one before."""

    ANONYMOUS = 0
    """Sees what the owner has published, where the owner publishes."""
    VIEWER = 1
    """One of the team sees everything; whoever came by a link sees the link's choice."""
    EDITOR = 2
    """Adds, corrects, reviews, takes back."""
    ADMIN = 3
    """Reads the metrics; sees who comes, ends sessions, makes and revokes links."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes:
        role: what they may do.
        name: who they are, for history and audit; None for anonymous.
        team: whether they see more than what is published.
        within: the query that narrows what they see, for those who are not of the team.
        session: first letters of their session's key, for the audit; None without one.
        guest: whether they came by a link, as anybody who has it can.
    """

    role: Role
    name: str | None = None
    team: bool = False
    within: str = ""
    session: str | None = None
    guest: bool = False

    def rights(self) -> Rights:
        """The same for the store.

        Raises:
            BadLink: `within` cannot be read.
        """
        write = self.role >= Role.EDITOR
        return Rights(self.name, write=write, team=self.team, within=parse_filter(self.within))


LOCAL: Final = Principal(Role.ADMIN, team=True)
"""The one person whose own machine it is."""
