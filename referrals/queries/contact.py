"""By which ways a person may be reached now, and what lists must say before anybody picks up a telephone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from access.context import acting_as_system
from access.sight import Sight, sight_of
from referrals.models import Case
from referrals.queries.calendar import hub_calendar
from referrals.queries.people import contact_methods_by_person
from victims.models import Address, ContactMethod, SafeAddress
from victims.normalise import folded_words
from victims.queries import references_of, same_as
from victims.safe_contact import Answer, Held, Window, is_stale, may_contact

CAREFUL_FLAGS = frozenset({"domestic_abuse", "honour_based_abuse"})
CHANNELS_OF_KIND = {"mobile": ("phone", "text"), "phone": ("phone",), "email": ("email",)}
VERBS = {"phone": "Call", "text": "Text", "email": "E-mail", "letter": "Write to"}


ACCOUNT = "safety"


@dataclass(frozen=True)
class Linked:
    """What is held of everybody known to be one with a person, themselves included, as far as it tells what is safe.

    references: by contact method of another, the record that it stands on. at_safe_address, is_careful: of any of them.
    """

    methods: tuple[ContactMethod, ...] = ()
    references: dict[UUID, str] = field(default_factory=dict)
    addresses: tuple[Address, ...] = ()
    at_safe_address: bool = False
    is_careful: bool = False


NOBODY = Linked()


def linked_contacts(
    people: Iterable[UUID], *, groups: Mapping[UUID, set[UUID]] | None = None
) -> dict[UUID, Linked]:
    """By person: what those who are known to be one with them have; only for people with somebody.

    groups: who is one with each, where the caller has asked for it already.

    Read as the hub's own system, since a partner is never told what it must not do at the price of what it may see:
    the caller shows a partner nothing of it but what is not safe.
    """
    found = same_as(people) if groups is None else groups
    groups = {person: same for person, same in found.items() if len(same) > 1}
    if not groups:
        return {}
    everybody = {one for same in groups.values() for one in same}
    with acting_as_system(ACCOUNT):
        methods = contact_methods_by_person(everybody)
        addresses: dict[UUID, list[Address]] = defaultdict(list)
        for address in Address.objects.filter(person__in=everybody):
            addresses[address.person_id].append(address)
        hidden = set(SafeAddress.objects.filter(person__in=everybody).values_list("person_id", flat=True))
        cases = list(Case.objects.filter(person__in=everybody, closed_at__isnull=True))
        references = references_of(everybody)
    careful = {case.person_id for case in cases if is_careful(case)}
    return {
        person: Linked(
            methods=tuple(method for one in sorted(same) for method in methods[one]),
            references={
                method.id: references[other] for other in same - {person} for method in methods[other]
            },
            addresses=tuple(address for one in sorted(same) for address in addresses[one]),
            at_safe_address=not (same - {person}).isdisjoint(hidden),
            is_careful=not same.isdisjoint(careful),
        )
        for person, same in groups.items()
    }


def linked_contact(person: UUID) -> Linked:
    """The same of one person."""
    return linked_contacts([person]).get(person, NOBODY)


@dataclass(frozen=True)
class Way:
    """One way to reach the person: a channel to a number or address, and whether it is safe now, and why.

    safety: what is recorded of it. rules, notes: when and how, and what the sender wrote. until, again: when a yes
    ends, and the next safe moment after a no. verified_at: when somebody last asked the person; is_stale: that it
    should be asked again.
    on_record: the reference of another record of the person on which it stands; "" for their own.
    by_other: it is their own and would be safe, if another record of theirs did not say otherwise.
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
    until: datetime | None = None
    again: datetime | None = None
    verified_at: datetime | None = None
    is_stale: bool = False
    on_record: str = ""
    by_other: bool = False

    @property
    def verb(self) -> str:
        return VERBS[self.channel].lower()

    @property
    def words(self) -> str:
        return f"{VERBS[self.channel]} {self.target}"


