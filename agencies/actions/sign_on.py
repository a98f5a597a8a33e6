"""An agency's own sign-in (OpenID Connect): set up and taken away by the hub's administrator."""

from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction

from access.actor import Actor
from access.roles import Capability
from agencies.actions.agencies import AgencyRefused, agency_of, tell
from agencies.models import SignOn

OIDC_NAMES = "OIDC_"


class IssuerNotSafe(AgencyRefused):
    """The provider's address is not one that identities can be taken from."""


@transaction.atomic
def set_sign_on(
    *,
    actor: Actor,
    agency_id: UUID,
    issuer: str,
    client_id: str,
    secret_name: str,
    required: bool,
    asks_second_factor: bool,
) -> None:
    """Let an agency's people come in by their own provider; an empty issuer takes that away.

    secret_name: the environment variable with the client's secret; it begins with OIDC_, so that no
    other secret of the hub is ever sent to a provider.
    Raises NotAllowed, AgencyNotFound, IssuerNotSafe, AgencyRefused.
    """
    actor.require(Capability.ADMINISTER_HUB)
    agency = agency_of(actor, agency_id)
    if not issuer:
        if SignOn.objects.filter(agency=agency).delete()[0]:
            tell("agency.sign_on_removed", agency=str(agency.id))
        return
    parts = urlsplit(issuer)
    loopback = parts.hostname in ("localhost", "127.0.0.1") and not settings.PRODUCTION
    if parts.scheme != "https" and not loopback:
        raise IssuerNotSafe("Enter an address that begins with https://.")
    if not client_id or not secret_name.startswith(OIDC_NAMES):
        raise AgencyRefused(
            f"Enter the client's id, and the name of its secret: it begins with {OIDC_NAMES}."
        )
    SignOn.objects.update_or_create(
        agency=agency,
        defaults={
            "issuer": issuer.rstrip("/"),
            "client_id": client_id,
            "secret_name": secret_name,
            "required": required,
            "asks_second_factor": asks_second_factor,
        },
    )
    tell("agency.sign_on_set", agency=str(agency.id), required=required)
