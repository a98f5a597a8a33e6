"""The manager's dashboard and its CSV."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from access.actor import Actor
from access.context import current_actor, hub_id
from access.export import neutralise
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from agencies.queries import agencies_by_id, hub_practitioners, names_of
from referrals.queries import clocks
from referrals.queries import triage as queue
from reporting import measures
from reporting.queries import rollups as queries
from reporting.small_cells import NOT_SHOWN, THRESHOLD, Sum, suppressed

WEEKS = 10
PERIOD = timedelta(days=30)

SAID_IN = timedelta(days=365)
QUESTIONS = {
    "listened": "We listened",
    "informed": "They know better what happens next",
    "safer": "They feel safer",
    "helped": "They got the help they needed",
}
ANSWERS = ("yes", "partly", "no", "unsaid")

# The stacked bar's parts: words, and the case statuses that each stands for.
PARTS = (
    ("Active", ("new", "triaging", "triaged")),
    ("Awaiting partner", ("routed",)),
    ("Paused", ("suspended",)),
)
OPEN_STATUSES = tuple(status for _, statuses in PARTS for status in statuses)


@dataclass(frozen=True)
class PartnerRow:
    """One partner on the dashboard: its name, referrals sent, all its numbers, the median wait in words."""

    label: str
    value: int
    numbers: queries.PartnerNumbers
    wait: str


def dashboard(request: HttpRequest) -> HttpResponse:
    """Tiles, received and closed by week, open cases by practitioner, referrals by partner, decisions."""
    actor = current_actor()
    actor.require(Capability.SEE_DASHBOARD)
    now = timezone.now()
    today = timezone.localdate()
    open_cases = queries.split(queries.totals(measures.CASES_OPEN))
    opened = queries.totals(measures.CASES_OPENED, first=today - PERIOD)
    everyone = sum(opened.values())
    decisions = queries.wants_decision(now=now)
    record_look(
        action=Look.Action.LIST,
        door="dashboard",
        subjects=[decision.case_id for decision in decisions if decision.case_id],
    )
    return render(
        request,
        "reporting/dashboard.html",
        {
            "now": now,
            "tiles": _tiles(actor, open_cases, now=now, today=today),
            "weeks": _weeks(today),
            "practitioners": _practitioners(open_cases),
            "parts": [words for words, _ in PARTS],
            "week_series": ["Received", "Closed"],
            "partners": _partners(today),
            "opened": everyone,
            "enhanced": round(100 * opened.get("enhanced", 0) / everyone) if everyone else 0,
            "said": _said(today),
            "decisions": decisions,
            "clocks": clocks.figures(actor=actor, now=now),
            "clock_heads": [clocks.SHOWS[show] for show in clocks.COUNTS],
            "counted": clocks.COUNTED,
            "may_chase": actor.can(Capability.ROUTE),
        },
    )


@reauthentication_required
def partners_csv(request: HttpRequest) -> HttpResponse:
    """The partner numbers of the dashboard as CSV; what is about so few that it could name them is not in it."""
    actor = current_actor()
    actor.require(Capability.SEE_DASHBOARD)
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["partner", "sent", "accepted", "declined", "no answer in time", "waiting", "median wait, hours"]
    )
    for row in _partners(timezone.localdate()):
        writer.writerow([neutralise(row.label), *_leaving(row.numbers)])
    record_look(action=Look.Action.EXPORT, door="dashboard_partners_csv")
    return HttpResponse(
        out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="partners.csv"'},
    )


def _leaving(numbers: queries.PartnerNumbers) -> list[int | str]:
    """One partner's numbers as they may leave the hub: each is about people of one agency."""
    answers = ("accepted", "declined", "expired", "waiting")
    counts = {name: getattr(numbers, name) for name in ("sent", *answers)}
    # Where the answers are of just what was sent, any one of them could be worked out from the others.
    adds_up = counts["sent"] == sum(counts[name] for name in answers)
    shown = suppressed(counts, [Sum("sent", answers)] if adds_up else [])
    answered = numbers.accepted + numbers.declined
    wait = numbers.median_wait_hours
    return [*shown.values(), "" if wait is None else NOT_SHOWN if answered < THRESHOLD else wait]


def _tiles(
    actor: Actor, open_cases: Mapping[str, Mapping[str, int]], *, now: datetime, today: date
) -> list[dict[str, object]]:
    """The numbers at the top. What the triage queue lists is counted by the queue itself, and links to it."""
    total = sum(row.get(status, 0) for row in open_cases.values() for status in OPEN_STATUSES)
    week = today - timedelta(days=6)
    change = sum(queries.totals(measures.CASES_OPENED, first=week).values()) - sum(
        queries.totals(measures.CASES_CLOSED, first=week).values()
    )
    waits: dict[int, int] = {}
    for row in queries.split(queries.totals(measures.ANSWER_WAIT, first=today - PERIOD)).values():
        for bound, number in row.items():
            waits[int(bound)] = waits.get(int(bound), 0) + number
    waiting = queue.figures(actor=actor, meant=queue.meanings(actor=actor, now=now), now=now)
    plus = "+" if waiting.at_least else ""
    overdue, nobody = waiting.options["due"]["overdue"], waiting.options["assigned"]["nobody"]
    triage = reverse("triage") if actor.can(Capability.TRIAGE) else ""
    return [
        {
            "number": total,
            "label": "Open cases",
            "note": f"{'up' if change >= 0 else 'down'} {abs(change)} in seven days",
        },
        {
            "number": f"{nobody}{plus}",
            "label": "Waiting for triage, not assigned",
            "note": f"of {waiting.waiting}{plus} waiting",
            "url": triage and f"{triage}?assigned=nobody",
        },
        {
            "number": f"{overdue}{plus}",
            "label": "Waiting for triage, overdue",
            "tone": "red" if overdue else "blue",
            "url": triage and f"{triage}?due=overdue",
        },
        {
            "number": _hours(measures.median_wait(waits)),
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


def _practitioners(open_cases: Mapping[str, Mapping[str, int]]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    people = {str(person.id): person.name for person in hub_practitioners(hub=hub_id())}
    carriers = {who for who, row in open_cases.items() if any(row.get(status, 0) for status in OPEN_STATUSES)}
    left = names_of(UUID(who) for who in carriers - set(people) - {measures.NOBODY})
    people |= {str(who): f"{name} (carries cases no more)" for who, name in left.items()}
    for who, name in [*people.items(), (measures.NOBODY, "Not assigned")]:
        mine = open_cases.get(who, {})
        rows.append(
            {
                "label": name,
                "values": [sum(mine.get(status, 0) for status in statuses) for _, statuses in PARTS],
            }
        )
    return rows


def _said(today: date) -> list[dict[str, object]]:
    """What people said of how they were helped; what is about so few that it could name them is not told."""
    totals = queries.totals(measures.SAID, first=today - SAID_IN)
    counts = {
        (question, answer): totals.get(f"{question}|{answer}", 0)
        for question in QUESTIONS
        for answer in ANSWERS
    }
    if not any(counts.values()):
        return []
    shown = suppressed(counts)
    return [
        {"label": label, "values": [shown[question, answer] for answer in ANSWERS]}
        for question, label in QUESTIONS.items()
    ]


def _partners(today: date) -> list[PartnerRow]:
    names = {str(agency_id): agency.name for agency_id, agency in agencies_by_id().items()}
    return [
        PartnerRow(
            label=names.get(numbers.agency_id, "An agency that has left"),
            value=numbers.sent,
            numbers=numbers,
            wait=_hours(numbers.median_wait_hours),
        )
        for numbers in queries.partners(first=today - PERIOD, last=today)
    ]
