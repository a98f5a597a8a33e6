"""What tests start from, in the field's words: inserted as the system actor "tests", as policies ask for."""

from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID

from django.db import connection
from django.utils import timezone

from access.categories import ALL_CATEGORIES
from access.context import acting_as_system, hub_id
from access.ids import new_id
from access.models import Grant
from agencies.models import Agreement, Service
from pathways.models import PathwayVersion
from referrals.decision import Decision
from referrals.models import Case, Clock, FeedSource, Incident, Offence, Referral, RoutingDecision
from victims.matching import Line, Resemblance, as_evidence
from victims.models import Address, ContactMethod, Person, PersonName, SamePersonSuggestion

_surnames = count(1)


def next_number(sequence: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [sequence])
        return cursor.fetchone()[0]


def a_case(
    *,
    given_names: str = "Jane",
    surname: str | None = None,
    date_of_birth: date | None = date(1990, 5, 17),
    language: str = "",
    interpreter: bool = False,
    phone: str | None = None,
    email: str | None = None,
    safety: str = "safe",
    contact_rules: dict[str, object] | None = None,
    contact_notes: str = "",
    postcode: str = "NS1 4AB",
    offence: str = "105/01",
    offence_label: str | None = None,
    offence_group: str | None = None,
    properties: list[str] | None = None,
    flags: tuple[str, ...] | list[str] = (),
    status: str = "new",
    entitlement: str = "standard",
    entitlement_reason: str = "no rule for enhanced matched",
    risk: str = "not_assessed",
    due_in: timedelta = timedelta(hours=4),
    clock: str | None = "first_contact",
    opened_ago: timedelta = timedelta(hours=1),
    assigned_to: UUID | None = None,
    incident_count: int = 1,
    decision_wanted: str = "",
    closed_at: datetime | None = None,
    end_state: str = "",
    person: Person | None = None,
    case_id: UUID | None = None,
) -> Case:
    """One case as intake leaves it: the hub's grant, person, name, ways to reach them, incident and clock.

    due_in: from now until the `clock` (a rule's name; None for no clock) runs out; negative is overdue.
    properties: of the offence; as the offence table says unless given. person: somebody already made
    here, for a further case. Returns the case; `case.person` is loaded.
    """
    now = timezone.now()
    opened_at = now - opened_ago
    case_id = case_id or new_id()
    with acting_as_system("tests"):
        is_new = person is None
        person = person or Person(
            reference=f"P-26-{next_number('referrals_person_number'):06d}",
            date_of_birth=date_of_birth,
            language=language,
            interpreter=interpreter,
            created_at=opened_at,
        )
        Grant.objects.bulk_create(
            [
                Grant(
                    agency_id=hub_id(),
                    case_id=case_id,
                    person_id=person.id,
                    categories=list(ALL_CATEGORIES),
                    granted_at=opened_at,
                    because="hub",
                )
            ]
        )
        if is_new:
            _insert(person)
            PersonName.objects.create(
                person=person,
                given_names=given_names,
                surname=surname if surname is not None else f"Surname{next(_surnames)}",
                recorded_at=opened_at,
            )
            ways = (("mobile", phone or f"0770090{next(_surnames) % 10000:04d}"), ("email", email))
            for kind, value in ways:
                if value:
                    ContactMethod.objects.create(
                        person=person,
                        kind=kind,
                        value=value,
                        safety=safety,
                        rules=contact_rules or {},
                        notes=contact_notes,
                        recorded_at=opened_at,
                    )
            if postcode:
                Address.objects.create(
                    person=person, lines="1 High Street", postcode=postcode, recorded_at=opened_at
                )
        known = Offence.objects.filter(code=offence).first()
        label = offence_label or (known.label if known else "Assault with injury")
        group = offence_group or (known.group if known else "violence")
        if properties is None:
            properties = list(known.properties) if known else []
        case = Case(
            id=case_id,
            reference=f"VRH-26-{next_number('referrals_case_number'):06d}",
            person=person,
            status=status,
            source_name="Northshire Police",
            opened_at=opened_at,
            reported_at=opened_at - timedelta(hours=5),
            offence_code=offence,
            offence_label=label,
            offence_group=group,
            offence_properties=properties,
            flags=list(flags),
            area=postcode.split()[0] if postcode else "",
            entitlement=entitlement,
            entitlement_reason=entitlement_reason,
            risk=risk,
            incident_count=incident_count,
            due_at=now + due_in,
            assigned_to=assigned_to,
            decision_wanted=decision_wanted,
            closed_at=closed_at,
            end_state=end_state,
        )
        _insert(case)
        source = FeedSource.objects.get(code="northshire-police")
        for earlier in range(incident_count):
            Incident.objects.create(
                case=case,
                source=source,
                crime_ref=f"NS/{case.reference[-6:]}/{26 + earlier}",
                offence_code=offence,
                offence_label=label,
                offence_group=group,
                flags=list(flags),
                reported_at=case.reported_at - timedelta(days=earlier),
                officer="PC 4127",
                summary="Reported by telephone.",
                recorded_at=opened_at,
            )
        if clock:
            Clock.objects.create(
                case=case, rule=clock, edition="tests", started_at=opened_at, due_at=case.due_at
            )
        return case


