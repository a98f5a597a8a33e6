"""Who is told of what happened: whoever has the case, whom it names, or who is on call. Follows events; adds nothing.

A new kind is a line in agencies.notifications.KINDS and one in RULES here. Whoever did something is not told of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.context import hub_id
from access.roles import Capability, Role
from agencies.actions.notifications import Told, notify
from agencies.models import Notification
from agencies.telling import in_charge, next_on_call, people_of_agencies, people_of_team
from messaging.events import Happening, publish, schedule
from messaging.models import Event
from referrals.feed.verdicts import SAFEGUARDING
from referrals.models import Case, ConferenceAction, FeedRow, Lead, Prompt, Referral
from referrals.queries.leads import live_referrals

CALL_NEXT = "referrals.call_next"
PROMPT_OVERDUE = "referrals.prompt_overdue"


@dataclass(frozen=True)
class Rule:
    kind: str
    whom: Callable[[Event], Iterable[UUID]]


@transaction.atomic
def tell_of(*, actor: Actor, event_id: UUID) -> None:
    """Tell of an event whoever it is for, each once. Raises NotAllowed."""
    actor.require(Capability.NOTIFY)
    event = Event.objects.get(id=event_id)
    for rule in (RULES[event.topic], TAKEN_FROM.get(event.topic)):
        if rule is not None:
            people = [person for person in rule.whom(event) if person != event.actor_id]
            notify(actor=actor, told=_told(rule.kind, event), people=people)
    if event.topic == "feed.safeguarding_came":
        _have_next_called(event, 1)


@transaction.atomic
def call_next(*, actor: Actor, event_id: UUID, turn: int) -> None:
    """Nobody has opened the row of a child in danger: tell whoever comes next in the rota, and see again later.

    Nothing is done where somebody has, where the row was answered, or where there is nobody left.
    Raises NotAllowed.
    """
    actor.require(Capability.NOTIFY)
    now = timezone.now()
    event = Event.objects.get(id=event_id)
    row = _id(event, "row")
    about = Notification.objects.filter(row_id=row)
    is_held = FeedRow.objects.filter(id=row, verdict=SAFEGUARDING).exists()
    if not is_held or about.filter(read_at__isnull=False).exists():
        return
    told = set(about.values_list("recipient_id", flat=True))
    steps = ([one for one in step if one not in told] for step in next_on_call(hub=hub_id(), at=now))
    following = next((step for step in steps if step), None)
    if following is None:
        return
    told_now = Told("child_in_danger", event.id, now, row_id=row)
    notify(actor=actor, told=told_now, people=following)
    _have_next_called(event, turn + 1)


def watch_prompt(prompt: Prompt) -> None:
    """Have it looked at, once its time is over, whether it was answered."""
    schedule(PROMPT_OVERDUE, key=str(prompt.id), payload={"prompt": str(prompt.id)}, at=prompt.due_at)


@transaction.atomic
def note_prompt_overdue(*, prompt_id: UUID) -> None:
    """Tell that a prompt's time is over, where it is open still."""
    prompt = Prompt.objects.filter(id=prompt_id, state=Prompt.State.OPEN).first()
    if prompt is not None:
        data: dict[str, object] = {"prompt": str(prompt.id), "kind": prompt.kind}
        now = timezone.now()
        publish(Happening("case.prompt_overdue", at=now, case_id=prompt.case_id, data=data))


def _told(kind: str, event: Event) -> Told:
    if event.topic.startswith("conference."):
        return Told(kind, event.id, event.at, conference_id=_id(event, "conference"))
    row = _id(event, "row") if "row" in event.data and event.topic.startswith("feed.") else None
    return Told(kind, event.id, event.at, event.case_id, event.referral_id, row)


