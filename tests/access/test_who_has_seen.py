"""What an auditor may ask of the log, a victim's report, and what was changed in a case."""

import csv
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from django.test import Client
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.looks import asked_for, record_look
from access.models import Look
from agencies.models import Practitioner
from referrals.actions.restriction import restrict
from referrals.actions.triage import change_entitlement
from tests.cast import PEOPLE
from tests.factories import a_case, a_referral
from tests.reading import words_of
from victims.models import ContactMethod

LOG = "/access/"


def looks(**which) -> list[Look]:
    with acting_as_system("tests"):
        return list(Look.objects.filter(**which).order_by("at"))


def found(answer) -> list[str]:
    return [row.look.actor_name for row in answer.context["page"].rows]


def ask(browser, **filters: str):
    return browser.post(LOG, filters, follow=True)


def test_who_searched_for_a_name_is_found_by_the_name_and_the_log_holds_none(hub, cast):
    cast.browser("priya").post("/triage/", {"search": "Jane O'Kafor"}, follow=True)
    cast.browser("liam").post("/triage/", {"search": "Smith"}, follow=True)
    grace = cast.browser("grace")
    assert found(ask(grace, searched="OKAFOR")) == ["Priya Nair"]
    assert found(ask(grace, searched="okafor jane")) == ["Priya Nair"]
    assert found(ask(grace, searched="jane smith")) == []
    for look in looks(action="search"):
        assert look.terms
        assert not any("kafor" in term for term in look.terms)


def test_who_asked_for_what_they_may_not_see_is_found_by_its_reference(hub, cast):
    case = a_case()
    cast.browser("helen").get(f"/referrals/{a_referral(case).id}/")
    assert cast.browser("priya").get("/cases/VRH-26-999999/").status_code == 404
    assert found(ask(cast.browser("grace"), searched="vrh-26-999999")) == ["Priya Nair"]
    assert [look.action for look in looks(actor_name="Helen Marsh")][1:] == ["denied"]


def test_signing_in_failing_to_and_signing_out_are_on_record(hub, cast):
    browser = Client(REMOTE_ADDR="192.0.2.7")
    told = {"login": PEOPLE["priya"], "password": "not it"}
    browser.post("/accounts/login/", told)
    failed = looks(action="no_sign_in")[0]
    assert (failed.actor_kind, failed.remote) == ("visitor", "192.0.2.7")
    assert failed.terms == asked_for(PEOPLE["priya"])
    signed_in = cast.browser("priya")
    signed_in.post("/accounts/logout/")
    assert [look.action for look in looks(actor_name="Priya Nair")] == ["sign_in", "sign_out"]


