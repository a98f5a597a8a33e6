"""What somebody told on a form becomes one row of its own delivery, and is judged like any other (see intake)."""

import hashlib
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.batches import insert_rows
from access.context import acting_as_system
from access.roles import Capability
from messaging.events import Happening, publish, schedule
from referrals.actions.intake import JUDGE, stored_cells
from referrals.actions.intake_cases import next_numbers
from referrals.actions.sources import keep_form_as_shipped
from referrals.feed.source import read_source
from referrals.feed.told import Told, as_row
from referrals.models import FeedRow, FeedRun, FeedSource

SELF, OFFICER = "self-referral", "officer-referral"
"""The sources of the two forms."""


@transaction.atomic
def take_referral(*, actor: Actor, source: str, token: UUID, told: Told, on_behalf: bool) -> FeedRun:
    """Take what was told on a form. Its case, or why it is held back, follows by itself.

    token: of this one filled-in form; sent again, it changes nothing and gives the run that there is.
    on_behalf: the actor tells it of somebody else, and stands in the row as who did.
    Raises NotAllowed.
    """
    actor.require(Capability.REFER)
    now = timezone.now()
    digest = hashlib.sha256(token.bytes).hexdigest()
    with acting_as_system("referral form") as system:  # who refers may not read what others sent
        # One form of a source after the other: the second of two that are one waits, and finds the first.
        form = FeedSource.objects.select_for_update().get(code=source)
        again = FeedRun.objects.filter(source=form, sha256=digest).first()
        if again is not None:
            return again
        keep_form_as_shipped(actor=system, source=form)
        run = FeedRun.objects.create(
            source=form,
            edition=form.edition,
            number=next_numbers("referrals_run_number", 1)[0],
            file_name="form",
            sha256=digest,
            encoding="utf-8",
            received=1,
            taken_at=now,
            taken_by=actor.id,
            taken_by_name=actor.name,
        )
        row = as_row(told, token=token, now=timezone.localtime(now), by=actor.name if on_behalf else "")
        insert_rows(
            FeedRow, [{"run_id": run.id, "line": 0, **stored_cells(row, read_source(form.definition))}]
        )
        publish(Happening("feed.taken", at=now, data={"run": str(run.id)}))
        schedule(JUDGE, key=f"{run.id}:0", payload={"run": str(run.id)}, at=now)
    return run
