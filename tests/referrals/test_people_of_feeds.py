"""Whom a feed's rows are about: one open case each, nobody made one with another, linked records counted as one."""

from collections import Counter
from datetime import UTC, datetime

from access.context import acting_as, acting_as_system
from referrals.actions.same_person import answer_suggestion
from referrals.models import Case, Incident
from referrals.queries.circumstances import Circumstances
from referrals.queries.facts import facts_of
from referrals.queries.repeats import repeats_by_person
from tests.factories import a_case, a_suggestion
from tests.referrals.feeds import a_row, other_crime, reported
from victims.models import (
    Person,
    PersonLink,
    SamePersonSuggestion,
)
from victims.queries import MOST_OF_ONE_KEY


def test_reports_that_name_one_perpetrator_are_counted_together(feed, hub, cast):
    """By the sender's number or by name, in whatever order the name is written."""
    days = [
        ("20/10/2026 10:00", "N900", "SMITH, JOHN"),
        ("01/11/2026 10:00", "", "John Smith"),
        ("09/11/2026 10:00", "", ""),
    ]
    feed(
        *(
            a_row(
                CRIME_REF=f"31/0000{number}/26",
                REPORTED_DT=at,
                OCC_FROM="",
                OCC_TO="",
                SUSPECT_NOMINAL=who,
                SUSPECT_NAME=name,
            )
            for number, (at, who, name) in enumerate(days)
        )
    )
    with acting_as_system("tests"):
        case = Case.objects.get()
        now = datetime(2026, 11, 16, tzinfo=UTC)
        found = repeats_by_person([case.person_id], until=now)[case.person_id]
        assert found.words == "3rd report in 12 months, 2 name the same person"
        facts = facts_of(Circumstances(case, at=now))
        assert (facts["repeat_incidents_12m"], facts["repeat_same_perpetrator_12m"]) == (3, 2)
        assert "persistently targeted" in case.entitlement_reason
        assert "SMITH" not in str(list(Incident.objects.values_list("accused", flat=True)))
    page = cast.browser("priya").get(f"/cases/{case.reference}/").content.decode()
    assert "20 Oct 2026, 1 Nov 2026, 9 Nov 2026" in page


def test_a_person_has_one_open_case_that_a_second_crime_joins(hub, feed):
    told = feed(a_row(), other_crime())
    assert told["workable"] == 2
    with acting_as_system("tests"):
        case = Case.objects.get()
        assert (case.incident_count, Incident.objects.filter(case=case).count()) == (2, 2)
        assert Person.objects.count() == 1


def test_a_crime_after_the_case_was_closed_opens_another(hub, feed):
    feed(a_row())
    with acting_as_system("tests"):
        Case.objects.update(status="closed", closed_at="2026-11-17T12:00Z", end_state="completed")
    feed(other_crime())
    with acting_as_system("tests"):
        assert Case.objects.filter(closed_at=None).count() == 1
        assert Case.objects.count() == 2
        assert Person.objects.count() == 1


def test_one_number_for_two_different_people_never_makes_them_one(hub, feed):
    told = feed(
        a_row(), other_crime(SURNAME="HUSSAIN", FORENAMES="IMRAN", DOB="01/02/1950", TEL_MOBILE="07700900999")
    )
    with acting_as_system("tests"):
        assert Person.objects.count() == 2
        suggestion = SamePersonSuggestion.objects.get()
        assert suggestion.state == "open"
    rows = reported(told["run"])
    assert rows[0]["person"] != rows[1]["person"]
    assert rows[1]["suggested_same_as"] == [rows[0]["person"]]


def test_without_a_number_likeness_is_only_suggested(hub, feed):
    told = feed(a_row(), other_crime(NOMINAL_REF="N2000002", SURNAME="O BRIEN", FORENAMES="SIAN"))
    rows = reported(told["run"])
    assert rows[0]["person"] != rows[1]["person"], "nobody is made one without a person deciding"
    assert rows[0]["suggested_same_as"] == [rows[1]["person"]]
    with acting_as_system("tests"):
        assert Case.objects.count() == 2


