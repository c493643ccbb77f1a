"""What an admin sees and does of a server's comings and goings: sessions, links, audit.

Every method asks anew whether whoever asks is an admin, so that no page can forget to; a role that
was taken away ends here at once.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from typing import Any, Final

import geodata
from dashboard.access import asking
from dashboard.access.book import Entry
from dashboard.access.gate import LONGEST_LINK_DAYS, Gate
from dashboard.access.principal import Principal, Role
from dashboard.access.selfcheck import problems
from geodata.errors import ImpossibleValue, NotAllowed
from geodata.filters import parse_filter, to_query

LONGEST_NOTE: Final = 200
PAGE_LINES: Final = 50
MOST_EXPORTED: Final = 100_000
_ROLES: Final = {role.name.lower(): role for role in (Role.VIEWER, Role.EDITOR, Role.ADMIN)}
LINK_ROLES: Final = tuple(_ROLES)
_COLUMNS: Final = tuple(spec.name for spec in fields(Entry))
# As in exports of incidents: a spreadsheet would run what begins so.
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = dict[str, Any]


class Administration:
    """The books of a server with access, for admins.

    Raises:
        NotAllowed: from every method, where whoever asks is no admin, or there is no access to
            administer.
    """

    def _gate(self) -> Gate:
        return self._asks()[0]

    @staticmethod
    def _asks() -> tuple[Gate, Principal]:
        gate, who = asking.gate(), asking.principal()
        if gate is None or who is None or who.role < Role.ADMIN:
            raise NotAllowed("This is for admins of a server that several people use.")
        return gate, who

    def require(self) -> None:
        """Nothing, for an admin."""
        self._asks()

    def people(self) -> list[Row]:
        """Who may come in by the settings: entry and role, the highest first."""
        given = self._gate().settings.people.items()
        ordered = sorted(given, key=lambda entry: (-entry[1], entry[0]))
        return [{"entry": name, "role": role.name.lower()} for name, role in ordered]

    def seen(self) -> list[Row]:
        """Who signed in at the provider in the last weeks, and what they may do now."""
        gate = self._gate()
        return [
            {
                "who": who, "role": _role_name(gate.settings.role_of(who)),
                "last seen": _moment(last), "sessions": holding,
            }
            for who, last, holding in gate.book.seen()
        ]  # fmt: skip

    def sessions(self) -> list[Row]:
        """Sessions that hold, the latest first; `session` names one."""
        gate, who = self._asks()
        return [
            {
                "session": one.key[:12],
                "who": one.who or f"link {one.link}",
                "yours": "yes" if one.key[:12] == who.session else "",
                "began": _moment(one.made), "last seen": _moment(one.seen),
                "ends": _moment(one.until),
            }
            for one in gate.book.sessions()
        ]  # fmt: skip

    def end_sessions(self, names: Iterable[str]) -> int:
        """End sessions by their names; how many that were."""
        return self._ended(names, self._gate().book.end_session, "session ended")

    def links(self) -> list[Row]:
        """All links, the latest first; `holds` says whether one still opens anything."""
        gate = self._gate()
        holding = {link.link for link in gate.book.links() if gate.book.link(link.link)}
        return [
            {
                "link": link.link, "holds": "yes" if link.link in holding else "",
                "role": link.role.name.lower(), "query": link.within, "note": link.note,
                "made by": link.made_by, "made": _moment(link.made), "ends": _moment(link.until),
                "revoked": _moment(link.revoked),
            }
            for link in gate.book.links()
        ]  # fmt: skip

    def make_link(self, role: str, *, query: str, note: str, days: float) -> str:
        """A new link's address, which is kept nowhere.

        Raises:
            NotAllowed: they came by a link themselves: it would outlive its own end.
            ImpossibleValue: role, note, query or days cannot be.
            BadLink: the query cannot be read.
        """
        gate, who = self._asks()
        if who.guest:
            raise NotAllowed("Whoever came by a link makes no links; sign in with your own name.")
        if role not in _ROLES:
            raise ImpossibleValue(f"{role!r} is no role; a link gives {', '.join(_ROLES)}.")
        if not 0 < days <= LONGEST_LINK_DAYS:
            raise ImpossibleValue(f"{days:g} days: a link lasts up to {LONGEST_LINK_DAYS:g}.")
        if len(note) > LONGEST_NOTE:
            raise ImpossibleValue(f"A note has up to {LONGEST_NOTE} characters.")
        chosen = parse_filter(query.strip().lstrip("?"))
        if chosen and _ROLES[role] is not Role.VIEWER:
            raise ImpossibleValue("A query narrows what a viewer sees; others see everything.")
        _, address = gate.make_link(
            _ROLES[role], within=to_query(chosen), note=" ".join(note.split()),
            by=who.name or "", days=days,
        )  # fmt: skip
        return address

    def revoke_links(self, names: Iterable[str]) -> int:
        """End links, and with them the sessions that came by them; how many links that were."""
        return self._ended(names, self._gate().book.revoke_link, "revoked")

    def _ended(self, names: Iterable[str], end: Callable[[str], int], what: str) -> int:
        """End what is named, and note each that held until now as `what`; how many those were."""
        gate, who = self._asks()
        ended = 0
        for name in names:
            if end(name):
                ended += 1
                gate.book.note(what, who=who.name, detail=name, session=who.session)
        return ended

    def audit_kinds(self) -> dict[str, int]:
        """How many lines of each kind the audit has."""
        return self._gate().book.audit_kinds()

    def audit(self, number: int = 0, what: str | None = None) -> list[Row]:
        """One page of the audit, the latest first; `number` counts pages from 0."""
        lines = self._gate().book.audit(PAGE_LINES, skip=number * PAGE_LINES, what=what)
        return [asdict(line) | {"at": _moment(line.at)} for line in lines]

    def audit_file(self, what: str | None = None) -> bytes:
        """The audit as CSV, which is itself an export that is counted and noted.

        Raises:
            TooOften: there were too many exports.
        """
        gate, _ = self._asks()
        asking.exporting("the audit")
        out = io.StringIO()
        table = csv.writer(out)
        table.writerow(_COLUMNS)
        for line in gate.book.audit(MOST_EXPORTED, what=what):
            row = asdict(line) | {"at": _moment(line.at)}
            table.writerow([_harmless(row[name]) for name in _COLUMNS])
        return out.getvalue().encode("utf-8-sig", "replace")

    def settings(self) -> list[Row]:
        """The settings in force, without secrets."""
        settings = self._gate().settings
        told: Row = {
            "address": settings.address,
            "anonymous people see what is published": settings.publish,
            "within": settings.publish_where,
            "sites that may embed": ", ".join(settings.embed),
        }
        if settings.provider is not None:
            told |= {
                "provider": settings.provider.issuer,
                "known there as": settings.provider.client_id,
                "e-mail addresses believed unverified": settings.provider.trust_email,
            }
        told |= {name.replace("_", " "): value for name, value in asdict(settings.limits).items()}
        return [{"setting": name, "value": _shown(value)} for name, value in told.items()]

    def problems(self) -> list[str]:
        """What is wrong or open, with what to do; see `selfcheck`."""
        gate = self._gate()
        return problems(gate.settings, gate.book)

    def version(self) -> str:
        """The program's version."""
        self._gate()
        return geodata.__version__


def _role_name(role: Role | None) -> str:
    return "none any more" if role is None else role.name.lower()


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value) or "–"


def _moment(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")


def _harmless(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_RUNS) else text
