"""Notes of a case: write, correct, show to a partner, and take that back. Nothing that was written goes.

Each verb locks the case, checks, adds and tells; a refusal raises and leaves nothing half done.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.ids import new_id
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.actions.drafts import forget_draft
from referrals.actions.telling import of_share
from referrals.actions.triage import ReasonMissing, TriageRefused, locked_case, locked_open_case
from referrals.models import Case, CaseNote, NoteShare
from referrals.notes import KINDS, mentioned
from referrals.queries.notes import editions_of, who_may_be_shown
from referrals.queries.restricted import who_may_carry

LONGEST = 10_000
NOTE = "note"
"""Under which a note that is begun is kept (see referrals.actions.drafts)."""


class NoteNotFound(TriageRefused):
    """The case has no such note, or the actor may not see it: the same answer for both."""


class NoteCorrectedMeanwhile(TriageRefused):
    """Somebody corrected the note while the actor wrote. The message says who."""


class NobodyOfThatName(TriageRefused):
    """A note mentions somebody who is nobody here, or may not see the case. The message says which word."""


class NotToBeShared(TriageRefused):
    """The note is of a kind that stays at the hub, or the agency is not told of that on this case."""


@transaction.atomic
def write_note(*, actor: Actor, case_id: UUID, kind: str, text: str) -> CaseNote:
    """Write a note. Whoever it mentions as @Name Surname, and may see the case, is told that it does.

    kind: one of referrals.notes.KINDS. Raises NotAllowed, CaseNotFound, CaseClosed, ReasonMissing, NobodyOfThatName.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    note = new_id()
    forget_draft(actor=actor, case_id=case.id, form=NOTE)
    return _write(case, actor, now, kind=kind, text=text, note=note, edition=1, told="note.written")


@transaction.atomic
def correct_note(*, actor: Actor, case_id: UUID, note: UUID, kind: str, text: str, seen: int) -> CaseNote:
    """Write the next edition of a note; the one before stays. Also on a closed case: a record must be right.

    seen: the edition that the actor saw. Under another kind it is shown to no partner any more.
    Raises NotAllowed, CaseNotFound, NoteNotFound, NoteCorrectedMeanwhile, ReasonMissing, NobodyOfThatName.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case, before = _locked(actor, case_id, note)
    if before.edition != seen:
        raise NoteCorrectedMeanwhile(f"{before.written_by_name} corrected this note while you were writing.")
    forget_draft(actor=actor, case_id=case.id, form=correction_of(note))
    edition = before.edition + 1
    made = _write(
        case,
        actor,
        now,
        kind=kind,
        text=text,
        note=note,
        edition=edition,
        told="note.corrected",
        before=before,
    )
    if made.kind != before.kind:
        for share in NoteShare.objects.filter(case=case, note=note, ended_at__isnull=True):
            _end(share, actor, now)
    return made


@transaction.atomic
def share_note(*, actor: Actor, case_id: UUID, note: UUID, agency_id: UUID) -> NoteShare:
    """Show a note, and what it is corrected to, to an agency whose referral tells it of that category.

    Sharing again changes nothing. Raises NotAllowed, CaseNotFound, CaseClosed, NoteNotFound, NotToBeShared.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    locked_open_case(actor, case_id)
    case, newest = _locked(actor, case_id, note)
    if not KINDS[newest.kind].may_be_shared:
        raise NotToBeShared(
            "Notes of this kind stay at the hub. Write a general one with what the partner needs."
        )
    if agency_id not in {one.id for one in who_may_be_shown(case, category=newest.category)}:
        words = KINDS[newest.kind].category.words
        raise NotToBeShared(
            f"The agency is not told of {words} on this case: no open referral, consent and agreement do."
        )
    live = NoteShare.objects.filter(note=note, agency_id=agency_id, ended_at__isnull=True).first()
    if live:
        return live
    share = NoteShare.objects.create(
        case=case,
        note=note,
        category=newest.category,
        agency_id=agency_id,
        shared_by_name=actor.name,
        shared_at=now,
    )
    publish(of_share("note.shared", share, now))
    return share


@transaction.atomic
def stop_sharing(*, actor: Actor, case_id: UUID, note: UUID, agency_id: UUID) -> None:
    """The agency is shown the note no more. What it has written down of it is its own.

    Raises NotAllowed, CaseNotFound, NoteNotFound.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case, _ = _locked(actor, case_id, note)
    for share in NoteShare.objects.filter(case=case, note=note, agency_id=agency_id, ended_at__isnull=True):
        _end(share, actor, now)


def correction_of(note: UUID) -> str:
    """Under which a correction that is begun is kept."""
    return f"{NOTE}-{note.hex}"


def _locked(actor: Actor, case_id: UUID, note: UUID) -> tuple[Case, CaseNote]:
    """The case, locked, and the newest edition of its note."""
    case = locked_case(actor, case_id)
    editions = editions_of(case, note)
    if not editions:
        raise NoteNotFound("There is no such note on this case.")
    return case, editions[0]


def _write(
    case: Case,
    actor: Actor,
    at: datetime,
    *,
    kind: str,
    text: str,
    note: UUID,
    edition: int,
    told: str,
    before: CaseNote | None = None,
) -> CaseNote:
    if kind not in KINDS:
        raise NoteNotFound("Choose what kind of note it is.")
    if not text.strip():
        raise ReasonMissing("Write the note first.")
    people = {one.id: one.name for one in who_may_carry(person_id=case.person_id, now=at)}
    mentions, nobody = mentioned(text, people)
    if nobody:
        raise NobodyOfThatName(
            f"“@{nobody[0]}” is nobody who may see this case. Choose a name from the list, or leave the @ out."
        )
    made = CaseNote(
        id=note if before is None else new_id(),
        case=case,
        note=note,
        edition=edition,
        kind=kind,
        category=str(KINDS[kind].category),
        text=text.strip()[:LONGEST],
        mentions=sorted(mentions),
        written_by=actor.id,
        written_by_name=actor.name,
        written_at=at,
    )
    made.save(force_insert=True)
    data: dict[str, object] = {"note": str(note), "edition": edition, "kind": kind}
    happened = [Happening(told, at=at, case_id=case.id, data=data)]
    if fresh := mentions - set(before.mentions if before else ()) - {actor.id}:
        ids: dict[str, object] = {"note": str(note), "people": sorted(str(one) for one in fresh)}
        happened.append(Happening("note.mentioned", at=at, case_id=case.id, data=ids))
    publish(*happened)
    return made


def _end(share: NoteShare, actor: Actor, at: datetime) -> None:
    share.ended_at, share.ended_by_name = at, actor.name
    share.save(update_fields=["ended_at", "ended_by_name"])
    publish(of_share("note.unshared", share, at))
