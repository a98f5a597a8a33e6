"""Who is told of what: once, in the hub and by a mail that says nothing, and only while they may see it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.ids import new_id
from agencies.actions.notifications import Told, have_digests_mailed, notify
from agencies.models import Notification, Practitioner
from messaging.events import Happening, publish
from messaging.models import Message
from messaging.relay import run_due
from referrals.actions import referral as verbs
from referrals.actions.case_tasks import Wanted, give_task
from referrals.actions.challenges import challenge_referral
from referrals.actions.conflicts import declare_conflict
from referrals.actions.disputes import answer_dispute, contest_decline
from referrals.actions.meeting import begin_meeting, set_action
from referrals.actions.messages import send_message
from referrals.actions.notes import write_note
from referrals.actions.notify import PROMPT_OVERDUE, watch_prompt
from referrals.actions.prompts import answer_prompt
from referrals.actions.restriction import restrict
from referrals.actions.triage import assign
from referrals.models import Case, Prompt
from tests.factories import a_case
from tests.referrals.conferring import a_meeting, asked, listed
from tests.referrals.road import routed

pytestmark = pytest.mark.usefixtures("hub")

PLACE = "/notifications/"


def kinds_of(cast, who: str) -> list[str]:
    """What stands on somebody's page, the newest first."""
    run_due()
    rows = cast.browser(who).get(PLACE).context["page"].rows
    return [row.notification.kind for row in rows]


def told(cast, who: str, case: Case, kind: str = "case_assigned") -> Notification:
    with acting_as_system("tests") as system:
        event = new_id()
        of = Told(kind, event, timezone.now(), case_id=case.id)
        notify(actor=system, told=of, people=[cast.practitioner(who).id])
        return Notification.objects.get(event_id=event)


@pytest.mark.parametrize("kind", ["case_assigned", "child_in_danger"])
def test_telling_several_costs_as_many_statements_as_telling_one(cast, kind):
    def cost(*names: str) -> int:
        people = [cast.practitioner(name).id for name in names]
        with acting_as_system("tests") as system, CaptureQueriesContext(connection) as asked_for:
            notify(actor=system, told=Told(kind, new_id(), timezone.now(), row_id=new_id()), people=people)
        return len(asked_for)

    assert cost("dana") == cost("dana", "priya", "liam")


def due_now(subscriber: str) -> None:
    """As if the time of what is scheduled had come."""
    with acting_as_system("tests"):
        Message.objects.filter(subscriber=subscriber, done_at=None).update(available_at=timezone.now())
    run_due()


def test_whoever_is_given_a_case_is_told_once_and_nobody_of_what_they_did_themselves(cast):
    case = a_case()
    with acting_as(cast.actor("dana")) as dana:
        assign(actor=dana, case_id=case.id, to=cast.practitioner("priya").id)
    assert kinds_of(cast, "priya") == ["case_assigned"]
    with acting_as_system("tests"):
        Message.objects.filter(subscriber="referrals.tell_people").update(done_at=None, leased_until=None)
    assert kinds_of(cast, "priya") == ["case_assigned"]  # done again after a kill
    browser = cast.browser("priya")
    assert '1<span class="govuk-visually-hidden"> not read' in browser.get("/cases/").content.decode()
    line = browser.get(PLACE).context["page"].rows[0]
    assert line.about == case.reference
    followed = browser.get(f"{PLACE}{line.notification.id}/")
    assert followed["Location"] == f"/cases/{case.reference}/"
    assert "> not read" not in browser.get("/cases/").content.decode()
    assert browser.get(f"{PLACE}?show=all").context["page"].rows
    other = a_case()
    with acting_as(cast.actor("priya")) as priya:
        assign(actor=priya, case_id=other.id, to=priya.id)
        assign(actor=priya, case_id=other.id, to=None)
    assert kinds_of(cast, "priya") == []


