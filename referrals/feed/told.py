"""What somebody told on a form, as one row of a feed: the same road as everything else that comes in. Pure.

The columns of a form's source are our own field names (referrals/sources/self-referral.yaml).
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

SOURCES = Path(__file__).parent.parent / "sources"
YES_NO = {True: "Y", False: "N", None: ""}
CALL, TEXT, EMAIL, LETTER = "call", "text", "email", "letter"

HOURS = {
    "any": "",
    "morning": "Only 09:00-12:00.",
    "afternoon": "Only 12:00-17:00.",
    "evening": "Only 17:00-20:00.",
    "weekdays": "Only weekdays 09:00-17:00.",
    "unknown": "Hours that are safe are not known.",
}
"""When somebody may be called or texted: the form's code to what a note on safe contact says.

Where it is not known the note is one that no rule reads, so nobody is called before a person has looked.
"""


@dataclass(frozen=True)
class Kind:
    """What happened, in the words of a form: our own entry of the offence table, until somebody knows better."""

    offence_code: str
    flags: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    "close": Kind("990/02", ("domestic_abuse",)),
    "violence": Kind("990/01"),
    "stalking": Kind("990/03"),
    "sexual": Kind("990/04"),
    "hate": Kind("990/05", ("hate_crime",)),
    "theft": Kind("990/06"),
    "fraud": Kind("990/07"),
    "damage": Kind("990/08"),
    "exploitation": Kind("990/09", ("modern_slavery",)),
    "child": Kind("990/10", ("child",)),
    "death": Kind("990/11"),
    "other": Kind("990/12"),
}


@dataclass(frozen=True)
class Told:
    """What was told, typed. Empty text and None are: not told.

    ways: which of call, text, email and letter are safe; none of them where no safe way is known.
    must_not_know: who must not learn of it, in the person's words; a practitioner reads it before any contact.
    consent: whether the person agrees to be referred to the hub, None where nobody asked them.
    age: in years, where the date of birth is not known. sex: a code of ISO 5218.
    is_safe_address: the address is one that nobody may find.
    """

    kind: str
    ways: frozenset[str]
    given_names: str
    surname: str = ""
    date_of_birth: date | None = None
    age: int | None = None
    sex: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    postcode: str = ""
    is_safe_address: bool = False
    may_leave_message: bool = False
    must_not_know: str = ""
    hours: str = "unknown"
    language: str = ""
    interpreter: bool = False
    consent: bool | None = None
    flags: tuple[str, ...] = ()
    happened_on: date | None = None
    police_ref: str = ""
    suspect_name: str = ""
    relationship: str = ""
    summary: str = ""


@cache
def form_definition(code: str) -> Mapping[str, Any]:
    """How a form is read, as this release has it."""
    told: dict[str, Any] = yaml.safe_load((SOURCES / f"{code}.yaml").read_text(encoding="utf-8"))
    return told


def reference(token: UUID) -> str:
    """The name of what one filled-in form told, the same each time that it is sent."""
    digest = hashlib.sha256(token.bytes).digest()
    return f"FORM-{base64.b32encode(digest).decode()[:10]}"


def note_on_contact(told: Told) -> str:
    """How the person may be reached, as victims.contact_notes reads it; what only a person can read comes last."""
    parts = []
    if TEXT in told.ways and CALL not in told.ways:
        parts.append("Text only.")
    if CALL in told.ways and TEXT not in told.ways:
        parts.append("Never text.")
    if CALL in told.ways and not told.may_leave_message:
        parts.append("No voicemail.")
    if HOURS[told.hours] and told.ways & {CALL, TEXT}:
        parts.append(HOURS[told.hours])
    if told.must_not_know:
        parts.append(f"Must not know: {told.must_not_know}")
    return " ".join(parts)


def as_row(told: Told, *, token: UUID, now: datetime, by: str = "") -> dict[str, str]:
    """The row: every column of a form's source. now: local time. by: who filled the form in, where somebody did."""
    kind = KINDS[told.kind]
    by_phone = bool(told.ways & {CALL, TEXT})
    return {
        "crime_ref": reference(token),
        "occurrence_ref": told.police_ref,
        "nominal": "",
        "reported_at": f"{now:%Y-%m-%dT%H:%M:%S}",
        "occurred_from": f"{told.happened_on:%Y-%m-%d}" if told.happened_on else "",
        "offence_code": kind.offence_code,
        "flags": " ".join(dict.fromkeys((*kind.flags, *told.flags))),
        "surname": told.surname,
        "given_names": told.given_names,
        "date_of_birth": f"{told.date_of_birth:%Y-%m-%d}" if told.date_of_birth else "",
        "age": "" if told.age is None else str(told.age),
        "sex": told.sex,
        "address": told.address,
        "postcode": told.postcode,
        "phone": told.phone,
        "email": told.email,
        "safe_to_contact": YES_NO[by_phone if told.phone or not told.ways else None],
        "safe_to_email": YES_NO[EMAIL in told.ways],
        "safe_to_write": YES_NO[LETTER in told.ways],
        "safe_contact_notes": note_on_contact(told),
        "safe_address": YES_NO[told.is_safe_address],
        "consent": YES_NO[told.consent],
        "language": told.language,
        "interpreter": YES_NO[told.interpreter],
        "officer": by,
        "suspect_name": told.suspect_name,
        "relationship": told.relationship,
        "summary": told.summary,
    }
