"""Doors to the life of a version: drafted and proposed by the hub, answered by each agency, ended."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from access.actor import Actor
from access.context import current_actor
from access.roles import Capability
from agencies.queries import agencies_by_id
from pathways import scope
from pathways.actions import ratification, versions
from pathways.forms.draft import NewPathwayForm
from pathways.forms.life import AnswerForm, EmergencyForm, EndForm, ProposeForm, TermsForm
from pathways.models import PathwayVersion
from pathways.queries import versions as queries
from pathways.queries.directory import directory
from pathways.workflow import VersionRefused

UNPROCESSABLE = 422


@require_http_methods(["GET", "POST"])
def pathway_new(request: HttpRequest) -> HttpResponse:
    """Begin a new pathway, from nothing or from YAML."""
    actor = _may(Capability.DRAFT_PATHWAY)
    form = NewPathwayForm(_sent(request), request.FILES or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            draft = versions.draft_pathway(actor=actor, title=given["title"], definition=given["definition"])
        except VersionRefused as refusal:
            form.add_error("title", str(refusal))
        else:
            messages.success(request, "The draft is begun. Nobody but the hub sees it until it is proposed.")
            return redirect("pathway_edit", draft.code, draft.number)
    return _page(request, form, "Begin a new pathway", "Begin", back=reverse("pathways"))


@require_POST
def pathway_draft(request: HttpRequest, code: str) -> HttpResponse:
    """Draft the next version of a pathway, from its newest one."""
    actor = _may(Capability.DRAFT_PATHWAY)
    try:
        draft = versions.draft_version(actor=actor, code=code)
    except versions.VersionNotFound:
        raise Http404 from None
    except VersionRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("pathways")
    messages.success(
        request, f"Version {draft.number} is drafted. Nobody but the hub sees it until it is proposed."
    )
    return redirect("pathway_edit", code, draft.number)


@require_POST
def pathway_discard(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Throw a draft away."""
    actor = _may(Capability.DRAFT_PATHWAY)
    try:
        versions.discard_draft(actor=actor, version_id=_version(actor, code, number).id)
    except VersionRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("pathway", code, number)
    messages.success(request, "The draft is gone.")
    return redirect("pathways")


