"""The database alone: whose sign-in somebody may see or change, whatever a page or a verb would let through."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from access.actor import visitor
from access.context import acting_as, acting_as_system, hub_id
from agencies.actions import invitations
from agencies.models import Agency, Invitation, Practitioner
from messaging.relay import run_due
from tests.agencies.test_agencies import SAFE_STEPS, link_in, words
from tests.cast import PEOPLE

CHANGES = {"role": "auditor", "is_active": False, "password": "!", "email": "other@safesteps.example"}


def person(cast, name: str) -> Practitioner:
    return cast.practitioner(name)


def is_refused(change) -> bool:
    """Whether the database refuses it, or finds no row for it."""
    try:
        with transaction.atomic():
            return not change()
    except DatabaseError:
        return True


def test_a_visitor_reads_nobody_and_a_session_s_claim_reads_one(hub, cast):
    helen = person(cast, "helen")
    with acting_as(visitor(hub_id=hub_id())):
        assert not Practitioner.objects.exists()
        assert not Authenticator.objects.exists()
    with acting_as(visitor(hub_id=hub_id(), claims=helen.id)):
        assert [one.id for one in Practitioner.objects.all()] == [helen.id]


def test_a_partner_s_people_read_the_names_of_their_own_agency_alone(hub, cast):
    for name in ("helen", "ines"):
        with acting_as(cast.actor(name)) as actor:
            assert {one.agency_id for one in Practitioner.objects.all()} == {actor.agency_id}
    with acting_as(cast.client_actor("safe-steps")):
        assert not Practitioner.objects.exists()


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("name", ["priya", "dana", "carys", "grace", "helen", "ruth", "ines"])
def test_who_may_not_change_somebody_cannot(hub, cast, name, column):
    """Ines looks after Helen, and yet not of Ruth, who is of another agency."""
    for other in ("priya", "ruth") if name == "ines" else ("helen", "ines"):
        if other == name:
            continue
        target = person(cast, other).id
        with acting_as(cast.actor(name)):
            rows = Practitioner.objects.filter(id=target)
            assert is_refused(lambda rows=rows: rows.update(**{column: CHANGES[column]})), (name, other)


def test_nobody_raises_themselves_and_an_administrator_gives_no_role_of_the_hub(hub, cast):
    for name, role in (("priya", "supervisor"), ("helen", "agency_administrator"), ("owen", "supervisor")):
        own = person(cast, name).id
        with acting_as(cast.actor(name)):
            assert is_refused(
                lambda own=own, role=role: Practitioner.objects.filter(id=own).update(role=role)
            )
    helen = person(cast, "helen")
    assert is_refused(lambda: _made_by(cast, "helen", agency=helen.agency_id, role="partner_practitioner"))
    with acting_as(cast.actor("ines")):
        rows = Practitioner.objects.filter(id=helen.id)
        assert is_refused(lambda: rows.update(role="supervisor"))
        assert is_refused(lambda: rows.update(agency_id=hub_id()))
        assert is_refused(lambda: rows.update(password="!")), "nobody chooses a password for somebody else"
        assert rows.update(role="agency_administrator") == 1
    assert is_refused(lambda: _made_by(cast, "ines", agency=hub_id(), role="partner_practitioner"))


def _made_by(cast, name: str, *, agency, role: str) -> Practitioner:
    with acting_as(cast.actor(name)):
        return Practitioner.objects.create(
            agency_id=agency, email="new@safesteps.example", name="New", role=role, password="!"
        )


def test_second_factors_and_sessions_are_their_owner_s(hub, cast):
    helen, ruth = person(cast, "helen"), person(cast, "ruth")
    cast.browser("helen")
    with acting_as(cast.actor("helen")):
        Authenticator.objects.create(user=helen, type="totp", data={"secret": "sealed"})
        EmailAddress.objects.create(user=helen, email=helen.email, verified=True, primary=True)
        assert is_refused(
            lambda: EmailAddress.objects.create(user=helen, email=PEOPLE["ruth"], verified=True)
        )
        assert is_refused(lambda: Authenticator.objects.create(user=ruth, type="totp", data={}))
    for name in ("ruth", "priya", "dana", "grace"):
        with acting_as(cast.actor(name)):
            for model in (Authenticator, UserSession, EmailAddress):
                assert not model.objects.filter(user=helen).exists(), (name, model)
                assert is_refused(lambda model=model: model.objects.filter(user_id=helen.id).delete()[0])
    with acting_as(cast.actor("ines")):
        assert Authenticator.objects.filter(user=helen).delete()[0] == 1
        assert UserSession.objects.filter(user=helen).delete()[0] == 1


def invited(cast, email: str = "new@safesteps.example") -> Invitation:
    with acting_as(cast.actor("ines")) as ines:
        return invitations.invite(
            actor=ines, agency_id=ines.agency_id, email=email, role="partner_practitioner", teams=[]
        )


def opens(link: str) -> bool:
    return Client().get(link, follow=True).status_code == 200


def test_only_the_newest_link_opens_and_none_once_it_is_withdrawn_or_old(hub, cast, mailoutbox):
    cache.clear()
    ines, invitation = cast.browser("ines"), invited(cast)
    run_due()
    ines.post(f"/agencies/invitations/{invitation.id}/send-again/")
    run_due()
    first, second = (link_in(mail) for mail in mailoutbox)
    assert (opens(first), opens(second)) == (False, True)
    assert not opens(second[:-2] + "x/"), "a link is signed"
    assert "safesteps" not in second
    with acting_as_system("tests"):
        Invitation.objects.update(expires_at=timezone.now())
    assert not opens(second)
    assert "Expired" in words(ines.get(SAFE_STEPS))
    with acting_as_system("tests"):
        Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
    assert opens(second)
    ines.post(f"/agencies/invitations/{invitation.id}/withdraw/")
    assert not opens(second)
    assert "new@safesteps.example" not in words(ines.get(SAFE_STEPS))


def test_invitations_are_seen_and_changed_by_their_agency_s_administrators_alone(hub, cast):
    invitation = invited(cast)
    for name in ("priya", "dana", "grace", "helen", "ruth"):
        with acting_as(cast.actor(name)):
            assert not Invitation.objects.exists(), name
            assert is_refused(lambda: Invitation.objects.update(status="withdrawn")), name
    for name, status in (("helen", 403), ("ruth", 403), ("priya", 403)):
        answer = cast.browser(name).post(f"/agencies/invitations/{invitation.id}/withdraw/")
        assert answer.status_code == status
    with acting_as(cast.actor("owen")):
        assert Invitation.objects.count() == 1
    with acting_as(cast.actor("ines")) as ines:
        victim_care = Agency.objects.get(code="victim-care").id
        theirs = Invitation(
            agency_id=victim_care,
            email="x@y.example",
            role="partner_practitioner",
            nonce="0",
            made_at=timezone.now(),
            made_by=ines.id,
            expires_at=timezone.now(),
        )
        assert is_refused(lambda: Invitation.objects.bulk_create([theirs]))


def test_a_weak_password_is_refused_and_the_name_that_was_typed_is_kept(hub, cast, mailoutbox):
    cache.clear()
    invited(cast)
    run_due()
    new = Client()
    new.get(link_in(mailoutbox[0]), follow=True)
    answer = new.post("/accounts/invitation/", {"name": "Noa Park", "password": "short", "again": "other"})
    told = answer.content.decode()
    assert "The two passwords are not the same" in told
    assert "at least 12" in told
    assert 'value="Noa Park"' in told
    assert 'value="short"' not in told
