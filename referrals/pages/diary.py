"""The diary of call-backs, planning one, and the private address under which a calendar reads it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from icalendar import Calendar, Event

from access.context import acting_as, acting_as_system, current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from access.sight import sight_of
from referrals.actions.call_backs import MomentNotSafe, end_call_back, plan_call_back
from referrals.actions.diary import end_diary_address, make_diary_address
from referrals.forms.call_back import CallBackForm
from referrals.models import Case
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.pages.case_verbs import sent
from referrals.queries.call_backs import WHOSE, diary, feed_of, next_safe, planned_on
from referrals.queries.contact import Way, ways_shown
from referrals.queries.diary import address_of, reader_of
from referrals.workflow import OPEN_CASE

LISTS = {"mine": "Mine", "team": "My team’s", "all": "The hub’s"}
A_CALL = timedelta(minutes=15)


@require_GET
def call_back_diary(request: HttpRequest) -> HttpResponse:
    """Call-backs by day: one's own, the team's (and what nobody carries), or all."""
    actor = current_actor()
    actor.require(Capability.TRIAGE)
    whose = request.GET.get("whose", "mine")
    whose = whose if whose in WHOSE else "mine"
    now = timezone.now()
    page = diary(
        actor=actor,
        whose=whose,
        now=now,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    subjects = [one for line in page.lines for one in (line.case.id, line.case.person_id)]
    record_look(action=Look.Action.LIST, door="diary", subjects=subjects)
    here = reverse("diary")
    context = {
        "page": page,
        "whose": whose,
        "tabs": [
            {"label": words, "url": f"{here}?whose={name}", "current": name == whose}
            for name, words in LISTS.items()
        ],
        "now": now,
        "today": timezone.localdate(now),
        "address": address_of(actor=actor),
    }
    return render(request, "referrals/diary.html", context)


@require_http_methods(["GET", "POST"])
def diary_address(request: HttpRequest) -> HttpResponse:
    """Make a private address for one's calendar, shown this once, or end it."""
    actor = current_actor()
    actor.require(Capability.TRIAGE)
    url = ""
    if request.method == "POST":
        if request.POST.get("act") == "end":
            end_diary_address(actor=actor)
            messages.success(request, "The private address works no more.")
            return redirect("diary_address")
        token = make_diary_address(actor=actor)
        url = request.build_absolute_uri(reverse("diary_calendar", args=[token]))
    return render(request, "referrals/diary_address.html", {"url": url, "address": address_of(actor=actor)})


@login_not_required
@require_GET
def diary_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The diary of whoever made this address, for a calendar: times and references, of nobody a name or a number."""
    with acting_as_system("diary"):
        reader = reader_of(token=token)
    if reader is None:
        raise Http404
    now = timezone.now()
    with acting_as(reader):
        lines = feed_of(actor=reader, now=now)
        record_look(
            action=Look.Action.EXPORT, door="diary_calendar", subjects=[case for _, _, case, _ in lines]
        )
    calendar = Calendar()
    calendar.add("prodid", "-//Victim Referral Hub//Diary//EN")
    calendar.add("version", "2.0")
    calendar.add("x-published-ttl", "PT15M")
    for call_back, at, _, reference in lines:
        calendar.add_component(_event(call_back, at, reference, now))
    return HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")


def _event(call_back: UUID, at: datetime, reference: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{call_back}@diary")
    event.add("dtstamp", now)
    event.add("dtstart", at)
    event.add("dtend", at + A_CALL)
    event.add("summary", f"Call-back {reference}")
    event.add("class", "PRIVATE")
    return event


@require_http_methods(["GET", "POST"])
def case_call_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Plan when the person is tried again. Opened, it proposes the next moment that is safe in the hub's hours."""
    actor, found = case_for(reference)
    if found.status not in OPEN_CASE:
        raise Http404
    now = timezone.now()
    ways = [way for way in ways_shown(found, sight_of(found.id), now=now) if way.channel in ("phone", "text")]
    form = CallBackForm(
        sent(request), ways=[(way.value, way.words) for way in ways], initial=_proposed(found, ways, now)
    )
    if form.is_valid():
        way = next(way for way in ways if way.value == form.cleaned_data["way"])
        if way.method_id is None:
            raise Http404
        try:
            plan_call_back(
                actor=actor,
                case_id=found.id,
                contact_method_id=way.method_id,
                channel=way.channel,
                at=form.at,
            )
        except MomentNotSafe as refusal:
            form.add_error("hour", _with_next(refusal))
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The call-back is in the diary.")
            return redirect("case", reference)
    record_look(action=Look.Action.VIEW, door="case_call_back", subjects=[found.id, found.person_id])
    context: dict[str, Any] = {"case": found, "form": form, "planned": planned_on(found)}
    return render(request, "referrals/call_back.html", context, status=UNPROCESSABLE if form.errors else None)


def _proposed(found: Case, ways: list[Way], now: datetime) -> dict[str, object]:
    """What is planned, or else the first safe moment of the first way that has one."""
    planned = planned_on(found)
    if planned is not None:
        here = timezone.localtime(planned.at)
        return {
            "way": f"{planned.channel}:{planned.contact_method_id}",
            "day": here.date(),
            "hour": here.time(),
        }
    for way in ways:
        after = now + timedelta(hours=1)
        at = next_safe(case=found, contact_method_id=way.method_id, channel=way.channel, after=after)
        if at is not None:
            here = timezone.localtime(at)
            return {"way": way.value, "day": here.date(), "hour": here.time()}
    return {}


def _with_next(refusal: MomentNotSafe) -> str:
    again = (
        f" The next safe moment is {timezone.localtime(refusal.again):%A %-d %B at %H:%M}."
        if refusal.again
        else ""
    )
    return f"{refusal}{again}"


@require_POST
def case_call_back_end(request: HttpRequest, reference: str) -> HttpResponse:
    """Take what is planned out of the diary."""
    actor, found = case_for(reference)
    try:
        end_call_back(actor=actor, case_id=found.id)
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Taken out of the diary.")
    return redirect("case", reference)
