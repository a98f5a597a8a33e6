"""By which ways a person may be reached now, and what lists must say before anybody picks up a telephone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from access.sight import Sight
from referrals.models import Case
from referrals.queries.people import contact_methods_by_person
from victims.models import Address, ContactMethod
from victims.safe_contact import Answer, may_contact

CAREFUL_FLAGS = frozenset({"domestic_abuse", "honour_based_abuse"})
CHANNELS_OF_KIND = {"mobile": ("phone", "text"), "phone": ("phone",), "email": ("email",)}
VERBS = {"phone": "Call", "text": "Text", "email": "E-mail", "letter": "Write to"}


@dataclass(frozen=True)
class Way:
    """One way to reach the person: a channel to a number or address, and whether it is safe now, and why.

    safety: what is recorded of it. rules, notes: when and how, and what the sender wrote.
    """

    value: str
    channel: str
    method_id: UUID | None
    target: str
    safe: bool
    answer: str
    safety: str
    rules: dict[str, object]
    notes: str

    @property
    def words(self) -> str:
        return f"{VERBS[self.channel]} {self.target}"


def is_careful(case: Case) -> bool:
    """Whether what is not known to be safe is unsafe: domestic abuse, stalking, honour-based abuse."""
    return bool(CAREFUL_FLAGS & set(case.flags)) or "stalking" in case.offence_properties


def safe_now(
    *, case: Case, method: ContactMethod | None, address: Address | None, channel: str, now: datetime
) -> Answer:
    """Whether the person may be reached by this channel to this number or address at this moment, and why.

    What is marked unsafe never is; then the sender's note and the hour decide; then what nobody knows is
    unsafe for domestic abuse, stalking and honour-based abuse.
    """
    if channel == "letter":
        safety, by_note = (address.letters if address else None), Answer(True, "")
    elif method is not None and channel in CHANNELS_OF_KIND[method.kind]:
        safety = method.safety
        by_note = may_contact(method.rules, channel=channel, at=timezone.localtime(now))
    else:
        safety, by_note = None, Answer(False, "")
    if safety is None:
        return Answer(False, "There is nothing on the record for that way of contact.")
    if safety == ContactMethod.Safety.UNSAFE:
        return Answer(False, "Marked as not safe.")
    if not by_note.safe:
        return by_note
    if safety == ContactMethod.Safety.UNKNOWN and is_careful(case):
        return Answer(False, "Not known to be safe, and for this offence unknown is unsafe.")
    known = "Known to be safe." if safety == ContactMethod.Safety.SAFE else "Nothing says that it is unsafe."
    return Answer(True, f"{known} {by_note.words}".strip())


def ways_to_reach(
    *, case: Case, methods: Sequence[ContactMethod], address: Address | None, now: datetime
) -> list[Way]:
    """Every channel to everything on the record, safe ones first."""
    ways = []
    for method in methods:
        for channel in CHANNELS_OF_KIND[method.kind]:
            answer = safe_now(case=case, method=method, address=None, channel=channel, now=now)
            ways.append(
                Way(
                    value=f"{channel}:{method.id}",
                    channel=channel,
                    method_id=method.id,
                    target=method.value,
                    safe=answer.safe,
                    answer=answer.words,
                    safety=method.safety,
                    rules=method.rules,
                    notes=method.notes,
                )
            )
    if address is not None and (address.lines or address.postcode):
        answer = safe_now(case=case, method=None, address=address, channel="letter", now=now)
        ways.append(
            Way(
                value="letter:",
                channel="letter",
                method_id=None,
                target=", ".join(part for part in (address.lines, address.postcode) if part),
                safe=answer.safe,
                answer=answer.words,
                safety=address.letters,
                rules={},
                notes="",
            )
        )
    return sorted(ways, key=lambda way: not way.safe)


def current_address(person: UUID) -> Address | None:
    """Where the person lives, as last told."""
    return addresses(person).first()


def addresses(person: UUID) -> QuerySet[Address]:
    """Where the person lives and lived, as last told first."""
    return Address.objects.filter(person=person).order_by("-recorded_at", "-id")


def ways_shown(case: Case, sight: Sight, *, now: datetime) -> list[Way]:
    """`ways_to_reach` as far as the reader is shown them, safe ones first."""
    methods = sight.rows(ContactMethod.objects.filter(person=case.person_id).order_by("id"))
    return ways_to_reach(case=case, methods=methods, address=address_shown(case, sight), now=now)


def address_shown(case: Case, sight: Sight) -> Address | None:
    """Where the person lives, as last told, if the reader is shown it."""
    return sight.first(addresses(case.person_id))


def contact_notes_by_case(cases: Iterable[Case], *, now: datetime) -> dict[UUID, list[str]]:
    """What a list says of each case before anybody gets in touch: interpreter, and what must not be done."""
    listed = list(cases)
    methods = contact_methods_by_person(case.person_id for case in listed)
    return {case.id: _notes(case, methods[case.person_id], now) for case in listed}


def _notes(case: Case, methods: Sequence[ContactMethod], now: datetime) -> list[str]:
    notes = []
    if case.person.interpreter:
        notes.append(f"Interpreter: {case.person.language or 'language not known'}")
    possible = {channel for method in methods for channel in CHANNELS_OF_KIND[method.kind]}
    safe = {
        channel
        for method in methods
        for channel in CHANNELS_OF_KIND[method.kind]
        if safe_now(case=case, method=method, address=None, channel=channel, now=now).safe
    }
    if possible and not safe:
        notes.append("No safe contact now")
    elif "phone" in possible and "phone" not in safe:
        notes.append(
            "Do not phone" if len(safe) > 1 else f"Safe contact: {VERBS[next(iter(safe))].lower()} only"
        )
    return notes
