"""`manage.py rotate_field_keys`: seal safe addresses and health answers anew with the first of FIELD_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.encryption import SealBroken, current_key
from access.rotation import others, rotate_column, sealed_columns


class Command(BaseCommand):
    help = (
        "Seal anew what older keys have sealed. Put a new key before the others in FIELD_KEYS, restart the hub,"
        " run this, then take the old key away. It may be stopped and run again at any time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        for model, column in sealed_columns():
            name = f"{model._meta.verbose_name_plural}, {column}"
            try:
                done = rotate_column(model, column)
            except SealBroken as broken:
                raise CommandError(f"Stopped at {broken}") from None
            total += done
            self.stdout.write(f"{name}: {done} sealed anew")
        for name, rotate in others.items():
            done = rotate()
            total += done
            self.stdout.write(f"{name}: {done} sealed anew")
        self.stdout.write(f"{total} values sealed anew; everything is sealed with the key {current_key()}.")