def test_whoever_a_case_is_taken_from_is_told_by_a_mail_that_says_nothing_of_it(cast):
    case = a_case(assigned_to=cast.practitioner("priya").id)
    with acting_as(cast.actor("dana")) as dana:
        assign(actor=dana, case_id=case.id, to=cast.practitioner("liam").id)
    assert kinds_of(cast, "priya") == ["case_taken"]
    assert kinds_of(cast, "liam") == ["case_assigned"]
    due_now("agencies.mail_notifications")
    assert [one.to for one in mail.outbox].count(["priya.nair@northshire.example"]) == 1
    assert not any(case.reference in one.body for one in mail.outbox)


def test_a_message_on_a_referral_reaches_the_other_side_and_says_nothing_of_itself(cast):
    case = routed(cast, consents=["victim-care"])
    with acting_as_system("tests"):
        Case.objects.filter(id=case.id).update(assigned_to=cast.practitioner("liam").id)
    with acting_as(cast.actor("ruth")) as ruth:
        referral = case.referrals.get(agency_id=ruth.agency_id)
        send_message(actor=ruth, referral_id=referral.id, text="Does she work on Fridays?", about="identity")
    assert kinds_of(cast, "liam")[0] == "message_came"
    assert "message_came" not in kinds_of(cast, "ruth")
    with acting_as(cast.actor("liam")) as liam:
        send_message(actor=liam, referral_id=referral.id, text="She does not.", about="identity")
    assert kinds_of(cast, "ruth")[0] == "message_came"
    page = cast.browser("ruth").get(PLACE)
    assert "She does not" not in page.content.decode()
    line = page.context["page"].rows[0]
    assert (
        cast.browser("ruth").get(f"{PLACE}{line.notification.id}/")["Location"]
        == f"/referrals/{referral.id}/"
    )


def test_a_partners_answer_reaches_whoever_has_the_case_and_a_new_referral_the_partners_team(cast):
    case = routed(cast, consents=["victim-care"])
    with acting_as_system("tests"):
        Case.objects.filter(id=case.id).update(assigned_to=cast.practitioner("liam").id)
    assert "referral_came" in kinds_of(cast, "ruth")
    assert "referral_came" not in kinds_of(cast, "priya")
    with acting_as(cast.actor("ruth")) as ruth:
        referral = case.referrals.get(agency_id=ruth.agency_id)
        verbs.decline(actor=ruth, referral_id=referral.id, reason_code="no_capacity")
    assert kinds_of(cast, "liam")[0] == "referral_declined"
    with acting_as(cast.actor("priya")) as priya:
        contest_decline(actor=priya, referral_id=referral.id, words="You told us of places.")
        challenge_referral(actor=priya, referral_id=referral.id, words="Why there?")
    assert "dispute_opened" in kinds_of(cast, "ruth")
    with acting_as(cast.actor("ruth")) as ruth:
        answer_dispute(actor=ruth, referral_id=referral.id, stance="stands", words="No places.")
    assert kinds_of(cast, "liam")[:2] == ["dispute_answered", "pathway_challenged"]
    assert "pathway_challenged" in kinds_of(cast, "dana")


def test_a_mention_is_told_and_what_was_not_done_in_time(cast):
    case = a_case(assigned_to=cast.practitioner("liam").id)
    with acting_as(cast.actor("priya")) as priya:
        write_note(actor=priya, case_id=case.id, kind="general", text="@Liam Byrne, please ring again.")
        now = timezone.now()
        asked = [
            Prompt.objects.create(
                case=case,
                kind=kind,
                instrument="core-10",
                category="assessment",
                because="It was answered so.",
                edition="1",
                raised_at=now,
                due_at=now,
            )
            for kind in ("same_day_risk", "children_social_care")
        ]
    with acting_as_system("tests"):
        for prompt in asked:
            watch_prompt(prompt)
    with acting_as(cast.actor("priya")) as priya:
        answer_prompt(actor=priya, case_id=case.id, prompt_id=asked[0].id, state="done", words="Rang.")
    due_now(PROMPT_OVERDUE)
    assert kinds_of(cast, "liam") == ["prompt_overdue", "mentioned"]


