"""A safe address is kept sealed from the moment it is told: found by nobody, and shown to few."""

import pytest
from django.db import connection

from access.categories import Category
from access.context import acting_as, acting_as_system
from access.models import Grant, Look
from referrals.models import Case, FeedRow
from tests.factories import a_case, a_referral
from tests.referrals.feeds import a_row
from victims.models import Address, MatchKey, SafeAddress

REFUGE = {"ADDRESS": "WILLOW HOUSE REFUGE, 9 MILL LANE", "POSTCODE": "NP20 9ZZ"}


def everything_stored() -> str:
    """Every text of every table that the hub can read, as the database holds it."""
    with acting_as_system("tests"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND has_table_privilege(oid, 'SELECT') ORDER BY 1"
        )
        tables = [name for (name,) in cursor.fetchall()]
        told = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(held::text, chr(10)), '') FROM \"{table}\" held")  # noqa: S608
            told.append(cursor.fetchone()[0])
    return "\n".join(told).upper()


@pytest.mark.parametrize(
    "cells",
    [
        REFUGE,
        {"ADDRESS": "9 MILL LANE", "POSTCODE": "NP20 9ZZ", "SAFE_CONTACT_NOTES": "In refuge: tell nobody"},
        {"ADDRESS": "Safe-house, 9 MILL LANE", "POSTCODE": "NP209ZZ"},
    ],
)
def test_a_report_that_names_a_refuge_leaves_no_trace_of_where_it_is(hub, cast, feed, cells):
    assert feed(a_row(**cells))["workable"] == 1
    stored = everything_stored()
    assert "O'BRIEN" in stored
    for trace in ("MILL LANE", "NP20", "NP209ZZ", "9ZZ"):
        assert trace not in stored, trace
    with acting_as(cast.actor("priya")):
        assert "MILL LANE" in SafeAddress.objects.get().place["lines"]
        assert SafeAddress.objects.get().place["postcode"] == "NP20 9ZZ"
        assert not Address.objects.exists()
        assert Case.objects.get().area == ""
        assert not [key for key in MatchKey.objects.values_list("key", flat=True) if "9ZZ" in key]


def test_an_ordinary_address_is_kept_as_ever(hub, feed):
    feed(a_row())
    with acting_as_system("tests"):
        assert Address.objects.get().postcode == "NP20 2PJ"
        assert not SafeAddress.objects.exists()
        assert FeedRow.objects.get().sealed is None


def test_nobody_finds_a_person_by_a_safe_address(hub, cast, feed):
    feed(a_row(**REFUGE))
    with acting_as(cast.actor("priya")):
        reference = Case.objects.get().reference
    browser = cast.browser("priya")
    for searched, found in (("NP20 9ZZ", False), ("NP20", False), ("O'Brien", True)):
        answer = browser.post("/triage/", {"search": searched}, follow=True)
        assert (reference in answer.content.decode()) is found, searched


def test_the_same_refuge_makes_no_two_people_alike(hub, feed):
    first = a_row(**REFUGE, TEL_MOBILE="07700900111")
    other = a_row(**REFUGE, TEL_MOBILE="07700900222", NOMINAL_REF="N1000777", CRIME_REF="31/00777/26")
    feed(first, other)
    with acting_as_system("tests"):
        shown = list(FeedRow.objects.order_by("line").values_list("raw__POSTCODE", flat=True))
    assert shown[0] != shown[1], "and the rows do not tell that it is the same refuge"


def test_the_same_row_again_is_a_duplicate_and_a_move_is_an_update(hub, cast, feed):
    feed(a_row(**REFUGE))
    assert feed(a_row(**REFUGE))["duplicate"] == 1
    moved = feed(a_row(ADDRESS="ROWAN HOUSE REFUGE", POSTCODE="NP20 8YY", UPDATE_NO="1"))
    assert moved["update"] == 1
    with acting_as(cast.actor("priya")):
        newest = SafeAddress.objects.order_by("-recorded_at", "-id")
        assert [one.place["lines"].split()[0] for one in newest] == ["ROWAN", "WILLOW"]


def test_letters_to_the_old_home_stop(hub, feed):
    feed(a_row())
    feed(a_row(**REFUGE, UPDATE_NO="1"))
    with acting_as_system("tests"):
        assert Address.objects.get().letters == "unsafe"


def test_lists_and_exports_of_a_feed_show_that_it_is_kept_apart(hub, cast, feed):
    run = feed(a_row(**REFUGE))["run"]
    browser = cast.browser("priya")
    page = browser.get(f"/feeds/{run}/").content.decode()
    export = b"".join(browser.get(f"/feeds/{run}/export.csv").streaming_content).decode()
    assert "Safe address, kept apart" in export
    assert "MILL LANE" not in page + export


def test_a_practitioner_records_one_and_each_look_is_on_record(hub, cast):
    case, browser = a_case(), cast.browser("priya")
    url = f"/cases/{case.reference}/safe-address/"
    assert "Record a safe address" in browser.get(f"/cases/{case.reference}/").content.decode()
    assert browser.post(url, {"lines": "", "postcode": "x"}).status_code == 422
    answer = browser.post(url, {"lines": "Willow House", "postcode": "nowhere"})
    assert answer.status_code == 422
    assert "Willow House" in answer.content.decode(), "nothing that was typed is lost"
    assert browser.post(url, {"lines": "Willow House", "postcode": "ns99zz"}).status_code == 302
    page = browser.get(f"/cases/{case.reference}/").content.decode()
    assert "at a safe address" in page
    assert "Willow House" not in page, "the case can be open without showing it"
    assert "Willow House, NS9 9ZZ" in browser.get(url).content.decode()
    with acting_as(cast.actor("grace")):
        assert Look.objects.filter(door="case_safe_address", subjects__contains=[case.person_id]).exists()


def shared(case: Case, agency_id, categories: list[str]) -> str:
    """The case is referred to the agency with these categories; where its page is."""
    referral = a_referral(case)
    with acting_as_system("tests"):
        type(referral).objects.filter(id=referral.id).update(categories=categories)
        Grant.objects.create(
            agency_id=referral.agency_id,
            case_id=case.id,
            person_id=case.person_id,
            categories=categories,
            granted_at=referral.sent_at,
            because=f"referral:{referral.id}",
        )
    assert referral.agency_id == agency_id
    return str(referral.id)


@pytest.mark.parametrize("told", [True, False])
def test_a_partner_sees_it_only_by_its_own_category(hub, cast, told):
    case = a_case()
    cast.browser("priya").post(f"/cases/{case.reference}/safe-address/", {"lines": "Willow House"})
    ruth = cast.actor("ruth")
    categories = [str(one) for one in Category if told or one != Category.SAFE_ADDRESS]
    referral = shared(case, ruth.agency_id, categories)
    page = cast.browser("ruth").get(f"/referrals/{referral}/").content.decode()
    api = cast.system("victim-care").get(f"referrals/{referral}/").content.decode()
    assert ("Willow House" in page, "Willow House" in api) == (told, told)
    assert "Jane" in page
    with acting_as(ruth):
        assert SafeAddress.objects.exists() is told, "the database says the same"
