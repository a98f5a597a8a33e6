"""Looking after agencies, teams and people: by the hub's administrator everywhere, by an agency's at home."""

import html
import re
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from agencies.actions import agencies as actions
from agencies.actions import invitations, people
from agencies.models import Agency, Invitation, Practitioner, Team
from agencies.scope import HUB_ROLES, PARTNER_ROLES
from messaging.models import Event
from messaging.relay import run_due
from tests.cast import PASSWORD, PEOPLE

SAFE_STEPS = "/agencies/at/safe-steps/"


def words(answer) -> str:
    main = re.search(r"<main.*</main>", answer.content.decode(), re.S)
    assert main, answer.content
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main.group())))


def person(email: str) -> Practitioner:
    with acting_as_system("tests"):
        return Practitioner.objects.select_related("agency").prefetch_related("teams").get(email=email)


def address_of(name: str) -> str:
    return f"/agencies/people/{person(PEOPLE[name]).id}/"


def link_in(mail) -> str:
    """The address in an e-mail, without the hub's own."""
    [found] = re.findall(r"http://127\.0\.0\.1:\d+(/\S+)", mail.body)
    return found


def topics() -> list[str]:
    """What happened since the founding, which tells of feeds alone."""
    with acting_as_system("tests"):
        happened = Event.objects.exclude(topic__startswith="feed.").order_by("id")
        return list(happened.values_list("topic", flat=True))


def test_the_hub_s_administrator_sees_every_agency_and_with_whom_nothing_may_be_shared(hub, cast):
    told = words(cast.browser("owen").get("/agencies/"))
    for agency in Agency.objects.all():
        assert agency.name in told
    assert "Age Well Northshire Partner 1 team 0 people Nothing may be shared" in told
    assert "Safe Steps Partner 1 team 2 people Agreement in force" in told


def test_an_agency_s_page_shows_teams_services_people_and_who_has_signed(hub, cast):
    told = words(cast.browser("owen").get(SAFE_STEPS))
    for shown in (
        "Domestic abuse advisers Domestic abuse advocacy Stalking advocacy",
        "Helen Marsh helen.marsh@safesteps.example Partner practitioner Domestic abuse advisers",
        "Northshire victim support information sharing agreement 2026 In force",
        "From 1 April 2026 to 31 March 2029. Review on 1 April 2027.",
        "Safe Steps: Helen Marsh, 24 March 2026",
        "Age Well Northshire: not signed",
        "Identity, Contact, Incident, Assessment, Notes",
        "case system",
    ):
        assert shown in told, shown
    assert "Offered for signature: not in force for Age Well Northshire" in words(
        cast.browser("owen").get("/agencies/at/age-well/")
    )


def test_an_agency_s_administrator_comes_to_their_own_and_to_no_other(hub, cast):
    ines = cast.browser("ines")
    assert ines.get("/agencies/")["Location"] == SAFE_STEPS
    assert ines.get(SAFE_STEPS).status_code == 200
    for elsewhere in (
        "/agencies/at/victim-care/",
        "/agencies/at/northshire-hub/",
        "/agencies/at/victim-care/invite/",
        "/agencies/at/victim-care/teams/add/",
        address_of("ruth"),
        address_of("dana"),
        "/agencies/at/no-such-agency/",
    ):
        assert ines.get(elsewhere).status_code == 404, elsewhere
    assert ines.post(address_of("ruth") + "deactivate/").status_code == 404
    for verb in ("sign-out", "unlock", "reset-second-factor"):
        assert ines.post(address_of("ruth") + f"{verb}/").status_code == 404, verb
    assert ines.get("/agencies/add/").status_code == 403
    assert person(PEOPLE["ruth"]).is_active


@pytest.mark.parametrize("name", ["priya", "dana", "carys", "grace", "helen", "ruth"])
def test_nobody_else_looks_after_agencies(hub, cast, name):
    browser = cast.browser(name)
    for address in ("/agencies/", "/agencies/add/", SAFE_STEPS, address_of("helen")):
        assert browser.get(address).status_code == 403, address
    for verb in ("deactivate", "sign-out", "unlock", "reset-second-factor"):
        assert browser.post(address_of("helen") + f"{verb}/").status_code == 403, verb


