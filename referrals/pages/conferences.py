"""Pages of case conferences: the calendar, calling a meeting, and one meeting with its agenda.

Nothing of a case is shown on them to somebody who has not agreed to the confidentiality statement of the meeting.
"""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.actor import Actor
from access.context import current_actor, hub_id
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from agencies.queries import agencies_by_id, agreements_in_force
from referrals.actions.conferences import ConferenceNotFound, call_meeting, cancel_meeting
from referrals.actions.meeting import (
    begin_meeting,
    circulate_minutes,
    close_meeting,
    confirm_statement,
    note_present,
    record_attendance,
)
from referrals.actions.research import ask_agencies
from referrals.conference import BEGUN, HELD, PLANNED, kind_of, kinds_on
from referrals.forms.conferences import AttendForm, CallForm
from referrals.models import Conference
from referrals.pages.case import REFUSALS, UNPROCESSABLE
from referrals.queries import conferences as queries

ACTS: Mapping[str, tuple[Callable[..., object], str]] = {
    "ask": (ask_agencies, "Every invited agency has been asked about the cases on the list."),
    "begin": (begin_meeting, "The meeting is open. What agencies returned is shown to those who are there."),
    "close": (close_meeting, "The meeting has ended. Its minutes are to be circulated now."),
    "circulate": (circulate_minutes, "The minutes are with every agency that was asked."),
    "cancel": (cancel_meeting, "The meeting is cancelled. Put its cases on the list of another."),
}
"""What can be done with a meeting by one button, and what is said then."""


def meeting_for(conference_id: UUID) -> tuple[Actor, Conference]:
    """The meeting for whoever asks: 403 without the role, 404 where they are not invited."""
    actor = current_actor()
    actor.require(Capability.SEE_CONFERENCES)
    found = queries.meeting_for(actor=actor, conference_id=conference_id)
    if found is None:
        raise Http404
    return actor, found


def confirmed_meeting_for(conference_id: UUID) -> tuple[Actor, Conference]:
    """`meeting_for` somebody who agreed to its statement; 404 for everybody else: nothing is shown before."""
    actor, found = meeting_for(conference_id)
    if not queries.has_confirmed(actor=actor, conference=found):
        raise Http404
    return actor, found


@require_GET
def conference_list(request: HttpRequest) -> HttpResponse:
    """Meetings to come and meetings held."""
    actor = current_actor()
    actor.require(Capability.SEE_CONFERENCES)
    to_come, past = queries.calendar(actor=actor, now=timezone.now())
    return render(
        request,
        "referrals/conferences.html",
        {"lists": [("To come", to_come), ("Over, of the last three months", past)], **_may(actor)},
    )


@require_http_methods(["GET", "POST"])
def conference_new(request: HttpRequest) -> HttpResponse:
    """Call a meeting."""
    actor = current_actor()
    actor.require(Capability.RUN_CONFERENCE)
    today = timezone.localdate()
    bound = agreements_in_force(hub=hub_id(), on=today)
    agencies = sorted((one for one in agencies_by_id().values() if one.id in bound), key=lambda one: one.name)
    kinds = [(one.code, one.name) for one in kinds_on(today)]
    form = CallForm(
        request.POST if request.method == "POST" else None,
        kinds=kinds,
        agencies=[(str(one.id), one.name) for one in agencies],
        initial={
            "kind": kinds[0][0] if len(kinds) == 1 else "",
            "agencies": [str(one.id) for one in agencies],
        },
    )
    if form.is_valid():
        told = form.cleaned_data
        try:
            made = call_meeting(
                actor=actor,
                kind=told["kind"],
                starts_at=form.starts_at,
                place=told["place"],
                chair_name=told["chair_name"],
                capacity=told["capacity"],
                agencies=[UUID(one) for one in told["agencies"]],
            )
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The meeting is called. Cases are put on its list from their own page.")
            return redirect("conference", made.id)
    context = {
        "form": form,
        "title": "Call a meeting",
        "button": "Call the meeting",
        "back": reverse("conferences"),
        "back_words": "Conferences",
    }
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "referrals/conference_form.html", context, status=status)


@require_GET
def conference(request: HttpRequest, conference_id: UUID) -> HttpResponse:
    """One meeting: its statement first; then the agenda, what is missing, who is there."""
    actor, found = meeting_for(conference_id)
    return _meeting_page(request, actor, found)


def _meeting_page(
    request: HttpRequest, actor: Actor, found: Conference, *, attend: AttendForm | None = None
) -> HttpResponse:
    kind = kind_of(found.kind, found.edition)
    if not queries.has_confirmed(actor=actor, conference=found):
        return render(request, "referrals/conference_statement.html", {"conference": found, "kind": kind})
    file = queries.meeting_file(actor=actor, conference=found)
    subjects = [one for line in file.lines for one in (line.case.id, line.case.person_id)]
    record_look(action=Look.Action.LIST, door="conference", subjects=subjects)
    return render(
        request,
        "referrals/conference.html",
        {
            "conference": found,
            "kind": kind,
            "file": file,
            "now": timezone.now(),
            "planned": found.status == PLANNED,
            "begun": found.status == BEGUN,
            "held": found.status == HELD,
            "attend_form": (attend or AttendForm()) if found.status in (PLANNED, BEGUN) else None,
            "form": attend,
            **_may(actor),
        },
        status=UNPROCESSABLE if attend is not None else None,
    )


@require_POST
def conference_confirm(request: HttpRequest, conference_id: UUID) -> HttpResponse:
    """Agree to the confidentiality statement."""
    actor, found = meeting_for(conference_id)
    confirm_statement(actor=actor, conference_id=found.id)
    return redirect("conference", conference_id)


@require_POST
def conference_act(request: HttpRequest, conference_id: UUID) -> HttpResponse:
    """One of ACTS, by its button."""
    actor, found = meeting_for(conference_id)
    actor.require(Capability.RUN_CONFERENCE)
    verb, done = ACTS.get(request.POST.get("act", ""), (None, ""))
    if verb is None:
        raise Http404
    try:
        verb(actor=actor, conference_id=found.id)
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("conference", conference_id)


@require_POST
def conference_attendance(request: HttpRequest, conference_id: UUID) -> HttpResponse:
    """Note who is there: somebody of the list, or somebody who signed on paper."""
    actor, found = confirmed_meeting_for(conference_id)
    actor.require(Capability.RUN_CONFERENCE)
    if named := request.POST.get("attendance"):
        is_present = request.POST.get("present") == "yes"
        try:
            note_present(
                actor=actor, conference_id=found.id, attendance_id=UUID(named), is_present=is_present
            )
        except (ValueError, ConferenceNotFound):
            raise Http404 from None
        return redirect(f"{reverse('conference', args=[conference_id])}#attendance")
    form = AttendForm(request.POST)
    if not form.is_valid():
        return _meeting_page(request, actor, found, attend=form)
    try:
        record_attendance(actor=actor, conference_id=found.id, **form.cleaned_data)
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return _meeting_page(request, actor, found, attend=form)
    messages.success(request, f"{form.cleaned_data['name']} is on the list of who is there.")
    return redirect(f"{reverse('conference', args=[conference_id])}#attendance")


def _may(actor: Actor) -> dict[str, bool]:
    return {"may_run": actor.can(Capability.RUN_CONFERENCE), "of_hub": actor.hub}
