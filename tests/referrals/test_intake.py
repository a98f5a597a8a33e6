"""The road of a feed through the commands: taken whole, judged row by row, and its people recognised."""

import json
from collections import Counter, defaultdict

from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.context import acting_as_system
from messaging.models import Event, Message
from messaging.relay import run_due
from referrals.actions import intake, intake_chunk
from referrals.models import Case, Clock, FeedRow, FeedRun, Incident
from tests.referrals.feeds import DAYS, a_row, example, imported, other_crime, reported, truth
from victims.models import (
    Address,
    ContactMethod,
    Identifier,
    Person,
    PersonName,
    Relationship,
    SamePersonSuggestion,
)


def everything() -> dict[str, int]:
    """How many of each thing the hub holds."""
    with acting_as_system("tests"):
        kinds = (Case, Incident, Clock, Person, PersonName, Identifier, ContactMethod, Address, Relationship,
                 SamePersonSuggestion)  # fmt: skip
        return {kind.__name__: kind.objects.count() for kind in kinds}


# Both example days


def test_the_example_days_are_judged_reported_and_recognised_as_is_true_of_them(hub):
    told = {day: imported(example(day)) for day in DAYS}
    rows = {day: reported(told[day]["run"]) for day in DAYS}
    for day in DAYS:
        verdicts = [(row["line"], row["verdict"]) for row in rows[day]]
        assert verdicts == [(one.line, one.verdict) for one in truth(day)]
        the_command_and_its_report_agree(told[day], rows[day])
    assert told[DAYS[1]]["received"] == 480
    a_row_that_repeats_another_has_its_person_and_case(rows)
    who_is_named_twice_is_recognised_and_nobody_else_is(rows)
    the_same_file_again_changes_nothing(DAYS[0], rows[DAYS[0]])


def the_command_and_its_report_agree(told: dict, rows: list[dict]) -> None:
    counts = Counter(row["verdict"] for row in rows)
    assert told["received"] == len(rows)
    assert {key: told[key] for key in ("workable", "update", "duplicate")} == {
        key: counts[key] for key in ("workable", "update", "duplicate")
    }
    assert told["ignored"] == counts["ignored:not_a_victim"]
    assert told["quarantined"] == {
        code.partition(":")[2]: many for code, many in counts.items() if code.startswith("quarantine:")
    }
    assert set(rows[0]) == {"line", "verdict", "reason", "person", "case", "suggested_same_as"}
    assert all(row["reason"] for row in rows)


def a_row_that_repeats_another_has_its_person_and_case(rows: dict[str, list[dict]]) -> None:
    checked = 0
    for day in DAYS:
        for one in truth(day):
            if one.of is not None:
                checked += 1
                row, earlier = rows[day][one.line], rows[day][one.of]
                assert (row["person"], row["case"]) == (earlier["person"], earlier["case"])
    assert checked > 30


def who_is_named_twice_is_recognised_and_nobody_else_is(rows: dict[str, list[dict]]) -> None:
    """Who comes again is the same person or suggested as the same; no two others are brought together."""
    who: dict[str, set[str]] = defaultdict(set)  # our reference -> the true people under it
    ours: dict[str, set[str]] = defaultdict(set)  # true person -> our references
    suggested: dict[str, set[str]] = defaultdict(set)
    for day in DAYS:
        for one, row in zip(truth(day), rows[day], strict=True):
            if row["person"]:
                who[row["person"]].add(one.person)
                ours[one.person].add(row["person"])
                suggested[row["person"]] |= set(row["suggested_same_as"])
    assert {len(people) for people in who.values()} == {1}, "two people under one reference"
    for person, references in ours.items():
        linked, waiting = set(), [min(references)]
        while waiting:
            linked.add(reference := waiting.pop())
            waiting += suggested[reference] - linked
        assert references <= linked, f"{person} is not recognised"
    wrong = [(one, other) for one, others in suggested.items() for other in others if who[one] != who[other]]
    assert wrong == []