def test_the_address_is_what_the_trusted_proxy_saw(hub, cast, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    cast.browser("priya").get("/triage/", headers={"X-Forwarded-For": "10.9.9.9, 198.51.100.4"})
    assert looks(door="triage")[0].remote == "198.51.100.4"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    cast.browser("priya").get("/triage/", headers={"X-Forwarded-For": "10.9.9.9"})
    assert looks(door="triage")[1].remote == "127.0.0.1"
    grace = cast.browser("grace")
    assert found(ask(grace, place="198.51.100.4")) == ["Priya Nair"]
    assert "Nobody has looked from this address" in words_of(ask(grace, place="203.0.113.9"))


def test_the_log_is_narrowed_by_door_agency_and_hours(hub, cast, monkeypatch):
    for name, door, hour in (("priya", "case", 23), ("helen", "referral", 12)):
        at = datetime(2026, 11, 24, hour, tzinfo=UTC)
        monkeypatch.setattr("access.looks.timezone", SimpleNamespace(now=lambda at=at: at))
        with acting_as(cast.actor(name)):
            record_look(action=Look.Action.VIEW, door=door)
    monkeypatch.undo()
    grace = cast.browser("grace")
    days = {"first": "2026-11-24", "last": "2026-11-24"}
    assert found(ask(grace, out_of_hours="on", **days)) == ["Priya Nair"]
    assert found(ask(grace, door="referral", **days)) == ["Helen Marsh"]
    assert found(ask(grace, agency=str(cast.actor("helen").agency_id), **days)) == ["Helen Marsh"]


def test_a_victim_s_report_says_who_looked_when_and_how_and_names_nobody_else(hub, cast):
    case, other = a_case(surname="Okafor"), a_case()
    priya = cast.browser("priya")
    priya.get(f"/cases/{case.reference}/")
    priya.get(f"/cases/{other.reference}/")
    with acting_as(cast.actor("helen")):
        record_look(action=Look.Action.VIEW, door="referral", subjects=[a_referral(case).id])
    address = f"/access/seen/{case.person_id}/"
    told = words_of(cast.browser("grace").get(address))
    assert "Priya Nair Hub practitioner Northshire Victim Hub Opened The case's page" in told
    assert "Helen Marsh Partner practitioner Safe Steps Opened A referral" in told
    assert other.reference not in told
    assert "Okafor" not in told
    by_role = words_of(cast.browser("grace").get(f"{address}?names=roles"))
    assert "Priya" not in by_role
    assert "Hub practitioner" in by_role
    for name in ("priya", "carys", "helen", "owen"):
        assert cast.browser(name).get(address).status_code == 403


def test_the_report_as_csv_is_whole_and_harmless_in_a_spreadsheet(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")):
        for _ in range(60):
            record_look(action=Look.Action.VIEW, door="=cmd", subjects=[case.id])
    answer = cast.browser("dana").get(f"/access/seen/{case.person_id}/csv/")
    rows = list(csv.reader(answer.content.decode().splitlines()))
    assert len(rows) == 61
    assert rows[1][1:] == ["Priya Nair", "hub practitioner", "Northshire Victim Hub", "opened", "'=cmd"]
    assert looks(action="export")[0].subjects == [case.person_id]


def test_a_supervisor_learns_nothing_of_a_restricted_record_from_the_log(hub, cast):
    case, dana = a_case(), cast.actor("dana")
    cast.browser("priya").get(f"/cases/{case.reference}/")
    with acting_as_system("tests"):
        Practitioner.objects.filter(email=PEOPLE["liam"]).update(role="supervisor")
    with acting_as(dana):
        restrict(actor=dana, case_id=case.id, reason="well_known", words="Known to all", owner_id=dana.id)
    liam, grace = cast.browser("liam"), cast.browser("grace")
    assert liam.get(f"/access/seen/{case.person_id}/").status_code == 404
    assert case.reference not in words_of(liam.get(LOG))
    assert "No case or person has this reference" in words_of(ask(liam, reference=case.reference))
    assert cast.browser("dana").get(f"/access/seen/{case.person_id}/").status_code == 200
    assert grace.get(f"/access/seen/{case.person_id}/").status_code == 200
    assert case.reference in words_of(grace.get(LOG))


def test_what_was_changed_in_a_case_is_shown_from_what_to_what_and_to_auditors_without_it(hub, cast):
    case, dana = a_case(), cast.actor("dana")
    with acting_as(dana):
        change_entitlement(actor=dana, case_id=case.id, level="enhanced", reason="Persistently targeted")
    with acting_as(cast.actor("priya")):
        ContactMethod.objects.filter(person_id=case.person_id).update(notes="Mornings only")
    told = words_of(cast.browser("priya").get(f"/cases/{case.reference}/history/"))
    assert "Dana Ahmed Hub supervisor Case" in told
    assert "Entitlement : standard → enhanced" in told
    assert "Notes : nothing → Mornings only" in told
    audited = words_of(
        cast.browser("grace").get(f"/access/changes/?subject={case.id}&subject={case.person_id}")
    )
    assert "Priya Nair Hub practitioner Way to reach the person" in audited
    assert "Mornings" not in audited
    assert cast.browser("priya").get("/access/changes/").status_code == 403
    assert looks(door="case_history")[0].subjects == [case.id, case.person_id]
    assert timezone.now() - looks(door="access_changes")[0].at < timedelta(minutes=1)
