"""Other cases in which the same people stand: by the sender's own number of the alleged perpetrator, never by a name.

A namesake is nobody's perpetrator. What the reader may not see is not among the rows, since the policies hold for each
of the three ways by which a case is found.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from access.actor import Actor
from referrals import scope
from referrals.models import Case
from victims.models import Identifier, Relationship

MOST = 50
ACCUSED_THERE_TOO, VICTIM_THERE, ACCUSED_THERE = "accused_there_too", "victim_there", "accused_there"
WORDS: dict[str, str] = {
    ACCUSED_THERE_TOO: "The same alleged perpetrator",
    VICTIM_THERE: "The alleged perpetrator here is the victim there",
    ACCUSED_THERE: "This person is the alleged perpetrator there",
}


@dataclass(frozen=True)
class LinkedCase:
    """A case that shares somebody with the one that is looked at. same_pair: victim and perpetrator are the same."""

    case: Case
    why: tuple[str, ...]
    same_pair: bool

    @property
    def words(self) -> str:
        if self.same_pair:
            return "The same victim and the same alleged perpetrator"
        return ". ".join(WORDS[one] for one in WORDS if one in self.why)


def cases_of_the_accused(
    *, actor: Actor, case: Case, accused: Iterable[Relationship], same_person: Collection[UUID]
) -> list[LinkedCase]:
    """At most fifty of them, the newest first, in one query.

    accused: of the case, as the reader is shown them. same_person: the records of the case's victim.
    """
    theirs = sorted({(one.scheme, one.nominal) for one in accused if one.nominal})
    own = Identifier.objects.filter(person__in=same_person)
    pair = Exists(own.filter(scheme=OuterRef("scheme"), value=OuterRef("nominal")))
    # The numbers alone as well: by them the index finds the few that the pair is then asked of.
    against = _accused(Q(nominal__in=own.values("value"))).filter(pair)
    others = scope.cases(actor).exclude(id=case.id)
    found = others.filter(id__in=against.values("case_id")).annotate(why=Value(ACCUSED_THERE))
    if theirs:
        same, known = _accused(_any(theirs, "nominal")), Identifier.objects.filter(_any(theirs, "value"))
        found = found.union(
            others.filter(id__in=same.values("case_id")).annotate(why=Value(ACCUSED_THERE_TOO)),
            others.filter(person__in=known.values("person")).annotate(why=Value(VICTIM_THERE)),
            all=True,
        )
    cases: dict[UUID, Case] = {}
    why: dict[UUID, set[str]] = defaultdict(set)
    for one in found[: MOST * len(WORDS)]:
        cases[one.id] = one
        why[one.id].add(one.why)
    newest = sorted(cases.values(), key=lambda one: one.opened_at, reverse=True)
    return [
        LinkedCase(
            case=one,
            why=tuple(sorted(why[one.id])),
            same_pair=one.person_id in same_person and ACCUSED_THERE_TOO in why[one.id],
        )
        for one in newest[:MOST]
    ]


def _accused(which: Q) -> QuerySet[Relationship]:
    return Relationship.objects.filter(which).exclude(nominal="").order_by()


def _any(pairs: Iterable[tuple[str, str]], column: str) -> Q:
    wanted = Q()
    for scheme, number in pairs:
        wanted |= Q(scheme=scheme, **{column: number})
    return wanted
