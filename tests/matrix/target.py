"""One case of the world that the matrix walks, and what doors ask for of it."""

from dataclasses import dataclass, field
from uuid import UUID

from referrals.models import Case
from tests.matrix.policy import Relation


@dataclass
class Target:
    """One case of the world. fills: what doors ask for, by the name of a parameter."""

    number: int
    name: str
    relation: Relation
    case: Case
    fills: dict[str, str] = field(default_factory=dict)
    referrals: dict[str, UUID] = field(default_factory=dict)

    def fillings(self) -> list[dict[str, str]]:
        """What doors ask for, once for each of the case's referrals."""
        return [self.fills | {"referral": str(one)} for one in self.referrals.values()] or [self.fills]
