"""Split work: what was asked and made, who has the rest, and to whom needs go back."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from agencies.models import Service
from agencies.queries import services
from referrals.models import AskedNeed, Referral, Split, Transfer
from referrals.queries.leads import ANOTHER, YOU
from referrals.workflow import OPEN


def splits_shown() -> "Prefetch[str, QuerySet[Split], str]":
    """A referral's splits as far as the reader sees them, the newest first, each with what its part was asked for."""
    given = AskedNeed.objects.filter(referral=OuterRef("part")).order_by("id").values("need")
    shown = Split.objects.select_related("service__team", "part__service", "part__agency")
    shown = shown.annotate(given=ArraySubquery(given))
    return Prefetch("splits", queryset=shown.order_by("-id"))


def own_services_beside(referral: Referral) -> list[Service]:
    """What other teams of its agency offer: needs may be given to any of them without asking the hub."""
    found = [one for one in services() if one.team.agency_id == referral.agency_id]
    return [one for one in found if one.team_id != referral.team_id]


def was_split() -> Exists:
    """Whether anything was asked or made of splitting each referral of a query, to annotate it with."""
    return Exists(Split.objects.filter(referral=OuterRef("pk")))


def asked_split(referral: Referral) -> Split | None:
    """What its agency asks to have split off; None where it asks for nothing, or the referral has ended."""
    if referral.status not in OPEN:
        return None
    return Split.objects.filter(referral=referral, status=Split.Status.ASKED).first()


def rest_told(referral: Referral) -> str:
    """For its agency: who has the rest of split work, it itself (YOU) or another (ANOTHER); "" where it has all."""
    given = {one.part_id for one in referral.splits.all() if one.given_back_at is None}
    others = {one for one in (referral.split_from_id, *given) if one is not None}
    if not others:
        return ""
    return YOU if Referral.objects.filter(id__in=others).count() == len(others) else ANOTHER


def given_as_part(referral: Referral) -> AskedNeed | None:
    """Who gave the part to its agency, when and why; None where it is no part, or its needs are not shown."""
    if referral.split_from_id is None:
        return None
    return AskedNeed.objects.filter(referral=referral).order_by("id").first()


def split_that_gave(referral: Referral) -> Split | None:
    """The split by which it, or whoever it took over from, has its part; None where it is none. For the hub."""
    part = referral.id
    while before := Transfer.objects.filter(taken_over_by=part).values_list("referral", flat=True).first():
        part = before
    return Split.objects.filter(part=part).first()


def gives_back_to(referral: Referral, given: Split | None) -> Referral | None:
    """Who has the needs of a part that ends undone: whoever gave them, or the first, or who took either over.

    given: see split_that_gave. None where none of them works on the case any more. For the hub.
    """
    first = referral.family_id
    family = {one.id: one for one in Referral.objects.filter(Q(id=first) | Q(split_from=first))}
    taken = Transfer.objects.filter(taken_over_by__in=family)
    takers = dict(taken.values_list("referral", "taken_over_by"))
    for one in (given.referral_id if given else first, first):
        now = one
        while now in takers:
            now = takers[now]
        if now in family and now != referral.id and family[now].status in OPEN:
            return family[now]
    return None
