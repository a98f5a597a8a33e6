"""How a partner's system is known: an OAuth 2 client-credentials token of one of its API clients."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from access.context import current_actor, switch_to
from access.roles import Capability
from agencies.models import ApiClient

if TYPE_CHECKING:  # rest_framework.views itself loads this module, by its settings
    from rest_framework.views import APIView


class ClientAuthentication(OAuth2Authentication):
    """Authenticates the bearer token and makes its API client the actor of the transaction."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        # Django's own request: REST framework's would read and parse the body before anybody is known.
        found = super().authenticate(request._request)
        if found is None:
            return None
        _, token = found
        client = (
            ApiClient.objects.select_related("agency", "application")
            .filter(application_id=token.application_id, is_active=True)
            .first()
        )
        if client is None:
            return None
        switch_to(client.as_actor())
        return client, token


class ClientScheme(OpenApiAuthenticationExtension):
    """How the API's schema says it."""

    target_class = "agencies.authentication.ClientAuthentication"
    name = "oauth2"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        flow = {"tokenUrl": "/oauth/token/", "scopes": settings.OAUTH2_PROVIDER["SCOPES"]}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        return {self.name: [getattr(auto_schema.view, "needs_scope", "referrals")]}


class IsPartnerClient(BasePermission):
    """Only a partner's API client with the `referrals` scope may use the partner API."""

    scope, capability = "referrals", Capability.SEE_REFERRALS
    message = "This address needs a token of your agency's API client with the scope 'referrals'."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return (
            isinstance(request.user, ApiClient)
            and self.scope in request.auth.scope.split()
            and current_actor().can(self.capability)
        )


class IsSender(IsPartnerClient):
    """Only an API client with the `intake` scope may send records. Of which sender, its agency says."""

    scope, capability = "intake", Capability.SEND_FEED
    message = "This address needs a token of your agency's API client with the scope 'intake'."
