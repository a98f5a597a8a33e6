"""The quarantine workbench: what is held and for how long, one row with what may be done, many rows at once."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods

from access.actor import Actor
from access.ids import ids_in
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from agencies.actions.notifications import read_about_row
from referrals.actions.quarantine import (
    HeldRefused,
    accept_row,
    answer_rows,
    correct_row,
    refer_row,
    resubmit_row,
    return_row,
)
from referrals.feed.held import NOT_TAKEN, SAFEGUARDING
from referrals.feed.verdicts import QUARANTINE, QUARANTINE_WORDS
from referrals.forms.quarantine import AcceptForm, BulkForm, CorrectForm, ReferForm, ReturnForm
from referrals.models import FeedRow
from referrals.pages.feeds import csv_file, feeds_actor
from referrals.queries import feed_rows, feeds
from referrals.queries.held_summary import held_summary, overdue_children
from referrals.queries.quarantine import HeldRow, HeldRowNotFound, held_row
from referrals.queries.sources import all_definitions

UNPROCESSABLE = 422


@require_http_methods(["GET", "POST"])
def quarantine(request: HttpRequest) -> HttpResponse:
    """What is held in quarantine and why: safeguarding first, then the longest held; one answer for many rows."""
    reason, source = _held_filters(request)
    return _listed(request, reason=reason, source=source)


@require_http_methods(["GET", "POST"])
def safeguarding_queue(request: HttpRequest) -> HttpResponse:
    """Rows that name a child in danger, by the clock in which they are referred on."""
    return _listed(request, reason=SAFEGUARDING, source="", own_queue=True)


@require_GET
@reauthentication_required
def quarantine_export(request: HttpRequest) -> FileResponse:
    """What is held in quarantine as CSV, by the same filters as the list."""
    feeds_actor().require(Capability.SEE_CASES)
    reason, source = _held_filters(request)
    batches = feed_rows.quarantine_in_batches(reason=reason, source=source)
    senders = [one for one in feeds.sources() if source in ("", one.code)]
    return csv_file(batches, all_definitions(senders), "quarantine.csv", "quarantine_export")


@require_http_methods(["GET", "POST"])
def held(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """One held row: what was sent, why it is held, what would mend it, what was done; and doing one thing with it."""
    actor = feeds_actor()
    found = _held_row(actor, row_id)
    form_of = _forms(found)
    if request.method == "POST":
        actor.require(Capability.TRIAGE)
        answer = request.POST.get("answer", "")
        if answer not in found.answers:
            messages.warning(request, "That cannot be done with this row now. Look at it as it stands.")
            return redirect("held_row", row_id)
        form = form_of[answer] = _form(answer, found, request.POST)
        if form.is_valid():
            try:
                verdict = _DONE[answer](actor, found, form, request.POST)
            except HeldRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                return _after(request, actor, row_id, verdict)
    record_look(action=Look.Action.VIEW, door="held_row", subjects=feed_rows.subjects_of([found.row]))
    read_about_row(actor=actor, row_id=row_id)
    wrong = [form for form in form_of.values() if form.is_bound]
    opened = request.POST.get("answer") or ("correct" if found.mended_first and not found.due_at else "")
    context = {
        "held": found,
        "forms": form_of,
        "form": wrong[0] if wrong else None,
        "now": timezone.now(),
        **{f"{answer}_open": answer == opened for answer in form_of},
    }
    return render(request, "referrals/held_row.html", context, status=UNPROCESSABLE if wrong else None)


def _held_row(actor: Actor, row_id: UUID) -> HeldRow:
    try:
        return held_row(actor=actor, row_id=row_id)
    except HeldRowNotFound as absent:
        raise Http404 from absent


def _form(answer: str, held: HeldRow, data: Any = None) -> forms.Form:
    if answer == "correct":
        return CorrectForm(data, cells=held.mended_by, first=held.mended_first, prefix=answer)
    if answer == "accept":
        return AcceptForm(data, bases=held.bases, prefix=answer)
    return {"return": ReturnForm, "refer": ReferForm}.get(answer, forms.Form)(data, prefix=answer)


def _forms(held: HeldRow) -> dict[str, forms.Form]:
    return {code: _form(code, held) for code in held.answers}


def _correct(actor: Actor, held: HeldRow, form: forms.Form, data: Mapping[str, Any]) -> str:
    assert isinstance(form, CorrectForm)  # noqa: S101 - for the type
    told_by, seen = form.cleaned_data["told_by"], _seen(held, data)
    correct_row(actor=actor, row_id=held.row.id, cells=form.corrected, told_by=told_by, seen=seen)
    return resubmit_row(actor=actor, row_id=held.row.id) if "then" in data else ""


def _seen(held: HeldRow, data: Mapping[str, Any]) -> int:
    """How many steps the row had when the page was read; where the form does not say, as it is now."""
    told = str(data.get("seen", ""))
    return int(told) if told.isascii() and told.isdigit() and len(told) < 6 else held.row.answers


def _resubmit(actor: Actor, held: HeldRow, form: forms.Form, data: Mapping[str, Any]) -> str:
    return resubmit_row(actor=actor, row_id=held.row.id, seen=_seen(held, data))


def _return(actor: Actor, held: HeldRow, form: forms.Form, data: Mapping[str, Any]) -> str:
    words = form.cleaned_data["words"]
    return return_row(actor=actor, row_id=held.row.id, words=words, seen=_seen(held, data))


def _accept(actor: Actor, held: HeldRow, form: forms.Form, data: Mapping[str, Any]) -> str:
    told = form.cleaned_data
    return accept_row(
        actor=actor,
        row_id=held.row.id,
        words=told["words"],
        basis=told.get("basis", ""),
        seen=_seen(held, data),
    )


def _refer(actor: Actor, held: HeldRow, form: forms.Form, data: Mapping[str, Any]) -> str:
    told = form.cleaned_data
    return refer_row(
        actor=actor, row_id=held.row.id, to=told["to"], words=told["words"], seen=_seen(held, data)
    )


_DONE: Mapping[str, Callable[[Actor, HeldRow, forms.Form, Mapping[str, Any]], str]] = {
    "correct": _correct,
    "resubmit": _resubmit,
    "return": _return,
    "accept": _accept,
    "refer": _refer,
}
"""What does each answer. Each gives the row's verdict; "" where it was not judged again."""


