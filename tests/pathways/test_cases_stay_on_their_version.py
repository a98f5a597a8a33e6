"""A case stays on the version that routed it; going over to a newer one is shown first, and done on purpose."""

from django.utils import timezone

from access.context import acting_as_system
from messaging.relay import run_due
from pathways.models import PathwayVersion
from referrals.models import Case, RoutingDecision
from tests.pathways.test_writing_a_draft import fields
from tests.reading import words_of
from tests.referrals.road import routed


def a_newer_version() -> PathwayVersion:
    """Version 2, in force from today, that sends everybody to the victim-care service alone."""
    with acting_as_system("tests"):
        first = PathwayVersion.objects.get(code="northshire", number=1)
        definition = {**first.definition, "number": 2, "routes": []}
        return PathwayVersion.objects.create(
            code=first.code,
            number=2,
            title=first.title,
            definition=definition,
            status="ratified",
            in_force_from=timezone.localdate(),
            binds=first.binds,
        )


def versions_of(case: Case) -> list[list]:
    with acting_as_system("tests"):
        made = RoutingDecision.objects.filter(case=case).order_by("decided_at", "id")
        return list(made.values_list("versions", flat=True))


def test_it_is_shown_first_and_then_recorded_with_the_new_version(hub, cast):
    case = routed(cast)
    priya = cast.browser("priya")
    page = f"/cases/{case.reference}/reroute/"
    assert "there is nothing to take it to" in words_of(priya.get(page))
    assert "See what it would do" not in words_of(priya.get(f"/cases/{case.reference}/"))
    newer = a_newer_version()
    before = versions_of(case)
    assert "See what it would do" in words_of(priya.get(f"/cases/{case.reference}/"))
    shown = priya.get(page)
    assert "Under the versions in force Northshire victim pathway, version 2" in words_of(shown)
    run_due()
    assert versions_of(case) == before, "looking changes nothing"

    assert priya.post(page, {"versions": "others"}).status_code == 302
    run_due()
    assert versions_of(case) == before, "not what was shown"
    assert priya.post(page, fields(shown)).status_code == 302
    run_due()
    assert versions_of(case) == [*before, [newer.id]]
    assert "there is nothing to take it to" in words_of(priya.get(page))


def test_until_then_a_newer_version_touches_nobody(hub, cast):
    case = routed(cast)
    before = versions_of(case)
    a_newer_version()
    priya = cast.browser("priya")
    priya.post(f"/cases/{case.reference}/route/", {})
    run_due()
    assert all(made == before[0] for made in versions_of(case))
