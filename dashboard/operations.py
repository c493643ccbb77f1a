"""How a server is watched: is it alive, is it ready, what does it do, what went wrong.

A log line is one JSON object with the route's template, never an address as it was asked for: that
may hold a place, a name or a search. Errors get an id that the page shows and the log has; the log
has the way through the code and the kind of error, not its words, which may be an incident's.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import secrets
import sys
import traceback
from collections.abc import Iterator
from typing import Final

import streamlit as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard.access.principal import Principal
from dashboard.readiness import being_made
from dashboard.served import whole
from geodata.errors import ConflictMapError, NotAllowed

LOG: Final = logging.getLogger("conflictmap.server")
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics", "/_stcore/health", "/session"})

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
_ANSWERS: Final = Counter(
    "conflictmap_answers", "Answers by route and status", ["route", "status"], registry=REGISTRY
)
_SECONDS: Final = Histogram(
    "conflictmap_answer_seconds",
    "Time to answer; of a websocket, how long it was open",
    ["route"],
    registry=REGISTRY,
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60),
)
_ERRORS: Final = Counter(
    "conflictmap_page_errors", "Pages and answers that failed", registry=REGISTRY
)
_VERSION: Final = Gauge("conflictmap_store_version", "Changes made so far", registry=REGISTRY)
_INCIDENTS: Final = Gauge("conflictmap_incidents", "Live incidents", registry=REGISTRY)


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, event, and what the record brings in `fields`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "event": record.getMessage()}
        return json.dumps(line | getattr(record, "fields", {}), ensure_ascii=False, default=str)


@contextlib.contextmanager
def logged_without_words() -> Iterator[None]:
    """Until the block ends: our lines go to standard error, and no logger tells an error's words.

    Those of Streamlit and uvicorn are among them; each tells the kind of error and the way through
    the code instead.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    before = (LOG.handlers[:], LOG.propagate, LOG.level)
    make = logging.getLogRecordFactory()
    LOG.handlers[:], LOG.propagate = [handler], False
    LOG.setLevel(logging.INFO)
    logging.setLogRecordFactory(lambda *args, **more: _wordless(make(*args, **more)))
    try:
        yield
    finally:
        logging.setLogRecordFactory(make)
        LOG.handlers[:], LOG.propagate = before[0], before[1]
        LOG.setLevel(before[2])


def _wordless(record: logging.LogRecord) -> logging.LogRecord:
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if error is not None:
        record.msg = f"{record.getMessage()} ({type(error).__name__}: {'; '.join(_way(error))})"
        record.args = None
        record.exc_info = None
    return record


def _way(error: BaseException) -> list[str]:
    """Where an error came through, without what it came with."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def failed(error: Exception) -> str:
    """Log an error; its id, by which whoever was shown it finds it there."""
    name = secrets.token_hex(4)
    _ERRORS.inc()
    if LOG.handlers:
        told = {"id": name, "kind": type(error).__name__, "way": _way(error)}
        LOG.error("failed", extra={"fields": told})
    else:
        logging.getLogger("conflictmap").error("Failed (%s)", name, exc_info=error)
    return name


def answered(
    route: str, method: str, status: int, seconds: float, principal: Principal | None
) -> None:
    """Count an answer and write it to the log."""
    _ANSWERS.labels(route, str(status)).inc()
    _SECONDS.labels(route).observe(seconds)
    if route in _QUIET or not LOG.handlers:
        return
    who = None if principal is None else principal.session
    told = {"route": route, "method": method, "status": status, "ms": round(seconds * 1000)}
    LOG.info("answer", extra={"fields": told | {"session": who}})


def page_failed(error: Exception) -> bool:
    """Log an error with an id, and show the id in place of the error; says that it is shown."""
    if isinstance(error, NotAllowed):
        with st.container(border=True):
            st.text(str(error))
        return True
    name = failed(error)
    with st.container(border=True):
        st.text(
            f"Something on this page failed. Its error id is {name}; it is in the server's log."
        )
    return True


def ready() -> str | None:
    """Why the server should not be sent anybody yet; None where it is ready for them.

    The name of an error of the store, or `starting` while what all share is still being made.
    """
    try:
        snapshot = whole().store.snapshot()
    except ConflictMapError as error:
        return type(error).__name__
    _VERSION.set(snapshot.version)
    _INCIDENTS.set(len(snapshot))
    return "starting" if being_made() else None


def figures() -> dict[str, str]:
    """What this process counts, in words for a person; what its platform does not tell is absent.

    Of several processes behind one address, each tells its own.
    """
    samples = [sample for metric in REGISTRY.collect() for sample in metric.samples]
    first = {sample.name: sample.value for sample in reversed(samples)}
    told: dict[str, str] = {}
    if (memory := first.get("process_resident_memory_bytes")) is not None:
        told["memory of this process"] = f"{memory / 2**20:,.0f} MiB"
    if (began := first.get("process_start_time_seconds")) is not None:
        told["this process began"] = f"{dt.datetime.fromtimestamp(began, dt.UTC):%Y-%m-%d %H:%M}"
    told["pages and answers that failed"] = f"{first.get('conflictmap_page_errors_total', 0):,.0f}"
    answers = [s for s in samples if s.name == "conflictmap_answers_total"]
    told["answers"] = f"{sum(sample.value for sample in answers):,.0f}"
    refused = sum(s.value for s in answers if s.labels["status"] in {"401", "403"})
    told["of which refused"] = f"{refused:,.0f}"
    return told


async def _ready(request: Request) -> Response:
    del request
    why = await run_in_threadpool(ready)
    body = {"status": "ready"} if why is None else {"status": "not ready", "why": why}
    return JSONResponse(body, 200 if why is None else 503, {"Cache-Control": "no-store"})


async def _metrics(request: Request) -> Response:
    del request
    await run_in_threadpool(ready)
    body = await run_in_threadpool(generate_latest, REGISTRY)
    return Response(body, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_LATEST)


ROUTES: Final = (
    Route("/readyz", _ready),
    Route("/metrics", _metrics),
)
