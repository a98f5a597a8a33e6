"""What each open referral of a case rests on now: agreements, consents and overrides as they stand."""

from collections.abc import Iterable
from uuid import UUID

from referrals.grounds import Cover, Ground, ground
from referrals.models import Referral
from referrals.queries.circumstances import Circumstances
from referrals.workflow import OPEN
from victims.models import Consent
from victims.strictest import NOT_RECORDED, Stand


def open_referrals(*, case_id: UUID, agency_id: UUID | None = None) -> list[Referral]:
    """The case's open referrals, of one agency or all, in the order in which they were made."""
    found = Referral.objects.filter(case_id=case_id, status__in=OPEN)
    if agency_id is not None:
        found = found.filter(agency_id=agency_id)
    return list(found.order_by("id"))


def grounds_of(referrals: Iterable[Referral], *, known: Circumstances) -> dict[UUID, Ground]:
    """By referral of the case: what it may show at that moment, and until when. For the hub alone to ask."""
    found = {}
    for referral in referrals:
        agreement = known.agreements.get(referral.agency_id)
        covers = agreement is not None and referral.purpose in agreement.purposes
        found[referral.id] = ground(
            categories=referral.categories,
            basis=referral.basis,
            agreement=Cover(frozenset(agreement.categories), agreement.until)
            if agreement is not None and covers
            else None,
            consent=_consent_cover(known.consents.get(referral.agency_id, Stand(NOT_RECORDED))),
            override=Cover(frozenset(override.categories), override.until)
            if (override := known.overrides.get(referral.agency_id))
            else None,
        )
    return found


def _consent_cover(consent: Stand) -> Cover | str:
    if consent.stands == "given":
        return Cover(consent.categories, consent.until)
    ran_out = consent.by is not None and consent.by.answer == Consent.Answer.GIVEN
    return "consent_expired" if ran_out else "consent_withdrawn"
