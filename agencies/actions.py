"""What is done to agencies and their systems."""

import secrets

from oauth2_provider.models import Application

from access.actor import Actor
from access.roles import Capability
from agencies.models import Agency, ApiClient


def add_api_client(*, actor: Actor, agency: Agency, name: str) -> tuple[ApiClient, str]:
    """Make an API client of `agency` for OAuth 2 client credentials. Returns it with its secret.

    The secret is shown once: only its hash is kept. Raises access.actor.NotAllowed.
    """
    if actor.kind != "system":
        actor.require(Capability.ADMINISTER_HUB)
    secret = secrets.token_urlsafe(32)
    application = Application.objects.create(
        name=f"{agency.code}: {name}",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    return ApiClient.objects.create(agency=agency, application=application, name=name), secret
