"""Everything the case page shows, in a number of queries that does not grow with the rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from access.actor import Actor
from access.context import hub_id
from access.roles import Capability
from access.sight import Sight, sight_of
from agencies.models import Practitioner
from agencies.queries import agencies_by_id, hub_practitioners, names_of
from pathways.distance import Travelled, distance
from pathways.models import Assessment, Challenge
from pathways.queries.challenges import challenges_on
from referrals import scope
from referrals.models import (
    CallBack,
    Case,
    CaseTask,
    Clock,
    ContactAttempt,
    DocumentWithdrawal,
    Incident,
    Referral,
    RoutingDecision,
)
from referrals.queries.asked_needs import INSTRUMENT, asked_shown, in_order, needs_found
from referrals.queries.call_backs import planned_on
from referrals.queries.case_tasks import tasks_of
from referrals.queries.clocks import ClockLine, live_clocks
from referrals.queries.contact import Way, ways_shown
from referrals.queries.documents import DocumentLine, documents_of, withdrawals_of
from referrals.queries.drafts import Begun, begun
from referrals.queries.handovers import handovers_shown
from referrals.queries.notes import ON_CASE, NotePage, notes_of
from referrals.queries.people import NAMELESS, Name, all_names
from referrals.queries.prompts import PromptLine, prompt_lines
from referrals.queries.readiness import Step, steps
from referrals.queries.repeats import repeats_by_person
from referrals.queries.review import values_of
from referrals.queries.rulebook import Explained, decisions_of, newer_in_force
from referrals.queries.same_accused import LinkedCase, cases_of_the_accused
from referrals.queries.same_person import KnownAs, known_as
from referrals.queries.splits import splits_shown, was_split
from referrals.queries.transfers import transfers_shown
from referrals.queries.triage import open_by
from referrals.workflow import OPEN
from victims.entitlement import age_on
from victims.matching import Identity, Why, why
from victims.matching.words import Reason
from victims.models import AccessNeeds, Consent, Relationship, SafeAddress, SamePersonSuggestion
from victims.queries import access_needs, identities_of, safe_addresses, same_as, standing_consents
from victims.repeats import Repeats
from victims.strictest import Stand

IN_TRIAGE = ("new", "triaging")
ANSWER_KEYS = ("s", "d")
"""The keys (access keys of the browser) that answer the first suggestion: the same person, different people."""


@dataclass(frozen=True)
class Suggestion:
    """Somebody who may be the same person, with what agreed and what did not, and how much it weighs.

    compared: each field with what this record says of it and what the other says.
    """

    id: UUID
    verdict: str
    is_likely: bool
    name: Name
    other_id: UUID
    reference: str
    cases: list[Case]
    score: float
    why: Why
    compared: list[tuple[Reason, str, str]]
    keys: tuple[str, str]


@dataclass(frozen=True)
class Journey:
    """The first and the last assessment of needs, and each need at both ends."""

    first: Assessment
    last: Assessment
    needs: list[Travelled]


@dataclass(frozen=True)
class CaseFile:
    """All that the page shows of one case."""

    case: Case
    sight: Sight
    name: Name
    other_names: list[Name]
    age: int | None
    safe_address_held: bool
    assignee: str
    open_by: str
    ways: list[Way]
    access_needs: AccessNeeds | None
    clocks: list[ClockLine]
    attempts: list[ContactAttempt]
    call_back: CallBack | None
    incidents: list[Incident]
    perpetrators: list[Relationship]
    linked: list[LinkedCase]
    repeats: Repeats
    known_as: list[KnownAs]
    suggestions: list[Suggestion]
    assessments: list[Assessment]
    consents: list[Consent]
    stricter: list[tuple[str, Stand]]
    steps: list[Step]
    referrals: list[Referral]
    decisions: list[Explained]
    newer_in_force: bool
    prompts: list[PromptLine]
    answered_prompts: list[PromptLine]
    challenges: list[Challenge]
    begun: list[Begun]
    documents: list[DocumentLine]
    withdrawn: list[DocumentWithdrawal]
    notes: NotePage
    tasks: list[CaseTask]
    ended_tasks: list[CaseTask]

    @property
    def travelled(self) -> Journey | None:
        """How far the needs have changed from their first assessment to the last; both are needed."""
        asked = [made for made in self.assessments if _asks_needs(made)]
        pair = [made for made in asked if made.instrument.code == asked[0].instrument.code]
        if len(pair) < 2:
            return None
        last, first = pair[0], pair[-1]
        found = distance(last.instrument.definition, first.all_answers, last.all_answers)
        return Journey(first, last, found) if any(one.change is not None for one in found) else None

    @property
    def unasked(self) -> list[str]:
        """Needs of the newest assessment that no service is asked for; none before it was ever routed."""
        live: list[Any] = [one for one in self.referrals if one.status in (*OPEN, "completed")]
        made = next((one for one in self.assessments if one.instrument.code == INSTRUMENT), None)
        asked = {need for one in live for need in one.asked_for}
        return in_order(set(needs_found(made)) - asked) if self.referrals else []

    @property
    def is_joint(self) -> bool:
        """Whether several agencies work on it, or are asked to."""
        return sum(one.status in OPEN and one.status != "draft" for one in self.referrals) > 1

    @property
    def is_led(self) -> bool:
        """Whether one of its referrals leads."""
        return any(hasattr(one, "lead") and one.lead.ended_at is None for one in self.referrals)

    @property
    def safe_way(self) -> Way | None:
        """The first way by which the person may be reached now."""
        return next((way for way in self.ways if way.safe), None)

    @property
    def next_safe_way(self) -> Way | None:
        """The way that is safe again first, where none is now."""
        again = [way for way in self.ways if way.again]
        return min(again, key=lambda way: way.again or self.case.opened_at, default=None)

    @property
    def next_clock(self) -> ClockLine | None:
        """The clock that runs out next."""
        return next((line for line in self.clocks if line.clock.state == Clock.State.RUNNING), None)

    @property
    def likely(self) -> list[Suggestion]:
        """Who is very likely the same person and waits for an answer: they stand at the top of the page."""
        return [one for one in self.suggestions if one.is_likely]

    @property
    def other_suggestions(self) -> list[Suggestion]:
        return [one for one in self.suggestions if not one.is_likely]


def case_file(*, actor: Actor, case: Case, now: datetime) -> CaseFile:
    """The whole file of one case, as it stands at `now` and as far as the reader is shown it (access.sight)."""
    sight = sight_of(case.id)
    names = all_names(case, sight)
    attempts = sight.rows(case.contact_attempts.order_by("-attempted_at", "-id"))
    made = Assessment.objects.filter(case_id=case.id).select_related("instrument", "health")
    assessments = sight.rows(made.order_by("-completed_at"))
    consents = sight.rows(
        Consent.objects.filter(case_id=case.id).select_related("agency").order_by("-recorded_at")
    )
    prompts, answered_prompts = prompt_lines(case, sight)
    tasks, ended_tasks = tasks_of(case, sight)
    decisions = decisions_of(case_id=case.id) if sight.shows(RoutingDecision) else []
    referrals = case.referrals.select_related(
        "agency", "service", "team", "pathway_version", "recall_reason", "dispute", "lead"
    ).annotate(asked_for=asked_shown(), was_split=was_split())
    groups = same_as([case.person_id])
    is_linked = len(groups[case.person_id]) > 1
    repeats = repeats_by_person([case.person_id], until=now, groups=groups) if sight.shows(Incident) else {}
    accused = sight.rows(
        Relationship.objects.filter(case_id=case.id).select_related("employer").order_by("id")
    )
    return CaseFile(
        case=case,
        sight=sight,
        name=names[0] if names else NAMELESS,
        other_names=names[1:],
        age=age_on(case.person.date_of_birth, timezone.localdate(now)),
        safe_address_held=sight.shows(SafeAddress) and safe_addresses(case.person_id).exists(),
        assignee=names_of([case.assigned_to]).get(case.assigned_to, "") if case.assigned_to else "",
        open_by=open_by(case, actor=actor, now=now),
        ways=ways_shown(case, sight, now=now, is_linked=is_linked, show_linked=True),
        access_needs=sight.first(access_needs(groups[case.person_id])),
        clocks=live_clocks(case) if sight.shows(Clock) else [],
        attempts=attempts,
        call_back=planned_on(case) if sight.shows(CallBack) else None,
        incidents=sight.rows(case.incidents.select_related("source").order_by("-reported_at", "-id")),
        perpetrators=accused,
        linked=cases_of_the_accused(
            actor=actor, case=case, accused=accused, same_person=groups[case.person_id]
        )
        if sight.shows(Relationship)
        else [],
        repeats=repeats.get(case.person_id, Repeats()),
        known_as=known_as(actor=actor, person_id=case.person_id)
        if is_linked and sight.shows(SamePersonSuggestion)
        else [],
        suggestions=_suggestions(actor, case.person_id) if sight.shows(SamePersonSuggestion) else [],
        assessments=assessments,
        consents=consents,
        stricter=_stricter(case, now) if is_linked and sight.shows(Consent) else [],
        steps=steps(
            case,
            tried=bool(attempts),
            instruments={one.instrument.code for one in assessments},
            consent=bool(consents),
        )
        if case.status in IN_TRIAGE
        else [],
        referrals=_with_splits(
            sight.rows(
                referrals.prefetch_related("outcomes", transfers_shown(), handovers_shown()).order_by(
                    "-sent_at", "-id"
                )
            )
        ),
        decisions=decisions,
        newer_in_force=newer_in_force(decisions),
        prompts=prompts,
        answered_prompts=answered_prompts,
        challenges=challenges_on(actor=actor, case_id=case.id),
        begun=begun(actor=actor, case_id=case.id) if actor.can(Capability.TRIAGE) else [],
        documents=documents_of(case, sight),
        withdrawn=withdrawals_of(case, sight),
        notes=notes_of(case, sight, size=ON_CASE),
        tasks=tasks,
        ended_tasks=ended_tasks,
    )


def _with_splits(referrals: list[Referral]) -> list[Referral]:
    """The same, with how they were split: few are, and nothing is asked for where none was."""
    annotated: list[Any] = list(referrals)
    prefetch_related_objects([one for one in annotated if one.was_split], splits_shown())
    return referrals


def _asks_needs(made: Assessment) -> bool:
    return any(item["type"] == "need" for item in made.instrument.definition["items"])


def _stricter(case: Case, now: datetime) -> list[tuple[str, Stand]]:
    """Agencies by name that may be told less, or nothing, because of what another record of the person says."""
    standing = standing_consents(case_id=case.id, person_id=case.person_id, at=now)
    names = {agency.id: agency.name for agency in agencies_by_id().values()}
    stricter = [(names[agency], one) for agency, one in standing.items() if one.elsewhere]
    return sorted(stricter, key=lambda pair: pair[0])


def _suggestions(actor: Actor, person: UUID) -> list[Suggestion]:
    """Who may be the same person and waits for an answer."""
    found = list(
        SamePersonSuggestion.objects.filter(
            Q(person=person) | Q(other=person), state=SamePersonSuggestion.State.OPEN
        )
        .select_related("person", "other")
        .order_by("-verdict", "-score", "id")
    )
    others = {row.id: row.other if row.person_id == person else row.person for row in found}
    theirs = {other.id for other in others.values()}
    known = identities_of({person, *theirs}) if found else {}
    told = {one: values_of(identity) for one, identity in known.items()}
    cases: dict[UUID, list[Case]] = {}
    for case in scope.cases(actor).filter(person__in=theirs).order_by("-id"):
        cases.setdefault(case.person_id, []).append(case)
    first = found[0].id if found else None

    def suggestion(row: SamePersonSuggestion) -> Suggestion:
        other, because = others[row.id], why(row.evidence)
        name = known.get(other.id, Identity())
        mine, their = told.get(person, {}), told.get(other.id, {})
        return Suggestion(
            id=row.id,
            verdict=row.get_verdict_display(),
            is_likely=row.verdict == SamePersonSuggestion.Verdict.SAME,
            name=Name(name.given_names, name.surname),
            other_id=other.id,
            reference=other.reference,
            cases=cases.get(other.id, []),
            score=row.score,
            why=because,
            compared=[(one, mine.get(one.field, ""), their.get(one.field, "")) for one in because.reasons],
            keys=ANSWER_KEYS if row.id == first else ("", ""),
        )

    return [suggestion(row) for row in found]


def people_to_assign() -> list[Practitioner]:
    """Everybody who can carry a case; never cut off."""
    return hub_practitioners(hub=hub_id())
