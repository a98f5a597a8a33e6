"""What the person says that one agency may be told. Each answer is a row of its own; the newest counts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.categories import ALL_CATEGORIES
from access.roles import Capability
from agencies.models import Agency
from messaging.events import Happening, publish
from victims.models import Consent
from victims.queries import current_consents

LONGEST = timedelta(days=5 * 365)
"""No consent is taken as standing for longer than this without being asked again."""


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
    replaces: Sequence[UUID] = (),
) -> Consent:
    """Record the person's answer about one agency, beside the earlier ones.

    answer: given, refused or withdrawn. categories: what the agency may be told, where it is given.
    how: in what way the person said so ("by phone"). expires_at: from when it is to be asked again.
    replaces: answers on linked records that the person was told of and takes back with what they give now; the
    database refuses any other.
    What follows from a withdrawal (recalls) follows by itself. Raises NotAllowed, ConsentNotValid.
    """
    actor.require(Capability.RECORD_CONSENT)
    now = timezone.now()
    if answer not in Consent.Answer.values:
        raise ConsentNotValid("Say whether consent is given, refused or withdrawn.")
    if not how.strip():
        raise ConsentNotValid("Say how the person told us.")
    wrong = sorted(set(categories) - set(ALL_CATEGORIES))
    if wrong:
        raise ConsentNotValid(f"There is no data category {', '.join(wrong)}: choose from the list.")
    given = answer == Consent.Answer.GIVEN
    if given:
        _check_given(agency, categories, expires_at, now)
    if answer == Consent.Answer.WITHDRAWN:
        stands = current_consents(case_id=case_id).get(agency.id)
        if stands is None or stands.answer != Consent.Answer.GIVEN:
            raise ConsentNotValid(f"There is no consent for {agency.name} to withdraw: record it as refused.")
    consent = Consent.objects.create(
        case_id=case_id,
        person_id=person_id,
        agency=agency,
        answer=answer,
        categories=[category for category in ALL_CATEGORIES if given and category in categories],
        how=how.strip()[:60],
        recorded_by=actor.id,
        recorded_by_name=actor.name,
        recorded_at=now,
        expires_at=expires_at if given else None,
        replaces=list(replaces) if given else [],
    )
    told: dict[str, object] = {"agency": str(agency.id), "answer": answer}
    publish(Happening("case.consent_recorded", at=now, case_id=case_id, data=told))
    return consent


def _check_given(
    agency: Agency, categories: Sequence[str], expires_at: datetime | None, now: datetime
) -> None:
    if not categories:
        raise ConsentNotValid(f"Choose what {agency.name} may be told, or record that consent is refused.")
    if expires_at is None:
        return
    if expires_at <= now:
        raise ConsentNotValid("The consent would already have run out: choose a later day, or none.")
    if expires_at > now + LONGEST:
        raise ConsentNotValid("Nobody can promise that far ahead: choose a day within the next five years.")
