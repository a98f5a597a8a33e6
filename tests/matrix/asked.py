"""Requests over the person's data, holds on it, and what its recipients were told."""

from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Hint
from rights.actions.corrections import tell_recipients
from rights.actions.holds import place_hold
from rights.actions.information import record_information_request
from rights.actions.requests import open_request
from rights.models import Notice, RetentionReview
from tests.cast import Cast
from tests.matrix.canaries import HUB, word
from tests.matrix.target import Target


def asked_of(cast: Cast, target: Target) -> None:
    """Requests over the person's data, as the person and as an investigator make them."""
    number, today = target.number, timezone.localdate()
    with acting_as(cast.actor("dana")) as dana:
        asked = {"actor": dana, "person_id": target.case.person_id, "received_on": today}
        request = open_request(
            **asked,
            kind="access",
            asked_by=word(number, HUB, "asker"),
            identity_check=word(number, HUB, "identity"),
        )
        told = record_information_request(
            **asked,
            body="Northshire Police",
            requester=word(number, HUB, "requester"),
            asks=word(number, HUB, "asks"),
            line_of_enquiry="Whether she was there.",
            necessary="Nobody else knows.",
            proportionate="One day is asked for.",
            counselling=False,
        )
    target.fills |= {"request": str(request.id), "information": str(told.id)}


def guarded(cast: Cast, target: Target) -> None:
    """A legal hold, a review of its retention, and a hint that somebody's looks at it were unusual."""
    person, now = target.case.person, timezone.now()
    with acting_as(cast.actor("dana")) as dana:
        hold = place_hold(actor=dana, person_id=person.id, reason=word(target.number, HUB, "hold"))
    with acting_as_system("tests"):
        review = RetentionReview.objects.create(
            person=person, rule="supported", edition="2026", due_on=timezone.localdate(), found_at=now
        )
        liam = cast.practitioner("liam")
        hint = Hint.objects.create(
            rule=Hint.Rule.OWN_SURNAME, day=timezone.localdate(), actor_kind="practitioner", actor_id=liam.id,
            actor_name="Liam Byrne", subject=person.id, looks=3, found_at=now,
        )  # fmt: skip
    target.fills |= {"hold": str(hold.id), "retention": str(review.id), "hint": str(hint.id)}


def told_to_erase(cast: Cast, target: Target) -> None:
    with acting_as(cast.actor("dana")):
        (notice,) = tell_recipients(
            person_id=target.case.person_id, kind=Notice.Kind.ERASE, at=timezone.now()
        )
    target.fills["notice"] = str(notice.id)