def test_a_task_of_a_team_reaches_its_people_and_a_disclosure_that_is_asked_for_who_decides(cast):
    case = a_case()
    with acting_as_system("tests"):
        team = cast.practitioner("liam").teams.get()
        mates = [one.id for one in team.practitioners.filter(is_active=True)]
    with acting_as(cast.actor("priya")) as priya:
        wanted = Wanted("Ring the school", timezone.now() + timedelta(days=1), team_id=team.id)
        give_task(actor=priya, case_id=case.id, wanted=wanted)
    run_due()
    with acting_as_system("tests"):
        told_of = Notification.objects.filter(kind="task_given", case_id=case.id)
        assert {one.recipient_id for one in told_of} == set(mates) - {cast.practitioner("priya").id} != set()
        publish(Happening("case.override_asked", at=timezone.now(), case_id=case.id))
    assert kinds_of(cast, "dana")[0] == "override_asked"


def test_a_conference_tells_an_agency_once_of_all_its_cases_and_whoever_is_to_do_something(cast):
    meeting = a_meeting(cast)
    listing, _ = (listed(cast, routed(cast), meeting) for _ in range(2))
    asked(cast, meeting)
    assert kinds_of(cast, "ruth").count("conference_asks") == 1
    row = cast.browser("ruth").get(PLACE).context["page"].rows[0]
    gone_to = cast.browser("ruth").get(f"{PLACE}{row.notification.id}/")["Location"]
    assert gone_to == f"/conferences/{meeting.id}/"
    with acting_as(cast.actor("dana")) as dana:
        begin_meeting(actor=dana, conference_id=meeting.id)
        told_of = {"actor": dana, "listing_id": listing.id, "due_at": timezone.now() + timedelta(days=2)}
        set_action(**told_of, agency_id=cast.actor("ruth").agency_id, words="Fit the locks.")
        set_action(**told_of, agency_id=dana.agency_id, words="Ring the school.", owner_name="liam byrne")
    assert kinds_of(cast, "ruth")[0] == "action_given"
    assert kinds_of(cast, "liam") == ["action_given"]
    line = cast.browser("liam").get(PLACE).context["page"].rows[0]
    assert cast.browser("liam").get(f"{PLACE}{line.notification.id}/")["Location"] == "/conferences/actions/"
    assert "action_given" not in kinds_of(cast, "priya")


def test_a_referral_that_is_taken_back_is_told_to_the_partners_team(cast):
    case = routed(cast, consents=["victim-care"])
    with acting_as(cast.actor("priya")) as priya:
        referral = case.referrals.get()
        verbs.recall(actor=priya, referral_id=referral.id, reason_words="Sent in error.")
    assert kinds_of(cast, "ruth")[0] == "referral_recalled"


@pytest.mark.parametrize(
    ("topic", "tell", "who"),
    [
        ("clock.warned", "owner", "liam"),
        ("clock.missed", "owner", "liam"),
        ("clock.escalated", "supervisor", "dana"),
        ("clock.escalated", "manager", "carys"),
    ],
)
def test_a_clock_is_told_to_whom_its_ladder_names(cast, topic, tell, who):
    case = a_case(assigned_to=cast.practitioner("liam").id)
    with acting_as_system("clocks"):
        publish(Happening(topic, at=timezone.now(), case_id=case.id, data={"tell": tell}))
    assert kinds_of(cast, who) == [topic.replace(".", "_")]
    assert sum(bool(kinds_of(cast, one)) for one in ("liam", "dana", "carys", "priya")) == 1


