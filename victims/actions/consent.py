"""What the person says that one agency may be told. Each answer is a row of its own; the newest counts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.categories import ALL_CATEGORIES
from access.roles import Capability
from agencies.models import Agency
from messaging.events import Happening, publish
from victims.models import Consent


class ConsentNotValid(Exception):
    """The answer cannot be recorded as it stands. The message says what to change."""


@transaction.atomic
def record_consent(
    *,
    actor: Actor,
    case_id: UUID,
    person_id: UUID,
    agency: Agency,
    answer: str,
    categories: Sequence[str],
    how: str,
    expires_at: datetime | None = None,
) -> Consent:
    """Record the person's answer about one agency, beside the earlier ones.

    answer: given, refused or withdrawn. categories: what the agency may be told, where it is given.
    how: in what way the person said so ("by phone"). expires_at: from when it is to be asked again.
    What follows from a withdrawal (recalls) follows by itself. Raises NotAllowed, ConsentNotValid.
    """
    actor.require(Capability.RECORD_CONSENT)
    now = timezone.now()
    if answer not in Consent.Answer.values:
        raise ConsentNotValid("Say whether consent is given, refused or withdrawn.")
    given = answer == Consent.Answer.GIVEN
    wrong = sorted(set(categories) - set(ALL_CATEGORIES))
    if wrong:
        raise ConsentNotValid(f"There is no data category {', '.join(wrong)}: choose from the list.")
    if given and not categories:
        raise ConsentNotValid(f"Choose what {agency.name} may be told, or record that consent is refused.")
    if not how.strip():
        raise ConsentNotValid("Say how the person told us.")
    if given and expires_at is not None and expires_at <= now:
        raise ConsentNotValid("The consent would already have run out: choose a later day, or none.")
    newest = Consent.objects.filter(case_id=case_id, agency=agency).order_by("-recorded_at", "-id").first()
    if answer == Consent.Answer.WITHDRAWN and (newest is None or newest.answer != Consent.Answer.GIVEN):
        raise ConsentNotValid(f"There is no consent for {agency.name} to withdraw: record it as refused.")
    consent = Consent.objects.create(
        case_id=case_id,
        person_id=person_id,
        agency=agency,
        answer=answer,
        categories=sorted(set(categories)) if given else [],
        how=how.strip()[:60],
        recorded_by=actor.id,
        recorded_by_name=actor.name,
        recorded_at=now,
        expires_at=expires_at if given else None,
    )
    publish(
        Happening(
            "case.consent_recorded",
            at=now,
            case_id=case_id,
            data={"agency": str(agency.id), "answer": answer},
        )
    )
    return consent
