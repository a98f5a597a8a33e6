"""The verdicts that a row can get, and the one that it gets by itself, with its reason in a sentence. Pure.

What its record makes of it, by what else was sent of it: see referrals.feed.record.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from referrals.feed.row import Report
from referrals.feed.source import SourceDefinition
from victims.contact_notes import read_notes
from victims.entitlement import ADULT, age_on

WORKABLE, UPDATE, DUPLICATE, NOT_A_VICTIM = "workable", "update", "duplicate", "ignored:not_a_victim"
WITHDRAWN = "withdrawn"
QUARANTINE = "quarantine:"
SAFEGUARDING = f"{QUARANTINE}safeguarding"
OLDEST = 120

# Why a row is held back: what it is called, and what somebody must do.
QUARANTINE_WORDS = {
    "safeguarding": "Child victim of cruelty or neglect",
    "consent_required": "Sexual offence against a child, no consent",
    "no_safe_contact": "No safe way of contact",
    "invalid_phone": "No way to reach the person",
    "missing_name": "No name",
    "invalid_date": "A date that cannot be",
    "unknown_offence": "Offence code not known",
    "excluded_offence": "Offence that this hub does not take",
}


@dataclass(frozen=True)
class OffenceFacts:
    """What the offence table says of a code."""

    group: str
    label: str
    properties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """A verdict's code, the reason in a sentence, and what else a practitioner should know."""

    code: str
    reason: str
    warnings: tuple[str, ...] = ()

    @property
    def is_worked(self) -> bool:
        """Whether the row opens, joins or changes a case."""
        return self.code in (WORKABLE, UPDATE)


def own_verdict(
    report: Report,
    source: SourceDefinition,
    offences: Mapping[str, OffenceFacts],
    now: datetime,
    accepted: Collection[str],
) -> Verdict:
    """The verdict by the row alone: its first fault, with the others as warnings, so that all are mended at once.

    accepted: reasons for which a practitioner has decided that it is not held back.
    """
    if not report.is_victim:
        return Verdict(NOT_A_VICTIM, f"The person's role is {report.role.lower()[:60] or 'not given'}.")
    age = None
    if report.reported_at is not None:
        age = age_on(report.date_of_birth, report.reported_at.astimezone(source.zone).date())
    if age is None:
        age = report.age
    faults, warnings = [], list(_warnings(report, source, now, age))
    for fault in _faults(report, source, offences.get(report.offence_code), age):
        if fault[0] in accepted:
            warnings.append(f"Taken all the same: {QUARANTINE_WORDS[fault[0]].lower()}.")
        else:
            faults.append(fault)
    if not faults:
        return Verdict(WORKABLE, "The report can be worked.", tuple(warnings))
    (code, reason), *others = faults
    return Verdict(
        f"{QUARANTINE}{code}", reason, tuple(dict.fromkeys([*(words for _, words in others), *warnings]))
    )


def _faults(
    report: Report, source: SourceDefinition, offence: OffenceFacts | None, age: int | None
) -> Iterator[tuple[str, str]]:
    """Why the row cannot be worked, the gravest first: what is not the hub's, a child in danger, the rest."""
    if report.offence_code in source.excluded_offences:
        yield (
            "excluded_offence",
            f"Offence {report.offence_code} is on this sender's list of those not taken.",
        )
    properties = offence.properties if offence else ()
    if "child_cruelty" in properties and (age is None or age < ADULT or "child" in report.flags):
        yield (
            "safeguarding",
            "A child is the victim of cruelty or neglect: goes to safeguarding, not to triage.",
        )
    if not report.surname and not report.given_names:
        yield (
            "missing_name",
            "The row has no name, which the police minimum data standard asks for. Ask the sender who the victim is.",
        )
    if fault := _wrong_date(report, source):
        yield "invalid_date", f"{fault} Ask the sender to correct it."
    if offence is None:
        yield (
            "unknown_offence",
            f"Offence code {report.offence_code[:20] or '(none)'} is not in the offence table. Correct the code,"
            " or add it to the table.",
        )
    if "under_age" in properties and not report.consent and (age is None or age < ADULT):
        yield (
            "consent_required",
            "A sexual offence against a child without consent to refer. Get consent or decide on safeguarding.",
        )
    # The mark is about telephones and letters; another person's number in the notes is no way to the victim.
    by_mail = (report.email and report.safe_to_email is not False) or (
        report.postcode and report.safe_to_write
    )
    if report.safe_to_contact is False and not by_mail:
        yield (
            "no_safe_contact",
            "Marked as not safe to contact, and no other way is given. Ask the officer for a safe one.",
        )
    elif not (report.phones or report.email or report.postcode):
        yield (
            "invalid_phone",
            "No telephone number, e-mail address or home address with a postcode that can be used: the police minimum"
            " data standard asks for one. Ask the officer.",
        )


def _wrong_date(report: Report, source: SourceDefinition) -> str:
    for name in ("reported_at", "date_of_birth", "occurred_from", "occurred_to"):
        if name in report.unreadable:
            return f"{report.unreadable[name]} is not a date that exists."
    if report.reported_at is None:
        return "The row does not say when it was reported."
    reported_on = report.reported_at.astimezone(source.zone).date()
    if report.date_of_birth and report.date_of_birth > reported_on:
        return "The date of birth is after the report."
    if report.date_of_birth and reported_on.year - report.date_of_birth.year > OLDEST:
        return f"The date of birth is more than {OLDEST} years ago."
    return ""


def _warnings(report: Report, source: SourceDefinition, now: datetime, age: int | None) -> tuple[str, ...]:
    warnings = list(report.warnings)
    if report.reported_at and report.reported_at > now + timedelta(days=1):
        warnings.append("The time of the report lies in the future.")
    if report.occurred_from and report.reported_at and report.occurred_from > report.reported_at:
        warnings.append("It is said to have happened after it was reported.")
    if report.occurred_from and report.occurred_to and report.occurred_to < report.occurred_from:
        warnings.append("It is said to have ended before it began.")
    if bool(report.surname) != bool(report.given_names):
        warnings.append("Only one name is known.")
    if any("<" in name or name[:1] in "=+@" for name in (report.surname, report.given_names) if name):
        warnings.append("The name holds signs that names do not have: check it.")
    if report.date_of_birth is None:
        warnings.append("The date of birth is not known.")
    if report.sex == "0" and "sex" in source.columns:
        warnings.append("The gender is not known.")
    if report.consent is False:
        warnings.append(
            "The victim does not consent to be referred, says the sender: ask before anything is shared."
        )
    if "unread" in read_notes(report.safe_contact_notes):
        warnings.append("The note on safe contact must be read by a person.")
    if report.postcode and not report.phones and not report.email:
        warnings.append("Only an address is known: reach the person by letter, or ask the officer.")
    return tuple(dict.fromkeys(warnings))


def verdict_codes() -> Sequence[str]:
    """Every verdict that a row can get, in the order of the field's reports."""
    return (
        WORKABLE,
        UPDATE,
        DUPLICATE,
        WITHDRAWN,
        NOT_A_VICTIM,
        *(f"{QUARANTINE}{code}" for code in QUARANTINE_WORDS),
    )
