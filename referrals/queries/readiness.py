"""What a case still needs before it can be routed: what the steps of the case page show and `finish_triage` asks."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from pathways.models import Assessment
from pathways.pathway import read_pathway, required_assessments
from pathways.queries.versions import NoPathway
from referrals.models import Case, ContactAttempt
from referrals.queries.facts import intake_facts
from referrals.queries.rulebook import versions_for
from victims.models import Consent

ANSWERED = (ContactAttempt.Result.SPOKE, ContactAttempt.Result.DECLINED)
INSTRUMENT_WORDS = {"needs-8": "needs assessment", "risk-24": "risk checklist"}
FINISHED = ("triaged", "routed", "closed")


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
    is_assessment: bool = False


def required_instruments(case: Case) -> list[str]:
    """Codes of the instruments that the case's pathways ask for in a case like this, before it is routed.

    Raises pathways.queries.versions.NoPathway.
    """
    pathways = [read_pathway(version.definition) for version in versions_for(case)]
    return required_assessments(pathways, intake_facts(case))


def steps(
    case: Case, *, tried: bool, instruments: Collection[str], consent: bool, no_contact_reason: str = ""
) -> list[Step]:
    """Contact, consent, assessments, finish, in the order of the work; the first that is not done is next.

    tried: whether anybody has tried to reach the person. instruments: codes of those completed.
    consent: whether any agency's answer is recorded. no_contact_reason: why nobody was to try.
    """
    try:
        wanted = [_assessment(code, done=code in instruments) for code in required_instruments(case)]
    except NoPathway as nowhere:
        wanted = [Step("pathway", "Wait for a pathway in force", str(nowhere), done=False)]
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
        *wanted,
        Step("finish", "Finish triage and route the case", "", case.status in FINISHED),
    ]
    upcoming = next((step.code for step in plan if not step.done), "")
    return [replace(step, is_next=step.code == upcoming) for step in plan]


def _assessment(code: str, *, done: bool) -> Step:
    words = f"Complete the {INSTRUMENT_WORDS.get(code, code.replace('-', ' '))}"
    return Step(code, words, f"{words}.", done, is_assessment=True)


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
