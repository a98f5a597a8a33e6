"""Dry runs that were kept, the books that one compares, and partners' past weeks."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection
from django.db.models import F, QuerySet

from access.actor import Actor
from access.context import hub_id
from access.roles import Capability
from pathways.models import DryRun, PathwayVersion
from pathways.pathway import read_pathway
from pathways.queries.versions import NoPathway, versions_in_force
from referrals.queries.calendar import midnight
from reporting import measures
from reporting.rehearsal.answer import Tallies
from reporting.rehearsal.question import Book, Counted, counted, question
from reporting.rehearsal.waits import Week

SHOWN = 20
"""How many of a version's dry runs are listed: the newest."""
WEEKS = 52
# One large query of a worker, that nobody waits for at a page: room and hands for it. Each process hashes in memory
# of its own, since what they share may be small (a container's /dev/shm). The decisions are read as they lie; what
# leaves some of them out is hashed.
ROOM = (
    "SELECT set_config('work_mem', '64MB', true), set_config('max_parallel_workers_per_gather', '2', true),"
    " set_config('enable_parallel_hash', 'off', true), set_config('enable_mergejoin', 'off', true)"
)


def dry_runs(actor: Actor) -> QuerySet[DryRun]:
    """What the actor may read: the hub every one; others those of rules as they were proposed to them."""
    if not actor.can(Capability.SEE_PATHWAYS):
        return DryRun.objects.none()
    if actor.hub:
        return DryRun.objects.all()
    proposed = DryRun.objects.exclude(version__status=PathwayVersion.Status.DRAFT)
    return proposed.filter(definition=F("version__definition"))


def runs_of(*, actor: Actor, version: PathwayVersion) -> list[DryRun]:
    """The version's newest dry runs that the actor may read."""
    return list(dry_runs(actor).filter(version=version).order_by("-asked_at", "-id")[:SHOWN])


def newest_told(*, actor: Actor, version: PathwayVersion) -> DryRun | None:
    """The version's newest dry run that is done."""
    done = dry_runs(actor).filter(version=version, finished_at__isnull=False)
    return done.order_by("-asked_at", "-id").first()


def versions_beside(version: PathwayVersion, *, on: date) -> list[PathwayVersion]:
    """What the version is compared with: those in force that day; where it is so itself, the one before it."""
    try:
        in_force = versions_in_force(on=on)
    except NoPathway:
        in_force = []
    if version.id not in {one.id for one in in_force}:
        return in_force
    others = [one for one in in_force if one.id != version.id]
    before = (
        PathwayVersion.objects.filter(
            code=version.code, number__lt=version.number, in_force_from__isnull=False
        )
        .order_by("-number")
        .first()
    )
    return [*others, before] if before else others


def beside(run: DryRun) -> list[PathwayVersion]:
    """The versions that the run compares with, by code."""
    return list(PathwayVersion.objects.filter(id__in=run.beside).order_by("code"))


def books(run: DryRun) -> tuple[Book, Book]:
    """The two books that a dry run compares: those in force, and the same with the version in its pathway's place."""
    new = read_pathway(run.definition)
    before = [read_pathway(one.definition) for one in beside(run)]
    others = [pathway for pathway in before if pathway.code != new.code]
    return before, [*others, new]


def counted_of(run: DryRun) -> list[Counted]:
    """The run's numbers, from the facts kept with each decision of its window. Bare: not for showing."""
    before, after = books(run)
    since, until = midnight(run.since), midnight(run.until + timedelta(days=1))
    asked = question(before, after, since=since, until=until, hub_id=hub_id())
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
        cursor.execute(asked.text, asked.params)
        return counted(cursor.fetchall(), before, after)


def tallies(run: DryRun) -> Tallies:
    """The same, summed by group."""
    return Tallies.of(counted_of(run))


def partners_weeks(*, until: date) -> dict[str, list[Week]]:
    """By agency: the weeks of the year before that day, by the roll-ups. What is restricted is in no number."""
    weeks: dict[str, dict[date, Week]] = defaultdict(lambda: defaultdict(Week))
    since = until - timedelta(weeks=WEEKS)
    for measure, monday, dimension, number in _by_week(
        [measures.REFERRALS_MOVED, measures.ANSWER_WAIT], since, until
    ):
        agency, _, what = dimension.partition("|")
        week = weeks[agency][monday]
        if measure == measures.ANSWER_WAIT:
            week.answers[int(what)] += number
        elif what == "sent":
            week.sent += number
    return {agency: list(told.values()) for agency, told in weeks.items()}


_WEEKLY = """
SELECT measure, date_trunc('week', day)::date, dimension, sum(value)::bigint FROM (
    SELECT measure, day, dimension, value FROM reporting_tally
    UNION ALL
    SELECT measure, day, dimension, by FROM reporting_delta
) numbers WHERE measure = ANY (%(measures)s) AND day >= %(since)s AND day < %(until)s GROUP BY 1, 2, 3
"""


def _by_week(measured: list[str], since: date, until: date) -> Iterable[tuple[str, date, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_WEEKLY, {"measures": measured, "since": since, "until": until})
        return cursor.fetchall()