def _have_next_called(event: Event, turn: int) -> None:
    at = timezone.now() + timedelta(minutes=settings.SAFEGUARDING_ESCALATES_AFTER)
    payload = {"event": str(event.id), "turn": str(turn)}
    schedule(CALL_NEXT, key=f"{event.id}:{turn}", payload=payload, at=at)


def _id(event: Event, name: str) -> UUID:
    return UUID(str(event.data[name]))


def _named(name: str) -> Callable[[Event], Iterable[UUID]]:
    """Whom the event names: one, several or nobody."""

    def people(event: Event) -> Iterable[UUID]:
        told = event.data.get(name) or []
        return [UUID(str(one)) for one in (told if isinstance(told, list) else [told])]

    return people


def _owners_of_task(event: Event) -> Iterable[UUID]:
    """Whose a task is: a person's, or a team's."""
    team = event.data.get("to_team")
    return people_of_team(team_id=UUID(str(team))) if team else _named("to_owner")(event)


def _carrier(event: Event) -> Iterable[UUID]:
    """Whoever has the case; nobody where nobody has it: then it stands in the triage queue for all."""
    if event.case_id is None:
        return []
    carried = Case.objects.filter(id=event.case_id).values_list("assigned_to", flat=True)
    return [one for one in carried if one]


def _carrier_or_supervisors(event: Event) -> Iterable[UUID]:
    return list(_carrier(event)) or in_charge(hub=hub_id())


def _carrier_where_hub_decides(event: Event) -> Iterable[UUID]:
    """The same, of what an agency does not do inside itself."""
    return [] if event.data.get("own") else _carrier_or_supervisors(event)


def _team_and_carrier(event: Event) -> Iterable[UUID]:
    """The partner's team that has the referral, and whoever has the case, else supervisors."""
    return [*_team(event), *_carrier_or_supervisors(event)]


def _carrier_where_wanted(event: Event) -> Iterable[UUID]:
    """Whoever has a case whose lead fell away, where others work on it still and none of them was chosen since."""
    case = Case.objects.filter(id=event.case_id).first() if event.case_id else None
    if case is None or Lead.objects.filter(case=case, ended_at=None).exists():
        return []
    return _carrier_or_supervisors(event) if live_referrals(case).exists() else []


def _carrier_and_supervisors(event: Event) -> Iterable[UUID]:
    return [*_carrier(event), *in_charge(hub=hub_id())]


def _rung(event: Event) -> Iterable[UUID]:
    """Whom a step of a clock's ladder tells: whoever has the case, else supervisors; or those higher up."""
    if event.data.get("tell") == "owner":
        return _carrier_or_supervisors(event)
    return in_charge(hub=hub_id(), role=Role.MANAGER if event.data["tell"] == "manager" else Role.SUPERVISOR)


def _referral(event: Event) -> Referral:
    return Referral.objects.get(id=event.referral_id or UUID(int=0))


def _team(event: Event) -> Iterable[UUID]:
    """The partner's team that the referral is with."""
    return people_of_team(team_id=_referral(event).team_id)


def _worker(event: Event) -> Iterable[UUID]:
    """Whom of its team the agency gave the referral to; the whole team where it is nobody's, or they left the team."""
    referral = _referral(event)
    team = people_of_team(team_id=referral.team_id)
    return [referral.assigned_to] if referral.assigned_to in team else team


def _worker_by_hub(event: Event) -> Iterable[UUID]:
    """The same, of what the hub wrote: a team's own note waits for whoever takes over, who is told of the referral."""
    return _worker(event) if event.data["side"] == "hub" else []


def _other_side(event: Event) -> Iterable[UUID]:
    """Whom a message is for: at the partner who has the referral; in the hub who has the case, else supervisors."""
    return _worker(event) if event.data["side"] == "hub" else _carrier_or_supervisors(event)


def _asked_agencies(event: Event) -> Iterable[UUID]:
    """Those who answer for the agencies that a case conference asks."""
    return people_of_agencies(_named("agencies")(event))


