"""The rule book: which pathway versions there are, what each says in words, and who agreed to it.

It holds nothing about anybody, and every agency that it binds may read it.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from access.actor import Actor
from access.context import current_actor
from access.roles import Capability
from pathways import scope
from pathways.models import PathwayVersion
from pathways.queries import versions as queries
from pathways.queries.book import rule_book
from pathways.queries.directory import directory, problems
from pathways.workflow import ANSWERED_IN, TRANSITIONS, Threshold

ACTS = {
    "propose": ("pathway_propose", "Propose to the agencies"),
    "put_in_force_at_once": ("pathway_emergency", "Put in force at once, for a time"),
    "withdraw": ("pathway_withdraw", "Withdraw the proposal"),
    "retire": ("pathway_retire", "Retire this version"),
}
"""What people do with a version, each with its door; the other moves of the table follow by themselves."""


@require_GET
def pathway_list(request: HttpRequest) -> HttpResponse:
    """Every pathway with its versions, the one in force first, and how the agencies stand to each."""
    actor = current_actor()
    actor.require(Capability.SEE_PATHWAYS)
    context = {
        "books": queries.books(actor=actor, on=timezone.localdate()),
        "waiting": queries.waiting_for(actor=actor),
        "drafts": actor.can(Capability.DRAFT_PATHWAY),
    }
    return render(request, "pathways/list.html", context)


@require_GET
def pathway_version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One version: its rules in words, what each agency said about it, and what can be done with it."""
    actor = current_actor()
    actor.require(Capability.SEE_PATHWAYS)
    version = get_object_or_404(scope.versions(actor), code=code, number=number)
    today = timezone.localdate()
    context = {
        "version": version,
        "row": queries.version_row(actor=actor, version=version, on=today),
        "problems": _problems(version, actor),
        "acts": _acts(actor, version),
        "may_answer": queries.may_answer(actor=actor, version=version) and version.status in ANSWERED_IN,
        "may_discard": actor.can(Capability.DRAFT_PATHWAY) and version.status == PathwayVersion.Status.DRAFT,
        "threshold": Threshold(version.threshold).words if version.threshold else "",
        "lead": queries.agency_name(version.lead),
        "before": queries.before(actor=actor, version=version),
    }
    if version.status != PathwayVersion.Status.DRAFT or not context["problems"]:
        context["book"] = rule_book(version=version)
    return render(request, "pathways/version.html", context)


def _problems(version: PathwayVersion, actor: Actor) -> list[str]:
    """What is wrong with a version that is being written, or that routes cases and names what is gone since."""
    match version.status:
        case PathwayVersion.Status.DRAFT:
            return problems(version.definition, on=timezone.localdate())
        case (
            PathwayVersion.Status.RATIFIED | PathwayVersion.Status.EMERGENCY | PathwayVersion.Status.PROPOSED
        ):
            return directory(on=timezone.localdate()).faults(version.definition)
    return []


def _acts(actor: Actor, version: PathwayVersion) -> list[tuple[str, str]]:
    """What the actor may do with the version as it stands: door and words."""
    return [
        ACTS[one.verb]
        for one in TRANSITIONS
        if one.verb in ACTS and one.from_ == version.status and actor.can(one.capability)
    ]
