"""One draft after the other: its text on the left, its fields on the right, and the decision."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import review_regroup, reviewing
from dashboard.plain import isolated, notice, say
from dashboard.review_form import RESET, draft_fields
from dashboard.review_text import review_text
from dashboard.served import ServedStore
from geodata.errors import ConflictMapError
from geodata.review import Decision, Match, Proposal, Review, problems, questions

_AT = "review_draft"
_FAULT = "review_fault"

FLAGS = {
    "date_doubtful": "The day is in doubt.",
    "no_publication_date": "The day cannot be told before the day of publication is known.",
    "killed_hedged": "The text hedges how many were killed.",
    "killed_not_exact": "How many were killed is not said exactly.",
    "injured_hedged": "The text hedges how many were injured.",
    "injured_not_exact": "How many were injured is not said exactly.",
    "possible_further_events": "The text may speak of further events.",
    "no_place": "The text names no place of the event that was understood.",
    "place_approximate": "The place is known only roughly.",
    "accounts_differ": "The accounts differ.",
    "experimental_language": "Reading this language is an experiment.",
    "plugin_added": "The plug-in added values that the rules did not find.",
    "plugin_differs_killed": "The plug-in read another figure of the killed than the rules.",
    "plugin_differs_injured": "The plug-in read another figure of the injured than the rules.",
    "plugin_failed": "The plug-in failed on this text: these are the drafts of the rules alone.",
    "figures_differ": "The drafts that were merged give different figures.",
}
"""What the reader doubts, in words; a flag that is not here is shown as it is."""
DECIDED = {
    "accepted": "Accepted: it is an incident of the store.",
    "account": "Accepted as another account of an incident of the store.",
    "rejected": "Rejected.",
}


def show(here: ServedStore, review: Review) -> None:
    """Draw the draft that is looked at, and act on what is pressed."""
    if not review.proposals:
        why = reviewing.why_none(review.report)
        say("No incident was found in this text. Add one by hand if there is one.")
        if why is not None:
            say(why)
        review_text(review.report.text, None, key=f"text_{review.id[:16]}")
        notice(st.session_state.pop(_FAULT, []))
        review_regroup.show(here, review, None, _regroup(review))
        return
    proposal = review.proposals[_position(review)]
    left, right = st.columns([1, 1], gap="medium")
    with left:
        review_text(review.report.text, proposal, key=f"text_{review.id[:16]}")
    with right:
        _draft(here, review, proposal)


def _position(review: Review) -> int:
    """Which draft is looked at; moved by the buttons, or by their keys."""
    key, count = f"{_AT}_{review.id[:16]}", len(review.proposals)
    at = min(int(st.session_state.get(key, _first_open(review))), count - 1)
    back, where, forth = st.columns([1, 2, 1], vertical_alignment="center")
    if back.button("Previous", disabled=at == 0, shortcut="Alt+PageUp", width="stretch"):
        at -= 1
    if forth.button("Next", disabled=at == count - 1, shortcut="Alt+PageDown", width="stretch"):
        at += 1
    if st.session_state.get(key) not in (None, at):
        st.session_state[key] = at
        st.rerun()
    st.session_state[key] = at
    where.text(f"Draft {at + 1} of {count}")
    return at


def _regroup(review: Review) -> review_regroup.Act:
    """Changes which drafts there are, then looks at the one that is named, or at the new one."""

    def act(change: Callable[[], Review], key: str | None) -> None:
        def done() -> None:
            changed = change()
            made = changed.steps[-1].made if changed.steps else None
            wanted = key or (made.key if made else None)
            keys = [proposal.key for proposal in changed.proposals]
            at = keys.index(wanted) if wanted in keys else 0
            st.session_state[f"{_AT}_{review.id[:16]}"] = at

        _act(done)

    return act


def _first_open(review: Review) -> int:
    keys = [proposal.key for proposal in review.proposals]
    return next((at for at, key in enumerate(keys) if key not in review.decisions), 0)


def _draft(here: ServedStore, review: Review, proposal: Proposal) -> None:
    asked = st.container()
    values = draft_fields(
        review, proposal, lambda name, country: reviewing.look_up(here, name, country)
    )
    decision = review.decisions.get(proposal.key)
    if decision is None and values != review.values(proposal):
        review = review.edited(proposal, values)
        reviewing.save_edits(here, review)
    with asked:
        _open(review, proposal, decision)
    _who_says_so(proposal)
    if proposal.reader:
        say(f"Read by {proposal.reader}")
    notice(st.session_state.pop(_FAULT, []))
    if decision is None:
        _decide(here, review, proposal)
    elif st.button("Open again", width="stretch"):
        _act(lambda: reviewing.reopened(here, review, proposal))
    review_regroup.show(here, review, proposal, _regroup(review))


def _open(review: Review, proposal: Proposal, decision: Decision | None) -> None:
    """Open questions first, blocking ones before the others."""
    if decision is not None:
        notice([DECIDED[decision.what]])
        return
    values = review.values(proposal)
    asked = questions(review.report, proposal, values)
    blocking = [f"{q.sentence} Answer above before accepting." for q in asked if q.blocking]
    notice([*blocking, *(q.sentence for q in asked if not q.blocking)])
    notice(problems(values))
    notice(FLAGS.get(flag, flag) for flag in proposal.flags)


def _who_says_so(proposal: Proposal) -> None:
    if proposal.accounts or proposal.stances:
        st.text("Who says so")
        for name, stance in proposal.stances:
            say(f"{isolated(name)} {stance}; look for the words in the text.")
        for account in proposal.accounts:
            speaker, quote = isolated(account.speaker), isolated(f"“{account.span.quote}”")
            say(f"{speaker} {account.stance}: {quote}")


def _decide(here: ServedStore, review: Review, proposal: Proposal) -> None:
    values = review.values(proposal)
    asked = questions(review.report, proposal, values)
    blocked = any(question.blocking for question in asked) or bool(problems(values))
    yes, no = st.columns(2)
    if yes.button("Accept", type="primary", disabled=blocked, width="stretch"):
        _act(lambda: reviewing.accepted(here, review, proposal))
    if no.button("Reject", width="stretch"):
        _act(lambda: reviewing.rejected(here, review, proposal))
    if proposal.key in review.edits and st.button("Back to what was read", width="stretch"):
        restored = review.edited(proposal, proposal.values)
        st.session_state[RESET] = st.session_state.get(RESET, 0) + 1
        _act(lambda: reviewing.save_edits(here, restored))
    _another_account(here, review, proposal, blocked=blocked)


def _another_account(
    here: ServedStore, review: Review, proposal: Proposal, *, blocked: bool
) -> None:
    """Incidents of the store that it may be an account of: proposed, or looked for."""
    for number, match in enumerate(reviewing.known_already(here, review, proposal)):
        with st.container(border=True):
            say(*_match(match))
            if st.button(
                "Accept as another account of it",
                key=f"join_{review.id[:16]}_{proposal.key}_{number}",
                disabled=blocked,
            ):
                _act(_joining(here, review, proposal, match.incident_id))
    with st.expander("Another account of an incident of the store", key=f"find_{review.id[:16]}"):
        words = st.text_input(
            "Find it by words of its title or place, or by its id",
            key=f"words_{review.id[:16]}_{proposal.key}",
        )
        found = reviewing.incidents_named(here, words)
        if words.strip() and not found:
            say("The store has no such incident.")
        for number, one in enumerate(found):
            with st.container(border=True):
                say(one.title or one.incident_id)
                say(", ".join(str(part) for part in (one.date_start, one.place_name) if part))
                if st.button(
                    "Accept as an account of this one",
                    key=f"named_{review.id[:16]}_{proposal.key}_{number}",
                    disabled=blocked,
                ):
                    _act(_joining(here, review, proposal, one.incident_id))


def _joining(
    here: ServedStore, review: Review, proposal: Proposal, incident_id: str
) -> Callable[[], object]:
    return lambda: reviewing.accepted_as_account(here, review, proposal, incident_id)


def _match(match: Match) -> tuple[str, str]:
    days = "on the same day" if match.days == 0 else f"{match.days} days apart"
    shared = ", ".join(match.shared)
    return (
        f"The store may have it already: {match.title or match.incident_id}",
        f"{days}, {match.km} km apart, both name {shared}",
    )


def _act(act: Callable[[], object]) -> None:
    try:
        act()
    except ConflictMapError as error:
        st.session_state[_FAULT] = [str(error)]
    st.rerun()
