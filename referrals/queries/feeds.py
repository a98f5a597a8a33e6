"""Reads over feeds: senders, runs, and what became of their rows. The rows themselves: see feed_rows."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from messaging.models import Message
from referrals.feed.verdicts import QUARANTINE_WORDS
from referrals.models import Case, FeedAlert, FeedRow, FeedRun, FeedSource
from victims.queries import references_of, suggested_same_as

MOST_ALERTS = 50
MOST_RUNS = 2_000
VERDICT_WORDS = {
    "workable": "Opened or joined a case",
    "update": "Changed an earlier report",
    "duplicate": "Taken before, changed nothing",
    "withdrawn": "Taken back by its sender",
    "ignored:not_a_victim": "Not a victim, left aside",
    **{
        f"quarantine:{code}": f"Quarantine: {words[0].lower()}{words[1:]}"
        for code, words in QUARANTINE_WORDS.items()
    },
    "referred:safeguarding": "Referred on for safeguarding",
    **{
        f"returned:{code}": f"Returned to the sender: {words[0].lower()}{words[1:]}"
        for code, words in QUARANTINE_WORDS.items()
    },
    "": "Waiting",
}


def verdict_words(verdict: str) -> str:
    """A verdict as people say it."""
    return VERDICT_WORDS.get(verdict) or verdict.rpartition(":")[2].replace("_", " ")


class RunNotFound(Exception):
    """No run of a feed has that number."""


def sources() -> QuerySet[FeedSource]:
    """Senders, by name."""
    return FeedSource.objects.order_by("name")


def open_alerts() -> list[FeedAlert]:
    """What is wrong with feeds now, the oldest first: at most one of each kind for each sender."""
    alerts = FeedAlert.objects.filter(cleared_at__isnull=True).select_related("source")
    return list(alerts.order_by("raised_at", "id")[:MOST_ALERTS])


def recent_runs(*, before: int | None = None, limit: int = 25) -> list[FeedRun]:
    """Runs, newest first, from below number `before`. At most `limit`."""
    runs = FeedRun.objects.select_related("source").order_by("-number")
    if before is not None:
        runs = runs.filter(number__lt=before)
    return list(runs[:limit])


def run_numbered(number: int) -> FeedRun:
    """The run of that number. Raises RunNotFound."""
    run = FeedRun.objects.select_related("source").filter(number=number).first()
    if run is None:
        raise RunNotFound(f"There is no feed run {number}.")
    return run


def earlier_run_of_same_file(run: FeedRun) -> FeedRun | None:
    """The first run of the same sender that delivered the very same file, if there was one."""
    same = FeedRun.objects.filter(source_id=run.source_id, sha256=run.sha256, number__lt=run.number)
    return same.order_by("number").first()


@dataclass(frozen=True)
class RowReport:
    """What became of one row: the shape of `manage.py feed_report --json`."""

    line: int
    verdict: str
    reason: str
    person: str | None
    case: str | None
    suggested_same_as: list[str]


def run_report(*, run: FeedRun, batch: int = 2000) -> Iterator[RowReport]:
    """Every row of a run in the file's order, with the public references of person, case and suggestions.

    Read batch by batch, so that a long run takes no more memory than a short one.
    """
    after = -1
    in_order = FeedRow.objects.filter(run=run).order_by("line")
    while rows := list(in_order.filter(line__gt=after)[:batch]):
        after = rows[-1].line
        people = {row.person_id for row in rows if row.person_id}
        same = suggested_same_as(people=people)
        references = references_of(people.union(*same.values()))
        cases = case_references(row.case_id for row in rows if row.case_id)
        for row in rows:
            others = same.get(row.person_id, set()) if row.person_id else set()
            yield RowReport(
                line=row.line,
                verdict=row.verdict,
                reason=row.reason,
                person=references.get(row.person_id) if row.person_id else None,
                case=cases.get(row.case_id) if row.case_id else None,
                suggested_same_as=sorted(references[other] for other in others if other in references),
            )


def case_references(case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Public references of cases, by id; only of those that the actor may see."""
    wanted = set(case_ids)
    return dict(Case.objects.filter(id__in=wanted).values_list("id", "reference")) if wanted else {}


def cases_of_rows(row_ids: Collection[UUID]) -> dict[UUID, str]:
    """By row: the public reference of the case that it opened or joined, where the actor may see it."""
    found = FeedRow.objects.filter(id__in=row_ids).values_list("id", "case_id")
    cases = {row: case for row, case in found if case is not None}
    references = case_references(cases.values())
    return {row: references[case] for row, case in cases.items() if case in references}


@dataclass(frozen=True)
class VerdictCount:
    """How many rows of a run got one verdict."""

    verdict: str
    words: str
    count: int


def verdicts_of(run: FeedRun) -> list[VerdictCount]:
    """The run's rows by verdict, workable first and quarantine last; those still waiting at the end."""
    order = list(VERDICT_WORDS)
    counts = {**run.counts, "": run.received - run.judged}
    by_order = sorted(counts, key=lambda verdict: order.index(verdict) if verdict in order else len(order))
    return [
        VerdictCount(verdict, verdict_words(verdict), counts[verdict])
        for verdict in by_order
        if counts[verdict]
    ]


@dataclass(frozen=True)
class HeldCounts:
    """by_reason: safeguarding first, then by number. is_all: whether no run beyond MOST_RUNS holds any."""

    by_reason: dict[str, int]
    is_all: bool


def held_by_reason(*, source: str = "") -> HeldCounts:
    """How many rows are in quarantine for each reason.

    Added up from the runs that hold any, the newest first, which who looks after feeds may see without the rows.
    """
    runs = FeedRun.objects.filter(holds=True).order_by("-id")
    if source:
        runs = runs.filter(source__code=source)
    told = list(runs.values_list("counts", flat=True)[: MOST_RUNS + 1])
    total: Counter[str] = Counter()
    for counts in told[:MOST_RUNS]:
        for verdict, number in counts.items():
            if verdict.startswith("quarantine:"):
                total[verdict.partition(":")[2]] += number
    ordered = sorted(total.items(), key=lambda item: (item[0] != "safeguarding", -item[1], item[0]))
    return HeldCounts(dict(ordered), len(told) <= MOST_RUNS)


def tally(run: FeedRun) -> dict[str, object]:
    """The run's counts in the shape of `manage.py import_feed --json`."""
    quarantined = {
        verdict.partition(":")[2]: count
        for verdict, count in sorted(run.counts.items())
        if verdict.startswith("quarantine:")
    }
    return {
        "workable": run.counts.get("workable", 0),
        "update": run.counts.get("update", 0),
        "duplicate": run.counts.get("duplicate", 0),
        "withdrawn": run.counts.get("withdrawn", 0),
        "ignored": sum(count for verdict, count in run.counts.items() if verdict.startswith("ignored:")),
        "quarantined": quarantined,
    }


def judging_fails(run: FeedRun, *, attempts: int = 3) -> str:
    """The kind of error with which judging the run's rows failed at least that often; "" where it does not."""
    stuck = Message.objects.filter(
        subscriber="referrals.judge_rows",
        payload__run=str(run.id),
        done_at__isnull=True,
        attempts__gte=attempts,
    )
    return stuck.values_list("last_error", flat=True).first() or ""


@dataclass(frozen=True)
class RunLine:
    """A run as the list of runs shows it."""

    run: FeedRun
    workable: int
    quarantined: int


def run_line(run: FeedRun) -> RunLine:
    held = sum(count for verdict, count in run.counts.items() if verdict.startswith("quarantine:"))
    return RunLine(run, run.counts.get("workable", 0), held)
