"""What may be done with a row that is held in quarantine, for which reason, and what it leads to. Pure.

One table of answers. Whatever is done, the row has exactly one verdict before and after; the earlier one stays in
the row's history.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from referrals.feed.source import FIELDS
from referrals.feed.verdicts import QUARANTINE, QUARANTINE_WORDS

RETURNED, REFERRED = "returned:", "referred:"
SAFEGUARDING = "safeguarding"
# Listed, and nobody has to answer them: the sender and the hub agreed that they are not taken.
NOT_TAKEN = "excluded_offence"
_ALL = frozenset(QUARANTINE_WORDS)


@dataclass(frozen=True)
class Answer:
    """One thing that a practitioner does with a held row.

    reasons: of quarantine, for which it may be done. leads_to: how the verdict begins that it leads to, with the
    reason behind it; "" where the row is judged again, or stays held as it is (a correction).
    """

    code: str
    words: str
    done: str
    reasons: frozenset[str]
    leads_to: str = ""


ANSWERS: Mapping[str, Answer] = {
    one.code: one
    for one in (
        Answer("correct", "Correct what was sent", "Corrected", _ALL),
        Answer("resubmit", "Have it judged again", "Judged again", _ALL),
        # A child in danger is not sent back and forth.
        Answer(
            "return", "Return it to the sender", "Returned to the sender", _ALL - {SAFEGUARDING}, RETURNED
        ),
        Answer(
            "accept",
            "Take it as it is",
            "Taken as it is",
            frozenset({"consent_required", "no_safe_contact", "invalid_phone", NOT_TAKEN}),
        ),
        Answer("refer", "Refer it on", "Referred on", frozenset({SAFEGUARDING}), REFERRED),
    )
}

# What a sender itself does to a row that is held, by what it sends later: steps like those of a practitioner.
WITHDREW, SUPERSEDED = "withdraw", "supersede"
BY_SENDER: Mapping[str, str] = {WITHDREW: "Taken back by its sender", SUPERSEDED: "Followed by a later word"}
WITHDREW_WORDS = "The sender has taken this report back."
SUPERSEDED_WORDS = "The sender has sent a later word on this record: that one counts."
STAYS_WORDS = "The sender has taken this report back. Decide all the same whether a child must be kept safe."

# On what a row is taken all the same, where the reason alone is not enough.
BASES: Mapping[str, Mapping[str, str]] = {
    "consent_required": {
        "consent": "Consent to refer has been given since",
        "safeguarding": "It has been decided on safeguarding grounds",
    }
}
ACCEPTED_MEANS: Mapping[str, str] = {
    "consent_required": "It is judged again and opens or joins a case, on the ground that you give.",
    "no_safe_contact": "It opens or joins a case, which is suspended as unsafe at once: nobody contacts the person.",
    "invalid_phone": "It opens or joins a case without a way to reach the person. Ask the officer for one.",
    NOT_TAKEN: "The hub offers more than it agreed with the sender: it opens or joins a case.",
}
# Who has consented, and which record of the sender this is, is not for the hub to write over.
CORRECTABLE = tuple(
    name
    for name in FIELDS
    if name not in ("crime_ref", "nominal", "update_no", "role", "consent", "safe_address")
)
MENDED_BY: Mapping[str, tuple[str, ...]] = {
    SAFEGUARDING: ("offence_code", "date_of_birth"),
    "consent_required": (),
    "no_safe_contact": ("email", "mobile", "phone", "safe_to_contact", "safe_contact_notes"),
    "invalid_phone": ("mobile", "phone", "email", "address", "postcode"),
    "missing_name": ("given_names", "surname"),
    "invalid_date": ("reported_at", "date_of_birth", "occurred_from", "occurred_to"),
    "unknown_offence": ("offence_code",),
    NOT_TAKEN: ("offence_code",),
}


def reason_of(verdict: str) -> str:
    """Why a row with this verdict is held; "" where it is not."""
    return verdict.removeprefix(QUARANTINE) if verdict.startswith(QUARANTINE) else ""


def answers_to(verdict: str) -> list[Answer]:
    """What may be done with a row of this verdict, in order."""
    return [one for one in ANSWERS.values() if reason_of(verdict) in one.reasons]


def basis_suffices(reason: str, basis: str) -> bool:
    """Whether a row held for this reason may be taken on this basis."""
    needed: Collection[str] = BASES.get(reason, ())
    return basis in needed if needed else basis == ""
