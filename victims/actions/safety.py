"""Recording what a person says about which ways of reaching them are safe. It counts above a sender's note."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from victims import normalise
from victims.actions.people import write_no_letters
from victims.models import Address, ContactMethod, Person, SafeAddress
from victims.safe_contact import Window, as_rule

RULE_WORDS: dict[str, str] = {
    "withhold_number": "Withhold our number",
    "no_voicemail": "Never leave a voicemail",
    "text_first": "Text before calling",
    "text_only": "Text only, never call",
    "no_texts": "Call, never text",
}
"""Rules of a telephone that may be recorded, as victims.safe_contact reads them; windows besides."""
CARE_WORDS: dict[str, str] = {
    "may_answer": "Who else may answer",
    "code_word": "Code word",
    "cover_story": "Cover story",
}
"""What may be agreed with a person about a telephone, in words that are kept sealed."""


class ContactMethodNotFound(Exception):
    """The person has no such number or address on the record, or the actor may not come to it."""


class SafetyNotValid(Exception):
    """What was said of safety cannot be recorded as it stands. The message says what to change."""


class RecordedMeanwhile(Exception):
    """Somebody recorded the same after the actor saw it. The message says what."""


def version_of(held: ContactMethod | Address | SafeAddress | None) -> str:
    """Which record somebody saw, to be carried along while they write another; "none" where there was none."""
    if held is None:
        return "none"
    if isinstance(held, SafeAddress):
        return str(held.id)
    safety = held.letters if isinstance(held, Address) else held.safety
    return f"{held.verified_at.isoformat() if held.verified_at else 'never'} {safety}"


@transaction.atomic
def record_safe_address(
    *,
    actor: Actor,
    case_id: UUID,
    person_id: UUID,
    lines: str,
    postcode: str = "",
    seen: str | None = None,
) -> SafeAddress:
    """Record where somebody is that nobody may find. It is sealed, and shown only by its own data category.

    No search, match key or area is made of it, and letters to where the person lived stop.
    seen: the version_of what the actor saw, where that matters: refused if there is a newer one.
    Raises NotAllowed, SafetyNotValid, RecordedMeanwhile.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    lines, written_postcode = normalise.written(lines), normalise.postcode(postcode)
    if not lines:
        raise SafetyNotValid("Write the safe address, or how it may be reached.")
    if postcode.strip() and not written_postcode:
        raise SafetyNotValid("That is no postcode: write it like NS1 4AB, or leave it out.")
    Person.objects.select_for_update().get(id=person_id)
    held = SafeAddress.objects.filter(person_id=person_id).order_by("-recorded_at", "-id").first()
    _as_seen(seen, held, "Another safe address was recorded while you were writing.")
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
    contact_method_id: UUID,
    safety: str,
    rules: Mapping[str, bool] | None = None,
    windows: Sequence[Window] = (),
    care: Mapping[str, str] | None = None,
    seen: str | None = None,
) -> None:
    """Record whether a number or e-mail address is safe, when, and with which rules, as the person says.

    safety: safe, unsafe or unknown. It replaces what the sender's note was read as; the note itself stays. windows:
    when; none for any hour. care: see CARE_WORDS. seen: the version_of what the actor saw, where that matters: refused
    if it has changed since. Raises NotAllowed, ContactMethodNotFound, SafetyNotValid, RecordedMeanwhile.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    _known_safety(safety)
    kept: dict[str, object] = {name: True for name in RULE_WORDS if rules and rules.get(name)}
    if kept.get("text_only") and kept.get("text_first"):
        raise SafetyNotValid("“Text only” leaves nothing to text before: choose one of the two.")
    if kept.get("no_texts") and (kept.get("text_only") or kept.get("text_first")):
        raise SafetyNotValid("“Never text” and a rule about texting cannot both hold: choose one.")
    if any(window.ends and window.begins >= window.ends for window in windows):
        raise SafetyNotValid("The hours must end after they begin.")
    if windows:
        kept["windows"] = [as_rule(window) for window in windows]
    agreed = {
        name: words.strip() for name, words in (care or {}).items() if name in CARE_WORDS and words.strip()
    }
    method = (
        ContactMethod.objects.select_for_update().filter(id=contact_method_id, person_id=person_id).first()
    )
    if method is None:
        raise ContactMethodNotFound("That number or address is no longer on the record.")
    if method.kind == ContactMethod.Kind.EMAIL and (kept or agreed):
        raise SafetyNotValid("Hours and rules are for telephones: leave them empty for e-mail.")
    _as_seen(seen, method, "What is safe was recorded by somebody else while you were writing.")
    method.safety, method.rules, method.verified_at = safety, kept, now
    method.care = agreed or None
    method.save(update_fields=["safety", "rules", "care", "verified_at"])
    _tell(case_id, method.kind, safety, now)


@transaction.atomic
def record_letters(
    *,
    actor: Actor,
    case_id: UUID,
    person_id: UUID,
    safety: str,
    household: str = Address.Household.UNKNOWN,
    lives_there: str = "",
    seen: str | None = None,
) -> None:
    """Record whether letters to where the person lives are safe, and who else lives there.

    seen: the version_of what the actor saw, where that matters: refused if it has changed since.
    Raises NotAllowed, ContactMethodNotFound, SafetyNotValid, RecordedMeanwhile.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    _known_safety(safety)
    address = (
        Address.objects.select_for_update()
        .filter(person_id=person_id)
        .order_by("-recorded_at", "-id")
        .first()
    )
    if address is None:
        raise ContactMethodNotFound("No address is on the record.")
    _as_seen(seen, address, "What is safe was recorded by somebody else while you were writing.")
    address.letters, address.household = safety, Address.Household(household)
    address.lives_there = {"words": lives_there.strip()} if lives_there.strip() else None
    address.verified_at = now
    address.save(update_fields=["letters", "household", "lives_there", "verified_at"])
    _tell(case_id, "letter", safety, now)


@transaction.atomic
def mark_unsafe(
    *, case_id: UUID, contact_method_id: UUID, at: datetime, is_wrong_number: bool = False
) -> None:
    """What came of a try shows that a number is not safe: nobody uses it until somebody says otherwise.

    Called by the verb that records the try, with the right to do so.
    """
    method = ContactMethod.objects.select_for_update().get(id=contact_method_id)
    method.safety, method.verified_at = ContactMethod.Safety.UNSAFE, at
    if is_wrong_number:
        method.rules = {**method.rules, "wrong_number": True}
    method.save(update_fields=["safety", "rules", "verified_at"])
    _tell(case_id, method.kind, method.safety, at)


def _as_seen(seen: str | None, held: ContactMethod | Address | SafeAddress | None, words: str) -> None:
    if seen is not None and seen != version_of(held):
        raise RecordedMeanwhile(words)


def _known_safety(safety: str) -> None:
    if safety not in ContactMethod.Safety.values:
        raise SafetyNotValid("Say whether it is safe, not safe, or not known.")


def _tell(case_id: UUID, kind: str, safety: str, at: datetime) -> None:
    publish(
        Happening(
            "case.safety_recorded", at=at, case_id=case_id, data={"kind": str(kind), "safety": str(safety)}
        )
    )
