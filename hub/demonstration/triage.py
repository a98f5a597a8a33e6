"""The demonstration's triage: each case is taken, called, asked and assessed by the verbs that people use."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from access.actor import Actor
from access.context import acting_as, acting_as_system
from agencies.models import Agency
from hub.demonstration.casework import write_on
from pathways.models import InstrumentVersion
from referrals.actions import triage
from referrals.actions.assess import assess_case
from referrals.actions.clock_verbs import pause_clock, record_development
from referrals.actions.conflicts import record_employer
from referrals.actions.contact import record_contact
from referrals.models import Case
from victims.actions.access_needs import record_access_needs
from victims.actions.consent import record_consent
from victims.models import ContactMethod, Relationship


def triage_cases(who: Callable[[str], Actor]) -> None:
    """Of every eight cases: five go all the way, one is begun, one is only claimed, one waits for anybody."""
    team = [who(f"{name}@northshire.example") for name in ("priya.nair", "liam.byrne", "dana.ahmed")]
    with acting_as_system("demonstration"):
        cases = list(Case.objects.filter(status="new").order_by("reference"))
    for number, case in enumerate(cases):
        actor = team[number % len(team)]
        step = number % 8
        if step == 7:
            continue
        with acting_as(actor):
            triage.assign(actor=actor, case_id=case.id, to=actor.id)
            if step == 6:
                continue
            if not _reach(actor, case):
                triage.suspend_case(
                    actor=actor,
                    case_id=case.id,
                    reason="No way of contact on the record is known to be safe.",
                )
                continue
            if step == 5:
                _record(actor, case, "key_development:bail", ago=timedelta(days=1))
                waits = case.clocks.filter(rule="referral", state="running").first()
                if waits is not None and waits.due_at > timezone.now():
                    pause_clock(actor=actor, case_id=case.id, clock_id=waits.id, reason="awaiting_consent")
                continue
            if number % 3:
                _record(actor, case, "rights_given")
            _consent(actor, case, number)
            _ask_needs(actor, case, number)
            write_on(case, actor=actor, number=number)
            _assess(actor, case, number)
            triage.finish_triage(actor=actor, case_id=case.id)


def _record(actor: Actor, case: Case, event: str, *, ago: timedelta = timedelta(0)) -> None:
    """Something that happened, by which clocks start and end."""
    record_development(actor=actor, case_id=case.id, event=event, happened_at=timezone.now() - ago)


def _reach(actor: Actor, case: Case) -> bool:
    """A call by the first way that is safe now. False where none is, as for a practitioner."""
    for method in ContactMethod.objects.filter(person_id=case.person_id).order_by("kind"):
        channel = {"mobile": "phone", "phone": "phone", "email": "email"}[method.kind]
        try:
            record_contact(
                actor=actor,
                case_id=case.id,
                contact_method_id=method.id,
                channel=channel,
                result="spoke" if channel == "phone" else "sent",
                notes="",
            )
        except triage.TriageRefused:
            continue
        return True
    return False


def _consent(actor: Actor, case: Case, number: int) -> None:
    refused = "victim-care" if number % 13 == 5 else None
    for agency in Agency.objects.filter(kind=Agency.Kind.PARTNER).order_by("code"):
        answer = "refused" if agency.code == refused else "given"
        record_consent(
            actor=actor,
            case_id=case.id,
            person_id=case.person_id,
            agency=agency,
            answer=answer,
            categories=["identity", "contact", "incident", "assessment", "notes"],
            how="by phone",
            expires_at=timezone.now() + timedelta(days=365),
        )


def _ask_needs(actor: Actor, case: Case, number: int) -> None:
    """Of every three somebody is asked what they need; once the alleged perpetrator works for a partner."""
    if number % 3 == 0:
        needs = ([], ["step_free"], ["easy_read", "by_phone"], ["hearing"])[number // 3 % 4]
        record_access_needs(
            actor=actor,
            case_id=case.id,
            person_id=case.person_id,
            needs=needs,
            language=case.person.language,
            interpreter=case.person.interpreter,
        )
    accused = Relationship.objects.filter(case_id=case.id).order_by("id").first()
    if accused is not None and not Relationship.objects.filter(employer__isnull=False).exists():
        housing = Agency.objects.get(code="housing-options")
        record_employer(actor=actor, case_id=case.id, accused_id=accused.id, agency_id=housing.id)


def _assess(actor: Actor, case: Case, number: int) -> None:
    needs = InstrumentVersion.objects.filter(code="needs-8").latest("edition").definition["items"]
    answers: dict[str, Any] = {
        item["code"]: {"need": "yes", "severity": 1 + (number + place) % 3}
        if (number + place) % 3 == 0
        else {"need": "no"}
        for place, item in enumerate(needs)
    }
    assess_case(
        actor=actor,
        case_id=case.id,
        instrument_code="needs-8",
        answers=answers,
        stage="start",
        judgement="",
        rationale="",
    )
    if "risk_checklist" in case.offence_properties or "domestic_abuse" in case.flags:
        items = InstrumentVersion.objects.filter(code="risk-24").latest("edition").definition["items"]
        yes = (4, 9, 16)[number % 3]
        risk = {item["code"]: "yes" if place < yes else "no" for place, item in enumerate(items)}
        assess_case(
            actor=actor,
            case_id=case.id,
            instrument_code="risk-24",
            answers=risk,
            stage="start",
            judgement="",
            rationale="",
        )
