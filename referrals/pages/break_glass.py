"""Opening a restricted record in an emergency, the records that one is let into, and the next day's reviews."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions.break_glass import (
    GlassHolds,
    ReasonTooShort,
    ReviewNotFound,
    ReviewNotValid,
    review_break_glass,
)
from referrals.actions.break_glass import break_glass as open_by_break_glass
from referrals.forms.restricted import BreakGlassForm, ReviewForm
from referrals.pages.case import UNPROCESSABLE
from referrals.queries import restricted as queries


@require_http_methods(["GET", "POST"])
@reauthentication_required
def break_glass(request: HttpRequest) -> HttpResponse:
    """Ask for a restricted record by its reference, with a reason, after signing in again."""
    actor = current_actor()
    actor.require(Capability.BREAK_GLASS)
    form = BreakGlassForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            opened = open_by_break_glass(actor=actor, **form.cleaned_data)
        except ReasonTooShort as refusal:
            form.add_error("reason", str(refusal))
        except GlassHolds as refusal:
            form.add_error("reference", str(refusal))
        else:
            return redirect("case", reference=opened.reference)
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "referrals/break_glass.html", {"form": form}, status=status)


@require_GET
def restricted_records(request: HttpRequest) -> HttpResponse:
    """The restricted records that the reader is let into; never all there are."""
    actor = current_actor()
    actor.require(Capability.BREAK_GLASS)
    now = timezone.now()
    found = queries.open_to(actor=actor, now=now)
    record_look(
        action=Look.Action.LIST,
        door="restricted_records",
        subjects=[case.id for one in found for case in one.cases],
    )
    return render(request, "referrals/restricted_records.html", {"records": found, "now": now})


LISTS = {"waiting": "To be reviewed", "decided": "Decided"}


@require_GET
def access_reviews(request: HttpRequest) -> HttpResponse:
    """Break-glass that waits for its review, or was decided: for auditors, and whoever answers for the record."""
    actor = current_actor()
    actor.require(Capability.REVIEW_ACCESS)
    chosen = request.GET.get("list", "waiting")
    if chosen not in LISTS:
        chosen = "waiting"
    page = queries.reviews(
        waiting=chosen == "waiting", after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    record_look(action=Look.Action.LIST, door="access_reviews", subjects=[one.case_id for one in page.rows])
    return render(
        request,
        "referrals/access_reviews.html",
        {
            "rows": [(one, page.references.get(one.case_id, "")) for one in page.rows],
            "page": page,
            "chosen": chosen,
            "words": LISTS[chosen],
            "tabs": [
                {"label": words, "url": f"{reverse('access_reviews')}?list={name}", "current": name == chosen}
                for name, words in LISTS.items()
            ],
            "actor_id": actor.id,
            "now": timezone.now(),
        },
    )


@require_http_methods(["GET", "POST"])
def access_review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Decide one: justified or not, and why."""
    actor = current_actor()
    actor.require(Capability.REVIEW_ACCESS)
    review = queries.review_for(actor=actor, review_id=review_id)
    if review is None:
        raise Http404
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            review_break_glass(actor=actor, review_id=review_id, **form.cleaned_data)
        except ReviewNotFound:
            raise Http404 from None
        except ReviewNotValid as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The review is recorded.")
            return redirect("access_reviews")
    record_look(action=Look.Action.VIEW, door="access_review", subjects=[review.case_id, review.person_id])
    context = {
        "form": form,
        "review": review,
        "reference": queries.references_of([review.case_id]).get(review.case_id, ""),
        "now": timezone.now(),
    }
    status = UNPROCESSABLE if form.errors else None
    return render(request, "referrals/access_review.html", context, status=status)
