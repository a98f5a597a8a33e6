"""Takes and judges each file in one process, and copies the same rows into a table of text: a line of JSON each."""

import csv
import json
import sys
import time
from pathlib import Path

from hub import embedded


def main(files: list[Path]) -> None:
    """One round a file, in one database that fills."""
    import django

    django.setup()
    for file in files:
        print(json.dumps({"intake": take_feed(file), "copy": _copy(file), "suggested": _suggested()}))


def take_feed(file: Path) -> float:
    """Seconds of an import with recognition, no worker running."""
    from django.core.management import call_command

    began = time.perf_counter()
    call_command(
        "import_feed", str(file), source="northshire-police", wait=True, json=True, stdout=sys.stderr
    )
    return time.perf_counter() - began


def _copy(file: Path) -> float:
    """Into an ordinary table, committed: as durable as what intake writes. By its owner, who alone may make one."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        with file.open(encoding="cp1252", newline="") as stream:
            rows = list(csv.reader(stream))
        cursor.execute(f"CREATE TABLE copied ({', '.join(f'{name} text' for name in rows[0])})")
        began = time.perf_counter()
        with cursor.copy("COPY copied FROM STDIN") as copy:
            for row in rows[1:]:
                copy.write_row(row)
        took = time.perf_counter() - began
        cursor.execute("DROP TABLE copied")
    return took


def _suggested() -> int:
    from access.context import acting_as_system
    from victims.models import SamePersonSuggestion

    with acting_as_system("bench"):
        return SamePersonSuggestion.objects.count()


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    with embedded.attach():
        main([Path(name) for name in sys.argv[1:]])
