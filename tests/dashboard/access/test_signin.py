"""Coming in by a provider or a link, and going out again, without a browser."""

from __future__ import annotations

import logging
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import replace
from http.client import HTTPMessage
from pathlib import Path
from typing import IO

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from dashboard.access.book import Book
from dashboard.access.door import Door
from dashboard.access.gate import Gate
from dashboard.access.principal import Role
from dashboard.access.settings import AccessSettings, Limits, Provider
from dashboard.access.signin import ROUTES, identity, safe_return
from tests.dashboard.access.visitors import ADDRESS, HOST, HOURS, Clock, ask, session_of

OPEN_REDIRECTS = (
    "https://evil.test", "//evil.test", "///evil.test", "/\\evil.test", "\\\\evil.test",
    "https:evil.test", "javascript:alert(1)", "/data\r\nLocation: https://evil.test", "/nope",
    "/\tevil.test", "http:///evil.test", "/signout", "/data/x/rows", "@evil.test", "",
)  # fmt: skip


@pytest.fixture
def app(gate: Gate) -> ASGIApp:
    return Door(Starlette(routes=list(ROUTES)), gate, {HOST})


def who(gate: Gate, answer_cookies: dict[str, str]) -> tuple[str | None, Role]:
    found = gate.principal({n: text.split(";")[0] for n, text in answer_cookies.items()})
    assert found is not None
    return found.name, found.role


@pytest.mark.parametrize("asked", OPEN_REDIRECTS)
def test_signing_in_leads_to_our_pages_only(asked: str) -> None:
    assert safe_return(asked) == "/"


def test_signing_in_leads_back_to_the_page_with_its_choice() -> None:
    assert safe_return("/?country=SYR&q=a%20b") == "/?country=SYR&q=a%20b"
    assert safe_return("/review") == "/review"


def test_a_name_is_taken_from_what_a_provider_vouches_for_only() -> None:
    claims = {"email": "Ada@Example.org", "email_verified": True, "sub": "7"}
    assert identity(claims, trust_email=False) == "ada@example.org"
    assert identity(claims | {"email_verified": False}, trust_email=False) == "sub:7"
    assert identity(claims | {"email_verified": "true"}, trust_email=False) == "sub:7"
    assert identity(claims | {"email_verified": False}, trust_email=True) == "ada@example.org"
    assert identity(claims | {"email": "sub:1@x"}, trust_email=True) == "sub:7"
    assert identity({"email": "ada@example.org"}, trust_email=False) is None
    assert identity({}, trust_email=True) is None


# --- links ---------------------------------------------------------------------------------------


def follow(app: ASGIApp, token: str, **more: object) -> tuple[int, dict[str, str]]:
    body = urllib.parse.urlencode({"token": token}).encode()
    answer = ask(app, "/link", method="POST", body=body, **more)
    return answer.status, answer.cookies()


def test_a_link_lets_in_until_it_ends_or_is_revoked(app: ASGIApp, gate: Gate, clock: Clock) -> None:
    link, address = gate.make_link(
        Role.VIEWER, within="country=SYR", note="the desk", by="ada", days=2
    )
    token = address.removeprefix(f"{ADDRESS}/link#")
    assert token == gate.token_of(link)
    status, cookies = follow(app, token)
    assert status == 303
    (text,) = [value for name, value in cookies.items() if name == "__Host-conflictmap"]
    assert {part.strip() for part in text.split(";")[1:]} >= {
        "HttpOnly", "Secure", "SameSite=lax", "Path=/",
    }  # fmt: skip
    here = {gate.cookie.name: text.split(";")[0]}
    guest = gate.principal(here)
    assert guest is not None
    assert (guest.role, guest.team, guest.within) == (Role.VIEWER, False, "country=SYR")
    assert gate.book.revoke_link(link.link)
    assert not gate.book.revoke_link(link.link)
    assert gate.principal(here).session is None  # type: ignore[union-attr]
    assert follow(app, token)[0] == 403
    again = gate.token_of(gate.make_link(Role.VIEWER, within="", note="", by="ada", days=1)[0])
    clock.now += 25 * HOURS
    assert follow(app, again)[0] == 403


