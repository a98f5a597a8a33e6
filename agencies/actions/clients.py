"""What is done to partners' systems: they get a client, and lose it with its tokens."""

import secrets
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from oauth2_provider.models import AccessToken, Application

from access.actor import Actor
from access.roles import Capability
from agencies.actions.agencies import AgencyNotFound, tell
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


@transaction.atomic
def revoke_api_client(*, actor: Actor, client_id: UUID) -> ApiClient:
    """Shut a partner's system out at once: its tokens are gone, and it gets no new one.

    Raises NotAllowed, AgencyNotFound.
    """
    actor.require(Capability.ADMINISTER_HUB)
    client = ApiClient.objects.select_for_update().filter(id=client_id).first()
    if client is None:
        raise AgencyNotFound("There is no such system.")
    AccessToken.objects.filter(application_id=client.application_id).delete()
    if client.is_active:
        client.is_active = False
        client.save(update_fields=["is_active"])
        Application.objects.filter(id=client.application_id).update(client_secret=make_password(None))
        tell("agency.client_revoked", agency=str(client.agency_id), client=str(client.id))
    return client
