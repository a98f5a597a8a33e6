"""Every address x reader at the hub x relation: what comes back is what the policy says, and what is owed does come."""

import pytest

from tests.hub.test_every_address import every_address
from tests.matrix.doors import WITHOUT_CASES, WORK, knows_no_case
from tests.matrix.policy import READERS, THE_HUB
from tests.matrix.shows import doors_hold

SAMPLED = "priya"


def test_every_address_has_its_entry():
    addresses = dict(every_address())
    missing = [
        name for name, where in addresses.items() if name not in WORK and not knows_no_case(name, where)
    ]
    assert missing == [], "Give each new address an entry in tests/matrix/doors."
    assert [name for name in (*WORK, *WITHOUT_CASES) if name not in addresses] == []


@pytest.mark.parametrize(
    "reader",
    [
        pytest.param(one, id=one.name, marks=pytest.mark.guard if one.name == SAMPLED else pytest.mark.slow)
        for one in READERS
        if one.agency == THE_HUB
    ],
)
def test_every_door_shows_the_hubs_people_what_the_policy_says_and_no_more(world, tally, width, reader):
    doors_hold(world, tally, reader, width)
