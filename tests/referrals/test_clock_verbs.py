"""What people do with clocks: what happened starts and ends them, pauses, breaches and their reasons, the ladder."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from access.context import acting_as, acting_as_system
from messaging.models import Event
from messaging.relay import run_due
from referrals.actions.clock_verbs import (
    CannotBeRecorded,
    CannotStandStill,
    NotMissed,
    explain_breach,
    pause_clock,
    record_development,
    resume_clock,
    stop_clock,
)
from referrals.actions.clocks import LIVE
from referrals.clocks import LONDON
from referrals.models import Case, Clock, ClockPause, Development
from referrals.tasks.casework import watch_clocks
from tests.factories import a_case
from tests.referrals.feeds import a_row

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def record(actor, case, event, *, ago=timedelta(0), known_ago=None):
    now = timezone.now()
    with acting_as(actor):
        return record_development(
            actor=actor,
            case_id=case.id,
            event=event,
            happened_at=now - ago,
            known_at=None if known_ago is None else now - known_ago,
        )


def clocks(case, rule):
    with acting_as_system("tests"):
        return list(Clock.objects.filter(case=case, rule=rule).order_by("started_at"))


def topics(case):
    with acting_as_system("tests"):
        found = Event.objects.filter(case_id=case.id, topic__startswith="clock.").order_by("id")
        return [(event.topic, event.data.get("tell")) for event in found]


def test_a_charge_is_recorded_the_person_is_told_and_the_clock_is_met(hub, cast):
    case, priya = a_case(clock=None), cast.browser("priya")
    answer = priya.post(f"/cases/{case.reference}/clocks/", {"event": "key_development:charge"})
    assert answer.status_code == 302
    (clock,) = clocks(case, "key_development")
    assert (clock.state, clock.edition) == ("running", "victims-code-2021")
    page = priya.get(f"/cases/{case.reference}/").content.decode()
    assert "Telling of a key development" in page
    assert "Done now" in page
    priya.post(f"/cases/{case.reference}/clocks/", {"event": "development_told"})
    assert clocks(case, "key_development")[0].state == "met"
    page = priya.get(f"/cases/{case.reference}/clocks/").content.decode()
    assert "Key development in the investigation: Charge" in page
    assert "Recorded by Priya Nair" in page


def test_what_is_recorded_late_counts_from_when_it_happened_and_court_news_from_when_it_was_known(hub, cast):
    case, priya = a_case(clock=None), cast.actor("priya")
    record(priya, case, "key_development:arrest", ago=10 * DAY, known_ago=HOUR)
    record(priya, case, "court_heard:date", ago=10 * DAY, known_ago=HOUR)
    now = timezone.now()
    (told,), (court,) = clocks(case, "key_development"), clocks(case, "court")
    assert now - told.started_at > 9 * DAY
    assert now - court.started_at < DAY
    record(priya, case, "development_told", ago=9 * DAY)
    assert clocks(case, "key_development")[0].state == "met", "told in time, though recorded today"


STORY = (("key_development:arrest", 20), ("development_told", 19), ("key_development:charge", 10))


@pytest.mark.parametrize(
    "order", list(permutations(STORY)), ids=lambda order: "-".join(str(ago) for _, ago in order)
)
def test_the_order_in_which_what_happened_is_recorded_does_not_matter(hub, cast, order):
    case, priya = a_case(clock=None), cast.actor("priya")
    for event, ago in order:
        record(priya, case, event, ago=ago * DAY)
    first, second = clocks(case, "key_development")
    assert (first.state, second.state) == ("met", "running")
    assert second.started_at - first.started_at > 9 * DAY


@pytest.mark.parametrize(
    ("event", "ago", "known"), [("moonrise", 1, None), ("section_47", -1, None), ("section_47", 1, 2)]
)
def test_what_cannot_have_been_is_refused(hub, cast, event, ago, known):
    with pytest.raises(CannotBeRecorded):
        record(cast.actor("priya"), a_case(), event, ago=ago * HOUR, known_ago=known and known * HOUR)


def test_what_was_recorded_stays_and_another_agency_reads_no_clock(hub, cast):
    case = a_case(clock="referral")
    record(cast.actor("priya"), case, "section_47")
    with acting_as(cast.actor("priya")):
        assert Development.objects.filter(case=case).update(event="child_seen") == 0
        assert Development.objects.filter(case=case).delete()[0] == 0
    for name in ("helen", "ruth", "owen"):
        with acting_as(cast.actor(name)):
            assert not Clock.objects.exists()
            assert not Development.objects.exists()


# Standing still


def a_referral_clock(case, *, started_ago):
    with acting_as_system("tests"):
        now = timezone.now()
        Clock.objects.filter(case=case).delete()
        return Clock.objects.create(
            case=case, rule="referral", edition="tests", started_at=now - started_ago, due_at=now + HOUR
        )


def test_a_pause_takes_the_case_out_of_what_is_due_and_adds_its_time(hub, cast):
    case, priya = a_case(), cast.actor("priya")
    clock = a_referral_clock(case, started_ago=timedelta(minutes=1))
    page = cast.browser("priya").post(
        f"/cases/{case.reference}/clocks/{clock.id}/pause/", {"reason": "awaiting_consent"}
    )
    assert page.status_code == 302
    (paused,) = clocks(case, "referral")
    with acting_as_system("tests"):
        assert (paused.state, paused.next_rung_at) == ("paused", None)
        assert Case.objects.get(id=case.id).due_at is None
    assert cast.browser("priya").post(f"/cases/{case.reference}/clocks/{clock.id}/resume/").status_code == 302
    (clock,) = clocks(case, "referral")
    with acting_as(priya):
        pause = ClockPause.objects.get()
        assert (pause.begun_by_name, pause.ended_by_name) == ("Priya Nair", "Priya Nair")
        assert Case.objects.get(id=case.id).due_at == clock.due_at
    assert clock.state == "running"
    assert clock.next_rung_at is not None
    assert [topic for topic, _ in topics(case)] == ["clock.paused", "clock.resumed"]


def test_a_pause_may_lie_back_and_lengthens_by_working_days(hub, cast):
    case, priya = a_case(), cast.actor("priya")
    clock = a_referral_clock(case, started_ago=10 * DAY)
    now = timezone.now()
    with acting_as(priya):
        Clock.objects.filter(id=clock.id).update(due_at=now)
        pause_clock(
            actor=priya, case_id=case.id, clock_id=clock.id, reason="awaiting_consent", since=now - 9 * DAY
        )
        went_on = resume_clock(actor=priya, case_id=case.id, clock_id=clock.id, at=now - HOUR)
        assert went_on.due_at > now, "nine days stood still, and two working days are left of then"


@pytest.mark.parametrize(
    ("reason", "since"),
    [("tea_break", timedelta(0)), ("awaiting_consent", -HOUR), ("awaiting_consent", 40 * DAY)],
)
def test_a_pause_that_cannot_be_is_refused(hub, cast, reason, since):
    case, priya = a_case(), cast.actor("priya")
    clock = a_referral_clock(case, started_ago=DAY)
    with acting_as(priya), pytest.raises(CannotStandStill):
        pause_clock(
            actor=priya, case_id=case.id, clock_id=clock.id, reason=reason, since=timezone.now() - since
        )


def test_an_answer_on_consent_lets_what_waited_for_it_go_on(hub, cast):
    case, priya = a_case(), cast.actor("priya")
    clock = a_referral_clock(case, started_ago=HOUR)
    with acting_as(priya):
        pause_clock(actor=priya, case_id=case.id, clock_id=clock.id, reason="awaiting_consent")
    with acting_as(priya):
        from agencies.models import Agency
        from referrals.actions.consent import AgencyAnswer, record_consents

        agency = Agency.objects.get(code="safe-steps")
        record_consents(
            actor=priya, case_id=case.id, how="by phone",
            answers=[AgencyAnswer(agency.id, "given", ("identity", "contact"))],
        )  # fmt: skip
    assert clocks(case, "referral")[0].state == "running"


# Too late


def test_the_ladder_is_climbed_once_step_by_step_and_higher_each_time(hub, cast):
    case = a_case()
    clock = a_referral_clock(case, started_ago=10 * DAY)
    with acting_as_system("tests"):
        Case.objects.filter(id=case.id).update(assigned_to=cast.practitioner("priya").id)
        Clock.objects.filter(id=clock.id).update(next_rung_at=timezone.now(), due_at=timezone.now() - 8 * DAY)
    watch_clocks()
    watch_clocks()
    assert topics(case) == [
        ("clock.warned", "owner"),
        ("clock.missed", "owner"),
        ("clock.escalated", "supervisor"),
        ("clock.escalated", "manager"),
    ]
    with acting_as_system("tests"):
        event = Event.objects.filter(topic="clock.escalated").latest("id")
        assert event.data == {
            "clock": str(clock.id), "rule": "referral", "tell": "manager",
            "owner": str(cast.practitioner("priya").id),
        }  # fmt: skip
        assert Clock.objects.get(id=clock.id).next_rung_at is None


def test_who_is_to_be_told_later_is_told_later(hub, cast):
    case = a_case()
    clock = a_referral_clock(case, started_ago=DAY)
    with acting_as_system("tests"):
        tomorrow = timezone.now() + DAY
        Clock.objects.filter(id=clock.id).update(next_rung_at=timezone.now(), due_at=tomorrow + 20 * DAY)
    watch_clocks()
    assert topics(case) == []
    with acting_as_system("tests"):
        assert Clock.objects.get(id=clock.id).next_rung_at > tomorrow


def test_what_was_missed_is_told_though_nobody_looked_and_a_person_says_why(hub, cast):
    case, priya = a_case(clock=None), cast.actor("priya")
    record(priya, case, "section_47", ago=5 * DAY)
    record(priya, case, "child_seen", ago=DAY)
    (clock,) = clocks(case, "child_seen")
    assert clock.state == "missed"
    assert topics(case) == [("clock.missed", "owner")]
    carys = cast.browser("carys")
    listed = carys.get("/clocks/?show=unexplained").content.decode()
    assert case.reference in listed
    answer = carys.post(
        f"/cases/{case.reference}/clocks/{clock.id}/explain/", {"because": "waited_for_partner"}
    )
    assert answer.status_code == 302
    assert case.reference not in carys.get("/clocks/?show=unexplained").content.decode()
    listed = carys.get("/clocks/?show=missed&rule=child_seen").content.decode()
    assert "We waited for a partner" in listed
    assert "Carys Evans" in listed


def test_a_clock_in_time_needs_no_reason_and_one_that_is_not_needed_counts_as_neither(hub, cast):
    case, priya = a_case(), cast.actor("priya")
    clock = a_referral_clock(case, started_ago=HOUR)
    with acting_as(priya):
        with pytest.raises(NotMissed):
            explain_breach(actor=priya, case_id=case.id, clock_id=clock.id, because="overlooked")
        stopped = stop_clock(actor=priya, case_id=case.id, clock_id=clock.id, because="done_elsewhere")
        assert (stopped.state, stopped.explained_by_name) == ("stopped", "Priya Nair")


def test_the_dashboard_s_number_is_that_of_the_list_it_leads_to(hub, cast):
    for number in range(3):
        a_case(due_in=-HOUR if number else HOUR, clock="referral")
    carys = cast.browser("carys")
    page = carys.get("/dashboard/").content.decode()
    assert 'href="/clocks/?show=overdue&amp;rule=referral">2' in page
    listed = carys.get("/clocks/?show=overdue&rule=referral").content.decode()
    assert listed.count("Referral to a support service<span") == 2


# From the product's own events


def test_a_row_of_a_feed_starts_the_clocks_of_its_case(hub, feed):
    feed(a_row())
    with acting_as_system("tests"):
        case = Case.objects.latest("id")
        live = {clock.rule: clock for clock in Clock.objects.filter(case=case, state__in=LIVE)}
        assert set(live) == {"referral", "rights_information", "first_contact"}
        assert all(clock.next_rung_at for clock in live.values())
        assert case.due_at == min(clock.due_at for clock in live.values())


def test_a_further_report_that_raises_the_entitlement_shortens_what_runs(hub, cast):
    case, dana = a_case(clock=None), cast.actor("dana")
    monday = datetime(2026, 11, 16, 9, tzinfo=LONDON)
    with acting_as_system("tests"):
        Clock.objects.create(
            case=case, rule="rights_information", edition="victims-code-2021", started_at=monday,
            due_at=monday + 7 * DAY,
        )  # fmt: skip
    from referrals.actions.triage import change_entitlement

    with acting_as(dana):
        change_entitlement(actor=dana, case_id=case.id, level="enhanced", reason="Persistently targeted")
    run_due()
    (clock,) = clocks(case, "rights_information")
    assert clock.due_at.astimezone(LONDON).date() == monday.date() + DAY
