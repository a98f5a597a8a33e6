"""Registering people and what senders tell about them: in batches, a fixed number of statements each.

Nothing told earlier is lost: a further name, number or address is added beside the others and the
newest is shown first. Two people are never made one here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from access.actor import Actor
from access.batches import insert_rows
from access.roles import Capability
from victims.matching import Resemblance, as_evidence, match_keys
from victims.models import (
    Address,
    ContactMethod,
    Identifier,
    MatchKey,
    Person,
    PersonName,
    Relationship,
    SafeAddress,
    SamePersonSuggestion,
)
from victims.queries import identities_of, safe_addresses_of


@dataclass(frozen=True)
class Contact:
    """A way to reach somebody as a sender gave it. `rules`: the notes as victims.contact_notes reads them."""

    kind: str
    value: str
    safety: str
    notes: str = ""
    rules: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class SafePlace:
    """Where somebody is that nobody may find. It goes into no key and no search."""

    lines: str
    postcode: str


@dataclass(frozen=True)
class Details:
    """What one report tells about one person. Empty or None is: not told."""

    person_id: UUID
    given_names: str = ""
    surname: str = ""
    date_of_birth: date | None = None
    sex: str = "0"
    ethnicity: str = ""
    language: str = ""
    interpreter: bool = False
    identifier: tuple[str, str] | None = None
    contacts: tuple[Contact, ...] = ()
    address_lines: str = ""
    postcode: str = ""
    letters: str = ContactMethod.Safety.UNKNOWN
    safe_address: SafePlace | None = None
    match_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Perpetrator:
    """Who is alleged to have done it, in one case, as the sender named them."""

    person_id: UUID
    case_id: UUID
    scheme: str
    nominal: str
    name: str
    kind: str


@dataclass(frozen=True)
class Likeness:
    """That `person` and `other` may be one human being, and why."""

    person_id: UUID
    other_id: UUID
    likeness: Resemblance


# A sender's blank never takes back what is known of safety, and what a practitioner has verified as
# unsafe stays unsafe whatever a sender says later. Blank notes leave the earlier ones standing, and the same
# notes again leave what a practitioner has made of them.
_MERGE_CONTACT = """
ON CONFLICT (person_id, kind, value) DO UPDATE SET
  safety = CASE
    WHEN excluded.safety = 'unknown' OR (held.verified_at IS NOT NULL AND held.safety = 'unsafe')
    THEN held.safety ELSE excluded.safety END,
  notes = CASE WHEN excluded.notes = '' THEN held.notes ELSE excluded.notes END,
  rules = CASE WHEN excluded.notes IN ('', held.notes) THEN held.rules ELSE excluded.rules END,
  recorded_at = excluded.recorded_at
"""

_NEW_NAME = """
WHERE NOT EXISTS (SELECT 1 FROM victims_personname name WHERE name.person_id = told.person_id
  AND name.given_names = told.given_names AND name.surname = told.surname)
"""

_NEW_PERPETRATOR = """
WHERE NOT EXISTS (SELECT 1 FROM victims_relationship one WHERE one.person_id = told.person_id
  AND one.case_id = told.case_id AND one.scheme = told.scheme AND one.nominal = told.nominal
  AND one.name = told.name AND one.kind = told.kind)
"""

# By a sender's number or by name, whoever asks: the alleged perpetrator and the victim of one incident.
_NEVER_ACCUSED = (
    "WHERE NOT victims_accuse_each_other(ARRAY[told.person_id, told.other_id]) ON CONFLICT DO NOTHING"
)
_TAKE_BACK = """
DELETE FROM victims_samepersonsuggestion
WHERE state IN ('open', 'unsure') AND (person_id = ANY (%s) OR other_id = ANY (%s))
  AND victims_accuse_each_other(ARRAY[person_id, other_id])
"""

# Fills what was not known; never replaces what was.
_COMPLETE = """
UPDATE victims_person person SET
  date_of_birth = coalesce(person.date_of_birth, told.date_of_birth),
  sex = CASE WHEN person.sex = '0' THEN told.sex ELSE person.sex END,
  ethnicity = CASE WHEN person.ethnicity = '' THEN told.ethnicity ELSE person.ethnicity END,
  language = CASE WHEN told.language <> '' THEN told.language ELSE person.language END,
  interpreter = person.interpreter OR told.interpreter
FROM unnest(%s::uuid[], %s::date[], %s::text[], %s::text[], %s::text[], %s::boolean[])
  AS told (id, date_of_birth, sex, ethnicity, language, interpreter)
