"""Rehearsing a pathway version: asked for here, shown as tables and pictures, and given as a file."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from access.actor import Actor
from access.context import current_actor
from access.export import neutralise
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from agencies.queries import services
from pathways import scope
from pathways.models import DryRun, PathwayVersion
from pathways.pathway import PathwayError
from reporting.actions.dry_runs import WindowNotValid, rehearse
from reporting.forms import WindowForm
from reporting.queries import dry_runs as queries
from reporting.rehearsal.words import COLUMNS, Report
from reporting.small_cells import THRESHOLD

USUAL_WINDOW = timedelta(days=90)
UNPROCESSABLE = 422


@require_http_methods(["GET", "POST"])
def dry_runs(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A version's dry runs, the newest shown; and for those who may, asking for another."""
    actor, version = _version(code, number)
    may_rehearse = actor.can(Capability.REHEARSE_PATHWAY)
    if request.method == "POST":
        actor.require(Capability.REHEARSE_PATHWAY)
        form = WindowForm(request.POST)
        if form.is_valid() and (run := _asked(actor, version, form)):
            messages.success(request, "The dry run is being worked out.")
            return redirect("pathway_dry_run", code, number, run.id)
        return _page(request, actor, version, None, form, status=UNPROCESSABLE)
    today = timezone.localdate()
    form = WindowForm(initial={"since": today - USUAL_WINDOW, "until": today})
    newest = queries.newest_told(actor=actor, version=version)
    return _page(request, actor, version, newest, form if may_rehearse else None)


@require_GET
def dry_run(request: HttpRequest, code: str, number: int, run_id: UUID) -> HttpResponse:
    """One dry run that was kept. While it is being worked out the page asks every two seconds whether it is done."""
    actor, version = _version(code, number)
    run = get_object_or_404(queries.dry_runs(actor), version=version, id=run_id)
    if request.headers.get("HX-Request"):
        answer = render(request, "reporting/dry_run_progress.html", {"version": version, "run": run})
        if run.finished_at:
            answer["HX-Refresh"] = "true"
        return answer
    return _page(request, actor, version, run, None)


@require_GET
@reauthentication_required
def dry_run_csv(request: HttpRequest, code: str, number: int, run_id: UUID) -> HttpResponse:
    """A dry run's numbers as CSV, small ones hidden as on the page."""
    actor, version = _version(code, number)
    run = get_object_or_404(queries.dry_runs(actor), version=version, id=run_id, finished_at__isnull=False)
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for line in _report(run).lines():
        writer.writerow({name: neutralise(str(value)) for name, value in line.items() if value is not None})
    record_look(action=Look.Action.EXPORT, door="pathway_dry_run_csv")
    name = f"dry-run-{code}-{number}-{run.since}-{run.until}.csv"
    return HttpResponse(
        out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _version(code: str, number: int) -> tuple[Actor, PathwayVersion]:
    actor = current_actor()
    actor.require(Capability.SEE_PATHWAYS)
    return actor, get_object_or_404(scope.versions(actor), code=code, number=number)


def _asked(actor: Actor, version: PathwayVersion, form: WindowForm) -> DryRun | None:
    try:
        return rehearse(actor=actor, version_id=version.id, **form.cleaned_data)
    except WindowNotValid as refusal:
        form.add_error("since", str(refusal))
    except PathwayError as refusal:
        form.add_error(None, str(refusal))
    return None


def _page(
    request: HttpRequest,
    actor: Actor,
    version: PathwayVersion,
    run: DryRun | None,
    form: WindowForm | None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "version": version,
        "run": run,
        "runs": queries.runs_of(actor=actor, version=version),
        "form": form,
        "threshold": THRESHOLD,
    }
    if run and run.result:
        context |= {
            "report": _report(run),
            "beside": queries.beside(run),
            "is_of_this": run.definition == version.definition,
            "may_list": actor.can(Capability.REHEARSE_PATHWAY),
            "touched_series": ["Go elsewhere", "Stay"],
        }
    return render(request, "reporting/dry_run.html", context, status=status)


def _report(run: DryRun) -> Report:
    names = {one.code: (one.name, one.team.agency.name) for one in services()}
    return Report(run.result or {}, names, (run.until - run.since).days + 1)
