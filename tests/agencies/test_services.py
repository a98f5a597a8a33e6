"""What a partner says of its services: places and opening, where, when and for whom; on pages and by its system."""

import pytest

from access.context import acting_as, acting_as_system
from agencies.actions.services import ServiceRetired, set_capacity
from agencies.models import Service
from messaging.models import Event
from messaging.relay import run_due

LIST = "/agencies/services/"


def service(code: str = "hate-crime", **where: object) -> Service:
    with acting_as_system("tests"):
        return Service.objects.get(code=code, **where)


def test_a_partner_sets_the_places_of_its_service(hub, cast):
    ruth, address = cast.browser("ruth"), f"{LIST}{service().id}/"
    assert "Hate crime support" in ruth.get(LIST).content.decode()
    assert "Sexual violence" not in ruth.get(LIST).content.decode()
    assert ruth.post(address, {"is_open": "no", "capacity": "12"}).status_code == 302
    assert (service().capacity, service().open_for_referrals) == (12, False)
    page = ruth.get(LIST).content.decode()
    assert "12 of 12 free" in page
    assert "Set by Ruth Silva" in page
    assert ruth.post(address, {"is_open": "yes", "capacity": ""}).status_code == 302
    assert (service().capacity, service().open_for_referrals) == (None, True)


def test_what_cannot_be_read_is_said_and_nothing_typed_is_lost(hub, cast):
    answer = (
        cast.browser("ruth")
        .post(f"{LIST}{service().id}/", {"is_open": "yes", "capacity": "many"})
        .content.decode()
    )
    assert "Enter a whole number, such as 12" in answer
    assert 'value="many"' in answer
    ines = cast.browser("ines")
    idva = f"{LIST}{service('idva').id}/describe/"
    answer = ines.post(
        idva, {"interpreters": "yes", "areas": "North Shire", "hours": "mon 9-5"}
    ).content.decode()
    assert "NORTH SHIRE is no postcode district" in answer
    assert "Write mon 9-5 as a day with from and to" in answer


def test_an_administrator_says_where_when_and_for_whom(hub, cast):
    ines = cast.browser("ines")
    told = {
        "areas": "ns1, NS",
        "languages": "Polish, Welsh",
        "interpreters": "no",
        "access": ["home_visits"],
        "hours": "Monday 09:00-17:00\nsat 10:00 to 12:00",
    }
    address = f"{LIST}{service('idva').id}/describe/"
    assert ines.post(address, told).status_code == 302
    made = service("idva")
    assert (made.areas, made.languages, made.interpreters) == (["NS", "NS1"], ["Polish", "Welsh"], False)
    assert made.access == ["home_visits"]
    assert made.hours == {"mon": ["09:00", "17:00"], "sat": ["10:00", "12:00"]}
    assert "mon 09:00-17:00" in ines.get(address).content.decode()
    assert cast.browser("helen").get(address).status_code == 403


@pytest.mark.parametrize("who", ["helen", "ines"])
def test_another_agency_s_service_is_not_there(hub, cast, who):
    assert cast.browser(who).get(f"{LIST}{service().id}/").status_code == 404


def test_who_has_no_services_has_no_page_of_them(hub, cast):
    assert cast.browser("priya").get(LIST).status_code == 403


def test_a_partner_s_system_reads_and_sets_its_places_once_for_a_key(hub, cast):
    system = cast.system("victim-care")
    body = {"service": str(service().id), "capacity": 7, "open": True}
    headers = {"Idempotency-Key": "one"}
    answer = system.post("capacity/", body, **headers)
    assert (answer.status_code, answer.json()["free"]) == (200, 7)
    assert system.post("capacity/", body, **headers).json() == answer.json()
    listed = {one["code"]: one["capacity"] for one in system.get("capacity/").json()["items"]}
    assert listed == {"victim-care": None, "hate-crime": 7}
    refused = cast.system("safe-steps").post("capacity/", body)
    assert (refused.status_code, refused["content-type"]) == (404, "application/problem+json")
    assert system.post("capacity/", {**body, "capacity": -1}).status_code == 400


def test_the_hub_adds_a_service_to_a_team_and_agrees_shares(hub, cast):
    owen, other = cast.browser("owen"), service("isva").team
    added = owen.post(f"{LIST}add/", {"team": str(other.id), "code": "hate-crime", "name": ""})
    made = service("hate-crime", team=other)
    assert (added.status_code, made.name) == (302, service("hate-crime", team__code="victim-care-team").name)
    again = owen.post(
        f"{LIST}add/", {"team": str(other.id), "code": "hate-crime", "name": ""}
    ).content.decode()
    assert "This team offers that service already" in again
    nameless = owen.post(f"{LIST}add/", {"team": str(other.id), "code": "new", "name": " "}).content.decode()
    assert "Enter the name of the new service" in nameless
    first = service("hate-crime", team__code="victim-care-team")
    shares = f"{LIST}shares/hate-crime/"
    too_much = owen.post(shares, {f"share_{first.id}": "60", f"share_{made.id}": "50"}).content.decode()
    assert "more than 100%" in too_much
    assert 'value="60"' in too_much
    assert owen.post(shares, {f"share_{first.id}": "60", f"share_{made.id}": "40"}).status_code == 302
    assert (service("hate-crime", id=first.id).share, service("hate-crime", id=made.id).share) == (60, 40)
    kept = owen.get(f"{LIST}{made.id}/history/").content.decode()
    assert "Contracted share: 40% (was none)" in kept
    assert "Added to the directory" in kept
    assert cast.browser("ruth").get(f"{LIST}{first.id}/history/").status_code == 200
    assert cast.browser("ruth").get(f"{LIST}{made.id}/history/").status_code == 404
    for door in (f"{LIST}add/", shares):
        assert cast.browser("ines").get(door).status_code == 403


def test_what_names_a_service_is_shown_before_it_is_retired_and_flagged_after(hub, cast):
    owen, idva = cast.browser("owen"), service("idva")
    door = f"/pathways/services/{idva.id}/"
    page = owen.get(door).content.decode()
    assert "In force" in page
    assert "No other team offers this service" in page
    careless = owen.post(door, {"reason": "The contract ended"})
    assert (careless.status_code, service("idva").is_retired) == (422, False)
    assert 'value="The contract ended"' in careless.content.decode()
    assert owen.post(door, {"reason": "The contract ended", "understood": "on"}).status_code == 302
    assert (service("idva").is_retired, service("idva").open_for_referrals) == (True, False)
    run_due()
    with acting_as_system("tests"):
        assert Event.objects.filter(topic="pathway.flagged", data__service=str(idva.id)).exists()
    assert cast.browser("ines").get(f"{LIST}{idva.id}/").status_code == 404
    with acting_as(cast.actor("ines")) as ines, pytest.raises(ServiceRetired):
        set_capacity(actor=ines, service_id=idva.id, capacity=3, is_open=True)
    assert (
        "Retired: The contract ended"
        in cast.browser("ines").get(f"{LIST}{idva.id}/history/").content.decode()
    )
    assert cast.browser("ines").post(door, {"reason": "Mine", "understood": "on"}).status_code == 403
    assert owen.post(door).status_code == 302
    assert (service("idva").is_retired, service("idva").open_for_referrals) == (False, False)
