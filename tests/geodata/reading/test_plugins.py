"""A reader of one's own: what it adds, what it cannot change, and failures that cost nothing."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import ImpossibleValue
from geodata.reading import (
    Draft,
    Plugin,
    Suggestion,
    TextToRead,
    hash_of,
    load_plugin,
    read_many,
    read_text,
)
from geodata.reading.plugins import FIELDS, MOST_SUGGESTIONS

TEXT = (
    "Two guards were killed at a depot in Homs, Syria, by the Tiger Forces. "
    "The bridge at Rastan is gone since the eve of the feast."
)
DOCS = Path(__file__).parents[3] / "docs" / "reading.md"


@dataclass
class Model:
    """Suggests what it is told to."""

    found: Sequence[Any] = ()
    name: Any = "a model"
    version: str = "3.1"
    fingerprint: str = "abc"
    asked: list[str] = field(default_factory=list)

    def suggest(self, text: str, drafts: Sequence[Draft]) -> Iterable[Suggestion]:
        assert all(text[d.sentence.start : d.sentence.end] == d.sentence.quote for d in drafts)
        self.asked.append(text)
        if isinstance(self.found, BaseException):
            raise self.found
        return self.found


@dataclass
class Rastan:
    """The one place that `Atlas` knows."""

    latitude: float | None = 34.92
    longitude: float | None = 36.73
    precision: str = "town"
    radius_km: float | None = 5.0
    country: str | None = "SYR"


class Atlas:
    """Finds one town, in its country."""

    def locate(self, name: str, *, country: str | None = None, admin1: str | None = None) -> Rastan:
        if (name.casefold(), country, admin1) == ("rastan", "SYR", None):
            return Rastan()
        return Rastan(None, None, "unknown", None, None)


def of(name: str, words: str, value: Any = None, draft: int | None = None) -> Suggestion:
    at = TEXT.index(words)
    return Suggestion(name, at, at + len(words), value, draft)


def drafts(*found: Any) -> tuple[Draft, ...]:
    reading = read_text(TEXT, plugin=Model(found))
    assert reading.notes == ()
    return reading.drafts


class TestWhatItAdds:
    """Gaps of the rules, each with its words."""

    def test_an_actor_and_a_weapon_stand_with_their_quotation(self) -> None:
        (draft,) = drafts(of("perpetrator", "Tiger Forces"), of("weapon", "gone", "ied", 0))
        actor = draft.actors[-1]
        assert (actor.name, actor.role) == ("Tiger Forces", "perpetrator")
        assert TEXT[actor.span.start : actor.span.end] == "Tiger Forces"
        assert [weapon.weapon for weapon in draft.weapons] == ["ied"]
        assert "plugin_added" in draft.flags

    def test_every_draft_names_it_with_version_and_hash(self) -> None:
        (draft,) = drafts()
        assert draft.reader.endswith("; a model 3.1 (abc)")
        assert draft.to_json()["reader"] == draft.reader
        (plain,) = read_text(TEXT).drafts
        assert "a model" not in plain.reader
        assert "reader" not in plain.to_json()

    def test_a_sentence_that_the_rules_passed_over_is_a_draft_with_its_place_and_a_question(
        self,
    ) -> None:
        second = TEXT.partition(". ")[2]
        found = read_text(
            TEXT,
            country="SYR",
            places=Atlas(),
            plugin=Model([of("sentence", second), of("place", "Rastan"),
                          of("date", "the eve of the feast")]),
        )  # fmt: skip
        draft = found.drafts[1]
        assert [p.name for p in draft.places] == ["Rastan"]
        assert draft.places[0].latitude == 34.92
        assert draft.date.start is None
        assert draft.date.question == "Which day is “the eve of the feast”?"
        assert "no_place" not in draft.flags

    def test_a_figure_fills_a_gap_and_never_replaces_one(self) -> None:
        (draft,) = drafts(of("injured", "guards", 5), of("killed", "Two guards", (3, 4, 9)))
        assert draft.injured is not None
        assert draft.killed is not None
        assert (draft.injured.low, draft.injured.best, draft.injured.high) == (5, 5, 5)
        assert (draft.killed.best, "plugin_differs_killed" in draft.flags) == (2, True)
        assert "killed" in draft.confidence
        assert "injured" not in draft.confidence

    def test_what_the_rules_have_and_what_no_draft_tells_adds_nothing(self) -> None:
        (before,) = read_text(TEXT).drafts
        (after,) = drafts(of("place", "Homs"), of("target", "Rastan"), of("killed", "Two", 2))
        assert after.places == before.places
        assert after.actors == before.actors
        assert after.flags == before.flags


class TestFailures:
    """The drafts of the rules stand, and a sentence says what happened."""

    @pytest.mark.parametrize(
        ("plugin", "why"),
        [
            (Model(ValueError("out of memory")), "out of memory"),  # type: ignore[arg-type]
            (Model([Suggestion("place", 3, 9_000)]), "no passage"),
            (Model([Suggestion("place", 3, 3)]), "no passage"),
            (Model([Suggestion("mood", 0, 3)]), "'mood'"),
            (Model([of("weapon", "Two", "magic")]), "weapon vocabulary"),
            (Model([of("killed", "Two", "many")]), "number of people"),
            (Model([of("killed", "Two", (4, 2, 1))]), "number of people"),
            (Model([of("killed", "Two", -1)]), "number of people"),
            (Model([of("place", "Homs", None, 7)]), "no draft 7"),
            (Model(["Homs"]), "AttributeError"),
            (Model([of("place", "Homs")] * (MOST_SUGGESTIONS + 1)), "suggestions"),
            (Model(name=None), "a name, a version"),
            (object(), "a name, a version"),
        ],
    )
    def test_it_changes_nothing_but_a_flag_and_a_note(self, plugin: Any, why: str) -> None:
        alone, failed = read_text(TEXT), read_text(TEXT, plugin=plugin)
        (note,) = failed.notes
        assert why in note
        assert "rules alone" in note
        assert failed.to_json()["notes"] == [note]
        for rules, kept in zip(alone.drafts, failed.drafts, strict=True):
            assert kept.flags == (*rules.flags, "plugin_failed")
            assert kept.to_json() | {"flags": []} == rules.to_json() | {"flags": []}

    @settings(max_examples=40)
    @given(
        st.lists(
            st.builds(
                Suggestion,
                st.sampled_from((*FIELDS, "x")),
                st.integers(-3, 140),
                st.integers(-3, 140),
                st.none() | st.integers(-2, 9) | st.sampled_from(["ied", "Homs"])
                | st.tuples(*[st.none() | st.integers(0, 9)] * 3),
                st.none() | st.integers(-1, 2),
            ),
            max_size=5,
        )
    )  # fmt: skip
    def test_whatever_it_answers_spans_quote_the_text_and_no_day_is_made(
        self, found: list[Suggestion]
    ) -> None:
        reading = read_text(TEXT, plugin=Model(found))
        for draft in reading.drafts:
            spans = [
                draft.sentence,
                *(p.span for p in draft.places),
                *(a.span for a in draft.actors),
            ]
            assert all(TEXT[span.start : span.end] == span.quote for span in spans)
            assert draft.date.start is None
            assert draft.date.question


@dataclass
class Slow(Model):
    """Does not answer before it is let go."""

    seconds: Any = 0.05
    go: threading.Event = field(default_factory=threading.Event)

    def suggest(self, text: str, drafts: Sequence[Draft]) -> Iterable[Suggestion]:
        found = super().suggest(text, drafts)
        assert self.go.wait(30)
        return found


class TestOneThatDoesNotAnswer:
    """The rules' drafts come in time; the plug-in is asked again once it has come back."""

    def test_the_drafts_of_the_rules_come_with_a_sentence_and_no_second_call_hangs(self) -> None:
        plugin, alone = Slow(), read_text(TEXT)
        first, second = read_text(TEXT, plugin=plugin), read_text(TEXT, plugin=plugin)
        (note,) = first.notes
        assert note == (
            "The plug-in a model did not answer within 0.05 seconds. The drafts are those of the "
            "rules alone."
        )
        assert "busy with an earlier text" in second.notes[0]
        assert [d.sentence for d in first.drafts] == [d.sentence for d in alone.drafts]
        assert all("plugin_failed" in d.flags for d in (*first.drafts, *second.drafts))
        assert plugin.asked == [TEXT]
        plugin.go.set()
        for thread in threading.enumerate():
            if thread.name == "plug-in":
                thread.join(30)
        plugin.seconds = 30
        assert read_text(TEXT, plugin=plugin).notes == ()
        assert plugin.asked == [TEXT, TEXT]

    @pytest.mark.parametrize("seconds", [0, -1, float("nan"), 1e9, "soon", True])
    def test_a_time_that_cannot_be_is_refused_in_a_sentence(self, seconds: Any) -> None:
        plugin = Slow()
        plugin.seconds = seconds
        assert "seconds are no number" in read_text(TEXT, plugin=plugin).notes[0]
        assert plugin.asked == []

    @pytest.mark.parametrize("end", [SystemExit(), KeyboardInterrupt()])
    def test_one_that_wants_to_end_the_program_does_not(self, end: Any) -> None:
        (note,) = read_text(TEXT, plugin=Model(end)).notes
        assert f"tried to end the program ({type(end).__name__})" in note

    def test_a_name_that_hangs_is_not_asked_for_twice(self) -> None:
        go = threading.Event()

        class Nameless(Model):
            seconds = 0.05

            def __getattribute__(self, key: str) -> Any:
                if key == "name":
                    assert go.wait(30)
                return super().__getattribute__(key)

        plugin = Nameless()
        del plugin.name
        (note,) = read_text(TEXT, plugin=plugin).notes
        go.set()
        assert "did not answer within 0.05 seconds" in note


