"""A case on its way along the road, made through the product's verbs, for tests that begin further on."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Grant
from agencies.models import Agency
from hub.integrity import check_all
from messaging.events import Happening, publish
from messaging.relay import run_due
from pathways.models import InstrumentVersion
from referrals.actions import referral as verbs
from referrals.actions.assess import assess_case
from referrals.actions.closing import close_case
from referrals.actions.consent import AgencyAnswer, record_consents
from referrals.actions.contact import record_contact
from referrals.actions.triage import finish_triage
from referrals.models import Case, Referral, RoutingDecision
from tests.factories import a_case, fresh
from victims.models import ContactMethod

TOLD = ("identity", "contact", "incident", "assessment")
PARTNERS = ("safe-steps", "calder-house", "young-voices", "victim-care", "housing-options", "health-board")


def triaged(
    cast,
    *,
    consents: Iterable[str] = PARTNERS,
    refused: Iterable[str] = (),
    risk: str = "",
    needs: Iterable[str] = (),
    **given,
) -> Case:
    """A case whose triage priya has just finished; nothing of what follows is done yet.

    consents, refused: codes of agencies. risk: standard, medium or high, for a case that the pathway wants
    assessed. needs: codes of needs of severity 2.
    """
    case = a_case(**given)
    with acting_as_system("tests"):
        opened = {"to_status": case.status, "entitlement": case.entitlement}
        publish(Happening("case.opened", at=case.opened_at, case_id=case.id, data=opened))
    with acting_as(cast.actor("priya")) as priya:
        method = ContactMethod.objects.filter(person=case.person_id).first()
        record_contact(
            actor=priya, case_id=case.id, contact_method_id=method.id, channel="phone", result="spoke"
        )
        consent(cast, case, consents=consents, refused=refused)
        items = InstrumentVersion.objects.filter(code="needs-8").latest("edition").definition["items"]
        answers = {
            item["code"]: {"need": "yes", "severity": 2} if item["need"] in needs else {"need": "no"}
            for item in items
        }
        assess_case(actor=priya, case_id=case.id, instrument_code="needs-8", answers=answers)
        if risk:
            assess_risk(cast, case, risk)
        finish_triage(actor=priya, case_id=case.id)
    return fresh(case)


def consent(
    cast,
    case: Case,
    *,
    consents: Iterable[str] = (),
    refused: Iterable[str] = (),
    withdrawn: Iterable[str] = (),
    categories: Iterable[str] = TOLD,
) -> None:
    """What the person says of these agencies, recorded by priya."""
    with acting_as(cast.actor("priya")) as priya:
        ids = dict(Agency.objects.values_list("code", "id"))
        answers = [AgencyAnswer(ids[code], "given", tuple(categories)) for code in consents]
        answers += [AgencyAnswer(ids[code], "refused") for code in refused]
        answers += [AgencyAnswer(ids[code], "withdrawn") for code in withdrawn]
        if answers:
            record_consents(actor=priya, case_id=case.id, answers=answers, how="by phone")


def assess_risk(cast, case: Case, grade: str) -> None:
    """A risk checklist with as many yeses as make the grade; medium is priya's judgement."""
    yes = 16 if grade == "high" else 4
    judged = {"judgement": grade, "rationale": "She is frightened."} if grade == "medium" else {}
    with acting_as(cast.actor("priya")) as priya:
        items = InstrumentVersion.objects.filter(code="risk-24").latest("edition").definition["items"]
        answers = {item["code"]: "yes" if place < yes else "no" for place, item in enumerate(items)}
        assess_case(actor=priya, case_id=case.id, instrument_code="risk-24", answers=answers, **judged)


def routed(cast, **given) -> Case:
    """The same, and everything that follows done by the relay."""
    case = triaged(cast, **given)
    run_due()
    return fresh(case)


def case_of(referral: Referral) -> Case:
    """The case of a referral, as it stands now."""
    with acting_as_system("tests"):
        return Case.objects.select_related("person").get(id=referral.case_id)


def referrals_of(case: Case) -> list[Referral]:
    """All of the case's referrals, in the order in which they were made."""
    with acting_as_system("tests"):
        return list(
            Referral.objects.filter(case=case)
            .select_related("agency", "service", "pathway_version")
            .order_by("id")
        )


def the_referral(case: Case) -> Referral:
    """The one referral of the case."""
    (referral,) = referrals_of(case)
    return referral


def sights(case: Case) -> dict[str, list[str]]:
    """What each partner sees of the case now, by its code."""
    with acting_as_system("tests"):
        now = timezone.now() + timedelta(seconds=1)
        codes = dict(Agency.objects.values_list("id", "code"))
        held = Grant.objects.filter(case_id=case.id).exclude(because="hub").exclude(until__lte=now)
        return {codes[grant.agency_id]: grant.categories for grant in held}


def decision_of(case: Case) -> RoutingDecision:
    with acting_as_system("tests"):
        return RoutingDecision.objects.filter(case=case).latest("decided_at")


def answer(cast, agency: str, referral: Referral, verb: str, **given) -> Referral:
    """The agency's system answers, and what follows is done."""
    with acting_as(cast.client_actor(agency)) as client:
        moved = getattr(verbs, verb)(actor=client, referral_id=referral.id, **given)
    run_due()
    return moved


def broken() -> list[str]:
    """The invariants that do not hold now."""
    return [f"{result.name}: {result.broken}" for result in check_all() if not result.holds]


def close(cast, case: Case, *, end_state: str = "declined", reason: str = "No support wanted.") -> None:
    """Priya closes the case, of which nobody said how it went."""
    with acting_as(cast.actor("priya")) as priya:
        close_case(
            actor=priya,
            case_id=case.id,
            end_state=end_state,
            reason=reason,
            without="Nobody recorded it here.",
        )
