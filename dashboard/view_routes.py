"""`/v/ID`: the way to a saved view, and what sites that show links are told of a published one.

Where a view is published, the address answers with a small page that names it (OpenGraph: title,
counts, picture) and leads on to the map; for whoever is signed in, and on one's own machine, it
leads there at once. Title, counts and picture hold what everybody may see, whoever asks. A view
that is not shown to somebody is answered like one that never was.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.access import asking
from dashboard.access.gate import Gate
from dashboard.access.html import element, page, way
from dashboard.plain import short
from dashboard.saved_views import (
    PARAMETER,
    SavedView,
    SeenBy,
    ViewBook,
    Views,
    views_beside,
)
from dashboard.served import ServedStore, root, whole
from dashboard.view_picture import DRAWN_FROM, HEIGHT, WIDTH, view_picture
from geodata.errors import NotAllowed

_KEPT: Final = 32
_NO_STORE: Final = {"Cache-Control": "no-store"}
_EMBEDDED: Final = "true"  # Streamlit's own word; the door turns `embed=1` into it


def views_of_asker() -> Views:
    """The saved views of the store that is served, as whoever asks may see and change them.

    Raises:
        NotAllowed: nobody who may is known.
    """
    who, gate = asking.principal(), asking.gate()
    if who is None:
        raise NotAllowed("You are not signed in, or your session has ended; reload the page.")
    book = ViewBook(views_beside(whole().store.path))
    if gate is None:
        return Views(book, who, publishes=False)

    def note(what: str, view: str) -> None:
        gate.book.note(what, who=who.name, detail=view, session=who.session)

    return Views(book, who, publishes=gate.settings.publish, note=note)


def path_of(view: SavedView) -> str:
    """The address of a view on this server."""
    return f"{root()}v/{view.view}"


def address_of(view: SavedView) -> str:
    """The address of its map, with all that it keeps."""
    return f"{root()}?{view.query}{'&' if view.query else ''}{PARAMETER}={view.view}"


@dataclass(frozen=True, slots=True)
class Shown:
    """What everybody may know of a published view.

    Attributes:
        sentence: its counts.
        picture: a PNG.
        etag: names the picture.
    """

    sentence: str
    picture: bytes
    etag: str


_shown: OrderedDict[tuple[str, str, str], Shown] = OrderedDict()
_drawing: Final = threading.Lock()


def published(view: SavedView, gate: Gate | None) -> Shown | None:
    """A view as everybody may see it; None where it is not published.

    It is made once for each version of what everybody may see, one at a time.
    """
    everybody = None if gate is None else gate.principal({})
    if everybody is None or view.seen_by is not SeenBy.EVERYBODY:
        return None
    theirs = whole().as_seen_by(everybody.rights())
    key = (view.view, view.query, theirs.edition().token)
    with _drawing:
        if key not in _shown:
            _shown[key] = _made(view, theirs)
            while len(_shown) > _KEPT:
                _shown.popitem(last=False)
        _shown.move_to_end(key)
        return _shown[key]


def _made(view: SavedView, theirs: ServedStore) -> Shown:
    snapshot, link = theirs.edition().snapshot, view.link
    # A column at a time: a table of all columns would be made only to be thrown away.
    rows = pa.array(snapshot.rows(link.filter))
    chosen = pa.table({name: snapshot.column(name).take(rows) for name in DRAWN_FROM})
    picture = view_picture(chosen, link.view)
    digest = hashlib.blake2b(picture, digest_size=8).hexdigest()
    return Shown(snapshot.summary(link.filter).sentence, picture, f'"{digest}"')


def _answer(request: Request) -> Response:
    gate, who = asking.gate(), asking.principal()
    view = views_of_asker().find(request.path_params["view"])
    if view is None:
        return _none(signs_in=who is not None and who.name is None and gate is not None)
    if request.query_params.get("embed") == _EMBEDDED:
        return RedirectResponse(f"{root()}?{view.query}&embed={_EMBEDDED}", 307, _NO_STORE)
    shown = None if who is None or who.session is not None else published(view, gate)
    if shown is None or gate is None:
        return RedirectResponse(address_of(view), 303, _NO_STORE)
    return _page(view, shown, gate.settings.address)


def _none(*, signs_in: bool) -> Response:
    sentence = "It was deleted, its address was not copied whole, or it is not shown to you."
    ways = [way("To the map", root(), quiet=True)]
    if signs_in:
        ways.append(way("Sign in", f"{root()}signin", quiet=True))
    return page("There is no such view", element("p", sentence), element("p", *ways), status=404)


def _page(view: SavedView, shown: Shown, origin: str) -> Response:
    picture = f"{path_of(view)}/picture.png?{shown.etag.strip(chr(34))}"
    told = {
        "og:type": "website", "og:site_name": "Conflict Map", "og:title": view.name,
        "og:description": shown.sentence, "og:url": origin + path_of(view),
        "og:image": origin + picture, "og:image:type": "image/png", "og:image:alt": shown.sentence,
        "og:image:width": str(WIDTH), "og:image:height": str(HEIGHT),
    }  # fmt: skip
    named = {"description": shown.sentence, "twitter:card": "summary_large_image"}
    to = address_of(view)
    return page(
        view.name,
        element("p", shown.sentence),
        element("p", element("img", src=picture, alt="", style="width: 100%; height: auto")),
        *([element("p", short(view.note, 500))] if view.note else []),
        element("p", way("Open the map", to)),
        head=(
            *(element("meta", property=name, content=text) for name, text in told.items()),
            *(element("meta", name=name, content=text) for name, text in named.items()),
            element("meta", **{"http-equiv": "refresh", "content": f"0; url={to}"}),
        ),
    )


def _picture(request: Request) -> Response:
    view = views_of_asker().find(request.path_params["view"])
    shown = None if view is None else published(view, asking.gate())
    if shown is None:
        return Response(status_code=404, headers=_NO_STORE)
    headers = {"Cache-Control": "no-cache", "ETag": shown.etag}
    if request.headers.get("if-none-match") == shown.etag:
        return Response(status_code=304, headers=headers)
    return Response(shown.picture, headers=headers, media_type="image/png")


async def _view(request: Request) -> Response:
    return await run_in_threadpool(_answer, request)


async def _view_picture(request: Request) -> Response:
    return await run_in_threadpool(_picture, request)


ROUTES: Final = (
    Route("/v/{view}", _view),
    Route("/v/{view}/picture.png", _view_picture),
)
