"""The access log as auditors and supervisors read it: who looked, at which record, without what is in it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.ids import new_id
from access.looks import record_look
from access.models import Look
from access.queries.log import PAGE, LookFilters, looks
from tests.factories import a_case, a_referral
from tests.reading import words_of

LOG = "/access/"


def doors(answer) -> list[str]:
    return [row.look.door for row in answer.context["page"].rows]


def a_look(cast, name: str, *, door: str = "case", subjects=(), action=Look.Action.VIEW) -> None:
    with acting_as(cast.actor(name)):
        record_look(action=action, door=door, subjects=subjects)


def ask(browser, **filters: str):
    return browser.post(LOG, filters, follow=True)


@pytest.mark.parametrize("name", ["grace", "dana"])
def test_it_says_who_opened_what_when_and_where(hub, cast, name):
    case = a_case(surname="Okafor")
    cast.browser("priya").get(f"/cases/{case.reference}/")
    told = words_of(cast.browser(name).get(LOG))
    assert (
        "Priya Nair Practitioner, Northshire Victim Hub Opened The case's page"
        f" from 127.0.0.1 {case.person.reference}, {case.reference}" in told
    )
    assert "Okafor" not in told


def test_it_never_names_a_victim(hub, cast):
    case = a_case(given_names="Jane", surname="Okafor", phone="07700900123")
    referral = a_referral(case)
    a_look(cast, "priya", subjects=[case.id, case.person_id, referral.id])
    page = cast.browser("grace").get(LOG).content.decode()
    assert case.reference in page
    for secret in ("Okafor", "Jane", "07700900123"):
        assert secret not in page


@pytest.mark.parametrize("name", ["priya", "carys", "owen", "helen", "ines", "ruth"])
def test_it_is_for_auditors_and_supervisors(hub, cast, name):
    assert cast.browser(name).get(LOG).status_code == 403


def test_it_finds_looks_by_who_looked(hub, cast):
    a_look(cast, "priya", door="one")
    a_look(cast, "liam", door="two")
    grace = cast.browser("grace")
    answer = ask(grace, who="nair")
    assert doors(answer) == ["one"]
    assert "nair" not in answer.redirect_chain[-1][0].lower(), "the address names nobody"
    assert "Nobody with this name" in words_of(ask(grace, who="Zebedee"))


@pytest.mark.parametrize("of", ["case", "person"])
def test_it_finds_looks_at_one_record(hub, cast, of):
    case, other = a_case(), a_case()
    a_look(cast, "priya", door="one", subjects=[case.id, case.person_id])
    a_look(cast, "liam", door="both", subjects=[other.id, other.person_id, case.person_id, case.id])
    a_look(cast, "liam", door="two", subjects=[other.id, other.person_id])
    grace = cast.browser("grace")
    reference = case.reference if of == "case" else case.person.reference
    answer = ask(grace, reference=f" {reference.lower()} ")
    assert doors(answer) == ["both", "one"]
    assert reference not in answer.redirect_chain[-1][0]
    assert "No case or person has this reference" in words_of(ask(grace, reference="VRH-26-999999"))


def test_a_look_at_a_referral_is_found_by_its_case(hub, cast):
    case = a_case()
    a_look(cast, "helen", door="referral", subjects=[a_referral(case).id])
    assert doors(ask(cast.browser("grace"), reference=case.reference)) == ["referral"]


def test_it_finds_looks_by_what_was_done_and_when(hub, cast):
    a_look(cast, "priya", door="one", action=Look.Action.EXPORT)
    a_look(cast, "priya", door="two", action=Look.Action.VIEW)
    grace = cast.browser("grace")
    assert doors(ask(grace, action="export")) == ["one"]
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    assert doors(ask(grace, action="view", first=str(today), last=str(today))) == ["two"]
    assert doors(ask(grace, first=str(yesterday), last=str(yesterday))) == []
    assert "must not be before" in words_of(ask(grace, first=str(today), last=str(yesterday)))
    assert "Enter a real date" in words_of(ask(grace, first="yesterday"))


def test_its_pages_show_every_look_once_forwards_and_back(hub, cast):
    """Also where many looks have the very same time."""
    priya = cast.actor("priya")
    at = timezone.now()
    with acting_as(priya):
        Look.objects.bulk_create(
            Look(
                hub_id=priya.agency_id,
                at=at - timedelta(seconds=number // 40),
                actor_kind=priya.kind,
                actor_id=priya.id,
                actor_name=priya.name,
                role=priya.role,
                agency_id=priya.agency_id,
                action=Look.Action.VIEW,
                door=f"door {number}",
                subjects=[],
                number=number,
                link=b"",
            )
            for number in range(2 * PAGE + 20)
        )
    wanted = LookFilters(actors=(priya.id,))
    with acting_as(cast.actor("grace")):
        first = looks(wanted)
        second = looks(wanted, after=first.next)
        third = looks(wanted, after=second.next)
        seen = [row.look.door for page in (first, second, third) for row in page.rows]
        assert len(seen) == len(set(seen)) == 2 * PAGE + 20
        assert (first.previous, third.next) == ("", "")
        assert [row.look.id for row in looks(wanted, before=third.previous).rows] == [
            row.look.id for row in second.rows
        ]
        back = looks(wanted, before=second.previous)
        assert [row.look.id for row in back.rows] == [row.look.id for row in first.rows]
        assert back.previous == ""


@pytest.mark.parametrize(
    "query",
    ["after=x", "before=%00", "actor=x", "subject=1", "action=x", "first=x&last=9999-12-31", "after=e30"],
)
def test_an_address_that_means_nothing_shows_the_log(hub, cast, query):
    a_look(cast, "priya", door="one")
    answer = cast.browser("grace").get(f"{LOG}?{query}")
    assert answer.status_code == 200
    assert "one" in doors(answer)


def test_reading_the_log_is_on_record_with_the_record_that_was_asked_for(hub, cast):
    case = a_case()
    grace = cast.browser("grace")
    ask(grace, reference=case.reference)
    with acting_as_system("tests"):
        looked = Look.objects.filter(door="access_log").latest("at")
    assert (looked.actor_name, looked.subjects) == ("Grace Holt", [case.id])


def test_what_was_refused_is_shown(hub, cast):
    cast.browser("helen").get(LOG)
    assert (
        "Helen Marsh Partner practitioner, Safe Steps Was refused The access log from 127.0.0.1 None"
        in words_of(cast.browser("grace").get(LOG))
    )


def test_looks_go_to_the_partition_of_their_month(hub, cast):
    a_look(cast, "priya", subjects=[new_id()])
    with acting_as_system("tests"), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM access_look")
        assert cursor.fetchall() == [(f"access_look_{timezone.now():%Y%m}",)]
