"""One row in quarantine as its page shows it: what was sent, what was corrected, why it is held, what was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from access.actor import Actor
from access.roles import Capability
from referrals.feed.held import (
    ACCEPTED_MEANS,
    ANSWERS,
    BASES,
    BY_SENDER,
    CORRECTABLE,
    MENDED_BY,
    Answer,
    answers_to,
    reason_of,
)
from referrals.feed.row import names_safe_address
from referrals.feed.source import FIELDS
from referrals.feed.verdicts import QUARANTINE_WORDS
from referrals.models import FeedRow, HeldStep
from referrals.queries.feed_rows import ShownRow, shown
from referrals.queries.sources import definition_of

HELD = Q(verdict__startswith="quarantine:")
APART = "Safe address, kept apart"


class HeldRowNotFound(Exception):
    """There is no such row in quarantine, or the actor may not see it."""


@dataclass(frozen=True)
class Cell:
    """One cell. field: in our words, "" where the sender's column is not read. corrected: None where it is not."""

    field: str
    column: str
    sent: str
    corrected: str | None
    hidden: bool = False

    @property
    def words(self) -> str:
        return (self.field or self.column).replace("_", " ").capitalize()

    @property
    def held(self) -> str:
        return self.sent if self.corrected is None else self.corrected


@dataclass(frozen=True)
class DoneStep:
    """One step of the row's history."""

    step: HeldStep
    words: str
    basis: str
    from_words: str


@dataclass(frozen=True)
class HeldRow:
    """A row with all that its page needs. answers: what may be done with it now, by code."""

    shown: ShownRow
    reason: str
    cells: list[Cell]
    steps: list[DoneStep]
    answers: Mapping[str, Answer]
    due_at: datetime | None

    @property
    def row(self) -> FeedRow:
        return self.shown.row

    @property
    def held_because(self) -> str:
        return QUARANTINE_WORDS.get(self.reason, self.reason.replace("_", " ").capitalize())

    @property
    def mended_by(self) -> list[Cell]:
        """The cells that may be corrected, those first by which this reason is mended."""
        first = MENDED_BY.get(self.reason, ())
        found = {cell.field: cell for cell in self.cells if cell.field in CORRECTABLE and not cell.hidden}
        return [found[name] for name in dict.fromkeys([*first, *CORRECTABLE]) if name in found]

    @property
    def mended_first(self) -> int:
        """How many of `mended_by` are those that mend this reason."""
        first = MENDED_BY.get(self.reason, ())
        return sum(cell.field in first for cell in self.mended_by)

    @property
    def accepted_means(self) -> str:
        return ACCEPTED_MEANS.get(self.reason, "")

    @property
    def bases(self) -> Mapping[str, str]:
        return BASES.get(self.reason, {})


def held_row(*, actor: Actor, row_id: UUID) -> HeldRow:
    """The row that is held, or was until somebody answered it. Raises NotAllowed, HeldRowNotFound."""
    actor.require(Capability.SEE_CASES)
    rows = FeedRow.objects.filter(HELD | Q(answers__gt=0)).select_related("run__source")
    row = rows.filter(id=row_id).first()
    if row is None:
        raise HeldRowNotFound("There is no such row in quarantine.")
    may_answer = actor.can(Capability.TRIAGE)
    reason = reason_of(row.verdict)
    line = shown([row])[0]
    return HeldRow(
        shown=line,
        reason=reason,
        cells=_cells(row),
        steps=[_done(step) for step in row.steps.order_by("number")],
        answers={one.code: one for one in answers_to(row.verdict)} if may_answer else {},
        due_at=line.due_at,
    )


def _cells(row: FeedRow) -> list[Cell]:
    """What was sent, our fields first and in our order; where somebody is safe is never shown."""
    source, corrected = definition_of(row.run), row.corrected or {}
    fields = {column: field for field, column in source.columns.items()}
    known = [source.columns[field] for field in FIELDS if field in source.columns]
    order = [column for column in known if column in row.raw or column in corrected]
    order += [column for column in row.raw if column not in fields]
    safe = bool(row.sealed) or names_safe_address(row.told, source)
    cells = []
    for column in order:
        field = fields.get(column, "")
        hidden = safe and field in ("address", "postcode")
        sent, now = row.raw.get(column, "").strip(), corrected.get(column)
        if hidden:
            sent, now = (APART if sent else ""), (APART if now else now)
        cells.append(Cell(field=field, column=column, sent=sent, corrected=now, hidden=hidden))
    return cells


def _done(step: HeldStep) -> DoneStep:
    reason = reason_of(step.from_verdict)
    return DoneStep(
        step=step,
        words=ANSWERS[step.answer].done
        if step.answer in ANSWERS
        else BY_SENDER.get(step.answer, step.answer),
        basis=BASES.get(reason, {}).get(step.basis, ""),
        from_words=QUARANTINE_WORDS.get(reason, reason),
    )
