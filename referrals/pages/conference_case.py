"""Pages of one case at a conference: putting it on a list, its research, minutes and actions; and lists of actions."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from access.actor import Actor
from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals import scope
from referrals.actions.conferences import list_case, put_off, take_off
from referrals.actions.meeting import answer_action, record_passage, set_action
from referrals.actions.research import CHANGES_UNTIL, answer_research
from referrals.conference import BEGUN, HELD, PLANNED, kinds_on
from referrals.forms.conferences import (
    ActionForm,
    AnswerActionForm,
    ListForm,
    PassageForm,
    PutOffForm,
    ResearchForm,
    TakeOffForm,
)
from referrals.models import ConferenceAction, Listing
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.pages.conferences import confirmed_meeting_for
from referrals.queries import conferences as queries
from referrals.queries.conference_papers import Paper, action_page, papers
from referrals.queries.listing_grounds import grounds_of_case
from referrals.workflow import OPEN_CASE

LISTS = {"open": "To do", "answered": "Done or not possible"}


@require_http_methods(["GET", "POST"])
def case_conference(request: HttpRequest, reference: str) -> HttpResponse:
    """Put the case on the list of a meeting, with the rules that hold for it."""
    actor, found = case_for(reference)
    actor.require(Capability.LIST_FOR_CONFERENCE)
    if found.status not in OPEN_CASE:
        messages.warning(request, f"{reference} is closed.")
        return redirect("case", reference=reference)
    now = timezone.now()
    kinds = kinds_on(timezone.localdate(now))
    meetings = [
        (str(one.id), f"{kind.name}, {timezone.localtime(one.starts_at):%-d %B %Y, %H:%M}, {one.place}")
        for kind in kinds
        for one in queries.with_room(kind=kind.code, now=now)
    ]
    standing = [(kind, *grounds_of_case(found, kind, at=now)) for kind in kinds]
    by_code = {ground.code: ground for _, holding, _, _ in standing for ground in holding}
    form = ListForm(
        request.POST if request.method == "POST" else None,
        meetings=meetings,
        grounds=list(by_code.values()),
        initial={"conference": meetings[0][0] if len(meetings) == 1 else ""},
    )
    if meetings and form.is_valid():
        told = form.cleaned_data
        try:
            listing = list_case(
                actor=actor,
                case_id=found.id,
                conference_id=UUID(told["conference"]),
                ground=told["ground"],
                words=told["words"],
            )
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{reference} is on the list. No agency is told before it is asked.")
            return redirect("conference", listing.conference_id)
    record_look(action=Look.Action.VIEW, door="case_conference", subjects=[found.id, found.person_id])
    return render(
        request,
        "referrals/case_conference.html",
        {
            "case": found,
            "form": form if meetings else None,
            "standing": [(kind.name, again) for kind, _, again, _ in standing if kind.repeat],
            "may_call": actor.can(Capability.RUN_CONFERENCE),
        },
        status=UNPROCESSABLE if form.is_bound else None,
    )


@require_http_methods(["GET", "POST"])
def conference_case(request: HttpRequest, listing_id: UUID) -> HttpResponse:
    """One listed case: who it is about, what agencies know, what was said and is to be done."""
    actor = current_actor()
    actor.require(Capability.SEE_CONFERENCES)
    of = scope.listings(actor).filter(id=listing_id).values_list("conference_id", flat=True).first()
    if of is None:
        raise Http404
    actor, meeting = confirmed_meeting_for(of)
    file, all_papers = papers(actor=actor, conference=meeting)
    paper = next((one for one in all_papers if one.line.listing.id == listing_id), None)
    if paper is None:
        raise Http404
    forms = _forms(request, actor, paper)
    act = request.POST.get("act", "")
    sent = forms.get(act)
    if request.method == "POST" and sent is not None and sent.is_valid():
        try:
            said = _done(actor, paper, act, sent)
        except REFUSALS as refusal:
            sent.add_error(None, str(refusal))
        else:
            messages.success(request, said)
            if act in ("off", "later"):
                return redirect("conference", meeting.id)
            return redirect("conference_case", listing_id)
    record_look(
        action=Look.Action.VIEW,
        door="conference_case",
        subjects=[paper.line.case.id, paper.line.case.person_id],
    )
    number = all_papers.index(paper)
    return render(
        request,
        "referrals/conference_case.html",
        {
            "conference": meeting,
            "kind": file.kind,
            "paper": paper,
            "line": paper.line,
            "boxes": _boxes(forms, sent),
            "form": sent,
            "before": all_papers[number - 1].line if number else None,
            "after": all_papers[number + 1].line if number + 1 < len(all_papers) else None,
            "now": timezone.now(),
            "of_hub": actor.hub,
        },
        status=UNPROCESSABLE if request.method == "POST" else None,
    )


def _forms(request: HttpRequest, actor: Actor, paper: Paper) -> dict[str, Form]:
    """What the actor may write on the case now, by the name of what is done; the one that was sent is filled."""
    line, meeting = paper.line, paper.line.listing.conference
    act = request.POST.get("act", "")
    made: dict[str, Form] = {}

    def sent(name: str) -> Any:
        return request.POST if request.method == "POST" and act == name else None

    if meeting.status in CHANGES_UNTIL:
        if line.own is not None and actor.can(Capability.ANSWER_RESEARCH):
            made["answer"] = ResearchForm(sent("answer"), categories=line.own.categories)
        if actor.can(Capability.RUN_CONFERENCE) and line.research:
            agencies = [(str(one.id), one.agency.name) for one in line.research]
            told = sorted({category for one in line.research for category in one.categories})
            made["told"] = ResearchForm(
                sent("told"), categories=told, agencies=agencies, auto_id="id_told_%s"
            )
    if not actor.can(Capability.RUN_CONFERENCE):
        return made
    if meeting.status in (BEGUN, HELD):
        owners = [(str(actor.agency_id), "The hub")]
        owners += [(str(one.agency_id), one.agency.name) for one in line.research]
        made["passage"] = PassageForm(sent("passage"), auto_id="id_passage_%s")
        made["action"] = ActionForm(sent("action"), agencies=owners, auto_id="id_action_%s")
    if meeting.status in (PLANNED, BEGUN) and line.listing.status == Listing.Status.LISTED:
        later = [
            (str(one.id), f"{timezone.localtime(one.starts_at):%-d %B %Y, %H:%M}, {one.place}")
            for one in queries.with_room(kind=meeting.kind, now=timezone.now())
            if one.starts_at > meeting.starts_at
        ]
        if later:
            made["later"] = PutOffForm(sent("later"), meetings=later, auto_id="id_later_%s")
    if meeting.status == PLANNED and line.listing.status == Listing.Status.LISTED:
        made["off"] = TakeOffForm(sent("off"), auto_id="id_off_%s")
    return made


TITLES = {
    "answer": ("What does your agency know?", "Send to the hub"),
    "told": ("An agency told you what it knows", "Record the answer"),
    "passage": ("Add to the minutes", "Add to the minutes"),
    "action": ("Set an action", "Set the action"),
    "later": ("Put off to a later meeting", "Put it off"),
    "off": ("Take off the list", "Take off the list"),
}


def _boxes(forms: dict[str, Form], sent: Form | None) -> list[dict[str, object]]:
    """The forms with their headings; the one that was sent, and an agency's own, stand open."""
    return [
        {
            "act": act,
            "title": TITLES[act][0],
            "button": TITLES[act][1],
            "form": form,
            "open": form is sent or act == "answer",
        }
        for act, form in forms.items()
    ]


