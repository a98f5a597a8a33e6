"""Reads over feeds: runs, their rows and what is held in quarantine. Every list is bounded and keyset-paged."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case as Choose
from django.db.models import IntegerField, QuerySet, Value, When

from messaging.models import Message
from referrals.models import Case, FeedRow, FeedRun, FeedSource
from victims.queries import references_of, suggested_same_as

PAGE = 50
EXPORT_LIMIT = 20_000
SAFEGUARDING = "quarantine:safeguarding"


VERDICT_WORDS = {
    "workable": "opened or joined a case",
    "update": "changed an earlier row",
    "duplicate": "already taken: changed nothing",
    "ignored:not_a_victim": "not a victim: left aside",
    "quarantine:safeguarding": "safeguarding: child victim",
    "quarantine:excluded_offence": "offence that this hub does not take",
    "quarantine:consent_required": "consent wanted: under-age sexual offence",
    "quarantine:no_safe_contact": "no safe way to make contact",
    "quarantine:invalid_phone": "no valid way to make contact",
    "quarantine:missing_name": "no name",
    "quarantine:invalid_date": "date that cannot be read",
    "quarantine:unknown_offence": "offence that is not known",
    "": "waiting",
}


def verdict_words(verdict: str) -> str:
    """A verdict as people say it."""
    return VERDICT_WORDS.get(verdict) or verdict.rpartition(":")[2].replace("_", " ")


class RunNotFound(Exception):
    """No run of a feed has that number."""


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the cursors of the pages before and after it ("" where there is none)."""

    rows: list[FeedRow]
    previous: str
    next: str


def sources() -> QuerySet[FeedSource]:
    """Senders, by name."""
    return FeedSource.objects.order_by("name")


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


def rows_of_run(*, run: FeedRun, verdict: str = "", after: int = -1, limit: int = PAGE) -> list[FeedRow]:
    """Rows of a run in the file's order, from beyond line `after`; only of one verdict where given."""
    rows = FeedRow.objects.filter(run=run, line__gt=after)
    if verdict:
        rows = rows.filter(verdict=verdict)
    return list(rows.order_by("line")[:limit])


def quarantined_rows(*, reason: str = "", source: str = "") -> QuerySet[FeedRow]:
    """Rows held in quarantine: safeguarding first, then the longest held. Not bounded: callers slice."""
    # The very condition of the partial index, so that it serves however many rows were workable.
    rows = FeedRow.objects.filter(verdict__startswith="quarantine:").select_related("run__source")
    if reason:
        rows = rows.filter(verdict=f"quarantine:{reason}")
    if source:
        rows = rows.filter(run__source__code=source)
    rank = Choose(When(verdict=SAFEGUARDING, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.annotate(rank=rank).order_by("rank", "id")


def quarantine_page(*, reason: str = "", source: str = "", after: str = "", before: str = "") -> Page:
    """One page of the quarantine. Cursors are "<rank>.<row id>"; one that is not readable is the first page."""
    rows = quarantined_rows(reason=reason, source=source)
    at = _cursor(after or before)
    backwards = bool(before) and not after and at is not None
    if backwards and at is not None:
        found = list(_beyond(rows.order_by("-rank", "-id"), at, forwards=False)[: PAGE + 1])
    else:
        found = list((_beyond(rows, at, forwards=True) if at else rows)[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE]
    if backwards:
        found.reverse()
    has_previous = more if backwards else at is not None
    has_next = True if backwards else more
    return Page(
        rows=found,
        previous=_cursor_of(found[0]) if found and has_previous else "",
        next=_cursor_of(found[-1]) if found and has_next else "",
    )


def _beyond(rows: QuerySet[FeedRow], at: tuple[int, UUID], *, forwards: bool) -> QuerySet[FeedRow]:
    """Rows after (or before) the cursor. Safeguarding rows have rank 0, all others rank 1."""
    rank, row_id = at
    if forwards:
        here = rows.filter(rank=rank, id__gt=row_id)
        return here if rank else here | rows.filter(rank=1)
    here = rows.filter(rank=rank, id__lt=row_id)
    return here | rows.filter(rank=0) if rank else here


def _cursor_of(row: FeedRow) -> str:
    return f"{0 if row.verdict == SAFEGUARDING else 1}.{row.id}"


def _cursor(text: str) -> tuple[int, UUID] | None:
    rank, _, row_id = text.partition(".")
    try:
        return (int(rank), UUID(row_id)) if rank in ("0", "1") else None
    except ValueError:
        return None


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
    while rows := rows_of_run(run=run, after=after, limit=batch):
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


def held_by_reason(*, source: str = "") -> dict[str, int]:
    """How many rows are in quarantine for each reason, safeguarding first, then by number.

    Added up from the runs, which who looks after feeds may see without the rows.
    """
    total: Counter[str] = Counter()
    runs = FeedRun.objects.filter(source__code=source) if source else FeedRun.objects.all()
    for counts in runs.values_list("counts", flat=True):
        for verdict, number in counts.items():
            if verdict.startswith("quarantine:"):
                total[verdict.partition(":")[2]] += number
    return dict(sorted(total.items(), key=lambda item: (item[0] != "safeguarding", -item[1], item[0])))


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
