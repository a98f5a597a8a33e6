"""Reads over people: who is known, who may be one, and how to name them in public."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from victims.matching import MOST_OF_ONE_KEY, Identity, Resemblance, born_on, compare, marks, match_keys
from victims.matching import Address as Home
from victims.models import (
    Address,
    Consent,
    ContactMethod,
    Identifier,
    Person,
    PersonName,
    Relationship,
    SafeAddress,
    SamePersonSuggestion,
)


def references_of(people: Iterable[UUID]) -> dict[UUID, str]:
    """Public references of people, by id; only of those that the actor may see."""
    wanted = set(people)
    return dict(Person.objects.filter(id__in=wanted).values_list("id", "reference")) if wanted else {}


def suggested_same_as(*, people: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """By person: who else they may be, as suggested and not rejected, in either direction."""
    wanted = set(people)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    if not wanted:
        return found
    suggestions = SamePersonSuggestion.objects.filter(Q(person__in=wanted) | Q(other__in=wanted))
    open_pairs = suggestions.exclude(state=SamePersonSuggestion.State.REJECTED)
    for person, other in open_pairs.values_list("person_id", "other_id"):
        found[person].add(other)
        found[other].add(person)
    return found


def people_by_number(*, scheme: str, values: Iterable[str]) -> dict[str, list[UUID]]:
    """By a sender's number: the people registered under it, oldest first."""
    found: dict[str, list[UUID]] = defaultdict(list)
    held = Identifier.objects.filter(scheme=scheme, value__in=list(values)).order_by("person_id")
    for value, person in held.values_list("value", "person_id"):
        found[value].append(person)
    return found


def people_by_key(keys: Iterable[str]) -> dict[str, list[UUID]]:
    """By match key: the people who have it; one more than MOST_OF_ONE_KEY where it is too many to say anything."""
    found: dict[str, list[UUID]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.key, holder.person_id FROM unnest(%s::text[]) AS wanted (key) CROSS JOIN LATERAL"
            " (SELECT person_id FROM victims_matchkey WHERE key = wanted.key LIMIT %s) AS holder",
            [sorted(set(keys)), MOST_OF_ONE_KEY + 1],
        )
        for key, person in cursor.fetchall():
            found[key].append(person)
    return found


def identities_of(people: Iterable[UUID]) -> dict[UUID, Identity]:
    """What each of the people is recognised by: newest name, date of birth, sex, contacts and addresses."""
    wanted = list(set(people))
    if not wanted:
        return {}
    newest = PersonName.objects.filter(person__in=wanted).order_by("person_id", "-recorded_at", "-id")
    names = {
        person: (given, surname)
        for person, given, surname in newest.distinct("person_id").values_list(
            "person_id", "given_names", "surname"
        )
    }
    contacts: dict[tuple[UUID, bool], set[str]] = defaultdict(set)
    for person, kind, value, rules in ContactMethod.objects.filter(person__in=wanted).values_list(
        "person_id", "kind", "value", "rules"
    ):
        if "belongs_to" not in rules:  # a sister's number says nothing about who somebody is
            contacts[person, kind == ContactMethod.Kind.EMAIL].add(value)
    homes: dict[UUID, set[Home]] = defaultdict(set)
    for person, lines, code in Address.objects.filter(person__in=wanted).values_list(
        "person_id", "lines", "postcode"
    ):
        homes[person].add(Home(lines, code))
    return {
        person: Identity(
            *names.get(person, ("", "")),
            born=born_on(born),
            sex=sex,
            phones=frozenset(contacts[person, False]),
            emails=frozenset(contacts[person, True]),
            addresses=frozenset(homes[person]),
        )
        for person, born, sex in Person.objects.filter(id__in=wanted).values_list(
            "id", "date_of_birth", "sex"
        )
    }


def safe_addresses_of(people: Iterable[UUID]) -> dict[UUID, SafeAddress]:
    """By person: the safe address as last recorded; only of those that the actor may see. Open it one by one."""
    newest = SafeAddress.objects.filter(person__in=list(people)).order_by("person_id", "-recorded_at", "-id")
    return {one.person_id: one for one in newest.distinct("person_id")}


def safe_addresses(person: UUID) -> QuerySet[SafeAddress]:
    """Where one person is safe, as last recorded first."""
    return SafeAddress.objects.filter(person=person).order_by("-recorded_at", "-id")


def who_may_be(one: Identity) -> list[tuple[UUID, Resemblance]]:
    """The people held who may be this one, the likeliest first. The caller records the look."""
    near = people_by_key(match_keys(one)).values()
    few = {person for people in near if len(people) <= MOST_OF_ONE_KEY for person in people}
    found = [
        (person, likeness)
        for person, held in identities_of(few).items()
        if (likeness := compare(one, held)) is not None
    ]
    return sorted(found, key=lambda pair: (-pair[1].score, pair[0]))


def alleged_against(*, people: Iterable[UUID]) -> dict[UUID, set[str]]:
    """By person: the marks of those who are alleged to have harmed them (see victims.matching.marks)."""
    found: dict[UUID, set[str]] = defaultdict(set)
    held = Relationship.objects.filter(person__in=set(people))
    for person, scheme, nominal, name in held.values_list("person_id", "scheme", "nominal", "name"):
        found[person] |= marks(scheme=scheme, number=nominal, name=name)
    return found


def numbers_of(people: Iterable[UUID]) -> dict[UUID, set[str]]:
    """By person: the marks of every number that a sender has for them."""
    found: dict[UUID, set[str]] = defaultdict(set)
    held = Identifier.objects.filter(person__in=set(people))
    for person, scheme, value in held.values_list("person_id", "scheme", "value"):
        found[person] |= marks(scheme=scheme, number=value)
    return found


def current_consents(*, case_id: UUID) -> dict[UUID, Consent]:
    """By agency: the newest answer recorded on the case, which is the one that counts."""
    newest = Consent.objects.filter(case_id=case_id).order_by("agency_id", "-recorded_at", "-id")
    return {consent.agency_id: consent for consent in newest.distinct("agency_id").select_related("agency")}


def consent_stands(consent: Consent | None, *, at: datetime) -> str:
    """What an agency's newest answer amounts to: given, refused, or not_recorded.

    Withdrawn is refused. One that has run out is as if it had never been asked: it must be asked again.
    """
    if consent is None or (consent.expires_at is not None and consent.expires_at <= at):
        return "not_recorded"
    return "given" if consent.answer == Consent.Answer.GIVEN else "refused"


def consent_history(*, case_id: UUID) -> list[Consent]:
    """Every answer recorded on the case, the newest first."""
    return list(
        Consent.objects.filter(case_id=case_id).select_related("agency").order_by("-recorded_at", "-id")
    )
