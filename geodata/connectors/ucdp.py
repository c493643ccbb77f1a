"""UCDP's API: events of one release of the Georeferenced Event Dataset, page by page.

Verified in a published JSON schema of its answers (`TotalCount`, `TotalPages`, `PreviousPageUrl`,
`NextPageUrl`, `Result`) and in public clients of 2026: `/api/gedevents/VERSION` with `pagesize`
(up to 1,000), `StartDate`, `EndDate`; the header `x-ucdp-access-token`, needed since February
2026; yearly releases such as 26.1 and candidate releases such as 26.0.7; 5,000 requests a day.
Public clients disagree whether pages count from 0 or from 1, so the address of the next page is
the one that the service gives, on its own host only. Not verified on the live service.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from geodata.connectors.client import Client
from geodata.connectors.connector import Connector, Parcel, Setting, Task
from geodata.connectors.pages import Page, gathered, without_part
from geodata.errors import NotConfigured
from geodata.sources import ucdp_ged

BASE: Final = "https://ucdpapi.pcr.uu.se/api"
VERSION: Final = "26.1"
TITLE: Final = "UCDP"
ROWS_PER_PAGE: Final = 1_000
SECONDS_BETWEEN: Final = 1.0
_TOKEN, _VERSION, _ADDRESS = (
    "CONFLICTMAP_UCDP_TOKEN", "CONFLICTMAP_UCDP_VERSION", "CONFLICTMAP_UCDP_ADDRESS",
)  # fmt: skip
_WRONG: Final = (
    f"Check {_TOKEN}; a token is asked for as ucdp.uu.se/apidocs says. A day has 5,000 requests."
)


def fetch(task: Task) -> Iterator[Parcel]:
    """Events of the release that ended in the days asked for."""
    version = CONNECTOR.value(task.settings, _VERSION)
    if not re.fullmatch(r"[0-9][0-9.]{0,15}", version):
        raise NotConfigured(TITLE, f"{_VERSION} is no version of a release, such as {VERSION}.")
    ask = _asking(task, version)
    if task.dry:
        page = ask(None)
        total = page.total if page.total is not None else f"{len(page.rows):,} or more"
        yield Parcel(notes=(f"{total} events of release {version} would be fetched.",))
        return
    asked = json.dumps([version, str(task.since), str(task.until)])
    for found in gathered(task, TITLE, asked, None, ask):
        cursor = without_part(task.cursor) | {"version": version}
        cursor |= {"part": found.resume} if found.resume else {}
        name = f"ucdp-ged-{version}-from-{task.since}-{found.rows}-events.jsonl"
        yield Parcel(cursor, found.file, name, ucdp_ged.NAME)


def _asking(task: Task, version: str) -> Callable[[Any], Page]:
    token = CONNECTOR.value(task.settings, _TOKEN)
    client = Client(
        TITLE, CONNECTOR.value(task.settings, _ADDRESS), task,
        between=SECONDS_BETWEEN, headers={"x-ucdp-access-token": token},
    )  # fmt: skip
    query = {"pagesize": str(ROWS_PER_PAGE), "StartDate": str(task.since)}
    query["EndDate"] = str(task.until or task.today)
    seen: set[str] = set()

    def page(following: str | None) -> Page:
        if following is None:
            answer = client.send(f"/gedevents/{version}", query)
        else:
            answer = client.follow(following)
        document = client.json(answer, _WRONG)
        rows = client.rows(document, "Result")
        link = document.get("NextPageUrl")
        after = client.own_path(link) if isinstance(link, str) and link else None
        if after is not None and after in seen:
            raise client.down("its pages lead in a circle")
        seen.update(filter(None, (following, after)))
        total = document.get("TotalCount")
        return Page(rows, after, total if isinstance(total, int) and total >= 0 else None)

    return page


CONNECTOR: Final = Connector(
    name="ucdp",
    title=TITLE,
    description="Events of UCDP's Georeferenced Event Dataset, yearly or candidate releases.",
    licence=ucdp_ged.LICENCE,
    citation=ucdp_ged.CITATION,
    settings=(
        Setting(_TOKEN, "the access token that UCDP gave you", secret=True, needed=True),
        Setting(_VERSION, "which release, such as 26.1 or 26.0.7", default=VERSION),
        Setting(_ADDRESS, "another address of the service", default=BASE),
    ),
    fetch=fetch,
)
