"""`manage.py feed_report RUN [--json]`: what became of each row of a run, in the file's order."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.context import acting_as_system
from access.looks import record_look
from access.models import Look
from referrals.queries.feeds import RunNotFound, run_numbered, run_report


class Command(BaseCommand):
    help = "What became of each row of a feed run: verdict, reason, person, case and suggested same persons."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, help="the run's number, as import_feed printed it")
        parser.add_argument("--json", action="store_true", help="print a JSON array, one object a row")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as_system("intake"):
            try:
                run = run_numbered(options["run"])
            except RunNotFound as absent:
                raise CommandError(
                    f"{absent} `manage.py import_feed` prints the number of each run."
                ) from None
            # References and verdicts only, no names: one look at the run stands for its rows. It is on record before
            # the first is shown, whether or not they are read to the end.
            record_look(action=Look.Action.EXPORT, door="feed_report", subjects=[run.id])
        with acting_as_system("intake"):
            if not options["json"]:
                for row in run_report(run=run):
                    told = [
                        str(row.line),
                        row.verdict or "waiting",
                        row.person or "-",
                        row.case or "-",
                        row.reason,
                    ]
                    self.stdout.write("  ".join(told))
                return
            self.stdout.write("[", ending="")
            for place, row in enumerate(run_report(run=run)):
                self.stdout.write(",\n" if place else "\n", ending="")
                self.stdout.write(json.dumps(asdict(row)), ending="")
            self.stdout.write("\n]")
