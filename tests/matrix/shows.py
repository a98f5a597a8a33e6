"""What a walk through every door must come to: nothing that the reader may not see, and all that is owed to them."""

from tests.matrix.doors import WORK, Door
from tests.matrix.policy import OF_PERSON, Reader, Relation, may_see
from tests.matrix.walk import Keys, Width, walk


def doors_hold(world, tally, reader: Reader, width: Width) -> None:
    """Walk as the reader, note the counts, and fail on a leak, an error or something owed that was not shown.

    In a sample no forms are sent.
    """
    walked = walk(world, Keys(), reader, width=width, writes=width > Width.SAMPLE)
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
        and leads_to(entry, reader, world.targets[name].relation)
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


def leads_to(entry: Door, reader: Reader, relation: Relation) -> bool:
    """Whether the door is one by which the reader comes to a case so: a conference's lead to what it asked about,
    and lists of what is to be done to what is not closed.
    """
    if entry.to_do and relation.closed:
        return False
    asked = reader.agency in relation.asked
    if entry.conference:
        return asked
    return not asked or reader.agency in relation.referred
