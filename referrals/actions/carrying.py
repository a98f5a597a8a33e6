"""What agencies found out for a meeting that put a case off, carried over to the one that is to hear it.

Only where they could be asked now: a question of the later meeting is answered by what was returned for the earlier
one, as long as it still stands. Whoever is asked may add to it as to any answer.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Max

from referrals.conference import still_stands
from referrals.models import Conference, Incident, Listing, Minute, Research


def carry_over(questions: Sequence[Research], *, meeting: Conference) -> list[Minute]:
    """Answer those of the questions, not saved yet, that the agency has answered for an earlier meeting of the kind.

    Returns what it said, in the categories that it may tell now, to be saved with them.
    """
    cases = {one.case_id for one in questions}
    earlier = _returned(cases, meeting)
    reported = dict(
        Incident.objects.filter(case__in=cases, withdrawn_at=None)
        .values_list("case_id")
        .annotate(Max("recorded_at"))
    )
    carried: dict[UUID, Research] = {}
    for question in questions:
        found = earlier.get((question.case_id, question.agency_id))
        if found is None or found.returned_at is None:
            continue
        newest = reported.get(question.case_id)
        if still_stands(found.returned_at, meets_at=meeting.starts_at, newest_report=newest):
            question.status, question.returned_at = found.status, found.returned_at
            question.returned_by_name = found.returned_by_name
            question.carried_from = found.carried_from or found.conference.starts_at
            carried[found.id] = question
    return _said(carried, {one.id: one for one in earlier.values()})


def _returned(cases: set[UUID], meeting: Conference) -> dict[tuple[UUID, UUID], Research]:
    """By case and agency: its newest answer for a meeting of the kind that put the case off."""
    found = Research.objects.filter(
        case__in=cases, conference__kind=meeting.kind, listing__status=Listing.Status.DEFERRED
    ).exclude(status=Research.Status.ASKED)
    answered = found.exclude(conference=meeting).select_related("conference").order_by("returned_at", "id")
    return {(one.case_id, one.agency_id): one for one in answered}


def _said(carried: dict[UUID, Research], earlier: dict[UUID, Research]) -> list[Minute]:
    listings: defaultdict[tuple[UUID, UUID], list[Research]] = defaultdict(list)
    for of, question in carried.items():
        listings[earlier[of].listing_id, question.agency_id].append(question)
    said = Minute.objects.filter(
        listing__in={listing for listing, _ in listings}, part=Minute.Part.RESEARCH
    ).order_by("id")
    return [
        Minute(
            conference=question.conference,
            listing_id=question.listing_id,
            case_id=question.case_id,
            agency_id=one.agency_id,
            part=one.part,
            category=one.category,
            words=one.words,
            said_by_name=one.said_by_name,
            said_at=one.said_at,
        )
        for one in said
        for question in listings.get((one.listing_id, one.agency_id), ())
        if one.category in question.categories
    ]
