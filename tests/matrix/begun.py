"""How each case of the world begins: as intake leaves its person and itself, and the rows that they came from."""

from django.utils import timezone

from access.context import acting_as_system
from referrals.models import (
    Case,
    FeedRow,
    FeedRun,
    FeedSource,
    Incident,
)
from tests.cast import Cast
from tests.factories import a_case, next_number
from tests.matrix.canaries import HUB, SENT, phone, postcode, word
from tests.matrix.policy import Relation
from tests.matrix.target import Target
from tests.referrals.feeds import a_row
from victims.models import ContactMethod, Identifier, PersonLink, Relationship, SafeAddress


def linked(case: Case) -> str:
    """Another record that is known to be of the same person, and of nobody else of the world."""
    other = a_case(phone="01632960999")  # no canary
    newer, older = sorted((case.person_id, other.person_id), reverse=True)
    with acting_as_system("tests"):
        link = PersonLink(
            person_id=newer,
            other_id=older,
            case_id=case.id,
            linked_by=case.id,
            linked_by_name="tests",
            linked_at=timezone.now(),
        )
        PersonLink.objects.bulk_create([link])
    return str(link.id)


def begun(number: int, name: str, relation: Relation, earlier: Target | None) -> Target:
    """The case as intake leaves it."""
    case = a_case(
        given_names=word(number, "identity", "given"),
        surname=word(number, "identity", "surname"),
        language=word(number, "identity", "language"),
        phone=phone(number),
        email=f"{word(number, 'contact', 'email')}@example.org",
        contact_notes=word(number, "contact", "note"),
        postcode=postcode(number),
        person=earlier.case.person if earlier else None,
        status="triaged",
    )
    with acting_as_system("tests"):
        Incident.objects.filter(case=case).update(
            summary=word(number, "incident", "summary"),
            officer=word(number, "incident", "officer"),
            crime_ref=word(number, "incident", "crime"),
        )
        accused = Relationship.objects.create(
            person=case.person,
            case_id=case.id,
            scheme="northshire-police",
            nominal=word(number, "incident", "nominal"),
            name=word(number, "incident", "perpetrator"),
            kind="EX-PARTNER",
            recorded_at=case.opened_at,
        )
        if earlier is None:
            SafeAddress.objects.create(
                person=case.person,
                place={
                    "lines": word(number, "safe_address", "refuge"),
                    "postcode": postcode(number, safe=True),
                },
                recorded_at=case.opened_at,
            )
            Identifier.objects.create(
                person=case.person, scheme="northshire-police", value=word(number, HUB, "nominal")
            )
        method = ContactMethod.objects.filter(person=case.person_id, kind="mobile").get()
    fills = {
        "reference": case.reference,
        "case": str(case.id),
        "person": str(case.person_id),
        "person_reference": case.person.reference,
        "method": str(method.id),
        "accused": str(accused.id),
        "surname": word(earlier.number if earlier else number, "identity", "surname"),
        "postcode": postcode(number),
    }
    return Target(number, name, relation, case, fills)


def fed(targets: dict[str, Target]) -> FeedRun:
    """The rows that the cases came from, and one that is held: each as the sender wrote it."""
    now = timezone.now()
    with acting_as_system("tests"):
        run = FeedRun.objects.create(
            source=FeedSource.objects.get(code="northshire-police"),
            number=next_number("referrals_run_number"),
            file_name="day.csv",
            sha256="0" * 64,
            encoding="utf-8",
            status=FeedRun.Status.FINISHED,
            received=len(targets) * 2,
            judged=len(targets) * 2,
            counts={"workable": len(targets), "quarantine:no_safe_contact": len(targets)},
            taken_at=now,
            taken_by=Cast().practitioner("priya").id,
            taken_by_name="Priya Nair",
            finished_at=now,
        )
        for line, target in enumerate(targets.values()):
            raw = a_row(SURNAME=word(target.number, SENT, "raw"))
            known = {"person_id": target.case.person_id, "case_id": target.case.id}
            FeedRow.objects.create(
                run=run, line=2 * line, raw=raw, verdict="workable", judged_at=now, **known
            )
            held = FeedRow.objects.create(
                run=run,
                line=2 * line + 1,
                raw=raw,
                verdict="quarantine:no_safe_contact",
                reason="No way of contact is safe.",
                judged_at=now,
                person_id=target.case.person_id,
            )
            target.fills["held"] = str(held.id)
        return run
