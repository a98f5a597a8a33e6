"""Who may see a record: restricting it, letting people in, keeping those in conflict out; on the case's own pages."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.actor import Actor
from access.context import current_actor, hub_id
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from agencies.queries import agencies_by_id, hub_practitioners, people_by_agency
from referrals.actions.conflicts import declare_conflict, declare_own_conflict, end_conflict
from referrals.actions.referral import ReferralNotFound
from referrals.actions.restriction import end_personal_access, give_personal_access, lift, restrict
from referrals.actions.triage import TriageRefused
from referrals.forms.restricted import ConflictForm, LetInForm, ReasonForm, RestrictForm
from referrals.models import Case
from referrals.pages.case import UNPROCESSABLE, case_for
from referrals.pages.referral import answer_page, own_referral
from referrals.queries import restricted as queries

SELF = "self"


@require_GET
def case_access(request: HttpRequest, reference: str) -> HttpResponse:
    """Who may see this record: whether it is restricted, who is let in, and who is kept out."""
    actor, found = case_for(reference, to_work=False)
    now = timezone.now()
    record_look(action=Look.Action.VIEW, door="case_access", subjects=[found.id, found.person_id])
    return render(
        request,
        "referrals/case_access.html",
        {
            "case": found,
            "guard": queries.guard_of(person_id=found.person_id, now=now),
            "now": now,
            "may_restrict": actor.can(Capability.RESTRICT),
            "may_declare": actor.can(Capability.DECLARE_CONFLICT),
            "answers": queries.answers_for(actor=actor, person_id=found.person_id, now=now),
        },
    )


@require_http_methods(["GET", "POST"])
def case_restrict(request: HttpRequest, reference: str) -> HttpResponse:
    """Close the record to all but those who are let in by name."""
    actor, found = _supervised(reference)
    people = [(str(person.id), person.name) for person in queries.owners()]
    form = RestrictForm(_sent(request), owners=people, initial={"owner_id": str(actor.id)})

    def verb() -> object:
        told = form.cleaned_data
        return restrict(
            actor=actor,
            case_id=found.id,
            reason=told["reason"],
            words=told["words"],
            owner_id=UUID(told["owner_id"]),
        )

    return _form_page(
        request,
        found,
        form,
        verb,
        title="Restrict this record",
        button="Restrict",
        done="The record is restricted. Only those who are let in by name see that it exists.",
        advice="From then on only the person you name, and whom they let in, see that this record exists: every "
        "case of this person, in search, lists and counts. Whoever carries a case of theirs loses it.",
    )


@require_http_methods(["GET", "POST"])
def case_lift(request: HttpRequest, reference: str) -> HttpResponse:
    """Open the record to the hub again."""
    actor, found = _supervised(reference)
    form = ReasonForm(_sent(request), label="Why need it no longer be restricted?")

    def verb() -> object:
        return lift(actor=actor, case_id=found.id, **form.cleaned_data)

    return _form_page(
        request,
        found,
        form,
        verb,
        title="Lift the restriction",
        button="Lift the restriction",
        done="The restriction is lifted. Everybody at work in the hub sees the record again.",
    )


@require_http_methods(["GET", "POST"])
def case_let_in(request: HttpRequest, reference: str) -> HttpResponse:
    """Let somebody into a restricted record."""
    actor, found = _supervised(reference)
    people = [
        (str(person.id), person.name) for person in hub_practitioners(hub=hub_id()) if person.id != actor.id
    ]
    form = LetInForm(_sent(request), people=people)

    def verb() -> object:
        told = form.cleaned_data
        until = None
        if told["until"]:
            zone = timezone.get_current_timezone()
            until = datetime.combine(told["until"] + timedelta(days=1), time(), zone)
        return give_personal_access(
            actor=actor, case_id=found.id, to=UUID(told["to"]), reason=told["reason"], until=until
        )

    return _form_page(
        request, found, form, verb, title="Let somebody in", button="Let them in", done="They are let in."
    )


@require_POST
def case_let_out(request: HttpRequest, reference: str, grant_id: UUID) -> HttpResponse:
    """End somebody's personal access at once."""
    actor, found = _supervised(reference)
    try:
        end_personal_access(actor=actor, case_id=found.id, grant_id=grant_id)
    except TriageRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect("case_access", reference=reference)


