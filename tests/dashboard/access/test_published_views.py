"""What everybody is told of a published view, and that nobody is told of another."""

from __future__ import annotations

import io
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.types import ASGIApp

from dashboard import served, view_routes
from dashboard.access.door import Door
from dashboard.access.gate import Gate
from dashboard.access.principal import LOCAL, Principal, Role
from dashboard.access.signin import safe_return
from dashboard.headers import Framing, Headers
from dashboard.saved_views import LONGEST_NAME, SavedView, SeenBy, ViewBook, Views, views_beside
from dashboard.view_picture import HEIGHT, WIDTH, view_picture
from geodata import schema
from geodata.filters import View
from geodata.store import Store
from tests.dashboard.access.visitors import ADDRESS, HOST, Clock, ask, session_of, visitors
from tests.geodata.store.store_cases import make_batch
from tests.hostile import PAYLOADS

TOWN = {"country": "SYR", "latitude": 34.8, "longitude": 38.0, "location_precision": "town",
        "status": "published", "killed_low": 3, "killed_best": 3, "killed_high": 3}  # fmt: skip
ROWS = [
    TOWN | {"incident_id": "A-1", "title": "Shelling"},
    TOWN | {"incident_id": "A-2", "title": "A draft", "status": "draft", "latitude": 35.6},
    TOWN | {"incident_id": "A-3", "title": "A secret", "sensitive": True, "latitude": 35.6},
    TOWN | {"incident_id": "A-4", "title": "Elsewhere", "country": "IRQ"},
]
EDITH = Principal(Role.EDITOR, "edith@example.org", team=True, session="e")
LOOK = "country=SYR&z=7&lat=34.8&lon=38"


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    store = Store.open(tmp_path / "store.duckdb")
    store.add(make_batch(ROWS))
    monkeypatch.setattr(served, "_served", served.ServedStore(store))
    return store


@pytest.fixture
def app(gate: Gate, record: Store) -> ASGIApp:
    del record
    door = Door(Starlette(routes=view_routes.ROUTES), gate, {HOST})
    return Headers(door, framed_by=Framing(("https://news.example.org",), gate.cookie.name))


@pytest.fixture
def views(record: Store) -> Views:
    return Views(ViewBook(views_beside(record.path)), EDITH, publishes=True)