def _doers(event: Event) -> Iterable[UUID]:
    """Who is to do an action: whom it names; else the hub's carrier of the case, or those of the agency."""
    agency = _id(event, "agency")
    name = ConferenceAction.objects.values_list("owner_name", flat=True).get(id=_id(event, "action"))
    named = people_of_agencies([agency], called=name) if name else []
    if agency == hub_id():
        return named or _carrier_or_supervisors(event)
    return named or people_of_agencies([agency])


def _supervisors(event: Event) -> Iterable[UUID]:
    return in_charge(hub=hub_id())


def _supervisors_and_managers(event: Event) -> Iterable[UUID]:
    return [*in_charge(hub=hub_id()), *in_charge(hub=hub_id(), role=Role.MANAGER)]


def _on_call(event: Event) -> Iterable[UUID]:
    return next(iter(next_on_call(hub=hub_id(), at=timezone.now())), [])


def _on_call_and_supervisors(event: Event) -> Iterable[UUID]:
    return [*_on_call(event), *in_charge(hub=hub_id())]


RULES = {
    "case.assigned": Rule("case_assigned", _named("to_assignee")),
    "referral.given": Rule("referral_given", _named("to_assignee")),
    "case.task_given": Rule("task_given", _owners_of_task),
    "case.override_asked": Rule("override_asked", _supervisors),
    "case.prompt_overdue": Rule("prompt_overdue", _carrier_or_supervisors),
    "case.call_back_due": Rule("call_back_due", _carrier_or_supervisors),
    "message.sent": Rule("message_came", _other_side),
    "note.mentioned": Rule("mentioned", _named("people")),
    "referral.sent": Rule("referral_came", _team),
    "referral.declined": Rule("referral_declined", _carrier),
    "referral.returned": Rule("referral_returned", _carrier),
    "referral.transferred": Rule("referral_came", _team),
    "referral.handed_over": Rule("transfer_answered", _team),
    "handover.written": Rule("handover_came", _worker_by_hub),
    "transfer.asked": Rule("transfer_asked", _carrier_or_supervisors),
    "split.asked": Rule("split_asked", _carrier_where_hub_decides),
    "split.refused": Rule("transfer_answered", _team),
    "referral.split": Rule("needs_changed", _team),
    "referral.needs_changed": Rule("needs_changed", _team),
    "referral.needs_given_back": Rule("needs_changed", _team_and_carrier),
    "transfer.refused": Rule("transfer_answered", _worker),
    "lead.chosen": Rule("lead_given", _team),
    "lead.passed_on": Rule("lead_passed_on", _team),
    "lead.ended": Rule("lead_wanted", _carrier_where_wanted),
    "referral.expired": Rule("referral_expired", _carrier),
    "referral.recalled": Rule("referral_recalled", _team),
    "conference.agencies_asked": Rule("conference_asks", _asked_agencies),
    "conference.action_set": Rule("action_given", _doers),
    "clock.warned": Rule("clock_warned", _rung),
    "clock.missed": Rule("clock_missed", _rung),
    "clock.escalated": Rule("clock_escalated", _rung),
    "dispute.opened": Rule("dispute_opened", _team),
    "dispute.answered": Rule("dispute_answered", _carrier),
    "pathway.challenged": Rule("pathway_challenged", _carrier_and_supervisors),
    "feed.alert_raised": Rule("feed_alert", _supervisors_and_managers),
    "feed.safeguarding_came": Rule("child_in_danger", _on_call),
    "feed.safeguarding_overdue": Rule("child_overdue", _on_call_and_supervisors),
}
"""By topic: what people are told, and whom."""
TAKEN_FROM = {
    "case.assigned": Rule("case_taken", _named("from_assignee")),
    "referral.given": Rule("referral_taken", _named("from_assignee")),
    "referral.transferred": Rule("referral_taken", _named("from_assignee")),
}
"""By topic: what whoever had it until then is told besides."""
