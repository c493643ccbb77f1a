"""What the owner of a server wrote down: where it is, who may come in, how long, how much.

A TOML file says everything but the secrets. Those come from the environment or from files of their
own, so that the settings can be shown to anybody.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import SplitResult, urlsplit

from dashboard.access.principal import Role
from geodata.errors import BadLink, ConflictMapError
from geodata.filters import parse_filter

LEAST_SECRET: Final = 32
SECRET: Final = "CONFLICTMAP_SECRET"  # noqa: S105 — the name of the variable
OIDC_SECRET: Final = "CONFLICTMAP_OIDC_SECRET"  # noqa: S105 — likewise
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_ROLES: Final = {"admins": Role.ADMIN, "editors": Role.EDITOR, "viewers": Role.VIEWER}

T = TypeVar("T")


class BadSettings(ConflictMapError, ValueError):
    """The access settings cannot be used; the sentence names the entry and what to write."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider.

    Attributes:
        issuer: its address, as it names itself.
        client_id: what it knows this server as.
        client_secret: what it gave with that; None for a public client.
        name: what the button says.
        trust_email: believe an e-mail address that the provider does not call verified.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    name: str = "your organisation"
    trust_email: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of what.

    Attributes:
        session_hours: after so long a person signs in again.
        idle_minutes: likewise, without any request.
        signins_per_minute: attempts from one address.
        exports_per_hour: by one person, or from one address.
        upload_mb: one uploaded file.
        message_mb: one message of the page's websocket.
        cached_sessions_s: how long the state of a page that lost its connection is kept.
    """

    session_hours: float = 12.0
    idle_minutes: float = 120.0
    signins_per_minute: int = 20
    exports_per_hour: int = 30
    upload_mb: int = 200
    message_mb: int = 50
    cached_sessions_s: int = 60


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """Everything; see `docs/hosting.md` for the file.

    Attributes:
        address: what people type: scheme, host and port.
        secret: signs links and makes the page's tokens.
        publish: whether anonymous people see what is published.
        publish_where: the query that narrows it.
        people: entries (an address, `*@domain`, or `sub:` and the provider's id) with their role.
        provider: where people sign in; None where links alone lead in.
        embed: origins that may show a published view in a frame.
        book: file with sessions, links and audit; None puts it beside the store.
    """

    address: str
    secret: str = field(repr=False)
    publish: bool = False
    publish_where: str = ""
    people: Mapping[str, Role] = field(default_factory=dict)
    provider: Provider | None = None
    embed: tuple[str, ...] = ()
    limits: Limits = Limits()
    book: Path | None = None

    @property
    def secure(self) -> bool:
        """Whether people come by TLS."""
        return self.address.startswith("https://")

    @property
    def host(self) -> str:
        """Host name of the address, without port."""
        return urlsplit(self.address).hostname or ""

    def role_of(self, who: str) -> Role | None:
        """The highest role of a name; None for a stranger."""
        name = folded(who)
        # A provider's id may look like an address; only an address it vouches for has a domain.
        domain = "" if name.startswith("sub:") else name.rpartition("@")[2]
        names = {name} | ({f"*@{domain}"} if domain else set())
        return max((role for name, role in self.people.items() if name in names), default=None)


def folded(name: str) -> str:
    """An address in small letters; a provider's id as it is, since two may differ in case alone."""
    return name if name.startswith("sub:") else name.casefold()


def read_settings(path: Path, environ: Mapping[str, str] = os.environ) -> AccessSettings:
    """The settings of a file.

    Args:
        path: the TOML file; files it names are found from its folder.
        environ: where secrets are looked for first.

    Raises:
        BadSettings: something is missing, unknown or unsafe.
    """
    table = _table(path)
    oidc = table.pop("oidc", None)
    people = table.pop("people", {})
    limits = table.pop("limits", {})
    secret_file = table.pop("secret_file", None)
    book = table.pop("book", None)
    _known("the file", table, {"address", "publish", "publish_where", "embed"})
    settings = AccessSettings(
        address=_address(table.get("address")),
        secret=_secret(path, environ, SECRET, secret_file),
        publish=_is(bool, "publish", table.get("publish", False)),
        publish_where=_query(table.get("publish_where", "")),
        people=_people(people),
        provider=None if oidc is None else _provider(path, environ, oidc),
        embed=tuple(_origin("embed", text) for text in _list("embed", table.get("embed", []))),
        limits=_limits(limits),
        book=None if book is None else path.parent / _is(str, "book", book),
    )
    if settings.people and settings.provider is None:
        raise BadSettings("[people] are named, and there is no [oidc] where they could sign in.")
    return settings


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadSettings(f"The access settings {path}: {error.strerror}.") from error
    except ValueError as error:
        raise BadSettings(f"The access settings {path} are no TOML: {error}.") from error


def _known(where: str, table: Mapping[str, Any], names: set[str]) -> None:
    for name in table:
        if name not in names:
            known = ", ".join(sorted(names))
            raise BadSettings(f"{name!r} is no entry of {where}; known are {known}.")


def _is(kind: type[T], name: str, value: Any) -> T:
    if not isinstance(value, kind):
        raise BadSettings(f"{name} is {value!r}; write it as {kind.__name__}.")
    return value


def _list(name: str, value: Any) -> list[str]:
    return [_is(str, name, item) for item in _is(list, name, value)]


def _address(value: Any) -> str:
    if value is None:
        raise BadSettings(
            'address is missing: what people type, such as "https://map.example.org".'
        )
    return _origin("address", value)


def _origin(name: str, value: Any) -> str:
    """An address that is scheme, host and port; http only on this machine.

    An embedding site may be served without TLS no more than this one.
    """
    text = _is(str, name, value).rstrip("/")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise BadSettings(f"{name} {text!r} is no address ({error}).") from error
    bare = f"{parts.scheme}://{parts.netloc}"
    if not parts.hostname or bare != text or "@" in parts.netloc or any(c in text for c in " ;,'*"):
        raise BadSettings(f"{name} {text!r} is no address; write scheme and host, without a path.")
    _require_tls(name, parts)
    return text.lower()


def _require_tls(name: str, parts: SplitResult) -> None:
    local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if parts.scheme != "https" and not local:
        raise BadSettings(f"{name} must begin with https://; http is for this machine alone.")


def _secret(path: Path, environ: Mapping[str, str], variable: str, file: Any) -> str:
    text = environ.get(variable, "")
    if not text and file is not None:
        named = path.parent / _is(str, "secret_file", file)
        try:
            text = named.read_text("utf-8").strip()
        except (OSError, UnicodeError) as error:
            raise BadSettings(f"The secret {named} cannot be read ({error}).") from error
    if len(text) < LEAST_SECRET:
        raise BadSettings(
            f"A secret of at least {LEAST_SECRET} characters is needed, in {variable} or in the "
            "file that secret_file names; make one with: openssl rand -hex 32"
        )
    return text


def _query(value: Any) -> str:
    text = _is(str, "publish_where", value)
    try:
        parse_filter(text)
    except BadLink as error:
        raise BadSettings(f"publish_where: {error}") from error
    return text


def _people(table: Any) -> dict[str, Role]:
    _known("[people]", _is(dict, "[people]", table), set(_ROLES))
    found: dict[str, Role] = {}
    for key, role in _ROLES.items():
        for name in _list(key, table.get(key, [])):
            if "*" in name.removeprefix("*@") or not name:
                raise BadSettings(f"{key} {name!r}: write an address, *@domain, or sub:id.")
            found[folded(name)] = max(role, found.get(folded(name), role))
    return found


def _provider(path: Path, environ: Mapping[str, str], table: Any) -> Provider:
    table = dict(_is(dict, "[oidc]", table))
    file = table.pop("client_secret_file", None)
    known = {"issuer", "client_id", "name", "trust_email"}
    _known("[oidc]", table, known)
    secret = environ.get(OIDC_SECRET) or None
    if secret is None and file is not None:
        try:
            secret = (path.parent / _is(str, "client_secret_file", file)).read_text().strip()
        except OSError as error:
            raise BadSettings(f"client_secret_file cannot be read ({error}).") from error
    for name in ("issuer", "client_id"):
        if not table.get(name):
            raise BadSettings(f"[oidc] {name} is missing; the provider's administrator knows it.")
    issuer = _is(str, "[oidc] issuer", table["issuer"]).rstrip("/")
    _require_tls("[oidc] issuer", urlsplit(issuer))
    name = _is(str, "[oidc] name", table.get("name", "your organisation"))
    trust = _is(bool, "[oidc] trust_email", table.get("trust_email", False))
    return Provider(issuer, _is(str, "[oidc] client_id", table["client_id"]), secret, name, trust)


def _limits(table: Any) -> Limits:
    _known("[limits]", _is(dict, "[limits]", table), {spec.name for spec in fields(Limits)})
    for name, value in table.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        whole = isinstance(getattr(Limits(), name), int)
        if not number or value <= 0 or (whole and not isinstance(value, int)):
            raise BadSettings(f"[limits] {name} is {value!r}; write a number above 0.")
    return Limits(**table)
