"""What we sent: an agency's own records and whom it referred, the verdict on each, and how far the hub has come."""

from datetime import date

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from access.actor import Actor
from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.forms.sent import DayForm, ReferenceForm
from referrals.queries import sent as queries
from referrals.queries.keyset import Page

UNPROCESSABLE = 422


@require_http_methods(["GET", "POST"])
def sent(request: HttpRequest) -> HttpResponse:
    """The agency's own records, the newest first, of one day where asked. A reference is sought by POST, so that
    no address holds it.
    """
    actor = _sender()
    day_form = DayForm(request.GET if "day" in request.GET else None)
    day = day_form.cleaned_data["day"] if day_form.is_bound and day_form.is_valid() else None
    form = ReferenceForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        lines = queries.sent_under(actor=actor, reference=form.cleaned_data["reference"])
        page = Page(lines, "", "")
        record_look(action=Look.Action.SEARCH, door="sent", subjects=queries.subjects_of(lines))
    else:
        where = {"after": request.GET.get("after", ""), "before": request.GET.get("before", "")}
        page = queries.sent_page(actor=actor, day=day, **where)
        record_look(action=Look.Action.LIST, door="sent", subjects=queries.subjects_of(page.rows))
    context = {
        "page": page,
        "form": form,
        "day_form": day_form,
        "day": day,
        "title": title_for(actor),
        "sought": form.is_bound and form.is_valid(),
        "export_url": f"{reverse('sent_export')}?day={day or timezone.localdate():%Y-%m-%d}",
        "export_day": day or timezone.localdate(),
    }
    wrong = form.errors if form.is_bound else day_form.errors
    return render(request, "referrals/sent.html", context, status=UNPROCESSABLE if wrong else None)


@require_GET
def sent_export(request: HttpRequest) -> HttpResponse | FileResponse:
    """One day's records as CSV."""
    actor = _sender()
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return redirect("sent")
    lines = [line for batch in queries.sent_in_batches(actor=actor, day=day) for line in batch]
    record_look(action=Look.Action.EXPORT, door="sent_export", subjects=queries.subjects_of(lines))
    name = f"sent-{day:%Y-%m-%d}.csv"
    return FileResponse(
        queries.as_csv(lines), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )


@require_GET
def sent_returned(request: HttpRequest) -> HttpResponse:
    """What the hub returned to the agency, each with what is to be corrected, the newest first."""
    where = {"after": request.GET.get("after", ""), "before": request.GET.get("before", "")}
    actor = _sender()
    page = queries.returned_page(actor=actor, **where)
    record_look(action=Look.Action.LIST, door="sent_returned", subjects=queries.subjects_of(page.rows))
    context = {"page": page, "title": title_for(actor)}
    return render(request, "referrals/sent_returned.html", context)


@require_GET
def sent_returned_export(request: HttpRequest) -> FileResponse:
    """The report of returned rows as CSV."""
    batches = queries.returned_in_batches(actor=_sender())
    lines = [line for batch in batches for line in batch]
    record_look(action=Look.Action.EXPORT, door="sent_returned_export", subjects=queries.subjects_of(lines))
    return FileResponse(
        queries.as_csv(lines),
        as_attachment=True,
        filename="returned.csv",
        content_type="text/csv; charset=utf-8",
    )


def title_for(actor: Actor) -> str:
    """What the list is called: some look back on whole files, some on those whom their agency referred."""
    return "What we sent" if actor.can(Capability.SEE_SENT) else "Who we referred"


def _sender() -> Actor:
    actor = current_actor()
    if not actor.can(Capability.SEE_SENT):
        actor.require(Capability.SEE_REFERRED)
    return actor
