import json
import sys
from argparse import FileType
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from hub.integrity import check_all


class Command(BaseCommand):
    help = "Prove the hub's invariants on the live database; exit 1 and a list where one fails."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object instead of lines to read")
        parser.add_argument(
            "--anchor", type=FileType(), help="Hold the access log against this anchor (see anchor_log)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        results = check_all(anchor=options["anchor"].read() if options["anchor"] else "")
        holds = all(result.holds for result in results)
        if options["json"]:
            self.stdout.write(json.dumps({"holds": holds, "checks": [asdict(result) for result in results]}))
        else:
            for result in results:
                mark = "ok  " if result.holds else "FAIL"
                self.stdout.write(f"{mark} {result.says}: {len(result.broken)} of {result.looked_at}")
                for broken in result.broken:
                    self.stdout.write(f"       {broken}")
        if not holds:
            sys.exit(1)
