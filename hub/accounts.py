"""Sign-in by django-allauth: accounts are made by an administrator, never by signing up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from access.context import switch_to
from access.looks import record_look
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
