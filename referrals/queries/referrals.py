"""Referrals: a partner's own, one or a page of them, and what the hub still owes or is owed an answer on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from access.actor import Actor
from access.categories import Category
from access.roles import Capability
from access.sight import NOTHING, Sight, sight_of
from agencies.models import Agreement
from pathways.models import Assessment
from pathways.queries.assessments import latest_assessments
from referrals import scope
from referrals.models import (
    AskedNeed,
    Case,
    CaseNote,
    ContactAttempt,
    Document,
    HandoverNote,
    Incident,
    Outcome,
    Referral,
)
from referrals.queries.asked_needs import asked_of
from referrals.queries.contact import Way, ways_shown
from referrals.queries.documents import documents_shown
from referrals.queries.handovers import newest_handover
from referrals.queries.keyset import Page, SortKey, one_page
from referrals.queries.leads import lead_told
from referrals.queries.messages import referrals_with_unread
from referrals.queries.notes import notes_shown
from referrals.queries.people import NAMELESS, Name, all_names, names_shown
from referrals.queries.splits import given_as_part, rest_told, splits_shown
from referrals.queries.transfers import transfers_shown
from referrals.workflow import CANNOT_GO_ON, OPEN, UNANSWERED
from victims.models import AccessNeeds, Relationship, SafeAddress
from victims.queries import access_needs, safe_addresses

PAGE = 25
MOST = 100
BY_ANSWER_DUE = SortKey("answer_due_at", datetime.fromisoformat)
BY_CONFIRM_DUE = SortKey("confirm_due_at", datetime.fromisoformat)
BY_ANSWERED = SortKey("answered_at", datetime.fromisoformat, nullable=True)
BY_DUE = SortKey("due_at", lambda value: datetime.fromisoformat(value) if value else None, nullable=True)


def own(*, actor: Actor, referral_id: UUID) -> Referral | None:
    """The referral, if it is the actor's to see; None where it is not, or there is none."""
    actor.require(Capability.SEE_REFERRALS)
    told = _told().prefetch_related(transfers_shown(), splits_shown())
    return told.filter(id=referral_id, id__in=scope.referrals(actor).values("id")).first()


def own_list(*, actor: Actor, status: str, before: UUID | None, limit: int) -> list[Referral]:
    """The agency's referrals, newest first: at most `limit`, those before the id `before`, of one status or all."""
    actor.require(Capability.SEE_REFERRALS)
    found = scope.referrals(actor).exclude(status="draft").select_related("service")
    if status:
        found = found.filter(status=status)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[:limit])


def _told() -> Any:
    return Referral.objects.exclude(status="draft").select_related(
        "service", "team", "agency", "pathway_version", "recall_reason"
    )


@dataclass(frozen=True)
class ReferralRow:
    """One line of a list of referrals. The case's reference and the name are empty where they may not be seen.

    has_message: the other side wrote what nobody of the reader's has read.
    given_to: in a partner's own list, whom of its team it was given to.
    """

    referral: Referral
    case_reference: str
    name: str
    has_message: bool
    given_to: str = ""


def how_many_to_decide(*, actor: Actor) -> int:
    """How many open cases `wanted_decisions` would list; no more than MOST + 1 are counted."""
    wanted = scope.cases(actor).exclude(decision_wanted="").filter(closed_at__isnull=True)
    return wanted.order_by()[: MOST + 1].count()


def unanswered(*, actor: Actor, after: str = "", before: str = "") -> Page[ReferralRow]:
    """The hub's referrals whose answer is owed, the next due first."""
    waiting = scope.referrals(actor).filter(status__in=UNANSWERED)
    part = one_page([waiting], key=BY_ANSWER_DUE, descending=False, size=PAGE, after=after, before=before)
    return part.page(rows_of(actor, part.ids))


def unconfirmed(*, actor: Actor, after: str = "", before: str = "") -> Page[ReferralRow]:
    """Recalled referrals whose agency has not said yet that it has stopped, the next due first."""
    owed = scope.referrals(actor).filter(confirm_due_at__isnull=False, confirmed_at__isnull=True)
    part = one_page([owed], key=BY_CONFIRM_DUE, descending=False, size=PAGE, after=after, before=before)
    return part.page(rows_of(actor, part.ids))


def answered(*, actor: Actor, after: str = "", before: str = "") -> Page[ReferralRow]:
    """The hub's referrals that were answered, the latest answer first."""
    found = scope.referrals(actor).filter(answered_at__isnull=False)
    part = one_page([found], key=BY_ANSWERED, descending=True, size=PAGE, after=after, before=before)
    return part.page(rows_of(actor, part.ids))


