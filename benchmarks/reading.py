"""What the reader gets right on real texts, printed as a table.

Run: `CONFLICTMAP_REAL_DATA=… python benchmarks/reading.py [section …]`, sections: sentences, muc,
places, headlines, calibration, speed. Baselines stand beside the figures they are to beat.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
import resource
import sys
import time
import xml.etree.ElementTree as ET
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from geodata.gazetteer import Gazetteer
from geodata.gazetteer.places import distance_km
from geodata.reading import Draft, Reading, read_text
from geodata.reading.confidence import Counts, bins, confidences
from geodata.reading.evidence import SHORT_TEXT
from geodata.reading.locating import places_in
from geodata.reading.structure import layout

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
FAMILIES = {
    "GUN": "small-arms",
    "MACHINE GUN": "small-arms",
    "RIFLE": "small-arms",
    "HANDGUN": "small-arms",
    "BOMB": "explosive",
    "DYNAMITE": "explosive",
    "EXPLOSIVE": "explosive",
    "VEHICLE BOMB": "explosive",
    "MINE": "explosive",
    "GRENADE": "explosive",
    "MORTAR": "explosive",
    "ROCKET": "explosive",
    "MISSILE": "explosive",
    "AERIAL BOMB": "explosive",
    "MOLOTOV COCKTAIL": "fire",
    "FIRE": "fire",
    "CUTTING DEVICE": "melee",
    "STONE": "melee",
    "TORTURE": "melee",
}
OURS = {
    "small-arms": "small-arms",
    "ied": "explosive",
    "air-launched": "explosive",
    "ground-launched": "explosive",
    "directly-emplaced": "explosive",
    "naval-launched": "explosive",
    "multiple": "explosive",
}


def real_data() -> Path:
    """The folder of real records; ends the program with a sentence where it is not set."""
    folder = os.environ.get("CONFLICTMAP_REAL_DATA")
    if not folder or not Path(folder).is_dir():
        sys.exit("Set CONFLICTMAP_REAL_DATA to the folder with the real records.")
    return Path(folder)


def family(draft: Draft) -> list[str]:
    """The weapon families of a draft, the surest first."""
    by_code = {"arson": "fire", "melee": "melee"}
    return [by_code.get(w.weapon) or OURS.get(w.weapon_group, "other") for w in draft.weapons]


def muc_day(written: str) -> dt.date | None:
    """A MUC-4 day ("30 DEC 89"), None for spans and bounds."""
    match = re.fullmatch(r"(\d{1,2}) ([A-Z]{3}) (\d{2})", written.strip())
    if match is None or match.group(2) not in MONTHS:
        return None
    day, month, year = (
        int(match.group(1)),
        MONTHS.index(match.group(2)) + 1,
        1900 + int(match.group(3)),
    )
    try:
        return dt.date(year, month, day)
    except ValueError:  # one key has 31 November
        return None


def _referent(entry: str) -> str:
    return entry.partition(":")[2].strip()


def muc_deaths(template: dict[str, Any]) -> int | None:
    """The number of dead in a MUC-4 template, None where it is no plain number."""
    total, found = 0, False
    numbers = {_referent(e): e.partition(":")[0] for e in template["HUM TGT: NUMBER"]}
    for effect in template["HUM TGT: EFFECT OF INCIDENT"]:
        if not effect.startswith("DEATH:"):
            continue
        number = numbers.get(_referent(effect), "").strip()
        if not number.isdigit():
            return None
        total, found = total + int(number), True
    return total if found else None


def muc_families(template: dict[str, Any]) -> set[str]:
    """The weapon families of a MUC-4 template."""
    found = set()
    for entry in template["INCIDENT: INSTRUMENT TYPE"]:
        for name in entry.partition(":")[0].strip("? ").split(" / "):
            if name.strip("? ") in FAMILIES:
                found.add(FAMILIES[name.strip("? ")])
    return found


def muc_place(template: dict[str, Any]) -> str | None:
    """The most specific place of a MUC-4 template, None for a bare country."""
    parts = template["INCIDENT: LOCATION"][0].split(": ")
    if len(parts) < 2 or " - " in parts[-1]:
        return None
    name = re.sub(r"\s*\(.*$", "", parts[-1].split(" / ")[0]).strip("? ")
    return name or None


@dataclass
class Score:
    """Right answers of how many."""

    right: int = 0
    of: int = 0

    def add(self, right: bool) -> None:
        """Count one answer."""
        self.right += right
        self.of += 1

    def __str__(self) -> str:
        return f"{self.right / max(1, self.of):.3f} ({self.right} of {self.of})"


def read_muc(folder: Path) -> list[tuple[dict[str, Any], Reading]]:
    """Every MUC-4 development article with its reading, no publication date given."""
    lines = (folder / "muc4_dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [(item, read_text(item["text"])) for item in map(json.loads, lines)]


def muc(pairs: list[tuple[dict[str, Any], Reading]]) -> dict[str, Any]:
    """The MUC-4 measures."""
    scores: dict[str, Score] = defaultdict(Score)
    hit = wrong = missed = 0
    for item, reading in pairs:
        told, found = bool(item["templates"]), bool(reading.drafts)
        hit, wrong, missed = (
            hit + (told and found),
            wrong + (found and not told),
            missed + (told and not found),
        )
        if len(item["templates"]) == 1:
            _single(item["templates"][0], reading, scores)
        if told:
            _places(item, reading, scores)
    f1 = 2 * hit / max(1, 2 * hit + wrong + missed)
    return {"relevance F1": f"{f1:.3f} (right {hit}, too many {wrong}, missed {missed})", **scores}


def _single(template: dict[str, Any], reading: Reading, scores: dict[str, Score]) -> None:
    first = reading.drafts[0] if reading.drafts else None
    day = muc_day(template["INCIDENT: DATE"][0])
    if day is not None:
        scores["date first"].add(first is not None and first.date.start == day == first.date.end)
        scores["date, the publication date"].add(reading.published == day)
    families = muc_families(template)
    if families:
        held = family(first) if first else []
        scores["weapon family first"].add(bool(held) and held[0] in families)
        scores["weapon family among"].add(bool(set(held) & families))
    deaths = muc_deaths(template)
    if deaths is not None:
        killed = first.killed if first else None
        scores["deaths exact"].add(killed is not None and killed.best == deaths)
        scores["deaths, always 1"].add(deaths == 1)


def _places(item: dict[str, Any], reading: Reading, scores: dict[str, Score]) -> None:
    dateline = reading.dateline
    body = item["text"][dateline.span.end :] if dateline else item["text"]
    body = " ".join(body.split())
    golds = {place for t in item["templates"] if (place := muc_place(t)) and place in body}
    if not golds:
        return
    names = [
        " ".join(p.name.upper().split())
        for d in reading.drafts
        for p in d.places
        if p.role == "event"
    ]
    for gold in golds:
        scores["place among candidates"].add(any(gold in name for name in names))
    if len(item["templates"]) == 1:
        first = next((p for d in reading.drafts[:1] for p in d.places if p.role == "event"), None)
        scores["place first"].add(
            first is not None and next(iter(golds)) in " ".join(first.name.split())
        )


def sentences(path: Path) -> Score:
    """Killed and injured, low and high, of single sentences."""
    score = Score()
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        for field, right in sentence_fields(item).items():
            score.add(right)
            if not right and "-v" in sys.argv:
                print("   ", field, item["text"])
    return score


def sentence_fields(item: dict[str, Any]) -> dict[str, bool]:
    """Field -> whether it is read as the gold has it (injured_hi -1: not said; null: open)."""
    drafts = read_text(item["text"]).drafts
    got: dict[str, int | None] = {}
    for name in ("killed", "injured"):
        figures = [f for d in drafts if (f := getattr(d, name)) is not None]
        got[f"{name}_lo"] = sum(f.low for f in figures)
        highs = [f.high for f in figures]
        unsaid = 0 if name == "killed" else -1
        known = [high for high in highs if high is not None]
        got[f"{name}_hi"] = (
            unsaid if not figures else sum(known) if len(known) == len(highs) else None
        )
    return {field: value == item[field] for field, value in got.items()}


def toponyms(folder: Path) -> dict[str, Any]:
    """TR-News: named places below a country, answered within 161 km of the gold point."""
    gazetteer = Gazetteer.open()
    within, coverage = Score(), Score()
    root = ET.parse(folder / "TR-News.xml").getroot()  # noqa: S314 - a local file
    for article in root.iter("article"):
        text = article.findtext("text") or ""
        held = places_in(text, gazetteer)
        for toponym in article.iter("toponym"):
            tag = toponym.find("gaztag")
            if (
                tag is None
                or (tag.findtext("fcode") or "").startswith("PCL")
                or not tag.findtext("lat")
            ):
                continue
            start, end = int(toponym.findtext("start") or 0), int(toponym.findtext("end") or 0)
            found = next((p for p in held if p.span.start < end and start < p.span.end), None)
            answered = found is not None and found.latitude is not None
            coverage.add(answered)
            if found is not None and found.latitude is not None and found.longitude is not None:
                gold = float(tag.findtext("lat") or 0), float(tag.findtext("lon") or 0)
                far = distance_km(found.latitude, found.longitude, *gold)
                within.add(far <= 161)
                if far > 161 and "-v" in sys.argv:
                    print(
                        "   ",
                        toponym.findtext("phrase"),
                        found.name,
                        found.country,
                        round(far),
                        tag.findtext("name"),
                    )
    return {"within 161 km": within, "answered": coverage}


def headline_drafts(folder: Path) -> list[tuple[Draft, dict[str, str]]]:
    """UCDP events of one source whose headline gives one figure of dead: its draft and the row."""
    found = []
    with (folder / "ucdp_ged_syria_2016_2017.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            titles = re.findall(r'"[^",]*,\d{4}-\d{2}-\d{2},([^"]*)"', row["source_article"])
            if len(titles) != 1 or ";" in titles[0]:
                continue
            killed = [d for d in read_text(titles[0]).drafts if d.killed and d.killed.best]
            if len(killed) == 1:
                found.append((killed[0], row))
    return found


def headlines(folder: Path) -> dict[str, Any]:
    """UCDP: deaths in a headline that gives one figure, against the coders' best figure."""
    scores: dict[str, Score] = defaultdict(Score)
    for draft, row in headline_drafts(folder):
        best = draft.killed.best if draft.killed and draft.killed.best is not None else -1
        scores["exact"].add(best == int(row["best"]))
        if draft.confidence["killed"] >= 0.5:
            scores["exact where confidence is 0.5 and over"].add(best == int(row["best"]))
        scores["within low and high"].add(int(row["low"]) <= best <= int(row["high"]))
    return dict(scores)


