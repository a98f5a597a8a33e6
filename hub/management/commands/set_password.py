import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from access.context import acting_as_system
from agencies.models import Practitioner


class Command(BaseCommand):
    help = "Set a practitioner's password: asked for twice, or read as one line from a pipe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="As they sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as_system("administration"):
            person = Practitioner.objects.filter(email__iexact=options["email"], is_active=True).first()
            if person is None:
                raise CommandError(
                    "Nobody who may sign in has this e-mail address. `sign_ins` lists who there is."
                )
            password = asked_for() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
            try:
                validate_password(password, person)
            except ValidationError as problem:
                raise CommandError(" ".join(problem.messages)) from None
            person.set_password(password)
            person.save(update_fields=["password"])
        self.stdout.write(f"{person.name} can sign in with the new password.")


def asked_for() -> str:
    """The password, typed the same twice. Raises CommandError where the two differ."""
    first = getpass("New password: ")
    if getpass("The same again: ") != first:
        raise CommandError("The two are not the same. Nothing was changed: run this again.")
    return first
