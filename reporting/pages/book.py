"""One pathway from above: its versions, what agencies objected to, what was questioned case by case, who declines."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from pathways.queries.challenges import challenges_to
from pathways.queries.versions import book
from referrals.queries.declines import declines_of
from referrals.workflow import DECLINE_REASONS
from reporting.small_cells import suppressed


@require_GET
def pathway_book(request: HttpRequest, code: str) -> HttpResponse:
    """Versions and objections for all who may read them; challenges and declines as far as the reader may see."""
    actor = current_actor()
    actor.require(Capability.SEE_PATHWAYS)
    now = timezone.now()
    found = book(actor=actor, code=code, on=timezone.localdate(now))
    if found is None:
        raise Http404
    raised = challenges_to(actor=actor, code=code)
    if raised:
        record_look(action=Look.Action.LIST, door="pathway_book", subjects=[one.case_id for one in raised])
    declines = declines_of(actor=actor, code=code, now=now)
    shown = suppressed({(one.agency, one.reason): one.count for one in declines})
    context = {
        "book": found,
        "challenges": raised,
        "declines": [
            (one.agency, DECLINE_REASONS.get(one.reason, one.reason), shown[one.agency, one.reason])
            for one in declines
        ],
        "drafts": actor.can(Capability.DRAFT_PATHWAY),
        "questions": actor.can(Capability.QUESTION_PATHWAY),
    }
    return render(request, "pathways/pathway.html", context)
