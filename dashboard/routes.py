"""Data and assets over HTTP: small, versioned answers for the map in the browser.

Every answer is JSON or columns; text from sources is never part of markup. Row numbers belong to
a token, and a token that is no longer known is answered with 410, so that the page fetches anew.
"""

from __future__ import annotations

import asyncio
import base64
import contextvars
import datetime as dt
import json
import math
import zlib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard import day_notes
from dashboard.access import asking
from dashboard.folium_map import assets
from dashboard.force_symbols import symbol
from dashboard.map_script import map_script
from dashboard.opening import map_data
from dashboard.province_names import provinces
from dashboard.saved_views import PARAMETER as VIEW
from dashboard.served import Edition, root, served
from dashboard.views_panel import gone
from geodata.errors import UnreadableFile
from geodata.filters import PARAMETERS, parse_link

ICON: Final = Path(__file__).with_name("icon.png")
"""Served in place of Streamlit's own; an icon set by the page would be fetched at every run."""
MAX_ROWS: Final = 50
MAX_ROW_DIGITS: Final = 9
FOREVER: Final = {"Cache-Control": "private, max-age=31536000, immutable"}
FRESH: Final = {"Cache-Control": "private, no-cache"}
LAYERS_HEADER: Final = "X-Layers"
"""Says with which edition of the layers from files (`LayerFolder.edition`) an answer was given."""
DAILY: Final = {"Cache-Control": "private, max-age=86400"}

# One clear pixel.
_NO_TILE: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

# Each look into the store's file and each search takes tens of megabytes and a processor: more of
# them at once end no sooner, and quick answers do not wait behind them.
_READERS: Final = ThreadPoolExecutor(3, "store")
_SEARCHERS: Final = ThreadPoolExecutor(2, "search")

Endpoint = Callable[[Request], Awaitable[Response]]


def _json(body: Any, *, status: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False, default=_plain, allow_nan=False)
    return Response(text, status, FRESH, media_type="application/json")


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def _refusal(sentence: str, status: int) -> Response:
    return JSONResponse({"error": sentence}, status, FRESH)


def _of_edition(
    answer: Callable[[Request, Edition], Response], threads: ThreadPoolExecutor | None = None
) -> Endpoint:
    """The endpoint of what is answered from an edition.

    Args:
        answer: makes it.
        threads: where it is made, so many at once as there are; None takes those of all routes.
    """

    async def endpoint(request: Request) -> Response:
        edition = await run_in_threadpool(served().known, request.path_params["token"])
        if edition is None:
            return _refusal("The store has changed since this page was drawn; reload it.", 410)
        if threads is None:
            return await run_in_threadpool(answer, request, edition)
        asked_by = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, asked_by.run, answer, request, edition)

    return endpoint


def _current(request: Request) -> Response:
    if served().edition().token == request.path_params["token"]:
        # Who may not see layers is not told that they change either.
        layers = served().layers.edition() if _of_the_team() else 0
        return Response(status_code=204, headers=FRESH | {LAYERS_HEADER: str(layers)})
    return _refusal("The store has changed since this page was drawn; reload it.", 410)


