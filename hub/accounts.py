"""Sign-in by django-allauth: accounts come from invitations, never from signing up."""

from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import ResetPasswordForm
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from access.context import switch_to
from access.looks import asked_for, record_look
from access.models import Look
from agencies import lockouts, queries
from agencies.models import Practitioner
from hub import sign_on
from hub.sessions import begin
from messaging.events import Happening, publish


class Recognition(AuthenticationBackend):
    """Knows a person by address and password, and a session's person by their id."""

    def get_user(self, user_id: UUID | str) -> Practitioner | None:
        person = queries.signed_in(user_id)
        return person if person is not None and self.user_can_authenticate(person) else None


class Accounts(DefaultAccountAdapter):
    """allauth's questions, answered by the rules of a hub."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Look at no password of an account that rests, nor at too many from one address."""
        if lockouts.is_resting(credentials.get("email", "")):
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed", config=settings.SIGN_IN_LIMITS
        )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a wrong password; where the account rests from now on, say so to its administrators."""
        email = credentials.get("email", "")
        rest = lockouts.count_failure(email)
        if rest:
            person = Practitioner.objects.filter(email__iexact=email).first()
            if person is not None:
                _tell("account.locked", person.id, seconds=rest)

    def pre_login(
        self, request: HttpRequest, user: Practitioner, *, signal_kwargs: dict[str, Any] | None, **kwargs: Any
    ) -> HttpResponse | None:
        """Whose agency asks for its own sign-in comes in by that alone."""
        if signal_kwargs is None or "sociallogin" not in signal_kwargs:
            required = queries.required_sign_on(agency_id=user.agency_id)
            if required is not None:
                messages.info(
                    request, f"People of {required.agency.name} sign in with their own account there."
                )
                return redirect("sign_on")  # a page: our policy lets no form lead elsewhere
        return super().pre_login(request, user, signal_kwargs=signal_kwargs, **kwargs)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has only their agency's own sign-in is asked again there: allauth would not ask at all.

        Raises ReauthenticationRequired where that was too long ago.
        """
        request = context.request
        if not get_reauthentication_flows(request.user) and not sign_on.was_just_asked(request):
            raise ReauthenticationRequired
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Password, app, passkey; and the agency's own sign-in for whoever has none of these."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if methods or not user.is_authenticated:
            return methods
        words = "Sign in with your agency's account again"
        return [{"id": "sign_on", "description": words, "url": reverse("confirm_by_sign_on")}]


class ForgottenPassword(ResetPasswordForm):
    """Asks for a link by e-mail. A known address and an unknown one cost the same and are answered the same."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        self.users = list(Practitioner.objects.filter(email__iexact=email, is_active=True)[:1])
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Leave it to a worker, who sends a link where there is somebody to send it to."""
        asked: dict[str, object] = {"practitioner": str(self.users[0].id)} if self.users else {}
        publish(Happening("account.password_forgotten", at=timezone.now(), data=asked))
        return str(self.cleaned_data["email"])


@receiver(user_logged_in)
def put_on_record(sender: type, request: HttpRequest, user: Practitioner, **kwargs: Any) -> None:
    """Signing in is on record, as the person who signed in; their wrong passwords are forgotten."""
    switch_to(user.as_actor())
    begin(request.session)
    lockouts.unlock(user.email)
    record_look(action=Look.Action.SIGN_IN, door="account_login")


@receiver(user_login_failed)
def put_failure_on_record(sender: type, credentials: dict[str, Any], **kwargs: Any) -> None:
    """So is failing to: the address that was tried is kept as a keyed hash, the password not at all."""
    tried = credentials.get("email") or credentials.get("username") or ""
    record_look(action=Look.Action.SIGN_IN_FAILED, door="account_login", terms=asked_for(tried))


@receiver(user_logged_out)
def put_end_on_record(sender: type, user: Practitioner | None, **kwargs: Any) -> None:
    """And signing out."""
    if user is not None:
        record_look(action=Look.Action.SIGN_OUT, door="account_logout")


# Not allauth's own signals of these: it sends them after the commit, when nobody acts any more.
@receiver(post_save, sender=Authenticator)
def tell_of_added(sender: type, instance: Authenticator, created: bool, **kwargs: Any) -> None:
    if created:
        _tell("account.factor_added", instance.user_id, kind=instance.type)


@receiver(post_delete, sender=Authenticator)
def tell_of_removed(sender: type, instance: Authenticator, **kwargs: Any) -> None:
    _tell("account.factor_removed", instance.user_id, kind=instance.type)


def _tell(topic: str, person_id: UUID, **data: object) -> None:
    publish(Happening(topic, at=timezone.now(), data={"practitioner": str(person_id), **data}))