def test_a_changed_or_foreign_link_opens_nothing(
    app: ASGIApp, gate: Gate, clock: Clock, settings: AccessSettings, tmp_path: Path
) -> None:
    link, _ = gate.make_link(Role.VIEWER, within="", note="", by="ada", days=1)
    token = gate.token_of(link)
    theirs = Gate(settings, Book(tmp_path / "other", "their store", clock), "their store")
    foreign = theirs.token_of(theirs.make_link(Role.ADMIN, within="", note="", by="x", days=1)[0])
    same_book = Gate(settings, gate.book, "their store")
    another_secret = Gate(replace(settings, secret="t" * 32), gate.book, "our store")
    tried = [
        "", "x", "a.b", token[:-1], token + "x", token[1:], token.upper(), foreign,
        same_book.token_of(link), another_secret.token_of(link), token.partition(".")[0], "é" * 50,
    ]  # fmt: skip
    for text in tried:
        status, cookies = follow(app, text)
        assert (status, cookies) == (403, {}), text
    theirs.book.close()
    assert {entry.what for entry in gate.book.audit()} == {"link made", "sign-in failed"}
    assert follow(app, "x" * 5_000)[0] == 413


def test_no_link_lasts_for_ever_or_makes_anonymous(gate: Gate) -> None:
    for days in (0, -1, 367, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="days"):
            gate.make_link(Role.VIEWER, within="", note="", by="ada", days=days)
    with pytest.raises(ValueError, match="role"):
        gate.make_link(Role.ANONYMOUS, within="", note="", by="ada", days=1)


def test_a_session_that_was_planted_is_not_taken_over(app: ASGIApp, gate: Gate) -> None:
    planted = {gate.cookie.name: "chosen-by-somebody-else"}
    link, _ = gate.make_link(Role.VIEWER, within="", note="", by="ada", days=1)
    status, cookies = follow(app, gate.token_of(link), cookies=planted)
    assert status == 303
    assert not cookies[gate.cookie.name].startswith("chosen")
    assert gate.principal(planted).session is None  # type: ignore[union-attr]
    former = session_of(gate, who="ada@example.org")
    follow(app, gate.token_of(link), cookies=former)
    assert gate.principal(former).session is None  # type: ignore[union-attr]


def test_signing_out_ends_the_session_and_not_only_the_cookie(app: ASGIApp, gate: Gate) -> None:
    here = session_of(gate, who="edith@example.org")
    assert b"Sign out" in ask(app, "/signout", cookies=here).body
    assert who(gate, here) == ("edith@example.org", Role.EDITOR)
    answer = ask(app, "/signout", method="POST", cookies=here)
    assert answer.status == 200
    assert "Max-Age=0" in answer.cookies()[gate.cookie.name]
    assert gate.principal(here).session is None  # type: ignore[union-attr]
    assert [entry.what for entry in gate.book.audit()] == ["signed out"]


def test_attempts_from_one_address_are_limited(gate: Gate, settings: AccessSettings) -> None:
    gate.signins = Gate(
        replace(settings, limits=Limits(signins_per_minute=3)), gate.book, "our store"
    ).signins
    app = Door(Starlette(routes=list(ROUTES)), gate, {HOST})
    assert [follow(app, "x")[0] for _ in range(5)] == [403, 403, 403, 429, 429]
    assert follow(app, "x", client="203.0.113.8")[0] == 403


def test_nothing_that_a_link_says_becomes_markup(app: ASGIApp, gate: Gate) -> None:
    gate.settings = replace(
        gate.settings, provider=Provider("https://x.test", "a", name="<b>{{7*7}}</b>")
    )
    body = ask(app, '/signin?next=/"><script>alert(1)</script>').body.decode()
    assert "<b>" not in body
    assert "alert(1)" not in body
    assert "&lt;b&gt;{{7*7}}" in body


# --- a provider ----------------------------------------------------------------------------------


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(  # noqa: PLR0913, PLR0917 — as the class it replaces has it
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str,
        headers: HTTPMessage, newurl: str,
    ) -> None:  # fmt: skip
        del req, fp, code, msg, headers, newurl


