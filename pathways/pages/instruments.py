"""Doors to instruments: which editions there are, what each asks, as practitioners see it, and the next draft."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.actor import Actor
from access.context import current_actor
from access.roles import Capability
from pathways import scope
from pathways.actions import editions
from pathways.forms.assess import AssessmentForm
from pathways.forms.editions import (
    TYPES,
    EditionForm,
    ItemForm,
    NewInstrumentForm,
    PublishForm,
    ScoringForm,
    SectionForm,
    TriggerForm,
)
from pathways.instrument import NoSuchItem, move_item, move_section, problems_of, put_item, remove_item
from pathways.models import InstrumentVersion
from pathways.queries.assessments import titles
from pathways.queries.editions import edition_rows, item_lines, trigger_lines
from pathways.scoring import score

UNPROCESSABLE = 422
DRAFT = InstrumentVersion.Status.DRAFT


@require_GET
def instrument_list(request: HttpRequest) -> HttpResponse:
    """Every instrument, with its editions."""
    actor = _reader()
    context = {
        "instruments": edition_rows(actor=actor, on=timezone.localdate()),
        "edits": actor.can(Capability.EDIT_INSTRUMENTS),
    }
    return render(request, "pathways/instruments.html", context)


@require_http_methods(["GET", "POST"])
def instrument_new(request: HttpRequest) -> HttpResponse:
    """Begin a new instrument, whose first edition is a draft."""
    actor = _editor()
    form = NewInstrumentForm(_sent(request))
    if form.is_valid():
        given = form.cleaned_data
        try:
            draft = editions.begin_instrument(
                actor=actor,
                code=given["code"],
                title=given["title"],
                category=given["category"],
                stages=given["stages"],
                words=given["help"],
            )
        except editions.CodeRefused as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(
                request, f"{draft.title} is begun as a draft. Nobody is asked by it until it is published."
            )
            return redirect("instrument", draft.code, draft.edition)
    context = {
        "form": form,
        "title": "Begin a new instrument",
        "button": "Begin",
        "back": reverse("instruments"),
        "back_words": "Instruments",
    }
    return render(request, "pathways/form.html", context, status=UNPROCESSABLE if form.is_bound else None)


@require_GET
def instrument(request: HttpRequest, code: str, edition: int) -> HttpResponse:
    """One edition in words; of a draft, what can be done with it."""
    actor = _reader()
    found = _edition(actor, code, edition)
    edits = actor.can(Capability.EDIT_INSTRUMENTS)
    drafting = scope.instruments(actor).filter(code=code, status=DRAFT).exists()
    context = {
        "edition": found,
        "is_draft": edits and found.status == DRAFT,
        "may_draft": edits and not drafting,
        "items": item_lines(found.definition, TYPES),
        "triggers": trigger_lines(found.definition, titles()),
        "problems": problems_of(found.definition) if found.status == DRAFT else [],
        "grading": ScoringForm.initial_of(found.definition),
    }
    return render(request, "pathways/instrument.html", context)


@require_http_methods(["GET", "POST"])
def instrument_preview(request: HttpRequest, code: str, edition: int) -> HttpResponse:
    """The edition as a practitioner would see it. Nothing that is answered here is kept."""
    found = _edition(_reader(), code, edition)
    if problems_of(found.definition):
        messages.warning(request, "Mend what is wrong with the draft first: then it can be shown.")
        return redirect("instrument", code, edition)
    typed = {name: request.POST.get(name) for name in request.POST} if request.method == "POST" else {}
    form = AssessmentForm(None, definition=found.definition, previous=None, initial=typed)
    made = score(found.definition, form.answers())
    context = {
        "edition": found,
        "preview": form,
        "score": made,
        "items": sum(bool(one) for one in form.asked.values()),
        "graded": bool(found.definition.get("grading")),
        "by_total": found.definition.get("grading", {}).get("by") == "total",
    }
    return render(request, "pathways/instrument_preview.html", context)


@require_POST
def instrument_draft(request: HttpRequest, code: str) -> HttpResponse:
    """Draft the next edition from the newest one."""
    try:
        draft = editions.draft_edition(actor=_editor(), code=code)
    except editions.NoDraft:
        raise Http404 from None
    messages.success(
        request, f"Edition {draft.edition} is drafted. Nobody is asked by it until it is published."
    )
    return redirect("instrument", code, draft.edition)


@require_POST
def instrument_arrange(request: HttpRequest, code: str) -> HttpResponse:
    """Move an item or a section of the draft one place, or take an item or a trigger out."""
    actor, draft = _editor(), _draft(code)
    act, _, which = request.POST.get("act", "").partition(" ")
    changes: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "up": lambda definition: move_item(definition, which, by=-1),
        "down": lambda definition: move_item(definition, which, by=1),
        "remove": lambda definition: remove_item(definition, which),
        "section-up": lambda definition: move_section(definition, which, by=-1),
        "section-down": lambda definition: move_section(definition, which, by=1),
        "untrigger": lambda definition: _without_trigger(definition, which),
    }
    if act not in changes:
        raise Http404
    try:
        editions.change_draft(actor=actor, code=code, change=changes[act])
    except (editions.EditionRefused, NoSuchItem) as refusal:
        messages.warning(request, str(refusal))
    place = reverse("instrument", args=[code, draft.edition])
    part = "triggers" if act == "untrigger" else "sections" if act.startswith("section-") else "items"
    return redirect(f"{place}#{part}")


@require_http_methods(["GET", "POST"])
def instrument_words(request: HttpRequest, code: str) -> HttpResponse:
    """The title of the draft, its words, and when it is asked."""
    _editor()
    draft = _draft(code)
    form = EditionForm(_sent(request), initial=draft.definition)
    return _change(request, draft, form, "Title and words", lambda: form.change)


@require_http_methods(["GET", "POST"])
def instrument_item(request: HttpRequest, code: str, item: str) -> HttpResponse:
    """One item of the draft; `new` adds one."""
    _editor()
    draft = _draft(code)
    held = next((one for one in draft.definition["items"] if one["code"] == item), None)
    if held is None and item != "new":
        raise Http404
    form = ItemForm(_sent(request), definition=draft.definition, item=held)

    def change() -> editions.Change:
        made, section = form.made(), form.home
        return lambda definition: put_item(definition, made, section=section)

    title = f"Item {item}" if held else "Add an item"
    return _change(request, draft, form, title, change)


@require_http_methods(["GET", "POST"])
def instrument_section(request: HttpRequest, code: str, place: int) -> HttpResponse:
    """The title of one section of the draft, and the words above its items. place: from 1, in order."""
    _editor()
    draft = _draft(code)
    if not 1 <= place <= len(draft.definition.get("sections", ())):
        raise Http404
    form = SectionForm(_sent(request), definition=draft.definition, place=place - 1)
    return _change(request, draft, form, "Change a section", lambda: form.change)


@require_http_methods(["GET", "POST"])
def instrument_scoring(request: HttpRequest, code: str) -> HttpResponse:
    """Grades and bands of the draft."""
    _editor()
    draft = _draft(code)
    form = ScoringForm(_sent(request), initial=ScoringForm.initial_of(draft.definition))
    return _change(request, draft, form, "Grades and bands", lambda: form.change)


@require_http_methods(["GET", "POST"])
def instrument_trigger(request: HttpRequest, code: str) -> HttpResponse:
    """Add a trigger to the draft."""
    _editor()
    draft = _draft(code)
    form = TriggerForm(_sent(request), definition=draft.definition, instruments=titles())

    def change() -> editions.Change:
        made = form.made()
        return lambda definition: {**definition, "triggers": [*definition.get("triggers", ()), made]}

    return _change(request, draft, form, "Add a trigger", change)


@require_http_methods(["GET", "POST"])
def instrument_publish(request: HttpRequest, code: str) -> HttpResponse:
    """Publish the draft from a day. It is never edited again."""
    actor, draft = _editor(), _draft(code)
    form = PublishForm(_sent(request))
    if form.is_valid():
        day: date = form.cleaned_data["effective_from"]
        try:
            editions.publish_edition(actor=actor, code=code, effective_from=day)
        except editions.EditionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{draft} is published: it is asked so from {day:%-d %B %Y}.")
            return redirect("instrument", code, draft.edition)
    return _page(request, draft, form, "Publish this edition", "Publish")


@require_POST
def instrument_discard(request: HttpRequest, code: str) -> HttpResponse:
    """Throw the draft away."""
    try:
        editions.discard_edition(actor=_editor(), code=code)
    except editions.NoDraft:
        raise Http404 from None
    messages.success(request, "The draft is discarded.")
    return redirect("instruments")


def _reader() -> Actor:
    actor = current_actor()
    if not actor.can(Capability.EDIT_INSTRUMENTS):
        actor.require(Capability.SEE_PATHWAYS)
    return actor


def _editor() -> Actor:
    actor = current_actor()
    actor.require(Capability.EDIT_INSTRUMENTS)
    return actor


def _edition(actor: Actor, code: str, edition: int) -> InstrumentVersion:
    return get_object_or_404(scope.instruments(actor), code=code, edition=edition)


def _draft(code: str) -> InstrumentVersion:
    return get_object_or_404(scope.instruments(current_actor()), code=code, status=DRAFT)


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _without_trigger(definition: dict[str, Any], place: str) -> dict[str, Any]:
    held = list(definition.get("triggers", ()))
    left = [trigger for number, trigger in enumerate(held, 1) if str(number) != place]
    return {**definition, "triggers": left}


def _change(
    request: HttpRequest,
    draft: InstrumentVersion,
    form: Form,
    title: str,
    change: Callable[[], editions.Change],
) -> HttpResponse:
    """Change the draft by what a valid form says, or show the form."""
    if form.is_valid():
        try:
            editions.change_draft(actor=current_actor(), code=draft.code, change=change())
        except (editions.EditionRefused, NoSuchItem) as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("instrument", draft.code, draft.edition)
    return _page(request, draft, form, title, "Save")


def _page(
    request: HttpRequest, draft: InstrumentVersion, form: Form, title: str, button: str
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "caption": str(draft),
        "button": button,
        "back": reverse("instrument", args=[draft.code, draft.edition]),
        "back_words": "Back to the draft",
    }
    return render(request, "pathways/form.html", context, status=UNPROCESSABLE if form.is_bound else None)
