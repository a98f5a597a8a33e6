"""What follows from events and due times: each a subscriber of the outbox, acting as a named system account."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from access.context import acting_as_system, current_actor
from agencies.queries import service_code
from messaging.queries import event_data
from messaging.subscribers import subscriber
from pathways.actions.saved import forget_answers_of_case
from referrals.actions.alerts import alert_owner
from referrals.actions.call_backs import DUE, fall_due
from referrals.actions.case_tasks import stop_tasks
from referrals.actions.clocks import plan_clocks_again
from referrals.actions.conferences import hide_from_conferences, list_by_referral, list_by_rule
from referrals.actions.consent import RUNS_OUT, remind_of_consent
from referrals.actions.feed_health import check_feeds
from referrals.actions.feedback import follow_case, write_answered, write_sent
from referrals.actions.ground import FOLLOW_AGENCY, follow_agency, follow_answer_of_person, follow_ground
from referrals.actions.held_rows import hide_held_rows
from referrals.actions.hints import find_hints
from referrals.actions.hold import HOLD_ENDS, end_hold
from referrals.actions.intake import JUDGE, judge_rows
from referrals.actions.ladder import climb_all
from referrals.actions.leads import PASSED_ON, tell_those_beside
from referrals.actions.messages import follow_question
from referrals.actions.notify import (
    CALL_NEXT,
    PROMPT_OVERDUE,
    RULES,
    call_next,
    note_prompt_overdue,
    tell_of,
)
from referrals.actions.prompts import ask_again
from referrals.actions.referral import CONFIRM_OVERDUE, expire, remind_to_confirm
from referrals.actions.research import REMIND, remind_agencies
from referrals.actions.routing import (
    EXPIRE,
    IN_FORCE,
    follow_referral,
    is_unanswered,
    route_by_risk,
    route_case,
    route_taken_up,
)
from referrals.actions.safeguarding import OVERDUE, note_overdue
from referrals.actions.say import SEND, prepare_say
from referrals.actions.sight import SIGHT_ENDS
from referrals.actions.splits import follow_split
from referrals.actions.transfers import ask_to_decide
from referrals.actions.triage import CaseClosed, locked_open_case
from referrals.actions.waiting import TAKE_UP, take_up_waiting
from referrals.queries.say import address_of_say


@subscriber(name=JUDGE, account="intake")
def judge_feed(payload: dict[str, str]) -> None:
    """The next chunk of a feed's rows."""
    judge_rows(run_id=UUID(payload["run"]))


@subscriber("case.triaged", "case.route_asked", name="referrals.route", account="routing")
def route(payload: dict[str, str]) -> None:
    """A case that was triaged, or that a practitioner asked to route again, goes along its pathways."""
    event = UUID(payload["event"])
    asked = event_data(event_id=event)
    codes = asked.get("again", [])
    route_case(
        actor=current_actor(),
        case_id=UUID(payload["case"]),
        asked_by=event,
        again=[str(code) for code in codes] if isinstance(codes, list) else [],
        anew=asked.get("under") == IN_FORCE,
    )


@subscriber("case.risk_rose", name="referrals.route_by_risk", account="routing")
def route_risen(payload: dict[str, str]) -> None:
    """A case whose risk is above the one that it was routed by is routed again."""
    event = UUID(payload["event"])
    told = event_data(event_id=event)
    route_by_risk(
        actor=current_actor(),
        case_id=UUID(payload["case"]),
        asked_by=event,
        before=str(told["from"]),
        now=str(told["to"]),
    )


@subscriber("case.incident_added", name="referrals.route_by_incident", account="routing")
def route_repeated(payload: dict[str, str]) -> None:
    """A further incident may take a case elsewhere; one that was not routed yet is left to triage."""
    route_case(actor=current_actor(), case_id=UUID(payload["case"]), asked_by=UUID(payload["event"]))


@subscriber("case.place_found", name="referrals.route_waiting", account="routing")
def route_waiting(payload: dict[str, str]) -> None:
    """A place came free for a case that waited; where it is not the one that needs it, the next in the row may."""
    event = UUID(payload["event"])
    told = event_data(event_id=event)
    route_taken_up(
        actor=current_actor(),
        case_id=UUID(payload["case"]),
        asked_by=event,
        service_code=str(told["service"]),
        row=UUID(str(told["row"])),
    )


@subscriber(
    "referral.declined",
    "referral.returned",
    "referral.completed",
    "referral.recalled",
    "referral.expired",
    "referral.handed_over",
    "referral.transferred",
    "service.capacity_set",
    name="referrals.take_up",
    account="routing",
)
def take_up(payload: dict[str, str]) -> None:
    """A place may have come free: the cases that wait for one are taken up, oldest first."""
    event = UUID(payload["event"])
    code = service_code(service_id=UUID(str(event_data(event_id=event)["service"])))
    take_up_waiting(actor=current_actor(), service_code=code, asked_by=event)