def is_careful(case: Case) -> bool:
    """Whether what is not known to be safe is unsafe: domestic abuse, stalking, honour-based abuse."""
    return bool(CAREFUL_FLAGS & set(case.flags)) or "stalking" in case.offence_properties


def safe_now(
    *,
    case: Case,
    method: ContactMethod | None,
    address: Address | None,
    channel: str,
    now: datetime,
    linked: Linked = NOBODY,
    within: Sequence[Window] = (),
) -> Answer:
    """Whether the person may be reached by this channel to this number or address at this moment, until when, or why
    not and when next: what is recorded, as victims.safe_contact judges it.

    linked: what those have who are known to be one with the person; of what is held of one number or address, what
    forbids most counts. within: the hub's own hours, where a moment for its next try is looked for.
    """
    held: list[Held] = []
    if channel == "letter":
        if address is not None and linked.at_safe_address:
            return Answer(False, "They are at a safe address, as another record of theirs says.")
        if address is not None:
            held = [_held_at(one) for one in (address, *linked.addresses) if _place(one) == _place(address)]
    elif method is not None and channel in CHANNELS_OF_KIND[method.kind]:
        rows = [method, *(m for m in linked.methods if m.value == method.value and m.id != method.id)]
        held = [Held(row.safety, row.rules) for row in rows]
    return may_contact(
        now,
        channel,
        held,
        is_careful=is_careful(case) or linked.is_careful,
        is_suspended=case.status == "suspended",
        is_holiday=is_holiday,
        within=within,
    )


def _held_at(address: Address) -> Held:
    return Held(address.letters, is_joint=address.household == Address.Household.JOINT)


def is_holiday(day: date) -> bool:
    """Whether the day is a bank holiday where the hub is."""
    return day in hub_calendar().holidays


def ways_to_reach(
    *,
    case: Case,
    methods: Sequence[ContactMethod],
    address: Address | None,
    now: datetime,
    linked: Linked = NOBODY,
    show_linked: bool = False,
) -> list[Way]:
    """Every channel to everything on the record, safe ones first.

    show_linked: also to what is held of those who are known to be one with the person alone.
    """
    ways = []
    own = {method.value for method in methods}
    further = {m.value: m for m in linked.methods if m.value not in own} if show_linked else {}

    def shows_other(
        answer: Answer, method: ContactMethod | None, address: Address | None, channel: str
    ) -> bool:
        """Whether another record alone forbids it, and the reader may know of that record."""
        if answer.safe or not show_linked or (method and method.value in further):
            return False
        return safe_now(case=case, method=method, address=address, channel=channel, now=now).safe

    for method in (*methods, *further.values()):
        for channel in CHANNELS_OF_KIND[method.kind]:
            answer = safe_now(case=case, method=method, address=None, channel=channel, now=now, linked=linked)
            ways.append(
                Way(
                    value=f"{channel}:{method.id}",
                    channel=channel,
                    method_id=method.id,
                    target=method.value,
                    safe=answer.safe,
                    answer=answer.words,
                    safety=_least_safe(method, linked),
                    rules=method.rules,
                    notes=method.notes,
                    until=answer.until,
                    again=answer.again,
                    verified_at=method.verified_at,
                    is_stale=is_stale(method.verified_at, now=now),
                    on_record=linked.references.get(method.id, ""),
                    by_other=shows_other(answer, method, None, channel),
                )
            )
    if address is not None and (address.lines or address.postcode):
        answer = safe_now(case=case, method=None, address=address, channel="letter", now=now, linked=linked)
        ways.append(
            Way(
                value="letter:",
                channel="letter",
                method_id=None,
                target=", ".join(part for part in (address.lines, address.postcode) if part),
                safe=answer.safe,
                answer=answer.words,
                safety=_least_safe_letters(address, linked),
                rules={},
                notes="",
                verified_at=address.verified_at,
                is_stale=is_stale(address.verified_at, now=now),
                by_other=shows_other(answer, None, address, "letter"),
            )
        )
    return sorted(ways, key=lambda way: not way.safe)