HEAVY = {
    "words": "lorem ipsum dolor ",
    "killings": "people killed in ",
    "digits": "1234567890",
    "figures": "12 345 ",
    "brackets": "([{<",
    "quotes": '"',
    "dots": ". ",
    "line ends": "\n",
    "Arabic killings": "قتل في مدينة ",
    "Russian killings": "погибли в ",
    "French names": "Tués à La De ",
    "Ukrainian towns": "Одеса Київ ",
}


def notes_without_stops() -> dict[str, str]:
    """Our notes of each other language, in one line that no mark divides."""
    path = Path(__file__).parents[1] / "tests" / "gold" / "voices_foreign.jsonl"
    lines: dict[str, str] = defaultdict(str)
    for item in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        lines[f"notes without stops, {item['language']}"] += re.sub("[.,]", "", item["text"]) + " "
    return lines


def speed(folder: Path) -> dict[str, Any]:
    """CPU seconds on one core; megabytes over the bare imports."""
    lines = (folder / "muc4_dev.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    read_text("Two people were killed.")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    for text in texts:
        read_text(text)
    rate = len(texts) / (time.process_time() - began)
    found: dict[str, Any] = {"MUC-4 articles a CPU second": f"{rate:.0f}"}
    for name, unit in (HEAVY | notes_without_stops()).items():
        text = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
        began = time.process_time()
        read_text(text)
        found[f"1 MB of {name}, CPU seconds"] = f"{time.process_time() - began:.2f}"
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    found["memory over the bare imports, MB"] = f"{grown:.0f}"
    return found


class Answer(NamedTuple):
    """A draft, whether its text is a note, a field, whether it is right, and from a headline.

    `published` is the day of the report, where the text says it.
    """

    draft: Draft
    note: bool
    field: str
    right: bool
    headline: bool = False
    published: dt.date | None = None

    @property
    def bin(self) -> str:
        """How the field was found."""
        return bins(self.draft, note=self.note, published=self.published)[self.field]

    def confidence(self, counts: Counts) -> float:
        """How sure the field is by these counts."""
        known = confidences(self.draft, note=self.note, published=self.published, counts=counts)
        return known[self.field]


def answers(pairs: list[tuple[dict[str, Any], Reading]], tables: list[Path]) -> list[list[Answer]]:
    """Per text the answers whose truth is known: MUC-4 with one incident, and single sentences."""
    found = []
    for item, reading in pairs:
        if len(item["templates"]) == 1 and reading.drafts:
            note = len(layout(item["text"]).sentences) <= SHORT_TEXT
            answered = _muc_answers(item["templates"][0], reading.drafts[0], note=note)
            found.append([a._replace(published=reading.published) for a in answered])
    for table in tables:
        for line in table.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            right = sentence_fields(item)
            for draft in read_text(item["text"]).drafts[:1]:
                held = [n for n in ("killed", "injured") if getattr(draft, n) is not None]
                found.append(
                    [Answer(draft, True, n, right[f"{n}_lo"] and right[f"{n}_hi"]) for n in held]
                )
    return found


def _muc_answers(template: dict[str, Any], draft: Draft, *, note: bool) -> list[Answer]:
    found: list[Answer] = []
    deaths, day = muc_deaths(template), muc_day(template["INCIDENT: DATE"][0])
    families, place = muc_families(template), muc_place(template)
    if deaths is not None and draft.killed is not None:
        found.append(Answer(draft, note, "killed", draft.killed.best == deaths))
    if day is not None and draft.date.start is not None:
        found.append(Answer(draft, note, "date", draft.date.start == day == draft.date.end))
    if families and draft.weapons:
        found.append(Answer(draft, note, "weapons", family(draft)[0] in families))
    events = [p for p in draft.places if p.role == "event"]
    if place and events:
        name = " ".join(events[0].name.split())
        found.append(Answer(draft, note, "place", place in name or name in place))
    return found


def fitted(texts: list[list[Answer]]) -> dict[str, dict[str, tuple[int, int]]]:
    """Field -> bin -> (right, answers)."""
    counts: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for answer in (answer for text in texts for answer in text):
        held = counts[answer.field].get(answer.bin, (0, 0))
        counts[answer.field][answer.bin] = (held[0] + answer.right, held[1] + 1)
    return {field: dict(sorted(keys.items())) for field, keys in sorted(counts.items())}


def calibration(texts: list[list[Answer]]) -> dict[str, Any]:
    """Fitted on nine tenths and measured on the rest, ten times over."""
    said: list[tuple[float, bool]] = []
    told, articles, right, every = Score(), Score(), Score(), Score()
    for fold in range(10):
        counts = fitted([text for n, text in enumerate(texts) if n % 10 != fold])
        for answer in (a for text in texts[fold::10] for a in text):
            confidence = answer.confidence(counts)
            said.append((confidence, answer.right))
            every.add(confidence >= 0.9)
            if not answer.headline:
                told.add(confidence >= 0.9)
            if not answer.note:
                articles.add(confidence >= 0.9)
                if confidence >= 0.9:
                    right.add(answer.right)
    error = 0.0
    for low in range(10):
        band = [(c, r) for c, r in said if low / 10 <= c < (low + 1) / 10 or (low == 9 and c == 1)]
        if band:
            gap = abs(sum(c for c, _ in band) - sum(r for _, r in band))
            error += gap / len(said)
    top = Score()
    for confidence, correct in said:
        if confidence >= 0.9:
            top.add(correct)
    return {
        "expected calibration error": f"{error:.3f} over {len(said)} fields",
        "top band (0.9 and over) right": top,
        "in the top band, articles and sentences": told,
        "in the top band, articles alone": articles,
        "top band right, articles alone": right,
        "in the top band, UCDP headlines too": every,
    }


if __name__ == "__main__":
    DATA = real_data()
    WANTED = [a for a in sys.argv[1:] if not a.startswith("-")] or ["sentences", "muc"]
    if "sentences" in WANTED:
        print("sentences, given", sentences(DATA / "casualty_sentences.jsonl"))
    if "places" in WANTED:
        for NAME, VALUE in toponyms(DATA).items():
            print(f"TR-News {NAME:24} {VALUE}")
    if "speed" in WANTED:
        for NAME, VALUE in speed(DATA).items():
            print(f"{NAME:34} {VALUE}")
    if "headlines" in WANTED:
        for NAME, VALUE in headlines(DATA).items():
            print(f"UCDP headlines, deaths {NAME:20} {VALUE}")
    if "fit" in WANTED or "calibration" in WANTED:
        ROOT = Path(__file__).parents[1]
        OWN = ROOT / "tests" / "gold" / "casualty_sentences_own.jsonl"
        TEXTS = answers(read_muc(DATA), [DATA / "casualty_sentences.jsonl", OWN])
        for DRAFT, ROW in headline_drafts(DATA):
            RIGHT = DRAFT.killed is not None and DRAFT.killed.best == int(ROW["best"])
            TEXTS.append([Answer(DRAFT, True, "killed", RIGHT, headline=True)])
        for NAME, VALUE in calibration(TEXTS).items():
            print(f"{NAME:34} {VALUE}")
        if "fit" in WANTED:
            TARGET = ROOT / "geodata" / "bundled" / "lexicons" / "confidence.json"
            BODY = {
                "provenance": "right answers and answers by bin, on MUC-4 development articles "
                "with one incident, sentences with known figures and UCDP headlines; from "
                "benchmarks/reading.py fit",
                "counts": fitted(TEXTS),
            }
            TARGET.write_text(json.dumps(BODY, indent=1) + "\n", encoding="utf-8")
    if "muc" in WANTED:
        BEGAN = time.perf_counter()
        PAIRS = read_muc(DATA)
        print(f"MUC-4: {len(PAIRS) / (time.perf_counter() - BEGAN):.0f} articles a second")
        for NAME, VALUE in muc(PAIRS).items():
            print(f"  {NAME:32} {VALUE}")
