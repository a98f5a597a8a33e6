"""One search for anybody: by reference, name, telephone, e-mail, postcode, or a sender's number.

Every way in is an equality or a likeness that an index answers, and at most FEW people come back: whoever
searches is told to say more. What the actor may not see is not there: the policies decide, row by row.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, FloatField, Func, Q, QuerySet, TextField, Value
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from referrals import scope
from referrals.models import Case, Incident
from referrals.queries.people import NAMELESS, Name, names_by_person
from referrals.workflow import CASE_STATUSES, STATUS_WORDS
from victims.models import Address, ContactMethod, Identifier, Person, PersonName
from victims.normalise import email, postcode, telephone

FEW = 25
LOOKED_AT = 300
"""Names that are weighed against each other; beyond them a name is too common to be told by itself."""
ALIKE, QUITE_ALIKE = 0.95, 0.45
"""Word similarity of pg_trgm: the same but for spelling marks, and with one slip in a short name."""
SHORTEST = 2
FIRST_YEAR = 2020
REFERENCE = re.compile(r"(?:VRH-)?(?:(\d{2})-)?0*(\d{1,9})", re.IGNORECASE)
PERSON_REFERENCE = re.compile(r"P-(\d{2})-0*(\d{1,9})", re.IGNORECASE)
MOST_HITS = 200


@dataclass(frozen=True)
class Hit:
    """One case of somebody found, and for a partner the referral that it has of it."""

    case_reference: str
    referral_id: UUID | None
    words: str
    since: datetime


@dataclass(frozen=True)
class Found:
    """Somebody who was found, and by what."""

    person_id: UUID
    name: Name
    born: date | None
    by: list[str]
    hits: list[Hit] = field(default_factory=list)


@dataclass(frozen=True)
class Finding:
    """What a search came to. more: others were found too, and the search should say more."""

    people: list[Found]
    more: bool = False


def find(*, actor: Actor, text: str) -> Finding:
    """Whoever the text may mean, the likeliest first, each with their cases or the agency's referrals."""
    if not (actor.can(Capability.SEE_CASES) or actor.can(Capability.SEE_REFERRALS)):
        actor.require(Capability.SEE_CASES)
    text = " ".join(text.replace("\0", "").split())
    if len(text) < SHORTEST:
        return Finding([])
    found: dict[UUID, list[str]] = defaultdict(list)
    for words, people in (*_exactly(text), ("name", _by_name(text))):
        for person in people:
            if words not in found[person]:
                found[person].append(words)
    chosen = list(found)[:FEW]
    hits = _hits(actor, chosen)
    names = names_by_person(chosen)
    born = dict(Person.objects.filter(id__in=chosen).values_list("id", "date_of_birth"))
    shown = [
        Found(person, names.get(person, NAMELESS), born.get(person), found[person], hits[person])
        for person in chosen
        if person in hits
    ]
    return Finding(shown, more=len(found) > FEW)


def _exactly(text: str) -> Iterable[tuple[str, list[UUID]]]:
    """People by what has to be equal: in words what it was, and who."""
    compact = text.replace(" ", "")
    if asked := REFERENCE.fullmatch(compact):
        yield "reference", _few(Case.objects.filter(reference__in=_references(asked)), "person_id")
    if asked := PERSON_REFERENCE.fullmatch(compact):
        reference = f"P-{asked[1]}-{int(asked[2]):06d}"
        yield "reference", _few(Person.objects.filter(reference=reference), "id")
    if number := telephone(text):
        yield "telephone", _few(ContactMethod.objects.filter(value=number.number), "person_id")
    if mail := email(text):
        yield "e-mail", _few(ContactMethod.objects.filter(value=mail), "person_id")
    if code := postcode(text):
        yield "postcode", _few(Address.objects.filter(postcode=code), "person_id")
    if any(letter.isdigit() for letter in text):
        crime = Q(crime_ref=text) | Q(occurrence_ref=text)
        yield "crime reference", _few(Incident.objects.filter(crime), "case__person_id")
        yield "sender's number", _few(Identifier.objects.filter(value=text), "person_id")


def _few(rows: QuerySet[Any], column: str) -> list[UUID]:
    return list(rows.values_list(column, flat=True)[: FEW + 1])


def _references(asked: re.Match[str]) -> list[str]:
    """A number without its year may be of any year since the first hub."""
    this_year = timezone.localdate().year
    years = [int(asked[1])] if asked[1] else [year % 100 for year in range(this_year, FIRST_YEAR - 1, -1)]
    return [f"VRH-{year:02d}-{int(asked[2]):06d}" for year in years]


def _by_name(text: str) -> list[UUID]:
    """People who bear the name, or one like it where few do."""
    if not any(letter.isalpha() for letter in text):
        return []
    found = _named(text, ALIKE)
    if len(found) <= FEW:
        found += [person for person in _named(text, QUITE_ALIKE) if person not in found]
    return found


def _named(text: str, threshold: float) -> list[UUID]:
    folded = Func(Value(text), Value(""), function="victims_folded", output_field=TextField())
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(threshold)])
    alike = PersonName.objects.filter(folded__trigram_word_similar=folded)[:LOOKED_AT]
    likeness = Func(folded, F("folded"), function="word_similarity", output_field=FloatField())
    ranked = PersonName.objects.filter(id__in=list(alike.values_list("id", flat=True))).annotate(
        likeness=likeness
    )
    rows = ranked.order_by(F("likeness").desc(), "-recorded_at", "-id").values_list("person_id", flat=True)
    return list(dict.fromkeys(rows[: FEW * 2]))


def _hits(actor: Actor, people: list[UUID]) -> dict[UUID, list[Hit]]:
    """By person: their cases where the actor works cases, else the referrals to the actor's agency. Newest first."""
    hits: dict[UUID, list[Hit]] = defaultdict(list)
    if actor.can(Capability.SEE_CASES):
        for case in scope.cases(actor).filter(person__in=people).order_by("-opened_at")[:MOST_HITS]:
            hits[case.person_id].append(Hit(case.reference, None, CASE_STATUSES[case.status], case.opened_at))
        return hits
    sent = (
        scope.referrals(actor).exclude(status="draft").filter(case__person__in=people).select_related("case")
    )
    for referral in sent.order_by("-id")[:MOST_HITS]:
        words = STATUS_WORDS[referral.status]
        hits[referral.case.person_id].append(
            Hit(referral.case.reference, referral.id, words, referral.sent_at)
        )
    return hits