def _least_safe(method: ContactMethod, linked: Linked) -> str:
    """What is recorded of a number's safety, the least safe of it."""
    return _least({method.safety, *(m.safety for m in linked.methods if m.value == method.value)})


def _least_safe_letters(address: Address, linked: Linked) -> str:
    """The same of letters to an address."""
    if linked.at_safe_address:
        return ContactMethod.Safety.UNSAFE
    return _least(
        {address.letters, *(one.letters for one in linked.addresses if _place(one) == _place(address))}
    )


def _least(held: set[str]) -> str:
    order = (ContactMethod.Safety.UNSAFE, ContactMethod.Safety.UNKNOWN)
    return next((one.value for one in order if one in held), ContactMethod.Safety.SAFE)


def _place(address: Address) -> tuple[tuple[str, ...], str]:
    """The address as it is compared: letters folded."""
    return folded_words(address.lines), address.postcode


def current_address(person: UUID) -> Address | None:
    """Where the person lives, as last told."""
    return addresses(person).first()


def addresses(person: UUID) -> QuerySet[Address]:
    """Where the person lives and lived, as last told first."""
    return Address.objects.filter(person=person).order_by("-recorded_at", "-id")


def ways_shown(
    case: Case, sight: Sight, *, now: datetime, is_linked: bool = True, show_linked: bool = False
) -> list[Way]:
    """`ways_to_reach` as far as the reader is shown them, safe ones first.

    is_linked: False where the caller knows that nobody is one with the person. show_linked: for the hub's own alone.
    """
    methods = sight.rows(ContactMethod.objects.filter(person=case.person_id).order_by("id"))
    return ways_to_reach(
        case=case,
        methods=methods,
        address=address_shown(case, sight),
        now=now,
        linked=linked_contact(case.person_id) if is_linked and sight.shows(ContactMethod) else NOBODY,
        show_linked=show_linked,
    )


def way_of(case: Case, value: str, *, now: datetime) -> Way | None:
    """The way of that value, of those that the reader is shown; None where it is no longer there."""
    ways = ways_shown(case, sight_of(case.id), now=now, show_linked=True)
    return next((way for way in ways if way.value == value), None)


def agreed_about(way: Way) -> dict[str, str]:
    """What was agreed with the person about a telephone: who may answer, code word, cover story.

    It stands sealed, and is opened where somebody is about to use the way, not in lists.
    """
    method = ContactMethod.objects.filter(id=way.method_id).first() if way.method_id else None
    return dict(method.care or {}) if method else {}


def address_shown(case: Case, sight: Sight) -> Address | None:
    """Where the person lives, as last told, if the reader is shown it."""
    return sight.first(addresses(case.person_id))


def contact_notes_by_case(cases: Iterable[Case], *, now: datetime) -> dict[UUID, list[str]]:
    """What a list says of each case before anybody gets in touch: interpreter, and what must not be done."""
    listed = list(cases)
    methods = contact_methods_by_person(case.person_id for case in listed)
    linked = linked_contacts(case.person_id for case in listed)
    return {
        case.id: _notes(case, methods[case.person_id], linked.get(case.person_id, NOBODY), now)
        for case in listed
    }


def _notes(case: Case, methods: Sequence[ContactMethod], linked: Linked, now: datetime) -> list[str]:
    notes = []
    if case.person.interpreter:
        notes.append(f"Interpreter: {case.person.language or 'language not known'}")
    possible = {channel for method in methods for channel in CHANNELS_OF_KIND[method.kind]}
    safe = {
        channel
        for method in methods
        for channel in CHANNELS_OF_KIND[method.kind]
        if safe_now(case=case, method=method, address=None, channel=channel, now=now, linked=linked).safe
    }
    if possible and not safe:
        notes.append("No safe contact now")
    elif "phone" in possible and "phone" not in safe:
        notes.append(
            "Do not phone" if len(safe) > 1 else f"Safe contact: {VERBS[next(iter(safe))].lower()} only"
        )
    return notes
