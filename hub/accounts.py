"""Sign-in by django-allauth: accounts are made by an administrator, never by signing up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from access.context import switch_to
from access.looks import asked_for, record_look
from access.models import Look
from agencies.models import Practitioner


class ClosedSignup(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


@receiver(user_logged_in)
def put_on_record(sender: type, request: HttpRequest, user: Practitioner, **kwargs: Any) -> None:
    """Signing in is on record, as the person who signed in."""
    switch_to(user.as_actor())
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
