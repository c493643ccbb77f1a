"""What each route needs, by its template; a route that is not listed here is not served.

A new route gets its line below, or a test fails and a server with access answers 404 on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from starlette.routing import compile_path

from dashboard.access.principal import Principal, Role


class Need(Enum):
    """Who may use a route."""

    OPEN = "anyone: it tells nothing of the record"
    SEE = "whoever may see anything: anonymous where the owner publishes, else a viewer"
    EDIT = "an editor"
    ADMIN = "an admin"
    WATCH = "an admin, or a program on this machine"
    NEVER = "nobody: Streamlit brings it and we have no use for it"

    def allows(self, principal: Principal | None) -> bool:
        """Whether somebody may; `WATCH` is the door's to open for programs on this machine."""
        if self is Need.OPEN:
            return True
        if principal is None or self is Need.NEVER:
            return False
        return principal.role >= _LEAST[self]


_LEAST: Final = {
    Need.SEE: Role.ANONYMOUS,
    Need.EDIT: Role.EDITOR,
    Need.ADMIN: Role.ADMIN,
    Need.WATCH: Role.ADMIN,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route needs to be read and to be written to; None where that is not possible."""

    read: Need | None
    write: Need | None = None


PAGES: Final[Mapping[str, Need]] = {
    "": Need.SEE,
    "map": Need.SEE,
    "about": Need.SEE,
    "data": Need.EDIT,
    "review": Need.EDIT,
    "places": Need.EDIT,
    "duplicates": Need.EDIT,
    "admin": Need.ADMIN,
}
"""The pages by the last part of their address."""

OURS: Final[Mapping[str, Rule]] = {
    "/assets/{version}/{name:path}": Rule(Need.OPEN),
    "/maps/{digest}.js": Rule(Need.OPEN),
    "/favicon.png": Rule(Need.OPEN),
    "/data/{token}/current": Rule(Need.SEE),
    "/data/{token}/incidents.pack": Rule(Need.SEE),
    "/data/{token}/rows": Rule(Need.SEE),
    "/data/{token}/row/{row}": Rule(Need.SEE),
    "/data/{token}/incident/{incident_id:path}": Rule(Need.SEE),
    "/data/{token}/hits": Rule(Need.SEE),
    "/data/{token}/provinces": Rule(Need.SEE),
    "/opening": Rule(Need.SEE),
    "/layers": Rule(Need.SEE),
    "/layers/{id}.json": Rule(Need.SEE),
    "/symbols/{frames}/{code}.svg": Rule(Need.SEE),
    "/tiles/{key}/{z}/{x}/{y}": Rule(Need.SEE),
    "/healthz": Rule(Need.OPEN),
    "/readyz": Rule(Need.OPEN),
    "/metrics": Rule(Need.WATCH),
    "/signin": Rule(Need.OPEN),
    "/signin/start": Rule(Need.OPEN),
    "/signin/callback": Rule(Need.OPEN),
    "/signout": Rule(Need.OPEN, Need.OPEN),
    "/link": Rule(Need.OPEN, Need.OPEN),
    "/link.js": Rule(Need.OPEN),
    "/session": Rule(Need.OPEN),
    "/v/{view}": Rule(Need.SEE),
    "/v/{view}/picture.png": Rule(Need.SEE),
}
"""Our routes."""

STREAMLITS: Final[Mapping[str, Rule]] = {
    "/_stcore/stream": Rule(Need.SEE),
    "/_stcore/health": Rule(Need.OPEN),
    "/_stcore/host-config": Rule(Need.OPEN),
    "/_stcore/bidi-components/{path:path}": Rule(Need.SEE),
    "/_stcore/upload_file/{session_id}/{file_id}": Rule(None, Need.EDIT),
    "/_stcore/metrics": Rule(Need.NEVER),
    "/_stcore/agent/interact": Rule(Need.NEVER, Need.NEVER),
    "/_stcore/agent/openapi.json": Rule(Need.NEVER, Need.NEVER),
    "/_stcore/agent/mcp": Rule(Need.NEVER, Need.NEVER),
    "/_stcore/script-health-check": Rule(Need.NEVER),
    "/media/{file_id:path}": Rule(Need.SEE),
    "/component/{path:path}": Rule(Need.SEE),
    "/auth/login": Rule(Need.NEVER),
    "/auth/logout": Rule(Need.NEVER),
    "/oauth2callback": Rule(Need.NEVER),
    "/static/{path:path}": Rule(Need.OPEN),
}
"""Streamlit's own; `/static` holds its scripts and styles."""

LOOKED_AT: Final = frozenset({"/v/{view}"})
"""Routes of ours that people open, beside the pages."""
ASKED_BY_TIMERS: Final = frozenset({"/session", "/data/{token}/current"})
"""Routes that a page asks by itself: a session that asks nothing else goes on being idle."""

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Matched:
    """A path with its rule.

    Attributes:
        template: of the route; no part of it comes from outside, so that it may be logged.
        page: whether a person looks at it, and is led to sign in rather than refused.
    """

    template: str
    rule: Rule
    page: bool = False


_PAGES: Final = {
    f"/{name}": Matched(f"/{name}", Rule(need), page=True) for name, need in PAGES.items()
}
_COMPILED: Final = tuple(
    (compile_path(template)[0], Matched(template, rule, page=template in LOOKED_AT))
    for template, rule in {**OURS, **STREAMLITS}.items()
)


def match(path: str) -> Matched | None:
    """The rule of a path below the application's root; None where there is no such route."""
    if path in _PAGES:
        return _PAGES[path]
    return next((found for pattern, found in _COMPILED if pattern.match(path)), None)


def need_of(matched: Matched, method: str) -> Need | None:
    """What a method on a route needs; None where the route does not have it."""
    return matched.rule.read if method in READING else matched.rule.write
