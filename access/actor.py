"""Who acts: one type for people, partners' API clients and the hub's own system accounts."""

from dataclasses import dataclass, field
from uuid import UUID

from access.roles import CAPABILITIES, Capability, Role


class NotAllowed(Exception):
    """The actor's role lacks the capability. The message names it; it never names the target."""

    def __init__(self, capability: Capability) -> None:
        self.capability = capability
        super().__init__(f"Your role does not include: {capability.replace('_', ' ')}. Ask your supervisor.")


@dataclass(frozen=True)
class Actor:
    """Somebody (or something) on whose behalf a transaction runs.

    kind: "practitioner", "client" or "system".
    id: the practitioner's or client's id; a system account's id is its agency's.
    agency_id: the agency that employs the actor; hub: whether that agency is the hub itself.
    name: shown on timelines; for system accounts the account's name, such as "routing".
    """

    kind: str
    id: UUID
    name: str
    role: Role
    agency_id: UUID
    hub: bool = False
    team_ids: tuple[UUID, ...] = field(default=())
    purpose: str = "victim_support"

    def can(self, capability: Capability) -> bool:
        return capability in CAPABILITIES[self.role]

    def require(self, capability: Capability) -> None:
        """Raise NotAllowed unless the actor's role includes the capability."""
        if not self.can(capability):
            raise NotAllowed(capability)


def system_actor(account: str, *, hub_id: UUID) -> Actor:
    """A named system account of the hub, such as "intake" or "routing": work done by nobody is not allowed."""
    return Actor(kind="system", id=hub_id, name=account, role=Role.SYSTEM, agency_id=hub_id, hub=True)


def visitor(*, hub_id: UUID) -> Actor:
    """Whoever has not signed in yet: may look up a practitioner to sign in, and sees no case at all."""
    return Actor(kind="visitor", id=hub_id, name="visitor", role=Role.VISITOR, agency_id=hub_id)