def the_same_file_again_changes_nothing(day: str, rows: list[dict]) -> None:
    held = everything()
    again = imported(example(day))
    assert again["duplicate"] == again["received"] == len(rows)
    assert everything() == held
    assert [row["case"] for row in reported(again["run"])] == [row["case"] for row in rows]


# Sent again, and later words


def test_an_update_changes_incident_and_contact_and_keeps_the_earlier_row(hub, feed):
    first = feed(a_row(OFFENCE_CODE="105/01", TEL_MOBILE="07700900123", FLAGS=""))
    changed = feed(
        a_row(
            UPDATE_NO="1",
            OFFENCE_CODE="008/66",
            OFFENCE_DESC="STALKING",
            FLAGS="DA",
            TEL_MOBILE="07700900777",
        )
    )
    assert (changed["update"], changed["workable"]) == (1, 0)
    with acting_as_system("tests"):
        case, incident = Case.objects.get(), Incident.objects.get()
        assert (incident.update_no, incident.offence_code, incident.flags) == (
            1,
            "008/66",
            ["domestic_abuse"],
        )
        assert (case.offence_code, case.entitlement) == ("008/66", "enhanced")
        numbers = set(ContactMethod.objects.values_list("value", flat=True))
        assert len(numbers) == 2, "the earlier number is not lost"
        earlier = FeedRow.objects.get(run__number=first["run"])
        later = FeedRow.objects.get(run__number=changed["run"])
        assert earlier.raw["TEL_MOBILE"] == "07700900123"
        assert later.repeats_row_id == earlier.id
        assert Event.objects.filter(topic="case.updated", case_id=case.id).count() == 1


def test_updates_that_come_out_of_order_leave_the_latest_standing(hub, feed):
    feed(a_row())
    feed(a_row(UPDATE_NO="2", OFFENCE_CODE="008/66"))
    late = feed(a_row(UPDATE_NO="1", OFFENCE_CODE="105/01", TEL_MOBILE="07700900555"))
    assert late["duplicate"] == 1
    (row,) = reported(late["run"])
    assert row["reason"] == "Update 2 of this record was taken already; update 1 is older."
    with acting_as_system("tests"):
        assert Incident.objects.get().offence_code == "008/66"
        assert not ContactMethod.objects.filter(value__contains="900555").exists()


def test_an_update_in_the_very_same_file_finds_its_report(hub, feed):
    told = feed(
        a_row(), a_row(UPDATE_NO="1", OFFENCE_CODE="008/66"), a_row(UPDATE_NO="1", OFFENCE_CODE="008/66")
    )
    assert (told["workable"], told["update"], told["duplicate"]) == (1, 1, 1)
    with acting_as_system("tests"):
        assert Incident.objects.get().offence_code == "008/66"


def test_a_row_that_was_held_back_opens_a_case_when_it_is_put_right(hub, feed):
    held = feed(a_row(SURNAME="", FORENAMES=""))
    assert held["quarantined"] == {"missing_name": 1}
    right = feed(a_row(UPDATE_NO="1"))
    assert right["workable"] == 1


def test_what_a_practitioner_verified_as_unsafe_stays_unsafe(hub, feed, cast):
    feed(a_row(SAFE_TO_CONTACT="Y"))
    with acting_as_system("tests"):
        ContactMethod.objects.update(safety="unsafe", verified_at="2026-11-16T12:00Z")
    feed(a_row(UPDATE_NO="1", SAFE_TO_CONTACT="Y", OIC="PC 9"))
    with acting_as_system("tests"):
        assert set(ContactMethod.objects.values_list("safety", flat=True)) == {"unsafe"}


def test_a_blank_mark_does_not_take_back_that_a_number_is_unsafe(hub, feed):
    feed(a_row(SAFE_TO_CONTACT="N", EMAIL="sian@example.org", SAFE_CONTACT_NOTES="PARTNER READS PHONE"))
    feed(a_row(UPDATE_NO="1", SAFE_TO_CONTACT="", EMAIL="sian@example.org", SAFE_CONTACT_NOTES=""))
    with acting_as_system("tests"):
        phone = ContactMethod.objects.get(kind="mobile")
        assert (phone.safety, phone.notes) == ("unsafe", "PARTNER READS PHONE")


