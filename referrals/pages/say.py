"""Asking a person how they were helped, and the public form behind their link. It keeps nothing in the browser."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access.context import acting_as_system
from access.looks import record_look
from access.models import Look
from access.sight import sight_of
from referrals.actions.contact import ChannelNotSafe
from referrals.actions.say import QUESTIONS, LinkGone, ask_for_say, give_say
from referrals.forms.say import SayForm
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.pages.case_verbs import sent
from referrals.pages.told import TOO_MANY, WELSH
from referrals.queries.contact import ways_shown
from referrals.queries.say import open_say, says_of

GONE = 410


@login_not_required
@require_http_methods(["GET", "POST"])
def say(request: HttpRequest, token: str, language: str) -> HttpResponse:
    """The form behind a link that works once: it shows nothing of anybody, and says the same of every other link."""
    with translation.override(language):
        with acting_as_system("say"):
            is_open = open_say(token=token, now=timezone.now()) is not None
        if not is_open:
            return _public(request, "public/say_gone.html", language, token, status=GONE)
        form = SayForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            answers = {name: form.cleaned_data[name] for name in QUESTIONS}
            try:
                give_say(token=token, answers=answers, words=form.cleaned_data["words"])
            except LinkGone:
                return _public(request, "public/say_gone.html", language, token, status=GONE)
            return _public(request, "public/say_given.html", language, token)
        status = UNPROCESSABLE if form.errors else None
        return _public(request, "public/say.html", language, token, form=form, status=status)


def say_later(request: HttpRequest, token: str, language: str, wait: int) -> HttpResponse:
    """Too many from one address: the form as it was filled in, to be sent again a minute later."""
    with translation.override(language):
        form = SayForm(request.POST)
        form.add_error(
            None, _("Too many were sent from here just now. Wait a minute, then press Send again.")
        )
        answer = _public(request, "public/say.html", language, token, form=form, status=TOO_MANY)
        answer.headers["Retry-After"] = str(wait)
        return answer


def _public(
    request: HttpRequest,
    template: str,
    language: str,
    token: str,
    *,
    status: int | None = None,
    form: SayForm | None = None,
) -> HttpResponse:
    shown = {
        "form": form,
        "is_welsh": language == WELSH,
        "exit_to": settings.QUICK_EXIT_ADDRESS,
        "in_english": reverse("say", args=[token]),
        "in_welsh": reverse("say_welsh", args=[token]),
    }
    return render(request, template, shown, status=status)


@require_http_methods(["GET", "POST"])
def case_say(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the person of a case how they were helped, by a way that is safe now; what they said before."""
    actor, found = case_for(reference)
    ways = [
        way
        for way in ways_shown(found, sight_of(found.id), now=timezone.now())
        if way.channel in ("email", "text")
    ]
    link, form = "", Form(sent(request))
    if form.is_valid():
        way = next((way for way in ways if way.value == request.POST.get("way")), None)
        try:
            if way is None or way.method_id is None:
                raise ChannelNotSafe("Choose a way from the list.")
            token = ask_for_say(
                actor=actor, case_id=found.id, contact_method_id=way.method_id, channel=way.channel
            )
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            if not token:
                messages.success(request, "The link is on its way, as long as that is safe.")
                return redirect("case_say", reference)
            link = settings.HUB_ADDRESS + reverse("say", args=[token])
    record_look(action=Look.Action.VIEW, door="case_say", subjects=[found.id, found.person_id])
    context = {"case": found, "ways": ways, "link": link, "form": form, "says": says_of(found)}
    return render(request, "referrals/say.html", context, status=UNPROCESSABLE if form.errors else None)
