"""`manage.py import_offence_codes FILE`: add the codes of a published offence classification."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.context import acting_as_system
from referrals.actions.offences import CodesRefused, import_offence_codes


class Command(BaseCommand):
    help = (
        "Add the offence codes of a CSV file (code, group, category, description) that the hub does not know."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the table as the Ministry of Justice publishes it")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}: give the path of the table of codes.")
        with acting_as_system("administration") as actor:
            try:
                added, known = import_offence_codes(actor=actor, path=path)
            except CodesRefused as refusal:
                raise CommandError(str(refusal)) from None
        self.stdout.write(f"{added:,} codes added; {known:,} were known and stay as they are.")
