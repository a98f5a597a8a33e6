"""The world that the matrix walks: one case for each relation of policy.RELATIONS, with a canary in every field.

Cases are begun as intake leaves them and carried on by the product's own verbs, so that what ends a sight here
is what ends it in the product.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from access.context import acting_as, acting_as_system, hub_id
from access.ids import new_id
from access.models import BreakGlassReview, ChainFault, Conflict, PersonalGrant
from agencies.actions.invitations import invite
from agencies.actions.notifications import Told, notify
from agencies.actions.on_call import give_turn
from agencies.models import Agreement, ApiClient, Notification, Service
from messaging.models import Event
from messaging.relay import run_due
from pathways.models import PathwayVersion
from referrals.models import Case
from referrals.queries.keyset import Place
from reporting.actions.dry_runs import rehearse
from tests.cast import Cast
from tests.factories import a_suggestion
from tests.matrix.asked import asked_of, guarded, told_to_erase
from tests.matrix.begun import begun, fed, linked
from tests.matrix.canaries import EXISTENCE, REFERRAL
from tests.matrix.conferred import conferred
from tests.matrix.kept_apart import kept_apart
from tests.matrix.policy import RELATIONS, SAFE_STEPS
from tests.matrix.target import Target
from tests.matrix.worked import carried_on, worked
from victims.actions.weights import start_estimate

GUARDED = ("own", "accepted", "restricted", "conflict")
"""Relations whose person is held, up for review and hinted at: one for each way of reading, for a walk takes long."""
TOLD_TO_ERASE = ("accepted", "narrow", "partner's")


@dataclass
class World:
    targets: dict[str, Target]
    shared: dict[str, str]
    """What doors ask for that belongs to no case: an agency, a practitioner, a feed run, a pathway."""
    names: dict[str, tuple[int, str]]
    """Ids and references, in small letters: whose they are, and of what kind knowing them is."""

    def of(self, number: int) -> Target:
        return next(target for target in self.targets.values() if target.number == number)


def build() -> World:
    """Make every case, committed. Takes a few seconds."""
    cast = Cast()
    targets: dict[str, Target] = {}
    for number, (name, relation) in enumerate(RELATIONS.items(), start=1):
        earlier = targets.get(relation.same_person_as)
        targets[name] = begun(number, name, relation, earlier)
        worked(cast, targets[name])
        carried_on(cast, targets[name])
    for target in targets.values():
        if not target.relation.same_person_as:
            asked_of(cast, target)
        if target.name in GUARDED:
            guarded(cast, target)
        if target.name in TOLD_TO_ERASE:
            told_to_erase(cast, target)
        kept_apart(cast, target)
    for target in targets.values():
        earlier = targets.get(target.relation.same_person_as)
        target.fills["link"] = earlier.fills["link"] if earlier else linked(target.case)
    meeting = conferred(cast, [one for one in targets.values() if one.relation.heard])
    run = fed(targets)
    in_turn = list(targets.values())
    for one, other in zip(in_turn, [*in_turn[1:], in_turn[0]], strict=True):
        if one.case.person_id != other.case.person_id:
            suggestion = a_suggestion(one.case.person, other.case.person)
            one.fills["suggestion"] = str(suggestion.id)
    with acting_as(cast.actor("dana")) as dana:
        pathway = PathwayVersion.objects.latest("number")
        today = timezone.localdate()
        rehearsed = rehearse(actor=dana, version_id=pathway.id, since=today, until=today)
        weights = start_estimate(actor=dana)
        now = timezone.now()
        turn = give_turn(actor=dana, practitioner_id=dana.id, starts_at=now, ends_at=now + timedelta(days=1))
    for target in targets.values():
        target.fills["notification"] = _told_of(cast, target.case)
    run_due()
    _placed(targets)
    with acting_as_system("tests"):
        fault = ChainFault.objects.create(
            hub_id=hub_id(), words="A look of the tests is not there.", found_at=timezone.now()
        )
        client = ApiClient.objects.get(agency__code=SAFE_STEPS)
        agreement = Agreement.objects.latest("id").code
        service = Service.objects.get(code="idva").id
    with acting_as(cast.actor("ines")) as ines:
        invited = invite(
            actor=ines,
            agency_id=ines.agency_id,
            email="new@safesteps.example",
            role="partner_practitioner",
            teams=(),
        )
    shared = {
        "run": str(run.number),
        "agency": SAFE_STEPS,
        "agency_id": str(cast.actor("helen").agency_id),
        "practitioner": str(cast.practitioner("liam").id),
        "owner": str(cast.practitioner("dana").id),
        "client": str(client.id),
        "invitation": str(invited.id),
        "fault": str(fault.id),
        "agreement": agreement,
        "service": str(service),
        "conference": str(meeting),
        "pathway": pathway.code,
        "dry_run": str(rehearsed.id),
        "weights": str(weights.id),
        "turn": str(turn.id),
    }
    return World(targets, shared, _names(targets))


def _told_of(cast: Cast, case: Case) -> str:
    """A notification of somebody of the hub; to everybody else, and once the case is closed to them, it is absent."""
    told = Told("case_assigned", new_id(), case.opened_at, case_id=case.id)
    with acting_as_system("tests") as system:
        notify(actor=system, told=told, people=[cast.practitioner("priya").id])
        return str(Notification.objects.get(event_id=told.event_id).id)


def _placed(targets: dict[str, Target]) -> None:
    """The cursors that lead to each case in lists, and an event of its timeline."""
    with acting_as_system("tests"):
        for target in targets.values():
            case = Case.objects.get(id=target.case.id)
            target.fills["cursor"] = Place(case.due_at, case.id).as_cursor()
            target.fills["area"] = case.area
            held = PersonalGrant.objects.filter(person_id=case.person_id)
            declared = Conflict.objects.filter(person_id=case.person_id)
            opened = BreakGlassReview.objects.filter(person_id=case.person_id)
            for fill, rows in (("grant", held), ("conflict", declared), ("review", opened)):
                if row := rows.order_by("-id").first():
                    target.fills[fill] = str(row.id)
            if clock := case.clocks.filter(referral=None).first():
                target.fills["clock"] = str(clock.id)
            if event := Event.objects.filter(case_id=case.id).order_by("-id").first():
                target.fills["event"] = str(event.id)


def _names(targets: dict[str, Target]) -> dict[str, tuple[int, str]]:
    kinds = {
        "reference": EXISTENCE,
        "case": REFERRAL,
        "person": REFERRAL,
        "person_reference": EXISTENCE,
        "method": "contact",
        "assessment": "assessment",
    }
    names: dict[str, tuple[int, str]] = {}
    for target in targets.values():
        for fill, kind in kinds.items():
            names.setdefault(target.fills[fill].lower(), (target.number, kind))
        for referral in target.referrals.values():
            names[str(referral).lower()] = (target.number, REFERRAL)
    return names
