"""The sender's records that a chunk is about: what was held of each, what it comes to, and which held rows it ends.

A row in quarantine leaves it without a practitioner where its sender took it back, or sent a later word on the same
record: with a step in its history like every other answer.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from access.batches import insert_rows
from access.context import current_actor
from messaging.events import Happening
from referrals.feed.held import STAYS_WORDS, SUPERSEDED, SUPERSEDED_WORDS, WITHDREW, WITHDREW_WORDS
from referrals.feed.record import Held, after, ends_as, number_of, takes_back
from referrals.feed.row import Report
from referrals.feed.verdicts import DUPLICATE, QUARANTINE, WITHDRAWN, Verdict
from referrals.models import FeedRow, FeedRun, FeedSource, HeldStep, SourceRecord

_STATE = ("update_no", "content_hash", "worked_no", "withdrawn_no", "held_no")
_IDS = ("row_id", "held_row_id", "person_id", "case_id", "incident_id")
_KEEP = "ON CONFLICT (source_id, key) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in (*_STATE, *_IDS, "verdict")
)


@dataclass
class Record:
    """One record of the sender as this chunk goes on. held: None where nothing is known of it yet.

    verdict, row_id: of its newest word. held_row_id: the row of it that is in quarantine.
    """

    held: Held | None = None
    verdict: str = ""
    row_id: UUID | None = None
    held_row_id: UUID | None = None
    person_id: UUID | None = None
    case_id: UUID | None = None
    incident_id: UUID | None = None
    is_changed: bool = False

    @property
    def is_withdrawn(self) -> bool:
        return self.held is not None and self.held.is_withdrawn

    def against(self, row: FeedRow, report: Report, *, again: bool) -> Held | None:
        """What the row is judged against; again: it was held back and is judged a second time."""
        if self.held is None or not again:
            return self.held
        if self.row_id == row.id:  # what it came to itself is no earlier word, and what came before it stands
            return replace(self.held, update_no=report.update_no - 1, content_hash="")
        return replace(self.held, is_later=self.row_id is not None and self.row_id.int > row.id.int)


@dataclass(frozen=True)
class _Later:
    """What came after a row that is in quarantine."""

    held: Held
    held_no: int
    verdict: Verdict
    row_id: UUID


class RecordBook:
    """`of` and `judged` row by row, then `write`, and once the rows have their verdicts `end_held`; `told` are the
    events to publish.
    """

    def __init__(self, *, source: FeedSource, keys: Iterable[str]) -> None:
        self._source = source
        found = SourceRecord.objects.filter(source=source, key__in=list(keys))
        self._records: dict[str, Record] = {}
        for one in found.values("key", "verdict", *_STATE, *_IDS):
            held = Held(**{name: one[name] for name in _STATE})
            ids = {name: one[name] for name in _IDS}
            self._records[one["key"]] = Record(held=held, verdict=one["verdict"], **ids)
        self._judged: set[UUID] = set()
        self._later: dict[UUID, _Later] = {}
        self.told: list[Happening] = []

    @property
    def people(self) -> set[UUID]:
        return {one.person_id for one in self._records.values() if one.person_id}

    @property
    def cases(self) -> set[UUID]:
        return {one.case_id for one in self._records.values() if one.case_id}

    def of(self, key: str) -> Record:
        """The record of that key; a new one knows nothing."""
        return self._records.setdefault(key, Record())

    def judged(
        self,
        record: Record,
        row: FeedRow,
        report: Report,
        *,
        against: Held | None,
        content_hash: str,
        verdict: Verdict,
    ) -> None:
        """Note the verdict that a row of the record got, judged against what was held."""
        self._judged.add(row.id)
        before = record.held
        is_later = against is not None and against.is_later
        held = after(against if is_later else before, report, content_hash=content_hash, verdict=verdict)
        if record.held_row_id == row.id:  # judged again: it is held by what it comes to now
            record.held_row_id, held = None, replace(held, held_no=None)
        tells = verdict.code != WITHDRAWN or takes_back(report)
        if tells and record.held_row_id and before and before.held_no is not None:
            self._later[record.held_row_id] = _Later(held, before.held_no, verdict, row.id)
        if verdict.code.startswith(QUARANTINE):
            record.held_row_id, held = row.id, replace(held, held_no=number_of(report, before))
        is_newest = before is None or before.content_hash != held.content_hash or record.row_id == row.id
        if is_newest or before != held:
            record.held, record.is_changed = held, True
        if is_newest:
            record.row_id, record.verdict = row.id, verdict.code

    def write(self) -> None:
        insert_rows(
            SourceRecord,
            [
                {
                    "source_id": self._source.id,
                    "key": key,
                    "verdict": record.verdict,
                    **{name: getattr(record.held, name) for name in _STATE},
                    **{name: getattr(record, name) for name in _IDS},
                }
                for key, record in self._records.items()
                if record.is_changed
            ],
            rest=_KEEP,
        )

    def end_held(self, *, now: datetime) -> dict[UUID, str]:
        """Take rows out of quarantine that their sender took back or followed by a later word. The verdicts of the
        chunk must be written. Returns the verdict from now on of each row of this chunk that was ended; rows of
        other chunks are counted with their run here.
        """
        if not self._later:
            return {}
        rows = FeedRow.objects.filter(id__in=list(self._later), verdict__startswith=QUARANTINE)
        ended: dict[UUID, str] = {}
        counts: dict[UUID, Counter[str]] = {}
        for row in rows.select_for_update().order_by("id"):
            later, was = self._later[row.id], row.verdict
            verdict = ends_as(later.held, held_no=later.held_no, held_verdict=was, verdict=later.verdict)
            if not verdict:
                continue
            self._step(row, later, now, stays=verdict == was)
            if verdict == was:
                continue
            if row.id in self._judged:
                ended[row.id] = verdict
            else:
                counts.setdefault(row.run_id, Counter()).update({was: -1, verdict: 1})
        for run_id, changed in counts.items():
            run = FeedRun.objects.get(id=run_id)
            total = Counter(run.counts)
            total.update(changed)
            run.counts = {code: number for code, number in total.items() if number}
            run.save(update_fields=["counts"])
        return ended

    def _step(self, row: FeedRow, later: _Later, now: datetime, *, stays: bool) -> None:
        """The step in the row's history, and its verdict; a child in danger stays held, and says that it was told."""
        withdrew = later.verdict.code == WITHDRAWN
        actor, words = current_actor(), WITHDREW_WORDS if withdrew else SUPERSEDED_WORDS
        row.answers += 1
        HeldStep.objects.create(
            row=row,
            number=row.answers,
            answer=WITHDREW if withdrew else SUPERSEDED,
            from_verdict=row.verdict,
            from_reason=row.reason,
            words=STAYS_WORDS if stays else words,
            by=actor.id,
            by_name=actor.name,
            at=now,
        )
        data: dict[str, object] = {"row": str(row.id), "run": str(row.run_id), "from": row.verdict}
        self.told.append(
            Happening(f"feed.row_{'withdrawn' if withdrew else 'superseded'}", at=now, data=data)
        )
        if stays:
            row.warnings = [*row.warnings, STAYS_WORDS]
        else:
            row.verdict = WITHDRAWN if withdrew else DUPLICATE
            row.reason, row.judged_at, row.repeats_row_id = words, now, later.row_id
        row.save(update_fields=["verdict", "reason", "warnings", "judged_at", "repeats_row_id", "answers"])
