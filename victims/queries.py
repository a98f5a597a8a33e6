"""Reads over people: who is known, who may be one, and how to name them in public."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from access.models import SameAs
from victims.matching import (
    MOST_OF_ONE_KEY,
    Identity,
    Resemblance,
    born_on,
    compare,
    marks,
    match_keys,
    nearest,
)
from victims.matching import Address as Home
from victims.matching.estimate import Corrections, corrected
from victims.matching.model import Model, frozen_model
from victims.models import (
    AccessNeeds,
    Consent,
    Deduplication,
    Identifier,
    MatchKey,
    Person,
    PersonLink,
    RecognitionWeights,
    Relationship,
    SafeAddress,
    SamePersonSuggestion,
)
from victims.strictest import Stand, stand_of, strictest

NEWEST = 20

# In one trip, for dozens of candidates a lookup and thousands a chunk of a feed. A sister's number says nothing about
# who somebody is.
IDENTITIES = """
SELECT person.id, person.date_of_birth, person.sex, name.given_names, name.surname, reach.phones, reach.emails,
  ARRAY(SELECT ARRAY[home.lines, home.postcode]::text[] FROM victims_address home WHERE home.person_id = person.id)
FROM victims_person person LEFT JOIN LATERAL (
  SELECT given_names, surname FROM victims_personname
  WHERE person_id = person.id ORDER BY recorded_at DESC, id DESC LIMIT 1) name ON true CROSS JOIN LATERAL (
  SELECT array_agg(value) FILTER (WHERE kind <> 'email') AS phones,
    array_agg(value) FILTER (WHERE kind = 'email') AS emails
  FROM victims_contactmethod WHERE person_id = person.id AND NOT rules ? 'belongs_to') reach
WHERE person.id = ANY (%s)
"""


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


def same_as(people: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """By person: everybody who is known to be one human being with them, and they themselves.

    Whoever asks: who sees one of them in the hub sees all; to a partner nothing of this is shown.
    """
    wanted = list(set(people))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT one, access_same_as(one) FROM unnest(%s::uuid[]) AS one", [wanted])
        return {person: set(same) for person, same in cursor.fetchall()}


def links_of(people: Iterable[UUID]) -> list[PersonLink]:
    """The links that stand between these people and others, the oldest first; those that the actor may see."""
    wanted = set(people)
    standing = PersonLink.objects.filter(Q(person__in=wanted) | Q(other__in=wanted), ended_at__isnull=True)
    return list(standing.order_by("linked_at", "id"))


def found_different(some: Iterable[UUID], others: Iterable[UUID]) -> tuple[UUID, UUID] | None:
    """One of the some and one of the others who were found to be different people; None where nobody was."""
    ours, theirs = set(some), set(others)
    pairs = Q(person__in=ours, other__in=theirs) | Q(person__in=theirs, other__in=ours)
    rejected = SamePersonSuggestion.objects.filter(pairs, state=SamePersonSuggestion.State.REJECTED)
    return rejected.values_list("person_id", "other_id").first()


def weights_in_force() -> Model:
    """The weights that people are recognised by: as shipped, or the newest correction of them that was accepted."""
    shipped = frozen_model()
    held = RecognitionWeights.objects.filter(base=shipped.version, state=RecognitionWeights.State.ACCEPTED)
    newest = held.order_by("-number").first()
    return shipped if newest is None else as_model(newest)


def as_model(weights: RecognitionWeights) -> Model:
    """The shipped weights with these corrections."""
    return corrected(frozen_model(), weights.corrections, version=weights.version)


def corrections_by_version() -> dict[str, Corrections]:
    """By version of the weights, what it adds to the shipped weights of this release: those ever in force."""
    shipped = frozen_model().version
    states = (RecognitionWeights.State.ACCEPTED, RecognitionWeights.State.WITHDRAWN)
    held = RecognitionWeights.objects.filter(base=shipped, state__in=states)
    return {shipped: {}, **{one.version: one.corrections for one in held}}


def estimates() -> list[RecognitionWeights]:
    """The newest estimates of the weights, the newest first."""
    return list(RecognitionWeights.objects.order_by("-started_at", "-id")[:NEWEST])


def deduplications() -> list[Deduplication]:
    """The newest comparisons of everybody, the newest first."""
    return list(Deduplication.objects.order_by("-started_at", "-id")[:NEWEST])


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


def keys_of(people: Iterable[UUID]) -> dict[UUID, list[str]]:
    """By person: the match keys held."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for person, key in MatchKey.objects.filter(person__in=list(people)).values_list("person_id", "key"):
        found[person].append(key)
    return found


