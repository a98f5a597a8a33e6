"""A partner says in small steps how far it has come: the hub sees it, and whoever referred how far, never by whom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from messaging.relay import run_due
from referrals.actions import referral as verbs
from referrals.actions.progress import ProgressNotValid, record_progress
from referrals.feedback import stage_of
from referrals.models import Referral
from tests.referrals.road import answer, case_of, routed, the_referral
from tests.referrals.test_sent import a_run, stages


@pytest.mark.parametrize(
    ("status", "reached", "work", "stage"),
    [
        ("new", False, [], "taken"),
        ("routed", True, [("declined", ["plan_agreed"])], "reached"),
        ("routed", False, [("accepted", ["waiting"])], "waiting"),
        ("routed", True, [("in_progress", ["waiting"])], "supported"),
        ("routed", True, [("accepted", ["waiting"]), ("completed", ["ending_planned"])], "supported"),
        ("routed", True, [("in_progress", ["first_contact", "plan_agreed"])], "planned"),
        ("routed", True, [("in_progress", ["ending_planned"]), ("accepted", [])], "ending"),
        ("closed", True, [("in_progress", ["ending_planned"])], "closed"),
    ],
)
def test_whoever_referred_is_told_the_furthest_that_holds(status, reached, work, stage):
    assert stage_of(status=status, reached=reached, work=work) == stage


def test_the_hub_and_whoever_referred_see_each_step_and_only_the_hub_by_whom(hub, cast):
    case = routed(cast)
    a_run(case)
    referral = the_referral(case)
    answer(cast, "victim-care", referral, "accept")
    today = timezone.localdate()
    day = {"on_day": str(today.day), "on_month": str(today.month), "on_year": str(today.year)}
    ruth, priya = cast.browser("ruth"), cast.browser("priya")
    door = f"/referrals/{referral.id}/progress/"
    assert ruth.post(door, {"step": "first_contact", **day}).status_code == 302
    until = today + timedelta(days=20)
    system = cast.system("victim-care")
    told = system.post(
        f"referrals/{referral.id}/progress/", {"step": "waiting", "on": f"{until}"}, **{"If-Match": '"3"'}
    )
    assert (told.status_code, told.json()["version"]) == (200, 4)
    run_due()
    assert stages(cast) == [("Support is agreed and begins later", "")]
    page = priya.get(f"/cases/{case.reference}/").content.decode()
    assert f"On the waiting list until {until.day} {until:%B %Y}" in page
    assert "Partner’s progress" in page
    steps = system.get(f"referrals/{referral.id}/").json()["progress"]
    assert [(one["step"], one["on"]) for one in steps] == [
        ("first_contact", f"{today}"),
        ("waiting", f"{until}"),
    ]
    assert ruth.post(door, {"step": "plan_agreed", **day}).status_code == 302
    run_due()
    assert stages(cast) == [("Support is in place by an agreed plan", "")]
    assert "Victim Care" not in cast.browser("martin").get("/sent/").content.decode()
    with acting_as(cast.actor("priya")) as actor:
        verbs.recall(actor=actor, referral_id=referral.id, reason_words="Sent in error.")
    run_due()
    assert stages(cast) == [("The person was reached", "")], "what is with nobody is no support"


def test_a_step_is_of_what_was_taken_on_and_of_a_day_that_fits(hub, cast):
    referral = the_referral(routed(cast))
    today, tomorrow = timezone.localdate(), timezone.localdate() + timedelta(days=1)
    ruth = cast.actor("ruth")
    with acting_as(ruth), pytest.raises(ProgressNotValid, match="Accept the referral first"):
        record_progress(actor=ruth, referral_id=referral.id, step="first_contact", on=today)
    answer(cast, "victim-care", referral, "accept")
    for step, on in (("first_contact", tomorrow), ("waiting", today - timedelta(days=1)), ("cured", today)):
        with acting_as(ruth), pytest.raises(ProgressNotValid):
            record_progress(actor=ruth, referral_id=referral.id, step=step, on=on)
    with acting_as(cast.actor("priya")) as priya, pytest.raises(NotAllowed):
        record_progress(actor=priya, referral_id=referral.id, step="first_contact", on=today)
    with acting_as(cast.actor("helen")) as helen, pytest.raises(verbs.ReferralNotFound):
        record_progress(actor=helen, referral_id=referral.id, step="first_contact", on=today)
    with acting_as_system("tests"):
        assert Referral.objects.get(id=referral.id).progress == {}
    assert case_of(referral).status == "routed"
