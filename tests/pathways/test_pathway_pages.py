"""The rule book: every agency that a pathway binds reads in words what was agreed, and by whom."""

from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from access.context import acting_as, acting_as_system
from pathways.models import PathwayVersion, Ratification
from pathways.pathway import read_pathway
from pathways.queries.versions import version_rows
from tests.reading import words_of

BOOK = "/pathways/northshire/1/"


def a_version(number: int, **changes: object) -> PathwayVersion:
    with acting_as_system("tests"):
        first = PathwayVersion.objects.get(code="northshire", number=1)
        return PathwayVersion.objects.create(
            **{
                "code": "northshire",
                "number": number,
                "title": first.title,
                "definition": {**first.definition, "number": number},
                "status": "ratified",
                "in_force_from": first.in_force_from,
                "binds": first.binds,
                **changes,
            }
        )


@pytest.mark.parametrize("person", ["priya", "dana", "carys", "owen", "helen", "ines", "ruth"])
def test_all_who_work_by_the_rules_read_them(hub, cast, person):
    browser = cast.browser(person)
    assert browser.get("/pathways/").status_code == browser.get(BOOK).status_code == 200


def test_who_may_not_see_pathways_is_refused(hub, cast):
    assert cast.browser("grace").get("/pathways/").status_code == 403
    assert cast.browser("grace").get(BOOK).status_code == 403


def test_the_list_says_what_is_in_force_and_how_each_agency_stood(hub, cast):
    page = words_of(cast.browser("helen").get("/pathways/"))
    for words in (
        "Northshire victim pathway, version 1 In force 1 April 2026 8 of 9 agreed, 1 abstained",
        "Safe Steps Agreed Helen Marsh 24 March 2026",
        "Age Well Northshire Abstained Margaret Howe 30 March 2026",
    ):
        assert words in page, words


def test_the_book_says_each_route_in_words(hub, cast):
    page = words_of(cast.browser("ruth").get(BOOK))
    for words in (
        "Who enters Everybody.",
        "High-risk domestic abuse Urgent",
        "the risk of serious harm is high",
        "Domestic abuse advocacy, Safe Steps",
        "Identity, Contact, Incident, Assessment",
        "Answer within 4 working hours",
        "Emotional and practical support of Northshire Victim Care",
        "Support for everybody else",
        "Risk checklist (24 items)",
        "The hub looks at a routed case again after 20 working days.",
        "Age Well Northshire Abstained Margaret Howe",
    ):
        assert words.lower() in page.lower(), words


def test_no_route_and_no_bound_agency_is_left_out(hub, cast):
    with acting_as_system("tests"):
        version = PathwayVersion.objects.get(code="northshire", number=1)
    page = cast.browser("priya").get(BOOK)
    pathway = read_pathway(version.definition)
    words = words_of(page)
    for route in (*pathway.routes, pathway.default):
        assert words.count(route.name) >= 1, route.name
    assert unescape(page.content.decode()).count("hub-rule") == len(pathway.routes) + 1
    assert words.count("Agreed ") == 8


def test_the_newest_that_has_begun_is_the_one_in_force(hub, cast):
    today = timezone.localdate()
    a_version(2, in_force_from=today)
    a_version(3, in_force_from=today + timedelta(days=1))
    with acting_as(cast.actor("priya")) as priya:
        rows = version_rows(actor=priya, on=today)
    assert [(row.version.number, row.words) for row in rows] == [
        (2, "In force"),
        (3, "Ratified"),
        (1, "Ratified"),
    ]


def test_who_has_not_answered_or_objects_is_said(hub, cast):
    version = a_version(2, status="proposed", in_force_from=None)
    with acting_as_system("tests"):
        agencies = {one.agency.code: one.agency for one in Ratification.objects.select_related("agency")}
        Ratification.objects.create(
            version=version,
            agency=agencies["calder-house"],
            position="objected",
            by_name="Ngozi Obi",
            reasons="Two days are too long.",
            on=timezone.localdate(),
        )
    page = words_of(cast.browser("helen").get("/pathways/northshire/2/"))
    assert "0 of 9 agreed, 1 objected, 8 not answered yet" in page
    assert "Calder House Objected Two days are too long. Ngozi Obi" in page


def test_a_draft_is_the_hubs_own_until_it_is_proposed(hub, cast):
    a_version(2, status="draft", in_force_from=None)
    assert cast.browser("helen").get("/pathways/northshire/2/").status_code == 404
    assert "version 2" not in words_of(cast.browser("helen").get("/pathways/"))
    assert cast.browser("priya").get("/pathways/northshire/2/").status_code == 200


def test_with_no_pathway_the_list_says_what_that_means(hub, cast):
    with acting_as_system("tests"):
        PathwayVersion.objects.update(status="retired")
    page = words_of(cast.browser("priya").get("/pathways/"))
    assert "Retired" in page
    assert "In force" not in page
