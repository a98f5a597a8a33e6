"""A partner's pages of one referral: what it tells, and the agency's answers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
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
from pathways.queries.challenges import challenges_on
from referrals.actions import referral as verbs
from referrals.actions.progress import record_progress
from referrals.forms.referral import CompleteForm, ConfirmForm, DeclineForm, ProgressForm, ReturnForm
from referrals.grounds import LOST
from referrals.models import Dispute, Referral
from referrals.queries import referrals as queries
from referrals.queries.partner_queue import colleagues_of
from referrals.queries.splits import asked_split
from referrals.serializers import for_partner
from referrals.workflow import (
    CONFIRMATIONS,
    DECLINE_REASONS,
    FINAL,
    HANDED_OVER,
    PARTNER,
    RETURN_REASONS,
    STATUS_WORDS,
    WORKED_ON,
    MoveRefused,
    verbs_for,
)

UNPROCESSABLE = 422
DONE = {
    "receive": "The hub knows that you have it.",
    "accept": "You have taken the referral on.",
    "start": "The hub knows that the work has begun.",
    "decline": "The referral is declined. The hub finds somebody else.",
    "return_to_hub": "The referral is back with the hub, with what you wrote.",
    "complete": "The referral is complete. Thank you.",
    "progress": "The hub sees how far you have come.",
    "confirm_recall": "The hub knows that you have stopped. Thank you.",
}
BUTTONS = {"receive": "Say that you have it", "accept": "Accept", "start": "Start the work"}
PAGES = {
    "decline": ("referral_decline", "Decline"),
    "return_to_hub": ("referral_return", "Give it back to the hub"),
    "complete": ("referral_complete", "Complete with what came of it"),
    "progress": ("referral_progress", "Say how far you have come"),
    "transfer": ("referral_transfer", "Pass it on to another team"),
    "split": ("referral_split", "Split the work with another team"),
    "confirm_recall": ("referral_confirm", "Confirm that you have stopped"),
}
REASONS = {
    **DECLINE_REASONS,
    **RETURN_REASONS,
    HANDED_OVER: "Handed over by the hub to another agency",
    "recalled_by_hub": "Recalled by the hub",
    **LOST,
    "not_answered": "Not answered in time",
}


@require_GET
def referral(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """One referral: why it is here, how to reach the person safely, what is told, and what can be answered."""
    actor = partner()
    found = own_referral(actor, referral_id)
    told = for_partner(found)
    subjects = [found.id, found.case_id] if "case_reference" in told else [found.id]
    record_look(action=Look.Action.VIEW, door="referral", subjects=subjects)
    possible = _possible(found)
    if len(told.get("needs", ())) > 1 and asked_split(found) is None:
        possible += ("split",)
    return render(
        request,
        "referrals/referral.html",
        {
            "referral": found,
            "told": told,
            "status_words": STATUS_WORDS[found.status],
            "ended": found.status in FINAL,
            "reason": REASONS.get(found.reason_code, ""),
            "confirmation": CONFIRMATIONS.get(found.confirmation, ""),
            "outcomes": found.outcomes.order_by("id"),
            "buttons": [
                (words, reverse(f"referral_{verb}", args=[found.id]))
                for verb, words in BUTTONS.items()
                if verb in possible
            ],
            "pages": [
                (words, reverse(name, args=[found.id]))
                for verb, (name, words) in PAGES.items()
                if verb in possible
            ],
            "facts": _facts(found, told.get("identity")),
            "dispute": Dispute.objects.filter(referral=found).first(),
            "challenges": challenges_on(actor=actor, case_id=found.case_id),
            "colleagues": () if found.status in FINAL else colleagues_of(actor),
            "now": timezone.now(),
        },
    )


def _possible(found: Referral) -> tuple[str, ...]:
    """What the agency may do with it now, the word on a recall included."""
    more = [("confirm_recall", verbs.may_be_confirmed(found)), ("progress", found.status in WORKED_ON)]
    return verbs_for(found.status, PARTNER) + tuple(verb for verb, may in more if may)


def _facts(found: Referral, identity: dict[str, Any] | None) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {"key": "Service", "value": found.service.name, "note": found.team.name},
        {"key": "Sent", "value": f"{timezone.localtime(found.sent_at):%-d %B %Y, %H:%M}"},
    ]
    if identity:
        born, age = identity["date_of_birth"], identity["age"]
        rows += [
            {
                "key": "Born",
                "value": f"{born:%-d %B %Y}" if born else "Not known",
                "note": f"{age} years old" if age is not None else "",
            },
            {"key": "Language", "value": identity["language"] or "Not known"},
            {"key": "Entitlement", "value": identity["entitlement"].capitalize()},
            {"key": "Risk", "value": identity["risk"].replace("_", " ").capitalize()},
        ]
    return rows


@require_POST
def referral_receive(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Say that the agency has it."""
    return _do(request, referral_id, "receive", verbs.receive)


