"""The queue of records whose time is up, the decision on each, and certificates of destruction."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.queries.keyset import SortKey, one_page
from rights import scope
from rights.actions.retention import erase_after_review, keep
from rights.forms import ReviewForm
from rights.models import Certificate
from rights.pages.form_page import form_page, sent
from rights.pages.requests import sections
from rights.queries.retention import PAGE, review_queue, review_row
from rights.retention import schedule


@require_GET
def retention(request: HttpRequest) -> HttpResponse:
    """Records whose time is up, and the schedule that says so."""
    actor = current_actor()
    actor.require(Capability.REVIEW_RETENTION)
    page = review_queue(actor=actor, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    record_look(
        action=Look.Action.LIST, door="rights_retention", subjects=[row.review.person_id for row in page.rows]
    )
    context = {"page": page, "schedule": schedule(), "sections": sections(actor, "rights_retention")}
    return render(request, "rights/retention.html", context)


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Erase one record, or keep it until a day."""
    actor = current_actor()
    actor.require(Capability.REVIEW_RETENTION)
    found = get_object_or_404(scope.reviews(actor).select_related("person"), id=review_id)
    record_look(action=Look.Action.VIEW, door="rights_review", subjects=[found.person_id])
    row = review_row(found)
    form = ReviewForm(sent(request))

    def decide() -> object:
        told = form.cleaned_data
        if told["decision"] == "keep":
            return keep(actor=actor, review_id=review_id, reason=told["reason"], until=told["until"])
        return erase_after_review(actor=actor, review_id=review_id, reason=told["reason"])

    queue = reverse("rights_retention")
    rule = f"{row.rule.words}: kept {row.rule.keep_words}" if row.rule else found.rule
    return form_page(
        request,
        form,
        decide,
        title=f"Review the record of {row.name.full}",
        button="Decide",
        back=queue,
        then=queue,
        done="Decided.",
        caption=row.reference,
        advice=f"{rule} ({found.edition}). Due since {found.due_on:%-d %B %Y}."
        + (" A legal hold is open: it cannot be erased now." if row.on_hold else ""),
    )


@require_GET
def certificates(request: HttpRequest) -> HttpResponse:
    """What was destroyed, by which rule; nothing of whom."""
    actor = current_actor()
    actor.require(Capability.SEE_CERTIFICATES)
    page = one_page(
        [scope.certificates(actor)],
        key=SortKey("number", int),
        descending=True,
        size=PAGE,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    found = Certificate.objects.in_bulk(page.ids)
    context = {
        "page": page,
        "rows": [found[one] for one in page.ids],
        "sections": sections(actor, "rights_certificates"),
    }
    return render(request, "rights/certificates.html", context)


@require_GET
def certificate(request: HttpRequest, number: int) -> HttpResponse:
    """One certificate, to be printed."""
    actor = current_actor()
    actor.require(Capability.SEE_CERTIFICATES)
    found = get_object_or_404(scope.certificates(actor), number=number)
    rules = {(rule.code, rule.edition): rule for rule in schedule()}
    rule = rules.get((found.rule, found.edition))
    return render(
        request,
        "rights/certificate.html",
        {"certificate": found, "rule": rule, "now": timezone.now(), "cases": len(found.case_ids)},
    )
