"""Readers of the policy as the product knows them: what their transactions carry, and how they come to its doors."""

from access.actor import Actor, visitor
from access.context import hub_id
from tests.cast import Cast
from tests.matrix.policy import Reader


def actor_of(reader: Reader) -> Actor:
    """What the reader's transactions carry."""
    if not reader.agency:
        return visitor(hub_id=hub_id())
    if reader.role == "client":
        return Cast().client_actor(reader.agency)
    return Cast().actor(reader.name)
