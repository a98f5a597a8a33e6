"""Messages on a referral: the hub's page on the case, the partner's on its referral."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from access.actor import Actor
from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions import messages as verbs
from referrals.forms.messages import MessageForm
from referrals.models import Referral
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.pages.referral import own_referral
from referrals.queries.messages import ABOUT, message_page
from referrals.workflow import OPEN, PARTNER, STATUS_WORDS, verbs_for

DONE = {
    "send": "The message is sent.",
    "ask": "The hub has your question. Your time to answer stands still until it is answered.",
    "inform": "The partner has your answer, and its time to answer runs again.",
}
VERBS = {"send": verbs.send_message, "ask": verbs.ask, "inform": verbs.inform}


@require_http_methods(["GET", "POST"])
def case_messages(request: HttpRequest, reference: str, referral_id: UUID) -> HttpResponse:
    """What the hub and one partner said to each other on a referral of the case."""
    actor, found = case_for(reference)
    referral = found.referrals.select_related("agency", "service", "team").filter(id=referral_id).first()
    if referral is None or referral.status == "draft":
        raise Http404
    back = f"{reverse('case', args=[reference])}#referrals"
    return _page(request, actor, referral, door="case_messages", caption=reference, back=back)


@require_http_methods(["GET", "POST"])
def referral_messages(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """What the partner and the hub said to each other on one of its referrals."""
    actor = current_actor()
    actor.require(Capability.ANSWER_REFERRAL)
    referral = own_referral(actor, referral_id)
    back = reverse("referral", args=[referral.id])
    return _page(request, actor, referral, door="referral_messages", caption=referral.service.name, back=back)


def _page(
    request: HttpRequest, actor: Actor, referral: Referral, *, door: str, caption: str, back: str
) -> HttpResponse:
    form = MessageForm(
        request.POST if request.method == "POST" else None,
        referral=referral,
        may_ask=not actor.hub and not referral.waits_for_hub and "ask" in verbs_for(referral.status, PARTNER),
        may_answer=actor.hub and referral.waits_for_hub,
    )
    writes = referral.status in OPEN
    if writes and form.is_valid():
        given = form.cleaned_data
        verb = "ask" if given.get("asks") else "inform" if given.get("answers") else "send"
        try:
            VERBS[verb](actor=actor, referral_id=referral.id, text=given["text"], about=given["about"])
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, DONE[verb])
            return redirect(request.path)
    before = _cursor(request)
    page = message_page(referral=referral, before=before)
    if page.messages and before is None:
        verbs.mark_read(actor=actor, referral=referral, newest=page.messages[0])
    record_look(action=Look.Action.VIEW, door=door, subjects=[referral.id, referral.case_id])
    context = {
        "referral": referral,
        "page": page,
        "lines": [(one, ABOUT[one.category]) for one in page.messages],
        "form": form if writes else None,
        "status_words": STATUS_WORDS[referral.status],
        "at_hub": actor.hub,
        "caption": caption,
        "back": back,
        "next": str(page.next or ""),
    }
    status = UNPROCESSABLE if writes and form.errors else None
    return render(request, "referrals/messages.html", context, status=status)


def _cursor(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET["after"]) if request.GET.get("after") else None
    except ValueError:
        return None
