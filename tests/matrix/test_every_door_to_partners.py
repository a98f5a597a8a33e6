"""Every address x reader outside the hub x relation. A file of its own, so that it runs beside the hub's."""

import pytest

from tests.matrix.policy import READERS, THE_HUB
from tests.matrix.shows import doors_hold

SAMPLED = "helen"


@pytest.mark.parametrize(
    "reader",
    [
        pytest.param(one, id=one.name, marks=pytest.mark.guard if one.name == SAMPLED else pytest.mark.slow)
        for one in READERS
        if one.agency != THE_HUB
    ],
)
def test_every_door_shows_partners_what_the_policy_says_and_no_more(world, tally, width, reader):
    doors_hold(world, tally, reader, width)
