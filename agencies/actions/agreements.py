"""An information sharing agreement's life: drafted, offered, signed by each side, and ended.

    draft -> offered -> (in force for each party that has signed, while its days run) -> ended early, or lapsed

Once offered it is never edited: a new version replaces it, and its parties sign anew. Whatever takes the ground
from a disclosure cuts the agency's sight in the same transaction; what another agreement still carries comes back
with the work that follows (referrals.tasks).
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.text import slugify

from access.actor import Actor
from access.categories import ALL_CATEGORIES
from access.context import acting_as_system, hub_id
from access.models import Grant
from access.roles import Capability
from agencies import scope
from agencies.models import Agency, Agreement, AgreementParty
from agencies.sharing import PURPOSES, reminders
from messaging.events import Happening, publish, schedule

REMIND = "agencies.remind_of_agreement"
BEGINS = "agencies.agreement_begins"


class AgreementRefused(Exception):
    """It cannot be done as things stand; the message says why and what to do instead."""


class AgreementNotFound(AgreementRefused):
    """There is no such agreement, or it is not the actor's."""


class AlreadyOffered(AgreementRefused):
    """An agreement that was offered is never edited."""


class NotOffered(AgreementRefused):
    """Only an agreement that is on offer can be signed, withdrawn from or ended."""


class NotYourSide(AgreementRefused):
    """The actor's agency is no party, or has signed or withdrawn already."""


class TermsNotValid(AgreementRefused):
    """The terms contradict each other or name what there is not."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the parties agree on, as a draft asks for it."""

    name: str
    purposes: Collection[str]
    categories: Collection[str]
    starts_on: date
    ends_on: date | None
    review_on: date

    def checked(self) -> dict[str, object]:
        """The terms as they are kept. Raises TermsNotValid."""
        if not self.name.strip():
            raise TermsNotValid("Give the agreement a name.")
        if not self.purposes or set(self.purposes) - set(PURPOSES):
            raise TermsNotValid("Choose what the information may be used for.")
        if not self.categories or set(self.categories) - set(ALL_CATEGORIES):
            raise TermsNotValid("Choose what may be shared.")
        if self.ends_on is not None and self.ends_on <= self.starts_on:
            raise TermsNotValid("The last day must be after the first.")
        if self.review_on <= self.starts_on or (self.ends_on is not None and self.review_on > self.ends_on):
            raise TermsNotValid("The review must be after the first day, and not after the last.")
        return {
            "name": self.name.strip(),
            "purposes": [purpose for purpose in PURPOSES if purpose in self.purposes],
            "categories": [category for category in ALL_CATEGORIES if category in self.categories],
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "review_on": self.review_on,
        }


TERMS = tuple(field.name for field in fields(Terms))


@transaction.atomic
def draft_agreement(*, actor: Actor, terms: Terms, agencies: Collection[UUID]) -> Agreement:
    """Write a draft between the hub and the agencies. Raises NotAllowed, TermsNotValid."""
    actor.require(Capability.ADMINISTER_HUB)
    agreement = Agreement.objects.create(code=_code(terms.name, 1), **terms.checked())
    _set_parties(agreement, agencies)
    _tell("agreement.drafted", agreement)
    return agreement


@transaction.atomic
def change_draft(*, actor: Actor, agreement_id: UUID, terms: Terms, agencies: Collection[UUID]) -> Agreement:
    """Change a draft. Raises NotAllowed, AgreementNotFound, AlreadyOffered, TermsNotValid."""
    agreement = _locked(actor, agreement_id)
    _is_draft(agreement)
    for field, value in terms.checked().items():
        setattr(agreement, field, value)
    agreement.save()
    _set_parties(agreement, agencies)
    _tell("agreement.drafted", agreement)
    return agreement


@transaction.atomic
def offer(*, actor: Actor, agreement_id: UUID) -> Agreement:
    """Offer a draft to its parties for signature; from here on its terms stay as they are.

    Raises NotAllowed, AgreementNotFound, AlreadyOffered.
    """
    agreement = _locked(actor, agreement_id)
    _is_draft(agreement)
    agreement.status = Agreement.Status.OFFERED
    agreement.save(update_fields=["status"])
    _tell("agreement.offered", agreement)
    schedule_reminders(agreement)
    return agreement


