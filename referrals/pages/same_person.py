"""Whether two people are one: the answer to a suggestion, and a link with what was recorded by it, and its undoing."""

from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions.same_person import answer_suggestion, undo_link
from referrals.forms.same_person import UndoLinkForm
from referrals.models import Case
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.queries.review import LISTS, ORDERS, list_to_begin_with, newest_case_of, pairs_to_review
from referrals.queries.same_person import link_of, recorded_meanwhile, suggested_of
from victims.actions.links import LinkEnded, LinkNotFound, NeverLinked
from victims.actions.suggestions import SuggestionDecided, SuggestionNotFound

ANSWERS = {"different": True, "unsure": False}
"""The buttons that undo a link: whether the two were found to be different people."""


@require_POST
def case_suggestion(request: HttpRequest, reference: str, suggestion: UUID) -> HttpResponse:
    """Say whether two people are the same. Nothing is merged."""
    answer = request.POST.get("answer")
    if answer not in ("same", "different"):
        raise SuspiciousOperation("The answer is “same” or “different”.")
    actor, found = case_for(reference)
    try:
        done = answer_suggestion(
            actor=actor, case_id=found.id, suggestion_id=suggestion, same=answer == "same"
        )
    except SuggestionNotFound:
        raise Http404 from None
    except (*REFUSALS, SuggestionDecided, NeverLinked) as refusal:
        messages.warning(request, str(refusal))
    else:
        if answer == "same":
            messages.success(request, "The two records are linked. Both keep what is theirs.")
        if done.recalled:
            messages.warning(
                request, f"{_referrals(done.recalled)} recalled: the stricter of the two counts."
            )
    return redirect("case", reference=reference)


@require_http_methods(["GET", "POST"])
def case_link(request: HttpRequest, reference: str, link_id: UUID) -> HttpResponse:
    """A link with another record: what was recorded while it stands or stood, on which of the two, and its undoing."""
    actor, found = case_for(reference, to_work=request.method == "POST")
    link = link_of(actor=actor, case=found, link_id=link_id)
    if link is None:
        raise Http404
    works = actor.can(Capability.TRIAGE) and link.ended_at is None
    form = UndoLinkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        if answer not in ANSWERS:
            raise SuspiciousOperation("The answer is “different” or “unsure”.")
        if form.is_valid():
            try:
                done = undo_link(
                    actor=actor,
                    case_id=found.id,
                    link_id=link_id,
                    words=form.cleaned_data["words"],
                    different=ANSWERS[answer],
                )
            except LinkNotFound:
                raise Http404 from None
            except (*REFUSALS, LinkEnded) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "The two records are no longer linked.")
                if not done.left or not Case.objects.filter(id=found.id).exists():
                    return redirect("case", reference=reference)
                messages.info(
                    request, "Look through what was recorded meanwhile: each line stays where it is."
                )
                return redirect("case_link", reference=reference, link_id=link_id)
    meanwhile = recorded_meanwhile(link=link, now=timezone.now(), actor=actor)
    subjects = [found.id, *(side.person.id for side in meanwhile.sides)]
    record_look(action=Look.Action.VIEW, door="case_link", subjects=subjects)
    context = {"case": found, "link": link, "why": suggested_of(link), "meanwhile": meanwhile}
    return render(
        request,
        "referrals/case_link.html",
        {**context, "form": form, "works": works},
        status=UNPROCESSABLE if form.is_bound and form.errors else None,
    )


SAYS: dict[str, bool | None] = {"same": True, "different": False, "unsure": None}
"""The buttons of a pair in review."""


@require_GET
def review_pairs(request: HttpRequest) -> HttpResponse:
    """Pairs of people who may be one, some at a time, with what each record says side by side."""
    actor = current_actor()
    actor.require(Capability.SEE_CASES)
    which, order = request.GET.get("list", ""), request.GET.get("order", "")
    which = which if which in LISTS else list_to_begin_with()
    order = order if order in ORDERS else "likeliest"
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = pairs_to_review(actor=actor, which=which, order=order, after=after, before=before)
    seen = [one for pair in page.rows for side in pair.sides for one in (side.person.id, *_ids(side.cases))]
    record_look(action=Look.Action.LIST, door="review_pairs", subjects=seen)

    def tab(label: str, current: bool, **query: str) -> dict[str, object]:
        return {"label": label, "url": f"{reverse('review_pairs')}?{urlencode(query)}", "current": current}

    return render(
        request,
        "referrals/review_pairs.html",
        {
            "page": page,
            "works": actor.can(Capability.TRIAGE),
            "here": urlencode({"list": which, "order": order, "after": after, "before": before}),
            "tabs": [tab(words, one == which, list=one, order=order) for one, (words, _) in LISTS.items()],
            "orders": [
                tab(words, one == order, list=which, order=one) for one, (words, *_) in ORDERS.items()
            ],
        },
    )


@require_POST
def review_pair(request: HttpRequest, suggestion: UUID) -> HttpResponse:
    """Answer one pair, and go on with the next of the list."""
    actor = current_actor()
    actor.require(Capability.TRIAGE)
    answer = request.POST.get("answer", "")
    if answer not in SAYS:
        raise SuspiciousOperation("The answer is “same”, “different” or “unsure”.")
    case = newest_case_of(actor=actor, suggestion_id=suggestion)
    if case is None:
        raise Http404
    try:
        done = answer_suggestion(actor=actor, case_id=case.id, suggestion_id=suggestion, same=SAYS[answer])
    except SuggestionNotFound:
        raise Http404 from None
    except (*REFUSALS, SuggestionDecided, NeverLinked) as refusal:
        messages.warning(request, str(refusal))
    else:
        words = {
            "same": "Linked as one person.",
            "different": "Different people.",
            "unsure": "Kept for later.",
        }
        messages.success(request, words[answer])
        if done.recalled:
            messages.warning(
                request, f"{_referrals(done.recalled)} recalled: the stricter of the two counts."
            )
    asked = QueryDict(request.POST.get("here", "")[:500])
    kept = {name: asked.get(name, "") for name in ("list", "order", "after", "before")}
    return redirect(f"{reverse('review_pairs')}?{urlencode(kept)}")


def _ids(cases: Iterable[Case]) -> list[UUID]:
    return [case.id for case in cases]


def _referrals(many: int) -> str:
    return "1 referral was" if many == 1 else f"{many} referrals were"
