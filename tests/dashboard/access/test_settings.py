"""What the owner writes down is refused where it would leave a door open."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.access.principal import Role
from dashboard.access.settings import OIDC_SECRET, SECRET, BadSettings, read_settings
from dashboard.server import Unguarded, refuse_unguarded

GOOD = """
address = "https://map.example.org/"
publish = true
publish_where = "country=SYR"
embed = ["https://news.example.org"]
[oidc]
issuer = "https://sso.example.org/"
client_id = "map"
[people]
admins = ["Ada@Example.org"]
editors = ["edith@example.org", "sub:1234"]
viewers = ["*@example.org"]
[limits]
session_hours = 1.5
"""
KEY = "k" * 64
ENVIRON = {SECRET: KEY, OIDC_SECRET: "known to the provider"}


def written(folder: Path, text: str) -> Path:
    path = folder / "access.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_says_who_may_come_in(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, GOOD), ENVIRON)
    assert (settings.address, settings.host) == ("https://map.example.org", "map.example.org")
    assert settings.secure
    assert settings.limits.session_hours == 1.5
    assert settings.provider is not None
    assert settings.provider.issuer == "https://sso.example.org"
    roles = {who: settings.role_of(who) for who in (
        "ada@example.org", "edith@example.org", "sub:1234", "vera@example.org", "x@evil.test",
        "sub:ada@example.org", "ada@example.org@evil.test", "sub:9", "",
    )}  # fmt: skip
    assert roles == {
        "ada@example.org": Role.ADMIN, "edith@example.org": Role.EDITOR, "sub:1234": Role.EDITOR,
        "vera@example.org": Role.VIEWER, "x@evil.test": None, "sub:ada@example.org": None,
        "ada@example.org@evil.test": None, "sub:9": None, "": None,
    }  # fmt: skip


def test_no_secret_is_shown_with_the_settings(tmp_path: Path) -> None:
    told = repr(read_settings(written(tmp_path, GOOD), ENVIRON))
    assert KEY not in told
    assert "known to the provider" not in told


def test_secrets_may_lie_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    (tmp_path / "theirs").write_text("from a file\n")
    text = 'secret_file = "key"\nbook = "sessions"' + GOOD.replace(
        'client_id = "map"', 'client_id = "map"\nclient_secret_file = "theirs"'
    )
    settings = read_settings(written(tmp_path, text), {})
    assert settings.secret == KEY
    assert settings.book == tmp_path / "sessions"
    assert settings.provider is not None
    assert settings.provider.client_secret == "from a file"  # noqa: S105 — written above


@pytest.mark.parametrize(
    ("changed", "to", "said"),
    [
        ('address = "https://map.example.org/"', "", "address is missing"),
        ("https://map.example.org/", "http://map.example.org", "https://"),
        ("https://map.example.org/", "https://map.example.org/path", "without a path"),
        ("https://map.example.org/", "https://u:p@map.example.org", "no address"),
        ("https://map.example.org/", "https://map.example.org:port", "no address"),
        ("publish = true", 'publish = "yes"', "bool"),
        ("country=SYR", "from=yesterday", "publish_where"),
        ("https://news.example.org", "http://news.example.org", "https://"),
        ("https://news.example.org", "*", "no address"),
        ("https://news.example.org", "https://a.test; script-src *", "no address"),
        ('client_id = "map"', "", "client_id is missing"),
        ("https://sso.example.org/", "http://sso.example.org", "https://"),
        ("admins =", "owners =", "'owners' is no entry"),
        ('"*@example.org"', '"*"', r"\*@domain"),
        ('"*@example.org"', '"*@*"', r"\*@domain"),
        ("session_hours = 1.5", "session_hours = 0", "above 0"),
        ("session_hours = 1.5", "exports_per_hour = 1.5", "above 0"),
        ("session_hours = 1.5", "sessions = 1", "'sessions' is no entry"),
        ("publish = true", "publish = tru", "no TOML"),
        ('[oidc]\nissuer = "https://sso.example.org/"\nclient_id = "map"', "", "no \\[oidc\\]"),
    ],
)
def test_what_would_leave_a_door_open_is_refused(
    changed: str, to: str, said: str, tmp_path: Path
) -> None:
    assert changed in GOOD
    with pytest.raises(BadSettings, match=said):
        read_settings(written(tmp_path, GOOD.replace(changed, to, 1)), ENVIRON)


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        (GOOD, {}),
        (GOOD, {SECRET: "short"}),
        ('secret_file = "missing"' + GOOD, {}),
        (GOOD.replace('client_id = "map"', 'client_id = "map"\nclient_secret_file = "no"'),
         {SECRET: KEY}),
    ],
)  # fmt: skip
def test_a_secret_that_is_missing_or_short_is_refused(
    text: str, environ: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(BadSettings, match="secret"):
        read_settings(written(tmp_path, text), environ)


def test_settings_that_are_not_there_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"no\.toml"):
        read_settings(tmp_path / "no.toml", ENVIRON)


def test_other_machines_reach_nothing_that_nobody_guards(tmp_path: Path) -> None:
    for address in ("0.0.0.0", "::", "192.0.2.1", "map.example.org", ""):  # noqa: S104 — refused
        with pytest.raises(Unguarded, match="--access"):
            refuse_unguarded(address, None)
    for address in ("127.0.0.1", "::1", "127.1.2.3", "localhost"):
        refuse_unguarded(address, None)
    refuse_unguarded("0.0.0.0", read_settings(written(tmp_path, GOOD), ENVIRON))  # noqa: S104 — guarded
