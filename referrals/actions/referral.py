"""The life of a referral after it was sent, as a list of verbs: receive, accept, decline, return, start, complete,
recall, expire.

Each locks the referral, asks referrals.workflow whether the move is possible, changes, ends what the agency
may see where the referral ends, and tells; a refusal raises and leaves nothing half done. What a move means
for the case (the next route, a question to a person) follows in referrals.actions.answers.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor, NotAllowed
from access.roles import Capability
from messaging.events import Happening, publish, schedule
from referrals import scope
from referrals.actions.clocks import keep_due
from referrals.actions.leads import lead_falls_away
from referrals.actions.sight import keep_sight
from referrals.actions.telling import beside_moves
from referrals.actions.triage import locked_open_case
from referrals.clocks import due_within
from referrals.grounds import CONFLICT
from referrals.models import Case, Outcome, RecallReason, Referral
from referrals.queries.calendar import hub_calendar
from referrals.workflow import (
    CONFIRMATIONS,
    DECLINE_REASONS,
    FINAL,
    HUB,
    OUTCOME_DOMAINS,
    OUTCOME_RESULTS,
    PARTNER,
    RETURN_REASONS,
    SYSTEM,
    TRANSITIONS,
    UNANSWERED,
    MoveRefused,
    move,
)


class ReferralNotFound(Exception):
    """There is no such referral, or it is not the actor's: the same answer for both."""


class VersionMismatch(Exception):
    """The referral was moved since the actor read it."""


class NothingToConfirm(MoveRefused):
    """The referral was not recalled, or its agency has confirmed already."""


class AnswerIncomplete(MoveRefused):
    """The move asks for a reason or an outcome that was not given, or not one of the list."""


TOPICS = {
    "receive": "received",
    "ask": "asked",
    "inform": "informed",
    "accept": "accepted",
    "decline": "declined",
    "return_to_hub": "returned",
    "hand_over": "handed_over",
    "transfer": "transferred",
    "start": "started",
    "complete": "completed",
    "recall": "recalled",
    "expire": "expired",
}
ANSWERS = ("accept", "decline", "return_to_hub")
CONFIRM_OVERDUE = "referrals.confirmation_overdue"
CONFIRM_WITHIN = {"working_days": 5}
"""How long an agency has to say that it has dealt with what a recalled referral told it. Of our own choosing."""


def receive(*, actor: Actor, referral_id: UUID, expected_version: int | None = None) -> Referral:
    """Say that the agency has it. Raises NotAllowed, ReferralNotFound, VersionMismatch, MoveRefused, as all do."""
    return make_move("receive", actor, referral_id, expected_version)


def accept(*, actor: Actor, referral_id: UUID, expected_version: int | None = None) -> Referral:
    """Take the referral on."""
    return make_move("accept", actor, referral_id, expected_version)


def decline(
    *,
    actor: Actor,
    referral_id: UUID,
    reason_code: str,
    reason_words: str = "",
    expected_version: int | None = None,
) -> Referral:
    """Decline it. reason_code: of DECLINE_REASONS; reason_words: wanted where it is "other".

    The agency's sight of the case ends with it. Raises AnswerIncomplete besides.
    """
    if reason_code not in DECLINE_REASONS:
        raise AnswerIncomplete("Choose one of the reasons of the list.")
    if reason_code == "other" and not reason_words.strip():
        raise AnswerIncomplete("Say why in a few words when the reason is another one.")
    return make_move("decline", actor, referral_id, expected_version, code=reason_code, words=reason_words)


def return_to_hub(
    *,
    actor: Actor,
    referral_id: UUID,
    reason_words: str,
    reason_code: str = "more_wanted",
    expected_version: int | None = None,
) -> Referral:
    """Give it back to the hub: more must be known first, or the agency cannot go on with what it took on.

    reason_code: of RETURN_REASONS; reason_words: what must be known, or why it cannot. The agency's sight ends; the
    hub sends anew, to it or to somebody else. Raises AnswerIncomplete besides.
    """
    if reason_code not in RETURN_REASONS:
        raise AnswerIncomplete("Choose one of the reasons of the list.")
    words = why_given(reason_words)
    return make_move("return_to_hub", actor, referral_id, expected_version, code=reason_code, words=words)


def start(*, actor: Actor, referral_id: UUID, expected_version: int | None = None) -> Referral:
    """Say that the work has begun."""
    return make_move("start", actor, referral_id, expected_version)


