"""Pages on information sharing agreements: drafted by the hub, signed by each agency, and ended."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.actor import Actor
from access.context import current_actor, hub_id
from access.roles import Capability
from agencies import queries
from agencies.actions import agreements as verbs
from agencies.forms import AgreementForm, EndForm, SignForm
from agencies.models import Agency, Agreement
from agencies.pages.agencies import administrator
from agencies.queries import AgreementSides
from agencies.sharing import PURPOSES

UNPROCESSABLE = 422


@require_GET
def agreement_list(request: HttpRequest) -> HttpResponse:
    """Every agreement for the hub's administrator; for an agency's, those that were offered to it."""
    actor = administrator()
    rows = queries.agreements(actor=actor, on=timezone.localdate())
    may_draft = actor.can(Capability.ADMINISTER_HUB)
    return render(request, "agencies/agreements.html", {"rows": rows, "may_draft": may_draft})


@require_GET
def agreement(request: HttpRequest, code: str) -> HttpResponse:
    """One agreement: its terms, who has signed, where it stands for each party, and what can be done with it."""
    actor = administrator()
    seen = _seen(actor, code)
    own = next((party for party, _ in seen.parties if party.agency_id == actor.agency_id), None)
    offered = seen.agreement.status == Agreement.Status.OFFERED
    keeps = actor.can(Capability.ADMINISTER_HUB)
    return render(
        request,
        "agencies/agreement.html",
        {
            "seen": seen,
            "agreement": seen.agreement,
            "purposes": [PURPOSES.get(one, one) for one in seen.agreement.purposes],
            "hub": hub_id(),
            "newer": seen.agreement.replaced_by.first() if keeps else None,
            "may_draft": keeps and seen.agreement.status == Agreement.Status.DRAFT,
            "may_end": keeps and offered,
            "may_renew": keeps and seen.agreement.status != Agreement.Status.DRAFT,
            "may_sign": bool(offered and own and own.signed_on is None),
            "may_withdraw": bool(offered and own and own.signed_on and not own.withdrawn_at),
        },
    )


@require_http_methods(["GET", "POST"])
def agreement_draft(request: HttpRequest) -> HttpResponse:
    """Draft a new agreement."""
    actor = _hub_administrator()
    form = AgreementForm(_sent(request), agencies=_agencies())
    if form.is_valid():
        return _saved(request, form, lambda: verbs.draft_agreement(actor=actor, **_asked(form)))
    return _draft_page(request, form, title="Draft an agreement", back=reverse("agreements"))


@require_http_methods(["GET", "POST"])
def agreement_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a draft."""
    actor = _hub_administrator()
    found = _seen(actor, code).agreement
    if found.status != Agreement.Status.DRAFT:
        messages.warning(request, "It was offered and stays as it is. Draft a new version instead.")
        return redirect("agreement", code)
    held = {field: getattr(found, field) for field in verbs.TERMS}
    held["agencies"] = [str(party.agency_id) for party in found.parties.all()]
    form = AgreementForm(_sent(request), agencies=_agencies(), initial=held)
    if form.is_valid():
        return _saved(
            request, form, lambda: verbs.change_draft(actor=actor, agreement_id=found.id, **_asked(form))
        )
    return _draft_page(request, form, title="Change the draft", back=reverse("agreement", args=[code]))


@require_POST
def agreement_offer(request: HttpRequest, code: str) -> HttpResponse:
    """Offer a draft for signature."""
    return _do(request, code, verbs.offer, "It is offered: each party can sign its own side now.")


@require_POST
def agreement_renew(request: HttpRequest, code: str) -> HttpResponse:
    """Draft the next version of an agreement."""
    actor = _hub_administrator()
    try:
        draft = verbs.new_version(actor=actor, agreement_id=_seen(actor, code).agreement.id)
    except verbs.AgreementRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("agreement", code)
    messages.success(request, f"Version {draft.number} is drafted. Change what is to change, then offer it.")
    return redirect("agreement_edit", draft.code)


@require_http_methods(["GET", "POST"])
def agreement_sign(request: HttpRequest, code: str) -> HttpResponse:
    """Sign for one's own agency."""
    return _answer(request, code, SignForm(_sent(request)), "Sign", verbs.sign, "Your agency has signed.")


@require_http_methods(["GET", "POST"])
def agreement_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Withdraw one's own agency's signature."""
    form, done = EndForm(_sent(request)), "The signature is withdrawn. Nothing is shared under it any more."
    return _answer(request, code, form, "Withdraw the signature", verbs.withdraw_signature, done)


@require_http_methods(["GET", "POST"])
def agreement_end(request: HttpRequest, code: str) -> HttpResponse:
    """End it before its last day."""
    _hub_administrator()
    form, done = EndForm(_sent(request)), "The agreement has ended. Nothing is shared under it any more."
    return _answer(request, code, form, "End the agreement", verbs.end_agreement, done)


def _hub_administrator() -> Actor:
    actor = current_actor()
    actor.require(Capability.ADMINISTER_HUB)
    return actor


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _seen(actor: Actor, code: str) -> AgreementSides:
    seen = queries.agreement(actor=actor, code=code, on=timezone.localdate())
    if seen is None:
        raise Http404
    return seen


def _agencies() -> list[Agency]:
    found = [agency for agency in queries.agencies_by_id().values() if agency.id != hub_id()]
    return sorted(found, key=lambda agency: agency.name)


def _asked(form: AgreementForm) -> dict[str, Any]:
    """The terms and the parties as the verbs take them."""
    asked = form.cleaned_data
    terms = verbs.Terms(**{term: asked[term] for term in verbs.TERMS})
    return {"terms": terms, "agencies": [UUID(agency) for agency in asked["agencies"]]}


def _saved(request: HttpRequest, form: AgreementForm, save: Callable[[], Agreement]) -> HttpResponse:
    try:
        saved = save()
    except verbs.AgreementRefused as refusal:
        form.add_error(None, str(refusal))
        return _draft_page(request, form, title="Draft an agreement", back=reverse("agreements"))
    messages.success(request, "The draft is saved. Offer it when it is as it should be.")
    return redirect("agreement", saved.code)


def _draft_page(request: HttpRequest, form: Form, *, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "button": "Save the draft", "back": back, "back_words": "Back"}
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "agencies/agreement_form.html", context, status=status)


def _do(request: HttpRequest, code: str, verb: Callable[..., object], done: str) -> HttpResponse:
    """A verb of one button on the agreement's page."""
    actor = administrator()
    try:
        verb(actor=actor, agreement_id=_seen(actor, code).agreement.id)
    except verbs.AgreementRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("agreement", code)


def _answer(
    request: HttpRequest, code: str, form: Form, title: str, verb: Callable[..., object], done: str
) -> HttpResponse:
    """A verb with a page of its own; a refusal comes back in the form."""
    actor = administrator()
    seen = _seen(actor, code)
    if form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "agreed"}
        try:
            verb(actor=actor, agreement_id=seen.agreement.id, **given)
        except verbs.AgreementRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("agreement", code)
    context = {
        "form": form,
        "title": title,
        "button": title,
        "caption": seen.agreement.name,
        "back": reverse("agreement", args=[code]),
        "back_words": "Back to the agreement",
    }
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "agencies/agreement_form.html", context, status=status)
