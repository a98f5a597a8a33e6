"""Reads for the dashboard: roll-ups, and short bounded lists of what needs a decision."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, F

from access.context import hub_id
from access.models import Grant
from referrals.models import Case, Referral
from reporting import measures

# Deltas not folded yet count too, so the dashboard always agrees with the record.
_TOTALS = """
SELECT dimension, sum(value)::bigint FROM (
    SELECT dimension, value FROM reporting_tally WHERE measure = %(measure)s AND day BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT dimension, by FROM reporting_delta WHERE measure = %(measure)s AND day BETWEEN %(first)s AND %(last)s
) numbers GROUP BY dimension HAVING sum(value) <> 0
"""
_BY_WEEK = """
SELECT date_trunc('week', day)::date, sum(value)::bigint FROM (
    SELECT day, value FROM reporting_tally WHERE measure = %(measure)s AND day BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT day, by FROM reporting_delta WHERE measure = %(measure)s AND day BETWEEN %(first)s AND %(last)s
) numbers GROUP BY 1
"""
BEGINNING, END = date(2000, 1, 1), date(2999, 12, 31)


def totals(measure: str, *, first: date = BEGINNING, last: date = END) -> dict[str, int]:
    """By dimension: the sum of the measure over the days (a gauge: over all days)."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"measure": measure, "first": first, "last": last})
        return dict(cursor.fetchall())


def by_week(measure: str, *, first: date, last: date) -> dict[date, int]:
    """By Monday: the sum of a flow."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_WEEK, {"measure": measure, "first": first, "last": last})
        return dict(cursor.fetchall())


def split(numbers: dict[str, int]) -> dict[str, dict[str, int]]:
    """Two-part dimensions as a table: first part to second part to number."""
    table: dict[str, dict[str, int]] = defaultdict(dict)
    for dimension, number in numbers.items():
        first, _, second = dimension.partition("|")
        table[first][second] = number
    return table


@dataclass(frozen=True)
class PartnerNumbers:
    """One partner over a period: referrals sent, answers, and the median wait for an answer in hours."""

    agency_id: str
    sent: int
    accepted: int
    declined: int
    expired: int
    waiting: int
    median_wait_hours: int | None


def partners(*, first: date, last: date) -> list[PartnerNumbers]:
    """Every partner that was sent a referral in the period or holds one now."""
    moved = split(totals(measures.REFERRALS_MOVED, first=first, last=last))
    now = split(totals(measures.REFERRALS_NOW))
    waits = split(totals(measures.ANSWER_WAIT, first=first, last=last))
    return [
        PartnerNumbers(
            agency_id=agency,
            sent=moved[agency].get("sent", 0),
            accepted=moved[agency].get("accepted", 0),
            declined=moved[agency].get("declined", 0),
            expired=moved[agency].get("expired", 0),
            waiting=now[agency].get("sent", 0) + now[agency].get("received", 0),
            median_wait_hours=measures.median_wait({int(b): n for b, n in waits[agency].items()}),
        )
        for agency in sorted(set(moved) | set(now))
    ]


@dataclass(frozen=True)
class Decision:
    """Something a manager must decide: about which case or agency, in words, and where to do it."""

    subject: str
    words: str
    case_reference: str = ""
    case_id: UUID | None = None
    agency_id: UUID | None = None


def wants_decision(*, now: datetime, limit: int = 10) -> list[Decision]:
    """What needs a decision, most pressing first: at most `limit` cases, then partners that owe answers."""
    untouched = Case.objects.filter(status__in=("new", "triaging"), risk="high", assigned_to__isnull=True)
    found = [
        Decision(case.reference, "High risk and nobody has it", case.reference, case.id)
        for case in untouched.order_by("due_at")[:limit]
    ]
    wanted = (
        Case.objects.filter(closed_at__isnull=True)
        .exclude(decision_wanted="")
        .exclude(id__in=[decision.case_id for decision in found])
    )
    found += [
        Decision(case.reference, case.decision_wanted, case.reference, case.id)
        for case in wanted.order_by("due_at")[: limit - len(found)]
    ]
    late = (
        Referral.objects.filter(status__in=("sent", "received"), answer_due_at__lt=now)
        .values("agency_id", name=F("agency__name"))
        .annotate(late=Count("id"))
        .order_by("-late")[:limit]
    )
    found += [
        Decision(
            row["name"],
            f"{row['late']} {'referral' if row['late'] == 1 else 'referrals'} without an answer in time",
            agency_id=row["agency_id"],
        )
        for row in late
    ]
    return found


@dataclass(frozen=True)
class Drift:
    """A number that the roll-ups and the record disagree on."""

    measure: str
    dimension: str
    rolled_up: int
    recounted: int


def drift() -> tuple[int, list[Drift]]:
    """Gauges recounted from the record and held against the roll-ups: how many, and which disagree.

    What is restricted is in no number. Reads the base tables: for checks only.
    """
    hidden = Grant.objects.filter(agency_id=hub_id(), restricted=True).values("case_id")
    cases = {
        f"{row['who'] or measures.NOBODY}|{row['status']}": row["number"]
        for row in Case.objects.exclude(id__in=hidden)
        .values("status", who=F("assigned_to"))
        .annotate(number=Count("id"))
    }
    referrals = {
        f"{row['agency_id']}|{row['status']}": row["number"]
        for row in Referral.objects.exclude(status="draft")
        .exclude(case__in=hidden)
        .values("agency_id", "status")
        .annotate(number=Count("id"))
    }
    differences = [
        *_differences(measures.CASES_OPEN, cases),
        *_differences(measures.REFERRALS_NOW, referrals),
    ]
    return len(cases) + len(referrals), differences


def _differences(measure: str, recounted: dict[str, int]) -> Iterable[Drift]:
    rolled_up = totals(measure)
    for dimension in sorted(set(rolled_up) | set(recounted)):
        ours, theirs = rolled_up.get(dimension, 0), recounted.get(dimension, 0)
        if ours != theirs:
            yield Drift(measure, dimension, ours, theirs)
