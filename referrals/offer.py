"""What one service is for one case at one moment: pure data, kept with the decision that was made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

GIVEN, REFUSED, NOT_RECORDED = "given", "refused", "not_recorded"


@dataclass(frozen=True, slots=True)
class Offer:
    """One team's service as it stands for this case: whose it is, what may be disclosed to them, whether it fits
    the person, and whether they have room. Several teams may offer one service.

    agreement_id: of an agreement in force, signed by the hub and the agency; None where there is none.
    consent: given, refused (or withdrawn) or not_recorded (or run out), to this agency.
    override_categories: what two people decided that it may be told without or against consent, to keep somebody
    safe; override_words: who asked, who approved, and why.
    in_conflict: the agency has a conflict of interest in the case: it gets no referral, whatever else allows it;
    conflict_words: which.
    areas, languages, interpreters, access, criteria: where and for whom the team works; see agencies.offering,
    and pathways.rules for the criteria.
    opens_at: when it next opens; "" where it is open now, or has not told its hours.
    needs: which it can be asked to meet; none: whichever there are.
    capacity, capacity_free: places for open referrals in all, and free ones; None is no limit.
    share: the part of the service's referrals, in percent, that the team is contracted for; None where none.
    sent: how many it has been sent since the shares were last agreed.
    """

    service_code: str
    team_id: str
    agency_id: str
    agency_code: str
    agency_name: str
    is_open: bool = True
    capacity_free: int | None = None
    agreement_id: str | None = None
    agreement_purposes: tuple[str, ...] = ()
    agreement_categories: tuple[str, ...] = ()
    consent: str = NOT_RECORDED
    consent_categories: tuple[str, ...] = ()
    service_name: str = ""
    in_conflict: bool = False
    conflict_words: str = ""
    override_categories: tuple[str, ...] = ()
    override_words: str = ""
    service_id: str = ""
    team_name: str = ""
    areas: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    interpreters: bool = True
    access: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    criteria: Mapping[str, Any] | None = None
    opens_at: str = ""
    capacity: int | None = None
    share: int | None = None
    sent: int = 0

    @property
    def has_consent(self) -> bool:
        return self.consent == GIVEN

    @property
    def who(self) -> str:
        """The agency, and the team where that says more."""
        named = self.team_name.casefold() not in self.agency_name.casefold()
        return f"{self.agency_name}, {self.team_name}" if named else self.agency_name

    def to_json(self) -> dict[str, Any]:
        held = {column.name: getattr(self, column.name) for column in fields(self)}
        return {key: list(value) if isinstance(value, tuple) else value for key, value in held.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Offer":
        return cls(**_tuples(data))


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(one) if isinstance(one, list) else one for key, one in data.items()}
