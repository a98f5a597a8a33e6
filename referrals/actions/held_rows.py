"""Rows in quarantine that name somebody whose record has been restricted since: they become as hidden as the person."""

from uuid import UUID

from referrals.actions.intake_people import identity
from referrals.feed.row import Report, read_row
from referrals.models import Case, FeedRow
from referrals.queries.feed_rows import quarantine_in_batches
from referrals.queries.sources import definitions_of
from victims.matching import compare
from victims.models import Identifier
from victims.queries import identities_of, weights_in_force


def hide_held_rows(*, case_id: UUID) -> int:
    """Mark each held row that names the person of the case, by a sender's number or by likeness. Returns how many.

    Reads the quarantine some rows at a time, as the hub's own system; to do it again changes nothing.
    """
    person_id = Case.objects.values_list("person_id", flat=True).get(id=case_id)
    held = identities_of([person_id]).get(person_id)
    weights = weights_in_force()
    numbers = set(Identifier.objects.filter(person_id=person_id).values_list("scheme", "value"))

    def is_named(report: Report, scheme: str) -> bool:
        by_number = (scheme, report.nominal) in numbers
        return by_number or (held is not None and compare(identity(report), held, weights) is not None)

    hidden = 0
    for rows in quarantine_in_batches():
        definitions = definitions_of(row.run for row in rows)
        named = [
            row.id
            for row in rows
            if row.person_id is None
            and is_named(read_row(row.told, definitions[row.run_id]), row.run.source.code)
        ]
        hidden += FeedRow.objects.filter(id__in=named, names_person_id=None).update(names_person_id=person_id)
    return hidden