@subscriber(name=TAKE_UP, account="routing")
def take_up_more(payload: dict[str, str]) -> None:
    """The next of the cases that wait for a place."""
    take_up_waiting(
        actor=current_actor(),
        service_code=payload["service"],
        asked_by=UUID(payload["event"]),
        after=UUID(payload["after"]),
    )


@subscriber(
    "referral.received",
    "referral.accepted",
    "referral.declined",
    "referral.returned",
    "referral.completed",
    "referral.recalled",
    "referral.expired",
    "referral.handed_over",
    name="referrals.follow_referral",
    account="routing",
)
def follow_answer(payload: dict[str, str]) -> None:
    """What a partner's answer, or its absence, means for the case."""
    follow_referral(
        actor=current_actor(), referral_id=UUID(payload["referral"]), asked_by=UUID(payload["event"])
    )


@subscriber(
    "lead.chosen",
    "lead.passed_on",
    "lead.ended",
    name="referrals.tell_of_lead",
    account="routing",
)
def tell_of_lead(payload: dict[str, str]) -> None:
    """Who works on a case beside its lead learns that another leads, or nobody."""
    told = event_data(event_id=UUID(payload["event"]))
    if told.get("reason_code") != PASSED_ON:  # then the choice of another says it
        case, referral = UUID(payload["case"]), UUID(payload["referral"])
        tell_those_beside(actor=current_actor(), case_id=case, referral_id=referral)


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


@subscriber("case.consent_recorded", name="referrals.follow_consent", account="consent")
def follow_answer_on_consent(payload: dict[str, str]) -> None:
    """What rests on consent follows the answer. Where it was recorded on a case, it has done so already."""
    follow_answer_of_person(actor=current_actor(), case_id=UUID(payload["case"]))


@subscriber(
    "agreement.signed",
    "agreement.begun",
    "agreement.withdrawn",
    "agreement.ended",
    name="referrals.follow_agreement",
    account="consent",
)
def follow_agreement(payload: dict[str, str]) -> None:
    """What rests on an agreement follows it, agency by agency."""
    agencies = event_data(event_id=UUID(payload["event"])).get("agencies", [])
    for agency in agencies if isinstance(agencies, list) else []:
        follow_agency(actor=current_actor(), agency_id=UUID(str(agency)), asked_by=UUID(payload["event"]))


@subscriber(name=FOLLOW_AGENCY, account="consent")
def follow_rest_of_agency(payload: dict[str, str]) -> None:
    """The next cases of an agency whose agreement has changed."""
    follow_agency(
        actor=current_actor(),
        agency_id=UUID(payload["agency"]),
        asked_by=UUID(payload["event"]),
        after=UUID(payload["after"]),
    )


@subscriber(name=SIGHT_ENDS, account="consent")
def follow_end_of_ground(payload: dict[str, str]) -> None:
    """A consent, an agreement or an override has run out: the database has ended the sight, the rest follows."""
    follow_ground(actor=current_actor(), case_id=UUID(payload["case"]), agency_id=UUID(payload["agency"]))


@subscriber("referral.asked", name="referrals.follow_question", account="routing")
def follow_asked(payload: dict[str, str]) -> None:
    """A partner asks before it answers: the time of its answer stands still."""
    follow_question(actor=current_actor(), referral_id=UUID(payload["referral"]))


@subscriber("transfer.asked", name="referrals.follow_transfer_asked", account="routing")
def follow_asked_transfer(payload: dict[str, str]) -> None:
    """An agency asks the hub to hand its referral over: somebody is to decide."""
    ask_to_decide(actor=current_actor(), referral_id=UUID(payload["referral"]))


@subscriber("split.asked", name="referrals.follow_split_asked", account="routing")
def follow_asked_split(payload: dict[str, str]) -> None:
    """An agency asks to have its work divided: its own team has its part at once, for another the hub decides."""
    follow_split(actor=current_actor(), referral_id=UUID(payload["referral"]))


@subscriber(name=EXPIRE, account="routing")
def expire_unanswered(payload: dict[str, str]) -> None:
    """The answer's time has run out; where it came in time, nothing is to be done."""
    referral = UUID(payload["referral"])
    if is_unanswered(referral_id=referral, due=payload.get("due", "")):
        expire(actor=current_actor(), referral_id=referral)


@subscriber(name=HOLD_ENDS, account="intake")
def bring_back(payload: dict[str, str]) -> None:
    """The time of a hold is over; the queues show the case again already."""
    end_hold(case_id=UUID(payload["case"]))


@subscriber(name=CONFIRM_OVERDUE, account="routing")
def recall_not_confirmed(payload: dict[str, str]) -> None:
    """The time to confirm a recall has run out."""
    remind_to_confirm(actor=current_actor(), referral_id=UUID(payload["referral"]))


@subscriber("case.glass_broken", name="referrals.alert_owner", account="access")
def alert(payload: dict[str, str]) -> None:
    """The owner of a restricted record hears at once that somebody broke the glass."""
    alert_owner(owner_id=UUID(str(event_data(event_id=UUID(payload["event"]))["owner"])))


