"""HDX HAPI: numbers of conflict events by district and month, as HDX counts them from ACLED.

**These are no incidents.** A record says how many events a district had in a month and how many
were killed in all of them. Each becomes a row of month precision over a district, never a pin of a
single event; its title and summary say the number of events, its data set is one of its own, and
its figures would be counted twice beside ACLED's own events: show one or the other. Of HAPI's
three kinds only `political_violence` is fetched: `civilian_targeting` is a part of it, and
`demonstration` counts no violence. Months without an event are passed over and counted.

Verified in HDX's own source of the service and in public clients: `/api/v2/coordination-context/
conflict-events` with `location_code`, `event_type`, `start_date`, `end_date`, `admin_level`,
`limit` (up to 10,000), `offset`; the header `X-HDX-HAPI-APP-IDENTIFIER`, the base64 of a name and
an e-mail address joined by a colon; fields `event_type, events, fatalities, location_code,
admin1_name, admin2_code, admin2_name, reference_period_start, reference_period_end`. Not verified
on the live service.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from geodata.connectors.client import Client
from geodata.connectors.connector import Connector, Parcel, Setting, Task
from geodata.connectors.pages import Page, gathered, without_part
from geodata.errors import NotConfigured

BASE: Final = "https://hapi.humdata.org/api/v2"
TITLE: Final = "HDX HAPI"
DATASET: Final = "HDX HAPI monthly totals"
ROWS_PER_PAGE: Final = 10_000
SECONDS_BETWEEN: Final = 1.0
_EMAIL, _ADDRESS = "CONFLICTMAP_HAPI_EMAIL", "CONFLICTMAP_HAPI_ADDRESS"
_WRONG: Final = f"Check {_EMAIL}: HDX asks every caller for an e-mail address."


def fetch(task: Task) -> Iterator[Parcel]:
    """Months that lie in the days asked for, by district."""
    ask = _asking(task)
    if task.dry:
        page = ask(0)
        more = " or more" if page.following else ""
        yield Parcel(notes=(f"{len(page.rows):,}{more} districts and months with events.",))
        return
    asked = json.dumps([str(task.since), str(task.until), task.country])
    for found in gathered(task, TITLE, asked, 0, ask):
        cursor = without_part(task.cursor) | ({"part": found.resume} if found.resume else {})
        note = (
            f"{found.rows:,} totals of a month and a district, each a row; they are no incidents."
        )
        name = f"hapi-from-{task.since}-{found.rows}-totals.jsonl"
        yield Parcel(cursor, found.file, name, "canonical", DATASET, notes=(note,))


def _asking(task: Task) -> Callable[[Any], Page]:
    email = CONNECTOR.value(task.settings, _EMAIL)
    if "@" not in email or ":" in email:
        raise NotConfigured(TITLE, f"{_EMAIL} is no e-mail address.")
    known = base64.b64encode(f"conflictmap:{email}".encode()).decode()
    client = Client(
        TITLE, CONNECTOR.value(task.settings, _ADDRESS), task,
        between=SECONDS_BETWEEN, headers={"X-HDX-HAPI-APP-IDENTIFIER": known},
    )  # fmt: skip
    query = {
        "output_format": "json", "event_type": "political_violence", "admin_level": "2",
        "start_date": str(task.since), "end_date": str(task.until or task.today),
        "limit": str(ROWS_PER_PAGE),
    }  # fmt: skip
    if task.country:
        query["location_code"] = task.country

    def page(offset: int) -> Page:
        answer = client.send(
            "/coordination-context/conflict-events", query | {"offset": str(offset)}
        )
        rows = client.rows(client.json(answer, _WRONG), "data")
        told = [row_of(row) for row in rows if row.get("events") not in (0, None)]
        return Page(told, offset + len(rows) if rows else None, full=len(rows) >= ROWS_PER_PAGE)

    return page


def row_of(total: Mapping[str, Any]) -> dict[str, Any]:
    """A total as a row of the canonical table, its own fields kept under `hapi`."""
    kind, events = str(total.get("event_type")), total.get("events")
    start, end = (str(total.get(f"reference_period_{end}") or "")[:10] for end in ("start", "end"))
    district = total.get("admin2_name") or total.get("provider_admin2_name")
    words = kind.replace("_", " ")
    where = district or total.get("admin1_name") or total.get("location_name")
    fatalities = total.get("fatalities")
    code = total.get("admin2_code") or total.get("admin1_code") or where
    own = f"{total.get('location_code')}-{code}-{kind}-{start}"
    return {
        "incident_id": f"hapi-{own}",
        "source_record_id": own,
        "dataset": DATASET,
        "title": f"Total of a month: {events} events of {words}, {where}",
        "summary": (
            f"No single incident: HDX counts {events} events of {words} in this district and month "
            "from ACLED's data."
        ),
        "date_start": start,
        "date_end": end,
        "date_precision": "month",
        "date_text": f"{start} to {end}",
        "admin2": district,
        "admin1": total.get("admin1_name") or total.get("provider_admin1_name"),
        "country": total.get("location_code"),
        "location_precision": "admin2" if district else "admin1",
        "killed_low": fatalities,
        "killed_best": fatalities,
        "killed_high": fatalities,
        "publisher": "HDX HAPI, from ACLED",
        "source_title": f"Conflict events, {words}",
        "hapi": dict(total),
    }


CONNECTOR: Final = Connector(
    name="hapi",
    title=TITLE,
    description="Numbers of events and of killed by district and month; totals, no incidents.",
    licence="ACLED's terms of use, by way of HDX; not to be redistributed",
    citation="Humanitarian API (HAPI), OCHA Centre for Humanitarian Data; from ACLED.",
    settings=(
        Setting(_EMAIL, "an e-mail address, which HDX asks every caller for", needed=True),
        Setting(_ADDRESS, "another address of the service", default=BASE),
    ),
    fetch=fetch,
    dataset=DATASET,
    takes_country=True,
)