def agree(address: str, user: str) -> str:
    """What the provider sends a person back with, once they have said who they are."""
    opener = urllib.request.build_opener(_Stay)
    body = urllib.parse.urlencode({"sub": user}).encode()
    try:
        opener.open(address, body, timeout=20)
    except urllib.error.HTTPError as answer:
        with answer:
            return str(answer.headers["Location"])
    raise AssertionError("the provider asked again")


@pytest.fixture
def provided(app: ASGIApp, gate: Gate, provider: str) -> ASGIApp:
    gate.settings = replace(gate.settings, provider=Provider(provider, "conflictmap", "any"))
    return app


def begin(app: ASGIApp, back: str = "/") -> tuple[str, dict[str, str]]:
    answer = ask(app, f"/signin/start?next={urllib.parse.quote(back)}")
    assert answer.status == 302
    (cookie,) = answer.cookies().items()
    return answer.header("location") or "", {cookie[0]: cookie[1].split(";")[0]}


def finish(app: ASGIApp, address: str, flow: dict[str, str]) -> tuple[int, str, dict[str, str]]:
    answer = ask(app, address.removeprefix(ADDRESS), cookies=flow)
    set_by = {n: t for n, t in answer.cookies().items() if "Max-Age=0" not in t}
    return answer.status, answer.header("location") or "", set_by


def test_a_provider_lets_in_whom_it_vouches_for(provided: ASGIApp, gate: Gate) -> None:
    away, flow = begin(provided, "/data")
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(away).query))
    assert asked["redirect_uri"] == f"{ADDRESS}/signin/callback"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) >= 20
    status, back, cookies = finish(provided, agree(away, "edith"), flow)
    assert (status, back) == (303, "/data")
    assert who(gate, cookies) == ("edith@example.org", Role.EDITOR)
    assert gate.book.audit()[0].who == "edith@example.org"


def test_a_callback_opens_once_and_only_for_the_browser_that_began(
    provided: ASGIApp, gate: Gate
) -> None:
    away, flow = begin(provided)
    _, other_flow = begin(provided)
    answer = agree(away, "ada")
    for cookies in ({}, other_flow, {gate.flow_cookie.name: "made up"}):
        assert finish(provided, answer, cookies)[0] == 400
    away, flow = begin(provided)
    answer = agree(away, "ada")
    assert finish(provided, answer, flow)[0] == 303
    status, _, cookies = finish(provided, answer, flow)  # replayed
    assert (status, cookies) == (400, {})


def test_a_callback_that_was_changed_opens_nothing(provided: ASGIApp, clock: Clock) -> None:
    for change in (r"state=[^&]*", r"code=[^&]*"):
        away, flow = begin(provided)
        changed = re.sub(change, lambda found: found[0] + "x", agree(away, "ada"))
        assert finish(provided, changed, flow)[::2] == (400, {})
    away, flow = begin(provided)
    answer = agree(away, "ada")
    clock.now += 601
    assert finish(provided, answer, flow)[::2] == (400, {})


@pytest.mark.parametrize("user", ["mallory", "claims", "ada@example.org"])
def test_who_is_not_on_the_list_or_not_verified_stays_outside(
    user: str, provided: ASGIApp, gate: Gate
) -> None:
    away, flow = begin(provided)
    status, _, cookies = finish(provided, agree(away, user), flow)
    assert (status, cookies) == (403, {})
    assert gate.book.sessions() == []
    assert gate.book.audit()[0].what == "sign-in refused"


def test_a_provider_that_is_away_is_told_without_its_words(
    app: ASGIApp, gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    gate.settings = replace(gate.settings, provider=Provider("http://127.0.0.1:9", "x", "hush"))
    with caplog.at_level(logging.DEBUG):
        answer = ask(app, "/signin/start")
    assert answer.status == 502
    assert b"did not work" in answer.body
    assert "hush" not in caplog.text


def test_without_a_provider_people_are_told_of_links(app: ASGIApp) -> None:
    assert b"by links" in ask(app, "/signin").body
    assert ask(app, "/signin/start").header("location") == "/signin"
    assert ask(app, "/signin/callback").header("location") == "/signin"
    assert all(isinstance(route, Route) for route in ROUTES)
