"""Words that occur nowhere else, one for each personal field of each case: where one turns up, the field was shown.

A canary says of itself whose it is and of which data category, so that an answer's bytes can be searched for
all of them at once, whatever the door and whatever the form: page, JSON, CSV, header.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from access.categories import Category

HUB = "hub"
"""What only the hub's own people may read: how people are recognised, raw rows, what was decided and why."""
SENT = "sent"
"""A row as its sender wrote it: the sender's own words, and the hub's to read."""
EXISTENCE = "existence"
"""That there is a case at all: its reference, or its person's."""
REFERRAL = "referral"
"""That there is (or was) a referral: its id, and with it those of its case and person, which nobody can look up.
Its own agency keeps that, also when it has ended."""

KINDS = (*(str(category) for category in Category), HUB, SENT, EXISTENCE, REFERRAL)
_CODES: dict[str, str] = {
    Category.IDENTITY: "id",
    Category.CONTACT: "co",
    Category.SAFE_ADDRESS: "sa",
    Category.INCIDENT: "in",
    Category.ASSESSMENT: "as",
    Category.HEALTH: "he",
    Category.NOTES: "no",
    HUB: "hu",
    SENT: "se",
}
_KIND_OF_CODE = {code: str(kind) for kind, code in _CODES.items()}

_WORD = re.compile(r"qz(\d\d)([a-z]{2})[a-z]+qz", re.IGNORECASE)
_PHONE = re.compile(r"7700[\s-]?900[\s-]?(\d)[\s-]?(\d)\d")
_POSTCODE = re.compile(r"\bZ([QS])(\d\d?)(?: |%20|\+)?1QZ\b", re.IGNORECASE)
_ID = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|VRH-\d\d-\d{6}|P-\d\d-\d{6}",
    re.IGNORECASE,
)


@dataclass(frozen=True, order=True)
class Sighting:
    """Something of a case was shown: whose (the case's number in the world), of what kind, and how it read."""

    number: int
    kind: str
    text: str = ""


def word(number: int, kind: str, field: str) -> str:
    """A canary as text. field: letters that say where it was put."""
    return f"Qz{number:02d}{_CODES[kind]}{field}qz"


def phone(number: int) -> str:
    """A number of the range that Ofcom keeps for fiction."""
    return f"07700900{number:02d}1"


def postcode(number: int, *, safe: bool = False) -> str:
    return f"Z{'S' if safe else 'Q'}{number} 1QZ"


def found_in(text: str, names: dict[str, tuple[int, str]]) -> Iterator[Sighting]:
    """Every canary in the text. names: ids and references, in small letters, with whose they are and their kind."""
    for number, code in _WORD.findall(text):
        if kind := _KIND_OF_CODE.get(code.lower()):  # a form's random token can look like a canary of no kind
            yield Sighting(int(number), kind, code.lower())
    for tens, ones in _PHONE.findall(text):
        yield Sighting(int(tens + ones), str(Category.CONTACT), "phone")
    for letter, number in _POSTCODE.findall(text):
        kind = Category.SAFE_ADDRESS if letter.upper() == "S" else Category.CONTACT
        yield Sighting(int(number), str(kind), "postcode")
    for name in set(_ID.findall(text)):
        if known := names.get(name.lower()):
            yield Sighting(*known, name)