@transaction.atomic
def new_version(*, actor: Actor, agreement_id: UUID) -> Agreement:
    """A draft with the terms and parties of an agreement that was offered, to replace it once it is signed.

    Raises NotAllowed, AgreementNotFound, AgreementRefused (there is a draft of it already).
    """
    before = _locked(actor, agreement_id)
    if before.status == Agreement.Status.DRAFT:
        raise AgreementRefused("This is a draft still: change it as it is.")
    if Agreement.objects.filter(replaces=before).exclude(status=Agreement.Status.ENDED).exists():
        raise AgreementRefused("There is a newer version already. Go on with that one.")
    number = before.number + 1
    draft = Agreement.objects.create(
        code=_code(before.name, number),
        number=number,
        replaces=before,
        **{field: getattr(before, field) for field in TERMS},
    )
    _set_parties(draft, before.parties.exclude(agency=hub_id()).values_list("agency_id", flat=True))
    _tell("agreement.drafted", draft)
    return draft


@transaction.atomic
def sign(*, actor: Actor, agreement_id: UUID) -> AgreementParty:
    """Sign the side of the actor's own agency, as its named representative.

    Raises NotAllowed, AgreementNotFound, NotOffered, NotYourSide.
    """
    now = timezone.now()
    party = _own_side(actor, agreement_id)
    if party.signed_on is not None:
        raise NotYourSide("Your agency has signed this agreement already.")
    party.signed_by, party.signed_by_id = actor.name, actor.id
    party.signed_on = timezone.localdate(now)
    party.save(update_fields=["signed_by", "signed_by_id", "signed_on"])
    _tell("agreement.signed", party.agreement, agencies=_bound_through(party))
    begins = timezone.make_aware(datetime.combine(party.agreement.starts_on, time.min))
    if begins > now:
        payload = {"agreement": str(party.agreement_id)}
        schedule(BEGINS, key=str(party.agreement_id), payload=payload, at=begins)
    return party


@transaction.atomic
def withdraw_signature(*, actor: Actor, agreement_id: UUID, reason: str) -> AgreementParty:
    """Take back the signature of the actor's own agency: what rests on it ends at once. Signing again needs a
    new version.

    Raises NotAllowed, AgreementNotFound, NotOffered, NotYourSide, AgreementRefused (no reason).
    """
    party = _own_side(actor, agreement_id)
    if party.signed_on is None or party.withdrawn_at is not None:
        raise NotYourSide("There is no signature of your agency here to withdraw.")
    party.withdrawn_at, party.withdrawn_by = timezone.now(), actor.name
    party.withdrawn_reason = _reason(reason)
    party.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    _cut("agreement.withdrawn", party.agreement, _bound_through(party))
    return party


@transaction.atomic
def end_agreement(*, actor: Actor, agreement_id: UUID, reason: str) -> Agreement:
    """End an agreement before its last day: every sight that rests on it ends at once.

    Raises NotAllowed, AgreementNotFound, NotOffered, AgreementRefused (no reason).
    """
    agreement = _locked(actor, agreement_id)
    _is_offered(agreement)
    agreement.status = Agreement.Status.ENDED
    agreement.ended_at, agreement.ended_by = timezone.now(), actor.name
    agreement.ended_reason = _reason(reason)
    agreement.save(update_fields=["status", "ended_at", "ended_by", "ended_reason"])
    _cut("agreement.ended", agreement, _partners(agreement))
    return agreement


def begin(*, agreement_id: UUID) -> None:
    """The first day of a signed agreement has come: tell those who keep what rests on it."""
    agreement = Agreement.objects.filter(id=agreement_id, status=Agreement.Status.OFFERED).first()
    if agreement is not None:
        _tell("agreement.begun", agreement, agencies=_partners(agreement))


