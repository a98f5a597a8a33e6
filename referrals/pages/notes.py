"""Notes of a case: all of them by kind, writing one, and one with its editions, its correction and who is shown it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.looks import record_look
from access.models import Look
from access.roles import Capability
from access.sight import sight_of
from referrals.actions.notes import (
    NOTE,
    NobodyOfThatName,
    NoteCorrectedMeanwhile,
    correct_note,
    correction_of,
    share_note,
    stop_sharing,
    write_note,
)
from referrals.forms.notes import NoteForm, ShareForm
from referrals.models import Case, CaseNote
from referrals.notes import KINDS
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.pages.drafts import saved
from referrals.queries.drafts import own_draft
from referrals.queries.notes import editions_of, notes_of, shares_of, who_may_be_shown
from referrals.queries.restricted import who_may_carry
from referrals.workflow import OPEN_CASE


@require_GET
def case_notes(request: HttpRequest, reference: str) -> HttpResponse:
    """All notes of the case, the newest first; of one kind, where one is asked for."""
    actor, found = case_for(reference, to_work=False)
    kind = request.GET.get("kind", "")
    page = notes_of(found, sight_of(found.id), kind=kind, after=request.GET.get("after", ""))
    record_look(action=Look.Action.VIEW, door="case_notes", subjects=[found.id, found.person_id])
    here = reverse("case_notes", args=[reference])
    tabs = [{"label": "All", "url": here, "current": kind not in KINDS}]
    tabs += [
        {"label": one.words, "url": f"{here}?kind={code}", "current": kind == code}
        for code, one in KINDS.items()
    ]
    works = actor.can(Capability.TRIAGE) and found.status in OPEN_CASE
    return render(
        request, "referrals/case_notes_all.html", {"case": found, "page": page, "tabs": tabs, "works": works}
    )


@require_http_methods(["GET", "POST"])
def case_note_new(request: HttpRequest, reference: str) -> HttpResponse:
    """Write a note."""
    actor, found = case_for(reference)
    if answer := saved(request, actor, found, form=NOTE):
        return answer
    draft = own_draft(actor=actor, case_id=found.id, form=NOTE)
    initial = draft.typed if draft else {"kind": "general"}
    form = NoteForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            write_note(
                actor=actor, case_id=found.id, kind=form.cleaned_data["kind"], text=form.cleaned_data["text"]
            )
        except REFUSALS as refusal:
            form.add_error("text" if isinstance(refusal, NobodyOfThatName) else None, str(refusal))
        else:
            messages.success(request, "The note is on the case.")
            return redirect(f"{reverse('case', args=[reference])}#notes")
    record_look(action=Look.Action.VIEW, door="case_note_new", subjects=[found.id, found.person_id])
    context = {
        "case": found,
        "form": form,
        "title": "New note",
        "button": "Keep the note",
        "people": _people(found),
    }
    return render(
        request, "referrals/case_note_new.html", context, status=UNPROCESSABLE if form.errors else None
    )


@require_http_methods(["GET", "POST"])
def case_note(request: HttpRequest, reference: str, note: UUID) -> HttpResponse:
    """One note with all its editions: correct it, or look who is shown it."""
    actor, found = case_for(reference, to_work=False)
    editions = editions_of(found, note)
    if not editions:
        raise Http404
    if request.method == "POST":
        actor.require(Capability.TRIAGE)
    newest, correction = editions[0], correction_of(note)
    if answer := saved(request, actor, found, form=correction):
        return answer
    draft = own_draft(actor=actor, case_id=found.id, form=correction)
    initial = {"kind": newest.kind, "text": newest.text, "seen": newest.edition}
    if draft:
        initial |= draft.typed  # with the edition that it was written to
    form = NoteForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        try:
            correct_note(
                actor=actor,
                case_id=found.id,
                note=note,
                kind=given["kind"],
                text=given["text"],
                seen=given["seen"] or 0,
            )
        except NoteCorrectedMeanwhile as refusal:
            # Their edition stands above, what was typed in the form: sent again, it follows theirs.
            form = NoteForm({**given, "seen": newest.edition})
            form.add_error(
                None, f"{refusal} It says so above; yours is below. Bring the two together, and send it."
            )
        except REFUSALS as refusal:
            form.add_error("text" if isinstance(refusal, NobodyOfThatName) else None, str(refusal))
        else:
            messages.success(request, "The note is corrected. What stood there before stays to be read.")
            return redirect("case_note", reference=reference, note=note)
    record_look(action=Look.Action.VIEW, door="case_note", subjects=[found.id, found.person_id])
    works = actor.can(Capability.TRIAGE)
    return render(
        request,
        "referrals/case_note.html",
        {
            "case": found,
            "newest": newest,
            "before": editions[1:],
            "shares": shares_of(found, note),
            "share_form": _share_form(found, newest) if works and found.status in OPEN_CASE else None,
            "kind": KINDS[newest.kind],
            "works": works,
            "people": _people(found) if works else [],
            "correcting": form,
            "draft": draft,
            "form": form if form.errors else None,
        },
        status=UNPROCESSABLE if form.errors else None,
    )


@require_POST
def case_note_share(request: HttpRequest, reference: str, note: UUID) -> HttpResponse:
    """Show the note to an agency, or no longer."""
    actor, found = case_for(reference)
    try:
        agency = UUID(request.POST.get("agency", ""))
        verb = stop_sharing if request.POST.get("answer") == "stop" else share_note
        verb(actor=actor, case_id=found.id, note=note, agency_id=agency)
    except ValueError:
        messages.warning(request, "Choose an agency first.")
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
    return redirect("case_note", reference=reference, note=note)


def _share_form(found: Case, newest: CaseNote) -> ShareForm | None:
    """None where the note is of a kind that stays at the hub, or nobody is told of that on this case."""
    if not KINDS[newest.kind].may_be_shared:
        return None
    agencies = who_may_be_shown(found, category=newest.category)
    return ShareForm(agencies=agencies) if agencies else None


def _people(found: Case) -> list[str]:
    """Whom a note on this case may mention, by name."""
    return [one.name for one in who_may_carry(person_id=found.person_id, now=timezone.now())]
