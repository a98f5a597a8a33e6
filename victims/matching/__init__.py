"""Who may be one human being: keys that bring candidates together, and the weighing of two. Pure.

Two people are only ever suggested as one, with what agreed; a practitioner decides. A false "same" is worse than
a missed one: twins, a household with one telephone, a parent and child of one name stay apart.
"""

from victims.matching.identity import Address, Identity, born_on, marks
from victims.matching.keys import MOST_OF_ONE_KEY, match_keys, nearest
from victims.matching.scoring import REVIEW, SAME, Line, Resemblance, compare, contradicts, weigh
from victims.matching.words import Why, as_evidence, why

__all__ = [
    "MOST_OF_ONE_KEY",
    "REVIEW",
    "SAME",
    "Address",
    "Identity",
    "Line",
    "Resemblance",
    "Why",
    "as_evidence",
    "born_on",
    "compare",
    "contradicts",
    "marks",
    "match_keys",
    "nearest",
    "weigh",
    "why",
]
