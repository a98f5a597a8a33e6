"""Everything that happened on a case, by kind, by whom and by day."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from access.looks import record_look
from access.models import Look
from govuk_forms.dates import day_of_address
from referrals.pages.case import case_for
from referrals.queries.timeline import WHO, Filters, case_timeline
from referrals.topics import KINDS_OF_EVENTS


@require_GET
def timeline(request: HttpRequest, reference: str) -> HttpResponse:
    """One page of the case's timeline; what the address asks for and means nothing is left out."""
    actor, found = case_for(reference, to_work=False)
    query = request.GET
    kind, who = query.get("kind", ""), query.get("who", "")
    filters = Filters(
        kind=kind if kind in KINDS_OF_EVENTS else "",
        who=who if who in WHO else "",
        first=day_of_address(query.get("first", "")),
        last=day_of_address(query.get("last", "")),
    )
    entries, older = case_timeline(actor=actor, case=found, filters=filters, before=query.get("after", ""))
    record_look(action=Look.Action.VIEW, door="case_timeline", subjects=[found.id, found.person_id])
    kept = {name: value for name, value in query.items() if name != "after" and value}
    return render(
        request,
        "referrals/case_timeline.html",
        {
            "case": found,
            "filters": filters,
            "kinds": [(code, words) for code, (words, _) in KINDS_OF_EVENTS.items()],
            "who": WHO.items(),
            "entries": entries,
            "older": older,
            "first_page": not query.get("after"),
            "newest": f"{reverse('case_timeline', args=[reference])}?{urlencode(kept)}",
        },
    )
