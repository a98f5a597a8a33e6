"""That personal data was changed, as auditors read it: by whom, when and which columns, and never what stood there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from access.context import current_actor
from access.ids import ids_in
from access.looks import record_look
from access.models import Look
from access.queries.changes import changes
from access.roles import Capability


@require_GET
def access_changes(request: HttpRequest) -> HttpResponse:
    """All changes, newest first; those of one record where `subject` names its ids."""
    current_actor().require(Capability.SEE_ACCESS_LOG)
    subjects = ids_in(request.GET.getlist("subject")[:20])
    page = changes(case_ids=subjects, person_ids=subjects, after=request.GET.get("after", ""))
    record_look(action=Look.Action.LIST, door="access_changes", subjects=subjects)
    context = {"page": page, "narrowed": bool(subjects), "now": timezone.now()}
    return render(request, "access/changes.html", context)
