"""Papers of a case conference, made to be printed: the chair's pack, minutes by audience; and flags that lapse."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from agencies.queries import agencies_by_id
from referrals.conference import CIRCULATED, HELD, STATUSES, kind_of
from referrals.pages.conferences import confirmed_meeting_for
from referrals.queries.conference_papers import lapsing_flags, minutes_for, papers, summaries_of
from referrals.queries.conferences import Line

ADVISER = "adviser"


@require_GET
def conference_pack(request: HttpRequest, conference_id: UUID) -> HttpResponse:
    """The chair's pack: every case in its order with what is known, to be printed."""
    actor, found = confirmed_meeting_for(conference_id)
    actor.require(Capability.RUN_CONFERENCE)
    file, listed = papers(actor=actor, conference=found)
    _look("conference_pack", (one.line for one in listed))
    context = {"conference": found, "kind": file.kind, "file": file, "papers": listed}
    return render(request, "referrals/conference_pack.html", context)


@require_GET
def conference_minutes(request: HttpRequest, conference_id: UUID) -> HttpResponse:
    """The minutes: an agency's own; the hub's, and each agency's or the adviser's as the hub circulates them.

    An agency reads them once they are circulated.
    """
    actor, found = confirmed_meeting_for(conference_id)
    invited = [agencies_by_id()[one] for one in found.invited.values_list("agency_id", flat=True)]
    audience = request.GET.get("for", "") if actor.hub else ""
    agency = next((one for one in invited if one.code == audience), None)
    if not actor.hub:
        if found.status != CIRCULATED:
            raise Http404
        agency = next((one for one in invited if one.id == actor.agency_id), None)
    if found.status not in (HELD, CIRCULATED) or (audience not in ("", ADVISER) and agency is None):
        raise Http404
    if audience == ADVISER:
        shown = summaries_of(actor=actor, conference=found)
    else:
        shown = minutes_for(actor=actor, conference=found, agency=agency)
    _look("conference_minutes", (one.line for one in shown))
    return render(
        request,
        "referrals/conference_minutes.html",
        {
            "conference": found,
            "kind": kind_of(found.kind, found.edition),
            "status": STATUSES[found.status],
            "minutes": shown,
            "agency": agency,
            "is_adviser": audience == ADVISER,
            "audience": audience,
            "audiences": sorted(invited, key=lambda one: one.name) if actor.hub else [],
            "attendances": found.attendances.filter(is_present=True).order_by("agency_name", "name"),
            "now": timezone.now(),
        },
    )


@require_GET
def conference_flags(request: HttpRequest) -> HttpResponse:
    """Cases whose flag lapses in a month: by then no conference has heard them for so long."""
    actor = current_actor()
    actor.require(Capability.RUN_CONFERENCE)
    today = timezone.localdate()
    month = _month(request.GET.get("month", "")) or today.replace(day=1)
    flags = lapsing_flags(actor=actor, month=month)
    subjects = [one for flag in flags for one in (flag.listing.case_id, flag.listing.person_id)]
    record_look(action=Look.Action.LIST, door="conference_flags", subjects=subjects)
    before = (month.year * 12 + month.month - 2, month.year * 12 + month.month)
    earlier, later = (date(one // 12, one % 12 + 1, 1) for one in before)
    context = {"flags": flags, "month": month, "earlier": earlier, "later": later}
    return render(request, "referrals/conference_flags.html", context)


def _month(text: str) -> date | None:
    """The first day of "2026-11"; None for anything else."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def _look(door: str, lines: Iterable[Line]) -> None:
    subjects = [one for line in lines for one in (line.case.id, line.case.person_id)]
    record_look(action=Look.Action.VIEW, door=door, subjects=subjects)
