"""The cases that a dry run would send elsewhere: a list for those of the hub who rehearse, and a file of it."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from access.actor import Actor
from access.context import current_actor
from access.export import neutralise
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from agencies.queries import services
from pathways import scope
from pathways.models import DryRun
from reporting.queries import dry_runs
from reporting.queries import moved_cases as queries
from reporting.rehearsal.words import NOBODY

COLUMNS = ("case", "decided", "from", "to", "rule before", "rule after")


@require_GET
def moved_cases(request: HttpRequest, code: str, number: int, run_id: UUID) -> HttpResponse:
    """A page of them, the newest decision first; cases that the reader may not see are not in it."""
    actor, run = _run(code, number, run_id)
    where = {"after": request.GET.get("after", ""), "before": request.GET.get("before", "")}
    page = queries.moved_page(actor=actor, run=run, **where)
    record_look(
        action=Look.Action.LIST, door="pathway_dry_run_cases", subjects=[line.case_id for line in page.rows]
    )
    context = {
        "run": run,
        "version": run.version,
        "page": page,
        "rows": _rows(page.rows),
        "kept": queries.KEPT,
    }
    return render(request, "reporting/moved_cases.html", context)


@require_GET
@reauthentication_required
def moved_cases_csv(request: HttpRequest, code: str, number: int, run_id: UUID) -> HttpResponse:
    """All of them that were kept, as CSV."""
    actor, run = _run(code, number, run_id)
    lines = queries.all_moved(actor=actor, run=run)
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for row in _rows(lines):
        writer.writerow({name: neutralise(cell) for name, cell in row.cells().items()})
    record_look(
        action=Look.Action.EXPORT,
        door="pathway_dry_run_cases_csv",
        subjects=[line.case_id for line in lines],
    )
    name = f"dry-run-cases-{code}-{number}-{run.since}-{run.until}.csv"
    return HttpResponse(
        out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _run(code: str, number: int, run_id: UUID) -> tuple[Actor, DryRun]:
    actor = current_actor()
    actor.require(Capability.REHEARSE_PATHWAY)
    version = get_object_or_404(scope.versions(actor), code=code, number=number)
    runs = dry_runs.dry_runs(actor).select_related("version")
    return actor, get_object_or_404(runs, version=version, id=run_id, finished_at__isnull=False)


@dataclass(frozen=True)
class _Row:
    """One case as it is shown: services by name."""

    line: queries.MovedLine
    left: str
    came: str

    def cells(self) -> dict[str, str]:
        """The same as a line of the file."""
        move = self.line.move
        return {
            "case": self.line.reference,
            "decided": timezone.localtime(self.line.decided_at).strftime("%Y-%m-%d %H:%M"),
            "from": self.left,
            "to": self.came,
            "rule before": " ".join(move.rules_lost),
            "rule after": " ".join(move.rules_gained),
        }


def _rows(lines: Iterable[queries.MovedLine]) -> list[_Row]:
    names = {one.code: f"{one.name}, {one.team.agency.name}" for one in services()}

    def listed(codes: Iterable[str]) -> str:
        return "; ".join(names.get(code, code) for code in codes) or NOBODY

    return [_Row(line, listed(line.move.lost), listed(line.move.gained)) for line in lines]
