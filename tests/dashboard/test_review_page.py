"""The review page, run as Streamlit runs it: from a pasted text to an incident, and back."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.reviewing import folder_of, plugin_notice
from dashboard.served import ServedStore
from geodata.review import DATASET, Report, Review, labels_text
from tests.dashboard.test_pages import page_at
from tests.hostile import PAYLOADS

REPORT = (
    "At least four people were killed and nine wounded on Thursday when Russian warplanes bombed a "
    "market in Khan Shaykhun, Syria, residents said. Russia's Ministry of Defence denied that its "
    "aircraft had carried out a strike there."
)
PUBLISHED = dt.date(2016, 6, 17)


def labelled(test: AppTest, kind: str, label: str) -> Any:
    return next(widget for widget in getattr(test, kind) if widget.label == label)


def said(test: AppTest) -> str:
    return "\n".join(text.value for text in test.text)


def pasted(text: str = REPORT) -> AppTest:
    test = page_at("review")
    labelled(test, "text_area", "Paste a report").set_value(text)
    labelled(test, "button", "Read").click().run()
    assert not test.exception
    return test


def answered(test: AppTest) -> AppTest:
    labelled(test, "date_input", "When was this published?").set_value(PUBLISHED).run()
    assert not test.exception
    return test


def press(test: AppTest, label: str) -> AppTest:
    labelled(test, "button", label).click().run()
    assert not test.exception
    return test


def reviewed(here: ServedStore) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = here.store.snapshot().incidents.to_pylist()
    return [row for row in rows if row["dataset"] == DATASET]


def test_the_day_of_publication_is_asked_first_and_never_filled_in(here: ServedStore) -> None:
    test = pasted()
    assert labelled(test, "date_input", "When was this published?").value is None
    assert "When was this published? Answer above before accepting." in said(test)
    assert labelled(test, "button", "Accept").disabled
    assert labelled(test, "date_input", "Day").value is None
    assert reviewed(here) == []


def test_an_answered_report_is_accepted_as_an_incident_with_its_quotations(
    here: ServedStore,
) -> None:
    test = answered(pasted())
    assert labelled(test, "date_input", "Day").value == dt.date(2016, 6, 16)
    assert "“Thursday”" in said(test)
    assert reviewed(here) == []
    press(test, "Accept")
    (row,) = reviewed(here)
    assert (row["date_start"], row["date_precision"]) == (dt.date(2016, 6, 16), "day")
    assert (row["killed_low"], row["injured_low"]) == (4, 9)
    incident = here.store.incident(row["incident_id"])
    assert incident is not None
    report = incident["accounts"][0]
    assert REPORT[report["quote_start"] : report["quote_end"]] == report["quote"]
    assert report["published"] == PUBLISHED
    kept = folder_of(here).load(report["sha256"])
    assert kept is not None
    assert kept.report.text == REPORT
    assert incident["history"][0]["who"] == "analyst"


def test_what_an_analyst_corrects_is_what_is_accepted(here: ServedStore) -> None:
    test = answered(pasted())
    labelled(test, "number_input", "Killed, best").set_value(5).run()
    labelled(test, "text_input", "Title").set_value("Strike on a market").run()
    press(test, "Accept")
    (row,) = reviewed(here)
    assert (row["killed_low"], row["killed_best"], row["title"]) == (4, 5, "Strike on a market")


def test_figures_that_cannot_be_keep_a_draft_from_being_accepted(here: ServedStore) -> None:
    test = answered(pasted())
    labelled(test, "number_input", "Killed, best").set_value(1).run()
    assert "no range of people" in said(test)
    assert labelled(test, "button", "Accept").disabled
    assert reviewed(here) == []


def test_an_unfinished_review_is_there_in_a_new_session(here: ServedStore) -> None:
    test = answered(pasted())
    labelled(test, "text_input", "Title").set_value("Half done").run()
    again = page_at("review")
    assert labelled(again, "date_input", "When was this published?").value == PUBLISHED
    assert labelled(again, "text_input", "Title").value == "Half done"
    assert reviewed(here) == []


def test_an_accepted_draft_is_taken_back_when_it_is_opened_again(here: ServedStore) -> None:
    test = press(answered(pasted()), "Accept")
    assert "Accepted: it is an incident of the store." in said(test)
    press(test, "Open again")
    assert reviewed(here) == []
    press(test, "Accept")
    assert len(reviewed(here)) == 1


def test_a_rejected_draft_leaves_no_incident_and_is_remembered(here: ServedStore) -> None:
    test = press(answered(pasted()), "Reject")
    assert "Rejected." in said(test)
    assert reviewed(here) == []
    (review,), damaged = folder_of(here).reviews()
    assert damaged == []
    assert [decision.what for decision in review.decisions.values()] == ["rejected"]


def test_a_second_report_of_an_incident_is_offered_as_another_account(here: ServedStore) -> None:
    press(answered(pasted()), "Accept")
    second = REPORT.replace("nine", "eleven")
    test = answered(pasted(second))
    assert "The store may have it already" in said(test)
    press(test, "Accept as another account of it")
    (row,) = reviewed(here)
    assert row["injured_low"] == 9
    incident = here.store.incident(row["incident_id"])
    assert incident is not None
    assert len({account["sha256"] for account in incident["accounts"]}) == 2
    assert row["n_accounts"] == len(incident["accounts"])


def test_a_report_whose_day_nobody_knows_is_accepted_without_a_day(here: ServedStore) -> None:
    test = pasted()
    labelled(test, "checkbox", "The day of publication is not known").check().run()
    press(test, "Accept")
    (row,) = reviewed(here)
    assert row["date_start"] is None
    assert row["date_precision"] == "unknown"


def test_the_example_comes_with_the_package(here: ServedStore) -> None:
    test = press(page_at("review"), "Try the example")
    (review,), _ = folder_of(here).reviews()
    assert review.proposals
    assert "sample_report.txt" in said(test)


TWO = (
    "Gunmen killed three policemen in Basra on Monday. Police said that the bridge was closed. "
    "Meanwhile, a car bomb killed eight people and wounded 20 in Mosul on Tuesday."
)


def kept(here: ServedStore) -> Review:
    (review,), damaged = folder_of(here).reviews()
    assert damaged == []
    return review


def test_drafts_are_merged_added_and_taken_back(here: ServedStore) -> None:
    test = answered(pasted(TWO))
    assert "Draft 1 of 2" in said(test)
    assert labelled(test, "button", "Merge it into this one").disabled
    labelled(test, "selectbox", "Another draft that tells of the same incident").set_value(0).run()
    press(test, "Merge it into this one")
    assert "Draft 1 of 1" in said(test)
    assert labelled(test, "number_input", "Injured, best").value == 20
    assert "The drafts that were merged give different figures." in said(test)
    missed = "A sentence that tells of an incident that was missed"
    labelled(test, "selectbox", missed).set_value(0).run()
    press(test, "Add a draft")
    assert "Draft 2 of 2" in said(test)
    assert kept(here).proposals[1].quotes["sentences"][0].quote.startswith("Police said")
    press(test, "Take back the last adding")
    press(test, "Take back the last merging")
    assert (kept(here).steps, len(kept(here).proposals)) == ((), 2)
    assert "Draft 1 of 2" in said(test)


def test_sentences_are_split_off_and_edits_thrown_away(here: ServedStore) -> None:
    text = "A bomb killed 12 people in Kabul on Tuesday. Shells killed four people in Kabul too."
    test = answered(pasted(text))
    labelled(test, "text_input", "Title").set_value("Mine").run()
    press(test, "Back to what was read")
    assert kept(here).edits == {}
    assert labelled(test, "text_input", "Title").value != "Mine"
    labelled(test, "multiselect", "Sentences that tell of another incident").set_value([0]).run()
    press(test, "Make them a draft of their own")
    assert "Draft 2 of 2" in said(test)
    assert labelled(test, "number_input", "Killed, best").value == 4
    assert [proposal.values.killed[1] for proposal in kept(here).proposals] == [12, 4]


def test_many_texts_are_a_queue_and_any_incident_can_be_found(here: ServedStore) -> None:
    press(answered(pasted()), "Accept")
    few = "Shells killed two people in Aleppo on 6 March 2017."
    test = pasted(few)
    many = few.replace("two", "ninety")
    labelled(test, "text_area", "Paste a report").set_value(many)
    labelled(test, "button", "Read").click().run()
    assert "1 of 3 texts are reviewed, 1 of 3 drafts decided." in said(test)
    table = next(f.value for f in test.dataframe if "Killed and injured" in f.value.columns)
    assert list(table["Killed and injured"]) == [90, 2, 0]
    assert labelled(test, "selectbox", "Text").value == Report(many).sha256
    press(test, "Next text")
    assert labelled(test, "selectbox", "Text").value == Report(few).sha256
    labelled(test, "checkbox", "The day of publication is not known").check().run()
    (row,) = reviewed(here)
    looked = "Find it by words of its title or place, or by its id"
    labelled(test, "text_input", looked).set_value(row["incident_id"]).run()
    press(test, "Accept as an account of this one")
    (row,) = reviewed(here)
    assert row["n_accounts"] >= 2
    data = labels_text(folder_of(here).reviews()[0])
    assert [json.loads(line)["decision"] for line in data.splitlines()] == ["account", "accepted"]


def test_a_plug_in_that_is_set_is_named_and_one_that_fails_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plugin_notice() is None
    body = "class Own:\n    name, version, fingerprint = 'own', '7', 'abc'\n"
    body += "    def suggest(self, text, drafts):\n        return []\n"
    (tmp_path / "own_reader_of_a_test.py").write_text(body, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("CONFLICTMAP_READER", "own_reader_of_a_test:Own")
    assert "own 7 (abc) reads the texts too" in (plugin_notice() or "")
    monkeypatch.setenv("CONFLICTMAP_READER", "own_reader_of_a_test:Other")
    assert "Texts are read by the rules alone." in (plugin_notice() or "")


@pytest.mark.usefixtures("here")
def test_hostile_text_is_read_without_an_error() -> None:
    test = pasted("\n".join(f"Two people were killed in {text} on Monday." for text in PAYLOADS))
    assert not test.markdown or all("pwned" not in item.value for item in test.markdown)


@pytest.mark.usefixtures("here")
def test_a_text_that_only_talks_of_violence_has_no_draft_and_says_why() -> None:
    talk = (
        "We condemn all violence, he said. Our party wants peace.\n\n"
        "The war has left 70,000 dead in these years, and we mourn them all.\n\n"
        "We ask for elections. We shall speak with the congress. Our struggle is for democracy."
    )
    shown = said(pasted(talk))
    assert "No incident was found in this text." in shown
    assert "What speaks against it: " in shown
    assert "figures of many incidents together" in shown
