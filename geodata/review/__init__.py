"""From drafts to incidents: an analyst answers, corrects, accepts; only then is anything stored.

`proposal` has what is looked at, `matching` whether the store may know the incident already,
`acceptance` the rows that an accepted draft becomes, `record` and `folder` how a review is kept,
`changes` and `regroup` how drafts are merged, split and added, `queue` which text comes next,
`labels` the decisions as labelled data.
"""

from geodata.review.acceptance import DATASET, accept, accept_as_account
from geodata.review.changes import added, merged, read_again, split, taken_back
from geodata.review.folder import ReviewFolder
from geodata.review.labels import labels, labels_text
from geodata.review.matching import Match, Named, matches, named
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
from geodata.review.queue import ORDERS, Progress, Waiting, progress, queue
from geodata.review.record import Decision, Review, begin, from_json, to_json
from geodata.review.regroup import Step

__all__ = [
    "DATASET",
    "FIELDS",
    "ORDERS",
    "UNSAID",
    "Decision",
    "Match",
    "Named",
    "Place",
    "Progress",
    "Proposal",
    "Question",
    "Range",
    "Report",
    "Review",
    "ReviewFolder",
    "Step",
    "Values",
    "Waiting",
    "accept",
    "accept_as_account",
    "added",
    "begin",
    "from_json",
    "labels",
    "labels_text",
    "matches",
    "merged",
    "named",
    "place_of",
    "problems",
    "progress",
    "propose",
    "questions",
    "queue",
    "read_again",
    "split",
    "taken_back",
    "to_json",
]
