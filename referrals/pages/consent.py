"""The consent page: what stands for each agency, what the person says now, and every answer before."""

from datetime import date, datetime, time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions.consent import ConsentRecordedMeanwhile, record_consents
from referrals.forms.consent import ConsentForm
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.queries.consent import case_consents, kept_by_others
from referrals.queries.people import NAMELESS, names_shown
from referrals.workflow import OPEN_CASE
from victims.actions.consent import ConsentNotValid


@require_http_methods(["GET", "POST"])
def case_consent(request: HttpRequest, reference: str) -> HttpResponse:
    """Record what the person says of each agency; an agency left alone keeps what stands."""
    actor, found = case_for(reference)
    actor.require(Capability.RECORD_CONSENT)
    if found.status not in OPEN_CASE:
        messages.warning(request, f"{reference} is closed: nothing more can be recorded on it.")
        return redirect("case", reference=reference)
    now = timezone.now()
    consents = case_consents(case=found, now=now)
    form = ConsentForm(
        request.POST if request.method == "POST" else None,
        agencies=consents.agencies,
        initial={"seen": consents.newest},
    )
    if form.is_valid():
        day = form.cleaned_data["expires_on"]
        try:
            made = record_consents(
                actor=actor,
                case_id=found.id,
                answers=form.answers(),
                how=form.cleaned_data["how"],
                expires_at=_begins(day) if day else None,
                after=form.cleaned_data["seen"],
            )
        except ConsentRecordedMeanwhile as refusal:
            again = request.POST.copy()
            again["seen"] = str(consents.newest or "")
            form = ConsentForm(again, agencies=consents.agencies)
            form.add_error(None, str(refusal))
        except (*REFUSALS, ConsentNotValid) as refusal:
            form.add_error(None, str(refusal))
        else:
            said = ", ".join(f"{one.agency.name} {one.get_answer_display()}" for one in made)
            messages.success(request, f"Consent is recorded: {said}.")
            for agency in kept_by_others(case=found, made=made, now=timezone.now()):
                messages.warning(
                    request, f"{agency} is still told less: what the person said on another record counts."
                )
            if found.status in ("triaged", "routed"):
                messages.info(
                    request,
                    "The case went through triage before this. Route it again if it should follow the new answer.",
                )
            return redirect("case", reference=reference)
    record_look(action=Look.Action.VIEW, door="case_consent", subjects=[found.id, found.person_id])
    name = names_shown([found]).get(found.person_id, NAMELESS).full
    context = {"case": found, "name": name, "consents": consents, "form": form, "now": now}
    return render(
        request,
        "referrals/consent.html",
        context,
        status=UNPROCESSABLE if form.is_bound and form.errors else None,
    )


def _begins(day: date) -> datetime:
    """The first moment of a day in the hub's own time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))