def known_pairs(people: Iterable[UUID]) -> set[tuple[UUID, UUID]]:
    """Pairs with any of these people that were suggested once, whatever was answered, the newer first."""
    wanted = set(people)
    suggested = SamePersonSuggestion.objects.filter(Q(person__in=wanted) | Q(other__in=wanted))
    return {(max(pair), min(pair)) for pair in suggested.values_list("person_id", "other_id")}


def identities_of(people: Iterable[UUID]) -> dict[UUID, Identity]:
    """What each of the people is recognised by: newest name, date of birth, sex, contacts and addresses."""
    with connection.cursor() as cursor:
        cursor.execute(IDENTITIES, [list(set(people))])
        return {
            person: Identity(
                given or "",
                surname or "",
                born=born_on(born),
                sex=sex,
                phones=frozenset(phones or ()),
                emails=frozenset(emails or ()),
                addresses=frozenset(Home(*home) for home in homes),
            )
            for person, born, sex, given, surname, phones, emails, homes in cursor.fetchall()
        }


def safe_addresses_of(people: Iterable[UUID]) -> dict[UUID, SafeAddress]:
    """By person: the safe address as last recorded; only of those that the actor may see. Open it one by one."""
    newest = SafeAddress.objects.filter(person__in=list(people)).order_by("person_id", "-recorded_at", "-id")
    return {one.person_id: one for one in newest.distinct("person_id")}


def safe_addresses(person: UUID) -> QuerySet[SafeAddress]:
    """Where one person is safe, as last recorded first."""
    return SafeAddress.objects.filter(person=person).order_by("-recorded_at", "-id")


def access_needs(people: Iterable[UUID]) -> QuerySet[AccessNeeds]:
    """What a person, of one record or several, answered when they were asked what they need; the newest first."""
    return AccessNeeds.objects.filter(person__in=list(people)).order_by("-recorded_at", "-id")


def who_may_be(one: Identity) -> list[tuple[UUID, Resemblance]]:
    """The people held who may be this one, the likeliest first. The caller records the look."""
    near = nearest(people_by_key(match_keys(one)).values())
    weights = weights_in_force()
    found = [
        (person, likeness)
        for person, held in identities_of(near).items()
        if (likeness := compare(one, held, weights)) is not None
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


def standing_consents(
    *, case_id: UUID, person_id: UUID, at: datetime, same: set[UUID] | None = None
) -> dict[UUID, Stand]:
    """By agency: what may be told on the case, the strictest of it and of everybody known to be one with the person.

    same: who is one with the person, where the caller has asked for it already.
    For the hub. Who is not linked with anybody has what `current_consents` say.
    """
    own = current_consents(case_id=case_id)
    same = same_as([person_id])[person_id] if same is None else same
    others = same - {person_id}
    one = SameAs.objects.filter(person_id=person_id).first() if others else None
    theirs: dict[UUID, list[Consent]] = defaultdict(list)
    if one is not None:
        newest = Consent.objects.filter(person__in=others).order_by(
            "person_id", "agency_id", "-recorded_at", "-id"
        )
        for said in newest.distinct("person_id", "agency_id"):
            theirs[said.agency_id].append(said)
    return {
        agency: strictest(own.get(agency), theirs.get(agency, ()), since=one.since if one else None, at=at)
        for agency in own.keys() | theirs.keys()
    }


def consent_stands(consent: Consent | None, *, at: datetime) -> str:
    """What an agency's newest answer amounts to: given, refused, or not_recorded.

    Withdrawn is refused. One that has run out is as if it had never been asked: it must be asked again.
    """
    return stand_of(consent, at=at)


def consent_history(*, case_id: UUID) -> list[Consent]:
    """Every answer recorded on the case, the newest first."""
    return list(
        Consent.objects.filter(case_id=case_id).select_related("agency").order_by("-recorded_at", "-id")
    )
