"""What conferences ask an agency, for its own system: the questions, and of whom, once the statement was agreed to."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from access.actor import Actor
from access.sight import sights_of
from referrals import scope
from referrals.conference import BEGUN, PLANNED, kind_of
from referrals.models import Case, Research
from referrals.queries.conference_papers import Card, cards
from referrals.queries.conferences import agreed_to


@dataclass(frozen=True)
class Question:
    """One question. card: about whom, where somebody of the agency has agreed to the meeting's statement; else None."""

    research: Research
    kind: str
    reference: str
    card: Card | None


def questions(*, actor: Actor, waiting: bool, before: UUID | None, limit: int) -> list[Question]:
    """Questions about meetings that have not ended, the newest first: at most `limit`, those before the id `before`.

    waiting: those alone that are not answered.
    """
    found = scope.research(actor).filter(until__gt=timezone.now(), conference__status__in=(PLANNED, BEGUN))
    if waiting:
        found = found.filter(status=Research.Status.ASKED)
    if before is not None:
        found = found.filter(id__lt=before)
    rows = list(found.select_related("conference").order_by("-id")[:limit])
    agreed = agreed_to(actor=actor, conferences=[one.conference_id for one in rows])
    told = [one.case_id for one in rows if one.conference_id in agreed]
    cases = {one.id: one for one in Case.objects.filter(id__in=told).select_related("person")}
    shown = cards(cases.values(), sights_of(cases))
    return [
        Question(
            research=one,
            kind=kind_of(one.conference.kind, one.conference.edition).name,
            reference=cases[one.case_id].reference if one.case_id in shown else "",
            card=shown.get(one.case_id),
        )
        for one in rows
    ]
