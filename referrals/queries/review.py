"""Pairs of people who may be one, for somebody who goes through them: side by side, with what speaks for and against.

Who may not know of one of the two finds no such pair: the policy of the suggestions says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from access.actor import Actor
from referrals import scope
from referrals.models import Case
from referrals.queries.keyset import Page, SortKey, one_page
from referrals.queries.people import NAMELESS, Name, names_by_person
from victims.matching import Identity, why
from victims.matching.words import FIELDS, Reason
from victims.models import Person, SamePersonSuggestion
from victims.queries import identities_of

PAGE = 10
State, Verdict = SamePersonSuggestion.State, SamePersonSuggestion.Verdict
LISTS: dict[str, tuple[str, Q]] = {
    "perhaps": ("Perhaps the same", Q(state=State.OPEN, verdict=Verdict.REVIEW)),
    "likely": ("Very likely the same", Q(state=State.OPEN, verdict=Verdict.SAME)),
    "unsure": ("Could not be told", Q(state=State.UNSURE)),
}
ORDERS: dict[str, tuple[str, SortKey, bool]] = {
    "likeliest": ("Likeliest first", SortKey("score", float), True),
    "oldest": ("Oldest first", SortKey("suggested_at", datetime.fromisoformat), False),
}


@dataclass(frozen=True)
class Side:
    """One of the two."""

    person: Person
    name: Name
    cases: list[Case]


@dataclass(frozen=True)
class Compared:
    """One field: what each record says of it, and what that says of whether they are one."""

    reason: Reason
    values: tuple[tuple[Side, str], tuple[Side, str]]


@dataclass(frozen=True)
class Pair:
    """Two people who may be one. rival: what else they may be, in words."""

    suggestion: SamePersonSuggestion
    sides: tuple[Side, Side]
    compared: list[Compared]
    rival: str


def pairs_to_review(*, actor: Actor, which: str, order: str, after: str = "", before: str = "") -> Page[Pair]:
    """One page of a list of LISTS in an order of ORDERS."""
    _, key, falling = ORDERS[order]
    part = one_page(
        [SamePersonSuggestion.objects.filter(LISTS[which][1])],
        key=key,
        descending=falling,
        size=PAGE,
        after=after,
        before=before,
    )
    by_id = {one.id: one for one in _suggestions(part.ids)}
    return part.page(_pairs(actor, part.among(by_id)))


def list_to_begin_with() -> str:
    """The first of LISTS in which a pair waits, for somebody who asked for none; else the first."""
    waiting = (
        name for name, (_, which) in LISTS.items() if SamePersonSuggestion.objects.filter(which).exists()
    )
    return next(waiting, next(iter(LISTS)))


def newest_case_of(*, actor: Actor, suggestion_id: UUID) -> Case | None:
    """On whose timeline an answer to the suggestion is told; None where the actor may not come to it."""
    found = next(iter(_suggestions([suggestion_id])), None)
    if found is None:
        return None
    theirs = scope.cases(actor).filter(person__in=(found.person_id, found.other_id))
    return theirs.order_by("-id").first()


def _suggestions(ids: Iterable[UUID]) -> list[SamePersonSuggestion]:
    return list(SamePersonSuggestion.objects.filter(id__in=list(ids)).select_related("person", "other"))


def _pairs(actor: Actor, rows: list[SamePersonSuggestion]) -> list[Pair]:
    people = {one for row in rows for one in (row.person_id, row.other_id)}
    names, known = names_by_person(people), identities_of(people)
    cases: dict[UUID, list[Case]] = {}
    for case in scope.cases(actor).filter(person__in=people).order_by("-id"):
        cases.setdefault(case.person_id, []).append(case)
    made = []
    for row in rows:
        told = why(row.evidence)
        both = [values_of(known.get(one.id, Identity())) for one in (row.person, row.other)]
        first, second = (
            Side(one, names.get(one.id, NAMELESS), cases.get(one.id, [])) for one in (row.person, row.other)
        )
        compared = [
            Compared(
                reason, ((first, both[0].get(reason.field, "")), (second, both[1].get(reason.field, "")))
            )
            for reason in told.reasons
        ]
        made.append(Pair(row, (first, second), compared, told.rival))
    return made


def values_of(one: Identity) -> dict[str, str]:
    """What a record says of each field that is compared, by the field's words."""
    born = f"{one.born[6:]}/{one.born[4:6]}/{one.born[:4]}" if len(one.born) == 8 else one.born
    homes = sorted(", ".join(part for part in (home.lines, home.postcode) if part) for home in one.addresses)
    values = {
        "given_name": one.given_names,
        "surname": one.surname,
        "date_of_birth": born,
        "sex": {"1": "Male", "2": "Female"}.get(one.sex, ""),
        "home": "; ".join(homes),
        "house": ", ".join(sorted(number for home in one.addresses for number in home.numbers)),
        "telephone": ", ".join(sorted(one.phones)),
        "e-mail": ", ".join(sorted(one.emails)),
    }
    return {FIELDS[code]: value for code, value in values.items()}
