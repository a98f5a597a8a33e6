"""The mark by which the hub finds its cases without asking each one's grant: true only where the grant shows it."""

from django.utils import timezone

from access.context import acting_as, acting_as_system, hub_id
from access.models import Conflict, Grant, Restriction
from referrals.actions.conflicts import declare_own_conflict
from referrals.models import Case
from tests.access.test_restricted_policies import restricted
from tests.factories import a_case, a_referral


def marked(case: Case) -> bool:
    with acting_as_system("tests"):
        return Case.objects.get(id=case.id).hub_sees


def test_the_mark_follows_a_restriction_and_its_lifting(hub, cast):
    case = a_case()
    assert marked(case)
    restricted(case, cast.actor("dana"))
    assert not marked(case)
    with acting_as_system("tests"):
        Restriction.objects.filter(person_id=case.person_id).update(lifted_at=timezone.now())
    assert marked(case)


def test_the_mark_follows_a_partners_conflict_and_its_end(hub, cast):
    case, ruth = a_case(), cast.actor("ruth")
    referral = a_referral(case)
    with acting_as_system("tests"):
        Grant.objects.create(
            agency_id=ruth.agency_id, case_id=case.id, person_id=case.person_id, categories=["identity"],
            granted_at=timezone.now(), because=f"referral:{referral.id}",
        )  # fmt: skip
    with acting_as(ruth):
        declare_own_conflict(actor=ruth, referral_id=referral.id, why="knows", words="A neighbour.")
    assert not marked(case)
    with acting_as_system("tests"):
        Conflict.objects.filter(person_id=case.person_id).update(ended_at=timezone.now())
    assert marked(case)


def test_nobody_writes_the_mark_where_the_grant_does_not_say_it(hub, cast):
    case, dana = a_case(), cast.actor("dana")
    restricted(case, dana)
    with acting_as(dana):
        assert Case.objects.filter(id=case.id).update(hub_sees=True) == 1
    assert not marked(case)
    with acting_as(cast.actor("liam")):
        assert not Case.objects.filter(id=case.id).exists()
    further = a_case()
    with acting_as_system("tests"):
        Case.objects.filter(id=further.id).update(hub_sees=False)
    with acting_as(cast.actor("liam")):
        assert Case.objects.filter(id=further.id).exists(), "without the mark the grant is asked"


def test_a_grant_of_the_hub_that_ends_takes_the_mark_with_it(hub, cast):
    case, narrowed = a_case(), a_case()
    with acting_as_system("tests"):
        Grant.objects.filter(case_id=case.id, agency_id=hub_id()).update(until=timezone.now())
        Grant.objects.filter(case_id=narrowed.id, agency_id=hub_id()).update(categories=["contact"])
    with acting_as(cast.actor("priya")):
        assert not Case.objects.filter(id__in=[case.id, narrowed.id]).exists()