def _incidents(request: Request, edition: Edition) -> Response:
    # Asked again at each visit, and answered with 304: a store that was put back from a copy may
    # come to a version that another history has had before.
    etag = f'"{edition.token}-{zlib.crc32(edition.pack):08x}"'
    headers = FRESH | {"ETag": etag, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(edition.pack, headers=headers, media_type="application/octet-stream")


def _rows(request: Request, edition: Edition) -> Response:
    asked = request.query_params.get("i", "").split(",")
    if len(asked) > MAX_ROWS or not all(_is_row(text, edition) for text in asked):
        return _refusal(f"Ask for at most {MAX_ROWS} row numbers that there are.", 400)
    return _json(edition.snapshot.page([int(text) for text in asked]))


def _is_row(text: str, edition: Edition) -> bool:
    return _is_number(text) and int(text) < len(edition.snapshot)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MAX_ROW_DIGITS


def _row(request: Request, edition: Edition) -> Response:
    text = request.path_params["row"]
    if not _is_row(text, edition):
        return _refusal("There is no such row.", 404)
    return _detail(edition.snapshot.column("incident_id")[int(text)].as_py())


def _incident(request: Request, edition: Edition) -> Response:
    del edition  # a link may name an incident in any version
    return _detail(request.path_params["incident_id"])


def _detail(incident_id: str) -> Response:
    found = served().store.incident(incident_id)
    if found is None:
        return _refusal("No incident of that name is in this store.", 404)
    beside = {name: found.pop(name) for name in ("accounts", "history", "raw")}
    found["row"] = served().edition().row_of(incident_id)
    beside["raw"] = None if beside["raw"] is None else json.loads(beside["raw"])
    return _json({"incident": found, **beside})


def _hits(request: Request, edition: Edition) -> Response:
    rows = edition.snapshot.hits(request.query_params.get("q", "")[:500])
    body = np.asarray(rows, dtype="<u4").tobytes()
    return Response(body, headers=FRESH, media_type="application/octet-stream")


def _opening(request: Request) -> Response:
    given = request.query_params
    link = parse_link({name: given.getlist(name) for name in PARAMETERS if name in given})
    edition = served().edition()
    if VIEW in given:
        link = replace(link, notices=(*link.notices, *gone(link, edition)))
    return _json(map_data(edition, link, day_notes.shown()))


def _provinces(request: Request, edition: Edition) -> Response:
    del request
    return _json(provinces(edition.snapshot.incidents))


async def _asset(request: Request) -> Response:
    if request.path_params["version"] != assets.version():
        return _refusal("The application was updated; reload the page.", 410)
    found = assets.ASSETS.get(request.path_params["name"])
    if found is None:
        return PlainTextResponse("No such file.", 404)
    return Response(found.read(), headers=FOREVER, media_type=found.media_type)


async def _map(request: Request) -> Response:
    script = await run_in_threadpool(map_script, root())
    if request.path_params["digest"] != script.digest:
        return _refusal("The application was updated; reload the page.", 410)
    return Response(script.module, headers=FOREVER, media_type="text/javascript")


def _symbol(request: Request) -> Response:
    found = symbol(request.path_params["code"], request.path_params["frames"])
    if found is None:
        return _refusal("There is no such symbol.", 404)
    return Response(found, headers=DAILY, media_type="image/svg+xml")


def _of_the_team() -> bool:
    """Layers have no word on who may see them: they stay with those who see everything."""
    who = asking.principal()
    return who is not None and who.team


def _layers(request: Request) -> Response:
    del request
    found: list[dict[str, Any]] = []
    error = None
    try:
        found = [asdict(layer) for layer in served().layers.current()] if _of_the_team() else []
    except UnreadableFile as damaged:
        error = str(damaged)
    return _json({"base_maps": served().base_maps.choices(), "layers": found, "error": error})


def _layer(request: Request) -> Response:
    try:
        body = served().layers.body(request.path_params["id"]) if _of_the_team() else None
    except UnreadableFile as error:
        return _refusal(str(error), 500)
    if body is None:
        return _refusal("There is no such layer.", 404)
    # On a shared server a layer is the team's alone: no browser keeps it beyond the session.
    kept = FOREVER if asking.gate() is None else {"Cache-Control": "no-store"}
    headers = kept | {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(body, headers=headers, media_type="application/json")


def _tile(request: Request) -> Response:
    file = served().base_maps.files.get(request.path_params["key"])
    place = [request.path_params[name] for name in ("z", "x", "y")]
    if file is None or not all(_is_number(text) for text in place):
        return _refusal("There is no such tile.", 404)
    try:
        tile = file.archive.tile(*map(int, place))
    except UnreadableFile as error:
        return _refusal(str(error), 422)
    if tile is None:  # a browser writes every picture that is missing into its console
        return Response(_NO_TILE, headers=DAILY, media_type="image/png")
    return Response(tile.content, headers=FOREVER, media_type=tile.media_type)


def _in_thread(answer: Callable[[Request], Response]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    return endpoint


async def _icon(request: Request) -> Response:
    del request
    return Response(ICON.read_bytes(), headers=DAILY, media_type="image/png")


async def _health(request: Request) -> Response:
    del request
    return JSONResponse({"status": "ok"}, headers=FRESH)


ROUTES: Final = (
    Route("/assets/{version}/{name:path}", _asset),
    Route("/maps/{digest}.js", _map),
    Route("/data/{token}/current", _in_thread(_current)),
    Route("/data/{token}/incidents.pack", _of_edition(_incidents)),
    Route("/data/{token}/rows", _of_edition(_rows)),
    Route("/data/{token}/row/{row}", _of_edition(_row, _READERS)),
    Route("/data/{token}/incident/{incident_id:path}", _of_edition(_incident, _READERS)),
    Route("/data/{token}/hits", _of_edition(_hits, _SEARCHERS)),
    Route("/data/{token}/provinces", _of_edition(_provinces)),
    Route("/opening", _in_thread(_opening)),
    Route("/layers", _in_thread(_layers)),
    Route("/layers/{id}.json", _in_thread(_layer)),
    Route("/symbols/{frames}/{code}.svg", _in_thread(_symbol)),
    Route("/tiles/{key}/{z}/{x}/{y}", _in_thread(_tile)),
    Route("/favicon.png", _icon),
    Route("/healthz", _health),
)