# Never lost, never twice


def test_a_chunk_that_dies_has_not_happened_and_is_done_again(hub, feed, monkeypatch):
    rows = [a_row(CRIME_REF=f"31/{number:05d}/26", NOMINAL_REF=f"N{number}") for number in range(450)]
    told = feed(*rows, wait=False)
    write, calls = intake_chunk._write_verdicts, Counter()

    def dies_at_the_end(written):
        calls["chunks"] += 1
        write(written)
        if calls["chunks"] == 2:
            raise MemoryError

    monkeypatch.setattr(intake_chunk, "_write_verdicts", dies_at_the_end)
    run_due()
    with acting_as_system("tests"):
        run = FeedRun.objects.get()
        assert (run.judged, run.counts) == (200, {"workable": 200})
        assert FeedRow.objects.exclude(verdict="").count() == Case.objects.count() == 200
    Message.objects.filter(done_at=None).update(available_at="2026-01-01T00:00Z")
    run_due()
    with acting_as_system("tests"):
        run = FeedRun.objects.get(number=told["run"])
        assert (run.status, run.judged, run.counts) == ("finished", 450, {"workable": 450})
        assert Case.objects.count() == Incident.objects.count() == Person.objects.count() == 450
        assert Event.objects.filter(topic="feed.finished").count() == 1
        assert Event.objects.filter(topic="case.opened").count() == 450


def test_a_chunk_costs_as_many_statements_as_a_short_one(hub, feed):
    def cost(first: int, how_many: int) -> int:
        numbers = range(first, first + how_many)
        told = feed(
            *(a_row(CRIME_REF=f"31/{one:05d}/26", NOMINAL_REF=f"N{one}") for one in numbers), wait=False
        )
        with acting_as_system("intake"):
            run = FeedRun.objects.get(number=told["run"])
            with CaptureQueriesContext(connection) as asked:
                assert intake.judge_rows(run_id=run.id) == how_many
        return len(asked)

    cost(0, 5)
    few = cost(100, 5)
    assert cost(1000, 200) == few < 43


def test_judging_again_what_is_judged_changes_nothing(hub, feed):
    told = feed(a_row(), other_crime())
    held = everything()
    with acting_as_system("intake"):
        run = FeedRun.objects.get(number=told["run"])
        assert intake.judge_rows(run_id=run.id) == 0
    assert everything() == held
    with acting_as_system("tests"):
        assert FeedRun.objects.get().counts == {"workable": 2}


def test_a_later_delivery_waits_for_the_earlier_one_of_its_sender(hub, feed):
    """The update is judged first only by mistake: whoever works the later run works the earlier one before."""
    first = feed(a_row(), wait=False)
    second = feed(a_row(UPDATE_NO="1"), wait=False)
    with acting_as_system("intake"):
        later = FeedRun.objects.get(number=second["run"])
        intake.judge_rows(run_id=later.id)
        assert FeedRow.objects.get(run__number=first["run"]).verdict == "workable"
        assert FeedRow.objects.get(run=later).verdict == ""
    run_due()
    with acting_as_system("tests"):
        assert FeedRow.objects.get(run=later).verdict == "update"
        assert set(FeedRun.objects.values_list("status", flat=True)) == {"finished"}


def test_a_file_without_rows_is_a_day_without_reports(hub, feed):
    told = feed()
    assert (told["received"], told["quarantined"]) == (0, {})
    with acting_as_system("tests"):
        assert FeedRun.objects.get().status == "finished"


def test_messages_of_intake_carry_ids_only(hub, feed):
    feed(a_row())
    for message in Message.objects.filter(subscriber="referrals.judge_rows"):
        assert set(message.payload) == {"run"}
    with acting_as_system("tests"):
        assert {event.topic for event in Event.objects.all()} >= {
            "feed.taken",
            "feed.finished",
            "case.opened",
        }
        told = json.dumps([event.data for event in Event.objects.all()])
    assert "BRIEN" not in told.upper()