def test_what_is_closed_to_somebody_is_gone_from_their_notifications_and_from_their_mails(cast):
    hidden, shown = a_case(), a_case()
    one, other = told(cast, "liam", hidden), told(cast, "liam", shown)
    own = told(cast, "priya", shown)
    browser = cast.browser("liam")
    assert len(browser.get(PLACE).context["page"].rows) == 2
    with acting_as(cast.actor("dana")) as dana:
        restrict(actor=dana, case_id=hidden.id, reason="staff", words="Works here.", owner_id=dana.id)
    assert [row.notification.id for row in browser.get(PLACE).context["page"].rows] == [other.id]
    assert '1<span class="govuk-visually-hidden"> not read' in browser.get(PLACE).content.decode()
    for closed in (one, own):
        assert browser.get(f"{PLACE}{closed.id}/").status_code == 404
    mail.outbox.clear()
    due_now("agencies.mail_notifications")
    [sent] = [one for one in mail.outbox if one.to == ["liam.byrne@northshire.example"]]
    assert sent.subject == "1 thing waits for you at the hub"
    with acting_as(cast.actor("liam")) as liam:
        declare_conflict(actor=liam, case_id=shown.id, why="knows", words="A neighbour.")
    assert browser.get(PLACE).context["page"].rows == []


def test_a_mail_says_how_many_and_nothing_else_and_each_chooses(cast):
    case = a_case(given_names="Myfanwy", surname="Unheard")
    browser = cast.browser("priya")
    choices = browser.get("/accounts/notifications/").context["form"]
    ways = {name: str(choices[name].value()) for name in choices.fields}
    assert browser.post("/accounts/notifications/", {**ways, "mentioned": "never"}).status_code == 422
    browser.post("/accounts/notifications/", {**ways, "mentioned": "page", "task_given": "digest"})
    mail.outbox.clear()
    told(cast, "priya", case), told(cast, "priya", case)
    told(cast, "priya", case, "mentioned"), told(cast, "priya", case, "task_given")
    due_now("agencies.mail_notifications")
    [sent] = mail.outbox
    assert sent.subject == "2 things wait for you at the hub"
    assert "/notifications/" in sent.body
    for secret in (case.reference, "Myfanwy", "Unheard", str(case.id)):
        assert secret not in sent.body + sent.subject
    for _ in range(2):
        with acting_as_system("tests") as system:
            have_digests_mailed(actor=system, day=timezone.localdate())
    run_due()
    assert [one.subject for one in mail.outbox[1:]] == ["1 thing waits for you at the hub"]
    told(cast, "priya", case, "task_given")
    with acting_as_system("tests"):
        Practitioner.objects.filter(email="priya.nair@northshire.example").update(is_active=False)
        have_digests_mailed(actor=system, day=timezone.localdate() + timedelta(days=1))
    run_due()
    assert len(mail.outbox) == 2  # who has left hears nothing


def test_all_may_count_as_read_at_once_and_the_count_costs_one_small_query(cast):
    case = a_case()
    for _ in range(3):
        told(cast, "priya", case)
    browser = cast.browser("priya")
    with CaptureQueriesContext(connection) as asked:
        page = browser.get(PLACE)
    counts = [
        one["sql"] for one in asked if "agencies_notification" in one["sql"] and "LIMIT 100" in one["sql"]
    ]
    assert len(counts) == 1
    assert '3<span class="govuk-visually-hidden"> not read' in page.content.decode()
    browser.post(f"{PLACE}read/")
    assert browser.get(PLACE).context["page"].rows == []


def test_nobody_writes_or_reads_anothers_and_nothing_told_is_rewritten(cast):
    case = a_case()
    own = told(cast, "priya", case)
    with acting_as(cast.actor("liam")):
        assert not Notification.objects.exists()
    with acting_as(cast.actor("priya")) as priya:
        for change in ({"kind": "mentioned"}, {"case_id": new_id()}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Notification.objects.filter(id=own.id).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            Notification.objects.create(
                recipient_id=priya.id, kind="mentioned", event_id=new_id(), at=timezone.now()
            )
    told(cast, "ruth", case)
    assert kinds_of(cast, "ruth") == []  # no grant goes with it: nothing may be known of the case
