"""The manager's dashboard and its CSV."""

import csv
from datetime import date, timedelta
from io import StringIO

from access.export import neutralise
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from access.context import current_actor, hub_id
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from agencies.queries import agencies_by_id, hub_practitioners
from reporting import measures, queries

WEEKS = 10
PERIOD = timedelta(days=30)

# The stacked bar's parts: words, and the case statuses that each stands for.
PARTS = (
    ("Active", ("new", "triaging", "triaged")),
    ("Awaiting partner", ("routed",)),
    ("Paused", ("suspended",)),
)


def dashboard(request: HttpRequest) -> HttpResponse:
    """Tiles, received and closed by week, open cases by practitioner, referrals by partner, decisions."""
    actor = current_actor()
    actor.require(Capability.SEE_DASHBOARD)
    now = timezone.now()
    today = timezone.localdate()
    open_cases = queries.split(queries.totals(measures.CASES_OPEN))
    decisions = queries.wants_decision(now=now)
    record_look(action=Look.Action.LIST, door="dashboard")
    return render(
        request,
        "reporting/dashboard.html",
        {
            "now": now,
            "tiles": _tiles(open_cases, now=now, today=today),
            "weeks": _weeks(today),
            "practitioners": _practitioners(open_cases),
            "parts": [words for words, _ in PARTS],
            "week_series": ["Received", "Closed"],
            "partners": _partners(today),
            "decisions": decisions,
        },
    )


def partners_csv(request: HttpRequest) -> HttpResponse:
    """The partner numbers of the dashboard as CSV."""
    actor = current_actor()
    actor.require(Capability.SEE_DASHBOARD)
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["partner", "sent", "accepted", "declined", "no answer in time", "waiting", "median wait, hours"]
    )
    for row in _partners(timezone.localdate()):
        numbers = row["numbers"]
        writer.writerow(
            [
                neutralise(row["label"]),
                numbers.sent,
                numbers.accepted,
                numbers.declined,
                numbers.expired,
                numbers.waiting,
                "" if numbers.median_wait_hours is None else numbers.median_wait_hours,
            ]
        )
    record_look(action=Look.Action.EXPORT, door="dashboard_partners_csv")
    return HttpResponse(
        out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="partners.csv"'},
    )


def _tiles(open_cases: dict[str, dict[str, int]], *, now, today: date) -> list[dict[str, object]]:
    open_statuses = {status for _, statuses in PARTS for status in statuses}
    total = sum(n for row in open_cases.values() for status, n in row.items() if status in open_statuses)
    week = today - timedelta(days=6)
    opened = queries.totals(measures.CASES_OPENED, first=week)
    closed = queries.totals(measures.CASES_CLOSED, first=week)
    change = sum(opened.values()) - sum(closed.values())
    enhanced = queries.totals(measures.CASES_OPENED, first=today - PERIOD)
    everyone = sum(enhanced.values())
    overdue = queries.overdue_clocks(now=now)
    waits: dict[int, int] = {}
    for row in queries.split(queries.totals(measures.ANSWER_WAIT, first=today - PERIOD)).values():
        for bound, number in row.items():
            waits[int(bound)] = waits.get(int(bound), 0) + number
    median = measures.median_wait(waits)
    unassigned = sum(
        n for status, n in open_cases.get(measures.NOBODY, {}).items() if status in open_statuses
    )
    return [
        {
            "number": total,
            "label": "Open cases",
            "note": f"{'up' if change >= 0 else 'down'} {abs(change)} in seven days",
            "url": reverse("triage"),
        },
        {
            "number": unassigned,
            "label": "Not assigned",
            "note": "nobody has them yet",
            "url": reverse("triage") + "?assigned=nobody",
        },
        {
            "number": f"{overdue}+" if overdue >= queries.AT_MOST else overdue,
            "label": "Overdue clocks",
            "note": "referral not made in time",
            "tone": "red" if overdue else "blue",
            "url": reverse("triage") + "?sort=due",
        },
        {
            "number": f"{round(100 * enhanced.get('enhanced', 0) / everyone)}%" if everyone else "–",
            "label": "Enhanced entitlement",
            "note": f"of {everyone} cases opened in 30 days",
        },
        {
            "number": _hours(median),
            "label": "Median time to a partner's answer",
            "note": f"of {sum(waits.values())} answers in 30 days",
        },
    ]


def _hours(bound: int | None) -> str:
    if bound is None:
        return "–"
    if bound == measures.LONGER:
        return "over 14 days"
    return f"under {bound} h" if bound < 48 else f"under {bound // 24} days"


def _weeks(today: date) -> list[dict[str, object]]:
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    opened = queries.by_week(measures.CASES_OPENED, first=first, last=today)
    closed = queries.by_week(measures.CASES_CLOSED, first=first, last=today)
    weeks = [first + timedelta(weeks=number) for number in range(WEEKS)]
    return [
        {"label": f"{week.day} {week:%b}", "values": [opened.get(week, 0), closed.get(week, 0)]}
        for week in weeks
    ]


def _practitioners(open_cases: dict[str, dict[str, int]]) -> list[dict[str, object]]:
    rows = []
    people = [(str(person.id), person.name) for person in hub_practitioners(hub=hub_id())]
    for who, name in [*people, (measures.NOBODY, "Not assigned")]:
        mine = open_cases.get(who, {})
        rows.append(
            {
                "label": name,
                "values": [sum(mine.get(status, 0) for status in statuses) for _, statuses in PARTS],
            }
        )
    return rows


def _partners(today: date) -> list[dict[str, object]]:
    names = {str(agency_id): agency.name for agency_id, agency in agencies_by_id().items()}
    return [
        {
            "label": names.get(numbers.agency_id, "An agency that has left"),
            "value": numbers.sent,
            "numbers": numbers,
            "wait": _hours(numbers.median_wait_hours),
        }
        for numbers in queries.partners(first=today - PERIOD, last=today)
    ]