@require_POST
def referral_accept(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Take it on."""
    return _do(request, referral_id, "accept", verbs.accept)


@require_POST
def referral_start(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """The work has begun."""
    return _do(request, referral_id, "start", verbs.start)


@require_http_methods(["GET", "POST"])
def referral_decline(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Decline it, with a reason."""
    form = DeclineForm(request.POST or None)
    return _answer(request, referral_id, "decline", form, lambda: {**form.cleaned_data}, verbs.decline)


@require_http_methods(["GET", "POST"])
def referral_return(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Give it back, with what must be known first."""
    form = ReturnForm(request.POST or None)
    return _answer(
        request, referral_id, "return_to_hub", form, lambda: {**form.cleaned_data}, verbs.return_to_hub
    )


@require_http_methods(["GET", "POST"])
def referral_complete(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Finish it, with what came of it."""
    form = CompleteForm(request.POST or None)
    return _answer(
        request, referral_id, "complete", form, lambda: {"outcomes": form.outcomes()}, verbs.complete
    )


@require_http_methods(["GET", "POST"])
def referral_progress(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Say how far the agency has come."""
    form = ProgressForm(request.POST or None, initial={"on": timezone.localdate()})
    return _answer(request, referral_id, "progress", form, lambda: {**form.cleaned_data}, record_progress)


@require_http_methods(["GET", "POST"])
def referral_confirm(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Say that work on a recalled referral has stopped, and what became of what was held."""
    form = ConfirmForm(request.POST or None)
    return _answer(
        request, referral_id, "confirm_recall", form, lambda: {**form.cleaned_data}, verbs.confirm_recall
    )


def partner() -> Actor:
    """The actor, who answers referrals. Raises NotAllowed."""
    actor = current_actor()
    actor.require(Capability.ANSWER_REFERRAL)
    return actor


def own_referral(actor: Actor, referral_id: UUID) -> Referral:
    """The agency's referral of this id. Raises Http404."""
    found = queries.own(actor=actor, referral_id=referral_id)
    if found is None:
        raise Http404
    return found


def _do(request: HttpRequest, referral_id: UUID, verb: str, do: Callable[..., Referral]) -> HttpResponse:
    """A verb of one button: done, or a message that says why not."""
    actor = partner()
    try:
        do(actor=actor, referral_id=referral_id)
    except verbs.ReferralNotFound:
        raise Http404 from None
    except MoveRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, DONE[verb])
    return redirect("referral", referral_id=referral_id)


def _answer(
    request: HttpRequest,
    referral_id: UUID,
    verb: str,
    form: Form,
    given: Callable[[], dict[str, object]],
    do: Callable[..., Referral],
) -> HttpResponse:
    """A verb with a page of its own: the form, and the form again with what was entered where it is refused."""
    actor = partner()
    found = own_referral(actor, referral_id)
    if verb not in _possible(found):
        messages.warning(request, f"This referral is {STATUS_WORDS[found.status].lower()} now.")
        return redirect("referral", referral_id=referral_id)
    if request.method == "POST" and form.is_valid():
        try:
            do(actor=actor, referral_id=referral_id, **given())
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, DONE[verb])
            stays = verb in ("complete", "confirm_recall", "progress")
            return redirect("referral", referral_id=referral_id) if stays else redirect("partner_queue")
    door, title = PAGES[verb]
    return answer_page(request, found, form, door=door, title=title)


def answer_page(
    request: HttpRequest, referral: Referral, form: Form, *, door: str, title: str
) -> HttpResponse:
    """A partner's form about its referral, on record as a look at it."""
    record_look(action=Look.Action.VIEW, door=door, subjects=[referral.id])
    context = {"referral": referral, "form": form, "title": title}
    status = UNPROCESSABLE if form.is_bound and form.errors else None
    return render(request, "referrals/referral_answer.html", context, status=status)
