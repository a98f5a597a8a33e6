"""Feeds: taking a file, watching it being worked through, and reading what became of its rows."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from access.actor import Actor
from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions.intake import FeedRefused, take_feed
from referrals.feed.source import SourceDefinition
from referrals.forms.feeds import FeedForm
from referrals.models import FeedRow, FeedRun
from referrals.queries import feed_rows, feeds
from referrals.queries.held_summary import overdue_children
from referrals.queries.sources import definition_of

RUNS = 25
UNPROCESSABLE = 422
ENCODINGS = {"cp1252": "Windows-1252", "utf-8-sig": "UTF-8", "xlsx": "a spreadsheet", "jsonl": "JSON lines"}


@require_http_methods(["GET", "POST"])
def feed_list(request: HttpRequest) -> HttpResponse:
    """The files that were taken, newest first; and taking one."""
    actor = feeds_actor()
    form = FeedForm()
    if request.method == "POST":
        actor.require(Capability.IMPORT_FEED)
        form = FeedForm(request.POST, request.FILES)
        if form.is_valid() and (run := _taken(actor, form)):
            return redirect("feed_run", run.number)
    before = request.GET.get("after", "")
    numbered = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    runs = feeds.recent_runs(before=numbered, limit=RUNS + 1)
    return render(
        request,
        "referrals/feeds.html",
        {
            "form": form,
            "alerts": feeds.open_alerts(),
            "overdue": overdue_children() if actor.can(Capability.SEE_CASES) else 0,
            "may_import": actor.can(Capability.IMPORT_FEED),
            "runs": [feeds.run_line(run) for run in runs[:RUNS]],
            "next": runs[RUNS - 1].number if len(runs) > RUNS else "",
            "first_page": numbered is None,
        },
        status=UNPROCESSABLE if form.errors else None,
    )


def _taken(actor: Actor, form: FeedForm) -> FeedRun | None:
    """The run of the file in the form; None where it was refused, and then the form says why."""
    file: TemporaryUploadedFile = form.cleaned_data["file"]
    try:
        return take_feed(
            actor=actor,
            source=form.cleaned_data["source"],
            path=Path(file.temporary_file_path()),
            file_name=file.name or "",
            encoding=form.cleaned_data["encoding"] or None,
        )
    except FeedRefused as refusal:
        form.add_error("file", str(refusal))
        return None


@require_GET
def feed_run(request: HttpRequest, number: int) -> HttpResponse:
    """One run: how far it is, its rows by verdict, and the rows themselves for who may read them."""
    actor = feeds_actor()
    run = _run(number)
    verdict = _verdict(request)
    context: dict[str, Any] = {
        "run": run,
        "heading": f"Feed run {run.number}",
        "encoding": ENCODINGS.get(run.encoding, run.encoding.upper()),
        "earlier": feeds.earlier_run_of_same_file(run),
        "fails": feeds.judging_fails(run),
        "verdicts": feeds.verdicts_of(run),
        "verdict": verdict,
        "rows_heading": feeds.verdict_words(verdict) if verdict else "All rows",
        "may_read": actor.can(Capability.SEE_CASES),
    }
    if actor.can(Capability.SEE_CASES):
        page = feed_rows.run_page(
            run=run,
            verdict=verdict,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        _on_record(Look.Action.LIST, "feed_run", [run.id, *feed_rows.subjects_of(page.rows)])
        context |= {
            "rows": feed_rows.shown(page.rows),
            "previous": page.previous,
            "next": page.next,
            "export_url": _with_verdict(reverse("feed_run_export", args=[run.number]), verdict),
        }
    return render(request, "referrals/feed_run.html", context)


@require_GET
def feed_run_progress(request: HttpRequest, number: int) -> HttpResponse:
    """The progress bar alone, asked for every two seconds; once all is done the whole page is drawn again."""
    feeds_actor()
    run = _run(number)
    answer = render(request, "referrals/feed_run_progress.html", {"run": run})
    if run.status == FeedRun.Status.FINISHED:
        answer["HX-Refresh"] = "true"
    return answer


@require_GET
@reauthentication_required
def feed_run_export(request: HttpRequest, number: int) -> FileResponse:
    """The rows of a run as CSV: as sent, with verdict, person and case, and harmless in a spreadsheet."""
    actor = feeds_actor()
    actor.require(Capability.SEE_CASES)
    run = _run(number)
    verdict = _verdict(request)
    name = f"feed-run-{run.number}{'-' + verdict.replace(':', '-') if verdict else ''}.csv"
    batches = feed_rows.rows_in_batches(run=run, verdict=verdict)
    return csv_file(batches, [definition_of(run)], name, "feed_run_export")


def feeds_actor() -> Actor:
    """Who asks, of whom feeds may be shown. Raises NotAllowed."""
    actor = current_actor()
    actor.require(Capability.SEE_FEEDS)
    return actor


def _run(number: int) -> FeedRun:
    try:
        return feeds.run_numbered(number)
    except feeds.RunNotFound as absent:
        raise Http404 from absent


def _verdict(request: HttpRequest) -> str:
    """The verdict asked for; one that is none shows all rows."""
    asked = request.GET.get("verdict", "")
    return asked if asked in feeds.VERDICT_WORDS else ""


def _with_verdict(url: str, verdict: str) -> str:
    return f"{url}?verdict={verdict}" if verdict else url


def _on_record(action: Look.Action, door: str, subjects: Iterable[UUID]) -> None:
    record_look(action=action, door=door, subjects=subjects)


def csv_file(
    batches: Iterable[list[FeedRow]], definitions: list[SourceDefinition], name: str, door: str
) -> FileResponse:
    """A file for download. It is written before it is sent, so that each row's look stands in this transaction."""
    file = feed_rows.as_csv(
        batches,
        definitions=definitions,
        look=lambda rows: _on_record(Look.Action.EXPORT, door, feed_rows.subjects_of(rows)),
    )
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
