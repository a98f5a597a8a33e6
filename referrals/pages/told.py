"""Telling the hub of a crime: the public form, in English and Welsh, and the form of who refers somebody.

The public pages keep nothing: no session, nothing in the address, and what was sent is not shown again.
"""

from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from access.actor import Actor
from access.context import acting_as_system, current_actor
from access.roles import Capability
from referrals.actions.told import OFFICER, SELF, take_referral
from referrals.feed.told import reference
from referrals.forms.told import OfficerReferralForm, SelfReferralForm
from referrals.pages.sent import title_for

UNPROCESSABLE, TOO_MANY = 422, 429
WELSH = "cy"


@login_not_required
@require_http_methods(["GET", "POST"])
def get_help(request: HttpRequest, language: str) -> HttpResponse:
    """The public form, all on one page, so that nothing need be kept between pages."""
    with translation.override(language):
        if request.method == "GET":
            form = SelfReferralForm(initial={"token": uuid4()})
        else:
            form = SelfReferralForm(request.POST)
            if form.is_valid():
                with acting_as_system("self-referral") as actor:
                    take_referral(
                        actor=actor,
                        source=SELF,
                        token=form.cleaned_data["token"],
                        told=form.told(),
                        on_behalf=False,
                    )
                return redirect("get_help_sent_welsh" if language == WELSH else "get_help_sent")
        return _public(request, "public/get_help.html", language, form=form)


def get_help_later(request: HttpRequest, language: str, wait: int) -> HttpResponse:
    """Too many from one address: the form as it was typed, to be sent again a minute later."""
    with translation.override(language):
        form = SelfReferralForm(request.POST)
        words = _(
            "Too many were sent from here just now. Wait a minute, then press Send again, or call %(line)s."
        )
        form.add_error(None, words % {"line": settings.HELP_LINE})
        answer = _public(request, "public/get_help.html", language, form=form)
        answer.status_code = TOO_MANY
        answer.headers["Retry-After"] = str(wait)
        return answer


@login_not_required
@require_GET
def get_help_sent(request: HttpRequest, language: str) -> HttpResponse:
    """That it came in, and what follows. The same for everybody: it shows nothing of what was told."""
    with translation.override(language):
        return _public(request, "public/get_help_sent.html", language)


@require_http_methods(["GET", "POST"])
def new_referral(request: HttpRequest) -> HttpResponse:
    """Refer somebody: for the police, partners, and the hub's own people who take a call."""
    actor = current_actor()
    actor.require(Capability.REFER)
    if request.method == "GET":
        form = OfficerReferralForm(initial={"token": uuid4()})
    else:
        form = OfficerReferralForm(request.POST)
        if form.is_valid():
            take_referral(
                actor=actor,
                source=OFFICER,
                token=form.cleaned_data["token"],
                told=form.told(),
                on_behalf=True,
            )
            messages.success(request, _received(actor, form))
            return redirect("home")
    return render(
        request, "referrals/new_referral.html", {"form": form}, status=UNPROCESSABLE if form.errors else None
    )


def _received(actor: Actor, form: OfficerReferralForm) -> str:
    received = "The referral is with the hub. Its case opens within a minute."
    if actor.hub:
        return received
    number = form.cleaned_data["police_ref"] or reference(form.cleaned_data["token"])
    return f"{received} What comes of it stands under “{title_for(actor)}” as {number}."


def _public(request: HttpRequest, template: str, language: str, **context: object) -> HttpResponse:
    form = context.get("form")
    is_wrong = isinstance(form, SelfReferralForm) and form.errors
    shown = {
        "language": language,
        "is_welsh": language == WELSH,
        "exit_to": settings.QUICK_EXIT_ADDRESS,
        "help_line": settings.HELP_LINE,
    }
    return render(request, template, shown | context, status=UNPROCESSABLE if is_wrong else None)
