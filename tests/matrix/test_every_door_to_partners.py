"""Every address x reader outside the hub x relation. A file of its own, so that it runs beside the hub's."""

import pytest

from tests.matrix.policy import READERS, THE_HUB
from tests.matrix.shows import WIDTH, doors_hold


@pytest.mark.slow
@pytest.mark.parametrize(
    "reader", [one for one in READERS if one.agency != THE_HUB], ids=lambda one: one.name
)
def test_every_door_shows_partners_what_the_policy_says_and_no_more(world, tally, reader):
    doors_hold(world, tally, reader, WIDTH)
