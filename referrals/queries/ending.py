"""What is recorded of a case, as far as its end asks for it."""

from datetime import datetime

from django.utils import timezone

from pathways.models import Assessment
from referrals.end_states import Ending
from referrals.models import Case, ContactAttempt, Referral
from referrals.queries.contact import Way, current_address, linked_contact, ways_to_reach
from referrals.trying import Try, is_exhausted
from victims.models import ContactMethod

TAKEN_ON = ("accepted", "in_progress", "completed")
SENT = ContactAttempt.Result.SENT
Stage = Assessment.Stage


def ending_of(case: Case, *, now: datetime) -> Ending:
    """The facts that end states ask for, as they stand now."""
    tries = [Try(*one) for one in case.contact_attempts.values_list("attempted_at", "result")]
    results = {one.result for one in tries}
    stages = _stages(case)
    ways = _ways(case, now)
    return Ending(
        entitlement=case.entitlement,
        is_reached="spoke" in results,
        said_no="declined" in results,
        is_tried_enough=is_exhausted(tries, entitlement=case.entitlement, on=timezone.localdate(now)),
        is_reachable=any(way.safe or way.again for way in ways),
        is_written_to=SENT in results,
        may_write=any(way.safe for way in ways if way.channel in ("letter", "email")),
        is_suspended=case.status == "suspended",
        is_supported=Referral.objects.filter(case=case, status__in=TAKEN_ON).exists(),
        has_exit_review=any({Stage.START, Stage.EXIT} <= of for of in stages.values()),
    )


def open_referrals(case: Case, *, statuses: tuple[str, ...]) -> list[Referral]:
    """Referrals of the case in these statuses, each with its agency and service."""
    found = Referral.objects.filter(case=case, status__in=statuses).select_related("agency", "service")
    return list(found.order_by("id"))


def _stages(case: Case) -> dict[str, set[str]]:
    """By instrument: at which stages it was completed."""
    stages: dict[str, set[str]] = {}
    made = Assessment.objects.filter(case_id=case.id).values_list("instrument__code", "stage")
    for code, stage in made:
        stages.setdefault(code, set()).add(stage)
    return stages


def _ways(case: Case, now: datetime) -> list[Way]:
    return ways_to_reach(
        case=case,
        methods=list(ContactMethod.objects.filter(person=case.person_id)),
        address=current_address(case.person_id),
        now=now,
        linked=linked_contact(case.person_id),
    )
