"""What each open referral of a case, and each conference on it, rests on now: agreements, consents and overrides."""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from referrals.conference import kind_of
from referrals.grounds import Cover, Ground, ground
from referrals.models import Referral, Research
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
        found[referral.id] = ground(
            categories=referral.categories,
            basis=referral.basis,
            agreement=_agreement_cover(referral.agency_id, referral.purpose, known),
            consent=_consent_cover(known.consents.get(referral.agency_id, Stand(NOT_RECORDED))),
            override=Cover(frozenset(override.categories), override.until)
            if (override := known.overrides.get(referral.agency_id))
            else None,
        )
    return found


def is_asked(*, case_id: UUID, agency_id: UUID) -> bool:
    """Whether a conference shows the agency the case now."""
    return Research.objects.filter(case_id=case_id, agency_id=agency_id, until__gt=timezone.now()).exists()


def conference_grounds_of(research: Iterable[Research], *, known: Circumstances) -> dict[UUID, Ground]:
    """By research on the case: what it may show its agency, and until when. For the hub alone to ask."""
    found = {}
    for one in research:
        kind = kind_of(one.conference.kind, one.conference.edition)
        shown = ground(
            categories=one.categories,
            basis=kind.basis,
            agreement=_agreement_cover(one.agency_id, kind.purpose, known),
            consent=_consent_cover(known.consents.get(one.agency_id, Stand(NOT_RECORDED))),
        )
        ends = min(one.until, shown.until) if shown.until else one.until
        found[one.id] = Ground(shown.categories, ends, shown.lost)
    return found


def _agreement_cover(agency_id: UUID, purpose: str, known: Circumstances) -> Cover | None:
    agreement = known.agreements.get(agency_id)
    if agreement is None or purpose not in agreement.purposes:
        return None
    return Cover(frozenset(agreement.categories), agreement.until)


def _consent_cover(consent: Stand) -> Cover | str:
    if consent.stands == "given":
        return Cover(consent.categories, consent.until)
    ran_out = consent.by is not None and consent.by.answer == Consent.Answer.GIVEN
    return "consent_expired" if ran_out else "consent_withdrawn"
