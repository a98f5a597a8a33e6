"""The register of victim information requests, one request, and what is answered and decided about it."""

import csv
from collections.abc import Callable
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from access.actor import Actor
from access.context import current_actor
from access.export import neutralise
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from govuk_forms.dates import day_of_address
from rights.actions import information as verbs
from rights.forms import DecideInformationForm, DiscloseForm, InformationForm, TestsForm
from rights.models import InformationRequest
from rights.pages.form_page import form_page, sent
from rights.pages.people import person_for
from rights.pages.requests import sections
from rights.queries import information as queries


@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """The register, narrowed by state, day of receipt and whether counselling records are asked for."""
    actor = current_actor()
    actor.require(Capability.SEE_RIGHTS)
    filters = _filters(request.GET)
    page = queries.register(
        actor=actor, filters=filters, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    record_look(
        action=Look.Action.LIST, door="rights_information", subjects=[one.person_id for one, _ in page.rows]
    )
    context = {
        "page": page,
        "filters": filters,
        "groups": _groups(filters),
        "narrowed": filters != queries.RegisterFilters(),
        "may_export": actor.can(Capability.EXPORT_REGISTERS),
        "query": request.GET.urlencode(),
        "now": timezone.now(),
        "sections": sections(actor, "rights_information"),
    }
    return render(request, "rights/information.html", context)


def _filters(query: QueryDict) -> queries.RegisterFilters:
    state = query.get("state", "")
    return queries.RegisterFilters(
        state=state if state in InformationRequest.State.values else "",
        counselling=query.get("counselling") == "yes",
        first=day_of_address(query.get("first", "")),
        last=day_of_address(query.get("last", "")),
    )


def _groups(filters: queries.RegisterFilters) -> list[dict[str, object]]:
    states = [("", "Any"), *((state.value, state.label.capitalize()) for state in InformationRequest.State)]
    return [
        {
            "name": "state",
            "legend": "State",
            "kind": "radios",
            "options": [
                {"value": value, "label": label, "checked": filters.state == value} for value, label in states
            ],
        },
        {
            "name": "counselling",
            "legend": "Counselling",
            "options": [
                {"value": "yes", "label": "Counselling records asked for", "checked": filters.counselling}
            ],
        },
    ]


@reauthentication_required
@require_GET
def register_csv(request: HttpRequest) -> HttpResponse:
    """The register without personal data, for the data protection officer."""
    actor = current_actor()
    actor.require(Capability.EXPORT_REGISTERS)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="information-requests.csv"'
    writer = csv.DictWriter(answer, queries.FILE_COLUMNS)
    writer.writeheader()
    for line in queries.register_file(actor=actor, filters=_filters(request.GET)):
        writer.writerow({name: neutralise(str(value)) for name, value in line.items()})
    record_look(action=Look.Action.EXPORT, door="rights_information_csv")
    return answer


def _request_for(
    request_id: UUID, capability: Capability = Capability.SEE_RIGHTS
) -> tuple[Actor, InformationRequest]:
    actor = current_actor()
    actor.require(capability)
    found = queries.information_request(actor=actor, request_id=request_id)
    if found is None:
        raise Http404
    record_look(action=Look.Action.VIEW, door="rights_information_request", subjects=[found.person_id])
    return actor, found


@require_GET
def information_request(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request: what is asked and why, the tests, the notice, the decision."""
    actor, found = _request_for(request_id)
    states = InformationRequest.State
    prepares, decides = actor.can(Capability.PREPARE_RIGHTS), actor.can(Capability.DECIDE_RIGHTS)
    wanted = [
        (
            "rights_information_tests",
            "Answer the tests",
            prepares and found.state in (states.RECEIVED, states.TESTED),
        ),
        ("rights_information_decide", "Decide", decides and found.state == states.TESTED),
        (
            "rights_information_disclose",
            "Record what was disclosed",
            prepares and found.state == states.DECIDED,
        ),
    ]
    context = {
        "found": found,
        "facts": _facts(found),
        "tests": queries.tests_answered(found),
        "links": [(words, reverse(name, args=[found.id])) for name, words, shown in wanted if shown],
        "now": timezone.now(),
    }
    return render(request, "rights/information_request.html", context)


def _facts(found: InformationRequest) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {"key": "Body", "value": found.body},
        {"key": "Asked by", "value": found.requester},
        {"key": "Received", "value": f"{timezone.localtime(found.received_at):%-d %B %Y}"},
        {"key": "What is asked for", "value": found.asks},
        {"key": "Line of enquiry", "value": found.line_of_enquiry},
        {"key": "Why necessary", "value": found.necessary},
        {"key": "Why proportionate", "value": found.proportionate},
        {
            "key": "Counselling records",
            "value": "Asked for" if found.counselling else "Not asked for",
            "note": f"Approved by {found.senior_approval}" if found.senior_approval else "",
        },
    ]
    if found.tested_at:
        given = f"Given on {found.notice_on:%-d %B %Y}" if found.notice_on else "Not given"
        rows.append({"key": "Victim’s notice", "value": given, "note": found.notice_words})
    if found.decision:
        rows.append(
            {
                "key": "Decision",
                "value": found.get_decision_display(),
                "note": f"{found.decided_by_name}: {found.reasons}",
            }
        )
    if found.disclosed_at:
        day = f"{timezone.localtime(found.disclosed_at):%-d %B %Y}"
        rows.append({"key": "Disclosed", "value": day, "note": found.disclosed})
    return rows


@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a request about this person on the register."""
    actor, person = person_for(reference, Capability.PREPARE_RIGHTS)
    form = InformationForm(sent(request))
    page = reverse("rights_person", args=[reference])
    return form_page(
        request,
        form,
        lambda: verbs.record_information_request(actor=actor, person_id=person.id, **form.cleaned_data),
        title="Record a request for information about this person",
        button="Record the request",
        back=page,
        then=page,
        done="The request is on the register. Answer its tests next.",
        caption=reference,
        advice="As the authorised person made it. Send it back where it does not state all of this.",
    )


@require_http_methods(["GET", "POST"])
def tests(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Each test, answered; and the victim's notice."""
    actor, found = _request_for(request_id, Capability.PREPARE_RIGHTS)
    told = {**found.tests, "notice_on": found.notice_on, "notice_words": found.notice_words}
    form = TestsForm(sent(request), counselling=found.counselling, initial=told)
    return _verb_page(
        request,
        found,
        form,
        lambda: verbs.answer_tests(
            actor=actor,
            request_id=request_id,
            answers=form.answers(),
            notice_on=form.cleaned_data["notice_on"],
            notice_words=form.cleaned_data["notice_words"],
        ),
        title="Answer the tests",
        button="Record the answers",
        done="The answers are recorded. Another person decides.",
    )


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """All, a part, or nothing; by a second person, with reasons."""
    actor, found = _request_for(request_id, Capability.DECIDE_RIGHTS)
    form = DecideInformationForm(sent(request))
    return _verb_page(
        request,
        found,
        form,
        lambda: verbs.decide_information_request(actor=actor, request_id=request_id, **form.cleaned_data),
        title="Decide what is disclosed",
        button="Decide",
        done="The decision is recorded.",
    )


@require_http_methods(["GET", "POST"])
def disclose(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """What was disclosed, and how."""
    actor, found = _request_for(request_id, Capability.PREPARE_RIGHTS)
    form = DiscloseForm(sent(request))
    return _verb_page(
        request,
        found,
        form,
        lambda: verbs.record_disclosure(actor=actor, request_id=request_id, **form.cleaned_data),
        title="Record what was disclosed",
        button="Record",
        done="The disclosure is recorded.",
    )


def _verb_page(
    request: HttpRequest,
    found: InformationRequest,
    form: Form,
    verb: Callable[[], object],
    *,
    title: str,
    button: str,
    done: str,
) -> HttpResponse:
    page = reverse("rights_information_request", args=[found.id])
    return form_page(
        request,
        form,
        verb,
        title=title,
        button=button,
        back=page,
        then=page,
        done=done,
        caption=f"Information request {found.number}",
    )
