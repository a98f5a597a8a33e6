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


def visitor(*, hub_id: UUID, claims: UUID | None = None, signing_in: bool = False) -> Actor:
    """Whoever has not been recognised yet: sees no case, and nobody's name.

    claims: whom their session says they are; that one row may be read, to see whether it is so.
    signing_in: at one of the doors of signing in, which must find a person by their e-mail address.
    """
    role = Role.SIGNING_IN if signing_in else Role.VISITOR
    return Actor(kind="visitor", id=claims or hub_id, name="visitor", role=role, agency_id=hub_id)
