"""What is known of a case when a pathway's rules ask: the values of pathways.facts, gathered once."""

from datetime import datetime

from django.utils import timezone

from agencies.models import Agency
from pathways.facts import FactValue, clean
from pathways.queries.assessments import latest_assessments
from referrals.models import Case, Incident
from referrals.queries.contact import current_address
from referrals.queries.repeats import repeats_by_person
from victims.entitlement import age_on
from victims.models import ContactMethod
from victims.queries import consent_stands, current_consents
from victims.repeats import Repeats


def intake_facts(case: Case) -> dict[str, object]:
    """What the report itself says, before anybody has spoken to the person."""
    return {
        "offence_group": case.offence_group,
        "offence_code": case.offence_code or None,
        "offence_properties": sorted(case.offence_properties),
        "flags": sorted(case.flags),
        "entitlement": case.entitlement,
        "age": age_on(case.person.date_of_birth, timezone.localdate(case.reported_at)),
        "area": case.area or None,
    }


def facts_of(case: Case, *, at: datetime) -> dict[str, FactValue]:
    """Every declared fact of the case as it stands at that moment; what nobody established is None."""
    made = latest_assessments(case_id=case.id)
    risk, needs = made.get("risk-24"), made.get("needs-8")
    consents = current_consents(case_id=case.id).values()
    again = repeats_by_person([case.person_id], until=at).get(case.person_id, Repeats())
    by_police = Incident.objects.filter(case=case, source__agency__kind=Agency.Kind.POLICE)
    return clean(
        {
            **intake_facts(case),
            "risk_grade": (risk.judgement or risk.grade) if risk else None,
            "risk_score": risk.score["count"] if risk else None,
            "needs": needs.score["needs"] if needs else None,
            "needs_severity": needs.score["highest"] if needs else None,
            "language": case.person.language,
            "interpreter": case.person.interpreter,
            "repeat_incidents_12m": len(again.dates),
            "repeat_same_perpetrator_12m": len(again.same_perpetrator),
            "safe_channels": _safe_channels(case),
            "consents": [c.agency.code for c in consents if consent_stands(c, at=at) == "given"],
            "reported_to_police": by_police.exists() or None,
        }
    )


def _safe_channels(case: Case) -> list[str]:
    """Kinds of contact known to be safe: marked so, not merely without a warning."""
    safe = ContactMethod.Safety.SAFE
    kinds = set(
        ContactMethod.objects.filter(person=case.person_id, safety=safe).values_list("kind", flat=True)
    )
    address = current_address(case.person_id)
    if address is not None and address.letters == safe:
        kinds.add("letter")
    return sorted(kinds)
