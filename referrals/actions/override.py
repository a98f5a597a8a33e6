"""Telling one agency without or against consent, to keep somebody safe: one person asks, another decides."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.categories import ALL_CATEGORIES
from access.roles import Capability
from agencies.models import Agency
from agencies.queries import services
from messaging.events import Happening, publish
from referrals.actions.ground import follow_ground
from referrals.actions.questions import want_decision
from referrals.actions.routing import ask_to_route
from referrals.actions.triage import TriageRefused, locked_open_case
from referrals.actions.waiting import TO_ROUTE
from referrals.grounds import NAMES_THE_PERSON, OVERRIDE_REASONS
from referrals.models import Case, Override

LONGEST = timedelta(days=90)
"""No override stands for longer without being decided again."""


class OverrideRefused(TriageRefused):
    """It cannot be asked for or decided as it stands; the message says what to change."""


class OverrideNotFound(OverrideRefused):
    """There is no such override on this case."""


class NotTheAsker(OverrideRefused):
    """Who asks for an override never decides it."""


class AlreadyDecided(OverrideRefused):
    """It has been decided, or the day until which it was asked for has passed."""


@transaction.atomic
def ask_override(
    *,
    actor: Actor,
    case_id: UUID,
    agency_id: UUID,
    categories: Collection[str],
    reason_code: str,
    reason_words: str,
    until: datetime,
) -> Override:
    """Ask that an agency be told these categories without consent. Nothing is told before a second person agrees.

    reason_code: of OVERRIDE_REASONS, with words. Raises NotAllowed, CaseNotFound, CaseClosed, OverrideRefused.
    """
    actor.require(Capability.ASK_OVERRIDE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    agency = Agency.objects.filter(id=agency_id, kind=Agency.Kind.PARTNER).first()
    if agency is None:
        raise OverrideRefused("Choose which agency is to be told.")
    told = [category for category in ALL_CATEGORIES if category in categories]
    if NAMES_THE_PERSON not in told:
        raise OverrideRefused("Choose what it is told; without who the person is nobody can help.")
    if reason_code not in OVERRIDE_REASONS or not reason_words.strip():
        raise OverrideRefused("Choose the reason, and say in words why it cannot wait for consent.")
    if not now < until <= now + LONGEST:
        raise OverrideRefused(f"Choose until when: at most {LONGEST.days} days from today.")
    if Override.objects.filter(case=case, agency=agency, status=Override.Status.ASKED).exists():
        raise OverrideRefused(
            f"A colleague has asked this for {agency.name} already: it waits to be decided."
        )
    override = Override(
        case=case,
        agency=agency,
        categories=told,
        reason_code=reason_code,
        reason_words=reason_words.strip()[:400],
        until=until,
        asked_by=actor.id,
        asked_by_name=actor.name,
        asked_at=now,
    )
    Override.objects.bulk_create([override])
    publish(_told(override, "case.override_asked", now))
    want_decision(
        case=case,
        words=f"{actor.name} asks to tell {agency.name} without consent: a supervisor decides.",
        code="override_asked",
        at=now,
    )
    return override


@transaction.atomic
def approve_override(*, actor: Actor, case_id: UUID, override_id: UUID, words: str) -> Override:
    """Agree, as the second person: the case is routed with it, where it is ready to be routed.

    Raises NotAllowed, CaseNotFound, CaseClosed, OverrideNotFound, NotTheAsker, AlreadyDecided, OverrideRefused.
    """
    case, override = _decided(actor, case_id, override_id, Override.Status.APPROVED, words)
    follow_ground(actor=actor, case_id=case.id, agency_id=override.agency_id)
    if case.status in TO_ROUTE:
        theirs = [one.code for one in services() if one.team.agency_id == override.agency_id]
        ask_to_route(actor=actor, case_id=case.id, again=theirs)
    return override


@transaction.atomic
def refuse_override(*, actor: Actor, case_id: UUID, override_id: UUID, words: str) -> Override:
    """Disagree, as the second person; the case waits for another decision. Raises as approve_override does."""
    case, override = _decided(actor, case_id, override_id, Override.Status.REFUSED, words)
    want_decision(
        case=case,
        words=f"{override.agency.name} is not to be told without consent: decide who else can help.",
        code="override_refused",
        at=timezone.now(),
    )
    return override


def _decided(
    actor: Actor, case_id: UUID, override_id: UUID, status: Override.Status, words: str
) -> tuple[Case, Override]:
    actor.require(Capability.APPROVE_OVERRIDE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    found = Override.objects.select_related("agency").filter(case=case, id=override_id).first()
    if found is None:
        raise OverrideNotFound("There is no such request on this case.")
    if found.asked_by == actor.id:
        raise NotTheAsker("You asked for it, so somebody else decides it. Ask another supervisor.")
    if found.status != Override.Status.ASKED or found.until <= now:
        raise AlreadyDecided("It has been decided already, or its time has passed. Ask anew if it is needed.")
    if not words.strip():
        raise OverrideRefused("Say why you decide so: it stays on the case.")
    found.status = status
    found.decided_by, found.decided_by_name, found.decided_at = actor.id, actor.name, now
    found.decided_words = words.strip()[:400]
    found.save(update_fields=["status", "decided_by", "decided_by_name", "decided_at", "decided_words"])
    publish(_told(found, f"case.override_{status}", now))
    return case, found


def _told(override: Override, topic: str, at: datetime) -> Happening:
    codes: dict[str, object] = {
        "override": str(override.id),
        "agency": str(override.agency_id),
        "reason": override.reason_code,
    }
    return Happening(topic, at=at, case_id=override.case_id, data=codes)
