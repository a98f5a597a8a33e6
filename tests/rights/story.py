"""What the tests of people's rights start from: a closed case with something in every table, others named in it."""

from datetime import timedelta

from django.utils import timezone

from access.actor import Actor
from access.categories import ALL_CATEGORIES
from access.context import acting_as, acting_as_system
from access.models import Grant
from access.roles import Role
from pathways.models import Assessment, HealthAnswers, InstrumentVersion
from referrals.models import (
    Case,
    ContactAttempt,
    FeedRow,
    FeedRun,
    FeedSource,
    Outcome,
    Referral,
    SourceRecord,
)
from rights.actions.requests import open_request
from rights.models import Request
from tests.factories import a_case, a_referral, a_suggestion
from victims.models import Consent, ContactMethod, Identifier, MatchKey, Relationship, SafeAddress

PERPETRATOR = "Gareth Blackwood"
REFUGE = "Swallow House, 9 Harbour Row"
REFUGE_POSTCODE = "QX7 3ZZ"
SISTERS_NUMBER = "07700900777"
SECRETS = (
    "Blackwood",
    "NOM-4471",
    "PC 9182",
    "Swallow House",
    "Harbour Row",
    "QX7",
    SISTERS_NUMBER,
    "Priya Nair",
)
OWN = ("Marianne", "Oyelaran", "07700900123", "marianne@example.org")


def a_closed_story(
    *, end_state: str = "supported_enhanced", closed_ago: timedelta = timedelta(days=30)
) -> Case:
    """One person with a case that is over, everything about them recorded, a partner told and done."""
    now = timezone.now()
    case = a_case(
        given_names="Marianne",
        surname="Oyelaran",
        phone="07700900123",
        email="marianne@example.org",
        status="closed",
        closed_at=now - closed_ago,
        end_state=end_state,
        opened_ago=closed_ago + timedelta(days=10),
        clock=None,
    )
    referral = a_referral(case, status="completed")
    person = case.person
    with acting_as_system("tests"):
        Referral.objects.filter(id=referral.id).update(
            categories=["identity", "contact"], ended_at=now, why=f"Because {PERPETRATOR} came back."
        )
        Grant.objects.create(
            agency_id=referral.agency_id,
            case_id=case.id,
            person_id=person.id,
            categories=list(ALL_CATEGORIES),
            granted_at=now,
            until=now,
            because=f"referral:{referral.id}",
        )
        case.incidents.update(
            officer="PC 9182",
            summary=f"Seen by {PERPETRATOR}, told PC 9182; ring 01632 960 555 or a@b.example.",
        )
        Relationship.objects.create(
            person=person, case_id=case.id, scheme="northshire-police", nominal="NOM-4471", name=PERPETRATOR,
            kind="EX-PARTNER", recorded_at=now,
        )  # fmt: skip
        ContactMethod.objects.create(
            person=person, kind="mobile", value=SISTERS_NUMBER, safety="safe", rules={"belongs_to": "sister"},
            notes="sister's", recorded_at=now,
        )  # fmt: skip
        SafeAddress.objects.create(
            person=person, place={"lines": REFUGE, "postcode": REFUGE_POSTCODE}, recorded_at=now
        )
        ContactAttempt.objects.create(
            case=case, channel="phone", result="spoke", notes=f"Moved to {REFUGE}, {REFUGE_POSTCODE}, in QX7.",
            attempted_by=person.id, attempted_by_name="Priya Nair", attempted_at=now - closed_ago,
        )  # fmt: skip
        Consent.objects.create(
            person=person, case_id=case.id, agency_id=referral.agency_id, answer="given", categories=["identity"],
            how="by phone", recorded_by=person.id, recorded_by_name="Priya Nair", recorded_at=now,
        )  # fmt: skip
        Identifier.objects.create(person=person, scheme="northshire-police", value="P-88121")
        MatchKey.objects.create(person=person, key="1990-05-17 oyelaran")
        instrument = InstrumentVersion.objects.filter(code="needs-8").latest("edition")
        health, other = (item["code"] for item in instrument.definition["items"][:2])
        made = Assessment.objects.create(
            case_id=case.id, person_id=person.id, instrument=instrument, answers={other: {"need": "no"}},
            score={"count": 0}, rationale=f"Afraid of {PERPETRATOR.split()[0]}.", completed_by=person.id,
            completed_by_name="Priya Nair", completed_at=now,
        )  # fmt: skip
        HealthAnswers.objects.create(
            assessment=made, case_id=case.id, answers={health: {"need": "yes", "severity": 2}}
        )
        run = FeedRun.objects.create(
            source=FeedSource.objects.get(code="northshire-police"), number=900_000 + int(case.reference[-6:]),
            file_name="day.csv", sha256="0" * 64, encoding="utf-8", received=1, taken_at=now, taken_by=person.id,
            taken_by_name="tests", status="finished", finished_at=now, judged=1,
        )  # fmt: skip
        row = FeedRow.objects.create(
            run=run, line=0, raw={"surname": "Oyelaran"}, verdict="workable", reason="Oyelaran",
            person_id=person.id, case_id=case.id, judged_at=now,
        )  # fmt: skip
        SourceRecord.objects.create(
            source=run.source, key=f"NS/{run.number}/26|P-88121", update_no=1, content_hash="1" * 64,
            verdict="workable", row_id=row.id, person_id=person.id, case_id=case.id,
        )  # fmt: skip
    partner = Actor(
        kind="client",
        id=referral.agency_id,
        name="case system",
        role=Role.CLIENT,
        agency_id=referral.agency_id,
    )
    with acting_as(partner):
        Outcome.objects.create(
            referral=referral, agency_id=referral.agency_id, domain="coping", result="improved",
            notes="Sleeps again.", recorded_by_name="Ruth Silva", recorded_at=now,
        )  # fmt: skip
    a_suggestion(person, a_case().person)
    return case


def asked(cast, case: Case, kind: str, *, by: str = "priya") -> Request:
    """A request of the person's, put on record today."""
    actor = cast.actor(by)
    with acting_as(actor):
        return open_request(
            actor=actor,
            person_id=case.person_id,
            kind=kind,
            asked_by="Herself",
            identity_check="Called back on her own number",
            received_on=timezone.localdate(),
        )
