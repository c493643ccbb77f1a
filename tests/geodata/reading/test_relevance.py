"""An incident is told from talk of violence, by facts that are named."""

from __future__ import annotations

import datetime as dt

import pytest

from geodata.reading import Reading, read_text
from geodata.reading.lexicons import lexicon
from geodata.reading.relevance import Relevance, judge

PUBLISHED = dt.date(2016, 9, 21)

SPEECH = """We will not accept this policy of violence, the minister said in his speech.

Our government wants peace and dialogue, and we have said so to the congress.

The attacks, the murders and the crimes of these years have left 70,000 dead, he said.

We condemn them all. Our struggle is for democracy and for human rights.

My party asks for elections, and we shall win them, he told the delegates.

The fighting must end, and an agreement on aid must be found, he said.
"""
BLAST = """A bomb exploded on Monday in front of a school in the town of Marwan, the police said.

Two teachers and a child were killed and eleven people were wounded in the attack.

The murder of the teachers was condemned by the mayor, who visited the school.

Unidentified men had placed the bomb in a car. Several houses were damaged.

Nobody has claimed the attack. The wounded were taken to the hospital.
"""
BATTLE = """The army said its troops moved on the hills last week, and that the operation goes on.

The war has lasted for years. The government wants no negotiations, its spokesman said.

Six soldiers and three rebels were killed on Monday in a clash near Marwan.

The positions of the rebels are held by two battalions, the spokesman said.

The offensive is part of a campaign that the government announced in spring.
"""


def read(text: str) -> Reading:
    return read_text(text, published=PUBLISHED)


def weighed(text: str) -> Relevance:
    relevance = read(text).relevance
    assert relevance is not None
    return relevance


def test_a_speech_on_violence_is_no_incident_and_says_why() -> None:
    reading = read(SPEECH)
    assert reading.drafts == ()
    assert reading.relevance is not None
    assert not reading.relevance.tells
    assert 1 <= len(reading.relevance.reasons) <= 3


def test_a_blast_is_an_incident_and_more_likely_than_a_speech() -> None:
    assert len(read(BLAST).drafts) == 1
    assert weighed(BLAST).tells
    assert weighed(BLAST).probability > weighed(SPEECH).probability + 0.3


def test_a_clash_of_armed_forces_with_figure_and_day_stands_whatever_the_model_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("geodata.reading.judge", lambda _: Relevance(0.0, ("made up",)))
    (draft,) = read(BATTLE).drafts
    assert draft.killed is not None
    assert draft.killed.best == 9
    assert read(SPEECH).drafts == ()


def test_where_the_facts_speak_for_an_incident_its_fullest_sentence_is_a_draft(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("geodata.reading.judge", lambda _: Relevance(1.0, ()))
    (draft,) = read(SPEECH.replace("have left 70,000 dead", "were many")).drafts
    assert draft.sentence.quote in SPEECH.replace("have left 70,000 dead", "were many")


@pytest.mark.parametrize(
    "text",
    ["Two people were killed in Marwan on Monday.", "Deux personnes ont été tuées lundi à Alep."],
    ids=["a note", "another language"],
)
def test_short_texts_and_other_languages_are_not_weighed(text: str) -> None:
    assert read(text).relevance is None


def test_every_fact_of_the_table_has_words_for_people() -> None:
    nothing, everything = judge({}), judge({"main.many": 1.0, "text.own": 3.0, "told.quoted": 1.0})
    assert nothing.probability > everything.probability
    assert "figures of many incidents together" in everything.reasons


def test_no_word_speaks_against_its_theme() -> None:
    table = lexicon("relevance")
    weights = {name: row[0] for name, row in table["weights"].items() if name.startswith("word.")}
    signs = {
        f"word.{word}": 1 if theme["speaks"] == "for" else -1
        for theme in table["vocabulary"].values()
        for word in theme["words"]
    }
    assert len(weights) >= 100
    assert all(weight * signs[name] > 0 for name, weight in weights.items())


def test_no_form_belongs_to_two_words_and_none_is_written_large() -> None:
    themes = lexicon("relevance")["vocabulary"].values()
    forms = [form for theme in themes for text in theme["words"].values() for form in text.split()]
    assert len(forms) == len(set(forms))
    assert all(form.isalpha() and form.islower() for form in forms)


def test_words_around_an_incident_are_weighed_in_any_form() -> None:
    plain = weighed(BLAST).probability
    assert weighed(BLAST.replace("Nobody has", "No terrorist has")).probability == plain
    assert weighed(BLAST + "\nThe judges heard of it that night.\n").probability > plain
    assert weighed(BLAST + "\nThe footballers sent word, and so did fans.\n").probability < plain


def test_words_of_one_theme_are_one_reason() -> None:
    lost = judge({"word.trial": 1.0, "word.prison": 1.0, "word.jail": 1.0, "word.detain": 1.0})
    assert "words of courts and police work" in lost.reasons
    assert not lost.tells


def test_the_threshold_is_the_edge_between_telling_and_not() -> None:
    edges = [value / 100 for value in range(101) if Relevance(value / 100, ()).tells]
    assert edges[-1] == 1.0
    assert 0.2 <= edges[0] <= 0.5


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A man placed a bomb in a movie theater in Marwan.", "bombing"),
        ("Two bombs were set off in Marwan.", "bombing"),
        ("A crowd sacked several shops in Marwan on Monday.", "arson"),
        ("Three men were taken from their homes in Marwan.", "kidnapping"),
    ],
)
def test_bombs_looting_and_abductions_are_incidents_in_other_words_too(
    text: str, kind: str
) -> None:
    (draft,) = read(text).drafts
    assert kind in draft.kinds


def test_a_film_of_an_attack_and_a_minister_who_is_sacked_are_none() -> None:
    assert read("The bombing was the subject of a movie.").drafts == ()
    assert read("The president sacked two ministers in Marwan.").drafts == ()


def test_of_one_sentence_the_weapon_that_is_named_comes_first() -> None:
    (draft,) = read("They fired at the house in Marwan with a mortar and killed a man.").drafts
    assert draft.weapons[0].weapon == "mortar"


def test_troops_that_strafe_and_shoot_are_no_air_strike_at_first() -> None:
    (draft,) = read("Two reporters were strafed by troops in Marwan and shot dead.").drafts
    assert draft.weapons[0].weapon == "small-arms"
