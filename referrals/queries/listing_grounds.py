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
from victims.queries import same_as

MOST = 500


def repeat_of(people: Collection[UUID], kind: Kind, *, at: datetime) -> Repeat:
    """Whether a case of these people, all known to be one, is a repeat for conferences of this kind."""
    last = last_heard(people, kind=kind.code, before=at)
    return repeat(kind, last, _told(people, after=last.at) if last else (), at=at)


def marac_repeat(known: Circumstances) -> bool | None:
    """The fact `marac_repeat` of pathways.facts; None where it is not told who the perpetrator was."""
    kind = next((one for one in kinds_on(timezone.localdate(known.at)) if one.code == MARAC), None)
    return None if kind is None else repeat_of(known.same, kind, at=known.at).stands


def last_heard(people: Collection[UUID], *, kind: str, before: datetime) -> Heard | None:
    """The newest conference of that kind that heard one of the people; None where none did."""
    heard = Listing.objects.filter(
        person_id__in=set(people),
        conference__kind=kind,
        status=Listing.Status.HEARD,
        heard_at__lte=before,
    )
    last = heard.order_by("-heard_at", "-id").values_list("heard_at", "accused").first()
    return Heard(last[0], frozenset(last[1])) if last and last[0] else None


def accused_of(case: Case) -> list[str]:
    """What tells who is accused in any incident of the case that stands."""
    told = Incident.objects.filter(case=case, withdrawn_at__isnull=True).values_list("accused", flat=True)
    return sorted({mark for marks in told[:MOST] for mark in marks})


def grounds_of_case(case: Case, kind: Kind, *, at: datetime) -> tuple[list[Ground], Repeat, int | None]:
    """Every rule of the kind by which the case is listed, how the repeat rule stands, and the score."""
    theirs = same_as([case.person_id])[case.person_id]
    again = repeat_of(theirs, kind, at=at)
    made = latest_assessments(case_id=case.id)
    asked = made.get(kind.score["instrument"]) if kind.score else None
    score = int(asked.score["count"]) if asked else None
    months = kind.escalation["months"] if kind.escalation else 0
    reports = Incident.objects.filter(
        case__person__in=theirs,
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
