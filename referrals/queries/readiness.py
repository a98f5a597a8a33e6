"""What a case still needs before it can be routed: what the steps of the case page show and `finish_triage` asks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from pathways.models import Assessment, PathwayVersion
from pathways.pathway import Pathway, read_pathway, required_assessments
from referrals.models import Case, ContactAttempt
from victims.entitlement import age_on
from victims.models import Consent

ANSWERED = (ContactAttempt.Result.SPOKE, ContactAttempt.Result.DECLINED)
INSTRUMENT_WORDS = {"needs-8": "needs assessment", "risk-24": "risk checklist"}
FINISHED = ("triaged", "routed", "closed")


class NoPathwayInForce(Exception):
    """No ratified pathway version is in force on that day: the hub's administrator must bring one in force."""


@dataclass(frozen=True)
class Step:
    """One step of triage.

    code: contact, consent, an instrument's, or finish. wanted: what to do, as a sentence, where it is not done.
    """

    code: str
    words: str
    wanted: str
    done: bool
    is_next: bool = False


def pathway_in_force(*, on: date) -> Pathway:
    """The newest ratified pathway version in force on that day. Raises NoPathwayInForce."""
    version = (
        PathwayVersion.objects.filter(status=PathwayVersion.Status.RATIFIED, in_force_from__lte=on)
        .order_by("-in_force_from", "-number")
        .first()
    )
    if version is None:
        raise NoPathwayInForce("No ratified pathway is in force. Ask the hub's administrator to found one.")
    return read_pathway(version.definition)


def required_instruments(case: Case) -> list[str]:
    """Codes of the instruments that the pathway in force asks for in a case like this, before it is routed."""
    facts: dict[str, object] = {
        "offence_group": case.offence_group,
        "offence_code": case.offence_code or None,
        "offence_properties": sorted(case.offence_properties),
        "flags": sorted(case.flags),
        "entitlement": case.entitlement,
        "age": age_on(case.person.date_of_birth, timezone.localdate(case.reported_at)),
        "area": case.area or None,
    }
    return required_assessments(pathway_in_force(on=timezone.localdate()), facts)


def steps(
    case: Case, *, tried: bool, instruments: Collection[str], consent: bool, no_contact_reason: str = ""
) -> list[Step]:
    """Contact, consent, assessments, finish, in the order of the work; the first that is not done is next.

    tried: whether anybody has tried to reach the person. instruments: codes of those completed.
    consent: whether any agency's answer is recorded. no_contact_reason: why nobody was to try.
    """
    plan = [
        Step(
            "contact",
            "Contact the person",
            "Try to reach the person in a safe way and record it, or say why nobody can.",
            tried or bool(no_contact_reason or case.no_contact_reason),
        ),
        Step(
            "consent",
            "Record consent",
            "Ask which agencies may be told, and record each answer.",
            consent,
        ),
        *(
            Step(code, f"Complete the {words}", f"Complete the {words}.", code in instruments)
            for code in required_instruments(case)
            for words in [INSTRUMENT_WORDS.get(code, code.replace("-", " "))]
        ),
        Step("finish", "Finish triage and route the case", "", case.status in FINISHED),
    ]
    upcoming = next((step.code for step in plan if not step.done), "")
    return [Step(s.code, s.words, s.wanted, s.done, s.code == upcoming) for s in plan]


def missing_for_routing(case: Case, *, no_contact_reason: str = "") -> list[str]:
    """What must be there before triage can be finished and is not, each as a sentence that says what to do."""
    found = steps(
        case,
        tried=ContactAttempt.objects.filter(case=case).exists(),
        instruments=set(
            Assessment.objects.filter(case_id=case.id).values_list("instrument__code", flat=True)
        ),
        consent=Consent.objects.filter(case_id=case.id).exists(),
        no_contact_reason=no_contact_reason,
    )
    return [step.wanted for step in found if step.wanted and not step.done]