def _after(request: HttpRequest, actor: Actor, row_id: UUID, verdict: str) -> HttpResponse:
    """What became of the row: on its own page while it is held, with its case where it has one."""
    if not verdict:
        messages.success(
            request,
            "The correction is kept beside what was sent. Have the row judged again when it is complete.",
        )
        return redirect("held_row", row_id)
    if verdict.startswith(QUARANTINE):
        messages.warning(request, f"The row is still held. {feeds.verdict_words(verdict)}.")
        return redirect("held_row", row_id)
    words = feeds.verdict_words(verdict)
    if case := feeds.cases_of_rows([row_id]).get(row_id):
        link = '{}: <a class="govuk-notification-banner__link" href="{}">{}</a>.'
        messages.success(request, format_html(link, words, reverse("case", args=[case]), case))
    else:
        messages.success(request, f"{words}.")
    return redirect("quarantine")


def _listed(request: HttpRequest, *, reason: str, source: str, own_queue: bool = False) -> HttpResponse:
    actor = feeds_actor()
    may_answer = actor.can(Capability.TRIAGE)
    form, ticked = BulkForm(), []
    if request.method == "POST":
        actor.require(Capability.TRIAGE)
        form, ticked = BulkForm(request.POST), _ticked(request)
        if not ticked:
            form.add_error(None, "Tick the rows that you mean.")
        if form.is_valid():
            return _answered(request, actor, ticked, form)
    held = feeds.held_by_reason(source=source)
    counts = held.by_reason
    shown_counts = {code: count for code, count in counts.items() if not reason or code == reason}
    context: dict[str, Any] = {
        "held": [{"words": QUARANTINE_WORDS.get(code, code), "count": counts[code]} for code in counts],
        "total": sum(count for code, count in shown_counts.items() if code != NOT_TAKEN),
        "not_taken": shown_counts.get(NOT_TAKEN, 0),
        "is_all": held.is_all,
        "urgent": counts.get(SAFEGUARDING, 0),
        "own_queue": own_queue,
        "may_read": actor.can(Capability.SEE_CASES),
        "may_answer": may_answer,
        "form": form,
        "ticked": ticked,
    }
    if actor.can(Capability.SEE_CASES):
        page = feed_rows.quarantine_page(
            reason=reason,
            source=source,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        record_look(action=Look.Action.LIST, door="quarantine", subjects=feed_rows.subjects_of(page.rows))
        context |= {
            "summary": None if own_queue else held_summary(),
            "overdue": overdue_children(),
            "rows": feed_rows.shown(page.rows),
            "now": timezone.now(),
            "previous": page.previous,
            "next": page.next,
            "groups": _groups(counts, reason, source),
            "export_url": f"{reverse('quarantine_export')}?{_asked(reason, source)}",
        }
    return render(
        request, "referrals/feeds_quarantine.html", context, status=UNPROCESSABLE if form.errors else None
    )


def _asked(reason: str, source: str) -> str:
    return f"reason={reason}&source={source}"


def _ticked(request: HttpRequest) -> list[UUID]:
    """The rows that were ticked: of one page, and no more."""
    return ids_in(request.POST.getlist("row")[: feed_rows.PAGE])


def _answered(request: HttpRequest, actor: Actor, ticked: list[UUID], form: BulkForm) -> HttpResponse:
    """Each row with its own result. The rows are read before, for what leaves may be seen no more."""
    rows = FeedRow.objects.filter(id__in=ticked).select_related("run__source")
    before = {one.row.id: one for one in feed_rows.shown(rows)}
    record_look(
        action=Look.Action.LIST,
        door="quarantine",
        subjects=feed_rows.subjects_of(one.row for one in before.values()),
    )
    told = form.cleaned_data
    results = answer_rows(actor=actor, row_ids=list(before), answer=told["answer"], words=told["words"])
    cases = feeds.cases_of_rows(list(before))
    lines = [
        {
            "shown": before[row_id],
            "case": cases.get(row_id),
            "words": feeds.verdict_words(verdict) if verdict else "",
            "refused": refused,
        }
        for row_id, verdict, refused in results
    ]
    done = sum(not line["refused"] for line in lines)
    return render(request, "referrals/quarantine_results.html", {"lines": lines, "done": done})


def _held_filters(request: HttpRequest) -> tuple[str, str]:
    reason, source = request.GET.get("reason", ""), request.GET.get("source", "")
    codes = {one.code for one in feeds.sources()}
    return reason if reason in QUARANTINE_WORDS else "", source if source in codes else ""


def _groups(held: dict[str, int], reason: str, source: str) -> list[dict[str, object]]:
    reasons: list[dict[str, object]] = [
        {"value": "", "label": "All", "count": sum(held.values()), "checked": not reason}
    ]
    reasons += [
        {"value": code, "label": words, "count": held.get(code, 0), "checked": code == reason}
        for code, words in QUARANTINE_WORDS.items()
    ]
    senders: list[dict[str, object]] = [{"value": "", "label": "All", "checked": not source}]
    senders += [
        {"value": one.code, "label": one.name, "checked": one.code == source} for one in feeds.sources()
    ]
    groups: list[dict[str, object]] = [
        {"name": "reason", "legend": "Held because", "kind": "radios", "options": reasons}
    ]
    if len(senders) > 2:
        groups.append({"name": "source", "legend": "Sent by", "kind": "select", "options": senders})
    return groups
