from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access.context import acting_as_system
from agencies.models import Practitioner
from referrals.actions.restriction import appoint
from referrals.actions.triage import TriageRefused


class Command(BaseCommand):
    help = "Have a supervisor answer for a restricted record whose owner has left."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="Of the supervisor, as they sign in")
        parser.add_argument("reference", help="Of a case of the person, such as VRH-26-000482")
        parser.add_argument("--reason", required=True, help="Why; whoever is let in reads it")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as_system("operators") as actor:
            person = Practitioner.objects.filter(email__iexact=options["email"], is_active=True).first()
            if person is None:
                raise CommandError("Nobody who may sign in has this e-mail address.")
            try:
                appoint(actor=actor, reference=options["reference"], to=person.id, reason=options["reason"])
            except TriageRefused as refusal:
                raise CommandError(str(refusal)) from None
        self.stdout.write(f"{person.name} answers for the record now.")
