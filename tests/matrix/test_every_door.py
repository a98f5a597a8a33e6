"""Every address x reader at the hub x relation: what comes back is what the policy says, and what is owed does come."""

import pytest

from tests.hub.test_every_address import every_address
from tests.matrix.doors import WITHOUT_CASES, WORK, knows_no_case
from tests.matrix.policy import READERS, THE_HUB
from tests.matrix.shows import WIDTH, doors_hold
from tests.matrix.walk import Width

SAMPLED = ("priya", "helen")


def test_every_address_has_its_entry():
    addresses = dict(every_address())
    missing = [
        name for name, where in addresses.items() if name not in WORK and not knows_no_case(name, where)
    ]
    assert missing == [], "Give each new address an entry in tests/matrix/doors."
    assert [name for name in (*WORK, *WITHOUT_CASES) if name not in addresses] == []


@pytest.mark.guard
@pytest.mark.parametrize("reader", [one for one in READERS if one.name in SAMPLED], ids=lambda one: one.name)
def test_a_sample_of_the_doors_shows_what_the_policy_says_and_no_more(world, reader):
    doors_hold(world, lambda *_: None, reader, Width.SAMPLE, writes=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "reader", [one for one in READERS if one.agency == THE_HUB], ids=lambda one: one.name
)
def test_every_door_shows_the_hubs_people_what_the_policy_says_and_no_more(world, tally, reader):
    doors_hold(world, tally, reader, WIDTH)
