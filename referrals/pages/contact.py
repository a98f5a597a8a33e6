"""Reaching the person: the page of one try, with what to say and a button for each result, and what is safe."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from access.actor import Actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from access.sight import sight_of
from pathways.models import SavedAnswers
from referrals.actions.contact import A_CALL, record_contact
from referrals.actions.drafts import forget_draft
from referrals.forms.contact import ContactForm, LettersForm, SafetyForm, safety_as_entered
from referrals.models import Case, ContactAttempt
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.pages.case_verbs import form_page, sent
from referrals.pages.drafts import saved
from referrals.pages.merging import Held
from referrals.queries.call_backs import planned_on
from referrals.queries.contact import Way, agreed_about, way_of
from referrals.queries.drafts import own_draft
from referrals.queries.people import NAMELESS, all_names
from referrals.trying import RESULTS, scripts_for
from referrals.workflow import OPEN_CASE
from victims.actions.safety import record_letters, record_safety, version_of
from victims.models import Address, ContactMethod

BEGAN = "referrals.contact"


@require_http_methods(["GET", "POST"])
def case_contact(request: HttpRequest, reference: str) -> HttpResponse:
    """One try to reach the person by the way in the address: what to keep to, what to say, and what came of it.

    When the page was opened counts as when the try began, so that a call may last beyond the hours in which it began.
    """
    actor, found = case_for(reference)
    now = timezone.now()
    value = str(request.POST.get("way") or request.GET.get("way", ""))
    way = way_of(found, value, now=now)
    if way is None or found.status not in OPEN_CASE:
        if request.method == "GET":
            raise Http404
        return _gone(request, actor, found)
    if answer := saved(request, actor, found, form=way.value):
        return answer
    draft = own_draft(actor=actor, case_id=found.id, form=way.value)
    initial = (draft.typed if draft else {}) | {"way": way.value}
    form = ContactForm(sent(request), ways=[(way.value, way.words)], initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        try:
            record_contact(
                actor=actor,
                case_id=found.id,
                contact_method_id=way.method_id,
                channel=way.channel,
                result=given["result"],
                notes=given["notes"],
                began_at=_began(given["began"], found, way),
                despite=given["despite"],
            )
            forget_draft(actor=actor, case_id=found.id, form=way.value)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            return _recorded(request, found, given["result"])
    return _try_page(request, actor, found, way, form, draft, now)


def _recorded(request: HttpRequest, found: Case, result: str) -> HttpResponse:
    planned = planned_on(found)
    next_try = (
        f" Next try: {timezone.localtime(planned.at):%A %-d %B at %H:%M}, in the diary." if planned else ""
    )
    messages.success(request, f"The contact attempt is recorded.{next_try}")
    if result == "declined":
        messages.info(
            request, "The person does not want support. Close the case as “contacted and declined”."
        )
        return redirect("case_close", reference=found.reference)
    return redirect("case", reference=found.reference)


def _gone(request: HttpRequest, actor: Actor, found: Case) -> HttpResponse:
    """The number went, or the case was closed, while the page was open: nothing is lost of what was typed."""
    form = ContactForm(request.POST, ways=[])
    form.is_valid()
    record_look(action=Look.Action.VIEW, door="case_contact", subjects=[found.id, found.person_id])
    context = {"case": found, "form": form, "way": None}
    return render(request, "referrals/case_call.html", context, status=UNPROCESSABLE)


def _try_page(
    request: HttpRequest,
    actor: Actor,
    found: Case,
    way: Way,
    form: ContactForm,
    draft: SavedAnswers | None,
    now: datetime,
) -> HttpResponse:
    agreed = agreed_about(way)
    record_look(action=Look.Action.VIEW, door="case_contact", subjects=[found.id, found.person_id])
    words = dict(ContactAttempt.Result.choices)
    context: dict[str, Any] = {
        "case": found,
        "name": next(iter(all_names(found, sight_of(found.id))), NAMELESS),
        "way": way,
        "form": form,
        "draft": draft,
        "agreed": agreed,
        "scripts": scripts_for(
            way.channel, on=timezone.localdate(now), cover_story=agreed.get("cover_story", "")
        ),
        "began": form["began"].value() or _now_signed(found, way, now),
        "results": [
            (code, words[code])
            for code in RESULTS[way.channel]
            if not (code == "voicemail" and way.rules.get("no_voicemail"))
        ],
        "may_despite": not way.safe and way.channel != "letter" and actor.can(Capability.CONTACT_DESPITE),
        "now": now,
    }
    return render(request, "referrals/case_call.html", context, status=UNPROCESSABLE if form.errors else None)


def _now_signed(found: Case, way: Way, now: datetime) -> str:
    return signing.dumps([str(found.id), way.value, now.isoformat()], salt=BEGAN)


def _began(token: str, found: Case, way: Way) -> datetime | None:
    """When the page of this try was opened; None where it does not say."""
    try:
        case, value, at = signing.loads(token, salt=BEGAN, max_age=A_CALL)
    except (signing.BadSignature, ValueError):
        return None
    return datetime.fromisoformat(at) if (case, value) == (str(found.id), way.value) else None


@require_http_methods(["GET", "POST"])
def case_safety(request: HttpRequest, reference: str, method: UUID) -> HttpResponse:
    """Record whether a number or e-mail address is safe, when and how, as the person says."""
    actor, found = case_for(reference)
    held = ContactMethod.objects.filter(id=method, person=found.person_id).first()
    if held is None or found.status not in OPEN_CASE:
        raise Http404
    is_telephone = held.kind != ContactMethod.Kind.EMAIL
    initial = {"safety": held.safety, **safety_as_entered(held.rules, held.care)}
    now_held = Held(initial, version_of(held))
    form = SafetyForm(
        now_held.sent(request, SafetyForm), is_telephone=is_telephone, initial=now_held.opened()
    )

    def verb() -> object:
        given = form.cleaned_data
        record_safety(
            actor=actor,
            case_id=found.id,
            person_id=found.person_id,
            contact_method_id=method,
            safety=given["safety"],
            rules=dict.fromkeys(given.get("rules", ()), True),
            windows=form.windows,
            care={name: given.get(name, "") for name in ("may_answer", "code_word", "cover_story")},
            seen=given["seen"],
        )
        messages.success(request, "What is safe is recorded.")
        return None

    title = f"Is it safe? {held.value}"
    return form_page(
        request,
        found,
        form,
        verb,
        field=None,
        title=title,
        button="Record",
        note=held.notes,
        held=now_held,
    )


@require_http_methods(["GET", "POST"])
def case_letters(request: HttpRequest, reference: str) -> HttpResponse:
    """Record whether letters to where the person lives are safe, and who else lives there."""
    actor, found = case_for(reference)
    held = Address.objects.filter(person=found.person_id).order_by("-recorded_at", "-id").first()
    if held is None or found.status not in OPEN_CASE:
        raise Http404
    initial = {
        "safety": held.letters,
        "household": held.household,
        "lives_there": (held.lives_there or {}).get("words", ""),
    }
    now_held = Held(initial, version_of(held))
    form = LettersForm(now_held.sent(request, LettersForm), initial=now_held.opened())

    def verb() -> object:
        given = {name: value for name, value in form.cleaned_data.items() if name != "was"}
        record_letters(actor=actor, case_id=found.id, person_id=found.person_id, **given)
        messages.success(request, "What is safe is recorded.")
        return None

    title = "Is it safe to write?"
    return form_page(request, found, form, verb, field=None, title=title, button="Record", held=now_held)