@transaction.atomic
def complete(
    *,
    actor: Actor,
    referral_id: UUID,
    outcomes: Sequence[Mapping[str, str]],
    expected_version: int | None = None,
) -> Referral:
    """Finish it with what came of it; the agency's sight of the case ends.

    outcomes: at least one, each with domain, result and perhaps notes. Raises AnswerIncomplete besides.
    """
    if not outcomes:
        raise AnswerIncomplete("Say what came of the work: at least one outcome.")
    for outcome in outcomes:
        if outcome["domain"] not in OUTCOME_DOMAINS or outcome["result"] not in OUTCOME_RESULTS:
            raise AnswerIncomplete("Choose domain and result of each outcome from the lists.")
    now = timezone.now()
    referral = make_move("complete", actor, referral_id, expected_version)
    Outcome.objects.bulk_create(
        Outcome(
            referral=referral,
            agency_id=referral.agency_id,
            domain=outcome["domain"],
            result=outcome["result"],
            notes=outcome.get("notes", ""),
            recorded_by_name=actor.name,
            recorded_at=now,
        )
        for outcome in outcomes
    )
    return referral


@transaction.atomic
def recall(
    *,
    actor: Actor,
    referral_id: UUID,
    reason_words: str,
    reason_code: str = "recalled_by_hub",
    expected_version: int | None = None,
) -> Referral:
    """Take it back: sent in error, consent withdrawn, no longer wanted. The agency's sight ends at once.

    The agency is told, and asked to confirm that it has stopped (see confirm_recall); not where it is in conflict: it
    may not come to the case again, and the hub settles by word of mouth what it holds.
    reason_words: for the hub's own people; the agency is told the code alone. Raises AnswerIncomplete besides.
    """
    words = why_given(reason_words)
    referral = make_move("recall", actor, referral_id, expected_version, code=reason_code)
    RecallReason.objects.bulk_create([RecallReason(case_id=referral.case_id, referral=referral, words=words)])
    return referral


@transaction.atomic
def confirm_recall(
    *, actor: Actor, referral_id: UUID, answer: str, words: str = "", expected_version: int | None = None
) -> Referral:
    """Say that the agency has stopped work on a recalled referral and dealt with what it holds of it.

    answer: of CONFIRMATIONS; words: which law, where it is kept.
    Raises NotAllowed, ReferralNotFound, VersionMismatch, AnswerIncomplete, NothingToConfirm.
    """
    actor.require(Capability.ANSWER_REFERRAL)
    if answer not in CONFIRMATIONS:
        raise AnswerIncomplete("Say what became of what you held: choose one of the list.")
    if answer == "kept_by_law" and not words.strip():
        raise AnswerIncomplete("Say which law makes you keep it.")
    now = timezone.now()
    referral = locked(actor, referral_id, expected_version)
    if not may_be_confirmed(referral):
        raise NothingToConfirm("Nothing is asked of you here: it was not recalled, or you have confirmed it.")
    referral.version += 1
    referral.confirmed_at, referral.confirmed_by_name = now, actor.name
    referral.confirmation, referral.confirmation_words = answer, words.strip()[:400]
    referral.save(
        update_fields=["version", "confirmed_at", "confirmed_by_name", "confirmation", "confirmation_words"]
    )
    told = beside_moves(referral, "referral.recall_confirmed", now, to=referral.status, confirmation=answer)
    publish(told)
    return referral


def remind_to_confirm(*, actor: Actor, referral_id: UUID) -> None:
    """The time to confirm a recall has run out: where it was not confirmed, hub and agency are told once."""
    actor.require(Capability.RECALL_REFERRAL)
    referral = locked(actor, referral_id, None)
    if may_be_confirmed(referral):
        told = beside_moves(referral, "referral.confirmation_overdue", timezone.now(), to=referral.status)
        publish(told)


def may_be_confirmed(referral: Referral) -> bool:
    """Whether its agency still owes the word that it has dealt with what it was told."""
    return referral.status == "recalled" and bool(referral.confirm_due_at) and not referral.confirmed_at


def expire(*, actor: Actor, referral_id: UUID) -> Referral:
    """The answer's time has run out. Done by the hub's own system alone."""
    return make_move("expire", actor, referral_id, None, code="not_answered")


