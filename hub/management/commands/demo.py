from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.demonstration import demonstrate, is_empty


class Command(BaseCommand):
    help = "Fill an empty hub with an invented day, made by the real road: feed, triage, routing, partners' answers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--web", help="Address of the running web process; without it the API is called in here"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="Do nothing where a hub has been founded already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "The demonstration has a password that everybody knows: it is refused in production."
            )
        if not is_empty():
            if options["if_empty"]:
                return
            raise CommandError("A hub has been founded here already. Use `make reset` for an empty one.")
        demonstrate(tell=self.stdout.write, web=options["web"])
