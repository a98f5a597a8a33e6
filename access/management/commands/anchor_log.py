import json
from typing import Any

from django.core.management.base import BaseCommand

from access.context import acting_as_system
from access.verification import anchor


class Command(BaseCommand):
    help = "Print an anchor of the access log: keep it where the database's owner cannot write."

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as_system("verification"):
            self.stdout.write(json.dumps(anchor()))
