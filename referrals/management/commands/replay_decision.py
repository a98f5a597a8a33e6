"""`manage.py replay_decision ID | --all`: routing decisions made again from what was kept of them."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from access.context import acting_as_system
from access.looks import record_look
from access.models import Look
from referrals.queries.replay import replayed


class Command(BaseCommand):
    help = "Make routing decisions again from all that was kept with them; ends with 1 where one differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("id", nargs="?", type=UUID, help="the decision's id, as the case page shows it")
        which.add_argument("--all", action="store_true", help="every decision that the hub has made")

    def handle(self, *args: Any, **options: Any) -> None:
        same = erased = differing = reworded = 0
        with acting_as_system("integrity"):
            # Ids and parts only, no facts: one look at the decision, or none at all of them together. It is on record
            # before anything is shown, whether or not that is read to the end.
            record_look(
                action=Look.Action.EXPORT,
                door="replay_decision",
                subjects=[options["id"]] if options["id"] else [],
            )
        with acting_as_system("integrity"):
            for one in replayed(decision_id=options["id"]):
                if one.erased:
                    erased += 1
                elif one.differs:
                    differing += 1
                    self.stdout.write(f"{one.id} differs in: {', '.join(one.differs)}")
                else:
                    same += 1
                    reworded += bool(one.reworded)
        total = same + erased + differing
        if not total:
            raise CommandError("There is no such decision." if options["id"] else "No decision was made yet.")
        gone = f", {erased} cannot be made again: the person was erased" if erased else ""
        self.stdout.write(f"{same} of {total} decisions are the same made again{gone}.")
        if reworded:
            self.stdout.write(
                f"{reworded} of them say it in other words than then: the product's words have changed."
            )
        if differing:
            raise CommandError(f"{differing} differ: see above.", returncode=1)
