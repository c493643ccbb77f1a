"""Finds out who asks, from the cookie of a session; opens and ends sessions, makes links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from dashboard.access.book import Book, GuestLink
from dashboard.access.limits import Rate
from dashboard.access.principal import Principal, Role
from dashboard.access.settings import AccessSettings
from geodata.errors import ConflictMapError

LONGEST_LINK_DAYS: Final = 366.0
_SALT: Final = "conflictmap link"


class TooOften(ConflictMapError, RuntimeError):
    """Something was asked for too often; the sentence says when to come back."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """Name and flags of a cookie."""

    name: str
    secure: bool

    def header(self, value: str, *, seconds: int, path: str = "/") -> dict[str, Any]:
        """Arguments for Starlette's `set_cookie`: read by no script, sent to no other site."""
        return {
            "key": self.name, "value": value, "max_age": seconds, "path": path,
            "httponly": True, "secure": self.secure, "samesite": "lax",
        }  # fmt: skip


class Gate:
    """The gate of one store on one server.

    Args:
        settings: what the owner wrote down.
        book: what is remembered.
        store: the store's own name; links to another one lead nowhere here.
    """

    def __init__(self, settings: AccessSettings, book: Book, store: str) -> None:
        self.settings, self.book, self._store = settings, book, store
        # The prefix makes a browser refuse the cookie from any but this host, over TLS.
        prefix = "__Host-" if settings.secure else ""
        self.cookie = Cookie(f"{prefix}conflictmap", settings.secure)
        self.flow_cookie = Cookie(f"{prefix}conflictmap-signin", settings.secure)
        self._links = URLSafeSerializer(settings.secret, salt=_SALT)
        self.signins = Rate(settings.limits.signins_per_minute, 60)
        self.exports = Rate(settings.limits.exports_per_hour, 3600)

    def principal(self, cookies: Mapping[str, str], *, acts: bool = True) -> Principal | None:
        """Who sends these cookies; None where nobody may come without signing in.

        `acts` is false where a timer asks, not a person.
        """
        token = cookies.get(self.cookie.name)
        known = None if token is None else self._known(token, acts=acts)
        if known is not None or not self.settings.publish:
            return known
        return Principal(Role.ANONYMOUS, within=self.settings.publish_where)

    def _known(self, token: str, *, acts: bool) -> Principal | None:
        session = self.book.session(token, self.settings.limits.idle_minutes * 60, acts=acts)
        if session is None:
            return None
        name = session.key[:12]
        if session.link is not None:
            link = self.book.link(session.link)
            return None if link is None else self._guest(link, name)
        # Asked anew each time: whoever is taken off the list is out.
        role = None if session.who is None else self.settings.role_of(session.who)
        return None if role is None else Principal(role, session.who, team=True, session=name)

    @staticmethod
    def _guest(link: GuestLink, session: str) -> Principal:
        who = f"link {link.link}" + (f" ({link.note})" if link.note else "")
        team = link.role >= Role.EDITOR
        return Principal(link.role, who, team, link.within, session, guest=True)

    def let_in(self, *, who: str | None = None, link: str | None = None) -> str:
        """Open a session for somebody who has shown who they are; its token."""
        seconds = self.settings.limits.session_hours * 3600
        return self.book.open_session(who=who, link=link, seconds=seconds)

    def make_link(
        self, role: Role, *, within: str, note: str, by: str, days: float
    ) -> tuple[GuestLink, str]:
        """A new link and its address.

        The token stands behind `#`: a browser never sends that part, so that it is in no log.

        Raises:
            ValueError: the days are not above 0 and at most `LONGEST_LINK_DAYS`, or the role
                is none that a link gives.
        """
        if not 0 < days <= LONGEST_LINK_DAYS:
            raise ValueError(f"{days:g} days; a link lasts up to {LONGEST_LINK_DAYS:g}.")
        if role is Role.ANONYMOUS:
            raise ValueError("A link gives the role viewer, editor or admin.")
        link = self.book.add_link(role, within=within, note=note, by=by, days=days)
        self.book.note("link made", who=by, detail=f"{link.link} {role.name.lower()}")
        return link, f"{self.settings.address}/link#{self.token_of(link)}"

    def token_of(self, link: GuestLink) -> str:
        """What opens a link; good for this store on this server alone."""
        token = self._links.dumps([self._store, link.link])
        return token if isinstance(token, str) else token.decode()

    def link_of(self, token: str) -> GuestLink | None:
        """The link of a token; None when it is not ours, changed, over or revoked."""
        try:
            store, name = self._links.loads(token)
        except (BadData, ValueError, TypeError):
            return None
        if store != self._store or not isinstance(name, str):
            return None
        return self.book.link(name)

    def export(self, principal: Principal, address: str, what: str) -> None:
        """Count and note an export.

        Raises:
            TooOften: there were too many within the hour.
        """
        if not self.exports.take(principal.name or address):
            raise TooOften("Too many exports within the hour; try again later.")
        self.book.note("export", who=principal.name, detail=what, session=principal.session)
