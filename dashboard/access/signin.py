"""Coming in and going out: by an OpenID provider, by a link, and the way back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.access import rules
from dashboard.access.asking import gate as current_gate
from dashboard.access.asking import principal
from dashboard.access.gate import Cookie, Gate
from dashboard.access.html import element, page, way
from dashboard.access.settings import Provider
from dashboard.served import root

LONGEST_FORM: Final = 4_000
_CODE_SECONDS: Final = 600
_TIMEOUT_S: Final = 10.0

# The token is read from behind the #, put into the form, and taken out of the address bar.
_LINK_SCRIPT: Final = """
const token = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
document.querySelector('input').value = token;
document.querySelector('form').hidden = token === '';
document.querySelector('#none').hidden = token !== '';
"""


def _gate() -> Gate:
    found = current_gate()
    if found is None:
        raise RuntimeError("The sign-in pages are served with access settings only.")
    return found


async def _signin(request: Request) -> Response:
    provider = _gate().settings.provider
    if provider is None:
        return page(
            "Sign in",
            element("p", "This server lets people in by links. Ask whoever runs it for one."),
        )
    back = safe_return(request.query_params.get("next", ""))
    # A link and no form: form-action would stop a form's way on to the provider.
    start = way(f"Sign in with {provider.name}", f"signin/start?next={quote(back, safe='')}")
    sentence = "This map is shown to people who are signed in."
    if _gate().settings.publish:
        sentence = "What is published is open to everybody; sign in to see and do more."
    return page("Sign in", element("p", sentence), element("p", start))


def safe_return(text: str) -> str:
    """Where to go after signing in: one of our pages with its query, never another site."""
    parts = urlsplit(text) if text.isprintable() else urlsplit("")
    found = rules.match(parts.path)
    if parts.scheme or parts.netloc or "\\" in text or found is None or not found.page:
        return root()
    path = quote(parts.path.lstrip("/"))
    return root() + path + (f"?{parts.query}" if parts.query else "")


def _too_often(request: Request) -> Response | None:
    address = request.client.host if request.client else ""
    if _gate().signins.take(address):
        return None
    sentence = "Too many attempts from your network address. Try again in a minute."
    return page("Too many attempts", element("p", sentence), status=429)


# --- by a provider -------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _client(provider: Provider) -> Any:
    """Authlib's client: checks state, nonce, signature, issuer, audience and times."""
    from authlib.integrations.starlette_client import (  # noqa: PLC0415 — only servers need it
        OAuth,
    )

    oauth = OAuth()
    return oauth.register(
        "provider",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=f"{provider.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "timeout": _TIMEOUT_S,
        },
    )


def _callback_address(gate: Gate) -> str:
    return f"{gate.settings.address}{root()}signin/callback"


def _with_session(request: Request, session: dict[str, Any]) -> Request:
    """The request with a session of our own, kept in the book and not in a cookie."""
    return Request({**request.scope, "session": session}, request.receive)


async def _start(request: Request) -> Response:
    gate = _gate()
    provider = gate.settings.provider
    if provider is None:
        return RedirectResponse(f"{root()}signin", 303)
    refused = _too_often(request)
    if refused is not None:
        return refused
    session: dict[str, Any] = {}
    try:
        away: Response = await _client(provider).authorize_redirect(
            _with_session(request, session), _callback_address(gate)
        )
    except Exception as error:  # noqa: BLE001 — whatever the network or the provider does
        return _failed(gate, f"provider: {type(error).__name__}", 502)
    session["next"] = safe_return(request.query_params.get("next", ""))
    flow = gate.book.begin_flow(json.dumps(session))
    away.set_cookie(**gate.flow_cookie.header(flow, seconds=_CODE_SECONDS))
    return away


async def _callback(request: Request) -> Response:
    gate = _gate()
    provider = gate.settings.provider
    if provider is None:
        return RedirectResponse(f"{root()}signin", 303)
    kept = gate.book.end_flow(request.cookies.get(gate.flow_cookie.name, ""))
    if kept is None:  # the way there was counted; only what did not begin here is counted now
        return _too_often(request) or _failed(gate, "no sign-in under way, or used already", 400)
    session = json.loads(kept)
    back = str(session.pop("next", root()))
    try:
        client = _client(provider)
        token = await client.authorize_access_token(_with_session(request, session))
        issuer = str((await client.load_server_metadata()).get("issuer", "")).rstrip("/")
    except Exception as error:  # noqa: BLE001 — whatever the network or the provider does
        return _failed(gate, f"provider: {type(error).__name__}", 400)
    if issuer != provider.issuer:
        return _failed(gate, "provider: another issuer", 400)
    who = identity(token.get("userinfo") or {}, trust_email=provider.trust_email)
    if who is None or gate.settings.role_of(who) is None:
        return _stranger(gate, who)
    return _come_in(request, gate, back, who=who)