def fresh(case: Case) -> Case:
    """The case with its person, as it stands now."""
    with acting_as_system("tests"):
        return Case.objects.select_related("person").get(id=case.id)


def a_suggestion(
    person: Person, other: Person, *, verdict: str = "same", score: float = 9.0
) -> SamePersonSuggestion:
    """That two people may be one, still to be looked at: surname and telephone agree, and the given name does not."""
    lines = (
        Line("given_name", "near", -1.5),
        Line("surname", "same", 8.0),
        Line("telephone", "same", 11.0),
        Line("e-mail", "", 0.0),
    )
    likeness = Resemblance(score, verdict, True, "household", -8.5, lines)
    with acting_as_system("tests"):
        return SamePersonSuggestion.objects.create(
            person=person,
            other=other,
            score=score,
            verdict=verdict,
            evidence=as_evidence(likeness),
            suggested_at=timezone.now(),
        )


def a_decision(case: Case, *, facts: dict[str, object] | None = None) -> RoutingDecision:
    """A routing decision about the case by the newest version, with these facts kept; it made no referral."""
    with acting_as_system("tests"):
        return RoutingDecision.objects.create(
            case=case,
            versions=[PathwayVersion.objects.latest("number").id],
            asked_by=f"test:{new_id()}",
            facts=facts or {},
            offers=[],
            tried={},
            decision=Decision(entered=True).to_json(),
            decided_at=timezone.now(),
            decided_by="tests",
        )


def a_referral(
    case: Case,
    *,
    status: str = "sent",
    service: str = "victim-care",
    answer_due_in: timedelta = timedelta(days=1),
    reason_code: str = "",
) -> Referral:
    """One referral of the case to a service, as routing leaves it; no grant is given with it."""
    now = timezone.now()
    with acting_as_system("tests"):
        offered = Service.objects.select_related("team").get(code=service)
        version = PathwayVersion.objects.latest("number")
        decision = a_decision(case)
        return Referral.objects.create(
            case=case,
            decision=decision,
            pathway_version=version,
            agency_id=offered.team.agency_id,
            team=offered.team,
            service=offered,
            agreement_id=Agreement.objects.values_list("id", flat=True)[0],
            route="a route",
            status=status,
            purpose="victim_support",
            basis="consent",
            categories=["identity"],
            why="Because the person asked for it.",
            sent_at=now,
            answer_due_at=now + answer_due_in,
            reason_code=reason_code,
        )


def _insert(row: Person | Case) -> None:
    # bulk_create inserts without asking first whether the row is there: a policy could hide it.
    type(row)._default_manager.bulk_create([row])
