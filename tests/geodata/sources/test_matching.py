"""Columns of tables in other people's words, matched to what they are."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import ImpossibleValue, UnknownCode, UnreadableFile
from geodata.sources import open_table, read
from geodata.sources.matching import suggest, suggested_profile
from geodata.sources.profile import TARGETS, Profile, from_toml, from_values

FLOOR = 0.9
NOTHING = ""
ROWS = 24
DAYS = [dt.date(2016, 5, 3) + dt.timedelta(days=7 * n) for n in range(ROWS)]
PLACES = ["Tell Rifaat", "Khan Shaykhun", "Al Bab", "Manbij"]
ARMIES = ["Government of X", "Free Brigade", "Local militia"]
SENTENCE = "Several shells fell on the market and the school of the town in the early morning"


CELLS: dict[str, Callable[[int], str]] = {
    "id": lambda n: f"E{4000 + 7 * n}",
    "iso": lambda n: str(DAYS[n]),
    "named": lambda n: f"{DAYS[n]:%d %B %Y}",
    "slashed": lambda n: f"{DAYS[n]:%d/%m/%Y}",
    "year": lambda n: str(DAYS[n].year),
    "lat": lambda n: f"{35.1 + n / 97:.4f}",
    "lon": lambda n: f"{36.2 + n / 89:.4f}",
    "count": lambda n: str(n * 3 % 11),
    "more": lambda n: str(n * 3 % 11 + 4),
    "place": lambda n: PLACES[n % 4],
    "unit": lambda n: ["Aleppo", "Idlib", "Homs"][n % 3],
    "country": lambda n: ["Syria", "Iraq"][n % 2],
    "army": lambda n: ARMIES[n % 3],
    "text": lambda n: f"{SENTENCE}, number {n}.",
    "headline": lambda n: f"Shelling in {PLACES[n % 4]}",
    "paper": lambda n: ["SANA", "Local Radio", "Agency"][n % 3],
    "link": lambda n: f"https://news.example/{n}",
    "type": lambda n: ["Battles", "Explosions/Remote violence", "Protests"][n % 3],
    "weapon": lambda n: ["mortar", "air strike", "landmine"][n % 3],
    "clock": lambda n: f"{n % 24:02d}:30",
    "code": lambda n: str(600 + n % 5),
    "small": lambda n: str(n % 3 + 1),
}
"""Made-up cells by kind and row."""

# Each column: what it holds, what it may be taken for, and its name in four tables of strangers.
UCDP = [
    ("code", "source_record_id incident_id", "event number", "ID", "Ereignis-Nr.", "record key"),
    ("year", NOTHING, "calendar year", "Annee", "Jahr", "yr"),
    ("small", f"event_type {NOTHING}", "violence type code", "type_viol", "Gewaltart", "viol_type"),
    ("code", NOTHING, "dyad number", "id_dyade", "Dyaden-ID", "dyad"),
    ("army", "side_a", "Party A", "acteur_1", "Konfliktpartei A", "belligerent 1"),
    ("army", "side_b", "Party B", "acteur_2", "Konfliktpartei B", "belligerent 2"),
    ("headline", "source_title title", "Source headline", "titre source", "Schlagzeile der Quelle",
     "news headline"),
    ("small", f"location_precision {NOTHING}", "where precision", "precision_lieu",
     "Ortsgenauigkeit", "geo accuracy"),
    ("place", "place_name place_text", "where", "Lieu", "Ort", "locality name"),
    ("unit", "admin1", "Province name", "gouvernorat", "Provinz", "first-level admin (province)"),
    ("unit", "admin2", "District name", "arrondissement", "Bezirk", "district (adm2)"),
    ("lat", "latitude", "Lat.", "latitude_wgs", "Breitengrad", "Y coord"),
    ("lon", "longitude", "Long.", "longitude_wgs", "Längengrad", "X coord"),
    ("country", "country", "Country name", "Pays", "Staat", "state or country"),
    ("iso", "date_start", "Start date", "date_debut", "Beginn (Datum)", "first day"),
    ("iso", "date_end", "End date", "date_fin", "Ende (Datum)", "last day"),
    ("count", f"civilians_killed_best {NOTHING}", "civilian deaths", "morts_civils",
     "Tote Zivilisten", "civilians dead"),
    ("count", "killed_low", "deaths (low)", "morts_min", "Tote mindestens", "min fatalities"),
    ("count", "killed_best", "deaths (best estimate)", "morts", "Tote", "fatality estimate"),
    ("more", "killed_high", "deaths (high)", "morts_max", "Tote höchstens", "max fatalities"),
]  # fmt: skip
ACLED = [
    ("id", "incident_id source_record_id", "Event ref", "id_evento", "eventIdentifier", "uid"),
    ("named", "date_start", "Date of event", "fecha", "eventDate", "when it happened"),
    ("year", NOTHING, "Year of event", "ano", "eventYear", "calendar_year"),
    ("type", "event_type", "Kind of event", "tipo_evento", "eventType", "incident category"),
    ("army", "side_a perpetrators", "First actor", "actor_a", "actor1Name", "armed group 1"),
    ("army", f"{NOTHING}", "Allies of first actor", "aliados_actor_a", "assocActor1", "ally_1"),
    ("army", "side_b", "Second actor", "actor_b", "actor2Name", "armed group 2"),
    ("country", "country", "Nation", "pais", "countryName", "Country/territory"),
    ("unit", "admin1", "Governorate", "provincia", "admin1Name", "region (adm1)"),
    ("unit", "admin2", "Sub-district", "municipio", "admin2Name", "county"),
    ("place", "place_name", "Town or village", "localidad", "locationName", "settlement"),
    ("lat", "latitude", "Latitude (WGS84)", "latitud", "geoLat", "lat_dd"),
    ("lon", "longitude", "Longitude (WGS84)", "longitud", "geoLon", "lon_dd"),
    ("small", f"location_precision {NOTHING}", "Location precision", "precision_geo", "geoPrec",
     "geo certainty"),
    ("paper", "publisher", "Source name", "fuente", "sourceName", "reporting outlet"),
    ("code", NOTHING, "Source scale", "escala_fuente", "sourceScale", "scale of source"),
    ("text", "summary", "Event notes", "notas", "eventNotes", "free text account"),
    ("count", "killed_best", "Number killed", "muertos", "fatalityCount", "persons killed"),
    ("code", NOTHING, "Record timestamp", "marca", "rowTimestamp", "last modified"),
]  # fmt: skip
HUMANITARIAN = [
    ("id", "incident_id source_record_id", "Incident No.", "رقم", "N° incident", "Case reference"),
    ("slashed", "date_start", "Incident Date", "تاريخ", "Date de l'incident", "Date occurred"),
    ("clock", "time_text", "Time of incident", "ساعة", "Heure", "Approx. time"),
    ("country", "country", "Country", "بلد", "Pays", "Country of incident"),
    ("unit", "admin1", "Adm1 name", "محافظة", "Province/Région", "State / Governorate"),
    ("unit", "admin2", "Adm2 name", "ناحية", "District sanitaire", "County name"),
    ("place", "place_name", "Site / settlement", "مكان", "Localité", "Town"),
    ("lat", "latitude", "GPS lat", "خط العرض", "Lat", "Decimal latitude"),
    ("lon", "longitude", "GPS lon", "خط الطول", "Long", "Decimal longitude"),
    ("weapon", "weapon weapon_text", "Weapon used", "سلاح", "Type d'arme", "Means of attack"),
    ("army", "perpetrators", "Alleged perpetrator", "الفاعل", "Auteur présumé", "Attacker"),
    ("count", "killed_best", "# killed", "قتلى", "Nb de morts", "Aid workers killed"),
    ("count", "injured_best", "# wounded", "جرحى", "Nb de blessés", "Aid workers injured"),
    ("count", NOTHING, "# displaced families", "نازحين", "Déplacés",
     "Aid workers kidnapped"),
    ("text", "summary", "What happened", "وصف", "Description des faits", "Incident details"),
    ("paper", "publisher", "Reported by", "مصدر", "Source", "Information source"),
    ("link", "url", "Web link", "رابط", "Lien", "Source URL"),
]  # fmt: skip
SHAPES = {"ucdp": UCDP, "acled": ACLED, "humanitarian": HUMANITARIAN}


def table(shape: str, naming: int, folder: Path) -> tuple[Path, dict[str, set[str | None]]]:
    """A file of a shape under one of its four namings, and what each column may be."""
    columns = SHAPES[shape]
    names = [entry[2 + naming] for entry in columns]
    frame = {name: [CELLS[entry[0]](n) for n in range(ROWS)] for name, entry in
             zip(names, columns, strict=True)}  # fmt: skip
    truth: dict[str, set[str | None]] = {}
    for name, entry in zip(names, columns, strict=True):
        allowed: set[str | None] = set(entry[1].split()) or {None}
        truth[name] = allowed | ({None} if entry[1].endswith(" ") else set())
    path = folder / f"{shape}-{naming}.csv"
    pd.DataFrame(frame).to_csv(path, index=False)
    return path, truth


def wrong(path: Path, truth: Mapping[str, set[str | None]]) -> dict[str, str | None]:
    found = {match.column: match.target for match in suggest(open_table(path))}
    assert list(found) == list(truth)
    return {name: found[name] for name in truth if found[name] not in truth[name]}


@pytest.mark.parametrize("shape", SHAPES)
def test_nine_of_ten_renamed_columns_are_matched(shape: str, tmp_path: Path) -> None:
    mistaken: dict[str, str | None] = {}
    count = 0
    for naming in range(4):
        path, truth = table(shape, naming, tmp_path)
        mistaken |= wrong(path, truth)
        count += len(truth)
    assert 1 - len(mistaken) / count >= FLOOR, mistaken


def test_names_that_say_nothing_leave_what_only_cells_can_tell(tmp_path: Path) -> None:
    kinds = ["id", "slashed", "lat", "lon", "country", "text", "link", "count", "code"]
    frame = {f"F{n}": [CELLS[kind](row) for row in range(ROWS)] for n, kind in enumerate(kinds)}
    path = tmp_path / "f.csv"
    pd.DataFrame(frame).to_csv(path, index=False)
    found = {match.column: match.target for match in suggest(open_table(path))}
    assert found == {
        "F0": None, "F1": "date_start", "F2": "latitude", "F3": "longitude", "F4": "country",
        "F5": "summary", "F6": "url", "F7": None, "F8": None,
    }  # fmt: skip


def test_a_name_does_not_make_a_column_what_its_cells_cannot_be(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("Date,Latitude,Killed,Place\nsoon,north,some cows,Manbij\n", encoding="utf-8")
    found = {match.column: match.target for match in suggest(open_table(path))}
    assert found == {"Date": None, "Latitude": None, "Killed": None, "Place": "place_name"}


def test_tags_go_before_names_and_their_row_is_no_data(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    text = "Felt,Place,Dead\n#date+occurred,#affected+killed,#loc+name\n2016-06-16,4,Manbij\n"
    path.write_text(text, encoding="utf-8")
    profile = suggested_profile(open_table(path))
    assert profile.columns == {
        "date_start": "Felt", "killed_best": "Place", "place_name": "Dead",
    }  # fmt: skip
    reading = read(path, profile=profile)
    assert (reading.rows, reading.incidents["killed_best"].tolist()) == (1, [4])


@given(
    st.builds(
        Profile,
        st.dictionaries(st.sampled_from(TARGETS), st.text(), max_size=4),
        st.dictionaries(st.sampled_from(TARGETS), st.text(), max_size=2),
        st.dictionaries(
            st.sampled_from(TARGETS), st.dictionaries(st.text(), st.text(), min_size=1), max_size=2
        ),
        st.none() | st.text(min_size=1),
        st.sampled_from([None, "day-first", "month-first"]),
    )
)
def test_a_profile_is_the_same_when_it_is_read_again(profile: Profile) -> None:
    assert from_toml(profile.as_toml()) == profile
    assert from_values(json.loads(json.dumps(profile.as_values()))) == profile


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("what", "no TOML"),
        ("[columns]\nwhen = 'Day'", "is no column of an incident"),
        ("day_order = 'backwards'", "is no order of days"),
        ("[rows]\na = 'b'", "A profile has no 'rows'"),
        ("[columns]\ndate_start = 3", "names and texts alone"),
        ("codes = 'x'", "names and texts alone"),
    ],
)
def test_what_is_no_profile_is_refused_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises((ImpossibleValue, UnknownCode), match=said):
        from_toml(text)


def test_a_profile_reads_a_table_as_it_says_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "fälle.csv"
    path.write_text(
        "Tag,title,Art,Ort,Tote,date_end,accounts\n"
        "03/04/2016,Fall 1,Luftangriff,Manbij,4,gestern,x\n"
        "31/04/2016,Fall 2,Gefecht,Manbij,2,gestern,x\n",
        encoding="utf-8",
    )
    profile = Profile(
        {
            "date_start": "tag",
            "summary": "title",
            "event_type": "Art",
            "place_name": "Ort",
            "place_text": "Ort",
            "killed_best": "Tote",
            "time_text": "date_end",
        },
        {"country": "SYR", "killed_best": "never used"},
        {"event_type": {"luftangriff": "Explosions/Remote violence"}},
        day_order="day-first",
    )
    reading = read(path, profile=profile)
    (row,) = reading.incidents.to_dict("records")
    assert row["date_start"] == row["date_end"] == dt.date(2016, 4, 3)
    assert (row["summary"], row["country"], row["time_text"]) == ("Fall 1", "SYR", "gestern")
    assert (row["place_name"], row["place_text"], row["killed_best"]) == ("Manbij", "Manbij", 4)
    assert row["event_type"] == "Explosions/Remote violence"
    assert pd.isna(row["title"])
    assert json.loads(reading.raw[0])["accounts"] == "x"
    assert reading.attention["column"].tolist() == ["Tag"]


def test_a_profile_for_another_table_names_the_columns_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("Tag,Ort\n2016-06-16,Manbij\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="no column 'Datum'; its columns are Tag, Ort"):
        read(path, profile=Profile({"date_start": "Datum", "place_name": "Ort"}))
    with pytest.raises(UnreadableFile, match="no column 'date_start'"):
        read(path, profile=Profile({"title": "Ort"}))
