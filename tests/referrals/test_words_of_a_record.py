"""A sender's words on one record: newer, older, held back, taken back; in whatever order, it ends alike."""

from itertools import chain, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.context import acting_as_system
from messaging.models import Event
from messaging.relay import run_due
from referrals.actions.quarantine import resubmit_row
from referrals.feed.record import Held, after, judge
from referrals.feed.row import content_hash, read_row
from referrals.models import Case, FeedRow, HeldStep, Incident, SentRecord, SourceRecord
from tests.hub.spoiling import broken
from tests.reading import words_of
from tests.referrals.feeds import SOURCE, a_row
from tests.referrals.test_feed_verdicts import NOW, OFFENCES
from tests.referrals.test_intake_pages import taken
from tests.referrals.test_quarantine import CRUELTY, NO_WAY, again, counts, do, held

GOOD, BAD, BACK = "good", "bad", "back"
CELLS = {GOOD: {}, BAD: NO_WAY, BACK: {"RECORD_STATUS": "WITHDRAWN"}}


def word(number: int, kind: str, **cells: str) -> dict[str, str]:
    return a_row(**{"UPDATE_NO": str(number), "MO_SUMMARY": f"Word {number}"} | CELLS[kind] | cells)


# The rule by itself


KINDS = st.lists(st.sampled_from([GOOD, BAD, BACK]), min_size=1, max_size=6)


@given(KINDS.flatmap(lambda kinds: st.permutations(list(enumerate(kinds)))))
def test_whatever_the_order_the_newest_word_that_can_be_worked_is_and_no_older_one_stays(words):
    backs = [number for number, kind in words if kind == BACK]
    back = max(backs, default=-1)
    best = max((number for number, kind in words if kind == GOOD and number > back), default=None)
    record: Held | None = None
    for number, kind in words * 2:  # and all of it sent once more
        raw = word(number, kind)
        report, told = read_row(raw, SOURCE), content_hash(raw)
        found = judge(report, content_hash=told, source=SOURCE, offences=OFFENCES, held=record, now=NOW)
        assert found.reason.endswith(".")
        assert found.code != "workable" or record is None or record.worked_no is None
        record = after(record, report, content_hash=told, verdict=found)
    assert record is not None
    assert record.update_no == len(words) - 1
    assert record.withdrawn_no == (back if backs else None)
    if best is not None:
        assert record.worked_no == best
        assert not record.is_withdrawn
    else:
        assert record.worked_no is None or record.is_withdrawn


# In the database


def words_in_every_order(kinds: dict[int, str]) -> list[list[dict[str, str]]]:
    """A record for each order of the words."""
    return [
        [
            word(number, kinds[number], CRIME_REF=f"31/{record:05d}/26", NOMINAL_REF=f"N{record}")
            for number in order
        ]
        for record, order in enumerate(permutations(kinds))
    ]


@pytest.mark.parametrize("at_once", [True, False], ids=["one file", "a file each"])
@pytest.mark.parametrize(
    ("kinds", "incident", "withdrawn", "held_back"),
    [
        ({0: GOOD, 1: GOOD, 2: BAD}, "Word 1", False, {2}),
        ({0: BAD, 1: GOOD, 2: BAD}, "Word 1", False, {2}),
        ({0: GOOD, 1: BACK, 2: GOOD}, "Word 2", False, set()),
        ({0: GOOD, 1: BACK, 2: BAD}, "Word 0", True, {2}),
        ({0: BAD, 1: GOOD, 2: BACK}, None, True, set()),
    ],
)
def test_a_record_ends_alike_whatever_the_order(hub, cast, at_once, kinds, incident, withdrawn, held_back):
    records = words_in_every_order(kinds)
    files = [list(chain(*records))] if at_once else [list(rows) for rows in zip(*records, strict=True)]
    for rows in files:
        taken(cast.browser("priya"), *rows)
    with acting_as_system("tests"):
        for record in SourceRecord.objects.all():
            found = Incident.objects.filter(id=record.incident_id).first()
            # What was taken back before it came was never opened; what was open is marked, and never closed.
            if found is not None:
                assert incident is None or found.summary == incident
                assert bool(found.withdrawn_at) == withdrawn
                assert found.case.closed_at is None
                assert bool(found.case.decision_wanted) == withdrawn
            else:
                assert withdrawn
            held_rows = FeedRow.objects.filter(
                raw__CRIME_REF=record.key.split()[0], verdict__startswith="quarantine"
            )
            assert {int(row.raw["UPDATE_NO"]) for row in held_rows} == held_back
        assert Incident.objects.filter(withdrawn_at__isnull=not withdrawn).exists()
    assert broken() == {}


