"""The life of a pathway version as verbs: draft, change, discard, propose, withdraw, put in force at once, retire.

`pathways.workflow` has the table of moves. Once proposed a version is never edited, which a trigger holds: what
is to be different becomes the next draft. What the agencies answer is pathways.actions.ratification.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from access.actor import Actor
from access.roles import Capability
from agencies.models import Agency
from messaging.events import Happening, publish, schedule
from pathways import scope
from pathways.models import PathwayTerms, PathwayVersion
from pathways.queries.directory import directory, problems
from pathways.queries.versions import rehearsed
from pathways.rules import ALWAYS
from pathways.workflow import LONGEST_EMERGENCY, VersionRefused, move

END_EMERGENCY = "pathways.end_emergency"


class VersionNotFound(VersionRefused):
    """There is no such version, or it is not the actor's to see."""


class DraftExists(VersionRefused):
    """A pathway has one draft at a time."""


class NotADraft(VersionRefused):
    """What was proposed is never edited."""


class ChangedMeanwhile(VersionRefused):
    """Somebody else changed the draft since the actor read it."""


class NotReady(VersionRefused):
    """The draft cannot be used as it stands; `problems` says why, one by one."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("This draft cannot be proposed yet. " + " ".join(problems))
        self.problems = problems


class NotRehearsed(VersionRefused):
    """A proposal needs a dry run of the very rules that it proposes."""


class ReasonsMissing(VersionRefused):
    """The act needs its reasons in words."""


class DayNotValid(VersionRefused):
    """A day or a time that cannot be."""


@transaction.atomic
def draft_version(*, actor: Actor, code: str, definition: Mapping[str, Any] | None = None) -> PathwayVersion:
    """The next draft of a pathway: from its newest version, or from `definition` (as imported).

    Raises NotAllowed, VersionNotFound, DraftExists.
    """
    actor.require(Capability.DRAFT_PATHWAY)
    terms_locked(code)
    versions = scope.versions(actor).filter(code=code).order_by("-number")
    if versions.filter(status=PathwayVersion.Status.DRAFT).exists():
        raise DraftExists("There is a draft of this pathway already. Go on with that one, or discard it.")
    before = versions.first()
    if before is None:
        raise VersionNotFound("There is no such pathway.")
    return _drafted(actor, code, before.number + 1, dict(definition or before.definition), before)


@transaction.atomic
def draft_pathway(*, actor: Actor, title: str, definition: Mapping[str, Any] | None = None) -> PathwayVersion:
    """The first draft of a new pathway: from nothing, or from `definition` (as imported). The actor keeps it.

    Raises NotAllowed, VersionRefused (no title, or there is such a pathway already).
    """
    actor.require(Capability.DRAFT_PATHWAY)
    title = title.strip()
    code = slugify(title)[:50].strip("-")
    if not code:
        raise VersionRefused("Give the pathway a title.")
    if PathwayVersion.objects.filter(code=code).exists():
        raise VersionRefused("There is a pathway of that title already. Draft its next version instead.")
    # Terms are left of one whose only draft was thrown away.
    kept = {"keeper_id": actor.id, "keeper_name": actor.name}
    PathwayTerms.objects.update_or_create(code=code, defaults=kept)
    nothing = {"entry": ALWAYS, "assessments": [], "routes": []}
    return _drafted(actor, code, 1, {**(definition or nothing), "title": title}, None)


@transaction.atomic
def change_draft(
    *, actor: Actor, version_id: UUID, definition: Mapping[str, Any], seen: int | None = None
) -> PathwayVersion:
    """Put another definition in the draft's place; it may be incomplete until it is proposed.

    seen: the draft's revision as the actor read it. Raises NotAllowed, VersionNotFound, NotADraft,
    ChangedMeanwhile.
    """
    actor.require(Capability.DRAFT_PATHWAY)
    draft = _draft(actor, version_id)
    if seen is not None and seen != draft.revision:
        raise ChangedMeanwhile(
            f"{draft.changed_by_name} changed this draft meanwhile. What you typed is kept here: look at the"
            " draft in another window, then save again."
        )
    draft.definition = _own(definition, draft.code, draft.number)
    draft.title = str(draft.definition.get("title") or draft.title)[:120]
    draft.revision += 1
    draft.changed_at, draft.changed_by_name = timezone.now(), actor.name
    draft.save(update_fields=["definition", "title", "revision", "changed_at", "changed_by_name"])
    return draft


@transaction.atomic
def discard_draft(*, actor: Actor, version_id: UUID) -> None:
    """Throw a draft away; nobody but the hub has seen it. Raises NotAllowed, VersionNotFound, NotADraft."""
    actor.require(Capability.DRAFT_PATHWAY)
    draft = _draft(actor, version_id)
    _tell("pathway.discarded", draft)
    draft.delete()


@transaction.atomic
def propose(
    *,
    actor: Actor,
    version_id: UUID,
    reasons: str,
    in_force_from: date,
    binds: Collection[str] = (),
) -> PathwayVersion:
    """Lay a draft before the agencies that it binds, with the hub's reasons and a dry run of its very rules.

    From here on it stays as it is. binds: codes of agencies besides the hub and those whose services it names,
    which are always bound.
    Raises NotAllowed, VersionNotFound, NotADraft, NotReady, NotRehearsed, ReasonsMissing, DayNotValid.
    """
    now = timezone.now()
    draft = _ready(actor, version_id, "propose", reasons, binds, now)
    if in_force_from < timezone.localdate(now):
        raise DayNotValid("A version is in force from a day to come, or from today.")
    if not rehearsed(draft):
        raise NotRehearsed("Rehearse the draft first: no dry run of the rules as they stand now is finished.")
    draft.in_force_from = in_force_from
    draft.status = move("propose", draft.status).to
    draft.save()
    _tell("pathway.proposed", draft)
    return draft


@transaction.atomic
def put_in_force_at_once(
    *, actor: Actor, version_id: UUID, reasons: str, until: datetime, binds: Collection[str] = ()
) -> PathwayVersion:
    """Have a draft route cases from now until `until`, before the agencies have agreed; then it ends by itself.

    The version before it routes again from then on. To keep the rules, the same draft is proposed anew.
    Raises as `propose` does.
    """
    now = timezone.now()
    draft = _ready(actor, version_id, "put_in_force_at_once", reasons, binds, now)
    if not now < until <= now + LONGEST_EMERGENCY:
        raise DayNotValid(f"An emergency version ends within {LONGEST_EMERGENCY.days} days from now.")
    draft.in_force_from = timezone.localdate(now)
    draft.emergency_until = until
    draft.status = move("put_in_force_at_once", draft.status).to
    draft.save()
    schedule(END_EMERGENCY, key=str(draft.id), payload={"version": str(draft.id)}, at=until)
    _tell("pathway.emergency", draft)
    return draft


@transaction.atomic
def end_emergency(*, actor: Actor, version_id: UUID) -> None:
    """The emergency version's time is over. Done a second time it changes nothing. Raises NotAllowed."""
    actor.require(Capability.KEEP_PATHWAYS)
    version = PathwayVersion.objects.select_for_update().filter(id=version_id, status="emergency").first()
    if version is not None:
        _ended(actor, version, "end_emergency", "Its time was over.")


