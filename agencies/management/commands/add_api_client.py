from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access.context import acting_as_system
from agencies.actions.clients import add_api_client
from agencies.models import Agency


class Command(BaseCommand):
    help = "Make an API client for a partner agency and print its id and secret (shown once)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("agency", help="The agency's code, such as safe-steps")
        parser.add_argument("name", help="What the client is, such as 'case system'")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as_system("administration") as actor:
            agency = Agency.objects.filter(code=options["agency"]).first()
            if agency is None:
                known = ", ".join(Agency.objects.order_by("code").values_list("code", flat=True)[:50])
                raise CommandError(f"No agency has the code {options['agency']!r}. Known: {known}.")
            client, secret = add_api_client(actor=actor, agency=agency, name=options["name"])
        self.stdout.write(f"client_id={client.application.client_id}")
        self.stdout.write(f"client_secret={secret}")