def test_a_report_that_is_taken_back_marks_its_case_for_a_decision_and_its_sender_can_see_it(hub, cast):
    [row] = held(cast, a_row())
    [back] = held(cast, a_row(UPDATE_NO="1", RECORD_STATUS="Withdrawn"))
    [once_more] = held(cast, a_row(UPDATE_NO="1", RECORD_STATUS="Withdrawn", MO_SUMMARY="By mistake"))
    assert (row.verdict, back.verdict, once_more.verdict) == ("workable", "withdrawn", "duplicate")
    assert back.case_id == row.case_id
    with acting_as_system("tests"):
        case = Case.objects.get(id=row.case_id)
        told = Event.objects.filter(topic="case.report_withdrawn", case_id=case.id)
        assert [set(event.data) for event in told] == [{"row"}]
    assert (case.status, case.closed_at) == ("new", None)
    page = words_of(cast.browser("priya").get(f"/cases/{case.reference}/"))
    assert "The sender has taken a report back: decide whether the case goes on." in page
    assert "took this report back" in page
    run_due()
    assert "Taken back by its sender" in words_of(cast.browser("martin").get("/sent/"))
    # A higher update brings it back, and the question goes.
    [again_there] = held(cast, a_row(UPDATE_NO="2"))
    assert again_there.verdict == "update"
    with acting_as_system("tests"):
        assert Case.objects.get(id=case.id).decision_wanted == ""
        assert Incident.objects.get().withdrawn_at is None


def test_a_row_in_quarantine_that_is_taken_back_leaves_it_with_a_step(hub, cast):
    [row] = held(cast, a_row(**NO_WAY))
    [back] = held(cast, a_row(RECORD_STATUS="DELETED", UPDATE_NO=""))
    assert (again(row).verdict, back.verdict) == ("withdrawn", "withdrawn")
    assert counts(row) == {"withdrawn": 1}
    with acting_as_system("tests"):
        [step] = HeldStep.objects.filter(row=row)
        assert (step.answer, step.from_verdict) == ("withdraw", "quarantine:invalid_phone")
        run_due()
        assert SentRecord.objects.get(row_id=row.id).verdict == "withdrawn"
        assert not Case.objects.exists()


def test_a_child_in_danger_leaves_its_queue_by_a_person_alone(hub, cast):
    [row] = held(cast, a_row(**CRUELTY))
    held(cast, a_row(UPDATE_NO="1", RECORD_STATUS="WITHDRAWN"))
    assert again(row).verdict == "quarantine:safeguarding"
    page = words_of(cast.browser("priya").get(f"/feeds/quarantine/{row.id}/"))
    assert "Decide all the same whether a child must be kept safe" in page
    assert do(cast, resubmit_row, row) == "withdrawn"
    assert broken() == {}


def test_what_is_said_of_a_suspect_takes_no_victims_report_back(hub, cast):
    held(cast, a_row())
    [row] = held(cast, a_row(UPDATE_NO="1", PERSON_ROLE="SUSPECT", RECORD_STATUS="WITHDRAWN"))
    assert row.verdict == "ignored:not_a_victim"
    with acting_as_system("tests"):
        assert Incident.objects.get().withdrawn_at is None
