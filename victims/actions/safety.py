"""Recording what a person says about which ways of reaching them are safe. It counts above a sender's note."""

from collections.abc import Mapping
from datetime import time
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from victims import normalise
from victims.actions.people import write_no_letters
from victims.models import Address, ContactMethod, SafeAddress

RULE_WORDS: dict[str, str] = {
    "weekdays": "Monday to Friday only",
    "no_voicemail": "Never leave a voicemail",
    "text_first": "Text before calling",
    "text_only": "Text only, never call",
    "no_texts": "Call, never text",
}
"""Rules of a telephone that may be recorded, as victims.safe_contact reads them; `hours` besides."""


class ContactMethodNotFound(Exception):
    """The person has no such number or address on the record, or the actor may not come to it."""


class SafetyNotValid(Exception):
    """What was said of safety cannot be recorded as it stands. The message says what to change."""


@transaction.atomic
def record_safe_address(
    *, actor: Actor, case_id: UUID, person_id: UUID, lines: str, postcode: str = ""
) -> SafeAddress:
    """Record where somebody is that nobody may find. It is sealed, and shown only by its own data category.

    No search, match key or area is made of it, and letters to where the person lived stop.
    Raises NotAllowed, SafetyNotValid.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    lines, written_postcode = normalise.written(lines), normalise.postcode(postcode)
    if not lines:
        raise SafetyNotValid("Write the safe address, or how it may be reached.")
    if postcode.strip() and not written_postcode:
        raise SafetyNotValid("That is no postcode: write it like NS1 4AB, or leave it out.")
    made = SafeAddress.objects.create(
        person_id=person_id, place={"lines": lines, "postcode": written_postcode}, recorded_at=now
    )
    write_no_letters([person_id])
    publish(
        Happening(
            "case.safety_recorded", at=now, case_id=case_id, data={"kind": "safe_address", "safety": "safe"}
        )
    )
    return made


@transaction.atomic
def record_safety(
    *,
    actor: Actor,
    case_id: UUID,
    person_id: UUID,
    contact_method_id: UUID | None,
    safety: str,
    rules: Mapping[str, bool] | None = None,
    hours: tuple[time, time] | None = None,
) -> None:
    """Record whether a number or e-mail address is safe, and with which rules; None: letters to the address.

    safety: safe, unsafe or unknown. It replaces what the sender's note was read as; the note itself stays.
    hours: from when to when. Raises NotAllowed, ContactMethodNotFound, SafetyNotValid.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    if safety not in ContactMethod.Safety.values:
        raise SafetyNotValid("Say whether it is safe, not safe, or not known.")
    if hours and hours[0] >= hours[1]:
        raise SafetyNotValid("The hours must end after they begin.")
    kept: dict[str, object] = {name: True for name in RULE_WORDS if rules and rules.get(name)}
    if kept.get("text_only") and kept.get("text_first"):
        raise SafetyNotValid("“Text only” leaves nothing to text before: choose one of the two.")
    if kept.get("no_texts") and (kept.get("text_only") or kept.get("text_first")):
        raise SafetyNotValid("“Never text” and a rule about texting cannot both hold: choose one.")
    if hours:
        kept["hours"] = [hour.strftime("%H:%M") for hour in hours]
    if contact_method_id is None:
        address = (
            Address.objects.select_for_update()
            .filter(person_id=person_id)
            .order_by("-recorded_at", "-id")
            .first()
        )
        if address is None:
            raise ContactMethodNotFound("No address is on the record.")
        address.letters, kind = safety, "letter"
        address.save(update_fields=["letters"])
    else:
        method = (
            ContactMethod.objects.select_for_update()
            .filter(id=contact_method_id, person_id=person_id)
            .first()
        )
        if method is None:
            raise ContactMethodNotFound("That number or address is no longer on the record.")
        if method.kind == ContactMethod.Kind.EMAIL and kept:
            raise SafetyNotValid("Hours and rules are for telephones: leave them empty for e-mail.")
        method.safety, method.rules, method.verified_at, kind = safety, kept, now, method.kind
        method.save(update_fields=["safety", "rules", "verified_at"])
    publish(
        Happening("case.safety_recorded", at=now, case_id=case_id, data={"kind": str(kind), "safety": safety})
    )