class Told(HTMLParser):
    """What a page says in its head, and whether anything in it could run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.told: dict[str, str] = {}
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = {name: value or "" for name, value in attrs}
        assert not any(name.startswith("on") for name in given)
        name = given.get("property") or given.get("name") or given.get("http-equiv")
        if tag == "meta" and name:
            self.told[name] = given["content"]

    def handle_data(self, data: str) -> None:
        self.text += data


def told(app: ASGIApp, view: SavedView, **more: Any) -> Told:
    answer = ask(app, f"/v/{view.view}", **more)
    assert answer.status == 200
    assert "script-src 'self'" in (answer.header("content-security-policy") or "")
    return Told(answer.body.decode())


def test_a_published_view_is_named_counted_and_pictured_for_everybody(
    app: ASGIApp, views: Views
) -> None:
    view = views.save("The north", "Since May", LOOK, SeenBy.EVERYBODY)
    page = told(app, view)
    assert page.told["og:title"] == "The north"
    assert page.told["og:description"] == "1 of 2 incidents, 3 killed"
    assert page.told["og:url"] == f"{ADDRESS}/v/{view.view}"
    assert page.told["refresh"] == f"0; url=/?{LOOK}&view={view.view}"
    assert "Since May" in page.text
    path = page.told["og:image"].removeprefix(ADDRESS)
    answer = ask(app, path)
    assert (answer.status, answer.header("content-type")) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.body)).size == (WIDTH, HEIGHT)
    etag = answer.header("etag") or ""
    again = ask(app, path, headers={"if-none-match": etag})
    assert (again.status, again.body) == (304, b"")


def test_the_picture_follows_the_store_and_shows_nothing_withheld(
    app: ASGIApp, views: Views, record: Store, gate: Gate
) -> None:
    view = views.save("The north", "", LOOK, SeenBy.EVERYBODY)
    ada = session_of(gate, who="ada@example.org")
    before = ask(app, f"/v/{view.view}/picture.png")
    hers = ask(app, f"/v/{view.view}/picture.png", cookies=ada)
    assert hers.body == before.body  # whoever asks
    only = record.snapshot().incidents.filter(pa.array([True, False, False, False]))
    assert view_picture(only, view.link.view) == before.body
    record.edit("A-1", {"sensitive": True}, who="ada", why="a witness is named")
    after = ask(app, f"/v/{view.view}/picture.png")
    assert after.body != before.body
    assert after.body == view_picture(only.slice(0, 0), view.link.view)
    assert told(app, view).told["description"].startswith("0 of 1 incidents")
    gate.settings = replace(gate.settings, publish_where="country=JOR")
    assert told(app, view).told["description"].startswith("0 incidents")


def test_what_is_not_published_is_answered_like_what_never_was(
    app: ASGIApp, views: Views, gate: Gate, clock: Clock
) -> None:
    come = visitors(gate, clock)
    shown = views.save("Shown", "", LOOK, SeenBy.EVERYBODY)
    hidden = [views.save(seen_by, "", LOOK, seen_by) for seen_by in (SeenBy.OWNER, SeenBy.TEAM)]
    deleted = views.save("Deleted", "", LOOK, SeenBy.EVERYBODY)
    views.delete(deleted.view)
    for who, cookies in come.items():
        never = ask(app, "/v/2222222222", cookies=cookies)
        assert never.status == 404
        team = who in {"viewer", "editor", "admin", "guest editor"}
        for view in (*hidden, deleted):
            opens = (team and view.seen_by is SeenBy.TEAM) or (
                who == "editor" and view.seen_by is SeenBy.OWNER
            )
            answer = ask(app, f"/v/{view.view}", cookies=cookies)
            picture = ask(app, f"/v/{view.view}/picture.png", cookies=cookies)
            assert (picture.status, picture.body) == (404, b"")
            if opens:
                assert answer.status == 303
                assert answer.header("location") == f"/?{LOOK}&view={view.view}"
            else:
                assert (answer.status, answer.body) == (404, never.body), (who, view.name)
        known = team or who == "guest"
        assert ask(app, f"/v/{shown.view}", cookies=cookies).status == (303 if known else 200)
    for evil in ("..", "%2e%2e", "' OR 1=1 --", "<script>", "\u0000", "x" * 5000):
        assert ask(app, f"/v/{evil}").status == 404


def test_where_nothing_is_published_a_view_asks_to_sign_in_and_leads_back(
    app: ASGIApp, views: Views, gate: Gate
) -> None:
    view = views.save("Shown", "", LOOK, SeenBy.EVERYBODY)
    gate.settings = replace(gate.settings, publish=False)
    for path in (f"/v/{view.view}", "/v/2222222222"):
        answer = ask(app, path)
        assert (answer.status, answer.header("location")) == (
            303, f"/signin?next={path.replace('/', '%2F')}",
        )  # fmt: skip
        assert safe_return(path) == path
    assert ask(app, f"/v/{view.view}/picture.png").status == 401
    vera = session_of(gate, who="vera@example.org")
    assert ask(app, f"/v/{view.view}", cookies=vera).status == 303
    assert ask(app, f"/v/{view.view}/picture.png", cookies=vera).status == 404
    for evil in ("/v/..//evil.test", "//evil.test/v/x", "/v/x@evil.test/y", "/v/a\r\nb"):
        assert safe_return(evil) == "/"


def test_a_hostile_name_and_note_stay_text_where_links_are_shown(
    app: ASGIApp, views: Views
) -> None:
    plain = told(app, views.save("x", "y", "", SeenBy.EVERYBODY))
    shown = views.save("x", "y", "q=%3C", SeenBy.EVERYBODY)
    for text in [text for text in PAYLOADS if text.strip() and len(text) <= LONGEST_NAME]:
        view = views.describe(shown.view, text, text, SeenBy.EVERYBODY)
        page = told(app, view)
        assert page.tags == plain.tags
        assert page.told["og:title"] == view.name
        assert view.name in page.text


def test_a_saved_view_is_embedded_by_its_id(app: ASGIApp, views: Views) -> None:
    view = views.save("Shown", "", LOOK, SeenBy.EVERYBODY)
    hidden = views.save("Hidden", "", LOOK, SeenBy.TEAM)
    first = ask(app, f"/v/{view.view}?embed=1")
    assert (first.status, first.header("location")) == (307, f"/v/{view.view}?embed=true")
    second = ask(app, first.header("location") or "")
    assert (second.status, second.header("location")) == (307, f"/?{LOOK}&embed=true")
    assert "frame-ancestors 'self' https://news.example.org" in (
        second.header("content-security-policy") or ""
    )
    alone = ask(app, f"/v/{view.view}").header("content-security-policy") or ""
    assert alone.endswith("frame-ancestors 'self'")
    assert ask(app, f"/v/{hidden.view}?embed=true").status == 404


def test_on_ones_own_machine_a_view_leads_to_the_map(record: Store) -> None:
    mine = Views(ViewBook(views_beside(record.path)), LOCAL, publishes=False)
    view = mine.save("Mine", "", "", SeenBy.OWNER)
    alone = Door(Starlette(routes=view_routes.ROUTES))
    ours = {"host": "127.0.0.1"}
    answer = ask(alone, f"/v/{view.view}", headers=ours)
    assert (answer.status, answer.header("location")) == (303, f"/?view={view.view}")
    assert ask(alone, f"/v/{view.view}/picture.png", headers=ours).status == 404
    assert ask(alone, "/v/2222222222", headers=ours).status == 404


# --- the picture ---------------------------------------------------------------------------------


def drawn(rows: list[dict[str, Any]], view: View) -> Any:
    """Which pixels of the picture have the colour of marks."""
    frame = schema.conform(pd.DataFrame(rows), schema.INCIDENTS)
    picture = view_picture(schema.to_arrow(frame, schema.INCIDENTS), view)
    red, green, _ = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), dtype=int).T
    return (red - green > 20).T


HERE = View(7, 34.8, 38.0)


def test_a_coarse_place_is_a_ring_and_never_a_dot() -> None:
    town = drawn([ROWS[0]], HERE)
    assert town[HEIGHT // 2, WIDTH // 2]
    coarse = ROWS[0] | {"location_precision": "admin1", "radius_km": 60.0}
    ring = drawn([coarse], HERE)
    assert not ring[HEIGHT // 2, WIDTH // 2]
    across = np.flatnonzero(ring[HEIGHT // 2])
    # 60 km at 34.8° north and zoom 7: a degree is 91.0 px across and 91.4 km wide.
    assert across[-1] - across[0] == pytest.approx(2 * 60 / 91.4 * 91.0, abs=4)


@pytest.mark.parametrize("known", ["country", "unknown"])
def test_what_the_map_does_not_draw_is_not_in_the_picture(known: str) -> None:
    assert not drawn([ROWS[0] | {"location_precision": known}], HERE).any()
    assert not drawn([ROWS[0] | {"latitude": None, "longitude": None}], HERE).any()


def test_a_picture_without_a_place_fits_what_it_draws() -> None:
    rows = [ROWS[0] | {"incident_id": str(n), "latitude": 30.0 + n, "longitude": 35.0 + n}
            for n in range(5)]  # fmt: skip
    found = drawn(rows, View())
    marks = np.argwhere(found)
    assert marks.min() > 20
    assert marks[:, 0].max() < HEIGHT - 20
    assert marks[:, 0].max() - marks[:, 0].min() > HEIGHT / 2
    assert drawn([], View()).sum() == 0


@pytest.mark.parametrize("view", [View(22, 85.0, 180.0), View(0, -90.0, -180.0), View(22, 0, 0)])
def test_any_place_and_zoom_makes_a_picture(view: View) -> None:
    drawn([ROWS[0] | {"location_precision": "near", "radius_km": 25.0}], view)