@subscriber("case.closed", name="referrals.stop_tasks", account="casework")
def stop(payload: dict[str, str]) -> None:
    """What was still to do on a closed case is no longer needed."""
    stop_tasks(actor=current_actor(), case_id=UUID(payload["case"]))


@subscriber("case.restricted", name="referrals.hide_held_rows", account="intake")
def hide(payload: dict[str, str]) -> None:
    """What is held in quarantine about somebody who was restricted is hidden with them."""
    hide_held_rows(case_id=UUID(payload["case"]))


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


@subscriber(name=OVERDUE, account="intake")
def child_in_danger_is_overdue(payload: dict[str, str]) -> None:
    """The time in which a child in danger is to be referred on is over; where it was, nothing is to be done."""
    note_overdue(row_id=UUID(payload["row"]))


@subscriber("feed.finished", name="referrals.write_sent", account="feedback")
def write_what_was_sent(payload: dict[str, str]) -> None:
    """A finished run, for its sender to look back on."""
    write_sent(run_id=UUID(str(event_data(event_id=UUID(payload["event"]))["run"])))


@subscriber(
    "feed.row_resubmitted",
    "feed.row_accepted",
    "feed.row_returned",
    "feed.row_referred_on",
    "feed.row_withdrawn",
    "feed.row_superseded",
    name="referrals.write_answered",
    account="feedback",
)
def write_what_became_of_it(payload: dict[str, str]) -> None:
    """A row that was held, for its sender to look back on."""
    write_answered(row_id=UUID(str(event_data(event_id=UUID(payload["event"]))["row"])))


@subscriber(
    "case.moved",
    "case.contact_attempted",
    "case.consent_recorded",
    "case.closed",
    "referral.accepted",
    "referral.started",
    "referral.completed",
    "referral.returned",
    "referral.recalled",
    "referral.handed_over",
    "progress.recorded",
    name="referrals.feedback",
    account="feedback",
)
def give_feedback(payload: dict[str, str]) -> None:
    """How far a case has come, for who sent it."""
    follow_case(case_id=UUID(payload["case"]))


@shared_task(ignore_result=True, name="referrals.check_feeds")
def look_for_late_feeds() -> None:
    """Senders whose expected file should have come by now; harmless to run again."""
    with acting_as_system("intake"):
        check_feeds()


@shared_task(ignore_result=True, name="referrals.find_hints")
def find_unusual_looks() -> None:
    """Search the access log's past days for unusual looks; harmless to run again."""
    with acting_as_system("audit"):
        find_hints()


@subscriber(name=RUNS_OUT, account="consent")
def consent_runs_out(payload: dict[str, str]) -> None:
    """A consent that a partner works by runs out soon."""
    remind_of_consent(
        actor=current_actor(), case_id=UUID(payload["case"]), consent_id=UUID(payload["consent"])
    )


@subscriber("referral.sent", name="referrals.list_by_route", account="conferences")
def list_where_a_route_leads(payload: dict[str, str]) -> None:
    """A route to a conference's service puts the case on the list of its next meeting with room."""
    told = event_data(event_id=UUID(payload["event"]))
    list_by_referral(
        actor=current_actor(), case_id=UUID(payload["case"]), service_id=UUID(str(told["service"]))
    )


@subscriber("case.triaged", "case.incident_added", name="referrals.list_repeats", account="conferences")
def list_repeats(payload: dict[str, str]) -> None:
    """A further incident soon after a conference puts the case on the next one's list."""
    list_by_rule(actor=current_actor(), case_id=UUID(payload["case"]))


@subscriber(
    "case.restricted", "case.conflict_declared", name="referrals.hide_from_conferences", account="conferences"
)
def hide_what_conferences_show(payload: dict[str, str]) -> None:
    """A restricted case is shown to no agency for a conference any longer, nor a case to an agency in conflict."""
    told = event_data(event_id=UUID(payload["event"]))
    if "practitioner" in told:
        return
    agency = UUID(str(told["agency"])) if "agency" in told else None
    hide_from_conferences(actor=current_actor(), case_id=UUID(payload["case"]), agency_id=agency)


@subscriber(name=REMIND, account="conferences")
def remind_of_research(payload: dict[str, str]) -> None:
    """The agencies that have not answered before a conference are reminded once."""
    remind_agencies(actor=current_actor(), conference_id=UUID(payload["conference"]))


@subscriber(*RULES, name="referrals.tell_people", account="notifications")
def tell_people(payload: dict[str, str]) -> None:
    """Whoever is to know of it finds a notification."""
    tell_of(actor=current_actor(), event_id=UUID(payload["event"]))


@subscriber(name=CALL_NEXT, account="notifications")
def call_next_in_rota(payload: dict[str, str]) -> None:
    """Nobody on call may have opened what a child in danger waits with."""
    call_next(actor=current_actor(), event_id=UUID(payload["event"]), turn=int(payload["turn"]))


@subscriber(name=PROMPT_OVERDUE, account="assessment")
def prompt_is_overdue(payload: dict[str, str]) -> None:
    """The time of what an answer asked for is over; where it was done, nothing is to be told."""
    note_prompt_overdue(prompt_id=UUID(payload["prompt"]))
