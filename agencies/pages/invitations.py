"""Pages on invitations: an administrator sends, sends again and withdraws; whoever holds a link accepts."""

from uuid import UUID

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.context import acting_as_system
from agencies import queries, scope
from agencies.actions import invitations
from agencies.actions.agencies import AddressTaken, AgencyNotFound, AgencyRefused
from agencies.forms import AcceptForm, InvitationForm
from agencies.models import Invitation
from agencies.pages.agencies import address_of, administrator, agency_of, form_page, sent

HELD = "invitation"


@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, code: str) -> HttpResponse:
    """Invite somebody to an agency."""
    actor = administrator()
    found = agency_of(actor, code)
    form = InvitationForm(sent(request), agency=found)
    if form.is_valid():
        told = form.cleaned_data
        try:
            invitations.invite(
                actor=actor,
                agency_id=found.id,
                email=told["email"],
                role=told["role"],
                teams=[UUID(team) for team in told.get("teams", ())],
            )
        except AddressTaken as refusal:
            form.add_error("email", str(refusal))
        except AgencyRefused as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, "The invitation is on its way by e-mail. It works for seven days.")
            return redirect("agency", found.code)
    return form_page(
        request,
        form,
        title="Invite somebody",
        caption=found.name,
        back=address_of(found),
        back_words=found.name,
    )


@require_POST
def invitation_send_again(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """A new link; the earlier one is dead."""
    return _change(request, invitation_id, again=True)


@require_POST
def invitation_withdraw(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """The link opens nothing any more."""
    return _change(request, invitation_id, again=False)


def _change(request: HttpRequest, invitation_id: UUID, *, again: bool) -> HttpResponse:
    actor = administrator()
    found = scope.invitations(actor).select_related("agency").filter(id=invitation_id).first()
    if found is None:
        raise Http404
    verb = invitations.send_again if again else invitations.withdraw
    try:
        verb(actor=actor, invitation_id=found.id)
    except AgencyNotFound as refusal:
        messages.warning(request, str(refusal))
    else:
        words = "A new link is on its way. The earlier one no longer works." if again else "Withdrawn."
        messages.success(request, words)
    return redirect("agency", found.agency.code)


@login_not_required
@require_GET
def invitation_link(request: HttpRequest, link: str) -> HttpResponse:
    """Where the e-mail leads. Keeps the link out of the address of the page that follows."""
    request.session[HELD] = link
    return redirect("accept_invitation")


@login_not_required
@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest) -> HttpResponse:
    """Choose name and password, and be signed in; or go on to the agency's own sign-in."""
    link = str(request.session.get(HELD, ""))
    invitation = _find(link)
    if invitation is None or request.user.is_authenticated:
        return render(request, "agencies/invitation_gone.html", status=410)
    with acting_as_system("accounts"):
        elsewhere = queries.required_sign_on(agency_id=invitation.agency_id)
    form = AcceptForm(sent(request), email=invitation.email, with_password=elsewhere is None)
    if form.is_valid():
        try:
            with acting_as_system("accounts"):
                person = invitations.accept(
                    link=link, name=form.cleaned_data["name"], password=form.cleaned_data.get("password")
                )
        except AgencyRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            request.session.pop(HELD, None)
            if elsewhere is not None:
                return redirect("sign_on")
            record_authentication(request, person, "password", reauthenticated=True)
            return perform_login(request, Login(user=person, redirect_url=reverse("second_factor")))
    return render(
        request,
        "agencies/invitation.html",
        {"form": form, "agency": invitation.agency, "email": invitation.email, "elsewhere": elsewhere},
    )


def _find(link: str) -> Invitation | None:
    try:
        with acting_as_system("accounts"):
            return invitations.find(link)
    except invitations.InvitationGone:
        return None
