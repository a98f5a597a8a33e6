"""Saving a form as it is typed: the part of a page that its script, or a button, asks for."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from access.actor import Actor
from referrals.actions.drafts import forget_draft, save_draft
from referrals.models import Case
from referrals.pages.case import REFUSALS

QUIETLY = "quietly"
"""How a page's script saves: the answer is a part of the page."""
CONFLICT = 409


def saved(request: HttpRequest, actor: Actor, found: Case, *, form: str) -> HttpResponse | None:
    """The answer where a form was sent to be saved, or to be begun again; None where it was sent in earnest.

    Nothing is checked before it is saved. form: what is written, such as "note".
    """
    if "again" in request.POST:
        forget_draft(actor=actor, case_id=found.id, form=form)
        return redirect(request.get_full_path())
    if "save" not in request.POST:
        return None
    is_quiet = request.POST["save"] == QUIETLY
    typed = {
        name: str(request.POST[name]) for name in request.POST if name not in ("csrfmiddlewaretoken", "save")
    }
    try:
        kept = save_draft(actor=actor, case_id=found.id, form=form, typed=typed)
    except REFUSALS as refusal:
        if is_quiet:
            return HttpResponse(status=CONFLICT)
        messages.warning(request, str(refusal))
        return redirect("case", reference=found.reference)
    if is_quiet:
        return render(request, "referrals/saved.html", {"saved": kept})
    messages.success(request, "What you wrote is saved. Go on with it from here.")
    return redirect("case", reference=found.reference)
