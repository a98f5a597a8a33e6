"""Rehearsing a pathway version: asked for by a person, worked out by the hub's own system, kept for ever."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.ids import new_id
from access.roles import Capability
from agencies.queries import services
from messaging.events import schedule
from pathways import scope
from pathways.models import DryRun
from pathways.pathway import read_pathway
from reporting.models import MovedCase
from reporting.queries import dry_runs as queries
from reporting.queries.moved_cases import newest_moved
from reporting.rehearsal.answer import Tally, told
from reporting.rehearsal.waits import usual_load, wait_at

WORK_OUT = "reporting.work_out_dry_run"


class VersionNotFound(Exception):
    """There is no such version, or it is not the actor's to see."""


class WindowNotValid(Exception):
    """The days do not make a window of the past; the message says what to give."""


@transaction.atomic
def rehearse(*, actor: Actor, version_id: UUID, since: date, until: date) -> DryRun:
    """Ask for a dry run of a version, in any status, over the decisions of these days, both included.

    It is compared with the versions in force today; where the version is so itself, with the one before it. What
    it told stays, whatever becomes of a draft. Ready in seconds: see DryRun.finished_at.
    Raises NotAllowed, VersionNotFound, WindowNotValid, pathways.pathway.PathwayError for a draft that is not whole.
    """
    actor.require(Capability.REHEARSE_PATHWAY)
    now = timezone.now()
    today = timezone.localdate(now)
    version = scope.versions(actor).filter(id=version_id).first()
    if version is None:
        raise VersionNotFound("There is no such pathway version.")
    if since > until:
        raise WindowNotValid("The first day must not be after the last.")
    if since > today:
        raise WindowNotValid("Nothing has been decided yet in days to come: give days of the past.")
    read_pathway(version.definition)
    run = DryRun(
        id=new_id(),
        version=version,
        definition=version.definition,
        beside=[one.id for one in queries.versions_beside(version, on=today)],
        since=since,
        until=min(until, today),
        asked_by=actor.id,
        asked_by_name=actor.name,
        asked_at=now,
    )
    DryRun.objects.bulk_create([run])
    schedule(WORK_OUT, key=str(run.id), payload={"dry_run": str(run.id)}, at=now)
    return run


@transaction.atomic
def work_out(*, actor: Actor, dry_run_id: UUID) -> None:
    """Work a dry run out and keep what it tells, and which cases would go elsewhere, the newest of them.

    One that is done already stays as it is. Raises NotAllowed.
    """
    actor.require(Capability.REHEARSE_PATHWAY)
    run = DryRun.objects.select_for_update().filter(id=dry_run_id, finished_at__isnull=True).first()
    if run is None:
        return
    found = queries.tallies(run)
    before, after = _waits(run, found.all)
    run.result = told(found, before, after)
    run.finished_at = timezone.now()
    run.save(update_fields=["result", "finished_at"])
    if found.all.elsewhere:
        MovedCase.objects.bulk_create(
            MovedCase(dry_run=run, decision_id=decision, case_id=case, decided_at=at)
            for decision, case, at in newest_moved(run)
        )


Waits = Mapping[str, int | None]


def _waits(run: DryRun, everybody: Tally) -> tuple[Waits, Waits]:
    """By service: how long its agency takes to answer at its usual load, and at the load that the version gives it."""
    weeks = queries.partners_weeks(until=run.until + timedelta(days=1))
    length = ((run.until - run.since).days + 1) / 7
    agencies = {service.code: str(service.team.agency_id) for service in services()}
    more: dict[str, float] = {}
    for service in {*everybody.before, *everybody.after}:
        if agency := agencies.get(service):
            change = (everybody.after[service] - everybody.before[service]) / length
            more[agency] = more.get(agency, 0.0) + change
    usual = {agency: usual_load(weeks.get(agency, [])) for agency in more}
    then: dict[str, int | None] = {}
    now: dict[str, int | None] = {}
    for service in {*everybody.before, *everybody.after}:
        agency = agencies.get(service, "")
        past = weeks.get(agency, [])
        now[service] = wait_at(usual.get(agency, 0.0), past)
        then[service] = wait_at(usual.get(agency, 0.0) + more.get(agency, 0.0), past)
    return now, then