def identity(claims: Mapping[str, Any], *, trust_email: bool) -> str | None:
    """The name that a provider vouches for: a verified e-mail address, else `sub:` and its id.

    None where the provider says neither.
    """
    email, verified = claims.get("email"), claims.get("email_verified")
    address = isinstance(email, str) and "@" in email and ":" not in email
    if address and (verified is True or trust_email):
        return str(email).casefold()
    subject = claims.get("sub")
    return f"sub:{subject}" if isinstance(subject, str) and subject else None


def _failed(gate: Gate, why: str, status: int) -> Response:
    gate.book.note("sign-in failed", who=None, detail=why)
    answer = page(
        "Signing in did not work",
        element("p", "Nothing was changed. Begin again; if it fails twice, tell whoever runs it."),
        element("p", way("Begin again", f"{root()}signin")),
        status=status,
    )
    answer.delete_cookie(**_gone(gate.flow_cookie))
    return answer


def _stranger(gate: Gate, who: str | None) -> Response:
    gate.book.note("sign-in refused", who=who, detail="not on the list")
    answer = page(
        "You are not on the list",
        element("p", f"Signed in at the provider as {who or 'nobody it can name'}."),
        element("p", "Ask whoever runs this server to add you."),
        status=403,
    )
    answer.delete_cookie(**_gone(gate.flow_cookie))
    return answer


def _come_in(
    request: Request, gate: Gate, back: str, *, who: str | None = None, link: str | None = None
) -> Response:
    """A new session, whatever session there was; nothing of a former one is carried over."""
    _leave(request, gate)
    token = gate.let_in(who=who, link=link)
    known = gate.principal({gate.cookie.name: token})
    gate.book.note(
        "signed in",
        who=None if known is None else known.name,
        session=None if known is None else known.session,
    )
    answer = RedirectResponse(back, 303, headers={"Cache-Control": "no-store"})
    seconds = int(gate.settings.limits.session_hours * 3600)
    answer.set_cookie(**gate.cookie.header(token, seconds=seconds))
    answer.delete_cookie(**_gone(gate.flow_cookie))
    return answer


# --- by a link -----------------------------------------------------------------------------------


async def _link(request: Request) -> Response:
    if request.method == "POST":
        return await _follow(request)
    script = element("script", src="link.js", defer="defer")
    form = element(
        "form",
        element("input", type="hidden", name="token"),
        element("button", "Open the map", class_="go"),
        action="link",
        method="post",
        hidden="hidden",
    )
    return page(
        "You were sent a link",
        element("p", "It opens this map for you until it ends or is revoked."),
        form,
        element("p", "The address is not complete: copy all of it.", id="none", hidden="hidden"),
        head=(script,),
    )


async def _link_script(request: Request) -> Response:
    del request
    return Response(_LINK_SCRIPT, media_type="text/javascript")


async def _follow(request: Request) -> Response:
    gate = _gate()
    refused = _too_often(request)
    if refused is not None:
        return refused
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > LONGEST_FORM:
        return page("Too long", element("p", "That is no link of ours."), status=413)
    given = parse_qs((await request.body()).decode("ascii", "replace")).get("token", [""])
    found = gate.link_of(given[0])
    if found is None:
        gate.book.note("sign-in failed", who=None, detail="link")
        sentence = "It has ended, was revoked, or was not copied whole. Ask for a new one."
        return page("This link does not open", element("p", sentence), status=403)
    back = root() + (f"?{found.within}" if found.within else "")
    return _come_in(request, gate, back, link=found.link)


# --- still in? -----------------------------------------------------------------------


async def _session(request: Request) -> Response:
    """What a page asks that has lost its connection: whether whoever opened it is still let in."""
    del request
    who = principal()
    signed_in = who is not None and who.session is not None
    return JSONResponse({"signed_in": signed_in}, headers={"Cache-Control": "no-store"})


# --- out -----------------------------------------------------------------------------------------


async def _signout(request: Request) -> Response:
    gate = _gate()
    if request.method != "POST":
        form = element(
            "form", element("button", "Sign out", class_="go"), action="signout", method="post"
        )
        return page(
            "Sign out",
            element("p", "Your session ends in this browser, in all its windows."),
            form,
            way("Stay", "./", quiet=True),
        )
    _leave(request, gate)
    answer = page(
        "Signed out", element("p", "The session has ended."), way("Sign in again", "signin")
    )
    answer.delete_cookie(**_gone(gate.cookie))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _leave(request: Request, gate: Gate) -> None:
    known = gate.principal(request.cookies)
    if known is not None and known.session is not None:
        gate.book.end_session(known.session)
        gate.book.note("signed out", who=known.name, session=known.session)


def _gone(cookie: Cookie) -> dict[str, Any]:
    return {"key": cookie.name, "path": "/", "secure": cookie.secure, "httponly": True,
            "samesite": "lax"}  # fmt: skip


ROUTES: Final = (
    Route("/signin", _signin),
    Route("/signin/start", _start),
    Route("/signin/callback", _callback),
    Route("/signout", _signout, methods=["GET", "POST"]),
    Route("/link", _link, methods=["GET", "POST"]),
    Route("/link.js", _link_script),
    Route("/session", _session),
)
