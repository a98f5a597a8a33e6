"""Pages on an agency's own sign-in: the hub's administrator sets it up, its people come in by it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from access.roles import Capability
from agencies import queries
from agencies.actions import sign_on as actions
from agencies.actions.agencies import AgencyRefused
from agencies.forms import SignOnForm
from agencies.pages.agencies import address_of, administrator, agency_of, form_page, sent


@login_not_required
@require_GET
def sign_on_list(request: HttpRequest) -> HttpResponse:
    """The agencies whose people sign in with their own account there."""
    return render(request, "account/sign_on.html", {"sign_ons": queries.sign_ons()})


@require_http_methods(["GET", "POST"])
def sign_on_set(request: HttpRequest, code: str) -> HttpResponse:
    """Set up, change or take away an agency's own sign-in."""
    actor = administrator()
    actor.require(Capability.ADMINISTER_HUB)
    found = agency_of(actor, code)
    held = queries.sign_on_of(found)
    names = ("issuer", "client_id", "secret_name", "required", "asks_second_factor")
    form = SignOnForm(sent(request), initial={name: getattr(held, name) for name in names} if held else None)
    if form.is_valid():
        try:
            actions.set_sign_on(actor=actor, agency_id=found.id, **form.cleaned_data)
        except AgencyRefused as refusal:
            form.add_error("issuer", str(refusal))
        else:
            messages.success(request, f"How people of {found.name} sign in was saved.")
            return redirect("agency", found.code)
    return form_page(
        request, form, title="Own sign-in", caption=found.name, back=address_of(found), back_words=found.name
    )
