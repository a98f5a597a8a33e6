"""What falls due or ends in the work on a case: clocks, prompts, tasks, call-backs, holds, and the last question."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from access.context import acting_as_system, current_actor
from messaging.subscribers import subscriber
from pathways.actions.saved import forget_answers_of_case
from referrals.actions.call_backs import DUE, fall_due
from referrals.actions.case_tasks import stop_tasks
from referrals.actions.clocks import plan_clocks_again
from referrals.actions.hold import HOLD_ENDS, end_hold
from referrals.actions.ladder import climb_all
from referrals.actions.notify import PROMPT_OVERDUE, note_prompt_overdue
from referrals.actions.prompts import ask_again
from referrals.actions.say import SEND, prepare_say
from referrals.actions.triage import CaseClosed, locked_open_case
from referrals.queries.say import address_of_say


@subscriber("case.incident_added", name="referrals.ask_again", account="assessment")
def ask_to_assess_again(payload: dict[str, str]) -> None:
    """A further incident asks for what was assessed before it again; on a closed case nothing is asked."""
    with suppress(CaseClosed):
        ask_again(actor=current_actor(), case_id=UUID(payload["case"]))


@subscriber("case.entitlement_changed", name="referrals.plan_clocks", account="clocks")
def plan_clocks(payload: dict[str, str]) -> None:
    """A further report may have raised what the person is entitled to: clocks that run follow."""
    with suppress(CaseClosed):
        plan_clocks_again(case=locked_open_case(current_actor(), UUID(payload["case"])))


@shared_task(ignore_result=True, name="referrals.watch_clocks")
def watch_clocks() -> None:
    """Tell whoever must know of clocks that run out; harmless to run again."""
    with acting_as_system("clocks") as actor:
        climb_all(actor=actor)


@subscriber("case.closed", name="referrals.forget_saved_answers", account="assessment")
def forget_what_was_saved(payload: dict[str, str]) -> None:
    """Answers that were saved and never completed go with the end of the case."""
    forget_answers_of_case(actor=current_actor(), case_id=UUID(payload["case"]))


@subscriber(name=HOLD_ENDS, account="intake")
def bring_back(payload: dict[str, str]) -> None:
    """The time of a hold is over; the queues show the case again already."""
    end_hold(case_id=UUID(payload["case"]))


@subscriber("case.closed", name="referrals.stop_tasks", account="casework")
def stop(payload: dict[str, str]) -> None:
    """What was still to do on a closed case is no longer needed."""
    stop_tasks(actor=current_actor(), case_id=UUID(payload["case"]))


@subscriber(name=DUE, account="diary")
def call_back_is_due(payload: dict[str, str]) -> None:
    """The moment of a call-back has come; where it was made, moved or taken out, nothing is to be done."""
    fall_due(call_back_id=UUID(payload["call_back"]), at=datetime.fromisoformat(payload["at"]))


@subscriber(name=SEND, account="say")
def send_say(payload: dict[str, str]) -> None:
    """A link by which a person says how they were helped, as long as that is safe. The mail is sent last."""
    token = prepare_say(say_id=UUID(payload["say"]))
    if token:
        links = {
            "link": settings.HUB_ADDRESS + reverse("say", args=[token]),
            "link_welsh": settings.HUB_ADDRESS + reverse("say_welsh", args=[token]),
        }
        text = render_to_string("referrals/mail/say.txt", links)
        send_mail("Hello", text, settings.SAY_FROM, [address_of_say(say_id=UUID(payload["say"]))])


@subscriber(name=PROMPT_OVERDUE, account="assessment")
def prompt_is_overdue(payload: dict[str, str]) -> None:
    """The time of what an answer asked for is over; where it was done, nothing is to be told."""
    note_prompt_overdue(prompt_id=UUID(payload["prompt"]))