@require_http_methods(["GET", "POST"])
def pathway_propose(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Lay a draft before the agencies."""
    actor = _may(Capability.DRAFT_PATHWAY)
    version = _version(actor, code, number)
    form = ProposeForm(_sent(request), others=_others(version), initial=_bound(version))
    words = (
        "Propose to the agencies",
        "Propose",
        "It is proposed. Each agency that it binds can answer now.",
    )
    return _done(
        request,
        version,
        form,
        *words,
        lambda given: versions.propose(
            actor=actor,
            version_id=version.id,
            reasons=given["reasons"],
            in_force_from=given["in_force_from"],
            binds=given.get("binds", ()),
        ),
    )


@require_http_methods(["GET", "POST"])
def pathway_emergency(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Put a draft in force at once, for a time."""
    actor = _may(Capability.PUT_PATHWAY_IN_FORCE)
    version = _version(actor, code, number)
    form = EmergencyForm(_sent(request), others=_others(version), initial=_bound(version))
    words = ("Put in force at once", "Put in force now", "It routes cases from now, until its time is over.")
    return _done(
        request,
        version,
        form,
        *words,
        lambda given: versions.put_in_force_at_once(
            actor=actor,
            version_id=version.id,
            reasons=given["reasons"],
            until=form.until(),
            binds=given.get("binds", ()),
        ),
    )


@require_http_methods(["GET", "POST"])
def pathway_answer(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Say how one's own agency stands to a version."""
    actor = _may(Capability.ANSWER_PROPOSAL)
    version = _version(actor, code, number)
    words = ("Answer for your agency", "Answer", "Your agency’s answer stands beside the version.")
    return _done(
        request,
        version,
        AnswerForm(_sent(request)),
        *words,
        lambda given: ratification.answer(
            actor=actor, version_id=version.id, position=given["position"], reasons=given["reasons"]
        ),
    )


@require_http_methods(["GET", "POST"])
def pathway_withdraw(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take a proposal back."""
    actor = _may(Capability.DRAFT_PATHWAY)
    version = _version(actor, code, number)
    words = ("Withdraw the proposal", "Withdraw", "It is withdrawn. Draft the next version to amend it.")
    return _done(
        request,
        version,
        EndForm(_sent(request)),
        *words,
        lambda given: versions.withdraw(actor=actor, version_id=version.id, reasons=given["reasons"]),
    )


@require_http_methods(["GET", "POST"])
def pathway_retire(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Have a version route nobody any more."""
    actor = _may(Capability.DRAFT_PATHWAY)
    version = _version(actor, code, number)
    words = ("Retire this version", "Retire", "It is retired and routes nobody any more.")
    return _done(
        request,
        version,
        EndForm(_sent(request)),
        *words,
        lambda given: versions.retire(actor=actor, version_id=version.id, reasons=given["reasons"]),
    )


@require_http_methods(["GET", "POST"])
def pathway_terms(request: HttpRequest, code: str) -> HttpResponse:
    """Who keeps a pathway, and when its agencies have agreed."""
    actor = _may(Capability.DRAFT_PATHWAY)
    terms = queries.terms_of(code)
    if terms is None:
        raise Http404
    held = {"keeper_id": str(terms.keeper_id or ""), "threshold": terms.threshold, "lead": terms.lead}
    agencies = sorted(agencies_by_id().values(), key=lambda agency: agency.name)
    form = TermsForm(_sent(request), keepers=queries.keepers(actor=actor), agencies=agencies, initial=held)
    if form.is_valid():
        given = form.cleaned_data
        try:
            ratification.set_terms(
                actor=actor,
                code=code,
                keeper_id=UUID(given["keeper_id"]) if given["keeper_id"] else None,
                threshold=given["threshold"],
                lead=given["lead"],
            )
        except VersionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The terms are saved. What is proposed already keeps its own.")
            return redirect("pathways")
    return _page(request, form, "Terms of the pathway", "Save", back=reverse("pathways"))


def _may(capability: Capability) -> Actor:
    actor = current_actor()
    actor.require(capability)
    return actor


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _version(actor: Actor, code: str, number: int) -> PathwayVersion:
    version = scope.versions(actor).filter(code=code, number=number).first()
    if version is None:
        raise Http404
    return version


def _others(version: PathwayVersion) -> list[Any]:
    """The agencies that the version does not bind by itself."""
    needed = set(directory(on=timezone.localdate()).agencies_of(version.definition))
    others = [agency for agency in agencies_by_id().values() if agency.code not in needed]
    return sorted(others, key=lambda agency: agency.name)


def _bound(version: PathwayVersion) -> dict[str, Any]:
    return {"binds": version.binds, "in_force_from": timezone.localdate()}


def _done(
    request: HttpRequest,
    version: PathwayVersion,
    form: Form,
    title: str,
    button: str,
    done: str,
    verb: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    """A verb with a page of its own; a refusal comes back in the form, with all that was typed."""
    address = reverse("pathway", args=[version.code, version.number])
    if form.is_valid():
        try:
            verb(form.cleaned_data)
        except VersionRefused as refusal:
            for problem in getattr(refusal, "problems", [str(refusal)]):
                form.add_error(None, problem)
        else:
            messages.success(request, done)
            return redirect(address)
    return _page(request, form, title, button, back=address, caption=str(version))


def _page(
    request: HttpRequest, form: Form, title: str, button: str, *, back: str, caption: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "button": button,
        "back": back,
        "back_words": "Back to the version" if caption else "Pathways",
        "caption": caption or "Pathways",
    }
    return render(request, "pathways/form.html", context, status=UNPROCESSABLE if form.is_bound else None)
