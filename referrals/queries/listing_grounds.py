"""Why a case is to be listed for a conference: the facts that the kind's rules ask for, as they stand."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from pathways.queries.assessments import latest_assessments
from referrals.conference import (
    MARAC,
    Ground,
    Heard,
    Kind,
    Repeat,
    Told,
    grounds,
    kinds_on,
    months_later,
    repeat,
)
from referrals.models import Case, Incident, Listing, Offence
from referrals.queries.circumstances import Circumstances

MOST = 500


def repeat_of(known: Circumstances, kind: Kind) -> Repeat:
    """Whether the case is a repeat for conferences of this kind, over all records of the person."""
    last = _last_heard(known, kind.code)
    return repeat(kind, last, _told(known.same, after=last.at) if last else (), at=known.at)


def marac_repeat(known: Circumstances) -> bool | None:
    """The fact `marac_repeat` of pathways.facts; None where it is not told who the perpetrator was."""
    kind = next((one for one in kinds_on(timezone.localdate(known.at)) if one.code == MARAC), None)
    return None if kind is None else repeat_of(known, kind).stands


def _last_heard(known: Circumstances, kind: str) -> Heard | None:
    """The newest conference of that kind that heard the person; None where none did."""
    heard = [
        Heard(one.heard_at, frozenset(one.accused))
        for one in known.listings
        if one.status == Listing.Status.HEARD
        and one.conference.kind == kind
        and one.heard_at is not None
        and one.heard_at <= known.at
    ]
    return max(heard, key=lambda one: one.at, default=None)


def accused_of(case: Case) -> list[str]:
    """What tells who is accused in any incident of the case that stands."""
    told = Incident.objects.filter(case=case, withdrawn_at__isnull=True).values_list("accused", flat=True)
    return sorted({mark for marks in told[:MOST] for mark in marks})


def grounds_of_case(case: Case, kind: Kind, *, at: datetime) -> tuple[list[Ground], Repeat, int | None]:
    """Every rule of the kind by which the case is listed, how the repeat rule stands, and the score."""
    known = Circumstances(case, at=at)
    again = repeat_of(known, kind)
    made = latest_assessments(case_id=case.id)
    asked = made.get(kind.score["instrument"]) if kind.score else None
    score = int(asked.score["count"]) if asked else None
    months = kind.escalation["months"] if kind.escalation else 0
    reports = Incident.objects.filter(
        case__person__in=known.same,
        reported_at__gt=months_later(at, -months),
        reported_at__lte=at,
        withdrawn_at__isnull=True,
    )
    counted = reports.count() if kind.escalation else 0
    return grounds(kind, score=score, reports=counted, again=again), again, score


def _told(people: Collection[UUID], *, after: datetime) -> list[Told]:
    found = list(
        Incident.objects.filter(
            case__person__in=set(people), reported_at__gt=after, withdrawn_at__isnull=True
        ).order_by("-reported_at")[:MOST]
    )
    known = dict(
        Offence.objects.filter(code__in={one.offence_code for one in found}).values_list("code", "properties")
    )
    return [
        Told(
            at=one.occurred_to or one.occurred_from or one.reported_at,
            group=one.offence_group,
            code=one.offence_code,
            properties=frozenset(known.get(one.offence_code, ())),
            accused=frozenset(one.accused),
        )
        for one in found
    ]