WHERE person.id = told.id
"""


def register_people(*, people: Sequence[tuple[str, Details]], at: datetime) -> None:
    """Make people, each a public reference and what is told of them; record_details does the rest.

    The hub's grants on their cases must be in place: the policies let nobody write without.
    """
    insert_rows(
        Person,
        [
            {
                "id": told.person_id,
                "reference": reference,
                "date_of_birth": told.date_of_birth,
                "sex": told.sex,
                "ethnicity": told.ethnicity,
                "language": told.language,
                "interpreter": told.interpreter,
                "created_at": at,
            }
            for reference, told in people
        ],
    )


def complete_people(*, details: Sequence[Details]) -> None:
    """Fill in what was not known of people who are already registered; the last word on each counts."""
    latest = {told.person_id: told for told in details}
    if not latest:
        return
    columns = list(latest.values())
    with connection.cursor() as cursor:
        cursor.execute(
            _COMPLETE,
            [
                [told.person_id for told in columns],
                [told.date_of_birth for told in columns],
                [told.sex for told in columns],
                [told.ethnicity for told in columns],
                [told.language for told in columns],
                [told.interpreter for told in columns],
            ],
        )


def record_details(*, details: Sequence[Details], at: datetime) -> None:
    """Add names, identifiers, ways to reach, addresses and match keys that are not held yet.

    What is told again becomes the newest. Several reports of one person may come in one call.
    """
    names = dict.fromkeys((told.person_id, told.given_names, told.surname) for told in details)
    insert_rows(
        PersonName,
        [
            {"person_id": person, "given_names": given, "surname": surname, "recorded_at": at}
            for person, given, surname in names
            if given or surname
        ],
        rest=_NEW_NAME,
    )
    identifiers = dict.fromkeys((told.person_id, told.identifier) for told in details if told.identifier)
    insert_rows(
        Identifier,
        [
            {"person_id": person, "scheme": identifier[0], "value": identifier[1]}
            for person, identifier in identifiers
        ],
        rest="ON CONFLICT DO NOTHING",
    )
    insert_rows(
        ContactMethod,
        [
            {
                "person_id": person,
                "kind": kind,
                "value": value,
                "safety": contact.safety,
                "notes": contact.notes,
                "rules": contact.rules,
                "recorded_at": at,
            }
            for (person, kind, value), contact in _last_words(details).items()
        ],
        rest=_MERGE_CONTACT,
    )
    addresses = {
        (told.person_id, told.address_lines, told.postcode): told.letters
        for told in details
        if told.address_lines or told.postcode
    }
    insert_rows(
        Address,
        [
            {"person_id": person, "lines": lines, "postcode": postcode, "letters": letters, "recorded_at": at}
            for (person, lines, postcode), letters in addresses.items()
        ],
        rest="ON CONFLICT (person_id, lines, postcode) DO UPDATE SET recorded_at = excluded.recorded_at",
    )
    _record_safe_addresses({told.person_id: told.safe_address for told in details if told.safe_address}, at)
    keys = dict.fromkeys((told.person_id, key) for told in details for key in told.match_keys)
    insert_rows(
        MatchKey,
        [{"person_id": person, "key": key} for person, key in keys],
        rest="ON CONFLICT DO NOTHING",
    )


def _record_safe_addresses(places: Mapping[UUID, SafePlace], at: datetime) -> None:
    """Keep where people are now, sealed. The same place told again is not kept twice."""
    if not places:
        return
    held = {person: one.place for person, one in safe_addresses_of(places).items()}
    SafeAddress.objects.bulk_create(
        SafeAddress(person_id=person, place=asdict(place), recorded_at=at)
        for person, place in places.items()
        if held.get(person) != asdict(place)
    )
    write_no_letters(places)


def write_no_letters(people: Iterable[UUID]) -> None:
    """Nobody writes to where these people lived before: they are somewhere that nobody may find."""
    Address.objects.filter(person__in=list(people)).update(letters=ContactMethod.Safety.UNSAFE)


def record_perpetrators(*, alleged: Sequence[Perpetrator], at: datetime) -> None:
    """Keep who is alleged to have done it, and take back what was suggested and not answered of them and the victim."""
    insert_rows(
        Relationship,
        [{**vars(one), "recorded_at": at} for one in dict.fromkeys(alleged)],
        rest=_NEW_PERPETRATOR,
    )
    if victims := list({one.person_id for one in alleged}):
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_BACK, [victims, victims])


def suggest_same(*, likenesses: Sequence[Likeness], at: datetime, run_id: UUID | None = None) -> None:
    """Propose that two people may be one; a practitioner decides. Proposing again changes nothing.

    run_id: of the comparison of everybody that found them.
    """
    insert_rows(
        SamePersonSuggestion,
        [
            {
                "person_id": one.person_id,
                "other_id": one.other_id,
                "score": one.likeness.score,
                "verdict": one.likeness.verdict,
                "evidence": as_evidence(one.likeness),
                "suggested_at": at,
                "run_id": run_id,
            }
            for one in likenesses
        ],
        rest=_NEVER_ACCUSED,
    )


def _last_words(details: Sequence[Details]) -> dict[tuple[UUID, str, str], Contact]:
    """The contacts that are told, each once: of several reports the last word counts, a blank is no word."""
    latest: dict[tuple[UUID, str, str], Contact] = {}
    for told in details:
        for contact in told.contacts:
            key = (told.person_id, contact.kind, contact.value)
            held = latest.get(key)
            if held is not None:
                unknown = contact.safety == ContactMethod.Safety.UNKNOWN
                contact = replace(
                    contact if contact.notes else held, safety=held.safety if unknown else contact.safety
                )
            latest[key] = contact
    return latest


def rekey_people(*, actor: Actor, after: UUID | None = None, many: int = 500) -> UUID | None:
    """Give the next people, in the order of their ids, the match keys that recognition makes today.

    Needed once after an upgrade that changes how keys are made. Returns the last person, to go on after, or None
    at the end.
    """
    actor.require(Capability.IMPORT_FEED)
    start = {"id__gt": after} if after else {}
    people = list(Person.objects.filter(**start).order_by("id").values_list("id", flat=True)[:many])
    keys = [(person, key) for person, one in identities_of(people).items() for key in match_keys(one)]
    with transaction.atomic():
        MatchKey.objects.filter(person__in=people).delete()
        insert_rows(MatchKey, [{"person_id": person, "key": key} for person, key in keys])
    return people[-1] if people else None