def test_from_an_agency_to_somebody_who_signs_in(hub, cast, mailoutbox):
    """The whole road: agency, team, invitation, link, name and password, first page; then out again."""
    cache.clear()
    owen = cast.browser("owen")
    made = owen.post("/agencies/add/", {"name": "Calder Women's Aid", "kind": "partner"})
    assert made["Location"] == "/agencies/at/calder-womens-aid/"
    here = made["Location"]
    assert owen.post(here + "teams/add/", {"name": "Advisers"})["Location"] == here
    team = Team.objects.get(agency__code="calder-womens-aid")
    invited = {"email": "Nia.Rowe@calder.example", "role": "agency_administrator", "teams": [str(team.id)]}
    assert owen.post(here + "invite/", invited)["Location"] == here
    assert "nia.rowe@calder.example Agency administrator" in words(owen.get(here))
    run_due()

    [mail] = mailoutbox
    assert mail.to == ["nia.rowe@calder.example"]
    new, chosen = Client(), "a long enough new password"
    page = new.get(link_in(mail), follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/invitation/", "the link is in no address that is shown"
    told = {"name": "Nia Rowe", "password": chosen, "again": chosen}
    assert new.post("/accounts/invitation/", told)["Location"] == "/accounts/second-factor/"
    nia = person("nia.rowe@calder.example")
    assert (nia.name, nia.role, [team.name for team in nia.teams.all()]) == (
        "Nia Rowe",
        "agency_administrator",
        ["Advisers"],
    )
    assert 'href="/agencies/"' in new.get("/").content.decode()
    again = Client().get(link_in(mail), follow=True)
    assert again.status_code == 410, "the link works once"
    signed_in = Client().post("/accounts/login/", {"login": "nia.rowe@calder.example", "password": chosen})
    assert urlsplit(signed_in["Location"]).path == "/"

    assert owen.post(f"/agencies/people/{nia.id}/deactivate/").status_code == 302
    assert urlsplit(new.get(here)["Location"]).path == "/accounts/login/"
    assert topics() == [
        "agency.added",
        "agency.team_added",
        "invitation.made",
        "invitation.sent",
        "invitation.used",
        "practitioner.added",
        "practitioner.deactivated",
    ]


def test_an_agency_s_administrator_gives_partner_roles_only(hub, cast):
    ines = cast.browser("ines")
    page = ines.get(SAFE_STEPS + "invite/").content.decode()
    assert re.findall(r'name="role" value="([^"]+)"', page) == [str(role) for role in PARTNER_ROLES]
    refused = ines.post(SAFE_STEPS + "invite/", {"email": "sly@safesteps.example", "role": "supervisor"})
    assert refused.status_code == 200
    with acting_as(cast.actor("ines")) as actor:
        for role in HUB_ROLES:
            with pytest.raises(actions.RoleDoesNotFit, match="People of Safe Steps can be"):
                invitations.invite(
                    actor=actor, agency_id=actor.agency_id, email="sly@safesteps.example", role=role, teams=[]
                )
        assert not Invitation.objects.exists()


def test_the_hub_s_people_have_the_hub_s_roles(hub, cast):
    page = cast.browser("owen").get("/agencies/at/northshire-hub/invite/").content.decode()
    assert re.findall(r'name="role" value="([^"]+)"', page) == [str(role) for role in HUB_ROLES]


def test_teams_of_another_agency_are_not_given(hub, cast):
    theirs = Team.objects.get(code="victim-care-team")
    with acting_as(cast.actor("ines")) as actor:
        helen = people.change_practitioner(
            actor=actor,
            practitioner_id=person(PEOPLE["helen"]).id,
            role="partner_practitioner",
            teams=[theirs.id],
        )
        assert not helen.teams.exists()


def test_an_address_that_is_used_is_refused_in_words(hub, cast):
    answer = cast.browser("ines").post(
        SAFE_STEPS + "invite/", {"email": PEOPLE["helen"].upper(), "role": "partner_practitioner"}
    )
    assert "Somebody signs in with this e-mail address already" in words(answer)


@pytest.mark.parametrize("name", ["Safe Steps", "safe  steps", "!!!"])
def test_an_agency_s_name_is_not_given_twice(hub, cast, name):
    answer = cast.browser("owen").post("/agencies/add/", {"name": name, "kind": "partner"})
    assert "An agency with this name is there already" in words(answer)


def test_a_team_s_name_is_not_given_twice(hub, cast):
    answer = cast.browser("ines").post(SAFE_STEPS + "teams/add/", {"name": "domestic abuse ADVISERS"})
    assert "Give this one another" in words(answer)


def test_what_is_missing_is_asked_for(hub, cast):
    told = words(cast.browser("owen").post("/agencies/at/safe-steps/invite/", {}))
    for wanted in ("Enter the person's e-mail address", "Choose a role"):
        assert wanted in told


def test_another_role_signs_somebody_out_everywhere(hub, cast):
    helen, owen = cast.browser("helen"), cast.browser("owen")
    assert helen.get("/agencies/").status_code == 403
    owen.post(address_of("helen"), {"role": "agency_administrator"})
    assert urlsplit(helen.get("/agencies/")["Location"]).path == "/accounts/login/"
    assert cast.browser("helen").get("/agencies/")["Location"] == SAFE_STEPS
    assert topics() == ["practitioner.changed"]


def test_nobody_locks_themselves_out_or_changes_their_own_role(hub, cast):
    owen = cast.browser("owen")
    owen.post(address_of("owen") + "deactivate/")
    assert "You cannot lock yourself out" in words(owen.get(address_of("owen")))
    changed = owen.post(address_of("owen"), {"role": "auditor"})
    assert "You cannot change your own role" in words(changed)
    assert person(PEOPLE["owen"]).role == "hub_administrator"
    assert topics() == []


def test_somebody_who_left_can_be_let_in_again(hub, cast):
    cache.clear()
    owen = cast.browser("owen")
    owen.post(address_of("helen") + "deactivate/")
    assert "Deactivated" in words(owen.get(SAFE_STEPS))
    owen.post(address_of("helen") + "reactivate/")
    signed_in = Client().post("/accounts/login/", {"login": PEOPLE["helen"], "password": PASSWORD})
    assert signed_in.status_code == 302


def test_the_verbs_ask_for_the_right_themselves(hub, cast):
    helen = person(PEOPLE["helen"])
    with acting_as(cast.actor("dana")) as dana:
        for verb in (people.deactivate, people.reactivate, people.unlock, people.sign_out_everywhere):
            with pytest.raises(NotAllowed):
                verb(actor=dana, practitioner_id=helen.id)
        with pytest.raises(NotAllowed):
            actions.add_agency(actor=dana, name="X", kind="partner")
    with acting_as(cast.actor("ines")) as ines, pytest.raises(actions.AgencyNotFound):
        actions.add_team(actor=ines, agency_id=Agency.objects.get(code="victim-care").id, name="X")


@pytest.mark.parametrize("verb", ["deactivate", "reactivate", "sign-out", "unlock"])
def test_a_link_alone_changes_nothing(hub, cast, verb):
    assert cast.browser("owen").get(address_of("helen") + f"{verb}/").status_code == 405
