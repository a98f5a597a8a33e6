"""Feeds and restricted people: what comes later is hidden from its first row, and so is what is held about them."""

import threading
import time

from django.db import connection
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.ids import new_id
from access.models import Grant
from messaging.relay import run_due
from referrals.models import Case, FeedRow
from reporting.queries.rollups import drift
from tests.factories import a_case
from tests.referrals.feeds import a_row, other_crime
from tests.referrals.test_restricted import page, restricted


def the_case() -> Case:
    with acting_as_system("tests"):
        return Case.objects.select_related("person").get(closed_at=None)


def test_a_further_crime_of_a_restricted_person_is_hidden_and_counted_nowhere(hub, cast, feed):
    feed(a_row())
    case = restricted(cast, the_case())
    with acting_as_system("tests"):
        Case.objects.filter(id=case.id).update(
            status="closed", closed_at="2026-11-17T12:00Z", end_state="completed"
        )
    run = feed(other_crime())["run"]
    further = the_case()
    liam = cast.browser("liam")
    assert further.reference not in page(liam, "/triage/")
    assert "O&#x27;BRIEN" not in page(liam, f"/feeds/{run}/").upper()
    with acting_as_system("tests"):
        assert drift()[1] == []
    assert further.reference in page(cast.browser("dana"), "/triage/")


def test_a_held_row_that_names_a_restricted_person_is_hidden_whenever_it_came(hub, cast, feed):
    feed(a_row())
    before = other_crime(OFFENCE_CODE="999/99")
    after = other_crime(CRIME_REF="31/00003/26", OFFENCE_CODE="999/99", NOMINAL_REF="")
    nobody = other_crime(
        CRIME_REF="31/00004/26", OFFENCE_CODE="999/99", NOMINAL_REF="N9", SURNAME="ELSE", FORENAMES="SOMEBODY",
        DOB="01/01/1950", TEL_MOBILE="", POSTCODE="", ADDRESS="",
    )  # fmt: skip
    feed(before, nobody)
    restricted(cast, the_case())
    run_due()
    feed(after)
    with acting_as(cast.actor("liam")):
        held = FeedRow.objects.filter(verdict__startswith="quarantine:")
        assert [row.raw["CRIME_REF"] for row in held] == ["31/00004/26"]
    with acting_as(cast.actor("dana")):
        assert FeedRow.objects.filter(verdict__startswith="quarantine:").count() == 3


def test_a_held_row_is_hidden_however_many_others_are_nearer_to_it_than_the_restricted_person(
    hub, cast, feed,
):  # fmt: skip
    feed(a_row())
    restricted(cast, the_case())
    run_due()
    moved = {"SURNAME": "QUENTIN", "POSTCODE": "NS9 9ZZ", "ADDRESS": "9 Further Road", "NOMINAL_REF": ""}
    names = [
        f"{a_row()['FORENAMES'][0]}{ending}"
        for ending in ("ora", "eta", "ula", "isa", "oda", "ima", "ewa", "una")
    ]
    household = [
        other_crime(
            **moved | {"CRIME_REF": f"31/1{at:04}/26", "FORENAMES": name, "DOB": f"{at + 1:02}/02/19{year}"}
        )
        for at, (name, year) in enumerate((name, year) for name in names for year in (71, 83))
    ]
    feed(*household)
    feed(other_crime(**moved | {"CRIME_REF": "31/20000/26", "OFFENCE_CODE": "999/99"}))
    with acting_as(cast.actor("liam")):
        assert not FeedRow.objects.filter(verdict__startswith="quarantine:").exists()
    with acting_as(cast.actor("dana")):
        assert FeedRow.objects.filter(verdict__startswith="quarantine:").count() == 1


def test_a_case_that_comes_in_while_a_record_is_restricted_is_not_missed(committed_hub, cast):
    case, further = a_case(closed_at=timezone.now(), status="closed"), new_id()
    opened, restricting = threading.Event(), threading.Event()

    def intake() -> None:
        with acting_as_system("intake"):
            a_case(person=case.person, case_id=further)
            opened.set()
            restricting.wait(10)
            time.sleep(0.3)  # the restriction waits by now, or has missed the case
        connection.close()

    def restriction() -> None:
        restricted(cast, case)
        connection.close()

    at_work = [threading.Thread(target=intake), threading.Thread(target=restriction)]
    at_work[0].start()
    assert opened.wait(10)
    at_work[1].start()
    restricting.set()
    for one in at_work:
        one.join(20)
    with acting_as_system("tests"):
        assert dict(Grant.objects.values_list("case_id", "restricted")) == {case.id: True, further: True}
    with acting_as(cast.actor("liam")):
        assert not Case.objects.exists()
