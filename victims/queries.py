"""Reads over people: who is known, who may be one, and how to name them in public."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from victims.models import Person, SamePersonSuggestion


def references_of(people: Iterable[UUID]) -> dict[UUID, str]:
    """Public references of people, by id; only of those that the actor may see."""
    wanted = set(people)
    return dict(Person.objects.filter(id__in=wanted).values_list("id", "reference")) if wanted else {}


def suggested_same_as(*, people: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """By person: who else they may be, as suggested and not rejected, in either direction."""
    wanted = set(people)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    if not wanted:
        return found
    suggestions = SamePersonSuggestion.objects.filter(Q(person__in=wanted) | Q(other__in=wanted))
    open_pairs = suggestions.exclude(state=SamePersonSuggestion.State.REJECTED)
    for person, other in open_pairs.values_list("person_id", "other_id"):
        found[person].add(other)
        found[other].add(person)
    return found
