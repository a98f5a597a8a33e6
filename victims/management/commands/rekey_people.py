"""`manage.py rekey_people`: after an upgrade that changes how people are brought together for recognition."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from access.context import acting_as_system
from victims.actions.people import rekey_people


class Command(BaseCommand):
    help = "Give everybody held the match keys that recognition makes today. May be run again, and while work goes on."

    def handle(self, *args: Any, **options: Any) -> None:
        after: UUID | None = None
        while True:
            with acting_as_system("intake") as actor:
                after = rekey_people(actor=actor, after=after)
            if after is None:
                break
        self.stdout.write("Everybody has today's match keys.")
