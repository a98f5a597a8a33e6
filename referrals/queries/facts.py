"""What is known of a case when a pathway's rules ask: the values of pathways.facts, gathered once."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils import timezone

from agencies.queries import agencies_by_id
from pathways.assessed import facts_of_assessment
from pathways.facts import FactValue, clean
from pathways.models import Assessment
from referrals.models import Case
from referrals.queries.circumstances import Circumstances
from referrals.queries.contact import NOBODY, current_address, linked_contacts, safe_now
from referrals.queries.listing_grounds import marac_repeat
from referrals.queries.repeats import repeats_by_person
from referrals.workflow import OPEN
from victims.entitlement import age_on
from victims.models import ContactMethod
from victims.repeats import Repeats

_HOUR, _DAY = 3600, 86400
REPEATS = frozenset({"repeat_incidents_12m", "repeat_same_perpetrator_12m"})


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


def facts_of(known: Circumstances, *, asked: Collection[str] | None = None) -> dict[str, FactValue]:
    """Every declared fact of the case as it stands at that moment; what nobody established is None.

    asked: the facts that are wanted, where not all are: nothing is read for others, and they are None.
    """
    case = known.case
    told = {
        **intake_facts(case),
        "risk_grade": case.risk,
        "language": case.person.language,
        "interpreter": case.person.interpreter,
    }
    if asked is not None and told.keys() | REPEATS >= set(asked):
        return clean(told | (_repeats(known) if REPEATS.intersection(asked) else {}))
    at, seen = known.at, known.glance
    made = known.assessments
    risk, needs = made.get("risk-24"), made.get("needs-8")
    codes = {agency.id: agency.code for agency in agencies_by_id().values()}
    return clean(
        {
            **told,
            **_assessed(made.values()),
            **_repeats(known),
            "risk_score": risk.score["count"] if risk else None,
            "needs": needs.score["needs"] if needs else None,
            "needs_severity": needs.score["highest"] if needs else None,
            "access_needs": known.access_needs,
            "marac_repeat": marac_repeat(known),
            "safe_channels": _safe_channels(known),
            "consents": [codes[agency] for agency, one in known.consents.items() if one.stands == "given"],
            "services_involved": [one.service.code for one in known.referrals if one.status in OPEN],
            "reported_to_police": seen.is_reported_by_police or None,
            **_times(
                at,
                report=case.reported_at,
                opened=case.opened_at,
                stage=seen.came_to_its_stage or case.opened_at,
                last_incident=seen.last_incident,
                last_contact=seen.last_spoken_to,
                last_assessment=max((one.completed_at for one in made.values()), default=None),
                last_referral=max((one.sent_at for one in known.referrals), default=None),
            ),
        }
    )


def _repeats(known: Circumstances) -> dict[str, object]:
    """How often the person was a victim in the twelve months before, and of the same perpetrator."""
    person = known.case.person_id
    counted = repeats_by_person([person], until=known.at, groups={person: known.same})
    again = counted.get(person, Repeats())
    return {
        "repeat_incidents_12m": len(again.dates),
        "repeat_same_perpetrator_12m": len(again.same_perpetrator),
    }


def _assessed(made: Iterable[Assessment]) -> dict[str, object]:
    """What each instrument's newest assessment says. Answers about health are not read: see pathways.assessed."""
    found: dict[str, object] = {}
    for one in sorted(made, key=lambda one: one.completed_at):
        found |= facts_of_assessment(
            one.instrument.definition, one.answers, one.score, one.judgement or one.grade
        )
    return found


def _times(at: datetime, **events: datetime | None) -> dict[str, object]:
    """Whole days and hours since each event; an event that is still to come is not known."""
    found: dict[str, object] = {}
    for name, then in events.items():
        if then is not None and then <= at:
            seconds = int((at - then).total_seconds())
            found |= {f"days_since:{name}": seconds // _DAY, f"hours_since:{name}": seconds // _HOUR}
    return found


def _safe_channels(known: Circumstances) -> list[str]:
    """Kinds of contact known to be safe: marked so, not merely without a warning, on every record that holds them."""
    case, safe = known.case, ContactMethod.Safety.SAFE
    linked = linked_contacts([case.person_id], groups={case.person_id: known.same}).get(
        case.person_id, NOBODY
    )
    own = list(ContactMethod.objects.filter(person=case.person_id))
    doubted = {method.value for method in (*own, *linked.methods) if method.safety != safe}
    kinds = {method.kind for method in (*own, *linked.methods) if method.value not in doubted}
    address = current_address(case.person_id)
    if address is not None and address.letters == safe:
        now = timezone.now()
        if safe_now(case=case, method=None, address=address, channel="letter", now=now, linked=linked).safe:
            kinds.add("letter")
    return sorted(kinds)
