"""The end of a case: what is recorded and which end it points to, closing, and opening it again."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from access.looks import record_look
from access.models import Look
from pathways.models import Assessment
from referrals.actions.closing import EndStateWants, UnknownEndState, close_case, reopen_case
from referrals.end_states import WANTS, missing, proposed
from referrals.forms.closing import CloseForm, ReopenForm
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.pages.case_verbs import form_page, sent
from referrals.pages.drafts import saved
from referrals.queries.case import CaseFile, case_file
from referrals.queries.drafts import own_draft
from referrals.queries.ending import ending_of, open_referrals
from referrals.workflow import END_STATES, OPEN, OPEN_CASE

CLOSING = "closing"
"""Under which what is begun to be written of the end is kept."""


@require_http_methods(["GET", "POST"])
def case_close(request: HttpRequest, reference: str) -> HttpResponse:
    """Close the case: the end that is proposed and why, what each end still wants, and what changed for the person."""
    actor, found = case_for(reference)
    if found.status not in OPEN_CASE:
        raise Http404
    now = timezone.now()
    ending = ending_of(found, now=now)
    proposal = proposed(ending)
    still_open = open_referrals(found, statuses=OPEN)
    if answer := saved(request, actor, found, form=CLOSING):
        return answer
    draft = own_draft(actor=actor, case_id=found.id, form=CLOSING)
    initial = {"end_state": proposal.code or None} | (draft.typed if draft else {})
    form = CloseForm(sent(request), still_open=still_open, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        try:
            close_case(
                actor=actor,
                case_id=found.id,
                end_state=given["end_state"],
                reason=given["reason"],
                without=given["without"],
                recalls=form.recalls,
            )
        except EndStateWants as refusal:
            form.add_error("without", str(refusal))
        except UnknownEndState as refusal:
            form.add_error("end_state", str(refusal))
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{reference} is closed: {END_STATES[given['end_state']].lower()}.")
            return redirect("case", reference)
    record_look(action=Look.Action.VIEW, door="case_close", subjects=[found.id, found.person_id])
    file = case_file(actor=actor, case=found, now=now)
    context: dict[str, Any] = {
        "case": found,
        "form": form,
        "draft": draft,
        "proposal": proposal,
        "proposed_words": END_STATES.get(proposal.code, ""),
        "ends": [(END_STATES[code], missing(code, ending)) for code in WANTS],
        "journey": file.travelled,
        "review_url": _review_url(file),
        "has_exit_review": ending.has_exit_review,
    }
    return render(
        request, "referrals/case_close.html", context, status=UNPROCESSABLE if form.errors else None
    )


def _review_url(file: CaseFile) -> str:
    """Where what was assessed first is assessed again; "" where nothing was."""
    if not file.assessments:
        return ""
    first = file.assessments[-1].instrument.code
    return f"{reverse('case_assess', args=[file.case.reference, first])}?stage={Assessment.Stage.EXIT}"


@require_http_methods(["GET", "POST"])
def case_reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """Open a closed case again, with the reason."""
    actor, found = case_for(reference)
    form = ReopenForm(sent(request))

    def verb() -> object:
        reopen_case(actor=actor, case_id=found.id, reason=form.cleaned_data["reason"])
        messages.success(
            request,
            f"{reference} is open again. Clocks and prompts go on. Referrals that were recalled and tasks stay ended.",
        )
        return None

    return form_page(
        request, found, form, verb, field="reason", title="Open the case again", button="Open it again"
    )
