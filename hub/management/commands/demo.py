from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.demonstration.day import demonstrate, is_empty
from hub.history.load import CannotLoad, invent_history


class Command(BaseCommand):
    help = (
        "Fill an empty hub with an invented day, made by the real road: feed, triage, routing, partners' answers;"
        " and with --cases so many cases of the last --years besides, loaded in bulk."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--web", help="Address of the running web process; without it the API is called in here"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="Do nothing where a hub has been founded already"
        )

        parser.add_argument("--cases", type=int, default=0, metavar="N", help="Load N invented cases besides")
        parser.add_argument("--years", type=int, default=5, metavar="Y", help="... of the last Y years")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "The demonstration has a password that everybody knows: it is refused in production."
            )
        if options["cases"] < 0 or options["years"] < 1:
            raise CommandError("--cases is a whole number from 0, --years one from 1.")
        if is_empty():
            demonstrate(tell=self.stdout.write, web=options["web"])
        elif options["if_empty"]:
            return
        elif not options["cases"]:
            raise CommandError("A hub has been founded here already. Use `make reset` for an empty one.")
        if options["cases"]:
            try:
                rows = invent_history(cases=options["cases"], years=options["years"], tell=self.stdout.write)
            except CannotLoad as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"{rows:,} rows written")
