"""The register of victim information requests: recorded, tested, decided by a second person, disclosed."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from rights import scope
from rights.actions.requests import (
    RequestNotFound,
    RightsRefused,
    SecondPersonNeeded,
    at_end_of,
    at_start_of,
    cases_of,
    locked_person,
    next_number,
)
from rights.information import ANSWERS, TIME_TO_ANSWER, failed, tests_for
from rights.models import InformationRequest


class TestsFailed(RightsRefused):
    """The tests do not allow what was decided."""


@transaction.atomic
def record_information_request(
    *,
    actor: Actor,
    person_id: UUID,
    body: str,
    requester: str,
    received_on: date,
    asks: str,
    line_of_enquiry: str,
    necessary: str,
    proportionate: str,
    counselling: bool,
    senior_approval: str = "",
) -> InformationRequest:
    """Put a request by an authorised person on the register, as they made it.

    Raises NotAllowed, PersonNotFound, RightsRefused.
    """
    actor.require(Capability.PREPARE_RIGHTS)
    person = locked_person(actor, person_id)
    if received_on > timezone.localdate():
        raise RightsRefused("The day on which it was received lies ahead: enter the day it came.")
    stated = (body, requester, asks, line_of_enquiry, necessary, proportionate)
    if not all(one.strip() for one in stated):
        raise RightsRefused("The request must state all of this: send it back where it does not.")
    made = InformationRequest.objects.create(
        number=next_number("rights_information_number"),
        person=person,
        body=body.strip(),
        requester=requester.strip(),
        asks=asks.strip(),
        line_of_enquiry=line_of_enquiry.strip(),
        necessary=necessary.strip(),
        proportionate=proportionate.strip(),
        counselling=counselling,
        senior_approval=senior_approval.strip(),
        received_at=at_start_of(received_on),
        due_at=at_end_of(received_on + TIME_TO_ANSWER),
        recorded_by=actor.id,
        recorded_by_name=actor.name,
    )
    _tell(made, "rights.information_requested")
    return made


@transaction.atomic
def answer_tests(
    *,
    actor: Actor,
    request_id: UUID,
    answers: Mapping[str, str],
    notice_on: date | None,
    notice_words: str,
) -> InformationRequest:
    """Answer each test, and say what notice the victim had; another person decides then.

    Raises NotAllowed, RequestNotFound, RightsRefused.
    """
    actor.require(Capability.PREPARE_RIGHTS)
    states = InformationRequest.State
    found = _locked(actor, request_id, (states.RECEIVED, states.TESTED))
    wanted = {test.code for test in tests_for(counselling=found.counselling)}
    if set(answers) != wanted or any(answer not in ANSWERS for answer in answers.values()):
        raise RightsRefused("Answer every test, one by one.")
    if not notice_words.strip():
        raise RightsRefused("Say what the victim’s notice said, or why there was none.")
    found.tests = dict(answers)
    found.notice_on, found.notice_words = notice_on, notice_words.strip()
    found.tested_by, found.tested_by_name, found.tested_at = actor.id, actor.name, timezone.now()
    found.state = states.TESTED
    found.save()
    _tell(found, "rights.information_tested")
    return found


@transaction.atomic
def decide_information_request(
    *, actor: Actor, request_id: UUID, decision: str, reasons: str
) -> InformationRequest:
    """Decide by a second person: all only where every test is met; counselling records only with senior approval.

    Raises NotAllowed, RequestNotFound, SecondPersonNeeded, TestsFailed, RightsRefused.
    """
    actor.require(Capability.DECIDE_RIGHTS)
    found = _locked(actor, request_id, (InformationRequest.State.TESTED,))
    if found.tested_by == actor.id:
        raise SecondPersonNeeded("You answered the tests: ask another supervisor or a manager to decide.")
    if decision not in InformationRequest.Decision.values or not reasons.strip():
        raise RightsRefused("Choose the decision and give the reasons.")
    if decision != InformationRequest.Decision.REFUSE:
        _check_tests(found, decision)
    found.decision, found.reasons = decision, reasons.strip()
    found.decided_by, found.decided_by_name, found.decided_at = actor.id, actor.name, timezone.now()
    refused = decision == InformationRequest.Decision.REFUSE
    found.state = InformationRequest.State.REFUSED if refused else InformationRequest.State.DECIDED
    found.save()
    _tell(found, "rights.information_decided", decision=decision)
    return found


@transaction.atomic
def record_disclosure(*, actor: Actor, request_id: UUID, disclosed: str) -> InformationRequest:
    """Say what was disclosed and how. Raises NotAllowed, RequestNotFound, RightsRefused."""
    actor.require(Capability.PREPARE_RIGHTS)
    found = _locked(actor, request_id, (InformationRequest.State.DECIDED,))
    if not disclosed.strip():
        raise RightsRefused("Say what was disclosed and how it was sent.")
    found.disclosed, found.disclosed_at = disclosed.strip(), timezone.now()
    found.state = InformationRequest.State.DISCLOSED
    found.save()
    _tell(found, "rights.information_disclosed")
    return found


def _check_tests(found: InformationRequest, decision: str) -> None:
    missing = failed(found.tests, counselling=found.counselling)
    if found.counselling and not found.senior_approval:
        raise TestsFailed(
            "Counselling records need a senior officer’s approval: refuse, or have it and record it anew."
        )
    basics = [test.words for test in missing if test.code in ("authorised", "held", "relevant")]
    if basics:
        raise TestsFailed(f"Nothing may be disclosed: not met is “{basics[0]}”. Refuse, with reasons.")
    if decision == InformationRequest.Decision.ALL and missing:
        raise TestsFailed(
            f"Not all may be disclosed: not met is “{missing[0].words}”. Disclose a part, or refuse."
        )


def _locked(actor: Actor, request_id: UUID, states: tuple[str, ...]) -> InformationRequest:
    found = scope.information_requests(actor).select_for_update().filter(id=request_id).first()
    if found is None:
        raise RequestNotFound("There is no such request.")
    if found.state not in states:
        raise RightsRefused(f"This request is {found.get_state_display()} now.")
    return found


def _tell(found: InformationRequest, topic: str, **data: object) -> None:
    now = timezone.now()
    publish(
        *(
            Happening(topic, at=now, case_id=case, data={"information_request": str(found.id), **data})
            for case in cases_of(found.person_id)
        )
    )
