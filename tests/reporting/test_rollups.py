"""Roll-ups: after any walk through the verbs they equal a count of the record, however they were folded."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.context import acting_as, acting_as_system
from messaging.events import Happening, publish
from referrals.actions import closing, triage
from referrals.actions.restriction import lift, restrict
from referrals.models import Case, Referral
from referrals.workflow import TRANSITIONS, MoveRefused
from reporting import measures
from reporting.actions.rollups import fold
from reporting.models import Delta, Tally
from reporting.queries import rollups as queries
from tests.factories import a_case, a_referral

TOPICS = {
    "send": "sent",
    "receive": "received",
    "accept": "accepted",
    "decline": "declined",
    "return_to_hub": "returned",
    "start": "started",
    "complete": "completed",
    "recall": "recalled",
    "expire": "expired",
}
CASE_STEPS = (
    "open",
    "take",
    "give",
    "give back",
    "suspend",
    "resume",
    "retriage",
    "close",
    "change",
    "restrict",
    "lift",
)
STEPS = (*CASE_STEPS, "refer", *TOPICS, "fold")


@contextmanager
def nothing_kept() -> Iterator[None]:
    """One example's own piece of the test's transaction, taken back afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def opened(**given: object) -> Case:
    """A case with the event that intake tells of it."""
    case = a_case(**given)
    tell(case, "case.opened", to_status=case.status, entitlement=case.entitlement, offence_group="violence")
    return case


def tell(case: Case, topic: str, referral: Referral | None = None, **data: object) -> None:
    with acting_as_system("tests"):
        referral_id = referral.id if referral else None
        publish(
            Happening(topic, at=timezone.now(), case_id=case.id, referral_id=referral_id, data=dict(data))
        )


def move_referral(referral: Referral, verb: str) -> None:
    """One allowed move with the event that its verb tells; none where the table has no such move."""
    move = next((m for m in TRANSITIONS if (m.verb, m.from_) == (verb, referral.status)), None)
    if move is None:
        return
    with acting_as_system("tests"):
        Referral.objects.filter(id=referral.id).update(status=move.to)
    referral.status = move.to
    data = {"from": move.from_, "to": move.to, "agency": str(referral.agency_id), "wait_hours": 3.5}
    tell(referral.case, f"referral.{TOPICS[verb]}", referral, **data)


def walk(cast, steps: list[tuple[str, int]]) -> None:
    cases: list[Case] = [opened()]
    referrals: list[Referral] = []
    dana, liam = cast.actor("dana"), cast.actor("liam")
    for step, pick in steps:
        case = cases[pick % len(cases)]
        refused = suppress(triage.TriageRefused, MoveRefused)
        if step == "fold":
            fold()
        elif step == "open":
            cases.append(opened(entitlement=("standard", "enhanced")[pick % 2]))
        elif step == "refer":
            referrals.append(a_referral(case, status="draft", service=("idva", "victim-care")[pick % 2]))
        elif step in TOPICS:
            if referrals:
                move_referral(referrals[pick % len(referrals)], step)
        else:
            with refused, acting_as(dana):
                do = {"actor": dana, "case_id": case.id}
                match step:
                    case "take":
                        triage.assign(**do, to=dana.id)
                    case "give":
                        triage.assign(**do, to=liam.id)
                    case "give back":
                        triage.assign(**do, to=None)
                    case "suspend":
                        triage.suspend_case(**do, reason="no safe number")
                    case "resume":
                        triage.resume_case(**do)
                    case "retriage":
                        triage.retriage(**do)
                    case "close":
                        closing.close_case(
                            **do,
                            end_state="declined",
                            reason="did not want support",
                            without="Nobody recorded it here.",
                        )
                    case "restrict":
                        restrict(**do, reason="staff", words="works here", owner_id=dana.id)
                    case "lift":
                        lift(**do, words="no longer works here")
                    case "change":
                        triage.change_entitlement(**do, level="enhanced", reason="persistently targeted")


