"""The demonstration of how agencies agree on rules: a proposal that one objected to and what was amended, a challenge,
a contested decline, and an answer that asks for a talk the same day. By the product's own verbs, as all of it.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from access.actor import Actor
from access.context import acting_as
from pathways.actions import ratification, versions
from pathways.models import InstrumentVersion, PathwayVersion, Ratification
from pathways.workflow import Threshold
from referrals.actions.assess import assess_case
from referrals.actions.challenges import challenge_referral
from referrals.actions.disputes import contest_decline
from referrals.models import Case, Referral
from reporting.actions.dry_runs import rehearse

PATHWAY = "domestic-abuse"
AGREED, OBJECTED = Ratification.Position.AGREED, Ratification.Position.OBJECTED


def demonstrate_rules(*, who: Callable[[str], Actor], settle: Callable[[], None]) -> None:
    """who: the practitioner of an e-mail address. settle: wait until the workers have done what is due."""
    dana, carys = who("dana.ahmed@northshire.example"), who("carys.evans@northshire.example")
    ines, helen = who("ines.costa@safesteps.example"), who("helen.marsh@safesteps.example")
    with acting_as(dana):
        ratification.set_terms(
            actor=dana, code=PATHWAY, keeper_id=dana.id, threshold=Threshold.UNANIMOUS, lead=""
        )
    _propose(dana, {"working_hours": 4}, "Those at medium risk wait too long for a first call.", settle)
    _answer(ines, OBJECTED, "Four hours cannot be kept at weekends with the advisers that we have.")
    settle()
    _propose(dana, {"working_days": 1}, "One working day, as Safe Steps asked for.", settle)
    _answer(carys, AGREED, "")
    _question(helen)
    _contest(dana)
    _ask_about_mood(who("priya.nair@northshire.example"))
    settle()


def _propose(dana: Actor, within: dict[str, int], reasons: str, settle: Callable[[], None]) -> None:
    """The next version, in which advisers answer sooner: drafted, rehearsed on what there is, and proposed."""
    today = timezone.localdate()
    with acting_as(dana):
        draft = versions.draft_version(actor=dana, code=PATHWAY)
        routes = [
            {**route, "answer_within": within} if route["name"] == "Domestic abuse" else route
            for route in draft.definition["routes"]
        ]
        versions.change_draft(
            actor=dana, version_id=draft.id, definition={**draft.definition, "routes": routes}
        )
        rehearse(actor=dana, version_id=draft.id, since=today - timedelta(days=30), until=today)
    settle()
    with acting_as(dana):
        versions.propose(
            actor=dana, version_id=draft.id, reasons=reasons, in_force_from=today + timedelta(days=14)
        )


def _answer(representative: Actor, position: str, reasons: str) -> None:
    with acting_as(representative):
        proposed = PathwayVersion.objects.get(code=PATHWAY, status=PathwayVersion.Status.PROPOSED)
        ratification.answer(actor=representative, version_id=proposed.id, position=position, reasons=reasons)


def _question(helen: Actor) -> None:
    """Whoever works on a referral asks whether it should have come to them."""
    with acting_as(helen):
        held = Referral.objects.filter(agency_id=helen.agency_id, status="accepted").order_by("id").first()
        if held is not None:
            words = "We read this as harassment by a neighbour. Should it not have gone to victim care?"
            challenge_referral(actor=helen, referral_id=held.id, words=words)


def _contest(dana: Actor) -> None:
    """The hub does not leave a decline at that."""
    with acting_as(dana):
        declined = Referral.objects.filter(status="declined", case__closed_at__isnull=True, dispute=None)
        first = declined.order_by("id").first()
        if first is not None:
            words = (
                "Your page says that you have places free, and the area is yours. Please look at it again."
            )
            contest_decline(actor=dana, referral_id=first.id, words=words)


def _ask_about_mood(priya: Actor) -> None:
    """An answer about thoughts of self-harm asks for a talk the same day."""
    with acting_as(priya):
        case = Case.objects.filter(status="routed").order_by("-reference").first()
        if case is None:
            return
        items = InstrumentVersion.objects.filter(code="phq-9").latest("edition").definition["items"]
        answers: dict[str, Any] = {item["code"]: 1 for item in items}
        assess_case(actor=priya, case_id=case.id, instrument_code="phq-9", answers=answers)