@transaction.atomic
def withdraw(*, actor: Actor, version_id: UUID, reasons: str) -> PathwayVersion:
    """Take a proposal back, to amend it in the next draft. What was said of it stays.

    Raises NotAllowed, VersionNotFound, VersionRefused, ReasonsMissing.
    """
    return _taken_back(actor, version_id, "withdraw", reasons)


@transaction.atomic
def retire(*, actor: Actor, version_id: UUID, reasons: str) -> PathwayVersion:
    """Have a version route nobody any more; the newest other one in force does, if there is one.

    Raises NotAllowed, VersionNotFound, VersionRefused, ReasonsMissing.
    """
    return _taken_back(actor, version_id, "retire", reasons)


def _drafted(
    actor: Actor, code: str, number: int, definition: dict[str, Any], before: PathwayVersion | None
) -> PathwayVersion:
    own = _own(definition, code, number)
    draft = PathwayVersion.objects.create(
        code=code,
        number=number,
        title=str(own.get("title") or (before.title if before else code))[:120],
        definition=own,
        status=PathwayVersion.Status.DRAFT,
        binds=before.binds if before else [],
        based_on=before,
        changed_at=timezone.now(),
        changed_by_name=actor.name,
    )
    _tell("pathway.drafted", draft)
    return draft


