"""Writing a draft in ordinary pages: its title, who enters, what is assessed, and each route with its rule.

Every page works by submit buttons alone. What was typed comes back with what is wrong beside it; where somebody
else changed the draft meanwhile, nothing is written over.
"""

from collections.abc import Mapping
from typing import Any

import yaml
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.actor import Actor
from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from pathways import scope
from pathways.actions import versions as verbs
from pathways.authoring import Rows, rows_of
from pathways.definition import NoSuchPlace, arranged, routes_of, rule_at, with_route, with_rule
from pathways.forms.draft import AssessmentForm, ImportForm, RouteForm, TitleForm
from pathways.models import PathwayVersion
from pathways.queries import draft as queries
from pathways.queries.challenges import challenges_to
from pathways.queries.directory import directory, problems
from pathways.queries.facts import vocabulary
from pathways.rules import ALWAYS
from pathways.workflow import VersionRefused

UNPROCESSABLE = 422


@require_GET
def pathway_edit(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The draft, part by part, and what must still be done before it can be proposed."""
    actor = _writer()
    draft = _draft(actor, code, number)
    today = timezone.localdate()
    open_ones = challenges_to(actor=actor, code=code, only_open=True)
    if open_ones:
        record_look(action=Look.Action.LIST, door="pathway_edit", subjects=[one.case_id for one in open_ones])
    context = {
        "challenges": open_ones,
        "version": draft,
        "parts": queries.parts_of(draft.definition, on=today),
        "problems": problems(draft.definition, on=today),
        "changes": queries.changes(draft, on=today) if draft.based_on else None,
    }
    return render(request, "pathways/edit.html", context)


@require_http_methods(["GET", "POST"])
def pathway_edit_title(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Title, review, and whether it catches the rest."""
    actor = _writer()
    draft = _draft(actor, code, number)
    form = TitleForm(_sent(request), initial=TitleForm.held(draft.definition))
    if form.is_valid() and _kept(request, actor, draft, form.onto(draft.definition), form):
        return _back(draft)
    return _form_page(request, draft, form, "Title and review")


@require_http_methods(["GET", "POST"])
def pathway_edit_route(request: HttpRequest, code: str, number: int, place: str) -> HttpResponse:
    """One route, a new one, or the one that is taken where nothing fits."""
    actor = _writer()
    draft = _draft(actor, code, number)
    routes = routes_of(draft.definition)
    held: Mapping[str, Any] = {}
    if place == "default":
        held = draft.definition.get("default") or {}
    elif place != "new":
        if not place.isdecimal() or int(place) >= len(routes):
            raise Http404
        held = routes[int(place)]
    others = {route.get("name") for route in routes} - {held.get("name")}
    known = directory(on=timezone.localdate())
    services = sorted(
        (known.service_words(code), code)
        for code, offered in known.services.items()
        if code == held.get("service") or any(one.open_for_referrals for one in offered)
    )
    form = RouteForm(
        _sent(request), initial=RouteForm.held(held), services=services, names=filter(None, others)
    )
    if form.is_valid():
        changed = with_route(draft.definition, place, form.given(held))
        if _kept(request, actor, draft, changed, form):
            return _back(draft)
    titles = {"new": "Add a route", "default": "Where nothing fits"}
    return _form_page(request, draft, form, titles.get(place, f"Route {held.get('name', '')}"))


@require_http_methods(["GET", "POST"])
def pathway_edit_assessment(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Ask for one more assessment; its rule is changed like that of a route."""
    actor = _writer()
    draft = _draft(actor, code, number)
    there = [entry.get("instrument") for entry in draft.definition.get("assessments") or ()]
    offered = {
        code: title
        for code, title in directory(on=timezone.localdate()).instruments.items()
        if code not in there
    }
    form = AssessmentForm(_sent(request), instruments=offered)
    if form.is_valid():
        added = {"instrument": form.cleaned_data["instrument"], "when": ALWAYS}
        changed = {**draft.definition, "assessments": [*(draft.definition.get("assessments") or ()), added]}
        if _kept(request, actor, draft, changed, form):
            return _back(draft)
    return _form_page(request, draft, form, "Ask for an assessment")


@require_http_methods(["GET", "POST"])
def pathway_edit_rule(request: HttpRequest, code: str, number: int, place: str) -> HttpResponse:
    """A rule, one condition a row. Every button but Save shows the rows again, and writes nothing."""
    actor = _writer()
    draft = _draft(actor, code, number)
    try:
        held = rule_at(draft.definition, place)
    except NoSuchPlace:
        raise Http404 from None
    words = vocabulary(on=timezone.localdate())
    rows, status, checked = rows_of(held, words), None, False
    if request.method == "POST":
        rows = Rows.read(lambda name: request.POST.get(name, ""), request.POST.getlist)
        what = request.POST.get("do", "check")
        checked = what in ("check", "save")
        if not checked:
            rows.do(what, request.POST.get(f"new-{what.partition(':')[2]}", ""))
        elif (rule := rows.rule(words)) is None:
            status = UNPROCESSABLE
        elif what == "save":
            try:
                verbs.change_draft(
                    actor=actor,
                    version_id=draft.id,
                    definition=with_rule(draft.definition, place, rule),
                    seen=_seen(request),
                )
            except VersionRefused as refusal:
                rows.root.errors, status = [str(refusal)], UNPROCESSABLE
            else:
                messages.success(request, "The rule is saved.")
                return _back(draft)
    sentence = "" if rows.errors() else rows.words(words)
    if not checked:
        rows.forgive()  # whoever is still adding rows is not told what is missing
    context = {
        "version": draft,
        "seen": request.POST.get("seen", draft.revision),
        "title": queries.place_words(draft.definition, place, on=timezone.localdate()),
        "rows": rows,
        "rule": queries.drawn(rows, words),
        "sentence": sentence,
        "errors": [(path.replace(".", "-"), said) for path, said in rows.errors()],
        "facts": queries.facts_to_choose(words),
    }
    return render(request, "pathways/rule.html", context, status=status)


@require_POST
def pathway_edit_arrange(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Move a route or an assessment up or down, or take it out."""
    actor = _writer()
    draft = _draft(actor, code, number)
    what, _, place = request.POST.get("do", "").partition(":")
    try:
        changed = arranged(draft.definition, what, place)
        verbs.change_draft(actor=actor, version_id=draft.id, definition=changed, seen=_seen(request))
    except NoSuchPlace:
        messages.warning(request, "That part is not there any more.")
    except VersionRefused as refusal:
        messages.warning(request, str(refusal))
    return _back(draft)


@require_GET
def pathway_export(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A version as YAML, to be reviewed, kept and taken in elsewhere. It names nobody."""
    actor = current_actor()
    actor.require(Capability.SEE_PATHWAYS)
    version = _version(actor, code, number)
    text = yaml.safe_dump(version.definition, allow_unicode=True, sort_keys=False, width=100)
    head = f"# {version.title}, version {version.number}: {version.get_status_display()}.\n"
    name = f'attachment; filename="{version.code}-{version.number}.yaml"'
    return HttpResponse(head + text, "application/yaml", headers={"Content-Disposition": name})


@require_http_methods(["GET", "POST"])
def pathway_import(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take a draft's rules from YAML: first what would change is shown, then it is kept."""
    actor = _writer()
    draft = _draft(actor, code, number)
    form = ImportForm(_sent(request), request.FILES or None)
    shown = None
    if form.is_valid():
        found, today = form.cleaned_data["definition"], timezone.localdate()
        if request.POST.get("do") == "keep":
            if _kept(request, actor, draft, found, form):
                return _back(draft)
        else:
            shown = {
                "changes": queries.changed(draft.definition, found, on=today),
                "problems": problems({**found, "code": draft.code, "number": draft.number}, on=today),
                "text": form.cleaned_data["text"],
            }
    context = {
        "version": draft,
        "form": form,
        "shown": shown,
        "seen": request.POST.get("seen", draft.revision),
    }
    status = UNPROCESSABLE if form.errors else None
    return render(request, "pathways/import.html", context, status=status)


@require_GET
def pathway_compare(request: HttpRequest, code: str, number: int, other: int) -> HttpResponse:
    """What differs between two versions of a pathway, as sentences."""
    actor = current_actor()
    actor.require(Capability.SEE_PATHWAYS)
    version, before = _version(actor, code, number), _version(actor, code, other)
    changes = queries.changed(before.definition, version.definition, on=timezone.localdate())
    return render(
        request, "pathways/compare.html", {"version": version, "before": before, "changes": changes}
    )


def _writer() -> Actor:
    actor = current_actor()
    actor.require(Capability.DRAFT_PATHWAY)
    return actor


def _version(actor: Actor, code: str, number: int) -> PathwayVersion:
    version = scope.versions(actor).select_related("based_on").filter(code=code, number=number).first()
    if version is None:
        raise Http404
    return version


def _draft(actor: Actor, code: str, number: int) -> PathwayVersion:
    version = _version(actor, code, number)
    if version.status != PathwayVersion.Status.DRAFT:
        raise Http404
    return version


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _seen(request: HttpRequest) -> int | None:
    """The revision that the page showed; one that nobody could have seen where it is missing."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else -1


def _kept(
    request: HttpRequest,
    actor: Actor,
    draft: PathwayVersion,
    definition: Mapping[str, Any],
    form: Any,
) -> bool:
    """Whether the draft was changed; a refusal comes back in the form."""
    try:
        verbs.change_draft(actor=actor, version_id=draft.id, definition=definition, seen=_seen(request))
    except VersionRefused as refusal:
        form.add_error(None, ValidationError(str(refusal)))
        return False
    messages.success(request, "The draft is saved.")
    return True


def _back(draft: PathwayVersion) -> HttpResponse:
    return redirect("pathway_edit", draft.code, draft.number)


def _form_page(request: HttpRequest, draft: PathwayVersion, form: Any, title: str) -> HttpResponse:
    context = {
        "version": draft,
        "form": form,
        "title": title,
        "seen": request.POST.get("seen", draft.revision),
    }
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "pathways/edit_form.html", context, status=status)
