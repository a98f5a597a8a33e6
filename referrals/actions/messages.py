"""Hub and partner on one referral: write to each other, ask for what is missing before an answer, and answer that.

While a question waits for the hub, the time of the partner's answer stands still. Each verb locks the referral, checks,
adds and tells; a refusal raises. Nothing that was written is changed.
"""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish, schedule
from referrals.actions.clock_verbs import go_on
from referrals.actions.clocks import LIVE, keep_due
from referrals.actions.referral import AnswerIncomplete, locked, make_move
from referrals.models import Case, Clock, ClockPause, MessageMark, Referral, ReferralMessage
from referrals.queries.messages import ABOUT
from referrals.workflow import OPEN, MoveRefused

LONGEST = 4000
EXPIRE = "referrals.expire"
AWAITING = "awaiting_information"
Kind = ReferralMessage.Kind


class CannotBeSaid(MoveRefused):
    """The message cannot be sent so. The message says why, and what to do instead."""


@transaction.atomic
def send_message(
    *,
    actor: Actor,
    referral_id: UUID,
    text: str,
    about: str = "identity",
    expected_version: int | None = None,
) -> ReferralMessage:
    """Write to the other side. about: the data category that shows it, of those that the referral tells.

    Raises NotAllowed, ReferralNotFound, VersionMismatch, CannotBeSaid.
    """
    actor.require(Capability.WRITE_MESSAGE)
    referral = locked(actor, referral_id, expected_version)
    if referral.status not in OPEN:
        raise CannotBeSaid("The referral has ended: nothing more can be written on it.")
    return _write(actor, referral, text, about, Kind.MESSAGE)


@transaction.atomic
def ask(
    *,
    actor: Actor,
    referral_id: UUID,
    text: str,
    about: str = "identity",
    expected_version: int | None = None,
) -> Referral:
    """Ask the hub for what the agency must know before it can answer. Its time to answer stands still meanwhile.

    Raises NotAllowed, ReferralNotFound, VersionMismatch, MoveRefused, CannotBeSaid.
    """
    referral = make_move("ask", actor, referral_id, expected_version)
    _write(actor, referral, text, about, Kind.QUESTION)
    return referral


@transaction.atomic
def inform(
    *,
    actor: Actor,
    referral_id: UUID,
    text: str,
    about: str = "identity",
    expected_version: int | None = None,
) -> Referral:
    """Answer the partner's question: the time that it waited is added to its time to answer.

    Raises NotAllowed, ReferralNotFound, VersionMismatch, MoveRefused, CannotBeSaid.
    """
    if not Referral.objects.filter(id=referral_id, waits_for_hub=True).exists():
        raise CannotBeSaid("No question of the partner waits for an answer: send a message instead.")
    referral = make_move("inform", actor, referral_id, expected_version)
    _write(actor, referral, text, about, Kind.ANSWER)
    case = Case.objects.get(id=referral.case_id)
    stand_still(case=case, referral=referral)
    clock = Clock.objects.filter(referral=referral, state__in=LIVE).first()
    if clock is not None and go_on(clock=clock, case=case, at=timezone.now(), by=actor.name):
        referral.answer_due_at = clock.due_at
        referral.save(update_fields=["answer_due_at"])
        due = clock.due_at.isoformat()
        payload = {"referral": str(referral.id), "due": due}
        schedule(EXPIRE, key=f"{referral.id}:{due}", payload=payload, at=clock.due_at)
    keep_due(case)
    return referral


def stand_still(*, case: Case, referral: Referral) -> None:
    """The clock of the answer stands still from the question on; once, however often it is asked for."""
    clock = Clock.objects.filter(referral=referral, state=Clock.State.RUNNING).first()
    asked = ReferralMessage.objects.filter(referral=referral, kind=Kind.QUESTION).order_by("-id").first()
    if clock is None or asked is None or clock.pauses.filter(started_at=asked.written_at).exists():
        return
    ClockPause.objects.create(
        case=case,
        clock=clock,
        reason=AWAITING,
        started_at=asked.written_at,
        begun_by_name=asked.written_by_name,
        recorded_at=timezone.now(),
    )
    clock.state, clock.next_rung_at = Clock.State.PAUSED, None
    clock.save(update_fields=["state", "next_rung_at"])


@transaction.atomic
def follow_question(*, actor: Actor, referral_id: UUID) -> None:
    """A partner has asked: the clock of its answer, which only the hub may move, stands still from then on."""
    actor.require(Capability.ROUTE)
    referral = Referral.objects.filter(id=referral_id).first()
    case = Case.objects.select_for_update().filter(id=referral.case_id).first() if referral else None
    if referral is None or case is None:
        return
    referral.refresh_from_db(fields=["waits_for_hub", "status"])
    if referral.waits_for_hub:
        stand_still(case=case, referral=referral)
        keep_due(case)


def mark_read(*, actor: Actor, referral: Referral, newest: ReferralMessage) -> None:
    """The actor has read up to that message: the other side is shown it."""
    now = timezone.now()
    told = {
        "case_id": referral.case_id,
        "agency_id": referral.agency_id,
        "team_id": referral.team_id,
        "by_hub": actor.hub,
        "reader_name": actor.name,
        "read_to": newest.id,
        "read_at": now,
    }
    mark = MessageMark.objects.filter(referral=referral, reader=actor.id).first()
    if mark is None:
        MessageMark.objects.bulk_create([MessageMark(referral=referral, reader=actor.id, **told)])
    elif mark.read_to < newest.id:
        mark.read_to, mark.read_at = newest.id, now
        mark.save(update_fields=["read_to", "read_at"])


def _said(text: str) -> str:
    words = text.strip()
    if not words:
        raise AnswerIncomplete("Write what you want to say.")
    if len(words) > LONGEST:
        raise CannotBeSaid(f"Write at most {LONGEST} characters.")
    return words


def _write(actor: Actor, referral: Referral, text: str, about: str, kind: Kind) -> ReferralMessage:
    words, now = _said(text), timezone.now()
    if about not in ABOUT or about not in referral.categories:
        raise CannotBeSaid(
            "The agency is not told of that on this referral: choose from the list what it is about."
        )
    made = ReferralMessage(
        case_id=referral.case_id,
        referral=referral,
        agency_id=referral.agency_id,
        team_id=referral.team_id,
        from_hub=actor.hub,
        kind=kind,
        category=about,
        text=words,
        written_by=actor.id,
        written_by_name=actor.name,
        written_at=now,
    )
    ReferralMessage.objects.bulk_create([made])
    data: dict[str, object] = {
        "message": str(made.id),
        "kind": str(kind),
        "side": "hub" if actor.hub else "partner",
        "agency": str(referral.agency_id),
        "service": str(referral.service_id),
    }
    publish(
        Happening(
            "message.sent",
            at=now,
            case_id=referral.case_id,
            referral_id=referral.id,
            data=data,
            audience=[referral.agency_id],
        )
    )
    return made