def _done(actor: Actor, paper: Paper, act: str, form: Form) -> str:
    """Do what the form asks for, and say that it is done."""
    line, told = paper.line, form.cleaned_data
    if isinstance(form, ResearchForm):
        asked = UUID(told["agency"]) if act == "told" else line.own.id if line.own else line.listing.id
        answer_research(actor=actor, research_id=asked, known=told["known"] == "known", told=form.told)
        return "The answer is recorded. It can be added to until the meeting has ended."
    if isinstance(form, PassageForm):
        record_passage(actor=actor, listing_id=line.listing.id, part=told["part"], words=told["words"])
        return "It is in the minutes."
    if isinstance(form, ActionForm):
        set_action(
            actor=actor,
            listing_id=line.listing.id,
            agency_id=UUID(told["agency"]),
            words=told["words"],
            due_at=form.due_at,
            owner_name=told["owner_name"],
        )
        return "The action is set, and the agency is told."
    if isinstance(form, PutOffForm):
        put_off(actor=actor, listing_id=line.listing.id, to=UUID(told["to"]), words=told["words"])
        return "The case is on the list of the later meeting. Ask the agencies about it there."
    take_off(actor=actor, listing_id=line.listing.id, words=told["words"])
    return "The case is off the list."


@require_GET
def conference_actions(request: HttpRequest) -> HttpResponse:
    """What agencies are to do after conferences: all of it for the hub, its own for an agency."""
    actor = current_actor()
    actor.require(Capability.SEE_CONFERENCES)
    chosen = request.GET.get("list", "open")
    if chosen not in LISTS:
        chosen = "open"
    page = action_page(
        actor=actor,
        answered=chosen == "answered",
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    subjects = [row.action.case_id for row in page.rows]
    record_look(action=Look.Action.LIST, door="conference_actions", subjects=subjects)
    tabs = [
        {"label": words, "url": f"{reverse('conference_actions')}?list={name}", "current": name == chosen}
        for name, words in LISTS.items()
    ]
    return render(
        request,
        "referrals/conference_actions.html",
        {"page": page, "tabs": tabs, "chosen": chosen, "now": timezone.now(), "of_hub": actor.hub},
    )


@require_http_methods(["GET", "POST"])
def conference_action(request: HttpRequest, action_id: UUID) -> HttpResponse:
    """Say what became of one action."""
    actor = current_actor()
    actor.require(Capability.SEE_CONFERENCES)
    found = scope.conference_actions(actor).select_related("conference", "agency").filter(id=action_id)
    action = found.first()
    if action is None:
        raise Http404
    may = actor.agency_id == action.agency_id or actor.can(Capability.RUN_CONFERENCE)
    is_open = action.status == ConferenceAction.Status.OPEN and may
    form = AnswerActionForm(request.POST if request.method == "POST" else None)
    if is_open and form.is_valid():
        try:
            answer_action(actor=actor, action_id=action.id, **form.cleaned_data)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "What became of it is recorded.")
            return redirect("conference_actions")
    record_look(action=Look.Action.VIEW, door="conference_action", subjects=[action.case_id])
    context = {"action": action, "form": form if is_open else None, "now": timezone.now()}
    status = UNPROCESSABLE if form.is_bound and is_open else None
    return render(request, "referrals/conference_action.html", context, status=status)
