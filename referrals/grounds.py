"""What an open referral may show of its case, and until when: agreement, and consent or another basis, together.

Pure: the agreement, the person's answer and an approved override as they stand are arguments. A disclosure rests
on all that its basis asks for; it shows what every part of that covers, and ends when the first of them ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

CONFLICT = "conflict_of_interest"

LOST: dict[str, str] = {
    "agreement_ended": "The agreement that it rests on has ended",
    "consent_withdrawn": "The person withdrew consent",
    "consent_expired": "The person's consent has run out",
    "consent_narrowed": "The person's consent no longer covers who they are",
    "override_ended": "The safeguarding override that it rests on has ended",
    CONFLICT: "The agency has a conflict of interest in the case",
}
"""What may fall away under a referral: the code that its recall bears, and the words."""

OVERRIDE_REASONS: dict[str, str] = {
    "serious_harm": "Somebody is at risk of serious harm",
    "child_at_risk": "A child is at risk",
    "adult_at_risk": "An adult with care needs is at risk",
    "serious_crime": "To prevent a serious crime",
    "cannot_consent": "The person cannot consent, and it is in their interest",
}
"""Why somebody may be told without or against consent. Each is decided by two people, on one case."""

NAMES_THE_PERSON = "identity"


@dataclass(frozen=True, slots=True)
class Cover:
    """One thing that a disclosure rests on: the categories that it covers, and when it ends (None: it does not)."""

    categories: frozenset[str]
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """categories: what the referral may show now. until: when the first support ends. lost: a code of LOST, or ""."""

    categories: frozenset[str]
    until: datetime | None = None
    lost: str = ""


def ground(
    *,
    categories: Iterable[str],
    basis: str,
    agreement: Cover | None,
    consent: Cover | str,
    override: Cover | None = None,
) -> Ground:
    """What a referral of these categories on this basis may show.

    agreement: what the agreement in force covers for the referral's purpose; None where there is none.
    consent: what the person's answer covers, or the code of LOST that says why it does not stand.
    override: an approved safeguarding override for the agency that has not ended.
    """
    if agreement is None:
        return Ground(frozenset(), lost="agreement_ended")
    rests_on = [agreement]
    if basis == "consent":
        if isinstance(consent, str):
            return Ground(frozenset(), lost=consent)
        rests_on.append(consent)
    if basis == "safeguarding_override":
        if override is None:
            return Ground(frozenset(), lost="override_ended")
        rests_on.append(override)
    asked = shown = frozenset(categories)
    for cover in rests_on:
        shown &= cover.categories
    if not shown or (NAMES_THE_PERSON in asked and NAMES_THE_PERSON not in shown):
        lost = {"consent": "consent_narrowed", "safeguarding_override": "override_ended"}
        return Ground(frozenset(), lost=lost.get(basis, "agreement_ended"))
    ends = [cover.until for cover in rests_on if cover.until is not None]
    return Ground(shown, until=min(ends, default=None))


def together(grounds: Iterable[Ground]) -> Ground:
    """What several open referrals and conferences of one agency show of one case, until the first of them ends.

    Then it is worked out again: a sight is cut too early rather than too late.
    """
    standing = [one for one in grounds if not one.lost]
    shown = frozenset(category for one in standing for category in one.categories)
    ends = [one.until for one in standing if one.until is not None]
    return Ground(shown, until=min(ends, default=None))