@require_http_methods(["GET", "POST"])
def case_conflict(request: HttpRequest, reference: str) -> HttpResponse:
    """Declare a conflict of interest: one's own; a supervisor anybody's, or an agency's."""
    actor, found = case_for(reference, to_work=False)
    actor.require(Capability.DECLARE_CONFLICT)
    form = ConflictForm(_sent(request), whom=_whom() if actor.can(Capability.RESTRICT) else ())

    def verb() -> object:
        told = form.cleaned_data
        kind, _, chosen = told.get("who", SELF).partition(":")
        return declare_conflict(
            actor=actor,
            case_id=found.id,
            why=told["why"],
            words=told["words"],
            practitioner_id=UUID(chosen) if kind == "person" else None,
            agency_id=UUID(chosen) if kind == "agency" else None,
        )

    return _form_page(
        request,
        found,
        form,
        verb,
        title="Declare a conflict of interest",
        button="Declare",
        done="The conflict of interest is declared.",
        advice="Whoever has a conflict sees nothing of this person any longer, carries none of their cases, and an "
        "agency gets no referral; open ones are recalled. If it is yours, you cannot take it back yourself.",
    )


@require_http_methods(["GET", "POST"])
def case_conflict_end(request: HttpRequest, reference: str, conflict_id: UUID) -> HttpResponse:
    """Let somebody back who was kept out."""
    actor, found = _supervised(reference)
    form = ReasonForm(_sent(request), label="Why is there no conflict any longer?")

    def verb() -> object:
        return end_conflict(actor=actor, case_id=found.id, conflict_id=conflict_id, **form.cleaned_data)

    return _form_page(
        request,
        found,
        form,
        verb,
        title="End the conflict of interest",
        button="End it",
        done="The conflict of interest has ended.",
    )


@require_http_methods(["GET", "POST"])
def referral_conflict(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """A partner's practitioner declares their own conflict of interest."""
    actor = current_actor()
    actor.require(Capability.DECLARE_CONFLICT)
    found = own_referral(actor, referral_id)
    if actor.hub:
        raise Http404
    form = ConflictForm(_sent(request), whom=())
    if request.method == "POST" and form.is_valid():
        try:
            declare_own_conflict(actor=actor, referral_id=found.id, **form.cleaned_data)
        except ReferralNotFound:
            raise Http404 from None
        except TriageRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, "The conflict is declared. You see the referral no more; your colleagues do."
            )
            return redirect("partner_queue")
    return answer_page(request, found, form, door="referral_conflict", title="Declare a conflict of interest")


def _supervised(reference: str) -> tuple[Actor, Case]:
    actor, found = case_for(reference, to_work=False)
    actor.require(Capability.RESTRICT)
    return actor, found


def _whom() -> list[tuple[str, str]]:
    """Everybody who may be in conflict: oneself first, then people by agency, then agencies."""
    agencies = sorted(agencies_by_id().values(), key=lambda agency: agency.name)
    people = [
        (f"person:{person.id}", f"{person.name}, {agency.name}")
        for agency, members in people_by_agency()
        for person in members
    ]
    whole = [(f"agency:{one.id}", f"All of {one.name}") for one in agencies if one.id != hub_id()]
    return [(SELF, "I have it myself"), *people, *whole]


def _sent(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None


def _form_page(
    request: HttpRequest,
    found: Case,
    form: Form,
    verb: Callable[[], object],
    *,
    title: str,
    button: str,
    done: str,
    advice: str = "",
) -> HttpResponse:
    """One verb with its own page. Who may not see the record after it is led to their own start."""
    if request.method == "POST" and form.is_valid():
        try:
            verb()
        except TriageRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(_back(found))
    record_look(action=Look.Action.VIEW, door="case_access", subjects=[found.id, found.person_id])
    context = {"case": found, "form": form, "title": title, "button": button, "advice": advice}
    return render(request, "referrals/case_form.html", context, status=UNPROCESSABLE if form.errors else None)


def _back(found: Case) -> str:
    still_seen = Case.objects.filter(id=found.id).exists()
    return reverse("case_access", args=[found.reference]) if still_seen else reverse("home")
