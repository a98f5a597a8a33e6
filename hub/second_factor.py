"""The second factor: an authenticator app or a passkey, asked of whoever's role needs one.

Which roles do is a table beside the roles (access.roles.NEEDS_SECOND_FACTOR); whether it is enforced is
SECOND_FACTOR: required in production, only offered in development. Who lacks one is led to set one up and
comes to nothing else before.
"""

from collections.abc import Callable

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from access.context import acting_as_system
from access.encryption import current_key, seal, unseal
from access.roles import NEEDS_SECOND_FACTOR
from access.rotation import also_rotates
from agencies import queries
from agencies.models import Practitioner

OWN_SIGN_IN = "/accounts/"
SEALED = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def is_asked_of(person: Practitioner) -> bool:
    """Whether this person must have a second factor."""
    return settings.SECOND_FACTOR == "required" and person.role in NEEDS_SECOND_FACTOR


def is_lacking(request: HttpRequest) -> bool:
    """Whether who is signed in must have a second factor and came in without one."""
    person = request.user
    if (
        not isinstance(person, Practitioner)
        or not is_asked_of(person)
        or getattr(person, "has_second_factor", False)
    ):
        return False
    by_agency = any(
        record["method"] == "socialaccount" for record in get_authentication_records(request, person)
    )
    return not (by_agency and queries.sign_on_asks_second_factor(agency_id=person.agency_id))


class SecondFactors(DefaultMFAAdapter):
    """allauth's questions on second factors."""

    def encrypt(self, text: str) -> str:
        """An app's secret and the seed of recovery codes stand sealed in the database."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def generate_authenticator_name(self, user: Practitioner, type: Authenticator.Type) -> str:
        """What a passkey is called until its owner says better."""
        return f"Passkey of {timezone.localdate():%-d %B %Y}"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor of somebody who must have one is replaced, not removed."""
        if not is_asked_of(authenticator.user):
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        return others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


class SecondFactorMiddleware:
    """Leads who lacks a second factor to set one up. Their own sign-in is all that they come to before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(OWN_SIGN_IN) and is_lacking(request):
            if request.headers.get("HX-Request") == "true":
                return HttpResponse(status=204, headers={"HX-Redirect": reverse("second_factor")})
            return redirect("second_factor")
        return self.get_response(request)


@also_rotates("second factors")
def seal_secrets_anew() -> int:
    """Seal with today's key what older ones sealed, one person at a time. Returns how many."""
    done = 0
    with acting_as_system("key-rotation"):
        numbers = list(Authenticator.objects.order_by("id").values_list("id", flat=True))
    for number in numbers:
        with acting_as_system("key-rotation"):
            one = Authenticator.objects.select_for_update().filter(id=number).first()
            sealed = one.data.get(SEALED.get(one.type, ""), "") if one else ""
            if one is not None and sealed and not sealed.startswith(current_key()):
                one.data[SEALED[one.type]] = seal(unseal(sealed))
                one.save(update_fields=["data"])
                done += 1
    return done


@require_GET
def second_factor(request: HttpRequest) -> HttpResponse:
    """Why a second factor is needed, and the two kinds to choose from."""
    if not is_lacking(request):
        return redirect("mfa_index")
    return render(request, "mfa/needed.html")
