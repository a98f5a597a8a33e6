"""Children in danger and who is on call: the rota with its gaps, who is told, and who comes next."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from agencies.actions.on_call import TurnNotPossible, give_turn
from agencies.models import Notification, OnCallTurn
from agencies.on_call import Gap, gaps
from messaging.models import Message
from messaging.relay import run_due
from referrals.actions.notify import CALL_NEXT
from referrals.actions.quarantine import refer_row
from referrals.actions.safeguarding import OVERDUE
from referrals.models import FeedRow
from tests.reading import words_of
from tests.referrals.feeds import a_row
from tests.referrals.test_intake_pages import taken
from tests.referrals.test_notifications import due_now, kinds_of

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
CRUELTY = {"OFFENCE_CODE": "011/00", "DOB": "01/02/2019", "FLAGS": "CHILD"}
PLACE = "/on-call/"


def turn(cast, who: str, *, starts_in: float = -1, hours: float = 2) -> OnCallTurn:
    starts_at = timezone.now() + timedelta(hours=starts_in)
    with acting_as(cast.actor("dana")) as dana:
        return give_turn(
            actor=dana,
            practitioner_id=cast.practitioner(who).id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
        )


def a_child_in_danger(cast, **more: str) -> FeedRow:
    run = taken(cast.browser("owen"), a_row(**CRUELTY, **more))
    run_due()
    with acting_as_system("tests"):
        return FeedRow.objects.get(run=run)


def told_of(row: FeedRow) -> set[str]:
    with acting_as_system("tests"):
        found = Notification.objects.filter(row_id=row.id).select_related("recipient")
        return {one.recipient.name.split()[0].lower() for one in found}


def test_who_is_on_call_is_told_and_mailed_at_once_and_the_next_when_nobody_opens_it(hub, cast):
    turn(cast, "liam")
    turn(cast, "priya", starts_in=1)
    mail.outbox.clear()
    row = a_child_in_danger(cast)
    assert told_of(row) == {"liam"}
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (
        ["liam.byrne@northshire.example"],
        "Urgent: somebody on call is needed at the hub",
    )
    due_now(CALL_NEXT)
    assert told_of(row) == {"liam", "priya"}
    due_now(CALL_NEXT)
    assert told_of(row) == {"liam", "priya", "dana"}
    due_now(CALL_NEXT)
    assert not Message.objects.filter(subscriber=CALL_NEXT, done_at=None).exists()


def test_nobody_else_is_called_once_somebody_has_opened_it_or_referred_it_on(hub, cast):
    turn(cast, "liam")
    row = a_child_in_danger(cast)
    cast.browser("liam").get(f"/feeds/quarantine/{row.id}/")
    due_now(CALL_NEXT)
    assert told_of(row) == {"liam"}
    assert kinds_of(cast, "liam") == []
    other = a_child_in_danger(cast, CRIME_REF="31/00002/26", NOMINAL_REF="N2")
    with acting_as(cast.actor("dana")) as dana:
        refer_row(actor=dana, row_id=other.id, to="Children’s services", words="Told by phone.")
    due_now(CALL_NEXT)
    assert told_of(other) == {"liam"}


def test_where_nobody_is_on_call_every_supervisor_is_told_and_what_is_overdue_too(hub, cast):
    mail.outbox.clear()
    row = a_child_in_danger(cast)
    assert told_of(row) == {"dana"}
    assert [one.to for one in mail.outbox] == [["dana.ahmed@northshire.example"]]
    due_now(OVERDUE)
    assert kinds_of(cast, "dana") == ["child_overdue", "child_in_danger"]
    assert len(mail.outbox) == 2
    place = cast.browser("dana").get("/notifications/").context["page"].rows[0].notification.id
    assert cast.browser("dana").get(f"/notifications/{place}/")["Location"].endswith(f"/{row.id}/")
    with acting_as_system("tests"):
        FeedRow.objects.filter(id=row.id).update(names_person_id=row.id)  # of somebody who is restricted
    assert kinds_of(cast, "dana") == []


def test_the_rota_is_kept_in_a_page_that_shows_gaps_loudly(hub, cast):
    browser = cast.browser("dana")
    assert "Nobody is on call now" in words_of(browser.get(PLACE))
    today = timezone.localdate() + timedelta(days=1)
    asked = {
        "practitioner": str(cast.practitioner("liam").id),
        "starts_on_day": today.day,
        "starts_on_month": today.month,
        "starts_on_year": today.year,
        "starts_time": "09:00",
        "ends_on_day": today.day,
        "ends_on_month": today.month,
        "ends_on_year": today.year,
        "ends_time": "08:00",
    }
    refused = browser.post(PLACE, asked)
    assert refused.status_code == 422
    assert "must end after it begins" in words_of(refused)
    page = browser.post(PLACE, {**asked, "ends_time": "17:00"}, follow=True)
    assert "Liam Byrne" in words_of(page)
    assert "In the next 14 days nobody is on call from" in words_of(page)
    with pytest.raises(TurnNotPossible, match="already"):
        turn(cast, "liam", starts_in=10, hours=30)
    with acting_as(cast.actor("priya")) as priya, pytest.raises(NotAllowed):
        give_turn(actor=priya, practitioner_id=priya.id, starts_at=START, ends_at=START + timedelta(hours=1))
    assert cast.browser("priya").get(PLACE).status_code == 200
    assert cast.browser("priya").post(PLACE, asked).status_code == 403
    assert cast.browser("helen").get(PLACE).status_code == 403
    with acting_as_system("tests"):
        given_turn = OnCallTurn.objects.get()
    assert cast.browser("priya").post(f"{PLACE}{given_turn.id}/take-back/").status_code == 403
    assert "The rota is empty" in words_of(browser.post(f"{PLACE}{given_turn.id}/take-back/", follow=True))


spans = st.builds(
    lambda start, hours: Gap(START + timedelta(hours=start), START + timedelta(hours=start + hours)),
    st.integers(-10, 60),
    st.integers(1, 30),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(spans, max_size=6))
def test_at_each_hour_there_is_a_turn_or_a_gap_and_never_both(turns):
    until = START + timedelta(hours=48)
    found = gaps(turns, since=START, until=until)
    for hour in range(48):
        at = START + timedelta(hours=hour, minutes=30)
        is_covered = any(one.starts_at <= at < one.ends_at for one in turns)
        is_gap = any(one.starts_at <= at < one.ends_at for one in found)
        assert is_covered != is_gap
    assert all(one.starts_at < one.ends_at for one in found)
