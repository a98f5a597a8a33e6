"""Every address x reader x relation: what comes back is what the policy says, and what should come back does."""

import os

import pytest

from tests.hub.test_every_address import every_address
from tests.matrix.doors import WITHOUT_CASES, WORK, knows_no_case
from tests.matrix.policy import OF_PERSON, READERS, Reader, Relation, may_see
from tests.matrix.walk import Keys, Width, walk

WIDTH = Width.THOROUGH if os.environ.get("PROOF") == "thorough" else Width.USUAL
SAMPLED = ("priya", "helen")


def test_every_address_has_its_entry():
    addresses = dict(every_address())
    missing = [
        name for name, where in addresses.items() if name not in WORK and not knows_no_case(name, where)
    ]
    assert missing == [], "Give each new address an entry in tests/matrix/doors.py."
    assert [name for name in (*WORK, *WITHOUT_CASES) if name not in addresses] == []


def holds(world, tally, reader: Reader, width: Width, *, writes: bool = True) -> None:
    walked = walk(world, Keys(), reader, width=width, writes=writes)
    tally("Cells of the doors (request x case x category) that leaked", len(walked.leaks), walked.cells)
    tally("Requests that failed", len(walked.failed), walked.requests)
    assert not walked.leaks, "\n".join(sorted(set(walked.leaks)))
    assert not walked.failed
    owed = {
        (door, name, kind)
        for door, entry in WORK.items()
        if reader.role in entry.to
        for name in walked.targets
        for kind in entry.shows
        if is_owed(reader, world.targets[name].relation, kind)
    }
    tally("Things owed to a reader that a door did not show", len(owed - walked.seen), len(owed))
    assert owed <= walked.seen, sorted(owed - walked.seen)


def is_owed(reader: Reader, relation: Relation, kind: str) -> bool:
    """Whether the reader must be shown it where the door shows it at all."""
    elsewhere = (
        relation.same_person_as and kind in OF_PERSON
    )  # the person's canaries bear the earlier case's number
    kept_out = reader.name in relation.kept_out or reader.agency in relation.kept_out
    return may_see(reader, relation, kind) and not elsewhere and not kept_out


@pytest.mark.parametrize("reader", [one for one in READERS if one.name in SAMPLED], ids=lambda one: one.name)
def test_a_sample_of_the_doors_shows_what_the_policy_says_and_no_more(world, reader):
    holds(world, lambda *_: None, reader, Width.SAMPLE, writes=False)


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS, ids=lambda one: one.name)
def test_every_door_shows_what_the_policy_says_and_no_more(world, tally, reader):
    holds(world, tally, reader, WIDTH)