def numbers() -> dict[str, dict[str, int]]:
    return {
        measure: queries.totals(measure)
        for measure in (
            measures.CASES_OPEN,
            measures.CASES_OPENED,
            measures.CASES_CLOSED,
            measures.REFERRALS_NOW,
            measures.REFERRALS_MOVED,
            measures.ANSWER_WAIT,
        )
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9)), min_size=5, max_size=30))
def test_after_any_walk_the_roll_ups_equal_a_recount(hub, cast, steps):
    with nothing_kept():
        walk(cast, steps)
        before = numbers()
        with acting_as_system("tests"):
            counted, differences = queries.drift()
            assert differences == []
            closed = Case.objects.filter(status="closed").count()
            if any(step == "restrict" for step, _ in steps):  # what happens meanwhile is counted nowhere
                assert sum(before[measures.CASES_CLOSED].values()) <= closed
            else:
                assert counted > 0
                assert sum(before[measures.CASES_OPENED].values()) == Case.objects.count()
                assert sum(before[measures.CASES_CLOSED].values()) == closed
        fold()
        assert not Delta.objects.exists()
        assert numbers() == before, "folding moves numbers and changes none"
        assert fold() == 0
        assert numbers() == before


def test_a_change_that_is_taken_back_is_not_counted(hub, cast):
    case = opened()
    before = numbers()
    with pytest.raises(ZeroDivisionError), acting_as(cast.actor("dana")) as dana:
        triage.assign(actor=dana, case_id=case.id, to=dana.id)
        raise ZeroDivisionError
    assert numbers() == before


def test_drift_names_the_number_that_is_wrong(hub, cast):
    opened()
    fold()
    Tally.objects.filter(measure=measures.CASES_OPEN).update(value=7)
    with acting_as_system("tests"):
        _, [difference] = queries.drift()
    assert (difference.measure, difference.dimension) == (measures.CASES_OPEN, "nobody|new")
    assert (difference.rolled_up, difference.recounted) == (7, 1)


def test_drift_sees_a_case_that_was_changed_behind_the_verbs(hub, cast):
    case = opened()
    with acting_as_system("tests"):
        Case.objects.filter(id=case.id).update(status="triaged")
        _, differences = queries.drift()
    assert {(d.dimension, d.rolled_up, d.recounted) for d in differences} == {
        ("nobody|new", 1, 0),
        ("nobody|triaged", 0, 1),
    }


def test_many_folders_at_once_count_everything_once(committed_hub, cast):
    day = date(2026, 11, 20)
    Delta.objects.bulk_create(
        Delta(measure="m", dimension=f"d{number % 7}", day=day, by=1) for number in range(3500)
    )
    start = threading.Barrier(4)
    folded: list[int] = []

    def folder() -> None:
        start.wait(10)
        folded.append(fold())
        connection.close()

    threads = [threading.Thread(target=folder) for _ in range(3)]
    for thread in threads:
        thread.start()
    start.wait(10)
    Delta.objects.bulk_create(Delta(measure="m", dimension="d0", day=day, by=1) for _ in range(500))
    for thread in threads:
        thread.join(30)
    folded.append(fold())
    assert sum(folded) == 4000
    assert sum(queries.totals("m").values()) == 4000
    assert Tally.objects.get(measure="m", dimension="d0").value == 1000


def test_weeks_begin_on_monday(hub):
    sunday, monday = date(2026, 11, 15), date(2026, 11, 16)
    for day in (sunday, monday, monday):
        Delta.objects.create(measure="m", dimension="", day=day, by=1)
    fold()
    Delta.objects.create(measure="m", dimension="", day=monday, by=1)
    assert queries.by_week("m", first=date(2026, 11, 9), last=date(2026, 11, 22)) == {
        date(2026, 11, 9): 1,
        monday: 3,
    }


def test_an_event_counts_on_its_day_in_london(hub):
    """Half past eleven at night in July is the same day there, though the next has begun by UTC's clock."""
    case = a_case()
    with acting_as_system("tests"):
        at = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight of 2 July in London
        publish(Happening("case.closed", at=at, case_id=case.id, data={"end_state": "declined"}))
    assert Delta.objects.get(measure=measures.CASES_CLOSED).day == date(2026, 7, 2)


@given(st.lists(st.floats(0, 500), min_size=1, max_size=40))
def test_the_median_of_the_buckets_bounds_the_true_median(hours):
    buckets: dict[int, int] = {}
    for wait in hours:
        bound = measures.wait_bucket(wait)
        buckets[bound] = buckets.get(bound, 0) + 1
    true = sorted(hours)[(len(hours) - 1) // 2]
    assert measures.median_wait(buckets) == measures.wait_bucket(true)


def test_no_answers_have_no_median():
    assert measures.median_wait({}) is None
