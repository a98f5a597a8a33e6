"""What practitioners do with rows in quarantine: correct, have judged again, return, take, refer on.

Each is one transaction under the lock of the sender, as judging is: the step with the verdict that the row had is
written, then the verdict changes. A row is judged again by the very path of intake, as the hub's own system, which
alone may look for the person among everybody.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.context import acting_as_system
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.actions.intake_chunk import judge_chunk
from referrals.actions.triage import TriageRefused, suspend_case
from referrals.feed.held import ANSWERS, BASES, CORRECTABLE, REFERRED, RETURNED, basis_suffices, reason_of
from referrals.feed.row import names_safe_address, where_it_is
from referrals.feed.source import read_source
from referrals.models import Case, FeedRow, FeedRun, FeedSource, HeldStep
from referrals.queries.sources import definition_of

LONGEST = 400
LONGEST_CELL = 1000
UNSAFE = "Taken from quarantine though no safe way of contact is known."


class HeldRefused(TriageRefused):
    """It cannot be done with this row; the message says what to do instead."""


class HeldRowNotFound(HeldRefused):
    """There is no such row, or the actor may not see it."""


class NotHeld(HeldRefused):
    """The row is in quarantine no more."""


class AnsweredMeanwhile(HeldRefused):
    """Somebody else did something with the row since it was read."""


class NotForThisReason(HeldRefused):
    """What is asked is not done with rows that are held for this reason."""


class WordsMissing(HeldRefused):
    """A reason in words is needed."""


class NotCorrectable(HeldRefused):
    """This cell, or a row like this, is not corrected here."""


@transaction.atomic
def correct_row(
    *, actor: Actor, row_id: UUID, cells: Mapping[str, str], told_by: str, seen: int | None = None
) -> FeedRow:
    """Keep corrected values beside what was sent; the row stays held until it is judged again.

    cells: by our field (see CORRECTABLE); "" says that nothing is known. told_by: where they come from.
    seen: how many steps the row had when it was read. Raises NotAllowed, HeldRefused.
    """
    row, now = _held(actor, row_id, "correct", seen)
    told_by = _words(told_by, "Say where the correction comes from.")
    source = definition_of(row.run)
    hidden = {
        source.columns[name] for name in ("address", "postcode") if row.sealed and name in source.columns
    }
    changed: dict[str, str] = {}
    for name, text in cells.items():
        column = source.columns.get(name)
        if name not in CORRECTABLE or column is None or column in hidden:
            raise NotCorrectable(f"{name.replace('_', ' ').capitalize()} is not corrected here.")
        if text.strip() != row.told.get(column, "").strip():
            changed[column] = text.strip()[:LONGEST_CELL]
    if not changed:
        raise NotCorrectable("Nothing is different from what is held. Change what is wrong first.")
    corrected = (row.corrected or {}) | changed
    if not row.sealed and names_safe_address(row.raw | corrected, source) and where_it_is(row.raw, source):
        raise NotCorrectable(
            "With this the address would be a safe one, which must not stand in a row. Leave it out here, and"
            " record it on the case once the row has been taken."
        )
    _step(actor, row, "correct", now, words=told_by, corrected=changed)
    row.corrected = corrected
    row.save(update_fields=["corrected", "answers"])
    return row


@transaction.atomic
def resubmit_row(*, actor: Actor, row_id: UUID, seen: int | None = None) -> str:
    """Have the row judged again, with its corrections, by the sender's definition of today. Returns its verdict.

    Raises NotAllowed, HeldRefused.
    """
    row, now = _held(actor, row_id, "resubmit", seen)
    _step(actor, row, "resubmit", now, edition=row.run.source.edition)
    return _judged_again(actor, row, now)


@transaction.atomic
def accept_row(*, actor: Actor, row_id: UUID, words: str, basis: str = "", seen: int | None = None) -> str:
    """Take the row though it was held, with a reason. Returns its verdict: another fault may hold it still.

    basis: of BASES, where the reason asks for one. Without a safe way of contact the case is suspended as unsafe.
    Raises NotAllowed, HeldRefused.
    """
    row, now = _held(actor, row_id, "accept", seen)
    reason = reason_of(row.verdict)
    if not basis_suffices(reason, basis):
        grounds = " or ".join(one.lower() for one in BASES.get(reason, {}).values())
        raise NotForThisReason(f"Open the row and choose on what ground it is taken: {grounds}.")
    words = _words(words, "Say why the row is taken all the same.")
    _step(actor, row, "accept", now, words=words, basis=basis, edition=row.run.source.edition)
    return _judged_again(actor, row, now)


@transaction.atomic
def return_row(*, actor: Actor, row_id: UUID, words: str, seen: int | None = None) -> str:
    """Give the row back to its sender, who reads `words` beside it. Returns its verdict.

    Raises NotAllowed, HeldRefused.
    """
    row, now = _held(actor, row_id, "return", seen)
    words = _words(words, "Tell the sender what to correct.")
    _step(actor, row, "return", now, words=words)
    return _ends(row, f"{RETURNED}{reason_of(row.verdict)}", words, now)


@transaction.atomic
def refer_row(*, actor: Actor, row_id: UUID, to: str, words: str, seen: int | None = None) -> str:
    """Record that what the row tells was referred on, such as to children's social care. Returns its verdict.

    Raises NotAllowed, HeldRefused.
    """
    row, now = _held(actor, row_id, "refer", seen)
    to = _words(to, "Say to whom it was referred.")[:100]
    _step(actor, row, "refer", now, words=_words(f"{to}: {_words(words, 'Say what was told, and how.')}", ""))
    return _ends(row, f"{REFERRED}{reason_of(row.verdict)}", f"Referred on to {to}.", now)


@transaction.atomic
def answer_rows(
    *, actor: Actor, row_ids: Collection[UUID], answer: str, words: str
) -> list[tuple[UUID, str, str]]:
    """Resubmit, return or take many rows. Of each: its id, the verdict that it has now, and why not ("" where done).

    Each has its own result: one that is refused holds up no other. Raises NotAllowed.
    """
    actor.require(Capability.TRIAGE)
    verbs: Mapping[str, Callable[[UUID], str]] = {
        "resubmit": lambda row_id: resubmit_row(actor=actor, row_id=row_id),
        "return": lambda row_id: return_row(actor=actor, row_id=row_id, words=words),
        "accept": lambda row_id: accept_row(actor=actor, row_id=row_id, words=words),
    }
    results = []
    # In one order everywhere: rows of two senders are locked alike by whoever ticks them.
    for row_id in sorted(set(row_ids)):
        try:
            with transaction.atomic():
                results.append((row_id, verbs[answer](row_id), ""))
        except TriageRefused as refusal:
            results.append((row_id, "", str(refusal)))
    return results


def _held(actor: Actor, row_id: UUID, answer: str, seen: int | None) -> tuple[FeedRow, datetime]:
    """The row, with its sender and run locked before it, where this may be done with it now."""
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    source = FeedSource.objects.filter(runs__rows=row_id).values_list("id", flat=True).first()
    if source is None:
        raise HeldRowNotFound("There is no such row.")
    FeedSource.objects.select_for_update().get(id=source)
    row = FeedRow.objects.select_for_update(of=("self",)).select_related("run__source").get(id=row_id)
    if not reason_of(row.verdict):
        raise NotHeld("The row is in quarantine no more: what became of it shows in its run.")
    if seen is not None and seen != row.answers:
        raise AnsweredMeanwhile("Somebody did something with this row since you opened it. Look at it again.")
    known = ANSWERS[answer]
    if reason_of(row.verdict) not in known.reasons:
        raise NotForThisReason(f"“{known.words}” is not for rows that are held for this reason.")
    return row, now


def _step(
    actor: Actor,
    row: FeedRow,
    answer: str,
    now: datetime,
    *,
    words: str = "",
    basis: str = "",
    corrected: Mapping[str, str] | None = None,
    edition: int | None = None,
) -> None:
    row.answers += 1
    HeldStep.objects.create(
        row=row,
        number=row.answers,
        answer=answer,
        from_verdict=row.verdict,
        from_reason=row.reason,
        basis=basis,
        words=words,
        corrected=corrected,
        edition=edition,
        by=actor.id,
        by_name=actor.name,
        at=now,
    )
    data: dict[str, object] = {"row": str(row.id), "run": str(row.run_id), "from": row.verdict}
    publish(Happening(f"feed.row_{_TOPICS[answer]}", at=now, data=data))


_TOPICS = {
    "correct": "corrected",
    "resubmit": "resubmitted",
    "accept": "accepted",
    "return": "returned",
    "refer": "referred_on",
}


def _judged_again(actor: Actor, row: FeedRow, now: datetime) -> str:
    """The verdict by the path of intake; what was taken in spite of a reason is not held for it again."""
    before = row.verdict
    steps = row.steps.filter(answer="accept").order_by("number")
    accepted = {reason_of(step.from_verdict): step.words for step in steps}
    with acting_as_system("intake"):
        FeedRow.objects.filter(id=row.id).update(verdict="", answers=row.answers)
        source = row.run.source
        [verdict] = judge_chunk(
            source=source,
            definition=definition_of(row.run),
            rows=[row],
            now=now,
            again=read_source(source.definition),
            accepted=accepted,
        )
        _count(row.run_id, before, verdict)
    if "no_safe_contact" in accepted:
        _suspend(actor, row.id, accepted["no_safe_contact"])
    return verdict


def _ends(row: FeedRow, verdict: str, reason: str, now: datetime) -> str:
    before = row.verdict
    row.verdict, row.reason, row.judged_at = verdict, reason[:LONGEST], now
    row.save(update_fields=["verdict", "reason", "judged_at", "answers"])
    _count(row.run_id, before, verdict)
    return verdict


def _count(run_id: UUID, before: str, after: str) -> None:
    """The run's rows by verdict; under the lock of its sender."""
    run = FeedRun.objects.get(id=run_id)
    counts = Counter(run.counts)
    counts[before] -= 1
    counts[after] += 1
    run.counts = {verdict: number for verdict, number in counts.items() if number > 0}
    run.save(update_fields=["counts"])


def _suspend(actor: Actor, row_id: UUID, words: str) -> None:
    """The case that the row led to is not contacted; one that is suspended or closed stays as it is."""
    case_id = FeedRow.objects.values_list("case_id", flat=True).get(id=row_id)
    if case_id and Case.objects.filter(id=case_id).exclude(status__in=("suspended", "closed")).exists():
        suspend_case(actor=actor, case_id=case_id, reason=f"{UNSAFE} {words}")


def _words(text: str, wanted: str) -> str:
    text = text.strip()
    if not text:
        raise WordsMissing(wanted)
    return text[:LONGEST]
