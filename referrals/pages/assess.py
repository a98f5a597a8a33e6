"""Pages on which a case is assessed: needs, risk, and what was answered. Nothing typed is lost to a refusal."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from access.actor import Actor
from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from pathways.actions.assessments import NotComplete, RationaleMissing, StageNotKnown
from pathways.actions.saved import forget_answers
from pathways.forms.assess import AssessmentForm
from pathways.models import Assessment, InstrumentVersion
from pathways.queries.assessments import (
    NoSuchInstrument,
    current_edition,
    edition_asked,
    latest_assessment,
    saved_answers,
    taken_up,
)
from pathways.scoring import (
    AnswersNotValid,
    JudgementLowers,
    JudgementMissing,
    UnknownGrade,
    score,
)
from referrals.actions.assess import AssessedMeanwhile, assess_case, save_for_later
from referrals.models import Case
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.queries.people import NAMELESS, names_shown
from referrals.workflow import OPEN_CASE

CONFLICT = 409
QUIETLY = "quietly"
"""How the page's script saves: the answer is a part of the page."""
MENDABLE = (
    AnswersNotValid,
    NotComplete,
    JudgementLowers,
    JudgementMissing,
    UnknownGrade,
    RationaleMissing,
    StageNotKnown,
)


@require_http_methods(["GET", "POST"])
def case_assess(request: HttpRequest, reference: str, instrument: str) -> HttpResponse:
    """Ask an instrument of the case's person: needs, risk, or any other that the hub has."""
    actor, found = case_for(reference)
    actor.require(Capability.ASSESS)
    try:
        edition = current_edition(instrument, on=timezone.localdate())
    except NoSuchInstrument:
        raise Http404 from None
    if found.status not in OPEN_CASE:
        if request.POST.get("save") == QUIETLY:
            return HttpResponse(status=CONFLICT)
        messages.warning(request, f"{reference} is closed: nothing more can be recorded on it.")
        return redirect("case", reference=reference)
    if request.method != "POST":
        form = _resumed(actor, found, edition)
        if "stage" in form.fields and request.GET.get("stage") in Assessment.Stage.values:
            form.initial.setdefault("stage", request.GET["stage"])
        return _page(request, found, edition, form)
    if "again" in request.POST:
        forget_answers(actor=actor, case_id=found.id, instrument=edition.code)
        return redirect("case_assess", reference=reference, instrument=edition.code)
    asked = edition_asked(edition, request.POST.get("edition", ""))
    if "save" in request.POST or ("count" in request.POST and asked == edition):
        return _save(request, actor, found, asked)
    if asked != edition:
        return _go_on(request, actor, found, asked)
    form = _form(found, edition, request.POST)
    if form.is_valid():
        try:
            made = _complete(actor, found, edition.code, form)
        except AssessedMeanwhile as refusal:
            form = _with_the_newest(found, edition, request.POST)
            form.add_error(None, str(refusal))
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        except MENDABLE as wrong:
            _say(form, wrong)
        else:
            _tell(request, found, made)
            return redirect("case", reference=reference)
    return _page(request, found, edition, form)


def _complete(actor: Actor, found: Case, code: str, form: AssessmentForm) -> Assessment:
    given = form.cleaned_data
    return assess_case(
        actor=actor,
        case_id=found.id,
        instrument_code=code,
        answers=form.answers(),
        stage=given.get("stage") or Assessment.Stage.START,
        judgement=given.get("judgement", ""),
        rationale=given["rationale"],
        after=given["seen"],
    )


def _form(
    found: Case, instrument: InstrumentVersion, data: QueryDict | None, **options: Any
) -> AssessmentForm:
    previous = latest_assessment(case_id=found.id, instrument_code=instrument.code)
    return AssessmentForm(data, definition=instrument.definition, previous=previous, **options)


def _with_the_newest(found: Case, instrument: InstrumentVersion, data: QueryDict) -> AssessmentForm:
    """The form as it was filled in, beside what a colleague has answered meanwhile."""
    newest = latest_assessment(case_id=found.id, instrument_code=instrument.code)
    again = data.copy()
    again["seen"] = str(newest.id) if newest else ""
    return _form(found, instrument, again)


