"""What the agencies say of a proposed version, each by a named representative, and what follows from it.

An answer is written once, as the agency's own, and stays for ever. Counting is the hub's: it follows the answer as
a message of the outbox, so that an agency's representative never moves the state of a version.
"""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from agencies.models import Agency, Practitioner
from messaging.events import Happening, publish
from pathways import scope
from pathways.actions.versions import ReasonsMissing, VersionNotFound, terms_locked
from pathways.models import PathwayTerms, PathwayVersion, Ratification
from pathways.workflow import ANSWERED_IN, Threshold, VersionRefused, move, verdict

ANSWERED = "pathway.answered"


class NotBound(VersionRefused):
    """The version does not bind the actor's agency, or is not open to answers."""


class AnsweredAlready(VersionRefused):
    """An agency answers once, for ever."""


class TermsNotValid(VersionRefused):
    """The terms name nobody, or contradict each other."""


@transaction.atomic
def answer(*, actor: Actor, version_id: UUID, position: str, reasons: str = "") -> Ratification:
    """Agree to a version for the actor's agency, object to it with reasons, or abstain.

    Said after the version was ratified or given up, it changes nothing but stands beside it all the same.
    Raises NotAllowed, VersionNotFound, NotBound, AnsweredAlready, ReasonsMissing, VersionRefused.
    """
    actor.require(Capability.ANSWER_PROPOSAL)
    version = scope.versions(actor).filter(id=version_id).first()
    if version is None:
        raise VersionNotFound("There is no such version.")
    agency = Agency.objects.get(id=actor.agency_id)
    if agency.code not in version.binds:
        raise NotBound("This version does not bind your agency.")
    if version.status not in ANSWERED_IN:
        raise NotBound("It is not before the agencies any more. Answer the next version.")
    if position not in Ratification.Position.values:
        raise VersionRefused("Choose whether your agency agrees, objects or abstains.")
    if position == Ratification.Position.OBJECTED and not reasons.strip():
        raise ReasonsMissing("Say what your agency objects to, and what would have to be different.")
    now = timezone.now()
    try:
        with transaction.atomic():
            said = Ratification.objects.create(
                version=version,
                agency=agency,
                position=position,
                by_name=actor.name,
                by_id=actor.id,
                reasons=reasons.strip(),
                on=timezone.localdate(now),
            )
    except IntegrityError:
        raise AnsweredAlready(
            "Your agency has answered already, and that stays. Tell the hub what has changed: the next version"
            " can be answered anew."
        ) from None
    data: dict[str, object] = {"version": str(version.id), "code": version.code, "number": version.number}
    publish(Happening(ANSWERED, at=now, data={**data, "position": position}))
    return said


@transaction.atomic
def count_voices(*, actor: Actor, version_id: UUID) -> str:
    """What the answers so far make of a proposed version: ratified, not agreed, or "" while it is open.

    A version that is past its day when it is ratified is in force from today. Raises NotAllowed.
    """
    actor.require(Capability.KEEP_PATHWAYS)
    version = PathwayVersion.objects.select_for_update().filter(id=version_id, status="proposed").first()
    if version is None:
        return ""
    said = dict(version.ratifications.values_list("agency__code", "position"))
    follows = verdict(version.threshold, lead=version.lead, binds=version.binds, said=said)
    if not follows:
        return ""
    now = timezone.now()
    version.status = move(follows, version.status).to
    if follows == "ratify":
        version.in_force_from = max(version.in_force_from or timezone.localdate(now), timezone.localdate(now))
    else:
        version.ended_at, version.ended_by_name = now, actor.name
        version.ended_reason = "The agencies' agreement cannot be reached any more."
    version.save(update_fields=["status", "in_force_from", "ended_at", "ended_by_name", "ended_reason"])
    topic = "pathway.ratified" if follows == "ratify" else "pathway.not_agreed"
    data: dict[str, object] = {"version": str(version.id), "code": version.code, "number": version.number}
    publish(Happening(topic, at=now, data=data))
    return version.status


@transaction.atomic
def set_terms(
    *, actor: Actor, code: str, keeper_id: UUID | None, threshold: str, lead: str = ""
) -> PathwayTerms:
    """Say who keeps a pathway and when its agencies have agreed; what is proposed already keeps its own terms.

    keeper_id: somebody of the hub who may draft pathways. lead: an agency's code, wanted for that threshold.
    Raises NotAllowed, VersionNotFound, TermsNotValid.
    """
    actor.require(Capability.DRAFT_PATHWAY)
    terms = terms_locked(code)
    if threshold not in set(Threshold):
        raise TermsNotValid("Choose when the agencies have agreed.")
    if threshold == Threshold.LEAD_AGENCY and not Agency.objects.filter(code=lead).exists():
        raise TermsNotValid("Choose which agency leads.")
    people = Practitioner.objects.select_related("agency").filter(is_active=True)
    keeper = people.filter(id=keeper_id).first() if keeper_id else None
    if keeper_id is not None and (keeper is None or not keeper.as_actor().can(Capability.DRAFT_PATHWAY)):
        raise TermsNotValid("Choose somebody of the hub who may draft pathways.")
    terms.keeper_id, terms.keeper_name = (keeper.id, keeper.name) if keeper else (None, "")
    terms.threshold, terms.lead = threshold, lead if threshold == Threshold.LEAD_AGENCY else ""
    terms.save()
    publish(Happening("pathway.terms_set", at=timezone.now(), data={"code": code, "threshold": threshold}))
    return terms