def _own(definition: Mapping[str, Any], code: str, number: int) -> dict[str, Any]:
    """The definition under the draft's own code and number, whatever an imported one says."""
    return {**definition, "code": code, "number": number}


def terms_locked(code: str) -> PathwayTerms:
    """The terms of a pathway, locked for this transaction. Raises VersionNotFound."""
    terms = PathwayTerms.objects.select_for_update().filter(code=code).first()
    if terms is None:
        raise VersionNotFound("There is no such pathway.")
    return terms


def _locked(actor: Actor, version_id: UUID) -> PathwayVersion:
    version = scope.versions(actor).select_for_update().filter(id=version_id).first()
    if version is None:
        raise VersionNotFound("There is no such version.")
    return version


def _draft(actor: Actor, version_id: UUID) -> PathwayVersion:
    version = _locked(actor, version_id)
    if version.status != PathwayVersion.Status.DRAFT:
        raise NotADraft("It was proposed and stays as it is. Draft the next version instead.")
    return version


def _ready(
    actor: Actor, version_id: UUID, verb: str, reasons: str, binds: Collection[str], now: datetime
) -> PathwayVersion:
    """The draft under lock, found usable, with everything about its proposal but the day it is in force from."""
    draft = _locked(actor, version_id)
    actor.require(move(verb, draft.status).capability)
    if not reasons.strip():
        raise ReasonsMissing("Say why, in words that every agency understands.")
    if found := problems(draft.definition, on=timezone.localdate(now)):
        raise NotReady(found)
    terms = terms_locked(draft.code)
    needed = directory(on=timezone.localdate(now)).agencies_of(draft.definition)
    known = Agency.objects.filter(code__in=[*binds, *needed, terms.lead]).values_list("code", flat=True)
    draft.binds = sorted(known)
    draft.reasons = reasons.strip()
    draft.proposed_at, draft.proposed_by_name = now, actor.name
    draft.threshold, draft.lead = terms.threshold, terms.lead
    return draft


def _taken_back(actor: Actor, version_id: UUID, verb: str, reasons: str) -> PathwayVersion:
    version = _locked(actor, version_id)
    actor.require(move(verb, version.status).capability)
    if not reasons.strip():
        raise ReasonsMissing("Say why, in words that every agency understands.")
    _ended(actor, version, verb, reasons.strip())
    return version


def _ended(actor: Actor, version: PathwayVersion, verb: str, reason: str) -> None:
    version.status = move(verb, version.status).to
    version.ended_at, version.ended_by_name, version.ended_reason = timezone.now(), actor.name, reason[:400]
    version.save(update_fields=["status", "ended_at", "ended_by_name", "ended_reason"])
    _tell(
        {"withdraw": "pathway.withdrawn", "retire": "pathway.retired"}.get(verb, "pathway.emergency_ended"),
        version,
    )


def _tell(topic: str, version: PathwayVersion) -> None:
    data: dict[str, object] = {"version": str(version.id), "code": version.code, "number": version.number}
    publish(Happening(topic, at=timezone.now(), data=data))
