"""What an answer or a further incident asks to be done: it stands on the case with a time, and is answered once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from access.models import Grant
from messaging.events import Happening, publish
from messaging.models import Event
from messaging.relay import run_due
from referrals.actions.assess import assess_case
from referrals.actions.closing import RiskPromptOpen, close_case
from referrals.actions.prompts import PromptAnswered, PromptNotFound, answer_prompt, ask_again
from referrals.clocks import LONDON
from referrals.models import Case, Incident, Prompt
from referrals.queries.circumstances import Circumstances
from referrals.queries.facts import facts_of
from tests.factories import a_case
from tests.pathways.test_assessments import risk
from tests.reading import words_of
from tests.referrals.assessing import url
from tests.referrals.road import close

PHQ = {f"P{number}": 0 for number in range(1, 10)}
STALKING = {f"K{number:02}": "no" for number in range(1, 12)}


def assessed(cast, case: Case, code: str, answers, who: str = "priya"):
    with acting_as(cast.actor(who)) as actor:
        return assess_case(actor=actor, case_id=case.id, instrument_code=code, answers=answers)


def prompts(case: Case, **wanted: object) -> list[Prompt]:
    with acting_as_system("tests"):
        return list(Prompt.objects.filter(case=case, **wanted).order_by("id"))


def a_further_incident(case: Case) -> None:
    with acting_as_system("tests"):
        first = Incident.objects.get(case=case)
        Incident.objects.create(
            case=case,
            source=first.source,
            crime_ref=f"{first.crime_ref}-2",
            update_no=1,
            offence_code=first.offence_code,
            offence_label=first.offence_label,
            offence_group=first.offence_group,
            reported_at=timezone.now() - timedelta(hours=1),
            recorded_at=timezone.now(),
        )


def test_the_stalking_item_makes_the_screening_wanted_by_a_time_until_it_is_completed(hub, cast):
    case = a_case(status="triaging", clock=None)
    assessed(cast, case, "risk-24", {**risk(0), "R08": "yes"})
    assessed(cast, case, "risk-24", {**risk(0), "R08": "yes"})
    (wanted,) = prompts(case)
    assert (wanted.kind, wanted.instrument, wanted.state) == ("assessment", "stalking-11", "open")
    with acting_as_system("tests"):
        assert Case.objects.get(id=case.id).due_at == wanted.due_at
    page = cast.browser("priya").get(url(case))
    assert "Stalking screening (11 items) is wanted Due" in words_of(page)
    assert "Because: Stalking: consider raising the grade." in words_of(page)
    assert f'href="{url(case, "assess", "stalking-11")}"' in page.content.decode()
    assessed(cast, case, "stalking-11", STALKING)
    assert [one.state for one in prompts(case)] == ["done"]
    with acting_as_system("tests"):
        assert Case.objects.get(id=case.id).due_at is None
        told = Event.objects.filter(case_id=case.id, topic__startswith="case.prompt").order_by("id")
        assert [(one.topic, one.data["state"]) for one in told] == [
            ("case.prompt_raised", "open"),
            ("case.prompt_answered", "done"),
        ]
    assessed(cast, case, "risk-24", {**risk(0), "R08": "yes"})
    assert prompts(case, state="open") == [], "it was screened since the newest incident"


def test_a_point_on_the_ninth_item_prompts_a_talk_the_same_day(hub, cast):
    case = a_case(status="triaging")
    browser = cast.browser("priya")
    assessed(cast, case, "phq-9", PHQ)
    assert prompts(case) == []
    assessed(cast, case, "phq-9", {**PHQ, "P9": 1})
    (prompt,) = prompts(case)
    assert (prompt.kind, prompt.category) == ("same_day_risk", "health")
    assert prompt.due_at.astimezone(LONDON).date() == timezone.localdate()
    assert "Same-day risk prompt, from PHQ-9 (depression)" in words_of(browser.get(url(case)))
    with acting_as(cast.actor("priya")) as priya, pytest.raises(RiskPromptOpen):
        close_case(
            actor=priya,
            case_id=case.id,
            end_state="declined",
            reason="No support wanted.",
            without="Nobody recorded it here.",
        )
    place = url(case, "prompts", str(prompt.id))
    assert "Say what was done" in words_of(browser.post(place, {"state": "done", "words": " "}))
    browser.post(place, {"state": "done", "words": "Safe tonight with her sister; crisis line given."})
    page = words_of(browser.get(url(case)))
    assert "Safe tonight with her sister" in page
    assert "Priya Nair" in page
    with acting_as_system("tests"), connection.cursor() as cursor:
        cursor.execute("SELECT words FROM referrals_prompt")
        assert "sister" not in cursor.fetchone()[0]


def test_what_a_health_answer_prompts_is_seen_with_health_alone(hub, cast):
    case = a_case(status="triaging")
    assessed(cast, case, "phq-9", {**PHQ, "P9": 2})
    ruth = cast.actor("ruth")
    with acting_as_system("tests"):
        grant = Grant.objects.create(
            agency_id=ruth.agency_id, case_id=case.id, person_id=case.person_id, granted_at=timezone.now(),
            categories=["identity", "assessment"], because="test",
        )  # fmt: skip
    with acting_as(ruth):
        assert not Prompt.objects.exists()
    with acting_as_system("tests"):
        Grant.objects.filter(id=grant.id).update(categories=["identity", "health"])
    with acting_as(ruth):
        assert Prompt.objects.count() == 1
        assert Prompt.objects.update(state="done", ended_at=timezone.now()) == 0


def test_the_young_persons_checklist_is_also_a_matter_for_childrens_social_care(hub, cast):
    case = a_case(status="triaging")
    answers = {f"Y{number:02}": "no" for number in range(1, 25)} | {"Y25": "family"}
    assessed(cast, case, "young-24", answers)
    assert [one.kind for one in prompts(case)] == ["children_social_care"]


def test_a_further_incident_asks_for_the_checklist_again_once(hub, cast):
    case = a_case(status="routed")
    assessed(cast, case, "risk-24", risk(0))
    a_further_incident(case)
    for _ in range(2):
        with acting_as_system("assessment") as system:
            ask_again(actor=system, case_id=case.id)
    wanted = prompts(case)
    assert [(one.instrument, one.because) for one in wanted] == [
        ("risk-24", "a further incident was reported")
    ]
    assessed(cast, case, "risk-24", risk(1))
    assert prompts(case, state="open") == []


@pytest.mark.parametrize(("flags", "wanted"), [(["domestic_abuse"], ["stalking-11"]), ([], [])])
def test_two_incidents_of_abuse_make_the_screening_wanted(hub, cast, flags, wanted):
    case = a_case(status="triaging", flags=flags, offence="105/01")
    a_further_incident(case)
    with acting_as_system("assessment") as system, CaptureQueriesContext(connection) as statements:
        ask_again(actor=system, case_id=case.id)
    assert [one.instrument for one in prompts(case)] == wanted
    assert len(statements) <= (17 if wanted else 10)  # what the rule does not ask about is not read
    asked = {"repeat_incidents_12m", "flags"}
    with acting_as_system("tests"):
        known = Circumstances(case, at=timezone.now())
        few, every = facts_of(known, asked=asked), facts_of(known)
    assert {name: few[name] for name in asked} == {name: every[name] for name in asked}


def test_the_event_of_an_incident_reaches_the_subscriber_and_a_closed_case_is_left_alone(hub, cast):
    case, closed = a_case(status="routed"), a_case(status="closed", end_state="duplicate")
    assessed(cast, case, "risk-24", risk(0))
    a_further_incident(case)
    with acting_as_system("tests"):
        for one in (case, closed):
            publish(Happening("case.incident_added", at=timezone.now(), case_id=one.id, data={}))
    run_due()
    assert [one.instrument for one in prompts(case)] == ["risk-24"]
    assert prompts(closed) == []


def test_a_prompt_is_set_aside_with_a_reason_and_answered_once(hub, cast):
    case = a_case(status="triaging")
    assessed(cast, case, "risk-24", {**risk(0), "R08": "yes"})
    (prompt,) = prompts(case)
    browser, place = cast.browser("priya"), url(case, "prompts", str(prompt.id))
    assert "Why is it not needed?" in words_of(browser.get(place))
    with acting_as(cast.actor("priya")) as priya, pytest.raises(PromptNotFound):
        answer_prompt(actor=priya, case_id=case.id, prompt_id=prompt.id, state="done", words="Did it.")
    browser.post(place, {"words": "One call, by a debt collector."})
    assert [one.state for one in prompts(case)] == ["set_aside"]
    with acting_as(cast.actor("liam")) as liam, pytest.raises(PromptAnswered, match="Priya Nair"):
        answer_prompt(actor=liam, case_id=case.id, prompt_id=prompt.id, state="set_aside", words="Same.")
    assert browser.get(place).status_code == 302


@pytest.mark.parametrize("person", ["carys", "owen", "grace", "helen", "ines"])
def test_who_does_not_assess_answers_no_prompt(hub, cast, person):
    case = a_case(status="triaging")
    assessed(cast, case, "risk-24", {**risk(0), "R08": "yes"})
    (prompt,) = prompts(case)
    with acting_as(cast.actor(person)) as actor, pytest.raises(NotAllowed):
        answer_prompt(actor=actor, case_id=case.id, prompt_id=prompt.id, state="set_aside", words="No.")
    assert cast.browser(person).get(url(case, "prompts", str(prompt.id))).status_code == 403


def test_a_prompt_of_another_case_is_not_there_and_closing_ends_what_is_wanted(hub, cast):
    case, other = a_case(status="triaging"), a_case()
    assessed(cast, case, "risk-24", {**risk(0), "R08": "yes"})
    (prompt,) = prompts(case)
    assert cast.browser("priya").get(url(other, "prompts", str(prompt.id))).status_code == 404
    close(cast, case)
    assert [one.state for one in prompts(case)] == ["stopped"]
