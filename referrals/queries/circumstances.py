"""What a decision about one case rests on: its facts, what is on offer and what may be shown all ask for the same."""

from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.utils import timezone

from access.context import hub_id
from agencies.queries import SharingBasis, agreements_in_force
from pathways.models import Assessment
from pathways.queries.assessments import latest_assessments
from referrals.models import Case, Listing, Override, Referral, Research
from referrals.queries.overrides import overrides_in_force
from referrals.queries.restricted import agencies_in_conflict
from victims.queries import same_as, standing_consents
from victims.strictest import Stand


class Circumstances:
    """One case at one moment: each thing is read once, when it is first asked for, and stays as it was read.

    For one transaction that holds the case's lock, or that changes nothing. For the hub.
    """

    def __init__(self, case: Case, *, at: datetime) -> None:
        self.case, self.at = case, at

    @cached_property
    def same(self) -> set[UUID]:
        """Everybody who is known to be one human being with the case's person, and they themselves."""
        return same_as([self.case.person_id])[self.case.person_id]

    @cached_property
    def consents(self) -> dict[UUID, Stand]:
        """By agency: see victims.queries.standing_consents."""
        return standing_consents(
            case_id=self.case.id, person_id=self.case.person_id, at=self.at, same=self.same
        )

    @cached_property
    def overrides(self) -> dict[UUID, Override]:
        """By agency: the approved override that stands."""
        return overrides_in_force(case_id=self.case.id, at=self.at)

    @cached_property
    def agreements(self) -> dict[UUID, SharingBasis]:
        """By agency: the agreement in force."""
        return agreements_in_force(hub=hub_id(), on=timezone.localdate(self.at))

    @cached_property
    def kept_out(self) -> dict[UUID, str]:
        """Agencies with a conflict of interest, and which it is in words."""
        return agencies_in_conflict(person_id=self.case.person_id, same=self.same)

    @cached_property
    def referrals(self) -> list[Referral]:
        """All that were ever made of the case, each with its service, in the order in which they were made."""
        return list(Referral.objects.filter(case=self.case).select_related("service").order_by("id"))

    @cached_property
    def assessments(self) -> dict[str, Assessment]:
        """The newest with each instrument, by its code."""
        return latest_assessments(case_id=self.case.id)

    @cached_property
    def listings(self) -> list[Listing]:
        """All lists of conferences that ever had a case of the person, with what was asked of agencies for each."""
        found = Listing.objects.filter(person_id__in=self.same).select_related("conference")
        return list(found.prefetch_related("research__conference").order_by("id"))

    @property
    def research(self) -> list[Research]:
        """What conferences show agencies of the case now, each with its conference."""
        own = [one for one in self.listings if one.case_id == self.case.id]
        return [asked for one in own for asked in one.research.all() if asked.until > self.at]