class TestWhichOne:
    """Only what is named is loaded."""

    def test_without_one_nothing_is_called(self) -> None:
        model = Model()
        list(read_many([TextToRead(TEXT)]))
        assert model.asked == []
        list(read_many([TextToRead(TEXT)], plugin=model))
        assert model.asked == [TEXT]

    @pytest.mark.parametrize(
        "name", ["", "x", "nowhere_at_all:Model", "json:nothing", "json:dumps"]
    )
    def test_one_that_cannot_be_had_is_named_in_a_sentence(self, name: str) -> None:
        with pytest.raises(ImpossibleValue, match="plug-in"):
            load_plugin(name)

    def test_a_hash_changes_with_names_and_bytes(self, tmp_path: Path) -> None:
        (tmp_path / "a.bin").write_bytes(b"1")
        one = hash_of(tmp_path)
        (tmp_path / "a.bin").write_bytes(b"2")
        two = hash_of(tmp_path)
        (tmp_path / "a.bin").rename(tmp_path / "b.bin")
        assert len({one, two, hash_of(tmp_path), hash_of(tmp_path / "b.bin", tmp_path)}) == 4


def test_the_example_of_the_documentation_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = DOCS.read_text("utf-8").partition("## A reader of your own")[2]
    code = re.findall(r"```python\n(.*?)```", section, re.DOTALL)[0]
    (tmp_path / "my_actors_example.py").write_text(code, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    plugin: Plugin = load_plugin("my_actors_example:Gazette")
    (draft,) = read_text(TEXT.replace("by the", "while the"), plugin=plugin).drafts
    assert ("Tiger Forces", "perpetrator") in [(a.name, a.role) for a in draft.actors]
    assert "my actors 2024-05 (sha256 " in draft.reader
    sys.modules.pop("my_actors_example")
