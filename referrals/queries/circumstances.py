"""What a decision about one case rests on: its facts, what is on offer and what may be shown all ask for the same."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from access.context import hub_id
from agencies.models import Agency
from agencies.queries import SharingBasis, agreements_in_force
from messaging.models import Event
from pathways.models import Assessment
from pathways.queries.assessments import latest_assessments
from referrals.models import Case, ContactAttempt, Incident, Listing, Override, Referral, Research
from referrals.queries.overrides import overrides_in_force
from referrals.queries.restricted import agencies_in_conflict
from victims.queries import access_needs, same_as, standing_consents
from victims.strictest import Stand


@dataclass(frozen=True)
class Glance:
    """What there is of a case at all, and when it last moved on: one question for what is mostly not there.

    last_incident: when the latest one happened; where that is not told, was reported.
    """

    is_assessed: bool
    is_listed: bool
    is_overridden: bool
    is_asked_for_needs: bool
    is_reported_by_police: bool
    last_incident: datetime | None
    came_to_its_stage: datetime | None
    last_spoken_to: datetime | None


class Circumstances:
    """One case at one moment: each thing is read once, when it is first asked for, and stays as it was read.

    For one transaction that holds the case's lock, or that changes nothing. For the hub. Once a glance was taken, what
    it did not see is not asked for.
    """

    def __init__(self, case: Case, *, at: datetime) -> None:
        self.case, self.at = case, at

    @cached_property
    def same(self) -> set[UUID]:
        """Everybody who is known to be one human being with the case's person, and they themselves."""
        return same_as([self.case.person_id])[self.case.person_id]

    @cached_property
    def glance(self) -> Glance:
        """See Glance. Worth its question where more than two things of it are wanted, as facts do."""
        of_case = {"case": OuterRef("id")}
        incidents = Incident.objects.filter(**of_case)
        happened = Coalesce("occurred_to", "occurred_from", "reported_at")
        moved = Event.objects.filter(case_id=OuterRef("id"), topic="case.moved")
        spoke = ContactAttempt.objects.filter(**of_case, result=ContactAttempt.Result.SPOKE)
        found = Case.objects.filter(id=self.case.id).values_list(
            Exists(Assessment.objects.filter(case_id=OuterRef("id"))),
            Exists(Listing.objects.filter(person_id__in=self.same)),
            Exists(Override.objects.filter(**of_case)),
            Exists(access_needs(self.same)),
            Exists(incidents.filter(source__agency__kind=Agency.Kind.POLICE)),
            _latest(incidents, happened),
            _latest(moved, F("at")),
            _latest(spoke, F("attempted_at")),
        )
        return Glance(*found.get())

    def _unseen(self, what: str) -> bool:
        return "glance" in self.__dict__ and not getattr(self.glance, what)

    @cached_property
    def assessments(self) -> dict[str, Assessment]:
        """By instrument's code: the newest with it."""
        return {} if self._unseen("is_assessed") else latest_assessments(case_id=self.case.id)

    @cached_property
    def access_needs(self) -> list[str] | None:
        """What the person was last said to need, to be spoken to and met; None where nobody has asked."""
        answer = None if self._unseen("is_asked_for_needs") else access_needs(self.same).first()
        return answer.needs if answer else None

    @cached_property
    def consents(self) -> dict[UUID, Stand]:
        """By agency: see victims.queries.standing_consents."""
        return standing_consents(
            case_id=self.case.id, person_id=self.case.person_id, at=self.at, same=self.same
        )

    @cached_property
    def overrides(self) -> dict[UUID, Override]:
        """By agency: the approved override that stands."""
        if self._unseen("is_overridden"):
            return {}
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
    def listings(self) -> list[Listing]:
        """All lists of conferences that ever had a case of the person, with what was asked of agencies for each."""
        if self._unseen("is_listed"):
            return []
        found = Listing.objects.filter(person_id__in=self.same).select_related("conference")
        return list(found.prefetch_related("research__conference").order_by("id"))

    @property
    def research(self) -> list[Research]:
        """What conferences show agencies of the case now, each with its conference."""
        own = [one for one in self.listings if one.case_id == self.case.id]
        return [asked for one in own for asked in one.research.all() if asked.until > self.at]


def _latest(rows: QuerySet[Any], at: Any) -> Subquery:
    """The latest time of the case's rows."""
    return Subquery(rows.order_by().values("case_id").annotate(latest=Max(at)).values("latest"))
