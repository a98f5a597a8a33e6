"""`manage.py import_feed FILE --source CODE [--wait] [--json]`: the same intake as the page and the API."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.context import acting_as_system
from messaging.relay import run_due
from referrals.actions.intake import FeedRefused, take_feed
from referrals.models import FeedRun, FeedSource
from referrals.queries.feeds import judging_fails, run_numbered, tally, verdict_words

PAUSE_SECONDS = 0.2


class Command(BaseCommand):
    help = "Take a feed file: the whole file is checked first, then its rows are stored and judged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the file as the sender's system made it")
        parser.add_argument("--source", required=True, help="code of the sender, such as northshire-police")
        parser.add_argument(
            "--encoding", help="how its letters are written, such as utf-8 or cp1252; found out unless given"
        )
        parser.add_argument(
            "--wait",
            action="store_true",
            help="judge the rows here, with or without workers, until all are done",
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}: give the path of the feed file.")
        refused: FeedRefused | None = None
        with acting_as_system("intake") as actor:
            source = FeedSource.objects.filter(code=options["source"]).first()
            if source is None:
                known = (
                    ", ".join(FeedSource.objects.order_by("code").values_list("code", flat=True)) or "none"
                )
                raise CommandError(f"No sender has the code {options['source']!r}. Known: {known}.")
            try:
                run = take_feed(
                    actor=actor,
                    source=source,
                    path=path,
                    file_name=path.name,
                    encoding=options["encoding"],
                )
            except FeedRefused as refusal:
                refused = refusal  # raised below: the alert that it left is kept
            except OSError as problem:
                raise CommandError(f"{path} cannot be read: {problem.strerror}. Nothing was taken.") from None
        if refused:
            raise CommandError(str(refused))
        if options["wait"]:
            run = wait_for(run.number)
        result = {"run": run.number, "received": run.received, **tally(run)}
        self.stdout.write(json.dumps(result) if options["json"] else summary(run))


def wait_for(number: int) -> FeedRun:
    """Work the outbox here until the run is finished. Raises CommandError where its judging keeps failing."""
    while True:
        done = run_due()
        with acting_as_system("intake"):
            run = run_numbered(number)
            if run.status == FeedRun.Status.FINISHED:
                return run
            if error := judging_fails(run):
                raise CommandError(
                    f"Run {number} is kept, but judging its rows failed several times ({error})."
                    " Look into the log; the worker goes on trying."
                )
        if not done:  # a worker holds the rest under its lease
            time.sleep(PAUSE_SECONDS)


def summary(run: FeedRun) -> str:
    """The result as a person reads it."""
    lines = [f"Run {run.number}: {run.received:,} rows taken from {run.source.name}."]
    lines += [f"{count:>9,}  {verdict_words(verdict)}" for verdict, count in sorted(run.counts.items())]
    if run.status != FeedRun.Status.FINISHED:
        lines.append(f"{run.received - run.judged:>9,}  waiting for a worker")
    return "\n".join(lines)
