from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.founding import FoundingError, found


class Command(BaseCommand):
    help = "Found the hub from a YAML file: agencies, people, agreements, feeds, instruments and pathways."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="For example hub/data/northshire.yaml")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            held = found(options["file"])
        except (FoundingError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            "The hub holds " + ", ".join(f"{count} {name}" for name, count in held.items()) + "."
        )
