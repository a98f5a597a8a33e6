"""Rectification: one named field is corrected, with before and after kept, and every agency that was told hears."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from access.actor import Actor
from access.batches import insert_rows
from access.categories import Category
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.models import Incident, Referral, Research
from rights.actions.requests import STILL_OPEN, RightsRefused, cases_of, decided, locked_request, tell
from rights.models import Correction, Notice, Request
from victims.matching import match_keys
from victims.models import Address, ContactMethod, MatchKey, Person, PersonName
from victims.queries import identities_of


class CorrectionNotValid(RightsRefused):
    """The field cannot be corrected as asked. The message says what to change."""


@dataclass(frozen=True)
class Correctable:
    """One field that can be corrected: its words and category, the row that holds it, and how text becomes it."""

    words: str
    category: Category
    column: str
    row: Callable[[UUID], Model | None]
    read: Callable[[str], Any] = str


def _person(person_id: UUID) -> Model | None:
    return Person.objects.filter(id=person_id).first()


def _name(person_id: UUID) -> Model | None:
    return PersonName.objects.filter(person=person_id).order_by("-recorded_at", "-id").first()


def _way(*kinds: str) -> Callable[[UUID], Model | None]:
    def newest(person_id: UUID) -> Model | None:
        found = ContactMethod.objects.filter(person=person_id, kind__in=kinds)
        return found.order_by("-recorded_at", "-id").first()

    return newest


def _address(person_id: UUID) -> Model | None:
    found = Address.objects.filter(person=person_id)
    return found.order_by("-recorded_at", "-id").first()


def _incident(person_id: UUID) -> Model | None:
    return Incident.objects.filter(case__person=person_id).order_by("-reported_at", "-id").first()


def _sex(text: str) -> str:
    codes = {"male": "1", "female": "2", "not known": "0", "not applicable": "9"}
    return codes.get(text.casefold(), text)


# A safe address is never corrected here: what it was would stand in a record that others are told of.
FIELDS: dict[str, Correctable] = {
    "given_names": Correctable("Given names", Category.IDENTITY, "given_names", _name),
    "surname": Correctable("Surname", Category.IDENTITY, "surname", _name),
    "date_of_birth": Correctable(
        "Date of birth (like 1990-05-17)", Category.IDENTITY, "date_of_birth", _person, date.fromisoformat
    ),
    "sex": Correctable("Sex (male, female, not known)", Category.IDENTITY, "sex", _person, _sex),
    "ethnicity": Correctable("Ethnicity (code of the 18+1)", Category.IDENTITY, "ethnicity", _person),
    "language": Correctable("Language", Category.IDENTITY, "language", _person),
    "telephone": Correctable("Telephone number", Category.CONTACT, "value", _way("mobile", "phone")),
    "email": Correctable("E-mail address", Category.CONTACT, "value", _way("email")),
    "address": Correctable("Address", Category.CONTACT, "lines", _address),
    "postcode": Correctable("Postcode", Category.CONTACT, "postcode", _address),
    "summary": Correctable("What was reported", Category.INCIDENT, "summary", _incident),
}


@transaction.atomic
def correct(*, actor: Actor, request_id: UUID, field: str, after: str, reason: str) -> Correction:
    """Correct one field, keep what it was, and tell each agency that was told that category.

    Raises NotAllowed, RightsRefused, CorrectionNotValid.
    """
    actor.require(Capability.DECIDE_RIGHTS)
    now = timezone.now()
    request = locked_request(actor, request_id, states=STILL_OPEN, kind=Request.Kind.RECTIFICATION)
    if field not in FIELDS:
        raise CorrectionNotValid("Choose the field from the list.")
    if not reason.strip():
        raise CorrectionNotValid("Say how you know that it is right now.")
    wanted = FIELDS[field]
    row = wanted.row(request.person_id)
    if row is None:
        raise CorrectionNotValid("Nothing is recorded there: record it on the case instead.")
    before = str(getattr(row, wanted.column) or "")
    _write(row, wanted, after.strip())
    made = Correction.objects.create(
        request=request,
        person_id=request.person_id,
        field=field,
        category=wanted.category,
        before=before,
        after=after.strip(),
        reason=reason.strip(),
        corrected_by=actor.id,
        corrected_by_name=actor.name,
        corrected_at=now,
    )
    if wanted.category in (Category.IDENTITY, Category.CONTACT):
        _recognise_again(request.person_id)
    tell(request, "person.rectified", at=now, category=wanted.category)
    tell_recipients(
        person_id=request.person_id,
        kind=Notice.Kind.CORRECT,
        at=now,
        category=wanted.category,
        correction=made,
    )
    return made


@transaction.atomic
def finish_rectification(*, actor: Actor, request_id: UUID) -> Request:
    """Close a request when all that was wrong is corrected. Raises NotAllowed, RightsRefused."""
    actor.require(Capability.DECIDE_RIGHTS)
    now = timezone.now()
    request = locked_request(actor, request_id, states=STILL_OPEN, kind=Request.Kind.RECTIFICATION)
    if not request.corrections.exists():
        raise RightsRefused("Nothing was corrected yet: correct a field, or refuse the request with reasons.")
    decided(request, actor, Request.State.DONE, at=now)
    tell(request, "rights.rectified", at=now)
    return request


def tell_recipients(
    *, person_id: UUID, kind: str, at: datetime, category: str = "", correction: Correction | None = None
) -> list[Notice]:
    """A notice and a line in the feed for each referral whose agency was told (the category, where one is given),
    and for each case of which a conference told an agency that has no such referral.
    """
    told = (
        Referral.objects.filter(case__in=cases_of(person_id)).exclude(status="draft").select_related("case")
    )
    if category:
        told = told.filter(categories__contains=[category])
    referrals = list(told.order_by("id"))
    asked = Research.objects.filter(case__in=cases_of(person_id)).select_related("case")
    if category:
        asked = asked.filter(categories__contains=[category])
    known = {(one.case_id, one.agency_id) for one in referrals}
    by_conference = {(one.case_id, one.agency_id): one for one in asked.order_by("id")}
    notices = [
        Notice(
            kind=kind,
            person_id=person_id,
            referral=one,
            agency_id=one.agency_id,
            correction=correction,
            category=category,
            case_reference=one.case.reference,
            told_at=at,
        )
        for one in referrals
    ]
    notices += [
        Notice(
            kind=kind,
            person_id=person_id,
            case_id=one.case_id,
            agency_id=one.agency_id,
            correction=correction,
            category=category,
            case_reference=one.case.reference,
            told_at=at,
        )
        for key, one in by_conference.items()
        if key not in known
    ]
    Notice.objects.bulk_create(notices)
    topic = "record.rectified" if kind == Notice.Kind.CORRECT else "record.erased"
    publish(
        *(
            Happening(
                topic,
                at=at,
                case_id=notice.referral.case_id if notice.referral else notice.case_id,
                referral_id=notice.referral_id,
                data={"notice": str(notice.id), "agency": str(notice.agency_id), "category": category},
                audience=[notice.agency_id],
            )
            for notice in notices
        )
    )
    return notices


def _write(row: Model, wanted: Correctable, after: str) -> None:
    try:
        value = wanted.read(after)
    except ValueError:
        raise CorrectionNotValid(f"{wanted.words}: enter it in that form.") from None
    column = row._meta.get_field(wanted.column)
    limit = getattr(column, "max_length", None)
    if isinstance(value, str) and limit and len(value) > limit:
        raise CorrectionNotValid(f"{wanted.words}: enter at most {limit} letters.")
    setattr(row, wanted.column, value)
    row.save(update_fields=[wanted.column])


def _recognise_again(person_id: UUID) -> None:
    """The keys by which the person is recognised follow what is known now."""
    MatchKey.objects.filter(person=person_id).delete()
    keys = match_keys(identities_of([person_id])[person_id])
    insert_rows(
        MatchKey,
        [{"person_id": person_id, "key": key} for key in dict.fromkeys(keys)],
        rest="ON CONFLICT DO NOTHING",
    )
