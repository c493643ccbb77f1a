"""From drafts to incidents: an analyst answers, corrects, accepts; only then is anything stored.

`proposal` has what is looked at, `matching` whether the store may know the incident already,
`acceptance` the rows that an accepted draft becomes, `record` and `folder` how a review is kept.
"""

from geodata.review.acceptance import DATASET, accept, accept_as_account
from geodata.review.folder import ReviewFolder
from geodata.review.matching import Match, matches
from geodata.review.proposal import (
    FIELDS,
    UNSAID,
    Place,
    Proposal,
    Question,
    Range,
    Report,
    Values,
    place_of,
    problems,
    propose,
    questions,
)
from geodata.review.record import Decision, Review, begin, from_json, read_again, to_json

__all__ = [
    "DATASET",
    "FIELDS",
    "UNSAID",
    "Decision",
    "Match",
    "Place",
    "Proposal",
    "Question",
    "Range",
    "Report",
    "Review",
    "ReviewFolder",
    "Values",
    "accept",
    "accept_as_account",
    "begin",
    "from_json",
    "matches",
    "place_of",
    "problems",
    "propose",
    "questions",
    "read_again",
    "to_json",
]
