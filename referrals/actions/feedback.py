"""Keeps what senders may look back on: their rows with the verdicts, and how far the hub has come. By the hub's own
system alone; written again it comes to the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.batches import insert_rows
from agencies.models import Practitioner
from referrals.feed.held import RETURNED
from referrals.feedback import TAKEN_ON, stage_of
from referrals.models import Case, ContactAttempt, Feedback, FeedRow, FeedRun, Referral, SentRecord
from referrals.queries.sources import definition_of
from victims.queries import standing_consents
from victims.strictest import REFUSED

AT_ONCE = 1000
NOTHING = {"stage": "taken", "end_state": ""}
"""What somebody knows who may know nothing of what came of it."""


@transaction.atomic
def write_sent(*, run_id: UUID) -> None:
    """Let the sender of a finished run look back on it."""
    run = FeedRun.objects.select_related("source").get(id=run_id)
    columns, teller = _references(run), _teller_of(run)
    agency_id = _sender(run, teller)
    after = -1
    while rows := list(FeedRow.objects.filter(run=run, line__gt=after).order_by("line")[:AT_ONCE]):
        sent = [_sent(run, row, columns, teller) for row in rows]
        insert_rows(SentRecord, sent, rest="ON CONFLICT DO NOTHING")
        _begin(agency_id, {row.case_id for row in rows if row.case_id}, told=teller is not None)
        after = rows[-1].line


@transaction.atomic
def write_answered(*, row_id: UUID) -> None:
    """Let the sender see what became of a row that was held, in place of what it saw before."""
    row = FeedRow.objects.select_related("run__source").get(id=row_id)
    if SentRecord.objects.filter(row_id=row_id).delete()[0]:
        columns, teller = _references(row.run), _teller_of(row.run)
        agency_id = _sender(row.run, teller)
        insert_rows(SentRecord, [_sent(row.run, row, columns, teller)])
        _begin(agency_id, {row.case_id} if row.case_id else (), told=teller is not None)


@transaction.atomic
def follow_case(*, case_id: UUID) -> None:
    """Bring what senders of this case may know up to where it stands."""
    for agency_id in Feedback.objects.filter(case_id=case_id).values_list("agency_id", flat=True):
        for line in _lines(agency_id, [case_id]):
            told = line | NOTHING if _is_refused(line, agency_id) else line
            Feedback.objects.filter(case_id=case_id, agency_id=agency_id).exclude(
                stage=told["stage"], end_state=told["end_state"]
            ).update(stage=told["stage"], end_state=told["end_state"], changed_at=told["changed_at"])


def _is_refused(line: Mapping[str, Any], agency_id: UUID) -> bool:
    """Whether the person said that this agency is to be told nothing."""
    stands = standing_consents(case_id=line["case_id"], person_id=line["person_id"], at=line["changed_at"])
    return agency_id in stands and stands[agency_id].stands == REFUSED


def _teller_of(run: FeedRun) -> Practitioner | None:
    """Who filled the form in, whose agency may look back on it; None of a feed, or where a person told it."""
    if not run.source.definition.get("form"):
        return None
    return Practitioner.objects.filter(id=run.taken_by).first()


def _sender(run: FeedRun, teller: Practitioner | None) -> UUID:
    """Whose agency may look back on it."""
    return teller.agency_id if teller else run.source.agency_id


def _references(run: FeedRun) -> list[str]:
    """The columns in which the sender knows the record: a form's own number only where the police's is not told."""
    names = ("occurrence_ref", "crime_ref") if run.source.definition.get("form") else ("crime_ref",)
    columns = definition_of(run).columns
    return [columns[name] for name in names if name in columns]


def _sent(
    run: FeedRun, row: FeedRow, columns: Sequence[str], teller: Practitioner | None
) -> dict[str, object]:
    told = (row.raw.get(column, "").strip() for column in columns)
    return {
        "agency_id": _sender(run, teller),
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
        "told_by": teller.id if teller else None,
        "told_by_name": run.taken_by_name if teller else "",
    }


def _begin(agency_id: UUID, cases: Iterable[UUID], *, told: bool) -> None:
    """Let the agency know how far each case is. Whoever tells of somebody on a form begins with nothing but that it was
    taken: that the person was known here, or helped already, is not theirs to find out.
    """
    lines = _lines(agency_id, cases)
    known = [line | NOTHING for line in lines] if told else lines
    insert_rows(Feedback, known, rest="ON CONFLICT DO NOTHING")


def _lines(agency_id: UUID, cases: Iterable[UUID]) -> list[dict[str, Any]]:
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
