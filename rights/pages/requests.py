"""Requests: what is due, one request, and the verbs that answer it. Copies have pages of their own."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.actor import Actor
from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from rights.actions.corrections import FIELDS, correct, finish_rectification
from rights.actions.erasure import decide_erasure, prepare_erasure
from rights.actions.requests import STILL_OPEN, RightsRefused, extend, refuse
from rights.forms import BecauseForm, CorrectForm, ReasonsForm, RefuseForm
from rights.grounds import REFUSALS
from rights.models import Request
from rights.pages.form_page import form_page, sent
from rights.queries import requests as queries


@require_GET
def request_list(request: HttpRequest) -> HttpResponse:
    """Requests to be answered, the soonest due first, and those that were."""
    actor = current_actor()
    actor.require(Capability.SEE_RIGHTS)
    chosen = request.GET.get("list", "open")
    if chosen not in queries.LISTS:
        chosen = "open"
    page = queries.request_list(
        actor=actor, chosen=chosen, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    record_look(
        action=Look.Action.LIST, door="rights_requests", subjects=[one.person_id for one, _ in page.rows]
    )
    tabs = [
        {"label": words, "url": f"{reverse('rights_requests')}?list={name}", "current": name == chosen}
        for name, (words, _) in queries.LISTS.items()
    ]
    context = {
        "page": page,
        "tabs": tabs,
        "chosen": chosen,
        "now": timezone.now(),
        "sections": sections(actor),
    }
    return render(request, "rights/requests.html", context)


def sections(actor: Actor, current: str = "rights_requests") -> list[dict[str, object]]:
    """The pages about rights that the actor may open, beside each other."""
    pages = (
        ("Requests", "rights_requests", Capability.SEE_RIGHTS),
        ("Retention", "rights_retention", Capability.REVIEW_RETENTION),
        ("Information requests", "rights_information", Capability.SEE_RIGHTS),
        ("Certificates", "rights_certificates", Capability.SEE_CERTIFICATES),
    )
    return [
        {"label": label, "url": reverse(name), "current": name == current}
        for label, name, capability in pages
        if actor.can(capability)
    ]


def request_for(
    request_id: UUID, capability: Capability = Capability.SEE_RIGHTS, kind: str = ""
) -> tuple[Actor, Request]:
    """The request of that id: 403 without the role, 404 where it is not the actor's to see."""
    actor = current_actor()
    actor.require(capability)
    found = queries.request_of(actor=actor, request_id=request_id, kind=kind)
    if found is None:
        raise Http404
    return actor, found


