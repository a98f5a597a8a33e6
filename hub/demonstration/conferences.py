"""The demonstration's case conferences: one held today with its actions, and one tomorrow with its list."""

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta

from django.utils import timezone

from access.actor import Actor
from access.context import acting_as
from referrals.actions.conferences import call_meeting, list_case
from referrals.actions.meeting import (
    answer_action,
    begin_meeting,
    circulate_minutes,
    close_meeting,
    confirm_statement,
    record_attendance,
    record_passage,
    set_action,
)
from referrals.actions.research import answer_research, ask_agencies
from referrals.conference import JUDGEMENT, MARAC, kind_of
from referrals.models import Case, Conference, Listing, Research
from referrals.queries.listing_grounds import grounds_of_case

DANA = "dana.ahmed@northshire.example"
CHAIR = "DI Rowan Price, Northshire Police"
AT_ONCE = 2

Find = Callable[[str], Actor]


def call_conference(practitioner: Find) -> None:
    """Tomorrow's: routes put cases on its list."""
    dana = practitioner(DANA)
    tomorrow = datetime.combine(timezone.localdate() + timedelta(days=1), time(9, 30))
    with acting_as(dana):
        meeting = _called(dana, timezone.make_aware(tomorrow))
        confirm_statement(actor=dana, conference_id=meeting.id)


def hold_conferences(practitioner: Find) -> None:
    """Two cases at high risk are heard today; of those that tomorrow's hears a partner answers what it knows."""
    dana = practitioner(DANA)
    partners = [practitioner("helen.marsh@safesteps.example"), practitioner("ruth.silva@victimcare.example")]
    with acting_as(dana):
        coming = Conference.objects.get()
        held = _called(dana, timezone.now() + timedelta(minutes=1))
        confirm_statement(actor=dana, conference_id=held.id)
        found = Case.objects.filter(closed_at__isnull=True, risk="high").exclude(status="new")
        for case in found.exclude(listings__isnull=False).order_by("reference")[:AT_ONCE]:
            holding, _, _ = grounds_of_case(case, kind_of(held.kind, held.edition), at=timezone.now())
            list_case(
                actor=dana,
                case_id=case.id,
                conference_id=held.id,
                ground=holding[0].code if holding else JUDGEMENT,
                words="The person is afraid of what comes next, and it is getting worse.",
            )
        for meeting in (held, coming):
            ask_agencies(actor=dana, conference_id=meeting.id)
    _answered(partners, held)
    _held(dana, partners, held)
    _answered(partners[:1], coming)


def _called(dana: Actor, starts_at: datetime) -> Conference:
    return call_meeting(
        actor=dana, kind=MARAC, starts_at=starts_at, place="Police headquarters, room 2", chair_name=CHAIR
    )


def _answered(partners: Iterable[Actor], meeting: Conference) -> None:
    """Each knows every second person; the last case of all waits for an answer."""
    for turn, partner in enumerate(partners):
        with acting_as(partner):
            confirm_statement(actor=partner, conference_id=meeting.id)
            asked = Research.objects.filter(conference=meeting, agency_id=partner.agency_id).order_by("id")
            for number, research in enumerate(list(asked)[: 2 * AT_ONCE]):
                known = (number + turn) % 2 == 0
                told = {"notes": "Known since spring. Comes to each appointment."} if known else {}
                answer_research(actor=partner, research_id=research.id, known=known, told=told)


def _held(dana: Actor, partners: list[Actor], meeting: Conference) -> None:
    with acting_as(dana):
        record_attendance(
            actor=dana, conference_id=meeting.id, name="Rowan Price", agency_name="Northshire Police"
        )
        begin_meeting(actor=dana, conference_id=meeting.id)
        actions = []
        for listing in Listing.objects.filter(conference=meeting).order_by("id"):
            for part, words in (
                ("discussion", "He was seen near the home twice this week. She has changed her work."),
                ("risks", "He knows where she works and when she leaves."),
                (
                    "decision",
                    "Her address is marked for an immediate answer. A plan is agreed with her first.",
                ),
                ("summary", "We met about keeping you safe. Somebody will ring you about your front door."),
            ):
                record_passage(actor=dana, listing_id=listing.id, part=part, words=words)
            for agency, words, days in (
                (partners[0], "Agree a safety plan with the person.", 3),
                (partners[1], "Offer a personal alarm.", 5),
                (dana, "Ring the person about what was decided.", 1),
            ):
                due_at = timezone.localtime() + timedelta(days=days)
                action = set_action(
                    actor=dana, listing_id=listing.id, agency_id=agency.agency_id, words=words,
                    due_at=due_at.replace(hour=23, minute=59, second=59),
                )  # fmt: skip
                actions.append((agency, action.id))
        close_meeting(actor=dana, conference_id=meeting.id)
        circulate_minutes(actor=dana, conference_id=meeting.id)
    for agency, action_id in actions[:3]:
        status = "not_possible" if agency is partners[1] else "done"
        words = "There are none left until January." if status == "not_possible" else "Done this afternoon."
        if agency is not partners[0]:
            with acting_as(agency):
                answer_action(actor=agency, action_id=action_id, status=status, words=words)
