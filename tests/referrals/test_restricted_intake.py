"""Feeds and restricted people: what comes later is hidden from its first row, and so is what is held about them."""

from access.context import acting_as, acting_as_system
from messaging.relay import run_due
from referrals.models import Case, FeedRow
from reporting.queries import drift
from tests.referrals.feeds import a_row
from tests.referrals.test_intake import feed, imported, other_crime  # noqa: F401 (feed is a fixture)
from tests.referrals.test_restricted import page, restricted


def the_case() -> Case:
    with acting_as_system("tests"):
        return Case.objects.select_related("person").get(closed_at=None)


def test_a_further_crime_of_a_restricted_person_is_hidden_and_counted_nowhere(hub, cast, feed):  # noqa: F811
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


def test_a_held_row_that_names_a_restricted_person_is_hidden_whenever_it_came(hub, cast, feed):  # noqa: F811
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