@require_GET
def request_page(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request: who asked, by when, what was done, and what can be done now."""
    actor, found = request_for(request_id)
    record_look(action=Look.Action.VIEW, door="rights_request", subjects=[found.person_id])
    return render(
        request,
        "rights/request.html",
        {
            "request_": found,
            "caption": f"Request {found.number}, {found.person.reference}",
            "facts": _facts(found),
            "links": _links(actor, found),
            "corrections": [
                (FIELDS[one.field].words, one)
                for one in found.corrections.order_by("id")
                if one.field in FIELDS
            ],
            "release": getattr(found, "release", None),
            "withholdings": found.withholdings.order_by("id"),
            "may_finish": found.kind == "rectification"
            and found.state in STILL_OPEN
            and actor.can(Capability.DECIDE_RIGHTS),
            "may_prepare": found.kind == "erasure"
            and found.state == "open"
            and actor.can(Capability.PREPARE_RIGHTS),
            "now": timezone.now(),
        },
    )


def _facts(found: Request) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {"key": "Asked by", "value": found.asked_by},
        {"key": "Identity checked", "value": found.identity_check},
        {"key": "Received", "value": f"{timezone.localtime(found.received_at):%-d %B %Y}"},
        {
            "key": "Answer by",
            "value": f"{timezone.localtime(found.due_at):%-d %B %Y}",
            "note": f"Extended: {found.extended_because}" if found.extended_because else "",
        },
        {"key": "Recorded by", "value": found.opened_by_name},
    ]
    if found.words:
        rows.append({"key": "In their words", "value": found.words})
    if found.prepared_by_name:
        rows.append({"key": "Prepared by", "value": found.prepared_by_name})
    if found.decided_by_name:
        rows.append({"key": "Decided by", "value": found.decided_by_name, "note": found.reasons})
    if found.ground:
        rows.append({"key": "Ground", "value": REFUSALS.get(found.ground, found.ground)})
    if found.statement:
        rows.append({"key": "Their statement", "value": found.statement})
    return rows


def _links(actor: Actor, found: Request) -> list[tuple[str, str]]:
    if found.state not in STILL_OPEN:
        return []
    decides = actor.can(Capability.DECIDE_RIGHTS)
    wanted = [
        ("rights_preview", "Look at the copy", found.kind == "access"),
        ("rights_correct", "Correct a field", found.kind == "rectification" and decides),
        ("rights_decide", "Decide the erasure", found.state == "prepared" and decides),
        ("rights_refuse", "Refuse", decides),
        ("rights_extend", "Take two further months", decides and not found.extended_because),
    ]
    return [(words, reverse(name, args=[found.id])) for name, words, shown in wanted if shown]


@require_http_methods(["GET", "POST"])
def request_extend(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Two further months."""
    actor, found = request_for(request_id, Capability.DECIDE_RIGHTS)
    form = BecauseForm(sent(request))
    page = reverse("rights_request", args=[request_id])
    return form_page(
        request,
        form,
        lambda: extend(actor=actor, request_id=request_id, **form.cleaned_data),
        title="Take two further months",
        button="Extend",
        back=page,
        then=page,
        done="The request is extended. Tell the person, and why.",
        caption=f"Request {found.number}",
        advice="Only where it is complex, or one of many. The person must be told within the first month.",
    )


@require_http_methods(["GET", "POST"])
def request_refuse(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Refuse with ground and reasons."""
    actor, found = request_for(request_id, Capability.DECIDE_RIGHTS)
    form = RefuseForm(sent(request))
    page = reverse("rights_request", args=[request_id])
    return form_page(
        request,
        form,
        lambda: refuse(actor=actor, request_id=request_id, **form.cleaned_data),
        title="Refuse the request",
        button="Refuse",
        back=page,
        then=page,
        done="The refusal is recorded. Tell the person why, and how to complain.",
        caption=f"Request {found.number}",
    )


@require_http_methods(["GET", "POST"])
def request_correct(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Correct one field."""
    actor, found = request_for(request_id, Capability.DECIDE_RIGHTS, "rectification")
    form = CorrectForm(sent(request))
    page = reverse("rights_request", args=[request_id])
    return form_page(
        request,
        form,
        lambda: correct(actor=actor, request_id=request_id, **form.cleaned_data),
        title="Correct a field",
        button="Correct",
        back=page,
        then=page,
        done="It is corrected. Every agency that was told is asked to correct its record too.",
        caption=f"Request {found.number}",
        advice="What it was before is kept beside it, with your reason.",
    )


@require_POST
def request_finish(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """All that was wrong is corrected."""
    actor, _ = request_for(request_id, Capability.DECIDE_RIGHTS, "rectification")
    try:
        finish_rectification(actor=actor, request_id=request_id)
    except RightsRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect("rights_request", request_id=request_id)


@require_POST
def request_prepare(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Nothing known stands against erasing; somebody else decides."""
    actor, _ = request_for(request_id, Capability.PREPARE_RIGHTS, "erasure")
    try:
        prepare_erasure(actor=actor, request_id=request_id)
    except RightsRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Prepared. Another supervisor or a manager decides.")
    return redirect("rights_request", request_id=request_id)


@require_http_methods(["GET", "POST"])
def request_decide(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Decide that the person is erased."""
    actor, found = request_for(request_id, Capability.DECIDE_RIGHTS, "erasure")
    form = ReasonsForm(sent(request))
    return form_page(
        request,
        form,
        lambda: decide_erasure(actor=actor, request_id=request_id, **form.cleaned_data),
        title="Decide the erasure",
        button="Erase everything about this person",
        back=reverse("rights_request", args=[request_id]),
        then=reverse("rights_requests"),
        done="Decided. The record is destroyed in a moment; the certificate is then in the list of certificates.",
        caption=f"Request {found.number}",
        advice="This cannot be taken back. Every agency that was told is asked to erase too.",
        is_warning=True,
    )
