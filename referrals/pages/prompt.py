"""The page on which a prompt of a case is answered."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from access.looks import record_look
from access.models import Look
from access.roles import Capability
from pathways.queries.assessments import title_of
from referrals.actions.prompts import answer_prompt
from referrals.forms.prompt import PromptForm
from referrals.models import Prompt
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.queries.prompts import prompt_words
from referrals.workflow import OPEN_CASE


@require_http_methods(["GET", "POST"])
def case_prompt(request: HttpRequest, reference: str, prompt_id: UUID) -> HttpResponse:
    """Record what was done about a prompt, or why nothing is to be done."""
    actor, found = case_for(reference)
    actor.require(Capability.ASSESS)
    prompt = get_object_or_404(found.prompts, id=prompt_id)
    if prompt.state != Prompt.State.OPEN or found.status not in OPEN_CASE:
        messages.warning(request, "This has been answered already: read it on the case.")
        return redirect("case", reference=reference)
    form = PromptForm(request.POST if request.method == "POST" else None, prompt=prompt)
    if form.is_valid():
        try:
            answer_prompt(
                actor=actor,
                case_id=found.id,
                prompt_id=prompt.id,
                state=form.answer,
                words=form.cleaned_data["words"],
            )
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your answer is recorded on the case.")
            return redirect("case", reference=reference)
    record_look(action=Look.Action.VIEW, door="case_prompt", subjects=[found.id, found.person_id])
    context = {
        "case": found,
        "form": form,
        "title": prompt_words(prompt, title_of(prompt.instrument)),
        "button": "Record",
        "advice": f"Because: {prompt.because}",
    }
    return render(
        request, "referrals/case_form.html", context, status=UNPROCESSABLE if form.is_bound else None
    )
