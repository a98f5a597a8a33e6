"""Needs: which a person has, which a referral is asked for, and which nobody is."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from access.categories import Category
from agencies.offering import NEEDS
from pathways.assessed import sealed_needs
from pathways.models import Assessment
from pathways.queries.assessments import latest_assessment
from referrals.models import AskedNeed, Referral
from referrals.workflow import OPEN

INSTRUMENT = "needs-8"


def newest_assessment(*, case_id: UUID) -> Assessment | None:
    """The case's newest assessment of needs."""
    return latest_assessment(case_id=case_id, instrument_code=INSTRUMENT)


def needs_found(made: Assessment | None) -> list[str]:
    """The needs that an assessment found; none where nobody asked."""
    return in_order(made.score.get("needs", ())) if made else []


def asked_of(referral: Referral, *, categories: Collection[str] | None = None) -> list[str]:
    """The needs that the referral is asked for now, of these data categories, in the usual order."""
    standing = AskedNeed.objects.filter(referral=referral, ended_at=None)
    if categories is not None:
        standing = standing.filter(category__in=list(categories))
    return in_order(standing.values_list("need", flat=True))


def asked_shown() -> ArraySubquery:
    """The needs that each referral of a query is asked for, to annotate it with."""
    standing = AskedNeed.objects.filter(referral=OuterRef("pk"), ended_at=None)
    return ArraySubquery(standing.order_by("id").values("need"))


def asked_of_parts(*, case_id: UUID) -> set[str]:
    """The needs that somebody was given in a split of the case, and works on now."""
    given = AskedNeed.objects.filter(case=case_id, ended_at=None, referral__split_from__isnull=False)
    return set(given.filter(referral__status__in=OPEN).values_list("need", flat=True))


def category_of_need(need: str, *, made: Assessment | None, meets: Collection[str]) -> Category:
    """The data category that shows that a referral is asked for a need.

    made: the newest assessment. A need whose answer is sealed, or which it does not ask, is of health. meets: the needs
    that the service is for, as it says itself: such a one goes with the referral. Any other is of the assessment.
    """
    asks = [item.get("need") for item in made.instrument.definition["items"]] if made else []
    if made is None or need not in asks or need in sealed_needs(made.instrument.definition):
        return Category.HEALTH
    return Category.IDENTITY if need in meets else Category.ASSESSMENT


def in_order(needs: Iterable[str]) -> list[str]:
    """Needs as the assessment asks them; such as it no longer asks, last."""
    known = list(NEEDS)
    return sorted(set(needs), key=lambda one: (known.index(one) if one in known else len(known), one))


def need_words(need: str) -> str:
    """A need in words."""
    return NEEDS.get(need, need.replace("_", " "))


def needs_words(needs: Iterable[str]) -> str:
    """Several needs in words, for the middle of a sentence."""
    return ", ".join(need_words(one) for one in needs)
