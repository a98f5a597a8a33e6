"""Signing in with an agency's own account (OpenID Connect): one provider an agency, as data.

The provider says who somebody is; who may come in is decided here. An identity is taken only for an active
practitioner of that agency, by the subject that came before or, the first time, by a verified e-mail
address. It never makes an account, and never opens one of another agency.
"""

import os
import time
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.signals import user_logged_in
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from access.looks import asked_for, record_look
from access.models import Look
from agencies.models import Practitioner, SignOn

PROVIDER = "openid_connect"
DOOR = "openid_connect_callback"


ASKED = "provider_asked_at"
"""The session's key for when the provider last asked the person who they are."""


def was_just_asked(request: HttpRequest) -> bool:
    """Whether the agency's provider itself has asked the person a short time ago."""
    since = time.time() - float(request.session.get(ASKED, 0))
    return 0 <= since < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


@receiver(user_logged_in)
def note_when_asked(request: HttpRequest, sociallogin: SocialLogin | None = None, **kwargs: Any) -> None:
    """Keep the provider's `auth_time`: signing in by a session that it holds is no fresh proof."""
    if sociallogin is not None:
        told = sociallogin.account.extra_data.get("id_token", {})
        request.session[ASKED] = min(int(told.get("auth_time") or 0), int(time.time()))


@require_GET
def confirm_by_sign_on(request: HttpRequest) -> HttpResponse:
    """A link by which the agency's provider asks again, and which leads on to where `next` says."""
    asked = {"process": "login", "auth_params": urlencode({"prompt": "login", "max_age": 0})}
    if wanted := request.GET.get("next"):
        asked["next"] = wanted
    agency = cast("Practitioner", request.user).agency
    link = f"{reverse('openid_connect_login', args=[agency.code])}?{urlencode(asked)}"
    return render(request, "account/confirm_by_sign_on.html", {"agency": agency, "link": link})


class AgencySignOn(DefaultSocialAccountAdapter):
    """allauth's questions on identities from elsewhere."""

    def list_apps(
        self, request: HttpRequest | None, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The agencies' providers; `provider` is an agency's code, or the kind that all of them are."""
        found: QuerySet[SignOn] = SignOn.objects.select_related("agency")
        if provider and provider != PROVIDER:
            found = found.filter(agency__code=provider)
        if client_id:
            found = found.filter(client_id=client_id)
        return [
            SocialApp(
                provider=PROVIDER,
                provider_id=one.agency.code,
                name=one.agency.name,
                client_id=one.client_id,
                secret=os.environ.get(one.secret_name, ""),
                settings={"server_url": one.issuer, "oauth_pkce_enabled": True},
            )
            for one in found
        ]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the practitioner whom the identity belongs to, or refuse and put that on record."""
        person = self._person(sociallogin)
        if person is None or sociallogin.state.get("process") != AuthProcess.LOGIN:
            _refused(*(given.email for given in sociallogin.email_addresses[:1]))
            raise ImmediateHttpResponse(render(request, "socialaccount/refused.html", status=403))
        if not sociallogin.is_existing:
            sociallogin.connect(request, person)

    def _person(self, sociallogin: SocialLogin) -> Practitioner | None:
        of_the_agency = Practitioner.objects.filter(agency__code=sociallogin.account.provider, is_active=True)
        if sociallogin.is_existing:
            return of_the_agency.filter(pk=sociallogin.user.pk).first()
        verified = [given.email.lower() for given in sociallogin.email_addresses if given.verified is True]
        return of_the_agency.filter(email__in=verified).first()

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        _refused()
        raise ImmediateHttpResponse(render(request, "socialaccount/authentication_error.html", status=403))


def _refused(tried: str = "") -> None:
    """Somebody did not come in: whoever the provider said they are is kept as a keyed hash."""
    record_look(action=Look.Action.SIGN_IN_FAILED, door=DOOR, terms=asked_for(tried))
