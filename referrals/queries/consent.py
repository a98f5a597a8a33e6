"""What stands of consent on a case, agency by agency, and what a practitioner may ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from access.categories import ALL_CATEGORIES
from access.context import hub_id
from agencies.models import Agency
from agencies.queries import agencies_by_id, agreements_in_force
from pathways.queries.versions import told_by_agency
from referrals.models import Case
from victims.models import Consent
from victims.queries import consent_history, consent_stands, current_consents, standing_consents
from victims.strictest import NOT_RECORDED, Stand


@dataclass(frozen=True)
class AgencyConsent:
    """One partner agency with an agreement in force.

    newest: the newest answer about it. stands: what that amounts to now: given, refused or not_recorded.
    counts: what counts, with what other records of the person say: the strictest.
    may_be_asked: the data categories of its agreement. proposed: those that stand, else those that the
    pathway in force tells it.
    """

    agency: Agency
    newest: Consent | None
    stands: str
    counts: Stand
    may_be_asked: tuple[str, ...]
    proposed: tuple[str, ...]


@dataclass(frozen=True)
class CaseConsents:
    """unbound: partners without an agreement in force, whom nothing may be told. newest: id of the last answer."""

    agencies: list[AgencyConsent]
    unbound: list[Agency]
    history: list[Consent]
    newest: UUID | None


def case_consents(*, case: Case, now: datetime) -> CaseConsents:
    """Consent on one case as it stands at `now`."""
    today = timezone.localdate(now)
    bound, told = agreements_in_force(hub=hub_id(), on=today), told_by_agency(on=today)
    current = current_consents(case_id=case.id)
    standing = standing_consents(case_id=case.id, person_id=case.person_id, at=now)
    partners = [agency for agency in agencies_by_id().values() if agency.kind == Agency.Kind.PARTNER]
    partners.sort(key=lambda agency: agency.name)
    history = consent_history(case_id=case.id)
    rows = []
    for agency in partners:
        if agency.id not in bound:
            continue
        allowed = tuple(one for one in ALL_CATEGORIES if one in bound[agency.id].categories)
        newest = current.get(agency.id)
        stands = consent_stands(newest, at=now)
        counts = standing.get(agency.id, Stand(NOT_RECORDED))
        before = newest.categories if newest and stands == "given" else told.get(agency.id, ())
        proposed = tuple(one for one in allowed if one in before)
        rows.append(AgencyConsent(agency, newest, stands, counts, allowed, proposed))
    return CaseConsents(
        agencies=rows,
        unbound=[agency for agency in partners if agency.id not in bound],
        history=history,
        newest=history[0].id if history else None,
    )


def kept_by_others(*, case: Case, made: Iterable[Consent], now: datetime) -> list[str]:
    """Agencies by name for which something was given on the case, and another record of the person says less."""
    given = {one.agency_id: one.agency.name for one in made if one.answer == Consent.Answer.GIVEN}
    standing = standing_consents(case_id=case.id, person_id=case.person_id, at=now) if given else {}
    return sorted(name for agency, name in given.items() if standing[agency].elsewhere)
