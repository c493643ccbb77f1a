"""ACLED's API, spoken by a server here: pages, tokens, changes, deletions, and its failures."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from geodata import fetching
from geodata.connectors import acled
from geodata.errors import (
    ImpossibleValue,
    NotConfigured,
    OverQuota,
    ServiceDown,
    ServiceError,
    ServiceRefused,
    UnreadableFile,
)
from geodata.fetching import former
from geodata.store import Store
from tests.geodata.connectors.conftest import Serve
from tests.geodata.connectors.service import Asked, Desk, Handler, ids

DAY = dt.date(2024, 1, 1)
PASSWORD = "correct horse & battery"  # noqa: S105 - nobody's
TOKEN = "t0ken-1"  # noqa: S105 - nobody's


def event(number: int, **other: object) -> dict[str, Any]:
    """An event as the API gives it: every value a text but a few."""
    return {
        "event_id_cnty": f"SYR{number}", "event_date": "2024-01-05", "year": "2024",
        "time_precision": "1", "disorder_type": "Political violence", "event_type": "Battles",
        "sub_event_type": "Armed clash", "actor1": "A", "assoc_actor_1": "",
        "inter1": "State forces", "interaction": "", "iso": "760",
        "actor2": "B", "assoc_actor_2": "", "inter2": "Rebel group",
        "region": "Middle East", "country": "Syria", "admin1": "Aleppo", "admin2": "Menbij",
        "admin3": "", "location": "Menbij", "latitude": "36.5281", "longitude": "37.9549",
        "geo_precision": "1", "source": "SOHR", "source_scale": "National", "notes": "A clash.",
        "fatalities": "2", "tags": "", "timestamp": str(1_704_900_000 + number), **other,
    }  # fmt: skip


class Acled:
    """The service: pages of events, and a token that can end."""

    def __init__(
        self, *pages: list[dict[str, Any]], deleted: tuple[dict[str, Any], ...] = ()
    ) -> None:
        self.pages, self.deleted = list(pages), list(deleted)
        self.ended: set[str] = set()
        self.tokens = 0
        self.before: Callable[[Handler, Asked], bool] = lambda *_: False

    def __call__(self, handler: Handler, asked: Asked) -> None:
        if self.before(handler, asked):
            return
        if asked.path == "/oauth/token":
            self._token(handler, asked)
        elif asked.headers.get("authorization") in {f"Bearer {t}" for t in self._good()}:
            handler.reply({"status": 200, "success": True, "count": 0, "data": self._rows(asked)})
        else:
            handler.reply({"message": "The access token is over"}, 401)

    def _good(self) -> set[str]:
        return {f"t0ken-{n}" for n in range(1, self.tokens + 1)} - self.ended

    def _token(self, handler: Handler, asked: Asked) -> None:
        known = asked.form.get("password") == PASSWORD and asked.form["client_id"] == "acled"
        if not known and asked.form.get("refresh_token") != "refr3sh":
            handler.reply({"error": "invalid_grant"}, 400)
            return
        self.tokens += 1
        handler.reply(
            {"token_type": "Bearer", "expires_in": 86400, "refresh_token": "refr3sh",
             "access_token": f"t0ken-{self.tokens}"}
        )  # fmt: skip

    def _rows(self, asked: Asked) -> list[dict[str, Any]]:
        number = int(asked.query["page"]) - 1
        if asked.path == "/api/deleted/read":
            least = int(asked.query["deleted_timestamp"])
            return [d for d in self.deleted if number == 0 and d["deleted_timestamp"] >= least]
        least = int(asked.query.get("timestamp", 0))
        rows = self.pages[number] if number < len(self.pages) else []
        return [row for row in rows if int(row["timestamp"]) >= least]


def ready(desk: Desk, serve: Serve, service: Callable[[Handler, Asked], None]) -> list[Asked]:
    server = serve(service)
    desk.settings |= {
        "CONFLICTMAP_ACLED_USER": "desk@example.org", "CONFLICTMAP_ACLED_PASSWORD": PASSWORD,
        "CONFLICTMAP_ACLED_ADDRESS": server.address,
    }  # fmt: skip
    return server.asked


def test_every_page_becomes_one_import_that_can_be_undone(desk: Desk, serve: Serve) -> None:
    asked = ready(desk, serve, Acled([event(1), event(2)], [event(3)]))
    done = desk.fetch("acled", since=DAY, until=dt.date(2024, 1, 31), country="SYR")
    assert done.counts == {"rows": 3, "added": 3, "updated": 0, "duplicates": 0, "attention": 0,
                           "left_out": 0, "texts": 0}  # fmt: skip
    assert ids(desk.store) == {"acled-SYR1", "acled-SYR2", "acled-SYR3"}
    events = [a for a in asked if a.path == "/api/acled/read"]
    assert [a.query["page"] for a in events] == ["1", "2", "3"]
    assert events[0].query | {"page": "1"} == {
        "_format": "json", "limit": "5000", "page": "1", "event_date": "2024-01-01|2024-01-31",
        "event_date_where": "BETWEEN", "iso": "760",
    }  # fmt: skip
    (record,) = desk.store.imports()
    assert "not to be redistributed" in record.why
    desk.store.undo(record.import_id, who="t", why="t")
    assert ids(desk.store) == set()


def test_the_next_fetch_asks_only_for_what_was_changed_since(desk: Desk, serve: Serve) -> None:
    service = Acled([event(1), event(2)])
    asked = ready(desk, serve, service)
    desk.fetch("acled", since=DAY)
    asked.clear()
    service.pages = [[event(2), event(1, fatalities="9", timestamp="1704999999")]]
    done = desk.fetch("acled")
    assert (done.counts["updated"], done.counts["duplicates"]) == (1, 1)
    first = next(a for a in asked if a.path == "/api/acled/read")
    assert (first.query["timestamp"], first.query["timestamp_where"]) == ("1704900002", ">=")
    found = desk.store.incident("acled-SYR1")
    assert found is not None
    assert found["killed_best"] == 9
    last = former(desk.store.path, "acled")
    assert (last.counts["rows"], last.since, last.outcome, last.unfinished) == (2, DAY, "", False)


def test_of_deleted_events_those_that_are_held_need_attention(desk: Desk, serve: Serve) -> None:
    gone = ({"event_id_cnty": "SYR1", "deleted_timestamp": 1_705_000_000},
            {"event_id_cnty": "UKR9", "deleted_timestamp": 1_705_000_001})  # fmt: skip
    ready(desk, serve, Acled([event(1), event(2)], deleted=gone))
    done = desk.fetch("acled", since=DAY)
    assert done.counts["attention"] == 1
    assert any("ACLED has deleted 1 events" in note for note in done.notes)
    waiting = desk.store.attention()
    assert len(waiting) == 1
    assert "SYR1" in waiting["raw"].iloc[0]
    assert ids(desk.store) == {"acled-SYR1", "acled-SYR2"}  # nothing is deleted unseen
    assert desk.fetch("acled").counts["attention"] <= 1


def test_a_token_that_ends_midway_is_renewed(desk: Desk, serve: Serve) -> None:
    service = Acled([event(1)], [event(2)])

    def end_first(_: Handler, asked: Asked) -> bool:
        if asked.query.get("page") == "2" and service.tokens == 1:
            service.ended.add(TOKEN)
        return False

    service.before = end_first
    asked = ready(desk, serve, service)
    assert desk.fetch("acled", since=DAY).counts["added"] == 2
    assert [a.form["grant_type"] for a in asked if a.form] == ["password", "refresh_token"]


def test_an_interrupted_fetch_goes_on_where_it_stopped(desk: Desk, serve: Serve) -> None:
    service = Acled([event(1)], [event(2)])
    service.before = lambda handler, asked: _failing(handler, asked, page="2")
    asked = ready(desk, serve, service)
    with pytest.raises(ServiceDown, match="status 500"):
        desk.fetch("acled", since=DAY)
    assert ids(desk.store) == set()
    last = former(desk.store.path, "acled")
    assert last.unfinished
    assert "status 500" in last.outcome
    service.before = lambda *_: False
    asked.clear()
    assert desk.fetch("acled").counts["added"] == 2
    assert [a.query["page"] for a in asked if a.path == "/api/acled/read"] == ["2", "3"]


def _failing(handler: Handler, asked: Asked, page: str) -> bool:
    if asked.query.get("page") != page:
        return False
    handler.reply(b"oops", 500)
    return True


def test_retry_after_is_waited_for_and_a_long_one_is_told(desk: Desk, serve: Serve) -> None:
    service = Acled([event(1)])
    pauses = ["7"]

    def busy(handler: Handler, asked: Asked) -> bool:
        if asked.path != "/api/acled/read" or not pauses:
            return False
        handler.reply(b"", 429, Retry_After=pauses.pop())
        return True

    service.before = busy
    ready(desk, serve, service)
    assert desk.fetch("acled", since=DAY).counts["added"] == 1
    assert 7.0 in desk.waits
    assert any("asks to wait 7 s" in told for told in desk.told)
    pauses.append("7200")
    with pytest.raises(OverQuota, match=r"asks to wait 2 hours\. Fetch again after that"):
        desk.fetch("acled")
    assert 7200.0 not in desk.waits
    pauses += ["0"] * 500
    with pytest.raises(OverQuota, match="its quota is used up"):
        desk.fetch("acled")


def test_what_is_kept_of_a_fetch_that_stopped_quotes_no_file(
    desk: Desk, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise UnreadableFile("/home/analyst/secret-place.jsonl", "its columns are s3cret.")

    ready(desk, serve, Acled([event(1)]))
    monkeypatch.setattr(fetching, "ingest", refuse)
    with pytest.raises(UnreadableFile):
        desk.fetch("acled", since=DAY)
    last = former(desk.store.path, "acled")
    assert (last.outcome, last.unfinished) == ("What came could not be read as a table.", True)
    assert "s3cret" not in desk.kept
    assert "secret-place" not in desk.kept


@pytest.mark.parametrize("part", ["cursor", "asked"])
def test_a_damaged_memory_of_former_fetches_is_forgotten(
    part: str, desk: Desk, serve: Serve
) -> None:
    ready(desk, serve, Acled([event(1)]))
    desk.fetch("acled", since=DAY)
    (file,) = fetching.folder_of(desk.store.path).glob("acled.json")
    kept = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(kept | {part: ["none"]}), "utf-8")
    assert desk.fetch("acled", since=DAY).counts["duplicates"] == 1


WAYS: dict[str, tuple[Callable[[Handler], None], type[ServiceError], str]] = {
    "html": (lambda h: h.reply(b"<!doctype html><p>Sign in", Content_Type="text/html"),
             ServiceDown, "web page in place of data"),
    "cut": (lambda h: h.reply(b'{"data": [{"event_id', Content_Length="999"),
            ServiceDown, "broken answer"),
    "cut json": (lambda h: h.reply(b'{"data": [{"event_id'), ServiceDown, "breaks off"),
    "deep": (lambda h: h.reply(b"[" * 100_000), ServiceDown, "no JSON"),
    "infinity": (lambda h: h.reply(b'{"data": [{"f": Infinity}]}'), ServiceDown, "no JSON"),
    "beyond numbers": (lambda h: h.reply(b'{"data": [{"f": 1e999}]}'), ServiceDown, "no JSON"),
    "shape": (lambda h: h.reply({"rows": []}), ServiceDown, "no list of records in 'data'"),
    "list": (lambda h: h.reply([1]), ServiceDown, "another shape"),
    "no success": (lambda h: h.reply({"success": False, "data": []}), ServiceDown, "not succeed"),
    "terms": (lambda h: h.reply({"message": "consent"}, 403), ServiceRefused, "agree to the terms"),
    "gone": (lambda h: h.reply(b"", 404), ServiceRefused, "Check the address"),
    "elsewhere": (lambda h: h.reply(b"", 302, Location="http://169.254.169.254/latest"),
                  ServiceRefused, "redirect to another host was refused"),
    "down": (lambda h: h.reply(b"", 503), ServiceDown, "status 503"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_each_failure_is_a_sentence_without_secrets(way: str, desk: Desk, serve: Serve) -> None:
    fail, kind, words = WAYS[way]
    service = Acled([event(1)])

    def failing(handler: Handler, asked: Asked) -> bool:
        if asked.path != "/api/acled/read":
            return False
        fail(handler)
        return True

    service.before = failing
    ready(desk, serve, service)
    with pytest.raises(kind, match=re.escape(words)) as caught:
        desk.fetch("acled", since=DAY)
    for hidden in (PASSWORD, TOKEN, "desk@", "127.0.0.1", "169.254", "?"):
        assert hidden not in str(caught.value)
        assert hidden not in repr(caught.value)
    assert desk.store.imports() == []


def test_a_wrong_password_is_told_as_such(desk: Desk, serve: Serve) -> None:
    ready(desk, serve, Acled([event(1)]))
    desk.settings |= {"CONFLICTMAP_ACLED_PASSWORD": "other-secret"}
    with pytest.raises(ServiceRefused, match="Check CONFLICTMAP_ACLED_USER") as caught:
        desk.fetch("acled", since=DAY)
    assert "other-secret" not in str(caught.value)


def test_a_full_page_that_repeats_is_refused_and_a_short_one_is_the_end(
    desk: Desk, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = [event(1), event(2)]
    ready(desk, serve, Acled(*[same] * 9))
    assert desk.fetch("acled", since=DAY).counts["added"] == 2
    monkeypatch.setattr(acled, "ROWS_PER_PAGE", 2)
    with pytest.raises(ServiceDown, match="same page twice"):
        desk.fetch("acled", since=DAY, again=True)


def test_unknown_numbers_stay_unknown(desk: Desk, serve: Serve) -> None:
    service = Acled()

    def nan(handler: Handler, asked: Asked) -> bool:
        if asked.path != "/api/acled/read" or asked.query["page"] != "1":
            return False
        row = str(event(1)).replace("'fatalities': '2'", "'fatalities': NaN").replace("'", '"')
        handler.reply(f'{{"data": [{row}]}}'.encode())
        return True

    service.before = nan
    ready(desk, serve, service)
    assert desk.fetch("acled", since=DAY).counts["added"] == 1
    found = desk.store.incident("acled-SYR1")
    assert found is not None
    assert found["killed_best"] is None


def test_nothing_beside_the_store_holds_a_secret_or_an_address(desk: Desk, serve: Serve) -> None:
    service = Acled([event(1)], [event(2)])
    ready(desk, serve, service)
    service.before = lambda handler, asked: _failing(handler, asked, page="2")
    with pytest.raises(ServiceDown):
        desk.fetch("acled", since=DAY)
    for hidden in (PASSWORD, TOKEN, "refr3sh", "desk@", "127.0.0.1"):
        assert hidden not in desk.kept
    assert "SYR1" in desk.kept


def test_what_is_not_configured_or_not_said_is_told_before_anything_is_asked(
    desk: Desk, serve: Serve
) -> None:
    with pytest.raises(NotConfigured, match="CONFLICTMAP_ACLED_USER and CONFLICTMAP_ACLED_PASS"):
        desk.fetch("acled", since=DAY)
    asked = ready(desk, serve, Acled([event(1)]))
    with pytest.raises(ImpossibleValue, match="say from which day"):
        desk.fetch("acled")
    with pytest.raises(ImpossibleValue, match="is before the first"):
        desk.fetch("acled", since=DAY, until=dt.date(2023, 1, 1))
    assert asked == []


def test_a_dry_run_adds_nothing_and_keeps_nothing(desk: Desk, serve: Serve) -> None:
    ready(desk, serve, Acled([event(1), event(2)]))
    done = desk.fetch("acled", since=DAY, dry=True)
    assert done.notes == ["2 or more events would be fetched from ACLED."]
    assert desk.store.imports() == []
    assert former(desk.store.path, "acled").at is None
    with pytest.raises(ImpossibleValue):
        desk.fetch("acled")


def test_a_store_that_takes_the_place_of_another_is_filled_from_the_beginning(
    desk: Desk, serve: Serve
) -> None:
    ready(desk, serve, Acled([event(1)]))
    desk.fetch("acled", since=DAY)
    for file in desk.store.path.parent.glob("store.duckdb*"):
        if file.is_file():
            file.unlink()
    desk.store = Store.open(desk.store.path.with_name("other.duckdb"))
    desk.store.path.rename(desk.store.path.with_name("store.duckdb"))
    desk.store = Store.open(desk.store.path.with_name("store.duckdb"))
    with pytest.raises(ImpossibleValue, match="say from which day"):
        desk.fetch("acled")
    assert desk.fetch("acled", since=DAY).counts["added"] == 1
