"""Who has seen one person's record: a page to read and print, and a file. For a victim who asks."""

import csv
import io
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from access.export import neutralise
from access.looks import record_look
from access.models import Look
from access.queries import seen as queries


@require_GET
def access_seen(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Everybody who looked at the person, their cases or referrals: who, when, how and where, newest first.

    `?names=roles` names people by their role alone, where a practitioner must not be named to the victim.
    """
    subject = _subject(person_id)
    by_role = _by_role(request)
    rows, page = queries.seen(
        subject, by_role=by_role, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    record_look(action=Look.Action.VIEW, door="access_seen", subjects=[person_id])
    context = {"subject": subject, "rows": rows, "page": page, "by_role": by_role, "now": timezone.now()}
    return render(request, "access/seen.html", context)


@require_GET
def access_seen_csv(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The whole report as CSV."""
    subject = _subject(person_id)
    record_look(action=Look.Action.EXPORT, door="access_seen_csv", subjects=[person_id])
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["when", "who", "role", "agency", "what", "where"])
    for line in queries.all_seen(subject, by_role=_by_role(request)):
        told = (line.who, line.role, line.agency, line.did, line.door)
        at = timezone.localtime(line.at).isoformat(timespec="seconds")
        writer.writerow([at, *(neutralise(cell) for cell in told)])
    return HttpResponse(
        file.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="who-has-seen-{subject.reference}.csv"'},
    )


def _subject(person_id: UUID) -> queries.Subject:
    try:
        return queries.subject_of(person_id)
    except queries.NoSuchRecord:
        raise Http404 from None


def _by_role(request: HttpRequest) -> bool:
    return request.GET.get("names") == "roles"
