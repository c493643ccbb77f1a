"""UCDP, GDELT and HDX HAPI, spoken by a server here."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from typing import Any

import pytest

from geodata.connectors import gdelt
from geodata.errors import ImpossibleValue, NotConfigured, ServiceDown, ServiceRefused
from geodata.export import dataset_terms
from geodata.sources.headerless import GDELT_COLUMNS
from tests.geodata.connectors.conftest import Serve
from tests.geodata.connectors.service import Asked, Desk, Handler, Service, ids

DAY = dt.date(2024, 1, 1)
TOKEN = "ucdp-s3cret"  # noqa: S105 - nobody's


# --- UCDP ----------------------------------------------------------------------------------------


def ged(number: int, **other: object) -> dict[str, Any]:
    """An event as the API gives it: numbers as numbers."""
    return {
        "id": number, "relid": f"SYR-{number}", "year": 2024, "active_year": True,
        "code_status": "Clear", "type_of_violence": 1, "conflict_name": "Syria: Government",
        "dyad_name": "A - B", "side_a": "A", "side_b": "B", "number_of_sources": 1,
        "source_article": '"SOHR,2024-01-06,Clash near Menbij"', "where_prec": 1,
        "where_coordinates": "Manbij town", "where_description": "", "adm_1": "Aleppo",
        "adm_2": "Manbij", "latitude": 36.5281, "longitude": 37.9549, "country": "Syria",
        "region": "Middle East", "event_clarity": 1, "date_prec": 1,
        "date_start": "2024-01-05T00:00:00", "date_end": "2024-01-05T00:00:00",
        "deaths_a": 1, "deaths_b": 1, "deaths_civilians": 0, "deaths_unknown": 0,
        "best": 2, "high": 3, "low": 2, **other,
    }  # fmt: skip


def ucdp(
    desk: Desk, serve: Serve, *pages: list[dict[str, Any]], after: str | None = None
) -> Service:
    """A release in pages; the address of the next has another scheme, as old services give it."""

    def answer(handler: Handler, asked: Asked) -> None:
        if asked.headers.get("x-ucdp-access-token") != TOKEN:
            handler.reply(b"API token required.", 401)
            return
        number = int(asked.query.get("page", 0))
        link = f"http://127.0.0.1:{server.server_port}{asked.path}?pagesize=1000&page={number + 1}"
        handler.reply(
            {"TotalCount": sum(map(len, pages)), "TotalPages": len(pages), "PreviousPageUrl": "",
             "NextPageUrl": after or (link if number + 1 < len(pages) else ""),
             "Result": pages[number]}
        )  # fmt: skip

    server = serve(answer)
    desk.settings |= {"CONFLICTMAP_UCDP_TOKEN": TOKEN,
                      "CONFLICTMAP_UCDP_ADDRESS": f"{server.address}/api"}  # fmt: skip
    return server


def test_pages_of_a_release_are_followed_by_the_addresses_it_gives(
    desk: Desk, serve: Serve
) -> None:
    server = ucdp(desk, serve, [ged(1), ged(2)], [ged(3)])
    done = desk.fetch("ucdp", since=DAY, until=dt.date(2024, 2, 1))
    assert done.counts["added"] == 3
    first = server.asked[0]
    assert first.path == "/api/gedevents/26.1"
    assert first.query == {"pagesize": "1000", "StartDate": "2024-01-01", "EndDate": "2024-02-01"}
    found = desk.store.incident("ucdp-1")
    assert found is not None
    assert (found["killed_best"], found["date_start"]) == (2, dt.date(2024, 1, 5))
    assert found["accounts"][0]["publisher"] == "SOHR"
    again = desk.fetch("ucdp", since=DAY, until=dt.date(2024, 2, 1)).counts
    assert (again["added"], again["updated"]) == (0, 0)
    dry = desk.fetch("ucdp", since=DAY, dry=True)
    assert dry.notes == ["3 events of release 26.1 would be fetched."]


def test_ucdp_does_not_lead_elsewhere_nor_in_a_circle(desk: Desk, serve: Serve) -> None:
    server = ucdp(desk, serve, [ged(1)], after="https://example.org/api/gedevents/26.1?page=2")
    with pytest.raises(ServiceRefused, match="another host"):
        desk.fetch("ucdp", since=DAY)
    server.shutdown()
    second = ucdp(
        desk, serve, [ged(1)], [ged(2)], after="http://127.0.0.1/api/gedevents/26.1?page=1"
    )
    with pytest.raises(ServiceDown, match="circle"):
        desk.fetch("ucdp", since=DAY)
    assert len(second.asked) == 2
    ucdp(desk, serve, [ged(1)], after="http://127.0.0.1/api/\u202eé")
    with pytest.raises(ServiceDown, match="cannot be sent"):
        desk.fetch("ucdp", since=DAY, again=True)
    assert desk.store.imports() == []


def test_a_wrong_token_or_version_of_ucdp_is_told(desk: Desk, serve: Serve) -> None:
    ucdp(desk, serve, [ged(1)])
    desk.settings |= {"CONFLICTMAP_UCDP_TOKEN": "other"}
    with pytest.raises(ServiceRefused, match="Check CONFLICTMAP_UCDP_TOKEN"):
        desk.fetch("ucdp", since=DAY)
    for broken in ("s3cret\r\nHost: elsewhere", "s3cret-é"):
        desk.settings |= {"CONFLICTMAP_UCDP_TOKEN": broken}
        with pytest.raises(NotConfigured, match="cannot be sent") as caught:
            desk.fetch("ucdp", since=DAY)
        assert "s3cret" not in str(caught.value)
    desk.settings["CONFLICTMAP_UCDP_VERSION"] = "../../secret"
    with pytest.raises(NotConfigured, match="no version"):
        desk.fetch("ucdp", since=DAY)
    with pytest.raises(ImpossibleValue, match="not asked by country"):
        desk.fetch("ucdp", since=DAY, country="SYR")


# --- GDELT ---------------------------------------------------------------------------------------


def quarter(number: int, day: str = "20240105") -> bytes:
    """A file of fifteen minutes, zipped, with one event of material conflict."""
    row = dict.fromkeys(GDELT_COLUMNS, "") | {
        "GLOBALEVENTID": str(1_100_000_000 + number), "SQLDATE": day, "MonthYear": day[:6],
        "Year": day[:4], "FractionDate": "2024.01", "Actor1Name": "ARMY", "Actor1Code": "MIL",
        "IsRootEvent": "1", "EventCode": "195", "EventBaseCode": "195", "EventRootCode": "19",
        "QuadClass": "4", "GoldsteinScale": "-10", "NumMentions": "1", "NumSources": "1",
        "NumArticles": "1", "AvgTone": "-5", "ActionGeo_Type": "4",
        "ActionGeo_FullName": "Manbij, Halab, Syria", "ActionGeo_CountryCode": "SY",
        "ActionGeo_ADM1Code": "SY09", "ActionGeo_Lat": "36.5281", "ActionGeo_Long": "37.9549",
        "ActionGeo_FeatureID": "1", "DATEADDED": f"{day}001500", "SOURCEURL": "https://example.org/a",
    }  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("x.export.CSV"), "\t".join(row.values()) + "\n")
    return packed.getvalue()


class Gdelt:
    """The folder of files, with its two lists."""

    def __init__(self, files: dict[str, bytes], *, ranges: bool = True) -> None:
        self.files, self.ranges = files, ranges
        self.listed = {at: hashlib.md5(body).hexdigest() for at, body in files.items()}  # noqa: S324

    def __call__(self, handler: Handler, asked: Asked) -> None:
        name = asked.path.rpartition("/")[2]
        if name == "lastupdate.txt":
            handler.reply(b"".join(self._list()[-3:]))
        elif name == "masterfilelist.txt":
            body = b"".join(self._list())
            tail = int(asked.headers.get("range", "bytes=-0").removeprefix("bytes=-"))
            if self.ranges and 0 < tail < len(body):
                handler.reply(body[-tail:], 206)
            else:
                handler.reply(body)
        elif name.removesuffix(".export.CSV.zip") in self.files:
            handler.reply(self.files[name.removesuffix(".export.CSV.zip")])
        else:
            handler.reply(b"", 404)

    def _list(self) -> list[bytes]:
        base = "http://elsewhere.example/gdeltv2"
        return [
            f"{12345} {md5 if kind == 'export.CSV' else '0' * 32} {base}/{at}.{kind}.zip\n".encode()
            for at, md5 in sorted(self.listed.items())
            for kind in ("export.CSV", "mentions.CSV", "gkg.csv")
        ]


def of_gdelt(desk: Desk, serve: Serve, service: Gdelt) -> Service:
    server = serve(service)
    desk.settings |= {"CONFLICTMAP_GDELT": "on",
                      "CONFLICTMAP_GDELT_ADDRESS": f"{server.address}/gdeltv2"}  # fmt: skip
    return server


@pytest.mark.parametrize("ranges", [True, False])
def test_files_since_a_day_are_taken_once_a_day_an_import(
    ranges: bool, desk: Desk, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"20231231{n:02d}0000": quarter(n, "20231231") for n in range(24)}
    files |= {"20240105000000": quarter(50), "20240105001500": quarter(51),
              "20240106000000": quarter(52)}  # fmt: skip
    service = Gdelt(files, ranges=ranges)
    server = of_gdelt(desk, serve, service)
    done = desk.fetch("gdelt", since=DAY)
    assert [report.rows for report in done.imports] == [2, 1]
    assert ids(desk.store) == {f"gdelt-11000000{n}" for n in (50, 51, 52)}
    if not ranges:
        return
    server.asked.clear()
    assert desk.fetch("gdelt").imports == []
    assert [a.path for a in server.asked] == ["/gdeltv2/lastupdate.txt"]
    service.files["20240106001500"] = quarter(53)
    service.listed["20240106001500"] = hashlib.md5(quarter(53)).hexdigest()  # noqa: S324
    assert desk.fetch("gdelt").counts["added"] == 1
    assert desk.fetch("gdelt", since=DAY, again=True, dry=True).notes[0].startswith("4 files")
    monkeypatch.setattr(gdelt, "MOST_FILES", 3)
    done = desk.fetch("gdelt", since=DAY, again=True)
    assert done.notes[0] == "1 later files are left for the next fetch."
    assert desk.fetch("gdelt").counts["rows"] == 1


def test_a_file_with_another_md5_is_not_taken(desk: Desk, serve: Serve) -> None:
    service = Gdelt({"20240105000000": quarter(1), "20240106000000": quarter(2)})
    of_gdelt(desk, serve, service)
    service.files["20240106000000"] = quarter(3)
    with pytest.raises(ServiceDown, match=r"not the one that its list names \(MD5\)"):
        desk.fetch("gdelt", since=DAY)
    assert ids(desk.store) == {"gdelt-1100000001"}  # the day before is kept
    service.files["20240106000000"] = quarter(2)
    assert desk.fetch("gdelt").counts["added"] == 1


def test_zips_that_lie_end_in_a_sentence(
    desk: Desk, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_gdelt(desk, serve, Gdelt({"20240105000000": b"<html>no zip"}))
    with pytest.raises(ServiceDown, match="no zip of one file"):
        desk.fetch("gdelt", since=DAY)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x.export.CSV", "a" * 1_000)
    damaged = packed.getvalue().replace(b"\x09\x04\x05\x00]", b"\x09\x04\x05\x00\xff")
    assert damaged != packed.getvalue()
    of_gdelt(desk, serve, Gdelt({"20240105000000": damaged}))
    with pytest.raises(ServiceDown, match="no zip of one file"):
        desk.fetch("gdelt", since=DAY)
    monkeypatch.setattr(gdelt, "LARGEST_UNPACKED", 100)
    of_gdelt(desk, serve, Gdelt({"20240105000000": quarter(1)}))
    with pytest.raises(ServiceDown, match="unpacks to more"):
        desk.fetch("gdelt", since=DAY)
    desk.settings["CONFLICTMAP_GDELT"] = "off"
    with pytest.raises(NotConfigured):
        desk.fetch("gdelt", since=DAY)


def test_a_file_that_the_list_names_and_is_not_there_is_told(desk: Desk, serve: Serve) -> None:
    service = Gdelt({"20240105000000": quarter(1)})
    service.listed["20240105001500"] = "0" * 32
    of_gdelt(desk, serve, service)
    done = desk.fetch("gdelt", since=DAY)
    assert done.counts["added"] == 1
    assert "GDELT lists 1 files that are not there." in done.notes


def test_a_listed_moment_that_cannot_be_is_passed_over(desk: Desk, serve: Serve) -> None:
    service = Gdelt({"20240105000000": quarter(1)})
    service.listed["20241399999999"] = "0" * 32
    server = of_gdelt(desk, serve, service)
    assert desk.fetch("gdelt", since=DAY).counts["added"] == 1
    assert desk.fetch("gdelt").counts["rows"] == 0
    assert not any("20241399999999" in asked.path for asked in server.asked)


# --- HDX HAPI ------------------------------------------------------------------------------------


def total(events: int, month: int, fatalities: int | None = 3) -> dict[str, Any]:
    """A record as HAPI gives it."""
    return {
        "resource_hdx_id": "r", "admin2_ref": 1, "location_code": "SYR", "has_hrp": True,
        "location_name": "Syrian Arab Republic", "admin1_code": "SY02", "admin1_name": "Aleppo",
        "provider_admin1_name": "", "admin2_code": "SY0205", "admin2_name": "Menbij",
        "provider_admin2_name": "", "admin_level": 2, "event_type": "political_violence",
        "events": events, "fatalities": fatalities,
        "reference_period_start": f"2024-{month:02d}-01T00:00:00",
        "reference_period_end": f"2024-{month:02d}-28T23:59:59",
    }  # fmt: skip


def test_totals_of_a_month_are_no_incidents_of_a_day(desk: Desk, serve: Serve) -> None:
    def answer(handler: Handler, asked: Asked) -> None:
        assert (
            asked.headers["x-hdx-hapi-app-identifier"] == "Y29uZmxpY3RtYXA6ZGVza0BleGFtcGxlLm9yZw=="
        )
        rows = [total(14, 1), total(0, 2, 0), total(2, 3, None)]
        handler.reply({"data": rows if asked.query["offset"] == "0" else []})

    server = serve(answer)
    desk.settings |= {"CONFLICTMAP_HAPI_EMAIL": "desk@example.org",
                      "CONFLICTMAP_HAPI_ADDRESS": server.address}  # fmt: skip
    done = desk.fetch("hapi", since=DAY, country="SYR")
    assert done.counts["added"] == 2
    assert "they are no incidents" in " ".join(done.notes)
    assert server.asked[0].query["location_code"] == "SYR"
    assert server.asked[0].query["event_type"] == "political_violence"
    found = desk.store.incident("hapi-SYR-SY0205-political_violence-2024-01-01")
    assert found is not None
    assert (found["date_precision"], found["location_precision"]) == ("month", "admin2")
    assert (found["date_start"], found["date_end"]) == (dt.date(2024, 1, 1), dt.date(2024, 1, 28))
    assert (found["killed_best"], found["dataset"]) == (3, "HDX HAPI monthly totals")
    assert "14 events" in found["title"]
    assert "No single incident" in found["summary"]
    assert '"events": 14' in found["raw"]
    unknown = desk.store.incident("hapi-SYR-SY0205-political_violence-2024-03-01")
    assert unknown is not None
    assert unknown["killed_best"] is None
    terms = dataset_terms("HDX HAPI monthly totals")
    assert "not to be redistributed" in str(terms["licence"])
    desk.settings["CONFLICTMAP_HAPI_EMAIL"] = "nobody"
    with pytest.raises(NotConfigured, match="no e-mail address"):
        desk.fetch("hapi", since=DAY)