def schedule_reminders(agreement: Agreement) -> None:
    """Have administrators reminded once at each of the agreement's days that is still to come (09:00)."""
    now = timezone.now()
    for what, day in reminders(review_on=agreement.review_on, ends_on=agreement.ends_on).items():
        at = timezone.make_aware(datetime.combine(day, time(9)))
        if at > now:
            payload = {"agreement": str(agreement.id), "what": what}
            schedule(REMIND, key=f"{agreement.id}:{what}", payload=payload, at=at)


def _set_parties(agreement: Agreement, agencies: Collection[UUID]) -> None:
    known = set(Agency.objects.filter(id__in=agencies).exclude(id=hub_id()).values_list("id", flat=True))
    if not known:
        raise TermsNotValid("Choose at least one agency.")
    wanted = {hub_id(), *known}
    agreement.parties.exclude(agency_id__in=wanted).delete()
    there = set(agreement.parties.values_list("agency_id", flat=True))
    AgreementParty.objects.bulk_create(
        AgreementParty(agreement=agreement, agency_id=agency) for agency in sorted(wanted - there)
    )


def _locked(actor: Actor, agreement_id: UUID) -> Agreement:
    actor.require(Capability.ADMINISTER_HUB)
    agreement = scope.agreements(actor).select_for_update().filter(id=agreement_id).first()
    if agreement is None:
        raise AgreementNotFound("There is no such agreement.")
    return agreement


def _own_side(actor: Actor, agreement_id: UUID) -> AgreementParty:
    """The side of the actor's agency under lock. The hub's own administrator signs the hub's."""
    actor.require(Capability.ADMINISTER_AGENCY)
    if not scope.agreements(actor).filter(id=agreement_id).exists():
        raise AgreementNotFound("There is no such agreement.")
    sides = AgreementParty.objects.select_related("agreement").select_for_update(of=("self",))
    party = sides.filter(agreement=agreement_id, agency=actor.agency_id).first()
    if party is None:
        raise NotYourSide("Your agency is no party to this agreement.")
    _is_offered(party.agreement)
    return party


def _is_draft(agreement: Agreement) -> None:
    if agreement.status != Agreement.Status.DRAFT:
        raise AlreadyOffered("It was offered and stays as it is. Draft a new version instead.")


def _is_offered(agreement: Agreement) -> None:
    if agreement.status != Agreement.Status.OFFERED:
        raise NotOffered(
            "Only an agreement that was offered, and has not been ended, can be signed or ended."
        )


def _reason(words: str) -> str:
    if not words.strip():
        raise AgreementRefused("Say why, in words that every party understands.")
    return words.strip()[:400]


def _partners(agreement: Agreement) -> list[UUID]:
    return sorted(agreement.parties.exclude(agency=hub_id()).values_list("agency_id", flat=True))


def _bound_through(party: AgreementParty) -> list[UUID]:
    """Whose standing the party's signature decides: its own agency's; the hub's decides everybody's."""
    return _partners(party.agreement) if party.agency_id == hub_id() else [party.agency_id]


def _cut(topic: str, agreement: Agreement, agencies: Collection[UUID]) -> None:
    """End the agencies' sights now. What another agreement of theirs carries comes back with what follows."""
    cut = [agency for agency in agencies if agency != hub_id()]
    with acting_as_system("agreements"):  # restricted records end too, which who signs may not know of
        Grant.objects.filter(agency_id__in=cut).exclude(until__lte=Now()).update(until=Now())
    _tell(topic, agreement, agencies=agencies)


def _tell(topic: str, agreement: Agreement, *, agencies: Collection[UUID] = ()) -> None:
    data: dict[str, object] = {"agreement": str(agreement.id)}
    if agencies:
        data["agencies"] = [str(agency) for agency in agencies]
    publish(Happening(topic, at=timezone.now(), data=data))


def _code(name: str, number: int) -> str:
    stem = slugify(name)[:40].strip("-") or "agreement"
    code, extra = f"{stem}-v{number}", 1
    while Agreement.objects.filter(code=code).exists():
        extra += 1
        code = f"{stem}-{extra}-v{number}"
    return code
