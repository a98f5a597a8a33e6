from typing import Any

from django.core.management.base import BaseCommand

from access.context import acting_as_system
from agencies.models import Practitioner
from hub.demonstration.day import PASSWORD


class Command(BaseCommand):
    help = "Print one sign-in for each role, with the demonstration's password where it is set."

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as_system("administration"):
            shown: set[str] = set()
            for person in (
                Practitioner.objects.filter(is_active=True).select_related("agency").order_by("email")
            ):
                if person.role in shown:
                    continue
                shown.add(person.role)
                known = _known(person)
                self.stdout.write(
                    f"  {person.role_words:<22}{person.email:<38}{known:<22}{person.agency.name}"
                )


def _known(person: Practitioner) -> str:
    """The password, where everybody may know it; else whether there is one."""
    if person.check_password(PASSWORD):
        return PASSWORD
    return "(own password)" if person.has_usable_password() else "(no password yet)"
