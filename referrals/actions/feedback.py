"""Keeps what senders may look back on: their rows with the verdicts, and how far the hub has come. By the hub's own
system alone; written again it comes to the same.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.batches import insert_rows
from agencies.models import Practitioner
from referrals.feed.held import RETURNED
from referrals.feedback import TAKEN_ON, stage_of
from referrals.models import Case, ContactAttempt, Feedback, FeedRow, FeedRun, Referral, SentRecord
from referrals.queries.sources import definition_of

AT_ONCE = 1000


@transaction.atomic
def write_sent(*, run_id: UUID) -> None:
    """Let the sender of a finished run look back on it."""
    run = FeedRun.objects.select_related("source").get(id=run_id)
    columns, agency_id = _references(run), sender_of(run)
    after = -1
    while rows := list(FeedRow.objects.filter(run=run, line__gt=after).order_by("line")[:AT_ONCE]):
        sent = [_sent(run, row, columns, agency_id) for row in rows]
        insert_rows(SentRecord, sent, rest="ON CONFLICT DO NOTHING")
        _begin(agency_id, {row.case_id for row in rows if row.case_id})
        after = rows[-1].line


@transaction.atomic
def write_answered(*, row_id: UUID) -> None:
    """Let the sender see what became of a row that was held, in place of what it saw before."""
    row = FeedRow.objects.select_related("run__source").get(id=row_id)
    if SentRecord.objects.filter(row_id=row_id).delete()[0]:
        columns, agency_id = _references(row.run), sender_of(row.run)
        insert_rows(SentRecord, [_sent(row.run, row, columns, agency_id)])
        _begin(agency_id, {row.case_id} if row.case_id else ())


@transaction.atomic
def follow_case(*, case_id: UUID) -> None:
    """Bring what senders of this case may know up to where it stands."""
    for agency_id in Feedback.objects.filter(case_id=case_id).values_list("agency_id", flat=True):
        for line in _lines(agency_id, [case_id]):
            Feedback.objects.filter(case_id=case_id, agency_id=agency_id).exclude(
                stage=line["stage"], end_state=line["end_state"]
            ).update(stage=line["stage"], end_state=line["end_state"], changed_at=line["changed_at"])


def sender_of(run: FeedRun) -> UUID:
    """Whose agency may look back on a delivery: of what was told on a form, the agency of whoever filled it in."""
    if run.source.definition.get("form"):
        teller = Practitioner.objects.filter(id=run.taken_by).values_list("agency_id", flat=True).first()
        return teller or run.source.agency_id
    return run.source.agency_id


def _references(run: FeedRun) -> list[str]:
    """The columns in which the sender knows the record: a form's own number only where the police's is not told."""
    names = ("occurrence_ref", "crime_ref") if run.source.definition.get("form") else ("crime_ref",)
    columns = definition_of(run).columns
    return [columns[name] for name in names if name in columns]


def _sent(run: FeedRun, row: FeedRow, columns: Sequence[str], agency_id: UUID) -> dict[str, object]:
    told = (row.raw.get(column, "").strip() for column in columns)
    return {
        "agency_id": agency_id,
        "row_id": row.id,
        "run_number": run.number,
        "line": row.line,
        "reference": next((one for one in told if one), "")[:60],
        "sent_at": run.taken_at,
        "verdict": row.verdict,
        "reason": "" if row.verdict == "workable" else row.reason,
        "case_id": row.case_id,
        "person_id": row.person_id,
        "returned_at": row.judged_at if row.verdict.startswith(RETURNED) else None,
    }


def _begin(agency_id: UUID, cases: Iterable[UUID]) -> None:
    insert_rows(Feedback, _lines(agency_id, cases), rest="ON CONFLICT DO NOTHING")


def _lines(agency_id: UUID, cases: Iterable[UUID]) -> list[dict[str, object]]:
    wanted, now = list(cases), timezone.now()
    reached = ContactAttempt.objects.filter(case_id__in=wanted, result=ContactAttempt.Result.SPOKE)
    spoken = set(reached.values_list("case_id", flat=True).distinct())
    work: dict[UUID, list[tuple[str, dict[str, str]]]] = {}
    for case_id, status, steps in Referral.objects.filter(
        case_id__in=wanted, status__in=TAKEN_ON
    ).values_list("case_id", "status", "progress"):
        work.setdefault(case_id, []).append((status, steps))
    return [
        {
            "agency_id": agency_id,
            "case_id": case.id,
            "person_id": case.person_id,
            "stage": stage_of(status=case.status, reached=case.id in spoken, work=work.get(case.id, ())),
            "end_state": case.end_state,
            "changed_at": now,
        }
        for case in Case.objects.filter(id__in=wanted).order_by("id")
    ]
