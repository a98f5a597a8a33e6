"""Taking a case from the pathway versions that routed it to those in force: shown first, then done on purpose."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from access.looks import record_look
from access.models import Look
from access.roles import Capability
from pathways.models import PathwayVersion
from pathways.queries.versions import NoPathway, versions_in_force
from referrals.actions.routing import route_under_new_version
from referrals.actions.waiting import TO_ROUTE
from referrals.pages.case import REFUSALS, case_for
from referrals.queries.rulebook import preview


@require_http_methods(["GET", "POST"])
def case_reroute(request: HttpRequest, reference: str) -> HttpResponse:
    """What the versions in force would do with the case, beside what its own would; and doing it.

    Done only for the very versions that were shown: where others are in force by now, they are shown instead.
    """
    actor, found = case_for(reference)
    actor.require(Capability.ROUTE)
    if found.status not in TO_ROUTE:
        messages.warning(request, "Finish triage first: then the case is routed by itself.")
        return redirect("case", reference=reference)
    now = timezone.now()
    try:
        seen = preview(found, versions=versions_in_force(on=timezone.localdate(now)), at=now)
    except NoPathway as refusal:
        messages.warning(request, str(refusal))
        return redirect("case", reference=reference)
    if request.method == "POST":
        if request.POST.get("versions", "") != _ids(seen.new_versions):
            messages.warning(request, "Another version is in force by now. Look at what it would do.")
            return redirect("case_reroute", reference=reference)
        try:
            route_under_new_version(actor=actor, case_id=found.id)
        except REFUSALS as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, f"{reference} is being routed under the versions in force.")
        return redirect("case", reference=reference)
    record_look(action=Look.Action.VIEW, door="case_reroute", subjects=[found.id, found.person_id])
    context = {
        "case": found,
        "seen": seen,
        "same": _ids(seen.versions) == _ids(seen.new_versions),
        "versions": _ids(seen.new_versions),
    }
    return render(request, "referrals/case_reroute.html", context)


def _ids(versions: list[PathwayVersion]) -> str:
    return ",".join(sorted(str(one.id) for one in versions))
