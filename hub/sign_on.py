"""Signing in with an agency's own account (OpenID Connect): one provider an agency, as data.

The provider says who somebody is; who may come in is decided here. An identity is taken only for an active
practitioner of that agency, by the subject that came before or, the first time, by a verified e-mail
address. It never makes an account, and never opens one of another agency.
"""

import os
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import render

from agencies.models import Practitioner, SignOn

PROVIDER = "openid_connect"


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
        """Find the practitioner whom the identity belongs to, or refuse."""
        person = self._person(sociallogin)
        if person is None or sociallogin.state.get("process") != AuthProcess.LOGIN:
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
        raise ImmediateHttpResponse(render(request, "socialaccount/authentication_error.html", status=403))
