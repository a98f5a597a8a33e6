"""What an agency sent, as it may look back on it: verdict and reason, and how far the hub has come.

A liaison, and the agency's own system, find all that its feed sent and its people told on the form; its other people
what was told on the form alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import IO
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from access.actor import Actor
from access.context import hub_id
from access.export import csv_file, neutralise
from access.roles import Capability
from agencies.queries import agreements_in_force, end_of
from referrals.feedback import STAGES
from referrals.models import Feedback, FeedRun, FeedSource, SentRecord
from referrals.queries.feeds import verdict_words
from referrals.queries.keyset import Page, SortKey, one_page
from referrals.workflow import END_STATES

PAGE = 50
MOST_OF_ONE_REFERENCE = 50
AT_ONCE = 1000
BY_SENT = SortKey("sent_at", datetime.fromisoformat)
BY_RETURNED = SortKey("returned_at", datetime.fromisoformat)
COLUMNS = ("sent", "run", "row", "reference", "verdict", "reason", "feedback", "end")


@dataclass(frozen=True)
class SentLine:
    """One row that was sent. stage, a code of STAGES, is empty where there is no case; of a case that the sender may
    know nothing of, it stays at the first, as of one that nobody has worked on: that a record is restricted, or that
    the person refused, does not show. end: a code of END_STATES, or "".
    """

    record: SentRecord
    words: str
    stage: str
    end: str
    changed_at: datetime | None

    @property
    def stage_words(self) -> str:
        return STAGES.get(self.stage, "")

    @property
    def end_words(self) -> str:
        return END_STATES.get(self.end, "")


def sent_page(*, actor: Actor, day: date | None, after: str = "", before: str = "") -> Page[SentLine]:
    """One page of what the actor's agency sent, on that day or at all, the newest first."""
    records = _sent(actor, day)
    part = one_page([records], key=BY_SENT, descending=True, size=PAGE, after=after, before=before)
    return part.page(_lines(part.among(SentRecord.objects.in_bulk(part.ids))))


def returned_page(*, actor: Actor, after: str = "", before: str = "") -> Page[SentLine]:
    """One page of what the hub returned to the actor's agency, the newest first."""
    records = _returned(actor)
    part = one_page([records], key=BY_RETURNED, descending=True, size=PAGE, after=after, before=before)
    return part.page(_lines(part.among(SentRecord.objects.in_bulk(part.ids))))


def how_many_returned(*, actor: Actor) -> int:
    """How many rows `returned_page` would list; no more than 101 are counted."""
    return _returned(actor).order_by()[:101].count()


def returned_in_batches(*, actor: Actor) -> Iterator[list[SentLine]]:
    """All that the hub returned to the actor's agency, in the order of the files, some at a time."""
    return _in_batches(_returned(actor))


def sent_under(*, actor: Actor, reference: str) -> list[SentLine]:
    """What the actor's agency sent under one of its own references, the newest first."""
    records = _sent(actor, None).filter(reference__iexact=reference.strip())
    return _lines(list(records.order_by("-sent_at", "-id")[:MOST_OF_ONE_REFERENCE]))


def sent_in_batches(*, actor: Actor, day: date) -> Iterator[list[SentLine]]:
    """All that was sent on one day, in the order of the files, some at a time."""
    return _in_batches(_sent(actor, day))


def _in_batches(records: QuerySet[SentRecord]) -> Iterator[list[SentLine]]:
    records, last = records.order_by("id"), None
    while found := list((records.filter(id__gt=last) if last else records)[:AT_ONCE]):
        yield _lines(found)
        last = found[-1].id


def own_source(*, actor: Actor, code: str) -> FeedSource | None:
    """The actor's agency's own feed of that code. Absent and another's are the same None."""
    actor.require(Capability.SEND_FEED)
    own = FeedSource.objects.filter(code=code, agency_id=actor.agency_id).first()
    return None if own is None or own.definition.get("form") else own  # what a form told never comes pushed


def own_run(*, actor: Actor, number: int) -> FeedRun | None:
    """The run of that number, where the actor's agency sent it."""
    actor.require(Capability.SEND_FEED)
    return FeedRun.objects.filter(number=number, source__agency_id=actor.agency_id).first()


def verdicts_of(*, run: FeedRun, after: int, limit: int) -> list[SentRecord]:
    """What became of the rows of a run from line `after` on, as its sender may know it; empty before it is finished."""
    return list(SentRecord.objects.filter(run_number=run.number, line__gte=after).order_by("line")[:limit])


def subjects_of(lines: Iterable[SentLine]) -> list[UUID]:
    """Whom the lines are about, for the record of reads: the case, or the row where it led to none."""
    return list(dict.fromkeys(line.record.case_id or line.record.row_id for line in lines))


def as_csv(lines: Iterable[SentLine]) -> IO[bytes]:
    """Lines as a CSV file, open at its start; no cell can be run as a formula."""
    return csv_file(_csv_rows(lines))


def _csv_rows(lines: Iterable[SentLine]) -> Iterator[Iterable[object]]:
    yield COLUMNS
    for line in lines:
        record = line.record
        cells = [record.reference, line.words, record.reason, line.stage_words, line.end_words]
        sent = record.sent_at.isoformat(timespec="seconds")
        yield [sent, record.run_number, record.line + 1, *map(neutralise, cells)]


def _sent(actor: Actor, day: date | None) -> QuerySet[SentRecord]:
    records = SentRecord.objects.filter(agency_id=actor.agency_id)
    if not actor.can(Capability.SEE_SENT):
        actor.require(Capability.SEE_REFERRED)
        records = records.filter(told_by__isnull=False)
    if day is not None:
        records = records.filter(sent_at__gte=end_of(day - timedelta(days=1)), sent_at__lt=end_of(day))
    return records


def _returned(actor: Actor) -> QuerySet[SentRecord]:
    return _sent(actor, None).filter(returned_at__isnull=False)


def _lines(records: list[SentRecord]) -> list[SentLine]:
    cases = {record.case_id for record in records if record.case_id}
    known = {one.case_id: one for one in Feedback.objects.filter(case_id__in=cases)}
    bound = agreements_in_force(hub=hub_id(), on=timezone.localdate()) if known else {}
    lines = []
    for record in records:
        told = known.get(record.case_id) if record.case_id and record.agency_id in bound else None
        lines.append(
            SentLine(
                record=record,
                words=verdict_words(record.verdict),
                stage=(told.stage if told else "taken") if record.case_id else "",
                end=told.end_state if told else "",
                changed_at=told.changed_at if told and told.stage != "taken" else None,
            )
        )
    return lines
