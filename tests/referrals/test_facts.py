"""What rules are told of a case: gathered from where each fact stands, and what is sealed is left where it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access.context import acting_as_system
from pathways.queries.facts import vocabulary
from referrals.queries.circumstances import Circumstances
from referrals.queries.facts import facts_of
from tests.referrals.road import routed, triaged

pytestmark = pytest.mark.usefixtures("hub")


def facts_in(case, *, later: timedelta = timedelta()):
    with acting_as_system("tests"):
        return facts_of(Circumstances(case, at=timezone.now() + later))


def test_an_assessment_speaks_item_by_item_save_where_it_speaks_of_health(cast):
    case = triaged(
        cast, flags=["domestic_abuse"], risk="high", needs=["accommodation", "mental_physical_health"]
    )
    facts = facts_in(case)
    assert facts["grade:risk-24"] == facts["risk_grade"] == "high"
    assert facts["score:risk-24"] == facts["risk_score"]
    assert facts["answer:risk-24.R01"] in (True, False)
    assert (facts["need_severity:accommodation"], facts["need_severity:finance"]) == (2, 0)
    assert not [name for name in facts if "mental" in name or name.endswith(".N1")]


def test_times_are_counted_from_what_happened_to_the_case(cast):
    case = routed(cast, opened_ago=timedelta(hours=1))
    facts = facts_in(case, later=timedelta(days=3))
    assert [
        facts[f"days_since:{event}"] for event in ("stage", "last_contact", "last_referral", "opened")
    ] == [3] * 4
    assert (facts["hours_since:stage"], facts["hours_since:opened"]) == (72, 73)
    assert facts["services_involved"] == ["victim-care"]
    assert "days_since:last_referral" not in facts_in(triaged(cast))


def test_every_fact_that_a_case_has_is_one_that_an_author_is_offered(cast):
    facts = facts_in(routed(cast, flags=["domestic_abuse"], risk="medium", needs=["finance"]))
    assert set(facts) <= set(vocabulary(on=timezone.localdate()))