@transaction.atomic
def make_move(
    verb: str,
    actor: Actor,
    referral_id: UUID,
    expected_version: int | None,
    *,
    code: str = "",
    words: str = "",
) -> Referral:
    """One move, whoever makes it: the table says whether it is possible and whose it is. For the verbs alone."""
    moves = [one for one in TRANSITIONS if one.verb == verb]
    capability = Capability(moves[0].capability)
    actor.require(capability)
    if not _is_side(actor, moves[0].side):
        raise NotAllowed(capability)
    now = timezone.now()
    case = _locked_case(actor, referral_id) if actor.hub else None
    referral = locked(actor, referral_id, expected_version)
    step = move(verb, referral.status)
    words = words.strip()
    if step.needs_reason and not (code or words):
        raise AnswerIncomplete("Say why: the next reader needs the reason.")
    referral.status = step.to
    referral.version += 1
    referral.reason_code, referral.reason_words = code, words[:400]
    _stamp(referral, verb, now)
    if step.to in FINAL:
        lead_falls_away(referral, at=now)
    referral.save(
        update_fields=[
            "status",
            "version",
            "reason_code",
            "reason_words",
            "received_at",
            "waits_for_hub",
            "answered_at",
            "ended_at",
            "confirm_due_at",
        ]
    )
    if referral.confirm_due_at and step.to == "recalled":
        asked = {"referral": str(referral.id)}
        schedule(CONFIRM_OVERDUE, key=str(referral.id), payload=asked, at=referral.confirm_due_at)
    publish(happening(referral, verb=verb, from_=step.from_, at=now))
    if step.to in FINAL:
        keep_sight(actor=actor, case_id=referral.case_id, agency_id=referral.agency_id)
    if case is not None:
        keep_due(case)
    return referral


def locked(actor: Actor, referral_id: UUID, expected_version: int | None) -> Referral:
    """The referral under lock, if it is the actor's and as they read it."""
    found = scope.referrals(actor).select_for_update(of=("self",)).filter(id=referral_id).first()
    if found is None:
        raise ReferralNotFound("There is no such referral.")
    if expected_version not in (None, found.version):
        raise VersionMismatch(
            f"The referral is at version {found.version} now: read it again before you change it."
        )
    return found


def locked_with_case(actor: Actor, referral_id: UUID) -> tuple[Case, Referral]:
    """An open case and a referral of it, under lock: for the hub, which locks the case first, as routing does.

    Raises CaseNotFound, CaseClosed, ReferralNotFound.
    """
    of = Referral.objects.filter(id=referral_id).values_list("case_id", flat=True).first()
    case = locked_open_case(actor, of or referral_id)
    return case, locked(actor, referral_id, None)


def why_given(words: str) -> str:
    """The reason as it is kept. Raises AnswerIncomplete."""
    if not words.strip():
        raise AnswerIncomplete("Say why: the next reader needs the reason.")
    return words.strip()[:400]


def _is_side(actor: Actor, side: str) -> bool:
    return {HUB: actor.hub, PARTNER: not actor.hub, SYSTEM: actor.hub and actor.kind == "system"}[side]


def _locked_case(actor: Actor, referral_id: UUID) -> Case:
    """The hub locks the case before the referral, as routing does, so that two who meet never block each other."""
    case_id = scope.referrals(actor).filter(id=referral_id).values_list("case_id", flat=True).first()
    case = scope.cases(actor).select_for_update().filter(id=case_id).first() if case_id else None
    if case is None:
        raise ReferralNotFound("There is no such referral.")
    return case


def _stamp(referral: Referral, verb: str, now: datetime) -> None:
    if verb in ("receive", "ask", *ANSWERS) and referral.received_at is None:
        referral.received_at = now
    referral.waits_for_hub = verb == "ask"
    if verb in ANSWERS and referral.answered_at is None:
        referral.answered_at = now
    if referral.status in FINAL:
        referral.ended_at = now
    # Whoever is in conflict has no more to do with the case.
    if verb == "recall" and referral.reason_code != CONFLICT:
        referral.confirm_due_at = due_within(CONFIRM_WITHIN, now, hub_calendar())


def happening(referral: Referral, *, verb: str, from_: str, at: datetime, **codes: object) -> Happening:
    """What a referral's move tells, to the hub's timeline and the agency's feed: ids and codes.

    codes: what this move tells besides.
    """
    data: dict[str, object] = {
        "from": from_,
        "to": referral.status,
        "agency": str(referral.agency_id),
        "team": str(referral.team_id),
        "service": str(referral.service_id),
        "reason_code": referral.reason_code,
    }
    if verb in ANSWERS and from_ in UNANSWERED:
        data["wait_hours"] = round((at - referral.sent_at).total_seconds() / 3600, 2)
    return Happening(
        f"referral.{TOPICS.get(verb, 'sent')}",
        at=at,
        case_id=referral.case_id,
        referral_id=referral.id,
        data={**data, **codes},
        audience=[referral.agency_id],
    )