def test_what_hundreds_share_says_nothing_about_any_of_them(hub, feed):
    """A placeholder for name and date of birth in a whole file: nobody gets hundreds of suggestions to go through."""
    placeholder = {"SURNAME": "STAFF MEMBER", "FORENAMES": "SHOP", "DOB": "01/01/1970"}
    feed(*(a_row(CRIME_REF=f"31/{one:05d}/26", NOMINAL_REF=f"N{one}", **placeholder) for one in range(300)))
    with acting_as_system("tests"):
        assert Person.objects.count() == 300
        suggested = Counter(
            person
            for pair in SamePersonSuggestion.objects.values_list("person_id", "other_id")
            for person in pair
        )
        assert max(suggested.values()) <= MOST_OF_ONE_KEY
        assert len(suggested) <= MOST_OF_ONE_KEY + 1


def test_a_victim_is_never_taken_for_the_alleged_perpetrator_of_the_same_crime(hub, feed):
    """Husband and wife report each other from one address and telephone: alike in all but their numbers."""
    alike = {"SURNAME": "NOVAK", "FORENAMES": "SAM", "DOB": "07/05/1986"}
    told = feed(
        a_row(**alike, NOMINAL_REF="N1000001", SUSPECT_NOMINAL="N1000002", SUSPECT_NAME="NOVAK, SAM"),
        other_crime(**alike, NOMINAL_REF="N1000002", SUSPECT_NOMINAL="N1000001", SUSPECT_NAME="NOVAK, SAM"),
    )
    rows = reported(told["run"])
    assert rows[0]["person"] != rows[1]["person"]
    assert [row["suggested_same_as"] for row in rows] == [[], []]


def linked_by_priya(cast, one: Case, other: Case) -> None:
    suggestion = a_suggestion(one.person, other.person)
    with acting_as(cast.actor("priya")) as priya:
        answer_suggestion(actor=priya, case_id=one.id, suggestion_id=suggestion.id, same=True)


def test_a_further_report_counts_over_all_that_is_linked(feed, hub, cast):
    feed(a_row(CRIME_REF="31/000001/26", NOMINAL_REF="N1", REPORTED_DT="09/11/2026 10:00"))
    with acting_as_system("tests"):
        first = Case.objects.select_related("person").get()
    for _ in range(2):
        linked_by_priya(cast, first, a_case())
    feed(a_row(CRIME_REF="31/000002/26", NOMINAL_REF="N1", REPORTED_DT="10/11/2026 10:00"))
    with acting_as_system("tests"):
        first.refresh_from_db()
    assert first.entitlement == "enhanced"
    assert "persistently targeted" in first.entitlement_reason


def test_a_report_that_accuses_the_one_of_harming_the_other_parts_them(feed, hub, cast):
    feed(
        a_row(CRIME_REF="31/000001/26", NOMINAL_REF="N1", SURNAME="FIRST"),
        a_row(
            CRIME_REF="31/000002/26",
            NOMINAL_REF="N2",
            SURNAME="SECOND",
            FORENAMES="BO",
            DOB="01/02/1960",
            TEL_MOBILE="07700900777",
            ADDRESS="9 MILL LANE, CALDER",
            POSTCODE="NP19 8XX",
        ),
    )
    with acting_as_system("tests"):
        cases = Case.objects.select_related("person")
        one, other = (cases.get(person__identifiers__value=number) for number in ("N1", "N2"))
    linked_by_priya(cast, one, other)
    feed(
        a_row(CRIME_REF="31/000003/26", NOMINAL_REF="N1", SURNAME="FIRST", SUSPECT_NOMINAL="N2"),
    )
    with acting_as_system("tests"):
        link = PersonLink.objects.get()
        one.refresh_from_db()
    assert link.ended_by_name == "linking"
    assert "has harmed the other" in link.ended_words
    assert "look through" in one.decision_wanted
    page = cast.browser("priya").get(f"/cases/{one.reference}/").content.decode()
    assert "Known to be the same person" not in page