def _say(form: AssessmentForm, wrong: Exception) -> None:
    """Each refusal where it can be mended: at the item, at the judgement, or at the words."""
    if isinstance(wrong, AnswersNotValid):
        for code, problem in wrong.problems.items():
            form.add_error(code if code in form.fields else None, problem)
    elif isinstance(wrong, NotComplete):
        for code in wrong.blanks:
            form.add_error(code, f"{form.fields[code].label}: answer this too")
    else:
        places: Mapping[type[Exception], str] = {RationaleMissing: "rationale", StageNotKnown: "stage"}
        form.add_error(places.get(type(wrong), "judgement"), str(wrong))


def _tell(request: HttpRequest, found: Case, made: Assessment) -> None:
    counts = made.judgement or made.grade
    messages.success(request, f"{made.instrument.title}: completed{f', {counts}' if counts else ''}.")
    if found.status in ("triaged", "routed"):
        messages.info(
            request,
            "The case went through triage before this. Take it back into triage if it should be routed again.",
        )


def _resumed(actor: Actor, found: Case, edition: InstrumentVersion) -> AssessmentForm:
    """The form with what the actor saved before, if anything."""
    saved = saved_answers(case_id=found.id, instrument=edition.code)
    own = next((one for one in saved if one.saved_by == actor.id), None)
    return _form(found, edition, None, initial=dict(taken_up(own, edition).typed) if own else {})


def _go_on(request: HttpRequest, actor: Actor, found: Case, asked: InstrumentVersion) -> HttpResponse:
    """A newer edition began while the page was open: keep what it sends, and go on by the newer one."""
    typed = _form(found, asked, request.POST).typed()
    try:
        save_for_later(actor=actor, case_id=found.id, edition=asked, typed=typed)
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
        return redirect("case", reference=found.reference)
    messages.warning(request, "This is not completed yet: a newer edition is asked now.")
    return redirect("case_assess", reference=found.reference, instrument=asked.code)


def _save(request: HttpRequest, actor: Actor, found: Case, edition: InstrumentVersion) -> HttpResponse:
    """Keep what is typed, and say what it comes to so far: in full, or for the page's script a part alone."""
    form = _form(found, edition, request.POST)
    try:
        saved = save_for_later(actor=actor, case_id=found.id, edition=edition, typed=form.typed())
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
        return redirect("case", reference=found.reference)
    if request.POST.get("save") == QUIETLY:
        context = {"saved": saved, **_counted(edition, form)}
        return render(request, "referrals/assess_so_far.html", context)
    if "save" in request.POST:
        messages.success(
            request, f"{edition.title}: your answers are saved. Come back to it from here to complete it."
        )
        return redirect("case", reference=found.reference)
    return _page(request, found, edition, _form(found, edition, None, initial=form.typed()))


def _counted(instrument: InstrumentVersion, form: AssessmentForm) -> dict[str, Any]:
    made = score(instrument.definition, form.answers())
    return {
        "score": made,
        "items": sum(bool(one) for one in form.asked.values()),
        "graded": bool(instrument.definition.get("grading")),
        "counted": _says_more_as_it_goes(instrument.definition),
        "by_total": instrument.definition.get("grading", {}).get("by") == "total",
        "asked": form.asked_codes,
    }


def _says_more_as_it_goes(definition: Mapping[str, Any]) -> bool:
    """Whether the answers so far come to something: a grade, a trigger, or a further item."""
    follows = any("shown_when" in item for item in definition["items"])
    return bool(follows or definition.get("grading") or definition.get("triggers"))


def _page(
    request: HttpRequest, found: Case, instrument: InstrumentVersion, form: AssessmentForm
) -> HttpResponse:
    record_look(action=Look.Action.VIEW, door="case_assess", subjects=[found.id, found.person_id])
    saved = saved_answers(case_id=found.id, instrument=instrument.code)
    own = next((one for one in saved if one.saved_by == current_actor().id), None)
    context = {
        "saved": own,
        "is_newer": own is not None and own.edition not in (None, instrument.edition),
        "left_over": taken_up(own, instrument).left_over if own else (),
        "saved_by_others": [one for one in saved if one is not own],
        "case": found,
        "name": name_of(found),
        "instrument": instrument,
        "form": form,
        "previous": form.previous,
        **_counted(instrument, form),
    }
    return render(
        request,
        "referrals/assess.html",
        context,
        status=UNPROCESSABLE if form.is_bound and form.errors else None,
    )


def name_of(found: Case) -> str:
    return names_shown([found]).get(found.person_id, NAMELESS).full
