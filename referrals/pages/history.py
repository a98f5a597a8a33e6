"""What was changed in a case: from what to what, by whom."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from access.looks import record_look
from access.models import Look
from access.queries.changes import changes
from referrals.pages.case import case_for


@require_GET
def case_history(request: HttpRequest, reference: str) -> HttpResponse:
    """Every change to the case and its person that the reader may see now, newest first."""
    _, found = case_for(reference, to_work=False)
    page = changes(case_ids=[found.id], person_ids=[found.person_id], after=request.GET.get("after", ""))
    record_look(action=Look.Action.VIEW, door="case_history", subjects=[found.id, found.person_id])
    return render(
        request, "referrals/case_history.html", {"case": found, "page": page, "now": timezone.now()}
    )
