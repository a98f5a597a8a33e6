"""A partner's list of what it must correct or erase, and its word that it has."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from rights.actions.corrections import FIELDS
from rights.actions.notices import NoticeNotFound, confirm_notice
from rights.queries.notices import TABS, notice_list


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """What the agency was told, that it has not confirmed, and what it has."""
    actor = current_actor()
    actor.require(Capability.ANSWER_REFERRAL)
    chosen = request.GET.get("list", "waiting")
    if chosen not in TABS:
        chosen = "waiting"
    page = notice_list(
        actor=actor, chosen=chosen, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    record_look(
        action=Look.Action.LIST, door="rights_notices", subjects=[one.about for one in page.rows if one.about]
    )
    tabs = [
        {"label": words, "url": f"{reverse('rights_notices')}?list={name}", "current": name == chosen}
        for name, words in TABS.items()
    ]
    rows = [(one, FIELDS[one.correction.field].words if one.correction else "") for one in page.rows]
    return render(
        request, "rights/notices.html", {"page": page, "rows": rows, "tabs": tabs, "chosen": chosen}
    )


@require_POST
def notice_confirm(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """The agency has done it."""
    actor = current_actor()
    actor.require(Capability.ANSWER_REFERRAL)
    try:
        confirm_notice(actor=actor, notice_id=notice_id)
    except NoticeNotFound:
        raise Http404 from None
    messages.success(request, "The hub knows that you have done it.")
    return redirect("rights_notices")