def rows_of(actor: Actor, ids: list[UUID]) -> list[ReferralRow]:
    """The lines of these referrals, in the order of the ids."""
    by_id = {referral.id: referral for referral in _told().filter(id__in=ids)}
    referrals = [by_id[one] for one in ids if one in by_id]
    cases = cases_shown(referrals)
    names = names_shown(cases.values())
    unread = referrals_with_unread(ids, by_hub=actor.hub)
    rows = []
    for referral in referrals:
        case = cases.get(referral.case_id)
        name = names.get(case.person_id, NAMELESS).short if case else ""
        rows.append(ReferralRow(referral, case.reference if case else "", name, referral.id in unread))
    return rows


def cases_shown(referrals: Iterable[Referral]) -> dict[UUID, Case]:
    """The cases of the referrals, by id, as far as the reader's agency may see them now."""
    return {case.id: case for case in Case.objects.filter(id__in={one.case_id for one in referrals})}


@dataclass(frozen=True)
class DecisionPage:
    """Open cases in which a person must decide, the next due first."""

    cases: list[Case]
    names: dict[UUID, Name]
    previous: str
    next: str


def wanted_decisions(*, actor: Actor, after: str = "", before: str = "") -> DecisionPage:
    """One page of the open cases that wait for somebody's decision, with what it is."""
    wanted = scope.cases(actor).exclude(decision_wanted="").filter(closed_at__isnull=True)
    part = one_page([wanted], key=BY_DUE, descending=False, size=PAGE, after=after, before=before)
    cases = part.among(Case.objects.in_bulk(part.ids))
    return DecisionPage(cases, names_shown(cases), part.previous, part.next)


@dataclass(frozen=True)
class PartnerFile:
    """What one referral tells its agency of the case, part by part; a part that is not told is None or empty.

    sight: the referral's categories as far as the agency's grant shows them now; the database holds the same.
    """

    referral: Referral
    sight: Sight
    agreement: str
    case: Case | None
    name: Name
    ways: list[Way]
    access_needs: AccessNeeds | None
    incidents: list[Incident]
    perpetrators: list[Relationship]
    assessments: list[Assessment]
    attempts: list[ContactAttempt]
    outcomes: list[Outcome]
    safe_address: SafeAddress | None
    notes: list[CaseNote]
    documents: list[Document]
    handover: HandoverNote | None
    lead: str
    needs: list[str]
    rest: str
    given: AskedNeed | None

    def tells(self, category: Category) -> bool:
        return self.case is not None and category in self.sight.categories


def partner_file(*, referral: Referral) -> PartnerFile:
    """What the referral tells its agency now: nothing of the case once it has ended."""
    case, sight = None, NOTHING
    if referral.status in OPEN:
        case = Case.objects.select_related("person").filter(id=referral.case_id).first()
    if case is not None:
        sight = sight_of(case.id).narrowed(referral.categories)
    needs = asked_of(referral, categories=sight.categories) if case else []
    incidents = Incident.objects.filter(case=referral.case_id).select_related("source")
    attempts = ContactAttempt.objects.filter(case=referral.case_id)
    agreement = Agreement.objects.filter(id=referral.agreement_id).values_list("name", flat=True)
    return PartnerFile(
        referral=referral,
        sight=sight,
        agreement=agreement.first() or "",
        case=case,
        name=next(iter(all_names(case, sight)), NAMELESS) if case else NAMELESS,
        ways=ways_shown(case, sight, now=timezone.now()) if case else [],
        access_needs=sight.first(access_needs([case.person_id])) if case else None,
        incidents=sight.rows(incidents.order_by("-reported_at", "-id")),
        perpetrators=sight.rows(Relationship.objects.filter(case_id=referral.case_id).order_by("id")),
        assessments=list(latest_assessments(case_id=referral.case_id).values())
        if sight.shows(Assessment)
        else [],
        attempts=sight.rows(attempts.order_by("-attempted_at", "-id")),
        outcomes=list(referral.outcomes.order_by("id")),
        safe_address=sight.first(safe_addresses(case.person_id)) if case else None,
        notes=notes_shown(case_id=case.id, categories=sight.categories) if case else [],
        documents=documents_shown(case_id=case.id, categories=sight.categories) if case else [],
        handover=newest_handover(referral) if case else None,
        lead=lead_told(referral) if case else "",
        needs=needs,
        rest=rest_told(referral) if case else "",
        given=given_as_part(referral) if case else None,
    )


def document_given(*, referral: Referral, document_id: UUID) -> Document | None:
    """For a partner: one document of those that it was given on its referral; None where it is none of them."""
    given = partner_file(referral=referral).documents
    return next((one for one in given if one.id == document_id), None)


def may_be_sent_again(*, case_id: UUID) -> list[Referral]:
    """By service the case's latest referral, where it was recalled, declined, given up or not answered."""
    latest: dict[UUID, Referral] = {}
    for referral in Referral.objects.filter(case=case_id).select_related("service", "agency").order_by("id"):
        latest[referral.service_id] = referral
    return [
        one
        for one in latest.values()
        if one.status in ("recalled", "declined", "expired") or one.reason_code == CANNOT_GO_ON
    ]
